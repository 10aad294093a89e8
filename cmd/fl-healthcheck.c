/* SPDX-License-Identifier: Apache-2.0 */
/* fl-healthcheck tells whether the SuperLink works, or waits until it does (step 10). */
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/options.h"
#include "config/resolve.h"
#include "health/layers.h"
#include "health/probe.h"
#include "health/verdict.h"
#include "health/watch.h"
#include "superlink/database.h"

enum { OPT_WAIT = 1, OPT_PROBE, OPT_DOCKER, OPT_JSON };

static const struct fl_option options[] = {
	{ OPT_WAIT, "wait", "[SECONDS]",
	  "try until it works, for SECONDS at most\n(default: FL_HEALTH_TIMEOUT)" },
	{ OPT_PROBE, "probe", "PROBE",
	  "superlink: all layers (the default);\ngrpc: one gRPC call; tcp: a plain connect" },
	{ OPT_DOCKER, "docker", "PATH", FL_DOCKER_SOCKET_HELP },
	{ OPT_JSON, "json", NULL, "print the result as one JSON object" },
	{ 0, NULL, NULL, NULL },
};

static const struct fl_command command = {
	.program = "fl-healthcheck",
	.summary = "Tells whether the Flower SuperLink works.",
	.synopsis = "[-qv] [--root DIR] [--wait[=SECONDS]] [--probe=superlink|grpc|tcp] "
		    "[--docker PATH] [--json] [HOST:PORT]",
	.options = options,
	.operands = true,
	.notes = "HOST:PORT is for --probe=grpc and tcp; the default is the Fleet port.\n"
		 "Exit status: 0 it works; 1 it does not; with --wait 69 waiting cannot help,\n"
		 "75 timed out; 64 usage; 78 superlink.json is invalid. See fl-healthcheck(8).",
};

struct run {
	const char *probe; /* superlink, grpc or tcp */
	bool superlink;    /* the probe is superlink */
	bool waits, json, has_address;
	int64_t seconds; /* to wait; 0: FL_HEALTH_TIMEOUT */
	fl_time deadline;
	const char *socket;
	struct fl_address address;
	struct fl_paths paths;
	struct fl_settings settings;
	struct fl_http *http;
	struct fl_docker *docker;
	struct fl_health health;
};

static void free_run(struct run *run)
{
	fl_log_close();
	fl_health_free(&run->health);
	fl_docker_free(run->docker);
	fl_http_free(run->http);
	fl_settings_free(&run->settings);
	fl_paths_free(&run->paths);
}

/* Returns false if main must return the parser's status at once. */
static bool parse(struct run *run, struct fl_options *parser)
{
	const char *address;
	int id;

	while ((id = fl_options_next(parser, stdout)) > 0) {
		switch (id) {
		case OPT_WAIT:
			run->waits = true;
			if (parser->value != NULL)
				fl_options_seconds(parser, 1, FL_SECONDS_MOST, &run->seconds);
			break;
		case OPT_PROBE:
			run->probe = parser->value;
			if (strcmp(run->probe, "superlink") != 0 &&
			    strcmp(run->probe, "grpc") != 0 && strcmp(run->probe, "tcp") != 0)
				fl_options_mistake(parser, "--probe takes superlink, grpc or tcp");
			break;
		case OPT_DOCKER:
			fl_options_socket(parser, &run->socket);
			break;
		case OPT_JSON:
			run->json = true;
			break;
		}
	}
	if (id == FL_OPTION_LEAVE)
		return false;
	run->superlink = strcmp(run->probe, "superlink") == 0;
	address = parser->operands[0];
	run->has_address = address != NULL;
	if (address != NULL && run->superlink)
		return fl_options_mistake(parser, "HOST:PORT is for --probe=grpc and --probe=tcp");
	if (address != NULL && parser->operands[1] != NULL)
		return fl_options_mistake(parser, "more than one HOST:PORT");
	if (address != NULL && !fl_address_parse(address, &run->address))
		return fl_options_mistake(parser, "'%.200s' is no HOST:PORT", address);
	fl_paths_init(&run->paths, parser->root, NULL);
	return true;
}

