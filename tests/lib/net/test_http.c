/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: calloc realloc socket */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "net/http.h"
#include "server.h"

#define LONG_BODY 70000
#define BIG_BODY  1500000 /* libcurl asks for "100 Continue" from 1 KiB or 1 MiB on */

void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *pointer, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *pointer, size_t size);

int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol);

static bool exhausted;
static int last_type; /* of the last socket */

int __wrap_socket(int domain, int type, int protocol)
{
	last_type = type;
	return __real_socket(domain, type, protocol);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return exhausted ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *pointer, size_t size)
{
	return exhausted ? NULL : __real_realloc(pointer, size);
}

static char long_body[LONG_BODY + 1];

static const struct server_rule rules[] = {
	{ .to = "GET /hello",
	  .status = 200,
	  .headers = "X-One: 1\r\nx-one:  two \r\nHTTP2-Settings: x\r\n",
	  .body = "hello" },
	{ .to = "PUT /vm", .status = 200 },
	{ .to = "POST /empty", .status = 204 },
	{ .to = "GET /moved", .status = 302, .headers = "Location: /hello\r\n" },
	{ .to = "GET /long", .status = 200, .body = long_body },
	{ .to = "GET /chunks", .act = SERVER_CHUNKED, .status = 200, .body = "one\ntwo\n" },
	{ .to = "GET /drip",
	  .act = SERVER_DRIP,
	  .body = "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-One: 1\r\n"
		  "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n7; x=y\r\n, "
		  "world\r\n"
		  "0\r\nX-Sum: 12\r\n\r\n" },
	{ .to = "GET /short",
	  .act = SERVER_RAW,
	  .body = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello" },
	{ .to = "GET /cut",
	  .act = SERVER_RAW,
	  .body = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n" },
	{ .to = "GET /half", .act = SERVER_RAW, .body = "HTTP/1.1 200 OK\r\nX-O" },
	{ .to = "GET /closed", .act = SERVER_RAW, .body = "" },
	{ .to = "GET /reset", .act = SERVER_RESET, .body = "" },
	{ .to = "GET /garbage", .act = SERVER_RAW, .body = "SSH-2.0-OpenSSH_9.2p1\r\n" },
	{ .to = "GET /stall", .act = SERVER_STALL, .body = "" },
	{ .to = "GET /tease",
	  .act = SERVER_STALL,
	  .body = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello" },
	{ .to = NULL },
};

struct world {
	struct server server;
	struct fl_http *http;
	char *url;
};

static int set_up(void **state)
{
	struct world *world = fl_xcalloc(1, sizeof(*world));

	memset(long_body, 'x', LONG_BODY);
	world->server = server_start(rules, false);
	world->http = fl_http_new();
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	fl_http_free(world->http);
	server_stop(&world->server);
	free(world->url);
	free(world);
	return 0;
}

/* A request for PATH; the caller fills in the other members. */
static struct fl_request get(struct world *world, const char *path)
{
	free(world->url);
	world->url = fl_xasprintf("http://127.0.0.1:%d%s", world->server.port, path);
	return (struct fl_request){ .method = "GET", .url = world->url, .deadline = soon() };
}

static struct fl_transfer *perform(struct world *world, const char *path)
{
	struct fl_request request = get(world, path);

	return fl_http_perform(world->http, &request);
}

static void answer_has_status_headers_and_body(void **state)
{
	fl_auto_transfer struct fl_transfer *transfer = perform(*state, "/hello");
	const struct fl_response *response = fl_http_response(transfer);
	fl_auto_free char *value = fl_http_header(response, "X-ONE");

	assert_true(fl_http_done(transfer));
	assert_int_equal(response->failure, FL_HTTP_OK);
	assert_int_equal(response->status, 200);
	assert_string_equal(fl_buf_text(&response->body), "hello");
	assert_string_equal(value, "two"); /* the last of two, trimmed */
	assert_null(fl_http_header(response, "X-On"));
	assert_null(fl_http_header(response, "X-Two"));
}

static void request_is_as_it_was_asked_for(void **state)
{
	struct world *world = *state;
	static const char *const headers[] = { "X-Token: abc", "Content-Type: text/plain", NULL };
	struct fl_request request = get(world, "/vm");
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	fl_auto_free char *big = fl_xcalloc(BIG_BODY, 1);

	memset(big, 'b', BIG_BODY);
	request.method = "PUT";
	request.headers = headers;
	request.body = big;
	request.body_length = BIG_BODY;
	transfer = fl_http_perform(world->http, &request);
	assert_int_equal(fl_http_response(transfer)->status, 200);
	assert_true(server_heard(&world->server, "PUT /vm HTTP/1.1\r\n"));
	assert_true(server_heard(&world->server, "\r\nX-Token: abc\r\n"));
	assert_true(server_heard(&world->server, "\r\nContent-Length: 1500000\r\n"));
	assert_true(server_heard(&world->server, "\r\nUser-Agent: flower-appliance/"));
	assert_int_equal(server_count(&world->server, "Content-Type:"), 1);
	assert_true(server_heard(&world->server, "\r\nContent-Type: text/plain\r\n"));
	/* libcurl would wait a second for a "100 Continue" that many servers never send. */
	assert_int_equal(server_count(&world->server, "Expect:"), 0);
}

/* If libcurl's own fcntl(2) fails, libcurl uses a blocking socket, and no deadline holds. */
static void a_socket_is_not_made_blocking(void **state)
{
	struct world *world = *state;
	struct fl_request request = get(world, "/hello");

	fl_http_end(fl_http_perform(world->http, &request));
	assert_int_equal(last_type & SOCK_NONBLOCK, SOCK_NONBLOCK);
	assert_int_equal(last_type & SOCK_CLOEXEC, SOCK_CLOEXEC);
}

static void post_without_body_says_so(void **state)
{
	struct world *world = *state;
	struct fl_request request = get(world, "/empty");
	fl_auto_transfer struct fl_transfer *transfer = NULL;

	request.method = "POST";
	transfer = fl_http_perform(world->http, &request);
	assert_int_equal(fl_http_response(transfer)->status, 204);
	assert_true(server_heard(&world->server, "POST /empty HTTP/1.1\r\n"));
	assert_true(server_heard(&world->server, "\r\nContent-Length: 0\r\n"));
	assert_int_equal(server_count(&world->server, "Content-Type:"), 0);
}

static void unix_socket_is_used(void **state)
{
	struct world *world = *state;
	struct server server = server_start(rules, true);
	struct fl_request request = get(world, "/hello");
	fl_auto_transfer struct fl_transfer *transfer = NULL;

	request.url = "http://dummy/hello";
	request.unix_socket = server.path;
	transfer = fl_http_perform(world->http, &request);
	assert_string_equal(fl_buf_text(&fl_http_response(transfer)->body), "hello");
	server_stop(&server);
}

static void redirect_is_not_followed(void **state)
{
	struct world *world = *state;
	fl_auto_transfer struct fl_transfer *transfer = perform(world, "/moved");

	assert_int_equal(fl_http_response(transfer)->status, 302);
	assert_int_equal(server_count(&world->server, "GET /hello"), 0);
}

/* Trap 10: a proxy of the environment would get the call. */
static void trap_10_no_proxy_of_the_environment(void **state)
{
	struct server proxy = server_start(rules, false);
	fl_auto_free char *url = fl_xasprintf("http://127.0.0.1:%d", proxy.port);
	fl_auto_transfer struct fl_transfer *transfer = NULL;

	setenv("http_proxy", url, 1);
	setenv("HTTP_PROXY", url, 1);
	setenv("all_proxy", url, 1);
	setenv("ALL_PROXY", url, 1);
	transfer = perform(*state, "/hello");
	unsetenv("http_proxy");
	unsetenv("HTTP_PROXY");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	assert_string_equal(fl_buf_text(&fl_http_response(transfer)->body), "hello");
	assert_int_equal(proxy.shared->length, 0);
	server_stop(&proxy);
}

static void other_protocols_are_refused(void **state)
{
	struct world *world = *state;
	struct fl_request request = get(world, "/");
	fl_auto_transfer struct fl_transfer *transfer = NULL;

	request.url = "file:///etc/passwd";
	transfer = fl_http_perform(world->http, &request);
	assert_int_not_equal(fl_http_response(transfer)->failure, FL_HTTP_OK);
	assert_int_equal(fl_http_response(transfer)->body.length, 0);
}

static void answer_is_read_up_to_its_limit(void **state)
{
	struct world *world = *state;
	struct fl_request request = get(world, "/long");
	fl_auto_transfer struct fl_transfer *transfer = fl_http_perform(world->http, &request);
	fl_auto_transfer struct fl_transfer *whole = NULL, *cut = NULL;

	assert_int_equal(fl_http_response(transfer)->failure, FL_HTTP_OK);
	assert_int_equal(fl_http_response(transfer)->body.length, 65536);
	assert_true(fl_http_response(transfer)->body.truncated);
	request.limit = LONG_BODY;
	whole = fl_http_perform(world->http, &request);
	assert_int_equal(fl_http_response(whole)->body.length, LONG_BODY);
	assert_false(fl_http_response(whole)->body.truncated);
	/* More is not waited for. */
	request = get(world, "/tease");
	request.limit = 3;
	cut = fl_http_perform(world->http, &request);
	assert_int_equal(fl_http_response(cut)->failure, FL_HTTP_OK);
	assert_string_equal(fl_buf_text(&fl_http_response(cut)->body), "hel");
}

/* Early hints and trailers count as well: libcurl keeps every line. */
static void headers_are_read_up_to_a_limit(void **state)
{
	static const char *const parts[][3] = {
		{ "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", "",
		  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
		{ "X-More: and more\r\n",
		  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(parts); i++) {
		fl_auto_buf struct fl_buf text = FL_BUF_INIT;
		fl_auto_transfer struct fl_transfer *transfer = NULL;
		fl_auto_free char *url = NULL;
		fl_auto_http struct fl_http *http = fl_http_new();
		struct server_rule rule[] = { { .to = "", .act = SERVER_RAW }, { .to = NULL } };
		struct server server;
		struct fl_request request = { .method = "GET", .deadline = soon() };

		fl_buf_puts(&text, parts[i][1]);
		while (text.length < 270000)
			fl_buf_puts(&text, parts[i][0]);
		fl_buf_puts(&text, parts[i][2]);
		rule[0].body = fl_buf_text(&text);
		server = server_start(rule, false);
		url = fl_xasprintf("http://127.0.0.1:%d/", server.port);
		request.url = url;
		transfer = fl_http_perform(http, &request);
		assert_int_equal(fl_http_response(transfer)->failure, FL_HTTP_PROTOCOL);
		/* libcurl gives the reason if its own limit is lower. */
		assert_non_null(strstr(fl_http_response(transfer)->reason, "header"));
		fl_http_end(fl_steal(&transfer));
		server_stop(&server);
	}
}

static void pieces_of_one_byte_are_put_together(void **state)
{
	fl_auto_transfer struct fl_transfer *chunks = perform(*state, "/chunks");
	fl_auto_transfer struct fl_transfer *drip = perform(*state, "/drip");
	const struct fl_response *response = fl_http_response(drip);
	fl_auto_free char *sum = fl_http_header(response, "x-sum");

	assert_string_equal(fl_buf_text(&fl_http_response(chunks)->body), "one\ntwo\n");
	assert_int_equal(response->failure, FL_HTTP_OK);
	assert_int_equal(response->status, 200);
	assert_string_equal(fl_buf_text(&response->body), "hello, world");
	assert_string_equal(sum, "12");                   /* a trailer */
	assert_null(fl_http_header(response, "X-Early")); /* of 100 Continue */
}

static void lost_answers_are_told_apart(void **state)
{
	static const struct {
		const char *path;
		enum fl_http_failure failure;
		long status;
		const char *message;
	} table[] = {
		{ "/short", FL_HTTP_CLOSED, 200, "x: the connection was closed in the middle" },
		{ "/cut", FL_HTTP_CLOSED, 200, "x: the connection was closed in the middle" },
		{ "/half", FL_HTTP_CLOSED, 200, "x: the connection was closed in the middle" },
		{ "/closed", FL_HTTP_CLOSED, 0, "x: the connection was closed without an answer" },
		{ "/reset", FL_HTTP_CLOSED, 0, "x: the connection was closed without an answer" },
		{ "/garbage", FL_HTTP_PROTOCOL, 0, "x: no answer in the protocol" },
	};

	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		fl_auto_transfer struct fl_transfer *transfer = perform(*state, table[i].path);
		const struct fl_response *response = fl_http_response(transfer);
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(response->failure, table[i].failure);
		assert_int_equal(response->status, table[i].status);
		assert_int_equal(fl_http_error(response, "x", &err), -1);
		assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
		assert_memory_equal(err.message, table[i].message, strlen(table[i].message));
		assert_null(strstr(err.message, "No error")); /* libcurl's words for success */
	}
}

static void closed_port_is_named_as_such(void **state)
{
	struct world *world = *state;
	struct fl_request request = get(world, "/hello");
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	struct fl_error err = FL_ERROR_INIT;

	server_kill(&world->server);
	transfer = fl_http_perform(world->http, &request);
	assert_int_equal(fl_http_response(transfer)->failure, FL_HTTP_CONNECT);
	assert_int_equal(fl_http_response(transfer)->errnum, ECONNREFUSED);
	fl_http_error(fl_http_response(transfer), "GET /hello", &err);
	assert_string_equal(err.message, "GET /hello: cannot connect: Connection refused");
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_int_equal(err.errnum, ECONNREFUSED);
}

static void unknown_host_is_named_as_such(void **state)
{
	struct world *world = *state;
	struct fl_request request = get(world, "/");
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	struct fl_error err = FL_ERROR_INIT;

	/* A label has at most 63 bytes (RFC 1035, 2.3.4), so no name server is asked. */
	request.url =
		"http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/";
	transfer = fl_http_perform(world->http, &request);
	assert_int_equal(fl_http_response(transfer)->failure, FL_HTTP_RESOLVE);
	fl_http_error(fl_http_response(transfer), "x", &err);
	assert_non_null(strstr(err.message, "x: the host name has no address"));
}

static void deadline_ends_a_stall_and_the_connection(void **state)
{
	struct world *world = *state;
	static const char *const paths[] = { "/stall", "/tease" };
	/* The next request uses the same connection. */
	fl_auto_transfer struct fl_transfer *first = perform(world, "/hello");

	assert_int_equal(fl_http_response(first)->failure, FL_HTTP_OK);
	for (size_t i = 0; i < FL_ARRAY_SIZE(paths); i++) {
		struct fl_request request = get(world, paths[i]);
		fl_auto_transfer struct fl_transfer *transfer = NULL;
		struct fl_error err = FL_ERROR_INIT;

		request.deadline = fl_now() + 50 * FL_MS;
		transfer = fl_http_perform(world->http, &request);
		assert_true(fl_now() >= request.deadline);
		assert_int_equal(fl_http_response(transfer)->failure, FL_HTTP_TIMEOUT);
		fl_http_error(fl_http_response(transfer), "x", &err);
		assert_int_equal(err.code, FL_EXIT_TIMEOUT);
		assert_string_equal(err.message, "x: no answer in time");
		assert_true(server_heard(&world->server, "[closed]"));
	}
}

static void passed_deadline_sends_nothing(void **state)
{
	struct world *world = *state;
	struct fl_request request = get(world, "/hello");
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	struct fl_error err = FL_ERROR_INIT;

	request.deadline = fl_now() - FL_SEC;
	transfer = fl_http_perform(world->http, &request);
	assert_int_equal(fl_http_response(transfer)->failure, FL_HTTP_TIMEOUT);
	/* No name server was asked for an address. */
	fl_http_error(fl_http_response(transfer), "x", &err);
	assert_string_equal(err.message, "x: no answer in time");
}

static void host_of_a_unix_socket_is_not_looked_up(void **state)
{
	struct world *world = *state;
	struct server server = server_start(rules, true);
	static const char *const paths[] = { "http://dummy/hello", "http://dummy/stall" };
	struct fl_error err = FL_ERROR_INIT;

	for (size_t i = 0; i < FL_ARRAY_SIZE(paths); i++) {
		struct fl_request request = get(world, paths[i]);
		fl_auto_transfer struct fl_transfer *transfer = NULL;

		request.url = paths[i];
		request.unix_socket = server.path;
		request.deadline = i == 0 ? soon() : fl_now() + 50 * FL_MS;
		transfer = fl_http_perform(world->http, &request);
		fl_http_error(fl_http_response(transfer), "x", &err);
	}
	assert_string_equal(err.message, "x: no answer in time");
	server_stop(&server);
}

struct slow_reader {
	fl_time deadline;
	int calls;
};

static bool take_slowly(void *data, const char *bytes, size_t length)
{
	struct slow_reader *slow = data;

	(void)bytes, (void)length;
	slow->calls++;
	fl_pause(20 * FL_SEC, slow->deadline);
	return true;
}

/* libcurl may read more in one call than there is time for. */
static void deadline_ends_a_flood(void **state)
{
	struct world *world = *state;
	struct fl_request request = get(world, "/long");
	struct slow_reader slow = { .deadline = fl_now() + 200 * FL_MS };
	fl_auto_transfer struct fl_transfer *transfer = NULL;

	request.deadline = slow.deadline;
	request.on_body = take_slowly;
	request.on_body_data = &slow;
	transfer = fl_http_perform(world->http, &request);
	assert_int_equal(fl_http_response(transfer)->failure, FL_HTTP_TIMEOUT);
	assert_true(slow.calls <= 1);
}

static void run_stops_when_its_time_has_passed(void **state)
{
	struct world *world = *state;
	struct fl_request request = get(world, "/stall");
	fl_auto_transfer struct fl_transfer *transfer = fl_http_start(world->http, &request);
	fl_time until = fl_now() + 20 * FL_MS;

	assert_false(fl_http_run(world->http, transfer, until));
	assert_true(fl_now() >= until);
	assert_false(fl_http_done(transfer));
	assert_false(fl_http_run(world->http, NULL, 0));
	fl_http_end(fl_steal(&transfer));
	assert_true(server_heard(&world->server, "[closed]"));
}

struct stream {
	struct fl_buf text;
	size_t most; /* bytes after which it ends the transfer */
};

static bool on_body(void *data, const char *bytes, size_t length)
{
	struct stream *stream = data;

	fl_buf_add(&stream->text, bytes, length);
	return stream->text.length < stream->most;
}

static void stream_ends_when_its_reader_has_enough(void **state)
{
	struct world *world = *state;
	struct stream stream = { .most = 3 };
	struct fl_request request = get(world, "/tease");
	fl_auto_transfer struct fl_transfer *transfer = NULL;

	request.on_body = on_body;
	request.on_body_data = &stream;
	transfer = fl_http_perform(world->http, &request);
	assert_int_equal(fl_http_response(transfer)->failure, FL_HTTP_OK);
	assert_int_equal(fl_http_response(transfer)->status, 200);
	assert_int_equal(fl_http_response(transfer)->body.length, 0);
	assert_true(server_heard(&world->server, "[closed]"));
	fl_buf_reset(&stream.text);
	fl_http_end(fl_steal(&transfer));
	/* In pieces of one byte. */
	request.url = get(world, "/drip").url;
	transfer = fl_http_perform(world->http, &request);
	assert_int_equal(fl_http_response(transfer)->failure, FL_HTTP_OK);
	assert_string_equal(fl_buf_text(&stream.text), "hel");
	fl_buf_free(&stream.text);
}

static void the_others_go_on_when_one_has_ended(void **state)
{
	struct world *world = *state;
	struct fl_request request = get(world, "/stall");
	fl_auto_transfer struct fl_transfer *first = fl_http_start(world->http, &request);
	struct fl_transfer *second = fl_http_start(world->http, &request);
	fl_auto_transfer struct fl_transfer *third = NULL;

	assert_non_null(first);
	request.deadline = fl_now() + 20 * FL_MS;
	third = fl_http_start(world->http, &request);
	fl_http_end(second);
	assert_true(fl_http_run(world->http, third, soon()));
}

static void freeing_ends_what_is_under_way(void **state)
{
	struct world *world = *state;
	struct fl_http *http = fl_http_new();
	struct fl_request request = get(world, "/stall");
	struct fl_transfer *first = fl_http_start(http, &request);
	struct fl_transfer *second = fl_http_start(http, &request);
	struct fl_transfer *third = fl_http_start(http, &request);

	while (server_count(&world->server, "GET /stall") < 3)
		fl_http_run(http, first, fl_now() + FL_MS);
	fl_http_end(second);
	(void)third;
	fl_http_free(http);
	for (int i = 0; i < 10000 && server_count(&world->server, "[closed]") < 3; i++)
		fl_pause(FL_MS, FL_NEVER);
	assert_int_equal(server_count(&world->server, "[closed]"), 3);
	fl_http_free(NULL);
	fl_http_end(NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

/* libcurl itself goes on without the option, header or body that it has no memory for. */
static void lack_of_memory_ends_the_process(void **state)
{
	struct fl_request request = { .method = "GET", .url = "http://127.0.0.1:1/" };
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		fl_auto_http struct fl_http *http = fl_http_new();
		fl_auto_transfer struct fl_transfer *transfer = NULL;

		request.deadline = soon();
		transfer = fl_http_start(http, &request);
		close(STDERR_FILENO); /* its message would look like a failure of this test */
		exhausted = true;
		fl_http_run(http, transfer, FL_NEVER);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 71);
}

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
		TEST(answer_has_status_headers_and_body),
		TEST(request_is_as_it_was_asked_for),
		TEST(a_socket_is_not_made_blocking),
		TEST(post_without_body_says_so),
		TEST(unix_socket_is_used),
		TEST(redirect_is_not_followed),
		TEST(trap_10_no_proxy_of_the_environment),
		TEST(other_protocols_are_refused),
		TEST(answer_is_read_up_to_its_limit),
		TEST(headers_are_read_up_to_a_limit),
		TEST(pieces_of_one_byte_are_put_together),
		TEST(lost_answers_are_told_apart),
		TEST(closed_port_is_named_as_such),
		TEST(unknown_host_is_named_as_such),
		TEST(deadline_ends_a_stall_and_the_connection),
		TEST(passed_deadline_sends_nothing),
		TEST(host_of_a_unix_socket_is_not_looked_up),
		TEST(deadline_ends_a_flood),
		TEST(run_stops_when_its_time_has_passed),
		TEST(stream_ends_when_its_reader_has_enough),
		TEST(the_others_go_on_when_one_has_ended),
		TEST(freeing_ends_what_is_under_way),
		cmocka_unit_test(lack_of_memory_ends_the_process),
		cmocka_unit_test(header_is_found_by_its_whole_name),
		cmocka_unit_test(error_says_what_and_why),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
