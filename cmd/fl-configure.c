/* SPDX-License-Identifier: Apache-2.0 */
/* fl-configure: steps 2 to 6 of the boot, from the context to files, folders and the unit. */

#include <string.h>

#include "base/log.h"
#include "base/number.h"
#include "base/options.h"
#include "config/paramtext.h"
#include "config/present.h"
#include "superlink/container.h"
#include "superlink/layout.h"
#include "superlink/printout.h"
#include "superlink/stage.h"
#include "superlink/step.h"

enum { OPT_DRY_RUN = 'n', OPT_CONTEXT = 1, OPT_PRINT, OPT_STAGE, OPT_LOCK_FD };

static const struct fl_option options[] = {
	{ OPT_DRY_RUN, "dry-run", NULL,
	  "name each file that would change and write nothing;\nexit 0: nothing would, 1: "
	  "something would" },
	{ OPT_CONTEXT, "context", "FILE", "read the context from FILE" },
	{ OPT_PRINT, "print", "WHAT",
	  "write nothing, print WHAT: docker-run, env, unit, json,\ncontext, variables, "
	  "user-inputs, mdoc" },
	{ OPT_STAGE, "stage", "STATE",
	  "only record a stage in status and motd, such as\nconfigure_started (used by service)" },
	{ OPT_LOCK_FD, "lock-fd", "N", "with --stage: first lock descriptor N, or fail with 75" },
	{ 0, NULL, NULL, NULL },
};

static const struct fl_command command = {
	.program = "fl-configure",
	.summary = "Configures the Flower SuperLink from the contextualization's variables.",
	.synopsis = "[-n] [-qv] [--root DIR] [--context FILE] [--print=WHAT]",
	.options = options,
	.notes = "Exit status: 0 done, 1 -n found changes, 64 usage, 71 files, 75 locked,\n"
		 "78 invalid context. See fl-configure(8) and flower-context(5).\n\nThe variables:",
	.more = fl_paramtext_table,
};

struct arguments {
	bool dry_run;
	const char *context;
	const char *print;
	const char *stage;
	int lock_fd; /* -1: none */
};

static int read_context(struct fl_present *present, const struct fl_paths *paths)
{
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step;
	size_t count;

	fl_step_boot(paths);
	step = fl_step_begin(FL_STEP_CONTEXT);
	if (fl_present_read(present, paths, &err) != 0)
		return fl_step_failed(&step, &err);
	count = fl_context_count(present->context);
	fl_step_done(&step, "%zu variable%s from %s", count, count == 1 ? "" : "s", paths->context);
	return FL_EXIT_OK;
}

static int validate(struct fl_present *present, const struct fl_paths *paths)
{
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_VALIDATE);

	if (fl_present_validate(present, paths, &err) != 0)
		return fl_step_failed(&step, &err);
	fl_step_done(&step, "%s",
		     present->stands ? "the configuration of the first boot stands"
				     : "all values are valid");
	return FL_EXIT_OK;
}

static const char *summary(size_t changed)
{
	return changed == 0 ? "unchanged" : "written";
}

static int write_files(const struct fl_present *present, const struct fl_paths *paths)
{
	fl_auto_layout struct fl_layout *layout = fl_layout_new(paths, &present->settings);
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_FILES);
	size_t changed = 0;

	if (fl_layout_write_config(layout, &changed, &err) != 0)
		return fl_step_failed(&step, &err);
	fl_step_done(&step, "%s %s", paths->config_dir, summary(changed));

	step = fl_step_begin(FL_STEP_FOLDERS);
	changed = 0;
	if (fl_layout_make_folders(layout, &changed, &err) != 0)
		return fl_step_failed(&step, &err);
	fl_step_done(&step, "%s and %s are user %d's, %s", paths->state_dir, paths->certs_dir,
		     FL_CONTAINER_UID, changed == 0 ? "unchanged" : "prepared");

	step = fl_step_begin(FL_STEP_UNIT);
	changed = 0;
	if (fl_layout_write_unit(layout, &changed, &err) != 0)
		return fl_step_failed(&step, &err);
	fl_step_done(&step, "%s %s", paths->unit, summary(changed));
	return FL_EXIT_OK;
}

