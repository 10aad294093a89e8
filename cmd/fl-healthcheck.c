/* SPDX-License-Identifier: Apache-2.0 */
/* fl-healthcheck: whether the SuperLink works, or waiting until it does (step 10). */
#include <string.h>

#include "base/log.h"
#include "base/options.h"
#include "config/resolve.h"
#include "health/layers.h"
#include "health/probe.h"
#include "health/verdict.h"
#include "health/watch.h"
#include "superlink/step.h"

enum { OPT_WAIT = 1, OPT_PROBE, OPT_DOCKER, OPT_JSON };

#define QUIET_AT_FIRST (2 * FL_SEC) /* of waiting: most starts are over by then */

static const struct fl_option table[] = {
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
	.options = table,
	.operands = true,
	.notes = "HOST:PORT is for --probe=grpc and tcp; the default is the Fleet port.\n"
		 "Exit status: 0 it works; 1 it does not; with --wait 69 it cannot work any more,\n"
		 "75 timed out; 64 usage; 78 superlink.json is invalid. See fl-healthcheck(8).",
};

enum probe { PROBE_SUPERLINK, PROBE_GRPC, PROBE_TCP };

static const char *const probe_names[] = { "superlink", "grpc", "tcp" };

struct call {
	enum probe probe;
	bool waits;
	int64_t seconds; /* 0: FL_HEALTH_TIMEOUT */
	bool json;
	const char *socket;
	bool has_address;
	struct fl_address address;
	struct fl_paths paths;
	struct fl_settings settings;
};

static void cleanup_call(struct call *call)
{
	fl_settings_free(&call->settings);
	fl_paths_free(&call->paths);
}

static bool parse_probe(const char *name, enum probe *probe)
{
	for (size_t i = 0; i < FL_ARRAY_SIZE(probe_names); i++) {
		if (strcmp(name, probe_names[i]) == 0) {
			*probe = (enum probe)i;
			return true;
		}
	}
	return false;
}

/* Returns FL_OPTION_END, or FL_OPTION_LEAVE with options->status. */
static int parse(struct fl_options *options, struct call *call)
{
	const char *operand;
	int id;

	while ((id = fl_options_next(options, stdout)) > 0) {
		if (id == OPT_WAIT) {
			call->waits = true;
			if (options->value != NULL)
				fl_options_seconds(options, 1, FL_SECONDS_MOST, &call->seconds);
		} else if (id == OPT_PROBE && !parse_probe(options->value, &call->probe)) {
			fl_options_mistake(options, "--probe takes superlink, grpc or tcp");
		} else if (id == OPT_DOCKER) {
			fl_options_socket(options, &call->socket);
		} else if (id == OPT_JSON) {
			call->json = true;
		}
	}
	if (id != FL_OPTION_END)
		return id;
	operand = options->operands[0];
	if (operand == NULL)
		return FL_OPTION_END;
	if (call->probe == PROBE_SUPERLINK)
		fl_options_mistake(options, "HOST:PORT is for --probe=grpc and --probe=tcp");
	else if (options->operands[1] != NULL)
		fl_options_mistake(options, "more than one HOST:PORT");
	else if (!fl_address_parse(operand, &call->address))
		fl_options_mistake(options, "'%.200s' is no HOST:PORT", operand);
	else
		call->has_address = true;
	return call->has_address ? FL_OPTION_END : FL_OPTION_LEAVE;
}

static int print(const char *text, struct fl_error *err)
{
	fputs(text, stdout);
	return fl_flush(stdout, err);
}

static enum fl_exit run_probe(const struct call *call, fl_time deadline)
{
	enum fl_probe kind = call->probe == PROBE_TCP ? FL_PROBE_TCP : FL_PROBE_GRPC;
	fl_auto_free char *where = fl_address_text(&call->address);
	fl_auto_free char *json = NULL;
	struct fl_error err = FL_ERROR_INIT;
	fl_time start = fl_now();
	bool answers = fl_probe(kind, &call->address, call->waits, FL_HEALTH_TRY, deadline, &err) ==
		       0;

	if (answers) {
		char took[FL_DURATION_SIZE];

		fl_log(FL_DEBUG, "%s answers after %s", where, fl_duration(took, fl_now() - start));
	} else {
		fl_log_error(&err);
	}
	json = fl_verdict_json_one(probe_names[call->probe], answers,
				   answers ? where : err.message);
	if (call->json && print(json, &err) != 0) {
		fl_log_error(&err);
		return err.code;
	}
	if (answers)
		return FL_EXIT_OK;
	return call->waits ? FL_EXIT_TIMEOUT : FL_EXIT_NO;
}

