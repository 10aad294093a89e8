/* SPDX-License-Identifier: Apache-2.0 */
#include "health.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "container.h"
#include "grpc.h"
#include "mem.h"

#define SUPEREXEC "flower-superexec"

/* Reads and so creates the database, as SuperExec does each second. Logs nothing at INFO. */
#define METHOD_APPIO   "/flwr.proto.ServerAppIo/ListAppsToLaunch"
#define METHOD_CONTROL "/flwr.proto.Control/ListRuns"

static const char *const names[] = { "container", "fleet", "control", "database", "superexec" };
_Static_assert(FL_ARRAY_SIZE(names) == FL_LAYER_COUNT, "a name for each layer");

const char *fl_layer_name(enum fl_layer_id id)
{
	return names[id];
}

static void set_detail(struct fl_layer *layer, enum fl_layer_state state, char *detail)
{
	free(layer->detail);
	layer->detail = detail;
	layer->state = state;
}

void fl_health_set(struct fl_health *health, enum fl_layer_id id, enum fl_layer_state state,
		   const char *format, ...)
{
	struct fl_buf text = FL_BUF_INIT;
	va_list args;

	va_start(args, format);
	fl_buf_vprintf(&text, format, args);
	va_end(args);
	/* Much of it comes from outside, and it goes to terminals and into JSON. */
	for (size_t i = 0; i < text.length; i++) {
		if (text.data[i] < ' ' || text.data[i] > '~')
			text.data[i] = '?';
	}
	set_detail(&health->layers[id], state, fl_buf_take(&text));
}

static const struct fl_flower *flower_of(const struct fl_health *health,
					 const struct fl_health_check *check)
{
	if (health->container.image != NULL)
		return fl_flower_for(fl_flower_tag(health->container.image), NULL);
	return fl_flower_for(fl_settings_get(check->settings, FL_PARAM_FLOWER_VERSION), NULL);
}

/* Whether FOUND is the run of the container that is known already. */
static bool is_same_run(const struct fl_health *health, const struct fl_docker_container *found)
{
	const struct fl_docker_container *known = &health->container;

	return found->exists && known->exists && found->pid == known->pid &&
	       strcmp(found->id, known->id) == 0 &&
	       strcmp(found->started_at, known->started_at) == 0;
}

static void forget(struct fl_health *health, const struct fl_health_check *check)
{
	const struct fl_flower *flower = flower_of(health, check);

	for (int id = FL_LAYER_CONTAINER + 1; id < FL_LAYER_COUNT; id++) {
		health->layers[id].applies = true;
		set_detail(&health->layers[id], FL_LAYER_UNTRIED, NULL);
	}
	health->layers[FL_LAYER_DATABASE].applies = flower->database != FL_DATABASE_NONE;
	health->layers[FL_LAYER_SUPEREXEC].applies = fl_settings_subprocess(check->settings);
	health->superexec = FL_PROCESS_ABSENT;
	health->refused = false;
	health->logged = false;
	health->cause = FL_CAUSE_NONE;
}

static void judge_container(struct fl_health *health, const struct fl_health_check *check)
{
	const struct fl_docker_container *c = &health->container;

	health->lost = c->exists && c->running && c->pid > 0 &&
		       fl_proc_is_gone(check->proc, c->pid);
	if (!c->exists)
		fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_FAILS,
			      "there is no container %s; fl-bootstrap makes it", FL_CONTAINER_NAME);
	else if (c->restarting)
		fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_FAILS,
			      "it ends and is restarted again and again (exit status %" PRId64
			      ", %" PRId64 " restarts)",
			      c->exit_code, c->restart_count);
	else if (strcmp(c->status, "created") == 0)
		fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_FAILS,
			      "it was made and has not been started%s%s",
			      c->error[0] == '\0' ? "" : ": ", c->error);
	else if (!c->running || c->pid <= 0)
		fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_FAILS,
			      "it does not run: %s, exit status %" PRId64 "%s%s", c->status,
			      c->exit_code, c->error[0] == '\0' ? "" : ", ", c->error);
	else if (strcmp(c->status, "running") != 0)
		fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_FAILS, "it is %s", c->status);
	else if (health->lost)
		fl_health_set(
			health, FL_LAYER_CONTAINER, FL_LAYER_FAILS,
			"Docker says that it runs as process %ld, and there is no such process: "
			"it has lost the container, and `systemctl restart "
			"flower-superlink.service` starts it again; or else Docker is not on this "
			"machine and in its process namespace",
			(long)c->pid);
	else
		fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_HOLDS, "%s runs as process %ld",
			      c->image, (long)c->pid);
}

bool fl_health_container(struct fl_health *health, const struct fl_health_check *check,
			 fl_time deadline)
{
	struct fl_layer *layer = &health->layers[FL_LAYER_CONTAINER];
	struct fl_docker_container found = { .exists = false };
	struct fl_error err = FL_ERROR_INIT;
	fl_time start = fl_now();

	layer->applies = true;
	health->lost = false;
	health->inspected = fl_docker_inspect(check->docker, FL_CONTAINER_NAME, &found, deadline,
					      &err) == 0;
	if (health->inspected) {
		bool same_run = is_same_run(health, &found);

		fl_docker_container_free(&health->container);
		health->container = found;
		judge_container(health, check);
		if (!same_run || layer->state != FL_LAYER_HOLDS)
			forget(health, check);
	} else {
		fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_FAILS, "%s", err.message);
		forget(health, check);
	}
	layer->took = fl_now() - start;
	return layer->state == FL_LAYER_HOLDS;
}

