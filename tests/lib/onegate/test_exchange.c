/* SPDX-License-Identifier: Apache-2.0 */
/* Tries of a request, with a simulated transport and clock. */
#include "onegate/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "onegate/onegate.h"

/* wrap: fl_http_perform fl_http_response fl_http_end fl_now fl_pause fl_backoff_next */

#define TOKEN "c2VjcmV0IG9mIHRoZSB0ZXN0"

/* One answer. If the try gets less time than the answer takes, it times out. */
struct answer {
	enum fl_http_failure failure;
	long status;
	const char *body;
	int64_t takes; /* ns */
};

/* The scene: the answers of the peer, and the requests it got. */
static struct {
	const struct answer *answers; /* the last one is repeated for ever */
	size_t count;
	int requests;
	fl_time now;
	int64_t longest;       /* time given to the last try */
	struct fl_buf journal; /* method, url, body of each request */
	struct fl_buf headers; /* of the last request */
	struct fl_buf log;
	int agreed; /* how many more tries the caller wants; 0: always one more */
	struct fl_response response;
} scene;

struct fl_transfer *__wrap_fl_http_perform(struct fl_http *http, const struct fl_request *request);
const struct fl_response *__wrap_fl_http_response(const struct fl_transfer *transfer);
void __wrap_fl_http_end(struct fl_transfer *transfer);
fl_time __wrap_fl_now(void);
void __wrap_fl_pause(int64_t nanoseconds, fl_time deadline);
int64_t __wrap_fl_backoff_next(struct fl_backoff *backoff);

struct fl_transfer *__wrap_fl_http_perform(struct fl_http *http, const struct fl_request *request)
{
	size_t n = (size_t)scene.requests < scene.count ? (size_t)scene.requests : scene.count - 1;
	struct answer answer = scene.answers[n];

	(void)http;
	scene.requests++;
	fl_buf_printf(&scene.journal, "%s %s %.*s;", request->method, request->url,
		      (int)request->body_length, request->body != NULL ? request->body : "");
	fl_buf_reset(&scene.headers);
	for (const char *const *h = request->headers; *h != NULL; h++)
		fl_buf_printf(&scene.headers, "%s\n", *h);
	assert_null(request->unix_socket);
	assert_false(request->http2);
	assert_in_range(request->limit, 0, 65536);
	assert_true(request->deadline > scene.now);
	assert_true(request->connect_ms > 0);
	scene.longest = request->deadline - scene.now;
	if (answer.takes > scene.longest) {
		scene.now = request->deadline;
		answer = (struct answer){ .failure = FL_HTTP_TIMEOUT };
	} else {
		scene.now += answer.takes;
	}
	fl_buf_reset(&scene.response.body);
	scene.response.failure = answer.failure;
	scene.response.status = answer.status;
	if (answer.body != NULL)
		fl_buf_puts(&scene.response.body, answer.body);
	snprintf(scene.response.reason, sizeof(scene.response.reason), "%s",
		 answer.failure == FL_HTTP_TIMEOUT ? "no answer in time" : "it went wrong");
	return (struct fl_transfer *)(void *)&scene;
}

const struct fl_response *__wrap_fl_http_response(const struct fl_transfer *transfer)
{
	assert_ptr_equal(transfer, &scene);
	return &scene.response;
}

void __wrap_fl_http_end(struct fl_transfer *transfer)
{
	(void)transfer;
}

fl_time __wrap_fl_now(void)
{
	return scene.now;
}

void __wrap_fl_pause(int64_t nanoseconds, fl_time deadline)
{
	assert_true(nanoseconds > 0);
	assert_true(scene.now + nanoseconds <= deadline);
	scene.now += nanoseconds;
}

/* Without the jitter. */
int64_t __wrap_fl_backoff_next(struct fl_backoff *backoff)
{
	int64_t pause = backoff->next;

	backoff->next = pause * 2 < backoff->most ? pause * 2 : backoff->most;
	return pause;
}

static void take_log(void *data, enum fl_level level, const char *line)
{
	(void)data;
	(void)level;
	fl_buf_printf(&scene.log, "%s\n", line);
}

