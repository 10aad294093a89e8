/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "docker/engine.h"
#include "server.h"

struct world {
	struct server server;
	struct fl_http *http;
	struct fl_docker *docker;
	struct fl_error err;
};

/* The first rule of each list is SERVER_PING. */
static void begin(struct world *world, const struct server_rule *rules)
{
	*world = (struct world){ .server = server_start(rules, true), .http = fl_http_new() };
	world->docker = fl_docker_new(world->http, world->server.path);
}

static void end(struct world *world)
{
	fl_docker_free(world->docker);
	fl_http_free(world->http);
	server_stop(&world->server);
}

/* The message behind "Docker Engine on SOCKET: ". */
static const char *message(const struct world *world)
{
	const char *at = strstr(world->err.message, world->server.path);

	assert_non_null(at);
	assert_memory_equal(world->err.message, "Docker Engine on ", 17);
	return at + strlen(world->server.path) + 2;
}

/* libcurl tries to connect to it, which fails with ENOENT. */
static void longest_path_works(void **state)
{
	fl_auto_http struct fl_http *http = fl_http_new();
	fl_auto_docker struct fl_docker *docker = NULL;
	struct fl_error err = FL_ERROR_INIT;
	char path[108];

	(void)state;
	memset(path, 'p', sizeof(path));
	memcpy(path, "/tmp/", 5);
	path[107] = '\0';
	docker = fl_docker_new(http, path);
	assert_int_equal(fl_engine_ping(docker, soon(), &err), -1);
	assert_int_equal(err.errnum, ENOENT);
}

static void docker_host_is_read_only_outside_contextualization(void **state)
{
	(void)state;
	unsetenv("CONTEXT_FILE");
	unsetenv("DOCKER_HOST");
	assert_string_equal(fl_docker_default_socket(), "/run/docker.sock");
	setenv("DOCKER_HOST", "unix:///s", 1);
	assert_string_equal(fl_docker_default_socket(), "/s");
	setenv("DOCKER_HOST", "tcp://10.0.0.1:2375", 1);
	assert_string_equal(fl_docker_default_socket(), "/run/docker.sock");
	setenv("DOCKER_HOST", "unix://", 1);
	assert_string_equal(fl_docker_default_socket(), "/run/docker.sock");
	/* If one-contextd is the caller, DOCKER_HOST is a context variable. */
	setenv("DOCKER_HOST", "unix:///tmp/other.sock", 1);
	setenv("CONTEXT_FILE", "/tmp/context.sh", 1);
	assert_string_equal(fl_docker_default_socket(), "/run/docker.sock");
	unsetenv("CONTEXT_FILE");
	unsetenv("DOCKER_HOST");
}

static void image_is_there_or_not(void **state)
{
	static const struct server_rule rules[] = {
		SERVER_PING,
		{ .to = "GET /v1.41/images/127.0.0.1:5000/flwr/superlink:1.25.0/json ",
		  .act = SERVER_CHUNKED,
		  .status = 200,
		  .body = "{\"Id\":\"sha256:abc\"}" },
		{ .to = "GET /v1.41/images/a:1/json",
		  .status = 404,
		  .body = "{\"message\":\"No such image: a:1\"}" },
		{ .to = "GET /v1.41/images/a:2/json",
		  .status = 500,
		  .body = "{\"message\":\"oops\"}" },
		{ .to = "GET /v1.41/images/a:3/json", .status = 200, .body = "{\"Id\":7}" },
		{ .to = "GET /v1.41/images/a:4/json", .status = 200, .body = "[\"Id\"]" },
		{ .to = "GET /v1.41/images/a:5/json", .status = 200, .body = "{\"Id\":\"sha256" },
		{ .to = NULL },
	};
	static const struct {
		const char *reference, *message;
	} bad[] = {
		{ "a:2", "GET /images/a:2/json: 500: oops" },
		{ "a:3", "GET /images/a:3/json: the answer has no Id" },
		{ "a:4", "GET /images/a:4/json: the answer is no JSON object" },
		{ "a:5", "GET /images/a:5/json: the answer is no JSON object" },
	};
	struct world w;
	char *id = NULL;

	(void)state;
	begin(&w, rules);
	assert_int_equal(fl_docker_image_id(w.docker, "127.0.0.1:5000/flwr/superlink:1.25.0", &id,
					    soon(), &w.err),
			 1);
	assert_string_equal(id, "sha256:abc");
	free(id);
	id = NULL;
	assert_int_equal(fl_docker_image_id(w.docker, "a:1", &id, soon(), &w.err), 0);
	assert_null(id);
	for (size_t i = 0; i < FL_ARRAY_SIZE(bad); i++) {
		assert_int_equal(fl_docker_image_id(w.docker, bad[i].reference, &id, soon(),
						    &w.err),
				 -1);
		assert_string_equal(message(&w), bad[i].message);
		assert_int_equal(w.err.code, FL_EXIT_UNAVAILABLE);
		assert_null(id);
	}
	end(&w);
}