struct progress {
	fl_time began;
	int seconds; /* for which it waits at most */
};

static void show_progress(void *data, const struct fl_health *health)
{
	const struct progress *progress = data;
	enum fl_layer_id failure = fl_health_failure(health);
	fl_time now = fl_now();

	if (failure == FL_LAYER_COUNT || now - progress->began < QUIET_AT_FIRST)
		return;
	fl_log_progress("waiting for the SuperLink, %d of %d s: %s: %s",
			(int)((now - progress->began) / FL_SEC), progress->seconds,
			fl_layer_name(failure), health->layers[failure].detail);
}

/* All layers, once. */
static enum fl_exit look(const struct fl_health_check *check, struct fl_health *health)
{
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;
	bool ready = fl_layers_try(health, check, fl_now() + FL_HEALTH_TRY);

	fl_verdict_log(health);
	if (ready)
		return FL_EXIT_OK;
	fl_verdict_error(health, check, FL_EXIT_NO, &log, &err);
	fl_log_error(&err);
	fl_verdict_show_log(&log);
	return FL_EXIT_NO;
}

/* Step 10. */
static enum fl_exit wait_for(const struct call *call, const struct fl_health_check *check,
			     struct fl_health *health, fl_time deadline)
{
	struct fl_step step = fl_step_begin(FL_STEP_HEALTH);
	struct progress progress = { .began = fl_now(), .seconds = (int)call->seconds };
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;
	enum fl_exit code = FL_EXIT_OK;
	int ready;

	fl_log_open(call->paths.bootstrap_log, call->paths.journal);
	ready = fl_watch(health, check, deadline, show_progress, &progress, &code);
	fl_log_progress_end();
	fl_verdict_log(health);
	if (ready == 0) {
		fl_step_done(&step, "%s is ready, all its layers hold", health->container.image);
	} else {
		fl_verdict_error(health, check, code, &log, &err);
		fl_step_failed(&step, &err);
		fl_verdict_show_log(&log);
	}
	fl_log_close();
	return code;
}

static enum fl_exit run_superlink(const struct call *call, fl_time deadline)
{
	fl_auto_http struct fl_http *http = fl_http_new();
	fl_auto_docker struct fl_docker *docker = fl_docker_new(http, call->socket);
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;
	fl_auto_free char *json = NULL;
	struct fl_health_check check = { .http = http,
					 .docker = docker,
					 .settings = &call->settings,
					 .proc = FL_PROC,
					 .state_dir = call->paths.state_dir };
	struct fl_error err = FL_ERROR_INIT;
	enum fl_exit status;

	status = call->waits ? wait_for(call, &check, &health, deadline) : look(&check, &health);
	if (!call->json)
		return status;
	json = fl_verdict_json(&health);
	if (print(json, &err) == 0)
		return status;
	fl_log_error(&err);
	return err.code;
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(cleanup_call))) struct call call = {
		.socket = fl_docker_default_socket(), .settings = FL_SETTINGS_INIT
	};
	struct fl_options options;
	struct fl_error err = FL_ERROR_INIT;
	struct fl_address fleet;

	fl_options_begin(&options, &command, argc, argv);
	if (parse(&options, &call) == FL_OPTION_LEAVE)
		return (int)options.status;
	fl_paths_init(&call.paths, options.root, NULL);
	if ((!call.has_address || (call.waits && call.seconds == 0)) &&
	    fl_resolve_load(&call.settings, &call.paths, NULL, &err) != 0) {
		fl_log_error(&err);
		return (int)err.code;
	}
	if (call.waits && call.seconds == 0)
		call.seconds = fl_settings_integer(&call.settings, FL_PARAM_HEALTH_TIMEOUT);
	if (call.probe == PROBE_SUPERLINK)
		return (int)run_superlink(&call, fl_deadline(call.seconds));
	if (!call.has_address) {
		fleet = fl_settings_address(&call.settings, FL_PARAM_FLEET_API_ADDRESS);
		call.address = fl_address_reach(&fleet);
	}
	return (int)run_probe(&call, call.waits ? fl_deadline(call.seconds) : FL_NEVER);
}
