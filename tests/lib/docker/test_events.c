/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "docker/events.h"
#include "server.h"

#define PING                                                                          \
	{                                                                             \
		.to = "GET /_ping", .status = 200, .headers = "Api-Version: 1.41\r\n" \
	}

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"

/* As Engine 20.10.24 sends it. */
#define EVENT(action, name, more)                                                               \
	"{\"status\":\"" action "\",\"id\":\"c0ffee\",\"from\":\"a:1\",\"Type\":\"container\"," \
	"\"Action\":\"" action "\",\"Actor\":{\"ID\":\"c0ffee\",\"Attributes\":{" more          \
	"\"image\":\"a:1\",\"name\":\"" name                                                    \
	"\"}},\"scope\":\"local\",\"time\":1,\"timeNano\":2}\n"

#define FILTERS                                                                               \
	"GET /v1.41/events?filters=%7B%22type%22%3A%5B%22container%22%5D%2C%22event%22%3A%5B" \
	"%22start%22%2C%22die%22%5D%2C%22container%22%3A%5B%22box%22%5D%7D"

struct world {
	struct server server;
	struct fl_http *http;
	struct fl_docker *docker;
	struct fl_docker_events *events;
};

static fl_time soon(void)
{
	return fl_deadline(20);
}

static void begin(struct world *world, const struct server_rule *rules, const char *since)
{
	struct fl_error err = FL_ERROR_INIT;

	*world = (struct world){ .server = server_start(rules, true), .http = fl_http_new() };
	assert_int_equal(fl_docker_new(world->http, world->server.path, &world->docker, &err), 0);
	world->events = fl_docker_events_open(world->docker, "box", since);
}

static void end(struct world *world)
{
	fl_docker_events_close(world->events);
	fl_docker_free(world->docker);
	fl_http_free(world->http);
	server_stop(&world->server);
}

static void starts_and_ends_come_in_order(void **state)
{
	static const char stream[] = HEAD EVENT("start", "box", "")
		EVENT("die", "box", "\"exitCode\":\"137\",") EVENT("start", "box", "")
			EVENT("die", "box", "\"exitCode\":\"0\",") EVENT("die", "box", "")
				EVENT("die", "box", "\"exitCode\":\"-1\",");
	static const enum server_act acts[] = { SERVER_STALL, SERVER_DRIP };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(acts); i++) {
		const struct server_rule rules[] = {
			PING,
			{ .to = FILTERS " ", .act = acts[i], .body = stream },
			{ .to = NULL },
		};
		struct world w;
		int64_t code = -7;

		begin(&w, rules, NULL);
		assert_int_equal(fl_docker_events_next(w.events, soon(), &code), FL_EVENT_START);
		assert_int_equal(code, -7);
		assert_int_equal(fl_docker_events_next(w.events, soon(), &code), FL_EVENT_DIE);
		assert_int_equal(code, 137);
		assert_int_equal(fl_docker_events_next(w.events, soon(), NULL), FL_EVENT_START);
		assert_int_equal(fl_docker_events_next(w.events, soon(), &code), FL_EVENT_DIE);
		assert_int_equal(code, 0);
		assert_int_equal(fl_docker_events_next(w.events, soon(), &code), FL_EVENT_DIE);
		assert_int_equal(code, -1);
		code = -7;
		assert_int_equal(fl_docker_events_next(w.events, soon(), &code), FL_EVENT_DIE);
		assert_int_equal(code, -1);
		if (acts[i] == SERVER_STALL) /* nothing more, and the stream stays */
			assert_int_equal(fl_docker_events_next(w.events, fl_now() + 20 * FL_MS,
							       NULL),
					 FL_EVENT_NONE);
		else /* the server closed */
			assert_int_equal(fl_docker_events_next(w.events, soon(), NULL),
					 FL_EVENT_LOST);
		end(&w);
	}
}

/* The Engine's filter takes the beginning of a name for the name; other lines are passed over. */
static void events_of_others_are_passed_over(void **state)
{
	static const char stream[] = HEAD EVENT("start", "box2", "")
		EVENT("stop", "box",
		      "") "\n{}\n[]\nnot json\n{\"Type\":\"container\",\"Action\":\"die\"}\n"
			  "{\"Type\":\"image\",\"Action\":\"die\",\"Actor\":{\"Attributes\":{"
			  "\"name\":\"box\"}}}\n"
			  "{\"Type\":7,\"Action\":[],\"Actor\":\"x\"}\n" EVENT(
				  "die", "box", "\"exitCode\":\"3\",") EVENT("die", "xbox", "");
	static const struct server_rule rules[] = {
		PING,
		{ .to = FILTERS, .act = SERVER_STALL, .body = stream },
		{ .to = NULL },
	};
	int64_t code = 0;
	struct world w;

	(void)state;
	begin(&w, rules, NULL);
	assert_int_equal(fl_docker_events_next(w.events, soon(), &code), FL_EVENT_DIE);
	assert_int_equal(code, 3);
	assert_int_equal(fl_docker_events_next(w.events, fl_now() + 20 * FL_MS, &code),
			 FL_EVENT_NONE);
	fl_docker_events_close(w.events);
	w.events = NULL;
	assert_true(server_heard(&w.server, "[closed]"));
	end(&w);
}

