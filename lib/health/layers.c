/* SPDX-License-Identifier: Apache-2.0 */
#include "health/layers.h"

#include "base/mem.h"
#include "docker/end.h"
#include "health/space.h"
#include "net/grpc.h"
#include "superlink/container.h"

#define SUPEREXEC "flower-superexec"

/* SuperExec's call of each second: it reads, and so creates, the database, and is not logged. */
#define METHOD_APPIO   "/flwr.proto.ServerAppIo/ListAppsToLaunch"
#define METHOD_CONTROL "/flwr.proto.Control/ListRuns"

/*
 * ListRunsRequest with limit (field 2) = 0. Without a limit the answer has all runs, and Flower
 * 1.29 to 1.32 deletes the objects of each finished run that it answers with (trap 32).
 */
#define NO_RUN "\x10\0"

/* Runs TRANSFER to its end. Returns false if the container ended before. */
static bool finish(const struct fl_health_check *check, struct fl_transfer *transfer)
{
	while (!fl_http_run(check->http, transfer, FL_NEVER)) {
		if (fl_end_code(check->end) >= 0)
			return false;
	}
	return true;
}

/* Sets a layer from an answer that never came. */
static void set_failed(struct fl_health *health, enum fl_layer_id id,
		       const struct fl_response *response, const char *message)
{
	health->closed_port = response->failure == FL_HTTP_CONNECT &&
			      response->errnum == ECONNREFUSED;
	fl_health_set(health, id, FL_LAYER_FAILS, "%s", message);
}

/* Each probe returns false if the container ended meanwhile, and then leaves its layer alone. */
static bool probe_grpc(struct fl_health *health, const struct fl_health_check *check,
		       enum fl_layer_id id, const struct fl_address *address, fl_time deadline)
{
	struct fl_grpc_call call = { .address = address,
				     .path = FL_GRPC_CHECK,
				     .deadline = deadline,
				     .connect_ms = check->connect_ms };
	fl_auto_free char *where = fl_address_text(address);
	fl_auto_transfer struct fl_transfer *transfer = fl_grpc_start(check->http, &call);
	fl_auto_free char *message = NULL;
	struct fl_error err = FL_ERROR_INIT;
	int status;

	if (!finish(check, transfer))
		return false;
	if (fl_grpc_result(fl_http_response(transfer), where, &status, &message, &err) != 0)
		set_failed(health, id, fl_http_response(transfer), err.message);
	else
		fl_health_set(health, id, FL_LAYER_HOLDS, "%s answers with gRPC status %d (%s)",
			      where, status, fl_grpc_status_name(status));
	return true;
}

static bool probe_http(struct fl_health *health, const struct fl_health_check *check,
		       enum fl_layer_id id, const struct fl_address *address, fl_time deadline)
{
	fl_auto_free char *where = fl_address_text(address);
	fl_auto_free char *url = fl_xasprintf("http://%s/health", where);
	struct fl_request request = {
		.method = "GET", .url = url, .deadline = deadline, .connect_ms = check->connect_ms
	};
	fl_auto_transfer struct fl_transfer *transfer = fl_http_start(check->http, &request);
	const struct fl_response *response = fl_http_response(transfer);
	struct fl_error err = FL_ERROR_INIT;

	if (!finish(check, transfer))
		return false;
	if (response->failure != FL_HTTP_OK) {
		fl_http_error(response, url, &err);
		set_failed(health, id, response, err.message);
	} else {
		fl_health_set(health, id, response->status == 200 ? FL_LAYER_HOLDS : FL_LAYER_FAILS,
			      "%s answers with status %ld", url, response->status);
	}
	return true;
}

static bool call_database(struct fl_health *health, const struct fl_health_check *check,
			  const struct fl_address *control, const char *space, fl_time deadline)
{
	struct fl_address appio = { .host = "127.0.0.1", .port = FL_APPIO_PORT };
	bool by_control = fl_health_flower(health, check)->database == FL_DATABASE_CONTROL;
	struct fl_grpc_call call = { .address = by_control ? control : &appio,
				     .path = by_control ? METHOD_CONTROL : METHOD_APPIO,
				     .message = by_control ? NO_RUN : "",
				     .length = by_control ? sizeof(NO_RUN) - 1 : 0,
				     .deadline = deadline,
				     .connect_ms = check->connect_ms };
	fl_auto_free char *where = fl_address_text(call.address);
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	fl_auto_free char *message = NULL;
	struct fl_error err = FL_ERROR_INIT;
	int status;

	transfer = fl_grpc_start(check->http, &call);
	if (!finish(check, transfer))
		return false;
	health->logged = by_control;
	if (fl_grpc_result(fl_http_response(transfer), where, &status, &message, &err) != 0) {
		fl_health_set(health, FL_LAYER_DATABASE, FL_LAYER_FAILS, "%s", err.message);
	} else if (status != FL_GRPC_OK) {
		health->refused = true;
		health->cause = fl_diagnosis_of_files(fl_diagnosis_of_text(message), check->proc,
						      health->container.pid, NULL);
		fl_health_set(health, FL_LAYER_DATABASE, FL_LAYER_FAILS,
			      "%s answers a call with gRPC status %d (%s): %.300s", where, status,
			      fl_grpc_status_name(status), message);
	} else {
		fl_health_set(health, FL_LAYER_DATABASE, FL_LAYER_HOLDS,
			      "%s answers a call that uses it, and %s", where, space);
	}
	return true;
}

