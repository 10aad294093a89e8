/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fl_now */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "docker/pull.h"
#include "server.h"

#define HEAD  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define PIECE "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

/* What Engine 20.10.24 sends for two layers, one of which is there already. */
#define LINES                                                                                     \
	"{\"status\":\"Pulling from flwr/superlink\",\"id\":\"1.26.0\"}\r\n"                      \
	"{\"status\":\"Already exists\",\"progressDetail\":{},\"id\":\"aaaaaaaaaaaa\"}\r\n"       \
	"{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"bbbbbbbbbbbb\"}\r\n"     \
	"{\"status\":\"Downloading\",\"progressDetail\":{\"current\":1500000,\"total\":9000000}," \
	"\"progress\":\"[=>  ]\",\"id\":\"bbbbbbbbbbbb\"}\r\n"                                    \
	"{\"status\":\"Downloading\",\"progressDetail\":{\"current\":8000000,\"total\":9000000}," \
	"\"id\":\"bbbbbbbbbbbb\"}\r\n"                                                            \
	"{\"status\":\"Download complete\",\"progressDetail\":{},\"id\":\"bbbbbbbbbbbb\"}\r\n"    \
	"{\"status\":\"Pull complete\",\"progressDetail\":{},\"id\":\"bbbbbbbbbbbb\"}\r\n"        \
	"{\"status\":\"Digest: sha256:00\"}\r\n"                                                  \
	"{\"status\":\"Status: Downloaded newer image for flwr/superlink:1.26.0\"}\r\n"

struct world {
	struct server server;
	struct fl_http *http;
	struct fl_docker *docker;
	struct fl_error err;
	struct fl_buf told;
};

/* When the pull shows this text, the clock goes forward by an hour. */
static const char *jump_at;
static fl_time jumped;

fl_time __real_fl_now(void);
fl_time __wrap_fl_now(void);

fl_time __wrap_fl_now(void)
{
	return __real_fl_now() + jumped;
}

static void tell(void *data, const char *text)
{
	struct world *world = data;

	if (jump_at != NULL && strcmp(text, jump_at) == 0)
		jumped = 3600 * FL_SEC;
	fl_buf_printf(&world->told, "%s\n", text);
}

/* Pulls from an Engine that follows RULE. */
static int pull(struct world *world, const struct server_rule *rule, fl_time deadline,
		int64_t stall)
{
	static struct server_rule rules[3];
	int result;

	rules[0] = (struct server_rule)SERVER_PING;
	rules[1] = *rule;
	rules[1].to = "POST /v1.41/images/create?fromImage=127.0.0.1%3A5000%2Fflwr%2Fsuperlink&"
		      "tag=1.26.0 ";
	*world = (struct world){ .server = server_start(rules, true), .http = fl_http_new() };
	world->docker = fl_docker_new(world->http, world->server.path);
	result = fl_docker_pull(world->docker, "127.0.0.1:5000/flwr/superlink", "1.26.0", deadline,
				stall, tell, world, &world->err);
	if (rule->act == SERVER_STALL)
		assert_true(server_heard(&world->server, "[closed]"));
	fl_docker_free(world->docker);
	fl_http_free(world->http);
	server_stop(&world->server);
	return result;
}

static void whole_pull_succeeds(void **state)
{
	/* In one piece, and in pieces of one byte. */
	static const struct server_rule rules[] = {
		{ .status = 200, .body = LINES },
		{ .act = SERVER_CHUNKED, .status = 200, .body = LINES },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(rules); i++) {
		struct world w;

		assert_int_equal(pull(&w, &rules[i], soon(), 20 * FL_SEC), 0);
		assert_string_equal(fl_buf_text(&w.told), "1 of 1 layers, 0.0 of 0.0 MB\n"
							  "1 of 2 layers, 0.0 of 0.0 MB\n"
							  "1 of 2 layers, 1.5 of 9.0 MB\n"
							  "1 of 2 layers, 8.0 of 9.0 MB\n"
							  "1 of 2 layers, 9.0 of 9.0 MB\n"
							  "2 of 2 layers, 9.0 of 9.0 MB\n");
		fl_buf_free(&w.told);
	}
}