/* cJSON takes 40 bytes of memory for each byte of it. */
static void a_giant_answer_is_refused(void **state)
{
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	struct server_rule rules[] = {
		SERVER_PING,
		{ .to = "GET /v1.41/images/a:1/json", .status = 200 },
		{ .to = NULL },
	};
	struct world w;
	char *id = NULL;

	(void)state;
	fl_buf_puts(&body, "{\"Id\":\"sha256:abc\",\"More\":[0");
	while (body.length < 300000)
		fl_buf_puts(&body, ",0");
	fl_buf_puts(&body, "]}");
	rules[1].body = fl_buf_text(&body);
	begin(&w, rules);
	assert_int_equal(fl_docker_image_id(w.docker, "a:1", &id, soon(), &w.err), -1);
	assert_string_equal(message(&w), "GET /images/a:1/json: the answer is longer than 256 KiB");
	end(&w);
}

#define INSPECT                                                                                    \
	"{\"Id\":\"c0ffee\",\"Name\":\"/x\",\"RestartCount\":3,\"State\":{\"Status\":\"running\"," \
	"\"Running\":true,\"Paused\":false,\"Restarting\":false,\"OOMKilled\":true,\"Dead\":"      \
	"false,"                                                                                   \
	"\"Pid\":4242,\"ExitCode\":137,\"Error\":\"why\","                                         \
	"\"StartedAt\":\"2026-11-23T16:49:35.167580416Z\"},\"Config\":{\"Image\":\"a/b:1\","       \
	"\"Labels\":{\"org.opennebula.flower-superlink.digest\":\"d1\"}}}"
#define STATUS  "\"Status\":\"created\""
#define STARTED "\"StartedAt\":\"0\""
#define ODD(n, text)                                                                        \
	{                                                                                   \
		.to = "GET /v1.41/containers/odd" n "/json ", .status = 200, .body = (text) \
	}

