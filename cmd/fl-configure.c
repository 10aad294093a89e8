/* SPDX-License-Identifier: Apache-2.0 */
/* fl-configure: steps 2 to 6 of the boot, from the context to files, folders and the unit. */

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "container.h"
#include "layout.h"
#include "number.h"
#include "options.h"
#include "paramtext.h"
#include "stage.h"
#include "standing.h"
#include "step.h"
#include "unit.h"

enum { OPT_DRY_RUN = 1, OPT_CONTEXT, OPT_PRINT, OPT_JSON, OPT_STAGE, OPT_LOCK_FD };

static const struct fl_option options[] = {
	{ OPT_DRY_RUN, 'n', "dry-run", NULL,
	  "name each file that would change and write nothing;\nexit 0: nothing would, 1: "
	  "something would" },
	{ OPT_CONTEXT, 0, "context", "FILE", "read the context from FILE" },
	{ OPT_PRINT, 0, "print", "WHAT",
	  "write nothing, print WHAT: docker-run, env, unit, json,\ncontext, variables, "
	  "user-inputs, mdoc" },
	{ OPT_JSON, 0, "json", NULL, "with --print=variables: as JSON" },
	{ OPT_STAGE, 0, "stage", "STATE",
	  "only record a stage in status and motd, such as\nconfigure_started (used by service)" },
	{ OPT_LOCK_FD, 0, "lock-fd", "N",
	  "with --stage: first lock descriptor N, or fail with 75" },
	{ 0, 0, NULL, NULL, NULL },
};

static const struct fl_command command = {
	.program = "fl-configure",
	.summary = "Configures the Flower SuperLink from the contextualization's variables.",
	.synopsis = "[-n] [-qv] [--root DIR] [--context FILE] [--print=WHAT [--json]]",
	.options = options,
	.notes = "Exit status: 0 done, 1 -n found changes, 64 usage, 71 files, 75 locked,\n"
		 "78 invalid context. See fl-configure(8) and flower-context(5).\n\nThe variables:",
	.more = fl_paramtext_table,
};

struct arguments {
	bool dry_run;
	bool json;
	const char *context;
	const char *print;
	const char *stage;
	int lock_fd; /* -1: none */
};

/* What one run works on. */
struct run {
	struct fl_paths paths;
	struct fl_context *context;
	struct fl_settings settings;
	bool stands;
};

/*
 * Step 1 is over when contextualization has written one_env; how long that took is the file's age
 * at boot. A context made by hand, or a clock that was set since, says nothing of the boot.
 */
static void log_boot(const struct fl_paths *paths)
{
	struct fl_step step = fl_step_begin(FL_STEP_BOOT);
	struct timespec up, now;
	struct stat info;
	int64_t took;

	if (stat(paths->context, &info) != 0)
		return; /* step 2 says what is wrong */
	clock_gettime(CLOCK_BOOTTIME, &up);
	clock_gettime(CLOCK_REALTIME, &now);
	took = (up.tv_sec - (now.tv_sec - info.st_mtim.tv_sec)) * FL_SEC + up.tv_nsec -
	       now.tv_nsec + info.st_mtim.tv_nsec;
	if (took < 0 || took > up.tv_sec * FL_SEC)
		took = 0;
	step.started -= took;
	fl_step_done(&step, "contextualization wrote %s%s", paths->context,
		     took > 0 ? ", counted from power-on" : "");
}

static int read_context(struct run *run)
{
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step;

	log_boot(&run->paths);
	step = fl_step_begin(FL_STEP_CONTEXT);
	if (fl_context_read(run->paths.context, &run->context, &err) != 0)
		return fl_step_failed(&step, &err);
	for (size_t i = 0; i < fl_context_skipped(run->context); i++)
		fl_log(FL_DEBUG, "%s:%zu: no variable, passed over", run->paths.context,
		       fl_context_skipped_line(run->context, i));
	fl_step_done(&step, "%zu variables from %s", fl_context_count(run->context),
		     run->paths.context);
	return FL_EXIT_OK;
}

