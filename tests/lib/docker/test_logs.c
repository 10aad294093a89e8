/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "docker/logs.h"
#include "server.h"

static void frame(struct fl_buf *out, int stream, const char *text, size_t length)
{
	const unsigned char header[8] = { (unsigned char)stream,
					  0,
					  0,
					  0,
					  (unsigned char)(length >> 24),
					  (unsigned char)(length >> 16),
					  (unsigned char)(length >> 8),
					  (unsigned char)length };

	fl_buf_add(out, header, sizeof(header));
	fl_buf_add(out, text, length);
}

static void colours_and_control_characters_are_removed(void **state)
{
	static const struct {
		const char *text, *stripped;
	} table[] = {
		{ "plain\n", "plain\n" },
		{ "\033[92mINFO \033[0m:      hi\n", "INFO :      hi\n" },
		{ "\033[1;38;5;214mx\033[?25l\033[2Ky", "xy" },
		{ "a\033[31\033[0mb", "ab" },
		/* A sequence without its end hides nothing else. */
		{ "a\033[31\nb\n", "a\nb\n" },
		{ "a\033\nb\n", "a\nb\n" },
		{ "a\033\033[0mb[0m", "ab[0m" },
		{ "one\r\ntwo\tthree\a\b\v\f\177\n", "one\ntwo three\n" },
		{ "gr\xc3\xbc\xc3\x9f \xe2\x82\xac\n", "gr\xc3\xbc\xc3\x9f \xe2\x82\xac\n" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		size_t length = strlen(table[i].text);

		/* In two pieces, cut at each byte, as frames of both streams and without frames. */
		for (size_t cut = 0; cut <= length; cut++) {
			fl_auto_buf struct fl_buf in = FL_BUF_INIT, out = FL_BUF_INIT;
			fl_auto_buf struct fl_buf raw = FL_BUF_INIT;
			struct fl_logs_decoder framed = { .have = 0 }, bare = { .raw = true };

			frame(&in, 1, table[i].text, cut);
			frame(&in, 2, table[i].text + cut, length - cut);
			fl_logs_decode(&framed, in.data, in.length, &out);
			assert_string_equal(fl_buf_text(&out), table[i].stripped);
			fl_logs_decode(&bare, table[i].text, cut, &raw);
			fl_logs_decode(&bare, table[i].text + cut, length - cut, &raw);
			assert_string_equal(fl_buf_text(&raw), table[i].stripped);
		}
	}
}

static void frames_may_be_cut_anywhere(void **state)
{
	fl_auto_buf struct fl_buf in = FL_BUF_INIT;

	(void)state;
	frame(&in, 2, "\033[92mINFO\033[0m: one\n", 19);
	frame(&in, 1, "", 0);
	frame(&in, 3, "two\n", 4);
	for (size_t cut = 0; cut <= in.length; cut++) {
		struct fl_logs_decoder decoder = { .have = 0 };
		fl_auto_buf struct fl_buf out = FL_BUF_INIT;

		fl_logs_decode(&decoder, in.data, cut, &out);
		fl_logs_decode(&decoder, in.data + cut, in.length - cut, &out);
		assert_string_equal(fl_buf_text(&out), "INFO: one\ntwo\n");
	}
}

static void a_header_has_the_length_in_four_bytes(void **state)
{
	struct fl_logs_decoder decoder = { .have = 0 };
	fl_auto_buf struct fl_buf out = FL_BUF_INIT;

	(void)state;
	fl_logs_decode(&decoder, "\1\0\0\0\1\2\3\4", 8, &out);
	assert_int_equal(decoder.left, 0x01020304);
}

/* A container with a terminal sends no frames. A frame may be shorter than its header says. */
static void bytes_without_frames_are_text(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *text;
	} table[] = {
		{ "text\n", 5, "text\n" },         { "\1text\n", 6, "text\n" },
		{ "\2\0\0Xtext\n", 9, "Xtext\n" }, { "\2\0\0\0\377\377\377\377few", 11, "few" },
		{ "\2\0\0\0\0\0", 6, "" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		struct fl_logs_decoder decoder = { .have = 0 };
		fl_auto_buf struct fl_buf out = FL_BUF_INIT;

		fl_logs_decode(&decoder, table[i].bytes, table[i].length, &out);
		assert_string_equal(fl_buf_text(&out), table[i].text);
	}
}

static int read_logs(const struct server_rule *rules, struct fl_buf *out, fl_time deadline,
		     struct fl_error *err)
{
	struct server server = server_start(rules, true);
	fl_auto_http struct fl_http *http = fl_http_new();
	fl_auto_docker struct fl_docker *docker = fl_docker_new(http, server.path);
	int result;

	result = fl_docker_logs(docker, "x", 20, out, deadline, err);
	server_stop(&server);
	return result;
}

static void logs_are_read_from_the_engine(void **state)
{
	fl_auto_buf struct fl_buf body = FL_BUF_INIT, out = FL_BUF_INIT;
	struct server_rule rules[] = {
		SERVER_PING,
		{ .to = "GET /v1.41/containers/x/logs?stdout=1&stderr=1&tail=20 ",
		  .act = SERVER_CHUNKED,
		  .status = 200 },
		{ .to = NULL },
	};
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	frame(&body, 1, "out\n", 4);
	frame(&body, 2, "\033[92mINFO\033[0m\n", 14);
	rules[1].body = body.data;
	rules[1].length = body.length;
	fl_buf_puts(&out, "before\n");
	assert_int_equal(read_logs(rules, &out, soon(), &err), 0);
	assert_string_equal(fl_buf_text(&out), "before\nout\nINFO\n");
}

/* The end of a long log is kept, from the start of a line. */
static void end_of_a_long_log_is_kept(void **state)
{
	fl_auto_buf struct fl_buf body = FL_BUF_INIT, out = FL_BUF_INIT, giant = FL_BUF_INIT;
	struct server_rule rules[] = { SERVER_PING,
				       { .to = "GET ", .status = 200 },
				       { .to = NULL } };
	struct fl_error err = FL_ERROR_INIT;
	char line[32];

	(void)state;
	for (int i = 0; i < 100000; i++) {
		int length = snprintf(line, sizeof(line), "line %06d\n", i);

		frame(&body, 2, line, (size_t)length);
	}
	rules[1].body = body.data;
	rules[1].length = body.length;
	assert_int_equal(read_logs(rules, &out, soon(), &err), 0);
	assert_true(out.length <= FL_LOGS_MAX && out.length > FL_LOGS_MAX - 12);
	assert_memory_equal(out.data, "line ", 5);
	assert_memory_equal(out.data + out.length - 12, "line 099999\n", 12);

	/* One line that is longer than the limit. */
	fl_buf_reset(&out);
	fl_buf_reset(&body);
	for (int i = 0; i < 3 * FL_LOGS_MAX; i++)
		fl_buf_putc(&giant, 'g');
	frame(&body, 2, giant.data, giant.length);
	rules[1].body = body.data;
	rules[1].length = body.length;
	assert_int_equal(read_logs(rules, &out, soon(), &err), 0);
	assert_int_equal(out.length, FL_LOGS_MAX);
}

static void the_last_lines_are_kept(void **state)
{
	static const struct {
		const char *text, *kept;
	} table[] = {
		{ "", "" },
		{ "one", "one" },
		{ "one\ntwo\n", "one\ntwo\n" },
		{ "one\ntwo\nthree\n", "two\nthree\n" },
		{ "one\ntwo\nthree", "two\nthree" },
		{ "\n\n\n", "\n\n" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		fl_auto_buf struct fl_buf text = FL_BUF_INIT;

		fl_buf_puts(&text, table[i].text);
		fl_logs_keep_last(&text, 2);
		assert_string_equal(fl_buf_text(&text), table[i].kept);
	}
}

static void refusals_carry_the_engines_words(void **state)
{
	static const struct {
		struct server_rule rules[3];
		enum fl_exit code;
		const char *words;
	} table[] = {
		{ { SERVER_PING,
		    { .to = "", .status = 404, .body = "{\"message\":\"No such container: x\"}" } },
		  FL_EXIT_UNAVAILABLE,
		  ": GET /containers/x/logs: 404: No such container: x" },
		{ { SERVER_PING,
		    { .to = "",
		      .act = SERVER_RAW,
		      .body = "HTTP/1.1 200 OK\r\n"
			      "Content-Length: 99\r\n\r\nabc" } },
		  FL_EXIT_UNAVAILABLE,
		  ": GET /containers/x/logs: the connection was closed in the middle of the "
		  "answer" },
		{ { { .to = "", .status = 500 } }, FL_EXIT_UNAVAILABLE, ": GET /_ping: 500" },
	};
	static const struct server_rule stall[] = { SERVER_PING,
						    { .to = "", .act = SERVER_STALL } };
	fl_auto_buf struct fl_buf out = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		assert_int_equal(read_logs(table[i].rules, &out, soon(), &err), -1);
		assert_int_equal(err.code, table[i].code);
		if (strstr(err.message, table[i].words) == NULL)
			fail_msg("%s\nlacks: %s", err.message, table[i].words);
		assert_int_equal(out.length, 0);
	}
	assert_int_equal(read_logs(stall, &out, fl_now() + 50 * FL_MS, &err), -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colours_and_control_characters_are_removed),
		cmocka_unit_test(frames_may_be_cut_anywhere),
		cmocka_unit_test(a_header_has_the_length_in_four_bytes),
		cmocka_unit_test(bytes_without_frames_are_text),
		cmocka_unit_test(logs_are_read_from_the_engine),
		cmocka_unit_test(end_of_a_long_log_is_kept),
		cmocka_unit_test(the_last_lines_are_kept),
		cmocka_unit_test(refusals_carry_the_engines_words),
	};

	return cmocka_run_group_tests_name("logs", tests, NULL, NULL);
}
