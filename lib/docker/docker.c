/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/docker.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "docker/engine.h"

struct fl_docker *fl_docker_new(struct fl_http *http, const char *socket)
{
	struct fl_docker *docker = fl_xcalloc(1, sizeof(*docker));

	docker->http = http;
	docker->socket = fl_xstrdup(socket);
	return docker;
}

void fl_docker_free(struct fl_docker *docker)
{
	if (docker == NULL)
		return;
	free(docker->socket);
	free(docker);
}

const char *fl_docker_default_socket(void)
{
	static const char scheme[] = "unix://";
	const char *host = getenv("CONTEXT_FILE") == NULL ? getenv("DOCKER_HOST") : NULL;

	if (host != NULL && strncmp(host, scheme, sizeof(scheme) - 1) == 0 &&
	    host[sizeof(scheme) - 1] != '\0')
		return host + sizeof(scheme) - 1;
	return "/run/docker.sock";
}

const char *fl_docker_version(const struct fl_docker *docker)
{
	return docker->version;
}

/* Performs a call whose answer is a JSON object. 1 and *JSON, 0 for a 404, or -1. */
static int ask(struct fl_docker *docker, const char *path, fl_time deadline, cJSON **json,
	       struct fl_error *err)
{
	const struct fl_engine_call call = { .method = "GET", .path = path, .deadline = deadline };
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	const struct fl_response *response;

	if (fl_engine_perform(docker, &call, &transfer, err) < 0)
		return -1;
	response = fl_http_response(transfer);
	if (response->status == 404)
		return 0;
	if (response->status != 200)
		return fl_engine_refused(docker, &call, response, err);
	if (response->body.truncated)
		return fl_error_set(
			err, FL_EXIT_UNAVAILABLE, 0,
			"Docker Engine on %s: GET %s: the answer is longer than %zu KiB",
			docker->socket, path, response->body.limit / FL_KIB);
	*json = fl_json_parse(fl_buf_text(&response->body));
	if (!cJSON_IsObject(*json))
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
				    "Docker Engine on %s: GET %s: the answer is no JSON object",
				    docker->socket, path);
	return 1;
}

static char *copy_of(const cJSON *object, const char *name)
{
	return fl_xstrdup(fl_json_text(object, name));
}

int fl_docker_image_id(struct fl_docker *docker, const char *reference, char **id, fl_time deadline,
		       struct fl_error *err)
{
	fl_auto_buf struct fl_buf path = FL_BUF_INIT;
	fl_auto_json cJSON *json = NULL;
	int found;

	fl_buf_puts(&path, "/images/");
	fl_engine_quote(&path, reference, "/:@");
	fl_buf_puts(&path, "/json");
	found = ask(docker, fl_buf_text(&path), deadline, &json, err);
	if (found <= 0)
		return found;
	*id = copy_of(json, "Id");
	if (*id == NULL)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
				    "Docker Engine on %s: GET %s: the answer has no Id",
				    docker->socket, fl_buf_text(&path));
	return 1;
}

int fl_docker_inspect(struct fl_docker *docker, const char *name,
		      struct fl_docker_container *container, fl_time deadline, struct fl_error *err)
{
	fl_auto_free char *path = fl_engine_container(name, "/json");
	fl_auto_json cJSON *json = NULL;
	const cJSON *config, *state;
	int64_t pid;
	int found;

	*container = (struct fl_docker_container){ .exists = false };
	found = ask(docker, path, deadline, &json, err);
	if (found <= 0)
		return found;
	config = fl_json_member(json, "Config");
	state = fl_json_member(json, "State");
	container->exists = true;
	container->id = copy_of(json, "Id");
	container->image = copy_of(config, "Image");
	container->digest = copy_of(fl_json_member(config, "Labels"), FL_CONTAINER_LABEL);
	container->status = copy_of(state, "Status");
	container->started_at = copy_of(state, "StartedAt");
	container->error = copy_of(state, "Error");
	if (container->error == NULL)
		container->error = fl_xstrdup("");
	container->running = cJSON_IsTrue(fl_json_member(state, "Running"));
	container->restarting = cJSON_IsTrue(fl_json_member(state, "Restarting"));
	container->oom_killed = cJSON_IsTrue(fl_json_member(state, "OOMKilled"));
	pid = fl_json_integer(state, "Pid");
	container->pid = pid > 0 && pid <= INT32_MAX ? (pid_t)pid : 0;
	container->exit_code = fl_json_integer(state, "ExitCode");
	container->restart_count = fl_json_integer(json, "RestartCount");
	if (container->id == NULL || container->image == NULL || container->status == NULL ||
	    container->started_at == NULL) {
		fl_docker_container_free(container);
		return fl_error_set(
			err, FL_EXIT_UNAVAILABLE, 0,
			"Docker Engine on %s: GET %s: the answer lacks Id, Config.Image, "
			"State.Status or State.StartedAt",
			docker->socket, path);
	}
	return 0;
}

