/* SPDX-License-Identifier: Apache-2.0 */
/* Step 11 of the boot: tells OneGate that the SuperLink is ready and where; or any other pairs. */
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/options.h"
#include "config/resolve.h"
#include "onegate/endpoint.h"
#include "onegate/onegate.h"
#include "superlink/report.h"
#include "superlink/step.h"
#include "build.h"

#define TIMEOUT      20 /* seconds for everything, spec section 8 */
#define TIMEOUT_MOST 3600
#define LOOKUP       5 /* seconds of them for OneGate's name while the address is chosen */

enum {
	OPTION_DRY_RUN = 'n',
	OPTION_VERIFY = 1,
	OPTION_PRINT_CURL,
	OPTION_JSON,
	OPTION_TIMEOUT,
	OPTION_CONTEXT
};

static const struct fl_option options_table[] = {
	{ OPTION_DRY_RUN, "dry-run", NULL, "print the pairs, send and write nothing" },
	{ OPTION_VERIFY, "verify", NULL, "read the attributes back and compare them" },
	{ OPTION_PRINT_CURL, "print-curl", NULL,
	  "print the equivalent curl command without the token,\nsend and write nothing" },
	{ OPTION_JSON, "json", NULL, "print one JSON object instead of NAME=VALUE lines" },
	{ OPTION_TIMEOUT, "timeout", "SECONDS", "for all tries together, 1 to 3600 (20)" },
	{ OPTION_CONTEXT, "context", "FILE", "the context (/run/one-context/one_env)" },
	{ 0, NULL, NULL, NULL },
};

static const struct fl_command command = {
	.program = "fl-onegate-publish",
	.summary = "Publishes attributes of this VM to OneGate in one request.",
	.synopsis = "[-n] [-qv] [--root DIR] [--context FILE] [--verify] [--print-curl] [--json] "
		    "[--timeout SECONDS] [NAME=VALUE ...]",
	.options = options_table,
	.operands = true,
	.notes = "Without operands: FL_READY, FL_ENDPOINT, FL_VERSION and FL_ROLE of the "
		 "SuperLink.\n"
		 "What was published goes to stdout.\n"
		 "Exit status: 0 done, 1 this VM has no OneGate, 64 usage, 69 OneGate refused or\n"
		 "cannot be reached, 71 files, 75 timed out, 78 bad context. See "
		 "fl-onegate-publish(8).",
};

struct job {
	bool dry_run, verify, print_curl, json;
	bool own;        /* pairs were given as operands */
	int64_t timeout; /* seconds */
	fl_time deadline;
	struct fl_paths paths;
	struct fl_context *context;
	struct fl_onegate onegate;
	struct fl_settings settings;
	struct fl_attributes attributes;
	char *version;  /* NULL until the settings are there */
	char *endpoint; /* NULL if there is no address */
};

static void free_job(struct job *job)
{
	fl_paths_free(&job->paths);
	fl_context_free(job->context);
	fl_onegate_free(&job->onegate);
	fl_settings_free(&job->settings);
	fl_attributes_free(&job->attributes);
	fl_cleanup_free(&job->version);
	fl_cleanup_free(&job->endpoint);
}

/* Returns false if main is to return *STATUS at once. */
static bool parse(struct job *job, int argc, char **argv, enum fl_exit *status)
{
	struct fl_error err = FL_ERROR_INIT;
	struct fl_options options;
	const char *context = NULL;
	int id;

	fl_options_begin(&options, &command, argc, argv);
	while ((id = fl_options_next(&options, stdout)) != FL_OPTION_END) {
		*status = options.status;
		if (id == FL_OPTION_LEAVE)
			return false;
		job->dry_run |= id == OPTION_DRY_RUN;
		job->verify |= id == OPTION_VERIFY;
		job->print_curl |= id == OPTION_PRINT_CURL;
		job->json |= id == OPTION_JSON;
		if (id == OPTION_CONTEXT)
			context = options.value;
		if (id == OPTION_TIMEOUT)
			fl_options_seconds(&options, 1, TIMEOUT_MOST, &job->timeout);
	}
	for (char **pair = options.operands; *pair != NULL; pair++) {
		if (fl_attributes_parse(&job->attributes, *pair, &err) != 0) {
			*status = FL_EXIT_USAGE;
			return fl_options_mistake(&options, "%s", err.message);
		}
	}
	job->own = options.operands[0] != NULL;
	fl_paths_init(&job->paths, options.root, context);
	return true;
}

static int find_endpoint(struct job *job, struct fl_error *err)
{
	struct fl_endpoint endpoint;

	if (fl_endpoint_find(&job->settings, job->context, job->onegate.host,
			     fl_earlier(job->deadline, fl_deadline(LOOKUP)), &endpoint, err) != 0)
		return -1;
	job->endpoint = fl_address_text(&endpoint.address);
	fl_log(FL_DEBUG, "endpoint %s%s%s: %s", job->endpoint,
	       endpoint.link[0] != '\0' ? " on " : "", endpoint.link, endpoint.rule);
	return 0;
}

/* The four attributes of a SuperLink that is ready. */
static int describe_superlink(struct job *job, struct fl_error *err)
{
	if (fl_resolve_load(&job->settings, &job->paths, job->context, err) != 0 ||
	    fl_endpoint_version(&job->paths, &job->settings, &job->version, err) != 0 ||
	    find_endpoint(job, err) != 0)
		return -1;
	if (fl_attributes_add(&job->attributes, "FL_READY", "YES", err) != 0 ||
	    fl_attributes_add(&job->attributes, "FL_ENDPOINT", job->endpoint, err) != 0 ||
	    fl_attributes_add(&job->attributes, "FL_VERSION", job->version, err) != 0)
		return -1;
	return fl_attributes_add(&job->attributes, "FL_ROLE", "superlink", err);
}