static bool probe_database(struct fl_health *health, const struct fl_health_check *check,
			   const struct fl_address *control, fl_time deadline)
{
	const struct fl_flower *flower = fl_health_flower(health, check);
	struct fl_layer *layer = &health->layers[FL_LAYER_DATABASE];
	fl_auto_free char *space = NULL;

	health->cause = fl_space_look(check->state_dir, &space);
	health->refused = health->cause != FL_CAUSE_NONE;
	if (health->refused)
		fl_health_set(health, FL_LAYER_DATABASE, FL_LAYER_FAILS, "%s", space);
	else if (flower->database == FL_DATABASE_NONE)
		fl_health_set(health, FL_LAYER_DATABASE, FL_LAYER_HOLDS, "%s", space);
	else if (flower->database != FL_DATABASE_CONTROL || layer->state != FL_LAYER_HOLDS)
		return call_database(health, check, control, space, deadline);
	return true;
}

int fl_layers_superexec(struct fl_health *health, const struct fl_health_check *check, pid_t *pid,
			struct fl_error *err)
{
	return fl_proc_find(check->proc, health->inspected ? health->container.pid : 0, SUPEREXEC,
			    &health->superexec, pid, err);
}

static void probe_superexec(struct fl_health *health, const struct fl_health_check *check)
{
	struct fl_error err = FL_ERROR_INIT;
	pid_t pid = 0;

	if (fl_layers_superexec(health, check, &pid, &err) != 0)
		fl_health_set(health, FL_LAYER_SUPEREXEC, FL_LAYER_FAILS, "%s", err.message);
	else if (health->superexec == FL_PROCESS_ALIVE)
		fl_health_set(health, FL_LAYER_SUPEREXEC, FL_LAYER_HOLDS,
			      SUPEREXEC " is process %ld", (long)pid);
	else if (health->superexec == FL_PROCESS_ZOMBIE)
		fl_health_set(health, FL_LAYER_SUPEREXEC, FL_LAYER_FAILS,
			      SUPEREXEC " has died and nothing restarts it, so every run would "
					"wait for ever; `docker restart " FL_CONTAINER_NAME
					"` starts it again");
	else
		fl_health_set(health, FL_LAYER_SUPEREXEC, FL_LAYER_FAILS,
			      "no process " SUPEREXEC " in the container, so every run would wait "
			      "for ever");
}

static bool probe(struct fl_health *health, const struct fl_health_check *check,
		  enum fl_layer_id id, fl_time deadline)
{
	const struct fl_flower *flower = fl_health_flower(health, check);
	struct fl_address fleet = fl_settings_address(check->settings, FL_PARAM_FLEET_API_ADDRESS);
	struct fl_address control = fl_settings_control(check->settings, flower);

	if (check->call != 0 && id != FL_LAYER_DATABASE)
		deadline = fl_earlier(deadline, fl_now() + check->call);
	fleet = fl_address_reach(&fleet);
	control = fl_address_reach(&control);
	switch (id) {
	case FL_LAYER_FLEET:
		return (flower->fleet == FL_API_HTTP ? probe_http : probe_grpc)(health, check, id,
										&fleet, deadline);
	case FL_LAYER_CONTROL:
		return (flower->control == FL_API_HTTP ? probe_http : probe_grpc)(health, check, id,
										  &control,
										  deadline);
	case FL_LAYER_DATABASE:
		return probe_database(health, check, &control, deadline);
	case FL_LAYER_SUPEREXEC:
		probe_superexec(health, check);
		return true;
	case FL_LAYER_CONTAINER:
	case FL_LAYER_COUNT:
		break;
	}
	return true;
}

bool fl_layers_look(struct fl_health *health, const struct fl_health_check *check, fl_time deadline)
{
	health->closed_port = false;
	for (int id = FL_LAYER_CONTAINER + 1; id < FL_LAYER_COUNT; id++) {
		struct fl_layer *layer = &health->layers[id];
		fl_time start = fl_now();

		if (!layer->applies)
			continue;
		if (!probe(health, check, (enum fl_layer_id)id, deadline))
			return false;
		layer->took = fl_now() - start;
		if (layer->state != FL_LAYER_HOLDS) {
			/* What an earlier look found behind it may be wrong by now. */
			fl_health_clear(health, id + 1);
			return false;
		}
	}
	return true;
}

bool fl_layers_try(struct fl_health *health, const struct fl_health_check *check, fl_time deadline)
{
	struct fl_error ignored = FL_ERROR_INIT;

	if (!fl_health_container(health, check, deadline))
		return false;
	if (fl_layers_look(health, check, deadline))
		return true;
	/* It may have died of the same cause; only the Engine's word says whose it is. */
	if (health->inspected && health->layers[FL_LAYER_SUPEREXEC].applies)
		fl_ignore(fl_layers_superexec(health, check, NULL, &ignored));
	return false;
}
