/* SPDX-License-Identifier: Apache-2.0 */
/* Negotiation and errors of the Docker Engine API. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "docker/engine.h"
#include "server.h"

/* Pings an Engine that follows RULES; *DOCKER and *HTTP are freed by the caller. */
static int ping(const struct server_rule *rules, struct server *server, struct fl_http **http,
		struct fl_docker **docker, struct fl_error *err)
{
	*server = server_start(rules, true);
	*http = fl_http_new();
	*docker = fl_docker_new(*http, server->path);
	assert_string_equal(fl_docker_version(*docker), "");
	return fl_engine_ping(*docker, soon(), err);
}

/*
 * Trap 8: Engine 20.10 refuses 1.42 and newer, Engine 29 refuses 1.43 and older, so no fixed
 * version works with both. The canned Engines do the same.
 */
static void trap_8_version_is_negotiated(void **state)
{
	static const struct {
		struct server_rule rules[4];
		const char *version;
		int minor;
	} table[] = {
		{ .rules = { { .to = "GET /_ping ",
			       .status = 200,
			       .headers =
				       "Api-Version: 1.41\r\nServer: Docker/20.10.24 (linux)\r\n",
			       .body = "OK" },
			     { .to = "GET /v1.41/", .status = 404, .body = "{}" },
			     { .to = "",
			       .status = 400,
			       .body = "{\"message\":\"client version is too new. Maximum "
				       "supported API "
				       "version is 1.41\"}" } },
		  .version = "20.10.24, API 1.41",
		  .minor = 41 },
		{ .rules = { { .to = "GET /_ping ",
			       .status = 200,
			       .headers = "Api-Version: 1.52\r\nServer: Docker/29.0.0 (linux)\r\n",
			       .body = "OK" },
			     { .to = "GET /v1.51/_ping ", .status = 200, .body = "OK" },
			     { .to = "GET /v1.51/", .status = 404, .body = "{}" },
			     { .to = "",
			       .status = 400,
			       .body = "{\"message\":\"client version is too old. Minimum "
				       "supported API "
				       "version is 1.44, please upgrade your client to a newer "
				       "version\"}" } },
		  .version = "29.0.0, API 1.52",
		  .minor = 51 },
		{ .rules = { { .to = "GET /_ping ",
			       .status = 200,
			       .headers = "Api-Version: 1.40\r\nServer: Docker-proxy\r\n",
			       .body = "OK" },
			     { .to = "GET /v1.40/", .status = 404, .body = "{}" } },
		  .version = "API 1.40",
		  .minor = 40 },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		fl_auto_http struct fl_http *http = NULL;
		fl_auto_docker struct fl_docker *docker = NULL;
		struct server server;
		struct fl_error err = FL_ERROR_INIT;
		char *id = NULL;

		assert_int_equal(ping(table[i].rules, &server, &http, &docker, &err), 0);
		assert_string_equal(fl_docker_version(docker), table[i].version);
		assert_int_equal(docker->minor, table[i].minor);
		assert_int_equal(fl_docker_image_id(docker, "a/b:1", &id, soon(), &err), 0);
		server_stop(&server);
	}
}

static void calls_negotiate_by_themselves_once(void **state)
{
	static const struct server_rule rules[] = {
		{ .to = "GET /_ping", .status = 200, .headers = "Api-Version: 1.45\r\n" },
		{ .to = NULL },
	};
	struct server server = server_start(rules, true);
	fl_auto_http struct fl_http *http = fl_http_new();
	fl_auto_docker struct fl_docker *docker = NULL;
	struct fl_error err = FL_ERROR_INIT;
	char *id = NULL;

	(void)state;
	docker = fl_docker_new(http, server.path);
	assert_int_equal(fl_docker_image_id(docker, "a/b:1", &id, soon(), &err), 0);
	assert_int_equal(fl_docker_image_id(docker, "a/b:2", &id, soon(), &err), 0);
	assert_int_equal(server_count(&server, "GET /_ping"), 1);
	assert_int_equal(server_count(&server, "GET /v1.45/images/a/b:1/json"), 1);
	/* Both calls use the same connection. */
	assert_int_equal(server_count(&server, "[open]"), 1);
	server_stop(&server);
}