static int validate(struct run *run)
{
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_VALIDATE);

	fl_settings_resolve(&run->settings, run->context, &findings);
	if (findings.errors == 0)
		run->stands = fl_standing_apply(&run->settings, &run->paths, &findings);
	fl_findings_log(&findings);
	for (unsigned i = 0; i < FL_PARAM_CONFIG_COUNT; i++)
		fl_log(FL_DEBUG, "%s=%s (%s)", fl_param((enum fl_param_id)i)->name,
		       run->settings.of[i].value, fl_origin_text(run->settings.of[i].origin));
	if (findings.errors > 0) {
		fl_error_set(&err, FL_EXIT_CONFIG, 0,
			     "%zu error%s in %s, nothing written; correct the VM's context",
			     findings.errors, findings.errors == 1 ? "" : "s", run->paths.context);
		return fl_step_failed(&step, &err);
	}
	fl_step_done(&step, "%s",
		     run->stands ? "the configuration of the first boot stands"
				 : "all values are valid");
	return FL_EXIT_OK;
}

static const char *summary(size_t changed)
{
	return changed == 0 ? "unchanged" : "written";
}

static int write_files(const struct run *run)
{
	fl_auto_layout struct fl_layout *layout = fl_layout_new(&run->paths, &run->settings);
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_FILES);
	size_t changed = 0;

	if (fl_layout_write_config(layout, &changed, &err) != 0)
		return fl_step_failed(&step, &err);
	fl_step_done(&step, "%s %s", run->paths.config_dir, summary(changed));

	step = fl_step_begin(FL_STEP_FOLDERS);
	changed = 0;
	if (fl_layout_make_folders(layout, &changed, &err) != 0)
		return fl_step_failed(&step, &err);
	fl_step_done(&step, "%s and %s are user %d's, %s", run->paths.state_dir,
		     run->paths.certs_dir, FL_CONTAINER_UID,
		     changed == 0 ? "unchanged" : "prepared");

	step = fl_step_begin(FL_STEP_UNIT);
	changed = 0;
	if (fl_layout_write_unit(layout, &changed, &err) != 0)
		return fl_step_failed(&step, &err);
	fl_step_done(&step, "%s %s", run->paths.unit, summary(changed));
	return FL_EXIT_OK;
}

static int configure(struct run *run)
{
	int status;

	fl_log_open(run->paths.configure_log, run->paths.journal);
	status = read_context(run);
	if (status == FL_EXIT_OK)
		status = validate(run);
	return status == FL_EXIT_OK ? write_files(run) : status;
}

/* Context and settings without a step line: for -n and --print. */
static int look(struct run *run, struct fl_error *err)
{
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;

	if (fl_context_read(run->paths.context, &run->context, err) != 0)
		return -1;
	fl_settings_resolve(&run->settings, run->context, &findings);
	if (findings.errors == 0)
		fl_standing_apply(&run->settings, &run->paths, &findings);
	fl_findings_log(&findings);
	if (findings.errors > 0)
		return fl_error_set(err, FL_EXIT_CONFIG, 0,
				    "%s: %zu error%s; correct the VM's context", run->paths.context,
				    findings.errors, findings.errors == 1 ? "" : "s");
	return 0;
}

static int finish(const struct fl_error *err)
{
	fl_log_error(err);
	return err->code;
}

static int dry_run(struct run *run)
{
	fl_auto_layout struct fl_layout *layout = NULL;
	struct fl_error err = FL_ERROR_INIT;
	size_t count;

	if (look(run, &err) != 0)
		return finish(&err);
	layout = fl_layout_new(&run->paths, &run->settings);
	count = fl_layout_plan(layout, stdout);
	if (fl_flush(stdout, &err) != 0)
		return finish(&err);
	return count == 0 ? FL_EXIT_OK : FL_EXIT_NO;
}

/* As `env -0` prints: NAME=value, each ended by a NUL. */
static void print_context(const struct fl_context *context, FILE *out)
{
	for (size_t i = 0; i < fl_context_count(context); i++) {
		const char *name = fl_context_name(context, i);
		const char *value = fl_context_value(context, i);

		fprintf(out, "%s=%s", name,
			fl_context_is_secret(name) && value[0] != '\0' ? "***" : value);
		fputc('\0', out);
	}
}

