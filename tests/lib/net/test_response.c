/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/response.h"

static void header_is_found_by_its_whole_name(void **state)
{
	static const struct {
		const char *headers, *name, *value;
	} table[] = {
		{ "HTTP/1.1 200 OK\nA: 1\n", "a", "1" },
		{ "HTTP/1.1 200 OK\nA: 1\nB:2\n", "B", "2" },
		{ "HTTP/1.1 200 OK\nA: 1\na: 2\n", "A", "2" },
		{ "HTTP/1.1 200 OK\nA:\t x y \t\n", "A", "x y" },
		{ "HTTP/1.1 200 OK\nA:\n", "A", "" },
		{ "HTTP/1.1 200 OK\nA:   \n", "A", "" },
		{ "HTTP/1.1 200 OK\nA: b: c\n", "A", "b: c" },
		{ "HTTP/1.1 200 OK\nAb: 1\n", "A", NULL },
		{ "HTTP/1.1 200 OK\nX: A: 1\n", "A", NULL },
		{ "HTTP/1.1 200 OK\nA", "A", NULL },
		{ "HTTP/1.1 200 OK\nA: last", "A", "last" },
		{ "", "A", NULL },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		fl_auto_buf struct fl_buf headers = FL_BUF_INIT;
		fl_auto_free char *value = NULL;
		struct fl_response response = { .status = 200 };

		fl_buf_puts(&headers, table[i].headers);
		response.headers = headers;
		value = fl_http_header(&response, table[i].name);
		if (table[i].value == NULL)
			assert_null(value);
		else
			assert_string_equal(value, table[i].value);
	}
}

static void error_says_what_and_why(void **state)
{
	static const struct {
		enum fl_http_failure failure;
		bool unresolved;
		int errnum;
		long status;
		enum fl_exit code;
		const char *message;
	} table[] = {
		{ FL_HTTP_OK, false, 0, 404, FL_EXIT_UNAVAILABLE, "GET /x: status 404" },
		{ FL_HTTP_RESOLVE, false, 0, 0, FL_EXIT_UNAVAILABLE,
		  "GET /x: the host name has no address (words)" },
		{ FL_HTTP_CONNECT, false, EACCES, 0, FL_EXIT_UNAVAILABLE,
		  "GET /x: cannot connect: Permission denied" },
		{ FL_HTTP_CONNECT, false, 0, 0, FL_EXIT_UNAVAILABLE,
		  "GET /x: cannot connect (words)" },
		{ FL_HTTP_TIMEOUT, false, 0, 0, FL_EXIT_TIMEOUT, "GET /x: no answer in time" },
		{ FL_HTTP_TIMEOUT, true, 0, 0, FL_EXIT_TIMEOUT,
		  "GET /x: no answer in time, as no name server answers" },
		{ FL_HTTP_CLOSED, false, 0, 0, FL_EXIT_UNAVAILABLE,
		  "GET /x: the connection was closed without an answer (words)" },
		{ FL_HTTP_CLOSED, false, 0, 200, FL_EXIT_UNAVAILABLE,
		  "GET /x: the connection was closed in the middle of the answer (words)" },
		{ FL_HTTP_PROTOCOL, false, 0, 0, FL_EXIT_UNAVAILABLE,
		  "GET /x: no answer in the protocol that was asked for (words)" },
		{ FL_HTTP_TLS, false, 0, 0, FL_EXIT_UNAVAILABLE,
		  "GET /x: no TLS connection (words)" },
		{ FL_HTTP_OTHER, false, 0, 0, FL_EXIT_UNAVAILABLE,
		  "GET /x: the request failed (words)" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		struct fl_response response = { .failure = table[i].failure,
						.unresolved = table[i].unresolved,
						.errnum = table[i].errnum,
						.status = table[i].status,
						.reason = "words" };
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(fl_http_error(&response, "GET /x", &err), -1);
		assert_string_equal(err.message, table[i].message);
		assert_int_equal(err.code, table[i].code);
		assert_int_equal(err.errnum, table[i].errnum);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_is_found_by_its_whole_name),
		cmocka_unit_test(error_says_what_and_why),
	};

	return cmocka_run_group_tests_name("response", tests, NULL, NULL);
}