void fl_health_container_ended(struct fl_health *health, const struct fl_health_check *check,
			       int64_t exit_code)
{
	health->container.running = false;
	health->container.pid = 0;
	health->container.exit_code = exit_code;
	forget(health, check);
	fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_FAILS,
		      "it ended with exit status %" PRId64 " while it was waited for", exit_code);
}

/* Runs TRANSFER to its end. False if the look was interrupted. */
static bool finish(const struct fl_health_check *check, struct fl_transfer *transfer)
{
	while (!fl_http_run(check->http, transfer, FL_NEVER)) {
		if (check->interrupted != NULL && check->interrupted(check->data))
			return false;
	}
	return true;
}

/* Each probe returns false if it was interrupted; its layer is then as it was. */
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
		fl_health_set(health, id, FL_LAYER_FAILS, "%s", err.message);
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
		fl_health_set(health, id, FL_LAYER_FAILS, "%s", err.message);
	} else {
		fl_health_set(health, id, response->status == 200 ? FL_LAYER_HOLDS : FL_LAYER_FAILS,
			      "%s answers with status %ld", url, response->status);
	}
	return true;
}

static bool probe_database(struct fl_health *health, const struct fl_health_check *check,
			   const struct fl_address *control, fl_time deadline)
{
	struct fl_address appio = { .host = "127.0.0.1", .port = FL_APPIO_PORT };
	bool by_control = flower_of(health, check)->database == FL_DATABASE_CONTROL;
	struct fl_grpc_call call = { .address = by_control ? control : &appio,
				     .path = by_control ? METHOD_CONTROL : METHOD_APPIO,
				     .message = true,
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
	health->refused = false;
	health->cause = FL_CAUSE_NONE;
	if (fl_grpc_result(fl_http_response(transfer), where, &status, &message, &err) != 0) {
		fl_health_set(health, FL_LAYER_DATABASE, FL_LAYER_FAILS, "%s", err.message);
	} else if (status != FL_GRPC_OK) {
		health->refused = true;
		health->cause = fl_diagnosis_of_text(message);
		fl_health_set(health, FL_LAYER_DATABASE, FL_LAYER_FAILS,
			      "%s answers a call with gRPC status %d (%s): %.300s", where, status,
			      fl_grpc_status_name(status), message);
	} else {
		fl_health_set(health, FL_LAYER_DATABASE, FL_LAYER_HOLDS,
			      "%s answers a call that uses it", where);
	}
	return true;
}

int fl_health_superexec(struct fl_health *health, const struct fl_health_check *check, pid_t *pid,
			struct fl_error *err)
{
	return fl_proc_find(check->proc, health->container.pid, SUPEREXEC, &health->superexec, pid,
			    err);
}

static void probe_superexec(struct fl_health *health, const struct fl_health_check *check)
{
	struct fl_error err = FL_ERROR_INIT;
	pid_t pid = 0;

	if (fl_health_superexec(health, check, &pid, &err) != 0)
		fl_health_set(health, FL_LAYER_SUPEREXEC, FL_LAYER_FAILS, "%s", err.message);
	else if (health->superexec == FL_PROCESS_ALIVE)
		fl_health_set(health, FL_LAYER_SUPEREXEC, FL_LAYER_HOLDS,
			      SUPEREXEC " is process %ld", (long)pid);
	else if (health->superexec == FL_PROCESS_ZOMBIE)
		fl_health_set(health, FL_LAYER_SUPEREXEC, FL_LAYER_FAILS,
			      SUPEREXEC " has died and is never restarted, so every run would wait "
					"for ever; `docker restart " FL_CONTAINER_NAME
					"` brings it back");
	else
		fl_health_set(health, FL_LAYER_SUPEREXEC, FL_LAYER_FAILS,
			      "no process " SUPEREXEC " below process %ld, so every run would wait "
			      "for ever",
			      (long)health->container.pid);
}

static bool probe(struct fl_health *health, const struct fl_health_check *check,
		  enum fl_layer_id id, fl_time deadline)
{
	const struct fl_flower *flower = flower_of(health, check);
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
		if (flower->database == FL_DATABASE_CONTROL &&
		    health->layers[id].state == FL_LAYER_HOLDS)
			return true;
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

bool fl_health_services(struct fl_health *health, const struct fl_health_check *check,
			fl_time deadline)
{
	for (int id = FL_LAYER_CONTAINER + 1; id < FL_LAYER_COUNT; id++) {
		struct fl_layer *layer = &health->layers[id];
		fl_time start = fl_now();

		if (!layer->applies)
			continue;
		if (!probe(health, check, (enum fl_layer_id)id, deadline))
			return false;
		layer->took = fl_now() - start;
		if (layer->state != FL_LAYER_HOLDS) {
			/* What an earlier look found behind it says nothing any more. */
			for (id++; id < FL_LAYER_COUNT; id++)
				set_detail(&health->layers[id], FL_LAYER_UNTRIED, NULL);
			return false;
		}
	}
	return true;
}

bool fl_health_try(struct fl_health *health, const struct fl_health_check *check, fl_time deadline)
{
	return fl_health_container(health, check, deadline) &&
	       fl_health_services(health, check, deadline);
}

enum fl_layer_id fl_health_failure(const struct fl_health *health)
{
	for (int id = 0; id < FL_LAYER_COUNT; id++) {
		if (health->layers[id].applies && health->layers[id].state == FL_LAYER_FAILS)
			return (enum fl_layer_id)id;
	}
	return FL_LAYER_COUNT;
}

void fl_health_free(struct fl_health *health)
{
	for (int id = 0; id < FL_LAYER_COUNT; id++)
		set_detail(&health->layers[id], FL_LAYER_UNTRIED, NULL);
	fl_docker_container_free(&health->container);
	health->container = (struct fl_docker_container){ .exists = false };
}
