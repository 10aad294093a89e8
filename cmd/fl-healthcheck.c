/* SPDX-License-Identifier: Apache-2.0 */
/* fl-healthcheck tells whether the SuperLink works, waits until it does (step 10), or reports. */
#include <string.h>

#include "base/log.h"
#include "base/options.h"
#include "config/resolve.h"
#include "docker/systemd.h"
#include "health/layers.h"
#include "health/probe.h"
#include "health/verdict.h"
#include "health/watch.h"
#include "readiness/readiness.h"
#include "superlink/database.h"

enum { OPT_WAIT = 1, OPT_PROBE, OPT_REPORT, OPT_DOCKER, OPT_JSON };

static const struct fl_option options[] = {
	{ OPT_WAIT, "wait", "[SECONDS]",
	  "try until it works, for SECONDS at most\n(default: FL_HEALTH_TIMEOUT)" },
	{ OPT_PROBE, "probe", "PROBE",
	  "superlink: all layers (the default);\ngrpc: one gRPC call; tcp: a plain connect" },
	{ OPT_REPORT, "report", NULL, "tell OneGate, status and motd what has changed" },
	{ OPT_DOCKER, "docker", "PATH", FL_DOCKER_SOCKET_HELP },
	{ OPT_JSON, "json", NULL, "print the result as one JSON object" },
	{ 0, NULL, NULL, NULL },
};

static const struct fl_command command = {
	.program = "fl-healthcheck",
	.summary = "Tells whether the Flower SuperLink works.",
	.synopsis = "[-qv] [--root DIR] [--wait[=SECONDS] | --report] [--probe=superlink|grpc|tcp] "
		    "[--docker PATH] [--json] [HOST:PORT]",
	.options = options,
	.operands = true,
	.notes = "HOST:PORT is for --probe=grpc and tcp; the default is the Fleet port.\n"
		 "Exit status: 0 it works; 1 it does not; with --wait 69 waiting cannot help,\n"
		 "75 timed out; 64 usage; 78 superlink.json is invalid. See fl-healthcheck(8).",
};

struct run {
	const char *probe; /* superlink, grpc or tcp */
	bool superlink, waits, reports, json, by_systemd;
	int64_t seconds; /* to wait; 0: FL_HEALTH_TIMEOUT */
	fl_time deadline;
	const char *socket;
	struct fl_address address; /* port 0: not given */
	struct fl_paths paths;
	struct fl_settings settings;
	struct fl_http *http;
	struct fl_docker *docker;
	struct fl_health health;
	char *object; /* for --json */
};

static void free_run(struct run *run)
{
	fl_log_close();
	fl_health_free(&run->health);
	fl_docker_free(run->docker);
	fl_http_free(run->http);
	fl_settings_free(&run->settings);
	fl_paths_free(&run->paths);
	free(run->object);
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
		case OPT_REPORT:
			run->reports = true;
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
	if (run->reports && (run->waits || run->json || !run->superlink))
		return fl_options_mistake(parser, "--report goes with --root and --docker only");
	if (address != NULL && run->superlink)
		return fl_options_mistake(parser, "HOST:PORT is for --probe=grpc and --probe=tcp");
	if (address != NULL && parser->operands[1] != NULL)
		return fl_options_mistake(parser, "more than one HOST:PORT");
	if (address != NULL && !fl_address_parse(address, &run->address))
		return fl_options_mistake(parser, "'%.200s' is no HOST:PORT", address);
	fl_paths_init(&run->paths, parser->root, NULL);
	run->by_systemd = fl_paths_is_host(&run->paths) && fl_systemd_running();
	return true;
}

/* Takes from superlink.json what the command line does not say. */
static int configure(struct run *run, struct fl_error *err)
{
	bool lacks_seconds = run->waits && run->seconds == 0;

	if ((run->address.port == 0 || lacks_seconds) &&
	    fl_resolve_load(&run->settings, &run->paths, NULL, err) != 0)
		return -1;
	if (lacks_seconds)
		run->seconds = fl_settings_integer(&run->settings, FL_PARAM_HEALTH_TIMEOUT);
	run->deadline = run->waits ? fl_deadline(run->seconds) : FL_NEVER;
	if (run->address.port == 0) {
		run->address = fl_settings_address(&run->settings, FL_PARAM_FLEET_API_ADDRESS);
		run->address = fl_address_reach(&run->address);
	}
	return 0;
}

/* --probe=grpc and --probe=tcp. */
static enum fl_exit probe_address(struct run *run)
{
	enum fl_probe kind = strcmp(run->probe, "tcp") == 0 ? FL_PROBE_TCP : FL_PROBE_GRPC;
	fl_auto_free char *where = fl_address_text(&run->address);
	struct fl_error err = FL_ERROR_INIT;
	int lost = fl_probe(kind, &run->address, run->waits, FL_PROBE_TRY, run->deadline, &err);

	if (lost)
		fl_log_error(&err);
	run->object = fl_verdict_json_one(run->probe, !lost, lost ? err.message : where);
	return !lost ? FL_EXIT_OK : run->waits ? FL_EXIT_TIMEOUT : FL_EXIT_NO;
}

/* All layers. With --wait that is step 10, which also notes the version that is ready. */
static enum fl_exit check_layers(struct run *run)
{
	struct fl_health_check check = { .http = run->http,
					 .docker = run->docker,
					 .settings = &run->settings,
					 .proc = FL_PROC,
					 .state_dir = run->paths.state_dir,
					 .by_systemd = run->by_systemd };
	struct fl_step step = fl_step_begin(FL_STEP_HEALTH);
	enum fl_exit status = FL_EXIT_NO;

	if (run->waits)
		status = fl_watch(&run->health, &check, run->deadline);
	else if (fl_layers_try(&run->health, &check, fl_now() + FL_HEALTH_TRY))
		status = FL_EXIT_OK;
	fl_verdict_tell(&run->health, &check, status, run->waits ? &step : NULL);
	if (run->waits && status == FL_EXIT_OK)
		fl_database_ready(&run->paths, &run->settings, run->health.container.image);
	run->object = fl_verdict_json(&run->health);
	return status;
}

static enum fl_exit run_check(struct run *run)
{
	if (!run->superlink)
		return probe_address(run);
	if (run->waits || run->reports)
		fl_log_open(run->paths.bootstrap_log, run->paths.journal);
	if (run->reports)
		return fl_readiness_report(&run->paths, run->socket, run->by_systemd);
	run->http = fl_http_new();
	run->docker = fl_docker_new(run->http, run->socket);
	return check_layers(run);
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(free_run))) struct run run = {
		.probe = "superlink", .socket = fl_docker_default_socket()
	};
	struct fl_options parser;
	struct fl_error err = FL_ERROR_INIT;
	enum fl_exit status;

	fl_options_begin(&parser, &command, argc, argv);
	if (!parse(&run, &parser))
		return parser.status;
	if (!run.reports && configure(&run, &err) != 0)
		return fl_log_error(&err);
	status = run_check(&run);
	if (run.json)
		fputs(run.object, stdout);
	return (int)(fl_flush(stdout, &err) == 0 ? status : fl_log_error(&err));
}