static void since_is_told_in_seconds(void **state)
{
	static const struct {
		const char *since, *query;
	} table[] = {
		{ "2026-11-23T16:49:35.167580416Z", "&since=1795452575.167580416 " },
		{ "2026-11-23T16:49:35.5Z", "&since=1795452575.500000000 " },
		{ "2026-11-23T16:49:35Z", "&since=1795452575 " },
		{ "1970-01-01T00:00:00.000000001Z", "&since=0.000000001 " },
		{ "2026-11-23T16:49:35.1675804161Z", NULL },
		{ "2026-11-23T16:49:35.Z", NULL },
		{ "2026-11-23T16:49:35+01:00", NULL },
		{ "2026-11-23", NULL },
		{ "", NULL },
	};
	static const struct server_rule rules[] = {
		PING,
		{ .to = FILTERS "&since=", .act = SERVER_STALL, .body = HEAD },
		{ .to = NULL },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		struct world w;

		begin(&w, rules, table[i].since);
		if (table[i].query != NULL) {
			assert_int_equal(fl_docker_events_next(w.events, fl_now() + FL_MS, NULL),
					 FL_EVENT_NONE);
			assert_true(server_heard(&w.server, table[i].query));
		} else {
			assert_int_equal(fl_docker_events_next(w.events, soon(), NULL),
					 FL_EVENT_LOST);
			assert_int_equal(server_count(&w.server, "GET /v1.41/events"), 0);
		}
		end(&w);
	}
}

static void stream_that_is_not_there_is_lost(void **state)
{
	static const struct server_rule table[][3] = {
		{ PING,
		  { .to = "GET /v1.41/events", .status = 500, .body = "{\"message\":\"no\"}" } },
		{ PING, { .to = "GET /v1.41/events", .act = SERVER_RAW, .body = "" } },
		{ { .to = "GET /_ping", .status = 500 } },
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		begin(&w, table[i], NULL);
		assert_int_equal(fl_docker_events_next(w.events, soon(), NULL), FL_EVENT_LOST);
		/* And it stays so. */
		assert_int_equal(fl_docker_events_next(w.events, soon(), NULL), FL_EVENT_LOST);
		end(&w);
	}
	fl_docker_events_close(NULL);
}

static void engine_that_goes_away_is_noticed(void **state)
{
	static const struct server_rule rules[] = {
		PING,
		{ .to = FILTERS, .act = SERVER_STALL, .body = HEAD EVENT("start", "box", "") },
		{ .to = NULL },
	};
	struct world w;

	(void)state;
	begin(&w, rules, NULL);
	assert_int_equal(fl_docker_events_next(w.events, soon(), NULL), FL_EVENT_START);
	server_kill(&w.server);
	assert_int_equal(fl_docker_events_next(w.events, soon(), NULL), FL_EVENT_LOST);
	end(&w);
}

/* While something else is waited for, an event ends the wait and is there afterwards. */
static void event_ends_the_wait_for_something_else(void **state)
{
	static const struct server_rule rules[] = {
		PING,
		{ .to = "GET /stall", .act = SERVER_STALL, .body = "" },
		{ .to = FILTERS, .act = SERVER_STALL, .body = HEAD EVENT("die", "box", "") },
		{ .to = NULL },
	};
	struct world w;
	struct fl_request request = { .method = "GET",
				      .url = "http://d/stall",
				      .deadline = soon() };
	struct fl_transfer *probe;

	(void)state;
	begin(&w, rules, NULL);
	request.unix_socket = w.server.path;
	probe = fl_http_start(w.http, &request);
	assert_false(fl_http_run(w.http, probe, soon()));
	assert_int_equal(fl_docker_events_next(w.events, 0, NULL), FL_EVENT_DIE);
	assert_int_equal(fl_docker_events_next(w.events, 0, NULL), FL_EVENT_NONE);
	fl_http_end(probe);
	end(&w);
}

/* A container that restarts all the time while nobody looks: the newest events are kept. */
static void queue_is_bounded(void **state)
{
	fl_auto_buf struct fl_buf stream = FL_BUF_INIT;
	struct server_rule rules[] = { PING,
				       { .to = "GET /v1.41/events", .act = SERVER_RAW },
				       { .to = NULL } };
	int64_t code = 0, last = 0;
	int count = 0;
	struct world w;

	(void)state;
	fl_buf_puts(&stream, HEAD);
	for (int i = 0; i < 200; i++)
		fl_buf_printf(&stream, EVENT("die", "box", "\"exitCode\":\"%d\","), i);
	rules[1].body = fl_buf_text(&stream);
	begin(&w, rules, NULL);
	while (fl_docker_events_next(w.events, 0, NULL) == FL_EVENT_NONE)
		fl_http_run(w.http, NULL, soon());
	while (fl_docker_events_next(w.events, soon(), &code) == FL_EVENT_DIE) {
		assert_true(count == 0 || code > last);
		last = code;
		count++;
	}
	assert_int_equal(last, 199);
	assert_in_range(count, 1, 199);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_and_ends_come_in_order),
		cmocka_unit_test(events_of_others_are_passed_over),
		cmocka_unit_test(since_is_told_in_seconds),
		cmocka_unit_test(stream_that_is_not_there_is_lost),
		cmocka_unit_test(engine_that_goes_away_is_noticed),
		cmocka_unit_test(event_ends_the_wait_for_something_else),
		cmocka_unit_test(queue_is_bounded),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