/* Trap 26: the status is 200, and the failure stands in the stream. */
static void trap_26_failure_in_the_stream_is_a_failure(void **state)
{
	static const struct {
		const char *lines, *why;
	} table[] = {
		{ LINES "{\"errorDetail\":{\"message\":\"unexpected EOF\"},\"error\":\"unexpected "
			"EOF\"}\r\n",
		  "unexpected EOF" },
		/* More lines may follow, and the first cause is the one. */
		{ "{\"errorDetail\":{\"message\":\"first\"}}\r\n{\"errorDetail\":{\"message\":"
		  "\"second\"}}\r\n" LINES,
		  "first" },
		/* The last line may lack its end. */
		{ LINES "{\"errorDetail\":{\"code\":5,\"message\":\"no space left\"}}",
		  "no space left" },
		{ "{\"error\":\"only this\"}\n", "only this" },
		{ "{\"errorDetail\":{}}\n", "the pull failed" },
		{ "{\"errorDetail\":null}\n", "the pull failed" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		const struct server_rule rule = { .status = 200, .body = table[i].lines };
		fl_auto_free char *message = fl_xasprintf(
			"pull of 127.0.0.1:5000/flwr/superlink:1.26.0: %s", table[i].why);
		struct world w;

		assert_int_equal(pull(&w, &rule, soon(), 20 * FL_SEC), -1);
		assert_int_equal(w.err.code, FL_EXIT_UNAVAILABLE);
		assert_string_equal(w.err.message, message);
		fl_buf_free(&w.told);
	}
}

/*
 * Trap 26: if a registry stalls in a layer, the Engine waits for ever. fl_docker_pull() closes the
 * connection, which cancels the pull in the Engine (pull() checks that the server sees it).
 */
static void trap_26_stall_ends_the_pull(void **state)
{
	static const char *const said[] = {
		"", /* not even headers */
		HEAD "\r\n",
		HEAD "\r\n" LINES,
		HEAD "\r\n{\"status\":\"Downloading\",\"id\":\"b\",\"progressDetail\":{\"curr",
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(said); i++) {
		const struct server_rule rule = { .act = SERVER_STALL, .body = said[i] };
		struct world w;

		assert_int_equal(pull(&w, &rule, soon(), 50 * FL_MS), -1);
		assert_int_equal(w.err.code, FL_EXIT_TIMEOUT);
		assert_non_null(strstr(w.err.message, "superlink:1.26.0: no progress in "));
		fl_buf_free(&w.told);
	}
}

/* The Engine tries a broken layer again and again, and reports each time, or says the same. */
static void trap_26_trying_again_is_no_progress(void **state)
{
	static const char *const lines[] = {
		"{\"id\":\"bbbbbbbbbbbb\",\"status\":\"Retrying in ",
		"{\"id\":\"bbbbbbbbbbbb\",\"status\":\"Downloading\",\"progressDetail\":"
		"{\"current\":9000000,\"total\":9000000},\"progress\":\"",
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(lines); i++) {
		const struct server_rule rule = { .act = SERVER_REPEAT,
						  .body = HEAD "\r\n" LINES,
						  .headers = lines[i] };
		struct world w;

		assert_int_equal(pull(&w, &rule, soon(), 100 * FL_MS), -1);
		assert_int_equal(w.err.code, FL_EXIT_TIMEOUT);
		assert_non_null(strstr(w.err.message, "no progress in "));
		fl_buf_free(&w.told);
	}
}

static void deadline_ends_a_pull(void **state)
{
	static const struct server_rule rule = { .act = SERVER_STALL, .body = HEAD "\r\n" LINES };
	struct world w;

	(void)state;
	jump_at = "2 of 2 layers, 9.0 of 9.0 MB";
	assert_int_equal(pull(&w, &rule, fl_deadline(1800), 7200 * FL_SEC), -1);
	jump_at = NULL;
	jumped = 0;
	assert_int_equal(w.err.code, FL_EXIT_TIMEOUT);
	assert_string_equal(w.err.message,
			    "pull of 127.0.0.1:5000/flwr/superlink:1.26.0: not done in "
			    "time, after 2 of 2 layers, 9.0 of 9.0 MB");
	fl_buf_free(&w.told);
}

static void refusals_carry_the_engines_words(void **state)
{
	static const struct {
		struct server_rule rule;
		const char *words;
	} table[] = {
		{ { .status = 404, .body = "{\"message\":\"manifest for x not found\"}" },
		  ": POST /images/create: 404: manifest for x not found" },
		{ { .act = SERVER_CHUNKED,
		    .status = 500,
		    .body = "{\"message\":\"no route to host\"}\n" },
		  ": POST /images/create: 500: no route to host" },
		{ { .act = SERVER_RAW, .body = HEAD "Content-Length: 9999\r\n\r\n" LINES },
		  ": POST /images/create: the connection was closed in the middle of the answer" },
		{ { .act = SERVER_RAW, .body = PIECE "1\r\n{\r\n" },
		  ": POST /images/create: the connection was closed in the middle of the answer" },
		{ { .act = SERVER_RAW, .body = "" },
		  ": POST /images/create: the connection was closed without an answer" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		struct world w;

		assert_int_equal(pull(&w, &table[i].rule, soon(), 20 * FL_SEC), -1);
		assert_int_equal(w.err.code, FL_EXIT_UNAVAILABLE);
		assert_memory_equal(w.err.message,
				    "pull of 127.0.0.1:5000/flwr/superlink:1.26.0: Docker "
				    "Engine on ",
				    63);
		if (strstr(w.err.message, table[i].words) == NULL)
			fail_msg("%s\nlacks: %s", w.err.message, table[i].words);
		fl_buf_free(&w.told);
	}
}

/* A line that is none of a pull's is ignored, whatever its length. */
static void odd_lines_do_no_harm(void **state)
{
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	struct server_rule rule = { .status = 200 };
	struct world w;

	(void)state;
	fl_buf_puts(&body, "\n\r\n7\nnull\n[]\n\"x\"\n{\"status\":7,\"id\":[]}\nnot json\n{\"a\":");
	for (int i = 0; i < 100000; i++)
		fl_buf_putc(&body, '[');
	fl_buf_puts(
		&body,
		"\n{\"status\":\"Downloading\",\"id\":\"b\",\"progressDetail\":{\"current\":-5,"
		"\"total\":1e300}}\n{\"status\":\"Downloading\",\"id\":\"b\",\"progressDetail\":"
		"[]}\n");
	for (int i = 0; i < 6000; i++)
		fl_buf_printf(&body, "{\"status\":\"Waiting\",\"id\":\"%d\"}\n", i);
	fl_buf_puts(&body, LINES);
	rule.body = fl_buf_text(&body);
	assert_int_equal(pull(&w, &rule, soon(), 20 * FL_SEC), 0);
	fl_buf_free(&w.told);
}

/* A name that is longer than any of Docker's is not kept, so it is no progress either. */
static void long_names_are_no_progress(void **state)
{
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	struct server_rule rule = { .status = 200 };
	struct world w;
	char name[60001];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	fl_buf_printf(&body, "{\"status\":\"Pulling fs layer\",\"id\":\"%s\"}\n", name);
	fl_buf_printf(&body, "{\"status\":\"%s\",\"id\":\"b\"}\n", name);
	rule.body = fl_buf_text(&body);
	assert_int_equal(pull(&w, &rule, soon(), 20 * FL_SEC), 0);
	assert_string_equal(fl_buf_text(&w.told), "");
	fl_buf_free(&w.told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_pull_succeeds),
		cmocka_unit_test(trap_26_failure_in_the_stream_is_a_failure),
		cmocka_unit_test(trap_26_stall_ends_the_pull),
		cmocka_unit_test(trap_26_trying_again_is_no_progress),
		cmocka_unit_test(deadline_ends_a_pull),
		cmocka_unit_test(refusals_carry_the_engines_words),
		cmocka_unit_test(odd_lines_do_no_harm),
		cmocka_unit_test(long_names_are_no_progress),
	};

	return cmocka_run_group_tests_name("pull", tests, NULL, NULL);
}
