/* SPDX-License-Identifier: Apache-2.0 */
/* fl-onegate-publish tells OneGate whether and where the SuperLink serves (step 11), or pairs. */
#include "base/log.h"
#include "base/options.h"
#include "config/resolve.h"
#include "readiness/announcement.h"

enum {
	OPT_DRY_RUN = 'n',
	OPT_VERIFY = 1,
	OPT_IF_CHANGED,
	OPT_PRINT_CURL,
	OPT_JSON,
	OPT_TIMEOUT,
	OPT_CONTEXT,
	OPT_DOCKER,
};

static const struct fl_option options[] = {
	{ OPT_DRY_RUN, "dry-run", NULL, "print the pairs, send and write nothing" },
	{ OPT_VERIFY, "verify", NULL, "read the attributes back and compare them" },
	{ OPT_IF_CHANGED, "if-changed", NULL, "send nothing that OneGate was told in this boot" },
	{ OPT_PRINT_CURL, "print-curl", NULL,
	  "print the equivalent curl command without the token,\nsend and write nothing" },
	{ OPT_JSON, "json", NULL, "print one JSON object instead of NAME=VALUE lines" },
	{ OPT_TIMEOUT, "timeout", "SECONDS", "for all tries together, 1 to 3600 (20)" },
	{ OPT_CONTEXT, "context", "FILE", "the context (/run/one-context/one_env)" },
	{ OPT_DOCKER, "docker", "PATH", FL_DOCKER_SOCKET_HELP },
	{ 0, NULL, NULL, NULL },
};

static const struct fl_command command = {
	.program = "fl-onegate-publish",
	.summary = "Publishes attributes of this VM to OneGate in one request.",
	.synopsis = "[-n] [-qv] [--root DIR] [--context FILE] [--docker PATH] [--verify] "
		    "[--if-changed] [--print-curl] [--json] [--timeout SECONDS] [NAME=VALUE ...]",
	.options = options,
	.operands = true,
	.notes =
		"Without operands: FL_READY=YES, FL_ENDPOINT, FL_VERSION and FL_ROLE if the "
		"SuperLink\nworks now, else FL_READY=NO. What was published goes to stdout.\n"
		"Exit status: 0 done, 1 not ready or no OneGate, 64 usage, 69 OneGate refused or\n"
		"cannot be reached, 71 files, 75 timed out, 78 bad context or superlink.json. See\n"
		"fl-onegate-publish(8).",
};

struct run {
	bool dry_run, print_curl, json;
	bool has_pairs;  /* on the command line */
	int64_t timeout; /* seconds */
	const char *socket;
	struct fl_paths paths;
	struct fl_announcement announcement;
	struct fl_publication *publication; /* in it */
};

static void free_run(struct run *run)
{
	fl_log_close();
	fl_announcement_free(&run->announcement);
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
			run->publication->verify = true;
			break;
		case OPT_IF_CHANGED:
			run->publication->if_changed = true;
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
		case OPT_DOCKER:
			fl_options_socket(parser, &run->socket);
			break;
		}
	}
	if (id == FL_OPTION_LEAVE)
		return false;
	for (char **pair = parser->operands; *pair != NULL; pair++) {
		if (fl_attributes_parse(&run->publication->attributes, *pair, &err) != 0)
			return fl_options_mistake(parser, "%s", err.message);
	}
	run->has_pairs = parser->operands[0] != NULL;
	fl_paths_init(&run->paths, parser->root, context);
	return true;
}

/* Prints the pairs, or with --print-curl the command; nothing if nothing was published. */
static int print(const struct run *run, struct fl_error *err)
{
	const struct fl_publication *publication = run->publication;
	fl_auto_free char *text = run->print_curl ? fl_onegate_curl(&publication->onegate,
								    &publication->attributes,
								    run->timeout, err)
				  : run->json     ? fl_attributes_json(&publication->attributes)
						  : fl_attributes_text(&publication->attributes);

	if (text == NULL)
		return -1;
	if (publication->sent || !publication->to_send)
		fputs(text, stdout);
	return fl_flush(stdout, err);
}

static int gather(struct run *run, struct fl_error *err)
{
	struct fl_publication *publication = run->publication;

	if (fl_publication_open(publication, &run->paths, false, run->timeout, err) != 0 ||
	    /* A curl command needs OneGate's URL. */
	    (run->print_curl && fl_publication_has_onegate(publication, &run->paths, err) != 0))
		return -1;
	if (run->has_pairs)
		return 0;
	if (fl_resolve_load(&publication->settings, &run->paths, publication->context, err) != 0)
		return -1;
	return fl_publication_add_ready(publication, NULL, err);
}

/* -n and --print-curl: what would be published of a SuperLink that is ready, without a look. */
static enum fl_exit show(struct run *run)
{
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;
	const char *type;

	/* Encode the pairs only to find out whether a request could carry them. */
	if (gather(run, &err) == 0 &&
	    fl_attributes_encode(&run->publication->attributes, &body, &type, &err) == 0 &&
	    print(run, &err) == 0)
		return FL_EXIT_OK;
	return fl_log_error(&err);
}

/* The pairs of the command line: no look, no step of the boot, and no report. */
static enum fl_exit publish_pairs(struct run *run)
{
	struct fl_publication *publication = run->publication;
	struct fl_error err = FL_ERROR_INIT;
	fl_auto_free char *url = NULL;

	if (fl_publication_open(publication, &run->paths, true, run->timeout, &err) != 0 ||
	    fl_publication_tell(publication, &run->paths, &err) != 0)
		return fl_log_error(&err);
	url = fl_quoted(publication->onegate.url);
	fl_log(FL_INFO, publication->sent ? "published to %s" : "%s was told so already", url);
	return print(run, &err) == 0 ? FL_EXIT_OK : fl_log_error(&err);
}

/* Step 11. */
static enum fl_exit publish_state(struct run *run)
{
	enum fl_exit status = fl_announcement_run(&run->announcement, &run->paths, run->socket,
						  run->timeout);
	struct fl_error err = FL_ERROR_INIT;

	return print(run, &err) == 0 ? status : fl_log_error(&err);
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(free_run))) struct run run = {
		.timeout = 20,
		.socket = fl_docker_default_socket(),
		.announcement = FL_ANNOUNCEMENT_INIT,
		.publication = &run.announcement.publication,
	};
	struct fl_options parser;

	fl_options_begin(&parser, &command, argc, argv);
	if (!parse(&run, &parser))
		return parser.status;
	if (run.dry_run || run.print_curl)
		return show(&run);
	return (int)(run.has_pairs ? publish_pairs(&run) : publish_state(&run));
}