static void inspect_fills_in_the_container(void **state)
{
	static const struct server_rule rules[] = {
		SERVER_PING,
		{ .to = "GET /v1.41/containers/x/json ", .status = 200, .body = INSPECT },
		{ .to = "GET /v1.41/containers/bare/json ",
		  .status = 200,
		  .body = "{\"Id\":\"c\",\"State\":{\"Status\":\"created\",\"Pid\":-1,\"ExitCode\":"
			  "1e300,"
			  "\"StartedAt\":\"0001-01-01T00:00:00Z\"},\"Config\":{\"Image\":\"a\","
			  "\"Labels\":null}}" },
		ODD("1", "{\"Id\":\"c\",\"State\":[],\"Config\":{\"Image\":\"a\"}}"),
		ODD("2", "{\"Id\":\"c\",\"State\":{" STATUS "," STARTED "},\"Config\":{}}"),
		ODD("3", "{\"State\":{" STATUS "," STARTED "},\"Config\":{\"Image\":\"a\"}}"),
		ODD("4", "{\"Id\":\"c\",\"State\":{" STATUS "},\"Config\":{\"Image\":\"a\"}}"),
		ODD("5", "{\"Id\":\"c\",\"State\":{" STARTED "},\"Config\":{\"Image\":\"a\"}}"),
		{ .to = "GET /v1.41/containers/none/json ", .status = 404 },
		{ .to = "GET /v1.41/containers/..%2Fimages/json ", .status = 404 },
		{ .to = NULL },
	};
	struct fl_docker_container c;
	struct world w;

	(void)state;
	begin(&w, rules);
	assert_int_equal(fl_docker_inspect(w.docker, "x", &c, soon(), &w.err), 0);
	assert_true(c.exists);
	assert_string_equal(c.id, "c0ffee");
	assert_string_equal(c.image, "a/b:1");
	assert_string_equal(c.digest, "d1");
	assert_string_equal(c.status, "running");
	assert_string_equal(c.started_at, "2026-11-23T16:49:35.167580416Z");
	assert_string_equal(c.error, "why");
	assert_true(c.running);
	assert_false(c.restarting);
	assert_true(c.oom_killed);
	assert_int_equal(c.pid, 4242);
	assert_int_equal(c.exit_code, 137);
	assert_int_equal(c.restart_count, 3);
	fl_docker_container_free(&c);
	assert_false(c.exists);

	assert_int_equal(fl_docker_inspect(w.docker, "bare", &c, soon(), &w.err), 0);
	assert_true(c.exists);
	assert_null(c.digest);
	assert_string_equal(c.error, "");
	assert_false(c.running);
	assert_int_equal(c.pid, 0);
	assert_int_equal(c.exit_code, 0);
	fl_docker_container_free(&c);

	assert_int_equal(fl_docker_inspect(w.docker, "none", &c, soon(), &w.err), 0);
	assert_false(c.exists);
	fl_docker_container_free(&c);

	for (int i = 1; i <= 5; i++) {
		fl_auto_free char *name = fl_xasprintf("odd%d", i);

		assert_int_equal(fl_docker_inspect(w.docker, name, &c, soon(), &w.err), -1);
		assert_non_null(strstr(message(&w), "/json: the answer lacks "));
		assert_false(c.exists);
		assert_null(c.id);
	}

	assert_int_equal(fl_docker_inspect(w.docker, "../images", &c, soon(), &w.err), 0);
	assert_int_equal(server_count(&w.server, "GET /v1.41/containers/..%2Fimages/json "), 1);
	end(&w);
}

static void create_sends_its_json(void **state)
{
	static const struct server_rule rules[] = {
		SERVER_PING,
		{ .to = "POST /v1.41/containers/create?name=x ",
		  .status = 201,
		  .body = "{\"Id\":\"c\",\"Warnings\":[]}",
		  .times = 1 },
		{ .to = "POST /v1.41/containers/create?name=x ",
		  .status = 409,
		  .body = "{\"message\":\"Conflict. The container name \\\"/x\\\" is already in "
			  "use\"}" },
		{ .to = "POST /v1.41/containers/create?name=y ",
		  .status = 404,
		  .body = "{\"message\":\"No such image: a:1\"}" },
		{ .to = NULL },
	};
	struct world w;

	(void)state;
	begin(&w, rules);
	assert_int_equal(fl_docker_create(w.docker, "x", "{\"Image\":\"a:1\"}", soon(), &w.err), 0);
	assert_true(server_heard(&w.server, "Content-Type: application/json\r\n"));
	assert_true(server_heard(&w.server, "\r\n\r\n{\"Image\":\"a:1\"}"));
	assert_int_equal(fl_docker_create(w.docker, "x", "{}", soon(), &w.err), FL_DOCKER_TAKEN);
	assert_string_equal(message(&w),
			    "POST /containers/create: 409: Conflict. The container name "
			    "\"/x\" is already in use");
	assert_int_equal(fl_docker_create(w.docker, "y", "{}", soon(), &w.err), -1);
	assert_string_equal(message(&w), "POST /containers/create: 404: No such image: a:1");
	assert_int_equal(w.err.code, FL_EXIT_UNAVAILABLE);
	end(&w);
}