static void play(const struct answer *answers, size_t count)
{
	scene.answers = answers;
	scene.count = count;
	scene.requests = 0;
	scene.agreed = 0;
	scene.now = 1000 * FL_SEC;
	fl_buf_reset(&scene.journal);
	fl_buf_reset(&scene.log);
}

#define PLAY(...)                                                     \
	do {                                                          \
		static const struct answer list_[] = { __VA_ARGS__ }; \
		play(list_, FL_ARRAY_SIZE(list_));                    \
	} while (0)

#define OK                    \
	{                     \
		.status = 200 \
	}

static bool again(void *data)
{
	assert_ptr_equal(data, &scene);
	return scene.agreed == 0 || --scene.agreed > 0;
}

static int run_for(int64_t seconds, struct fl_error *err)
{
	struct fl_onegate onegate = { .url = strdup("http://h/vm"),
				      .vmid = strdup("42"),
				      .token = strdup(TOKEN),
				      .first_try = 5 * FL_SEC,
				      .again = again,
				      .again_data = &scene };
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	const struct fl_exchange exchange = {
		.onegate = &onegate,
		.http = (struct fl_http *)(void *)&scene, /* no code reads it */
		.method = "PUT",
		.type = "text/plain",
		.body = &body,
	};
	const struct fl_transfer *transfer;

	fl_buf_puts(&body, "A=1\n");
	transfer = fl_exchange_run(&exchange, scene.now + seconds * FL_SEC, err);
	fl_onegate_free(&onegate);
	return transfer != NULL ? 0 : -1;
}

static int run(struct fl_error *err)
{
	return run_for(20, err);
}

static int set_up(void **state)
{
	(void)state;
	fl_log_set_sink(take_log, NULL);
	fl_log_threshold(FL_DEBUG);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fl_buf_free(&scene.journal);
	fl_buf_free(&scene.headers);
	fl_buf_free(&scene.log);
	fl_buf_free(&scene.response.body);
	return 0;
}

static void test_request(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	PLAY(OK);
	assert_int_equal(run(&err), 0);
	assert_string_equal(fl_buf_text(&scene.journal), "PUT http://h/vm A=1\n;");
	assert_string_equal(fl_buf_text(&scene.headers),
			    "X-ONEGATE-TOKEN: " TOKEN "\nX-ONEGATE-VMID: 42\n"
			    "Content-Type: text/plain\n");
	assert_int_equal(scene.longest, 5 * FL_SEC);
}

/* A failure that may pass is tried again, until a try succeeds. */
static void test_retries(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	PLAY({ .failure = FL_HTTP_CONNECT }, { .status = 503 }, { .status = 429 },
	     { .failure = FL_HTTP_CLOSED }, { .failure = FL_HTTP_RESOLVE }, { .status = 500 }, OK);
	assert_int_equal(run(&err), 0);
	assert_int_equal(scene.requests, 7);
	/* 0.25 + 0.5 + 1 + 2 + 4 + 4 s of pauses */
	assert_int_equal(scene.now, 1000 * FL_SEC + 47 * FL_SEC / 4);
}

/* What is sent may have become untrue while OneGate did not take it. */
static void test_no_more(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	PLAY({ .status = 503 }, { .status = 502 }, OK);
	scene.agreed = 2;
	assert_int_equal(run(&err), -1);
	assert_int_equal(scene.requests, 2);
	assert_non_null(strstr(err.message, "HTTP status 502"));
}