static char *docker_run(const struct run *run)
{
	fl_auto_free char *image = fl_settings_image(&run->settings);

	return fl_container_command(&run->settings, &run->paths, image);
}

/* The texts that need no context, or NULL with *KNOWN false. */
static char *fixed_text(const char *what, bool json)
{
	if (strcmp(what, "unit") == 0)
		return fl_unit_text();
	if (strcmp(what, "variables") == 0)
		return json ? fl_paramtext_json() : fl_paramtext_table();
	if (strcmp(what, "user-inputs") == 0)
		return fl_paramtext_user_inputs();
	if (strcmp(what, "mdoc") == 0)
		return fl_paramtext_mdoc();
	return NULL;
}

static bool needs_context(const char *what)
{
	return strcmp(what, "docker-run") == 0 || strcmp(what, "env") == 0 ||
	       strcmp(what, "json") == 0 || strcmp(what, "context") == 0;
}

static int print(struct run *run, const char *what, bool json)
{
	struct fl_error err = FL_ERROR_INIT;
	fl_auto_free char *text = fixed_text(what, json);

	if (text == NULL && strcmp(what, "context") == 0) {
		if (fl_context_read(run->paths.context, &run->context, &err) != 0)
			return finish(&err);
		print_context(run->context, stdout);
	} else if (text == NULL) {
		if (look(run, &err) != 0)
			return finish(&err);
		text = strcmp(what, "env") == 0    ? fl_container_env(&run->settings)
		       : strcmp(what, "json") == 0 ? fl_settings_json(&run->settings)
						   : docker_run(run);
	}
	if (text != NULL)
		fputs(text, stdout);
	return fl_flush(stdout, &err) != 0 ? finish(&err) : FL_EXIT_OK;
}

static int record_stage(const struct run *run, const char *stage, int lock_fd)
{
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_READY);

	fl_log_open(strncmp(stage, "bootstrap", 9) == 0 ? run->paths.bootstrap_log
							: run->paths.configure_log,
		    run->paths.journal);
	if ((lock_fd >= 0 && fl_stage_lock(lock_fd, &err) != 0) ||
	    fl_stage_set(&run->paths, stage, &err) != 0)
		return finish(&err);
	if (strcmp(stage, "bootstrap_success") == 0)
		fl_step_done(&step, "%s holds %s, so READY=YES may be reported", run->paths.status,
			     stage);
	return FL_EXIT_OK;
}

static void fl_cleanup_run(struct run *run)
{
	fl_log_close();
	fl_context_free(run->context);
	fl_settings_free(&run->settings);
	fl_paths_free(&run->paths);
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(fl_cleanup_run))) struct run run = { .context = NULL };
	struct arguments args = { .lock_fd = -1 };
	struct fl_options parser;
	int64_t fd;
	int id;

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
			break;
		case OPT_JSON:
			args.json = true;
			break;
		case OPT_STAGE:
			args.stage = parser.value;
			break;
		case OPT_LOCK_FD:
			if (!fl_number(parser.value, 3, 1023, &fd))
				return fl_options_mistake(&parser,
							  "--lock-fd takes a descriptor's number");
			args.lock_fd = (int)fd;
			break;
		default:
			return parser.status;
		}
	}
	if (parser.index < argc)
		return fl_options_mistake(&parser, "'%s': operands are not taken",
					  argv[parser.index]);
	if (args.stage != NULL && !fl_stage_valid(args.stage))
		return fl_options_mistake(&parser, "--stage: '%s' is no stage", args.stage);
	if (args.print != NULL && !needs_context(args.print)) {
		fl_auto_free char *known = fixed_text(args.print, false);

		if (known == NULL)
			return fl_options_mistake(&parser, "--print: '%s' cannot be printed",
						  args.print);
	}
	fl_paths_init(&run.paths, parser.root, args.context);
	if (args.stage != NULL)
		return record_stage(&run, args.stage, args.lock_fd);
	if (args.print != NULL)
		return print(&run, args.print, args.json);
	return args.dry_run ? dry_run(&run) : configure(&run);
}