static void remove_leaves_nothing_behind(void **state)
{
	static const struct server_rule rules[] = {
		SERVER_PING,
		{ .to = "DELETE /v1.41/containers/x?force=1 ", .status = 204 },
		{ .to = "DELETE /v1.41/containers/none?force=1 ", .status = 404 },
		{ .to = "DELETE /v1.41/containers/busy?force=1 ",
		  .status = 409,
		  .body = "{\"message\":\"removal of container busy is already in progress\"}" },
		{ .to = "POST /v1.41/containers/busy/wait?condition=removed ",
		  .act = SERVER_CHUNKED,
		  .status = 200,
		  .body = "{\"StatusCode\":0}\n" },
		{ .to = "DELETE /v1.41/containers/bad?force=1 ",
		  .status = 500,
		  .body = "{\"message\":\"device busy\"}" },
		{ .to = NULL },
	};
	struct world w;

	(void)state;
	begin(&w, rules);
	assert_int_equal(fl_docker_remove(w.docker, "x", soon(), &w.err), 0);
	assert_int_equal(fl_docker_remove(w.docker, "none", soon(), &w.err), 0);
	/* Somebody else is removing it: fl_docker_remove() waits for that. */
	assert_int_equal(fl_docker_remove(w.docker, "busy", soon(), &w.err), 0);
	assert_true(server_heard(&w.server, "POST /v1.41/containers/busy/wait?condition=removed "));
	assert_int_equal(fl_docker_remove(w.docker, "bad", soon(), &w.err), -1);
	assert_string_equal(message(&w), "DELETE /containers/bad: 500: device busy");
	end(&w);
}

/* Starting what runs and stopping what does not run is fine. */
static void what_is_so_already_is_fine(void **state)
{
	static const struct server_rule rules[] = {
		SERVER_PING,
		{ .to = "POST /v1.41/containers/x/start ", .status = 204, .times = 1 },
		{ .to = "POST /v1.41/containers/x/start ", .status = 304 },
		{ .to = "POST /v1.41/containers/x/stop ", .status = 204, .times = 1 },
		{ .to = "POST /v1.41/containers/x/stop ", .status = 304 },
		{ .to = "POST /v1.41/containers/none/",
		  .status = 404,
		  .body = "{\"message\":\"No such container: none\"}" },
		{ .to = NULL },
	};
	struct world w;

	(void)state;
	begin(&w, rules);
	assert_int_equal(fl_docker_start(w.docker, "x", soon(), &w.err), 0);
	assert_int_equal(fl_docker_start(w.docker, "x", soon(), &w.err), 0);
	assert_int_equal(server_count(&w.server, "POST /v1.41/containers/x/start "), 2);
	assert_int_equal(fl_docker_start(w.docker, "none", soon(), &w.err), -1);
	assert_string_equal(message(&w),
			    "POST /containers/none/start: 404: No such container: none");
	assert_int_equal(fl_docker_stop(w.docker, "x", soon(), &w.err), 0);
	assert_int_equal(fl_docker_stop(w.docker, "x", soon(), &w.err), 0);
	assert_int_equal(fl_docker_stop(w.docker, "none", soon(), &w.err), -1);
	assert_string_equal(message(&w),
			    "POST /containers/none/stop: 404: No such container: none");
	end(&w);
}