/* A failure that cannot pass is not tried again. Each message names the likely cause. */
static void test_causes(void **state)
{
	static const struct {
		struct answer answer;
		int tries;
		const char *part;
	} cases[] = {
		{ { .status = 401, .body = "Not authorized" },
		  1,
		  "PUT http://h/vm: HTTP status 401 'Not authorized'; TOKEN=YES is missing" },
		{ { .status = 403, .body = "Host not permitted" }, 1, "IP address only" },
		{ { .status = 403, .body = "Attribute (SERVICE_ID) cannot be modified" },
		  1,
		  "restricted_attrs" },
		{ { .status = 404 },
		  1,
		  "HTTP status 404; no OneGate at this URL, or the VM is gone" },
		{ { .status = 400 },
		  1,
		  "HTTP status 400; ONEGATE_ENDPOINT is probably not the URL" },
		{ { .status = 302 }, 1, "redirects are not followed" },
		{ { .status = 307 }, 1, "redirects are not followed" },
		{ { .status = 405 }, 1, "does not know the method" },
		{ { .status = 501 }, 9, "does not know the method" },
		{ { .status = 407 }, 1, "a proxy answers" },
		{ { .status = 413 }, 1, "publish less" },
		{ { .status = 418 }, 1, "onegate.log" },
		{ { .status = 429 }, 9, "too many requests" },
		{ { .status = 500 }, 9, "onegate.log and oned.log" },
		{ { .status = 503 }, 9, "down or starting" },
		{ { .failure = FL_HTTP_RESOLVE }, 9, "check DNS" },
		{ { .failure = FL_HTTP_CONNECT }, 9, "has a route to it" },
		{ { .failure = FL_HTTP_CLOSED }, 9, "check that OneGate runs" },
		{ { .failure = FL_HTTP_TLS }, 1, "clock and CA certificates" },
		{ { .failure = FL_HTTP_PROTOCOL }, 1, "not the URL of a OneGate" },
		{ { .failure = FL_HTTP_OTHER }, 1, "PUT http://h/vm" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		struct fl_error err = FL_ERROR_INIT;

		play(&cases[i].answer, 1);
		assert_int_equal(run(&err), -1);
		assert_int_equal(scene.requests, cases[i].tries);
		assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
		assert_non_null(strstr(err.message, cases[i].part));
	}
}

/* If time is up: 75 after a time-out, else 69, within 20 s of the simulated clock. */
static void test_used_up(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	PLAY({ .failure = FL_HTTP_CONNECT });
	assert_int_equal(run(&err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_int_equal(scene.now, 1000 * FL_SEC + 39 * FL_SEC / 2); /* the last try at 19.5 s */
	assert_non_null(strstr(err.message, "; tried 9 times"));

	PLAY({ .takes = 3600 * FL_SEC });
	assert_int_equal(run(&err), -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
	assert_int_equal(scene.now, 1020 * FL_SEC);
	assert_int_equal(scene.requests, 3); /* 5 s, 10 s and the rest */
	assert_non_null(strstr(err.message, "a firewall between"));

	PLAY({ .takes = 3600 * FL_SEC }, { .status = 503 });
	assert_int_equal(run(&err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
}

/* The doubled time for a try must not overflow after many tries: the transport asserts that. */
static void test_an_hour(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	PLAY({ .failure = FL_HTTP_CONNECT });
	assert_int_equal(run_for(3600, &err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_true(scene.requests > 800);
}

/* A loaded OneGate that needs eight seconds gets them. */
static void test_slow(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	PLAY({ .status = 200, .takes = 8 * FL_SEC });
	assert_int_equal(run(&err), 0);
	assert_int_equal(scene.requests, 2);
}

/* The token is in no message, not even if the peer sends it back. */
static void test_secret(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	PLAY({ .status = 503, .body = "you sent " TOKEN }, { .status = 401, .body = TOKEN });
	assert_int_equal(run(&err), -1);
	assert_int_equal(scene.requests, 2);
	assert_null(strstr(err.message, TOKEN));
	assert_non_null(strstr(fl_buf_text(&scene.log), "503"));
	assert_null(strstr(fl_buf_text(&scene.log), TOKEN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request), cmocka_unit_test(test_retries),
		cmocka_unit_test(test_no_more), cmocka_unit_test(test_causes),
		cmocka_unit_test(test_used_up), cmocka_unit_test(test_slow),
		cmocka_unit_test(test_secret),  cmocka_unit_test(test_an_hour),
	};

	return cmocka_run_group_tests_name("exchange", tests, set_up, tear_down);
}
