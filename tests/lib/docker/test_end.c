/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "docker/end.h"
#include "docker/engine.h"
#include "server.h"

#define WAIT "POST /v1.41/containers/box/wait?condition=not-running "
#define HEAD \
	"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"

struct world {
	struct server server;
	struct fl_http *http;
	struct fl_docker *docker;
	struct fl_transfer *end;
};

static void begin(struct world *world, const struct server_rule *rules)
{
	*world = (struct world){ .server = server_start(rules, true), .http = fl_http_new() };
	world->docker = fl_docker_new(world->http, world->server.path);
	world->docker->minor = 41; /* as after an inspect */
	world->end = fl_end_ask(world->docker, "box");
}

static void end(struct world *world)
{
	fl_http_end(world->end);
	fl_docker_free(world->docker);
	fl_http_free(world->http);
	server_stop(&world->server);
}

static void the_exit_code_is_returned(void **state)
{
	static const struct {
		const char *body;
		int64_t code;
	} table[] = {
		{ "{\"StatusCode\":137}\n", 137 },
		{ "{\"Error\":null,\"StatusCode\":0}\n", 0 }, /* as Engine 20.10.24 sends it */
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		const struct server_rule rules[] = {
			{ .to = WAIT, .act = SERVER_CHUNKED, .status = 200, .body = table[i].body },
			{ .to = NULL },
		};
		struct world w;

		begin(&w, rules);
		assert_int_equal(fl_end_code(w.end), -1);
		assert_int_equal(fl_end_await(w.docker, w.end, soon()), table[i].code);
		assert_int_equal(fl_end_code(w.end), table[i].code);
		end(&w);
	}
	assert_int_equal(fl_end_code(NULL), -1);
}

/* The Engine sends the headers at once and the body at the end. */
static void anything_else_is_no_end(void **state)
{
	static const struct server_rule table[] = {
		{ .to = WAIT, .act = SERVER_STALL, .body = HEAD },
		{ .to = WAIT, .act = SERVER_STALL, .body = HEAD "4\r\n{\"St\r\n" },
		{ .to = WAIT, .act = SERVER_RAW, .body = HEAD },
		{ .to = WAIT, .act = SERVER_RAW, .body = "" },
		{ .to = WAIT, .status = 403, .body = "{\"StatusCode\":1}" },
		{ .to = WAIT, .status = 404, .body = "{\"message\":\"No such container: box\"}" },
		{ .to = WAIT, .status = 200, .body = "" },
		{ .to = WAIT, .status = 200, .body = "{\"StatusCode\":\"1\"}" },
		{ .to = WAIT, .status = 200, .body = "{\"StatusCode\":256}" },
		{ .to = WAIT, .status = 200, .body = "{\"StatusCode\":-1,\"Error\":{}}" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		const struct server_rule rules[] = { table[i], { .to = NULL } };
		fl_time until = fl_now() + 20 * FL_MS;
		struct world w;

		begin(&w, rules);
		assert_int_equal(fl_end_await(w.docker, w.end, until), -1);
		assert_true(fl_now() >= until);
		end(&w);
	}
}

static void the_end_ends_the_wait_for_something_else(void **state)
{
	static const struct server_rule rules[] = {
		{ .to = "GET /stall", .act = SERVER_STALL, .body = "" },
		{ .to = WAIT, .status = 200, .body = "{\"StatusCode\":3}" },
		{ .to = NULL },
	};
	struct fl_request request = { .method = "GET",
				      .url = "http://d/stall",
				      .deadline = soon() };
	struct fl_transfer *probe;
	struct world w;

	(void)state;
	begin(&w, rules);
	request.unix_socket = w.server.path;
	probe = fl_http_start(w.http, &request);
	assert_false(fl_http_run(w.http, probe, FL_NEVER));
	assert_int_equal(fl_end_code(w.end), 3);
	fl_http_end(probe);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exit_code_is_returned),
		cmocka_unit_test(anything_else_is_no_end),
		cmocka_unit_test(the_end_ends_the_wait_for_something_else),
	};

	return cmocka_run_group_tests_name("end", tests, NULL, NULL);
}