static void taken_port_is_named(void **state)
{
	static const struct {
		const char *words;
		int port; /* 0: no hint */
	} table[] = {
		/* Engine 20.10.24 */
		{ "driver failed programming external connectivity on endpoint x (84): Error "
		  "starting "
		  "userland proxy: listen tcp4 0.0.0.0:9192: bind: address already in use",
		  9192 },
		{ "Error starting userland proxy: listen tcp6 [::]:9093: bind: address already in "
		  "use",
		  9093 },
		{ "driver failed programming external connectivity on endpoint x (84): Bind for "
		  "0.0.0.0:9092 failed: port is already allocated",
		  9092 },
		{ "Bind for :::9092 failed: port is already allocated", 9092 },
		/* Engine 28 */
		{ "failed to set up container networking: driver failed programming external "
		  "connectivity on endpoint x (84): failed to bind host port for "
		  "127.0.0.1:9091:172.17.0.2:9091/tcp: address already in use",
		  9091 },
		{ "failed to bind host port 0.0.0.0:9092/tcp: address already in use", 9092 },
		{ "failed to bind host port for [2001:db8::1]:9092:[fd00::2]:80/tcp: address "
		  "already "
		  "in use",
		  9092 },
		{ "address already in use", 0 },
		{ "listen tcp4 0.0.0.0:99999: bind: address already in use", 0 },
		{ "listen tcp4 nowhere: 1:30: address already in use", 0 },
		{ "address already in use: listen tcp4 [::", 0 },
		{ "listen tcp4 0.0.0.0:9192: bind: permission denied", 0 },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		fl_auto_free char *body = fl_xasprintf("{\"message\":\"%s\"}", table[i].words);
		const struct server_rule rules[] = {
			SERVER_PING,
			{ .to = "POST ", .status = 500, .body = body },
			{ .to = NULL },
		};
		fl_auto_free char *hint = fl_xasprintf(
			"%s; port %d is taken by another program; ss -ltnp shows which",
			table[i].words, table[i].port);
		struct world w;

		begin(&w, rules);
		assert_int_equal(fl_docker_start(w.docker, "x", soon(), &w.err), -1);
		assert_string_equal(message(&w) + strlen("POST /containers/x/start: 500: "),
				    table[i].port != 0 ? hint : table[i].words);
		assert_int_equal(w.err.code, FL_EXIT_UNAVAILABLE);
		end(&w);
	}
}

static void answers_that_break_off_or_stall_are_errors(void **state)
{
	static const struct server_rule rules[] = {
		SERVER_PING,
		{ .to = "GET /v1.41/containers/short/json ",
		  .act = SERVER_RAW,
		  .body = "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{\"Id\":\"c\"}" },
		{ .to = "GET /v1.41/containers/stall/json ",
		  .act = SERVER_STALL,
		  .body = "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{\"Id\":\"c\"}" },
		{ .to = NULL },
	};
	struct fl_docker_container c;
	struct world w;

	(void)state;
	begin(&w, rules);
	assert_int_equal(fl_docker_inspect(w.docker, "short", &c, soon(), &w.err), -1);
	assert_int_equal(w.err.code, FL_EXIT_UNAVAILABLE);
	assert_non_null(strstr(message(&w), "closed in the middle of the answer"));
	assert_int_equal(fl_docker_inspect(w.docker, "stall", &c, fl_now() + 50 * FL_MS, &w.err),
			 -1);
	assert_int_equal(w.err.code, FL_EXIT_TIMEOUT);
	assert_string_equal(message(&w), "GET /containers/stall/json: no answer in time");
	assert_true(server_heard(&w.server, "[closed]"));
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(longest_path_works),
		cmocka_unit_test(docker_host_is_read_only_outside_contextualization),
		cmocka_unit_test(image_is_there_or_not),
		cmocka_unit_test(a_giant_answer_is_refused),
		cmocka_unit_test(inspect_fills_in_the_container),
		cmocka_unit_test(create_sends_its_json),
		cmocka_unit_test(remove_leaves_nothing_behind),
		cmocka_unit_test(what_is_so_already_is_fine),
		cmocka_unit_test(taken_port_is_named),
		cmocka_unit_test(answers_that_break_off_or_stall_are_errors),
	};

	return cmocka_run_group_tests_name("docker", tests, NULL, NULL);
}