static int no_onegate(const struct job *job, struct fl_error *err)
{
	return fl_error_set(
		err, FL_EXIT_NO, 0,
		"nothing published: this VM has no OneGate, as there is no ONEGATE_ENDPOINT "
		"in %s",
		job->paths.context);
}

static int prepare(struct job *job, struct fl_error *err)
{
	if (fl_context_read(job->paths.context, &job->context, err) != 0 ||
	    fl_onegate_init(&job->onegate, job->context, job->paths.context, job->timeout, err) !=
		    0)
		return -1;
	if (!job->own && describe_superlink(job, err) != 0) {
		/* Without a OneGate nobody is told the address, so that it may be missing. */
		if (err->code != FL_EXIT_UNAVAILABLE || job->onegate.url != NULL || job->dry_run)
			return -1;
		fl_log(FL_WARNING, "%s", err->message);
	}
	/* -n alone shows the pairs, for which no OneGate is needed; a command needs its URL. */
	if (job->onegate.url == NULL && (job->print_curl || !job->dry_run))
		return no_onegate(job, err);
	return 0;
}

static int publish(const struct job *job, struct fl_error *err)
{
	fl_auto_http struct fl_http *http = fl_http_new();

	if (fl_onegate_publish(&job->onegate, http, &job->attributes, job->deadline, err) != 0)
		return -1;
	if (!job->verify)
		return 0;
	return fl_onegate_verify(&job->onegate, http, &job->attributes, job->deadline, err);
}

static int print(const struct job *job, struct fl_error *err)
{
	fl_auto_free char *text = job->print_curl ? fl_onegate_curl(&job->onegate, &job->attributes,
								    job->timeout, err)
				  : job->json     ? fl_attributes_json(&job->attributes)
						  : fl_attributes_text(&job->attributes);

	if (text == NULL)
		return -1;
	fputs(text, stdout);
	return fl_flush(stdout, err);
}

/* -n and --print-curl. */
static enum fl_exit look(struct job *job)
{
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;
	const char *type;

	/* What the request could not carry is found out without a request as well. */
	if (prepare(job, &err) == 0 &&
	    fl_attributes_encode(&job->attributes, &body, &type, &err) == 0 &&
	    print(job, &err) == 0)
		return FL_EXIT_OK;
	fl_log_error(&err);
	return err.code;
}

/* Operands: somebody's own pairs; no step of the boot and no report. */
static enum fl_exit publish_own(struct job *job)
{
	struct fl_error err = FL_ERROR_INIT;

	if (prepare(job, &err) == 0 && publish(job, &err) == 0) {
		fl_auto_free char *url = fl_quoted(job->onegate.url);

		fl_log(FL_INFO, "published to %s", url);
		if (print(job, &err) == 0)
			return FL_EXIT_OK;
	}
	fl_log_error(&err);
	return err.code;
}

static int write_report(const struct job *job, const char *outcome, struct fl_error *err)
{
	const struct fl_report report = { .endpoint = job->endpoint,
					  .version = job->version,
					  .role = "superlink",
					  .onegate = outcome };
	size_t changed = 0;

	if (job->version == NULL) /* nothing is known of the SuperLink */
		return 0;
	if (fl_report_write(&report, &job->paths, &job->settings, &changed, err) != 0)
		return -1;
	fl_log(FL_DEBUG, "report %s: %s", job->paths.report,
	       changed == 0 ? "unchanged" : "written");
	return 0;
}

/* Step 11. */
static enum fl_exit publish_ready(struct job *job)
{
	struct fl_step step = fl_step_begin(FL_STEP_PUBLISH);
	struct fl_error err = FL_ERROR_INIT, report_err = FL_ERROR_INIT;
	fl_auto_free char *outcome = NULL;
	enum fl_exit status = FL_EXIT_OK;
	bool published = false;

	fl_log_open(job->paths.bootstrap_log, job->paths.journal);
	published = prepare(job, &err) == 0 && publish(job, &err) == 0;
	if (!published)
		status = err.code;
	if (published) {
		fl_auto_free char *url = fl_quoted(job->onegate.url);

		fl_step_done(&step, "%s, Flower %s, to %s%s", job->endpoint, job->version, url,
			     job->verify ? ", verified" : "");
		outcome = fl_xasprintf("yes, to %s", url);
	} else if (status == FL_EXIT_NO) {
		fl_step_done(&step, "%s", err.message);
		outcome = fl_xstrdup("no, this VM has no OneGate");
	} else {
		fl_step_failed(&step, &err);
		outcome = fl_xasprintf("no, %s", err.message);
	}
	/* The SuperLink serves also after a failure, so the report has it. */
	if (write_report(job, outcome, &report_err) != 0) {
		fl_log_error(&report_err);
		if (status == FL_EXIT_OK || status == FL_EXIT_NO)
			status = report_err.code;
	}
	if (published && print(job, &err) != 0) {
		fl_log_error(&err);
		status = err.code;
	}
	fl_log_close();
	return status;
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(free_job))) struct job job = { .timeout = TIMEOUT };
	enum fl_exit status = FL_EXIT_OK;

	if (!parse(&job, argc, argv, &status))
		return (int)status;
	job.deadline = fl_deadline(job.timeout);
	if (job.dry_run || job.print_curl)
		return (int)look(&job);
	return (int)(job.own ? publish_own(&job) : publish_ready(&job));
}