static void engines_that_cannot_be_talked_to_are_refused(void **state)
{
	static const struct {
		struct server_rule rules[3];
		const char *words;
		int result; /* 0 stands for -1 */
	} table[] = {
		{ .rules = { { .to = "GET /_ping",
			       .status = 200,
			       .headers = "Api-Version: 1.39\r\nServer: Docker/18.09.1 "
					  "(linux)\r\n" } },
		  .words =
			  "too old: 18.09.1, API 1.39, needed is API 1.40 (Docker 19.03) or newer; "
			  "upgrade Docker",
		  .result = FL_ENGINE_UNFIT },
		{ .rules = { { .to = "GET /_ping",
			       .status = 200,
			       .headers =
				       "Api-Version: 1.70\r\nServer: Docker/35.0.0 (linux)\r\n" },
			     { .to = "GET /v1.51/_ping",
			       .status = 400,
			       .body = "{\"message\":\"client version 1.51 is too old. Minimum "
				       "supported API version is 1.60\"}" } },
		  .words = "Docker 35.0.0, API 1.70 is too new, API 1.51 is the newest known here",
		  .result = FL_ENGINE_UNFIT },
		{ .rules = { { .to = "GET /_ping",
			       .status = 200,
			       .headers =
				       "Api-Version: 1.70\r\nServer: Docker/35.0.0 (linux)\r\n" },
			     { .to = "GET /v1.51/_ping", .act = SERVER_RAW, .body = "" } },
		  .words = "GET /_ping: the connection was closed without an answer" },
		{ .rules = { { .to = "GET /_ping", .status = 200, .body = "OK" } },
		  .words = "what answers there is no Docker Engine (Api-Version: none)",
		  .result = FL_ENGINE_UNFIT },
		{ .rules = { { .to = "GET /_ping",
			       .status = 200,
			       .headers = "Api-Version: 2.0\r\n" } },
		  .words = "is no Docker Engine (Api-Version: 2.0)",
		  .result = FL_ENGINE_UNFIT },
		{ .rules = { { .to = "GET /_ping",
			       .status = 200,
			       .headers = "Api-Version: 1.41x\r\n" } },
		  .words = "is no Docker Engine (Api-Version: 1.41x)",
		  .result = FL_ENGINE_UNFIT },
		{ .rules = { { .to = "GET /_ping",
			       .status = 500,
			       .body = "{\"message\":\"not yet\"}" } },
		  .words = ": GET /_ping: 500: not yet" },
		/* As Engine 20.10 for versions older than 1.24. */
		{ .rules = { { .to = "GET /_ping", .status = 400, .body = "plain words\nmore" } },
		  .words = ": GET /_ping: 400: plain words" },
		{ .rules = { { .to = "GET /_ping", .status = 503, .body = "" } },
		  .words = ": GET /_ping: 503" },
		{ .rules = { { .to = "GET /_ping", .status = 500, .body = "{\"message\":7}" } },
		  .words = ": GET /_ping: 500: {\"message\":7}" },
		{ .rules = { { .to = "GET /_ping", .act = SERVER_RAW, .body = "" } },
		  .words = "GET /_ping: the connection was closed without an answer" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		fl_auto_http struct fl_http *http = NULL;
		fl_auto_docker struct fl_docker *docker = NULL;
		struct server server;
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(ping(table[i].rules, &server, &http, &docker, &err),
				 table[i].result != 0 ? table[i].result : -1);
		assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
		assert_non_null(strstr(err.message, server.path));
		if (strstr(err.message, table[i].words) == NULL)
			fail_msg("%s\nlacks: %s", err.message, table[i].words);
		server_stop(&server);
	}
}

static void silent_engine_is_left_at_the_deadline(void **state)
{
	static const struct server_rule rules[] = { { .to = "", .act = SERVER_STALL } };
	struct server server = server_start(rules, true);
	fl_auto_http struct fl_http *http = fl_http_new();
	fl_auto_docker struct fl_docker *docker = NULL;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	docker = fl_docker_new(http, server.path);
	assert_int_equal(fl_engine_ping(docker, fl_now() + 30 * FL_MS, &err), -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
	assert_non_null(strstr(err.message, "GET /_ping: no answer in time"));
	server_stop(&server);
}

/* The message says what to do next. */
static void errors_of_the_socket_say_what_to_do(void **state)
{
	const struct fl_engine_call call = { .method = "GET", .path = "/_ping?x" };
	struct fl_docker docker = { .socket = (char[]){ "/run/docker.sock" } };
	static const struct {
		int errnum;
		const char *message;
	} table[] = {
		{ EACCES,
		  "Docker Engine on /run/docker.sock: GET /_ping: cannot connect: Permission "
		  "denied; run it as root or join the group docker" },
		{ ENOENT,
		  "Docker Engine on /run/docker.sock: GET /_ping: cannot connect: No such file "
		  "or directory; is Docker installed and running? (systemctl status docker)" },
		{ ECONNREFUSED, "Docker Engine on /run/docker.sock: GET /_ping: cannot connect: "
				"Connection refused; "
				"is Docker installed and running? (systemctl status docker)" },
		{ ENOTSOCK, "Docker Engine on /run/docker.sock: GET /_ping: cannot connect: Socket "
			    "operation on non-socket" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		const struct fl_response response = { .failure = FL_HTTP_CONNECT,
						      .errnum = table[i].errnum };
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(fl_engine_refused(&docker, &call, &response, &err), -1);
		assert_string_equal(err.message, table[i].message);
		assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
		assert_int_equal(err.errnum, table[i].errnum);
	}
}

static void words_are_quoted_for_a_url(void **state)
{
	fl_auto_buf struct fl_buf url = FL_BUF_INIT;

	(void)state;
	fl_engine_quote(&url, "aZ09-._~", "");
	fl_engine_quote(&url, "host:5000/a b?c&d#e%f\xff", "");
	fl_engine_quote(&url, "/:@?", "/:@");
	assert_string_equal(fl_buf_text(&url),
			    "aZ09-._~host%3A5000%2Fa%20b%3Fc%26d%23e%25f%FF/:@%3F");
}

/* The Engine's answer may have any length; the message is one line of limited length. */
static void long_answers_are_cut(void **state)
{
	const struct fl_engine_call call = { .method = "GET", .path = "/x" };
	struct fl_docker docker = { .socket = (char[]){ "/s" } };
	struct fl_response response = { .status = 500, .body = FL_BUF_INIT };
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	for (int i = 0; i < 5000; i++)
		fl_buf_puts(&response.body, "w\t");
	assert_int_equal(fl_engine_refused(&docker, &call, &response, &err), -1);
	assert_true(strlen(err.message) < 700);
	assert_int_equal(fl_error_hint(&err, "what to do"), -1);
	assert_non_null(strstr(err.message, "; what to do"));
	assert_null(strchr(err.message, '\t'));
	fl_buf_free(&response.body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_8_version_is_negotiated),
		cmocka_unit_test(calls_negotiate_by_themselves_once),
		cmocka_unit_test(engines_that_cannot_be_talked_to_are_refused),
		cmocka_unit_test(silent_engine_is_left_at_the_deadline),
		cmocka_unit_test(errors_of_the_socket_say_what_to_do),
		cmocka_unit_test(words_are_quoted_for_a_url),
		cmocka_unit_test(long_answers_are_cut),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
