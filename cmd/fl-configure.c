/* SPDX-License-Identifier: Apache-2.0 */
/* fl-configure does steps 2 to 6 of the boot: from the context to files, folders and the unit. */
#include <string.h>

#include "base/log.h"
#include "base/number.h"
#include "base/options.h"
#include "config/paramtext.h"
#include "config/present.h"
#include "superlink/layout.h"
#include "superlink/printout.h"
#include "superlink/stage.h"
#include "superlink/step.h"

enum { OPT_DRY_RUN = 'n', OPT_CONTEXT = 1, OPT_PRINT, OPT_STAGE, OPT_LOCK_FD };

static const struct fl_option options[] = {
	{ OPT_DRY_RUN, "dry-run", NULL,
	  "name each file that would change, write nothing;\nexit 0: none would change, 1: "
	  "some would" },
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

struct run {
	bool dry_run;
	const char *print, *stage;
	int64_t lock_fd; /* 0: none */
	struct fl_paths paths;
	struct fl_present present;
};

static void free_run(struct run *run)
{
	fl_log_close();
	fl_present_free(&run->present);
	fl_paths_free(&run->paths);
}

/* Returns false if main must return the parser's status at once. */
static bool parse(struct run *run, struct fl_options *parser)
{
	const char *context = NULL;
	int id;

	while ((id = fl_options_next(parser, stdout)) > 0) {
		switch (id) {
		case OPT_DRY_RUN:
			run->dry_run = true;
			break;
		case OPT_CONTEXT:
			context = parser->value;
			break;
		case OPT_PRINT:
			run->print = parser->value;
			if (!fl_printout_known(run->print))
				fl_options_refuse(parser, "cannot be printed");
			break;
		case OPT_STAGE:
			run->stage = parser->value;
			if (!fl_stage_valid(run->stage))
				fl_options_refuse(parser, "is no stage");
			break;
		case OPT_LOCK_FD:
			if (!fl_number(parser->value, 3, 1023, &run->lock_fd))
				fl_options_mistake(parser, "--lock-fd takes a descriptor's number");
			break;
		}
	}
	if (id == FL_OPTION_LEAVE)
		return false;
	if (run->stage == NULL && run->lock_fd != 0)
		return fl_options_mistake(parser, "--lock-fd needs --stage");
	if (run->stage != NULL && (run->print != NULL || run->dry_run))
		return fl_options_mistake(parser, "--stage and --print or -n do not go together");
	fl_paths_init(&run->paths, parser->root, context);
	return true;
}

/* Step 2. */
static enum fl_exit read_context(struct run *run)
{
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_CONTEXT);
	size_t count;

	if (fl_present_read(&run->present, &run->paths, &err) != 0)
		return fl_step_failed(&step, &err);
	count = fl_context_count(run->present.context);
	return fl_step_done(&step, "%zu variable%s from %s", count, count == 1 ? "" : "s",
			    run->paths.context);
}

/* Step 3. */
static enum fl_exit validate(struct run *run)
{
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_VALIDATE);

	if (fl_present_validate(&run->present, &run->paths, &err) != 0)
		return fl_step_failed(&step, &err);
	return fl_step_done(&step, "%s",
			    run->present.stands ? "the configuration of the first boot is kept"
						: "all values are valid");
}

static enum fl_exit configure(struct run *run)
{
	enum fl_exit status;

	fl_log_open(run->paths.configure_log, run->paths.journal);
	fl_step_boot(&run->paths); /* step 1 */
	status = read_context(run);
	if (status == FL_EXIT_OK)
		status = validate(run);
	if (status == FL_EXIT_OK)
		status = fl_layout_write(&run->paths, &run->present.settings); /* steps 4 to 6 */
	return status;
}

static enum fl_exit dry_run(struct run *run)
{
	struct fl_error err = FL_ERROR_INIT;
	size_t count;

	if (fl_present_read(&run->present, &run->paths, &err) != 0 ||
	    fl_present_validate(&run->present, &run->paths, &err) != 0)
		return fl_log_error(&err);
	count = fl_layout_plan(&run->paths, &run->present.settings, stdout);
	if (fl_flush(stdout, &err) != 0)
		return fl_log_error(&err);
	return count == 0 ? FL_EXIT_OK : FL_EXIT_NO;
}

static enum fl_exit print(const struct run *run)
{
	struct fl_error err = FL_ERROR_INIT;

	return fl_printout(run->print, &run->paths, stdout, &err) == 0 ? FL_EXIT_OK
								       : fl_log_error(&err);
}

/* For service. Takes the lock first: if another run holds it, that run's status stays. */
static enum fl_exit record_stage(const struct run *run)
{
	const struct fl_paths *paths = &run->paths;
	struct fl_error err = FL_ERROR_INIT;
	bool bootstrap = strncmp(run->stage, "bootstrap", strlen("bootstrap")) == 0;

	fl_log_open(bootstrap ? paths->bootstrap_log : paths->configure_log, paths->journal);
	if ((run->lock_fd != 0 && fl_stage_lock((int)run->lock_fd, &err) != 0) ||
	    fl_stage_set(paths, run->stage, &err) != 0)
		return fl_log_error(&err);
	return FL_EXIT_OK;
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(free_run))) struct run run = { .present = FL_PRESENT_INIT };
	struct fl_options parser;

	fl_options_begin(&parser, &command, argc, argv);
	if (!parse(&run, &parser))
		return parser.status;
	if (run.stage != NULL)
		return record_stage(&run);
	if (run.print != NULL)
		return print(&run);
	return (int)(run.dry_run ? dry_run(&run) : configure(&run));
}