void fl_docker_container_free(struct fl_docker_container *container)
{
	free(container->id);
	free(container->image);
	free(container->digest);
	free(container->status);
	free(container->started_at);
	free(container->error);
	*container = (struct fl_docker_container){ .exists = false };
}

/*
 * Performs a call that changes something. 0 if the status is DONE or ALREADY, else an error:
 * FL_DOCKER_TAKEN for 409 (Conflict), -1 for everything else.
 */
static int act(struct fl_docker *docker, const struct fl_engine_call *call, int done, int already,
	       struct fl_error *err)
{
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	const struct fl_response *response;

	if (fl_engine_perform(docker, call, &transfer, err) < 0)
		return -1;
	response = fl_http_response(transfer);
	if (response->status == done || response->status == already)
		return 0;
	fl_engine_refused(docker, call, response, err);
	return response->status == 409 ? FL_DOCKER_TAKEN : -1;
}

int fl_docker_create(struct fl_docker *docker, const char *name, const char *body, fl_time deadline,
		     struct fl_error *err)
{
	fl_auto_buf struct fl_buf path = FL_BUF_INIT;
	struct fl_engine_call call = { .method = "POST", .body = body, .deadline = deadline };

	fl_buf_puts(&path, "/containers/create?name=");
	fl_engine_quote(&path, name, "");
	call.path = fl_buf_text(&path);
	return act(docker, &call, 201, 201, err);
}

int fl_docker_remove(struct fl_docker *docker, const char *name, fl_time deadline,
		     struct fl_error *err)
{
	fl_auto_free char *path = fl_engine_container(name, "?force=1");
	fl_auto_free char *gone = fl_engine_container(name, "/wait?condition=removed");
	const struct fl_engine_call call = { .method = "DELETE",
					     .path = path,
					     .deadline = deadline };
	const struct fl_engine_call wait = { .method = "POST", .path = gone, .deadline = deadline };
	int result = act(docker, &call, 204, 404, err);

	/* 409: "removal of container ... is already in progress", by somebody else. Wait for it. */
	if (result == FL_DOCKER_TAKEN)
		result = act(docker, &wait, 200, 404, err);
	return result == 0 ? 0 : -1;
}

/*
 * The host port if the Engine's MESSAGE says that one is in use, else 0:
 * "Error starting userland proxy: listen tcp4 0.0.0.0:9092: bind: address already in use" (20.10),
 * "Bind for 0.0.0.0:9092 failed: port is already allocated" (by another container),
 * "failed to bind host port for 0.0.0.0:9092:172.17.0.2:9092/tcp: address already in use" (28).
 */
static int taken_port(const char *message)
{
	static const char *const before[] = { "listen tcp4 ", "listen tcp6 ",   "listen tcp ",
					      "Bind for ",    "host port for ", "host port " };
	const char *at = NULL;
	int64_t port = 0;

	if (strstr(message, "address already in use") == NULL &&
	    strstr(message, "port is already allocated") == NULL)
		return 0;
	for (size_t i = 0; i < FL_ARRAY_SIZE(before) && at == NULL; i++) {
		at = strstr(message, before[i]);
		if (at != NULL)
			at += strlen(before[i]);
	}
	if (at == NULL)
		return 0;
	if (*at == '[')
		at += strcspn(at, "]");
	while (*at != '\0' && *at != ' ' && !(at[0] == ':' && at[1] >= '0' && at[1] <= '9'))
		at++;
	if (*at == ':') {
		fl_auto_free char *digits = fl_xstrndup(at + 1, strspn(at + 1, "0123456789"));

		if (!fl_number(digits, 1, 65535, &port))
			port = 0;
	}
	return (int)port;
}

int fl_docker_start(struct fl_docker *docker, const char *name, fl_time deadline,
		    struct fl_error *err)
{
	fl_auto_free char *path = fl_engine_container(name, "/start");
	const struct fl_engine_call call = { .method = "POST", .path = path, .deadline = deadline };
	int port;

	if (act(docker, &call, 204, 304, err) == 0)
		return 0;
	port = taken_port(err->message);
	if (port != 0)
		fl_error_hint(err, "port %d is taken by another program; ss -ltnp shows which",
			      port);
	return -1;
}

int fl_docker_stop(struct fl_docker *docker, const char *name, fl_time deadline,
		   struct fl_error *err)
{
	fl_auto_free char *path = fl_engine_container(name, "/stop");
	const struct fl_engine_call call = { .method = "POST", .path = path, .deadline = deadline };

	return act(docker, &call, 204, 304, err) == 0 ? 0 : -1;
}