static int configure(const struct fl_paths *paths)
{
	fl_auto_present struct fl_present present = FL_PRESENT_INIT;
	int status;

	fl_log_open(paths->configure_log, paths->journal);
	status = read_context(&present, paths);
	if (status == FL_EXIT_OK)
		status = validate(&present, paths);
	return status == FL_EXIT_OK ? write_files(&present, paths) : status;
}

static int finish(const struct fl_error *err)
{
	fl_log_error(err);
	return err->code;
}

static int dry_run(const struct fl_paths *paths)
{
	fl_auto_present struct fl_present present = FL_PRESENT_INIT;
	fl_auto_layout struct fl_layout *layout = NULL;
	struct fl_error err = FL_ERROR_INIT;
	size_t count;

	if (fl_present_read(&present, paths, &err) != 0 ||
	    fl_present_validate(&present, paths, &err) != 0)
		return finish(&err);
	layout = fl_layout_new(paths, &present.settings);
	count = fl_layout_plan(layout, stdout);
	if (fl_flush(stdout, &err) != 0)
		return finish(&err);
	return count == 0 ? FL_EXIT_OK : FL_EXIT_NO;
}

static int print(const struct fl_paths *paths, const char *what)
{
	struct fl_error err = FL_ERROR_INIT;

	return fl_printout(what, paths, stdout, &err) != 0 ? finish(&err) : FL_EXIT_OK;
}

/* For service: the lock first, so that a run in the way keeps its status. */
static int record_stage(const struct fl_paths *paths, const char *stage, int lock_fd)
{
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_READY);
	bool bootstrap = strncmp(stage, "bootstrap", strlen("bootstrap")) == 0;

	fl_log_open(bootstrap ? paths->bootstrap_log : paths->configure_log, paths->journal);
	if ((lock_fd >= 0 && fl_stage_lock(lock_fd, &err) != 0) ||
	    fl_stage_set(paths, stage, &err) != 0)
		return finish(&err);
	if (strcmp(stage, "bootstrap_success") == 0)
		fl_step_done(&step, "%s holds %s, so READY=YES may be reported", paths->status,
			     stage);
	return FL_EXIT_OK;
}

int main(int argc, char **argv)
{
	fl_auto_paths struct fl_paths paths = { .root = NULL };
	struct arguments args = { .lock_fd = -1 };
	struct fl_options parser;
	int64_t fd = -1;
	int id, status;

	fl_options_begin(&parser, &command, argc, argv);
	while ((id = fl_options_next(&parser, stdout)) != FL_OPTION_END) {
		switch (id) {
		case OPT_DRY_RUN:
			args.dry_run = true;
			break;
		case OPT_CONTEXT:
			args.context = parser.value;
			break;
		case OPT_PRINT:
			args.print = parser.value;
			if (!fl_printout_known(args.print))
				fl_options_refuse(&parser, "cannot be printed");
			break;
		case OPT_STAGE:
			args.stage = parser.value;
			if (!fl_stage_valid(args.stage))
				fl_options_refuse(&parser, "is no stage");
			break;
		case OPT_LOCK_FD:
			if (!fl_number(parser.value, 3, 1023, &fd))
				fl_options_mistake(&parser,
						   "--lock-fd takes a descriptor's number");
			args.lock_fd = (int)fd;
			break;
		default:
			return parser.status;
		}
	}
	if (args.stage == NULL && args.lock_fd >= 0)
		fl_options_mistake(&parser, "--lock-fd goes with --stage");
	else if (args.stage != NULL && (args.print != NULL || args.dry_run))
		fl_options_mistake(&parser, "--stage writes, --print and --dry-run do not");
	if (parser.status != FL_EXIT_OK)
		return parser.status;
	fl_paths_init(&paths, parser.root, args.context);
	if (args.stage != NULL)
		status = record_stage(&paths, args.stage, args.lock_fd);
	else if (args.print != NULL)
		status = print(&paths, args.print);
	else
		status = args.dry_run ? dry_run(&paths) : configure(&paths);
	fl_log_close();
	return status;
}
