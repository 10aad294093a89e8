/* SPDX-License-Identifier: Apache-2.0 */
/* fl-onegate-publish tells OneGate where the ready SuperLink is (step 11), or publishes pairs. */
#include "base/log.h"
#include "base/options.h"
#include "config/resolve.h"
#include "onegate/publication.h"
#include "superlink/step.h"

enum { OPT_DRY_RUN = 'n', OPT_VERIFY = 1, OPT_PRINT_CURL, OPT_JSON, OPT_TIMEOUT, OPT_CONTEXT };

static const struct fl_option options[] = {
	{ OPT_DRY_RUN, "dry-run", NULL, "print the pairs, send and write nothing" },
	{ OPT_VERIFY, "verify", NULL, "read the attributes back and compare them" },
	{ OPT_PRINT_CURL, "print-curl", NULL,
	  "print the equivalent curl command without the token,\nsend and write nothing" },
	{ OPT_JSON, "json", NULL, "print one JSON object instead of NAME=VALUE lines" },
	{ OPT_TIMEOUT, "timeout", "SECONDS", "for all tries together, 1 to 3600 (20)" },
	{ OPT_CONTEXT, "context", "FILE", "the context (/run/one-context/one_env)" },
	{ 0, NULL, NULL, NULL },
};

static const struct fl_command command = {
	.program = "fl-onegate-publish",
	.summary = "Publishes attributes of this VM to OneGate in one request.",
	.synopsis = "[-n] [-qv] [--root DIR] [--context FILE] [--verify] [--print-curl] [--json] "
		    "[--timeout SECONDS] [NAME=VALUE ...]",
	.options = options,
	.operands = true,
	.notes = "Without operands: FL_READY, FL_ENDPOINT, FL_VERSION and FL_ROLE of the "
		 "SuperLink.\n"
		 "What was published goes to stdout.\n"
		 "Exit status: 0 done, 1 this VM has no OneGate, 64 usage, 69 OneGate refused or\n"
		 "cannot be reached, 71 files, 75 timed out, 78 bad context. See "
		 "fl-onegate-publish(8).",
};

struct run {
	bool dry_run, print_curl, json;
	bool has_pairs;  /* on the command line */
	int64_t timeout; /* seconds */
	struct fl_paths paths;
	struct fl_publication publication;
};

static void free_run(struct run *run)
{
	fl_log_close();
	fl_publication_free(&run->publication);
	fl_paths_free(&run->paths);
}

/* Returns false if main must return the parser's status at once. */
static bool parse(struct run *run, struct fl_options *parser)
{
	struct fl_error err = FL_ERROR_INIT;
	const char *context = NULL;
	int id;

	while ((id = fl_options_next(parser, stdout)) > 0) {
		switch (id) {
		case OPT_DRY_RUN:
			run->dry_run = true;
			break;
		case OPT_VERIFY:
			run->publication.verify = true;
			break;
		case OPT_PRINT_CURL:
			run->print_curl = true;
			break;
		case OPT_JSON:
			run->json = true;
			break;
		case OPT_TIMEOUT:
			fl_options_seconds(parser, 1, 3600, &run->timeout);
			break;
		case OPT_CONTEXT:
			context = parser->value;
			break;
		}
	}
	if (id == FL_OPTION_LEAVE)
		return false;
	for (char **pair = parser->operands; *pair != NULL; pair++) {
		if (fl_attributes_parse(&run->publication.attributes, *pair, &err) != 0)
			return fl_options_mistake(parser, "%s", err.message);
	}
	run->has_pairs = parser->operands[0] != NULL;
	fl_paths_init(&run->paths, parser->root, context);
	return true;
}

static int prepare(struct run *run, bool to_send, struct fl_error *err)
{
	struct fl_publication *publication = &run->publication;

	if (fl_publication_open(publication, &run->paths, to_send, run->timeout, err) != 0 ||
	    /* A curl command needs OneGate's URL. */
	    (run->print_curl && fl_publication_has_onegate(publication, &run->paths, err) != 0))
		return -1;
	if (run->has_pairs)
		return 0;
	if (fl_resolve_load(&publication->settings, &run->paths, publication->context, err) != 0)
		return -1;
	return fl_publication_add_ready(publication, NULL, err);
}

static int print(const struct run *run, struct fl_error *err)
{
	const struct fl_publication *publication = &run->publication;
	fl_auto_free char *text = run->print_curl ? fl_onegate_curl(&publication->onegate,
								    &publication->attributes,
								    run->timeout, err)
				  : run->json     ? fl_attributes_json(&publication->attributes)
						  : fl_attributes_text(&publication->attributes);

	if (text == NULL)
		return -1;
	fputs(text, stdout);
	return fl_flush(stdout, err);
}

/* -n and --print-curl. */
static enum fl_exit show(struct run *run)
{
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;
	const char *type;

	/* Encode the pairs only to find out whether a request could carry them. */
	if (prepare(run, false, &err) == 0 &&
	    fl_attributes_encode(&run->publication.attributes, &body, &type, &err) == 0 &&
	    print(run, &err) == 0)
		return FL_EXIT_OK;
	return fl_log_error(&err);
}

/* The pairs of the command line: no step of the boot, and no report. */
static enum fl_exit publish_pairs(struct run *run)
{
	struct fl_error err = FL_ERROR_INIT;
	fl_auto_free char *url = NULL;

	if (prepare(run, true, &err) != 0 ||
	    fl_publication_tell(&run->publication, &run->paths, &err) != 0)
		return fl_log_error(&err);
	url = fl_quoted(run->publication.onegate.url);
	fl_log(FL_INFO, "published to %s", url);
	return print(run, &err) == 0 ? FL_EXIT_OK : fl_log_error(&err);
}

/* Step 11. */
static enum fl_exit publish_ready(struct run *run)
{
	struct fl_publication *publication = &run->publication;
	struct fl_step step = fl_step_begin(FL_STEP_PUBLISH);
	struct fl_error err = FL_ERROR_INIT, report_err = FL_ERROR_INIT;
	bool published = false;
	enum fl_exit status;

	fl_log_open(run->paths.bootstrap_log, run->paths.journal);
	published = prepare(run, true, &err) == 0 &&
		    fl_publication_tell(publication, &run->paths, &err) == 0;
	if (published) {
		fl_auto_free char *url = fl_quoted(publication->onegate.url);

		status = fl_step_done(&step, "%s, Flower %s, to %s%s", publication->endpoint,
				      publication->version, url,
				      publication->verify ? ", verified" : "");
	} else if (err.code == FL_EXIT_NO) {
		fl_step_done(&step, "%s", err.message);
		status = FL_EXIT_NO;
	} else {
		status = fl_step_failed(&step, &err);
	}
	/* The SuperLink works even if this failed, so the report is written in any case. */
	if (fl_publication_report(publication, &run->paths, published ? NULL : &err, &report_err) !=
	    0) {
		fl_log_error(&report_err);
		if (status == FL_EXIT_OK || status == FL_EXIT_NO)
			status = report_err.code;
	}
	return published && print(run, &err) != 0 ? fl_log_error(&err) : status;
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(free_run))) struct run run = { .timeout = 20,
							      .publication = FL_PUBLICATION_INIT };
	struct fl_options parser;

	fl_options_begin(&parser, &command, argc, argv);
	if (!parse(&run, &parser))
		return parser.status;
	if (run.dry_run || run.print_curl)
		return show(&run);
	return (int)(run.has_pairs ? publish_pairs(&run) : publish_ready(&run));
}
