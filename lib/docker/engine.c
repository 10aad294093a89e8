/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/engine.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"

/* Bytes of an answer: an inspect has some 10 KiB. cJSON takes 40 for each byte of "[0,0,0...". */
#define ANSWER_LIMIT (256 * FL_KIB)

void fl_engine_quote(struct fl_buf *url, const char *text, const char *keep)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";

	for (; *text != '\0'; text++) {
		if (strchr(unreserved, *text) != NULL || strchr(keep, *text) != NULL)
			fl_buf_putc(url, *text);
		else
			fl_buf_printf(url, "%%%02X", (unsigned char)*text);
	}
}

char *fl_engine_container(const char *name, const char *rest)
{
	fl_auto_buf struct fl_buf path = FL_BUF_INIT;

	fl_buf_puts(&path, "/containers/");
	fl_engine_quote(&path, name, "");
	fl_buf_puts(&path, rest);
	return fl_buf_take(&path);
}

/* Sends a call to /v1.MINOR, or without a version if MINOR is 0. */
static struct fl_transfer *send_call(struct fl_docker *docker, int minor,
				     const struct fl_engine_call *call)
{
	static const char *const json[] = { "Content-Type: application/json", NULL };
	fl_auto_buf struct fl_buf url = FL_BUF_INIT;
	struct fl_request request = {
		.method = call->method,
		.unix_socket = docker->socket,
		.headers = call->body != NULL ? json : NULL,
		.body = call->body,
		.body_length = call->body != NULL ? strlen(call->body) : 0,
		.limit = ANSWER_LIMIT,
		.on_body = call->on_body,
		.on_body_data = call->on_body_data,
		.deadline = call->deadline,
	};

	fl_buf_puts(&url, "http://docker");
	if (minor != 0)
		fl_buf_printf(&url, "/v1.%d", minor);
	fl_buf_puts(&url, call->path);
	request.url = fl_buf_text(&url);
	return fl_http_start(docker->http, &request);
}

static struct fl_transfer *perform(struct fl_docker *docker, int minor,
				   const struct fl_engine_call *call)
{
	struct fl_transfer *sent = send_call(docker, minor, call);

	fl_http_finish(docker->http, sent);
	return sent;
}

struct fl_transfer *fl_engine_send(struct fl_docker *docker, const struct fl_engine_call *call)
{
	return send_call(docker, docker->minor, call);
}

int fl_engine_refused(const struct fl_docker *docker, const struct fl_engine_call *call,
		      const struct fl_response *response, struct fl_error *err)
{
	fl_auto_free char *what = fl_xasprintf("Docker Engine on %s: %s %.*s", docker->socket,
					       call->method, (int)strcspn(call->path, "?"),
					       call->path);
	const char *body = fl_buf_text(&response->body);
	fl_auto_free char *message = NULL;
	fl_auto_json cJSON *json = NULL;

	if (response->failure != FL_HTTP_OK) {
		fl_http_error(response, what, err);
		if (response->errnum == EACCES)
			return fl_error_hint(err, "run it as root or join the group docker");
		if (response->errnum == ENOENT || response->errnum == ECONNREFUSED)
			return fl_error_hint(err, "is Docker installed and running? "
						  "(systemctl status docker)");
		return -1;
	}
	/* {"message": "..."}; before API 1.24, and from a proxy, plain text. */
	json = fl_json_parse(body);
	message = fl_xstrdup(fl_json_text(json, "message"));
	if (message == NULL)
		message = fl_xstrndup(body, strcspn(body, "\r\n"));
	return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "%s: %ld%s%.600s", what, response->status,
			    message[0] != '\0' ? ": " : "", message);
}

/* Reads the Engine's API version, 1.*MINOR, and its own version from RESPONSE. */
static int read_versions(struct fl_docker *docker, const struct fl_response *response,
			 int64_t *minor, struct fl_error *err)
{
	fl_auto_free char *api = fl_http_header(response, "Api-Version");
	fl_auto_free char *server = fl_http_header(response,
						   "Server"); /* "Docker/26.1.5 (linux)" */

	if (api == NULL || strncmp(api, "1.", 2) != 0 || !fl_number(api + 2, 0, 9999, minor)) {
		fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
			     "%s: what answers there is no Docker Engine (Api-Version: %.40s)",
			     docker->socket, api == NULL ? "none" : api);
		return FL_ENGINE_UNFIT;
	}
	if (server != NULL && strncmp(server, "Docker/", 7) == 0)
		snprintf(docker->version, sizeof(docker->version), "%.*s, API %s",
			 (int)strcspn(server + 7, " "), server + 7, api);
	else
		snprintf(docker->version, sizeof(docker->version), "API %s", api);
	return 0;
}

/* Whether a newer Engine still takes FL_DOCKER_API_MOST: 0, or what fl_engine_ping() returns. */
static int try_most(struct fl_docker *docker, const struct fl_engine_call *call,
		    struct fl_error *err)
{
	fl_auto_transfer struct fl_transfer *again = perform(docker, FL_DOCKER_API_MOST, call);
	const struct fl_response *response = fl_http_response(again);

	if (response->failure == FL_HTTP_OK && response->status == 200)
		return 0;
	fl_engine_refused(docker, call, response, err);
	if (response->status != 400)
		return -1;
	fl_error_wrap(err, "Docker %s is too new, API 1.%d is the newest known here",
		      docker->version, FL_DOCKER_API_MOST);
	return FL_ENGINE_UNFIT;
}

int fl_engine_ping(struct fl_docker *docker, fl_time deadline, struct fl_error *err)
{
	const struct fl_engine_call call = { .method = "GET",
					     .path = "/_ping",
					     .deadline = deadline };
	fl_auto_transfer struct fl_transfer *ping = perform(docker, 0, &call);
	const struct fl_response *response = fl_http_response(ping);
	int64_t minor;
	int result;

	if (response->failure != FL_HTTP_OK || response->status != 200)
		return fl_engine_refused(docker, &call, response, err);
	result = read_versions(docker, response, &minor, err);
	if (result != 0)
		return result;
	if (minor < FL_DOCKER_API_LEAST) {
		fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
			     "Docker Engine on %s is too old: %s, needed is API 1.%d (Docker "
			     "19.03) or newer; upgrade Docker",
			     docker->socket, docker->version, FL_DOCKER_API_LEAST);
		return FL_ENGINE_UNFIT;
	}
	if (minor > FL_DOCKER_API_MOST) {
		/* A ping does not say which old versions the Engine still takes. */
		result = try_most(docker, &call, err);
		if (result != 0)
			return result;
		minor = FL_DOCKER_API_MOST;
	}
	docker->minor = (int)minor;
	return 0;
}

int fl_engine_negotiate(struct fl_docker *docker, fl_time deadline, struct fl_error *err)
{
	return docker->minor != 0 ? 0 : fl_engine_ping(docker, deadline, err);
}

int fl_engine_perform(struct fl_docker *docker, const struct fl_engine_call *call,
		      struct fl_transfer **transfer, struct fl_error *err)
{
	fl_auto_transfer struct fl_transfer *sent = NULL;
	const struct fl_response *response;

	if (fl_engine_negotiate(docker, call->deadline, err) < 0)
		return -1;
	sent = perform(docker, docker->minor, call);
	response = fl_http_response(sent);
	if (response->failure != FL_HTTP_OK)
		return fl_engine_refused(docker, call, response, err);
	*transfer = fl_steal(&sent);
	return 0;
}