/* Takes from superlink.json what the command line does not say. */
static int configure(struct run *run, struct fl_error *err)
{
	bool lacks_seconds = run->waits && run->seconds == 0;

	if ((!run->has_address || lacks_seconds) &&
	    fl_resolve_load(&run->settings, &run->paths, NULL, err) != 0)
		return -1;
	if (lacks_seconds)
		run->seconds = fl_settings_integer(&run->settings, FL_PARAM_HEALTH_TIMEOUT);
	run->deadline = run->waits ? fl_deadline(run->seconds) : FL_NEVER;
	if (!run->has_address) {
		run->address = fl_settings_address(&run->settings, FL_PARAM_FLEET_API_ADDRESS);
		run->address = fl_address_reach(&run->address);
	}
	return 0;
}

/* Prints --json's object. Returns STATUS, or the status of a failed write. */
static enum fl_exit finish(const struct run *run, const char *json, enum fl_exit status)
{
	struct fl_error err = FL_ERROR_INIT;

	if (run->json)
		fputs(json, stdout);
	return fl_flush(stdout, &err) == 0 ? status : fl_log_error(&err);
}

/* --probe=grpc and --probe=tcp. */
static enum fl_exit probe_address(const struct run *run)
{
	enum fl_probe kind = strcmp(run->probe, "tcp") == 0 ? FL_PROBE_TCP : FL_PROBE_GRPC;
	fl_auto_free char *where = fl_address_text(&run->address);
	fl_auto_free char *json = NULL;
	struct fl_error err = FL_ERROR_INIT;
	char took[FL_DURATION_SIZE];
	fl_time start = fl_now();

	if (fl_probe(kind, &run->address, run->waits, FL_HEALTH_TRY, run->deadline, &err) != 0) {
		fl_log_error(&err);
		json = fl_verdict_json_one(run->probe, false, err.message);
		return finish(run, json, run->waits ? FL_EXIT_TIMEOUT : FL_EXIT_NO);
	}
	fl_log(FL_DEBUG, "%s answers after %s", where, fl_duration(took, fl_now() - start));
	json = fl_verdict_json_one(run->probe, true, where);
	return finish(run, json, FL_EXIT_OK);
}

/* --probe=superlink. A wait (step 10) also notes beside the database which version was ready. */
static enum fl_exit check_layers(struct run *run)
{
	struct fl_health_check check = { .settings = &run->settings,
					 .proc = FL_PROC,
					 .state_dir = run->paths.state_dir };
	struct fl_step step = fl_step_begin(FL_STEP_HEALTH);
	struct fl_error err = FL_ERROR_INIT;
	enum fl_exit status = FL_EXIT_NO;
	fl_auto_free char *json = NULL;

	check.http = run->http = fl_http_new();
	check.docker = run->docker = fl_docker_new(run->http, run->socket);
	if (run->waits) {
		fl_log_open(run->paths.bootstrap_log, run->paths.journal);
		status = fl_watch(&run->health, &check, run->deadline);
	} else if (fl_layers_try(&run->health, &check, fl_now() + FL_HEALTH_TRY)) {
		status = FL_EXIT_OK;
	}
	if (status == FL_EXIT_OK && run->waits && geteuid() == 0 &&
	    fl_database_note(&run->paths, &run->settings,
			     fl_flower_tag(run->health.container.image), &err) != 0)
		fl_log(FL_WARNING, "%s", err.message);
	fl_verdict_tell(&run->health, &check, status, run->waits ? &step : NULL);
	json = fl_verdict_json(&run->health);
	return finish(run, json, status);
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(free_run))) struct run run = {
		.probe = "superlink", .socket = fl_docker_default_socket()
	};
	struct fl_options parser;
	struct fl_error err = FL_ERROR_INIT;

	fl_options_begin(&parser, &command, argc, argv);
	if (!parse(&run, &parser))
		return parser.status;
	if (configure(&run, &err) != 0)
		return fl_log_error(&err);
	return (int)(run.superlink ? check_layers(&run) : probe_address(&run));
}
