/* SPDX-License-Identifier: Apache-2.0 */
/* OneGate's requests, with a simulated exchange. */
#include "onegate/onegate.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "onegate/exchange.h"

/* wrap: fl_exchange_run fl_http_response fl_http_end */

#define TOKEN "c2VjcmV0IG9mIHRoZSB0ZXN0"

/* The scene: the answer of fl_exchange_run(), and the requests it got. */
static struct {
	bool fails;
	int exchanges;
	struct fl_buf journal; /* method, url, Content-Type and body of each */
	struct fl_buf log;
	struct fl_response response;
} scene;

struct fl_transfer *__wrap_fl_exchange_run(const struct fl_exchange *exchange, fl_time deadline,
					   struct fl_error *err);
const struct fl_response *__wrap_fl_http_response(const struct fl_transfer *transfer);
void __wrap_fl_http_end(struct fl_transfer *transfer);

struct fl_transfer *__wrap_fl_exchange_run(const struct fl_exchange *exchange, fl_time deadline,
					   struct fl_error *err)
{
	scene.exchanges++;
	assert_int_equal(deadline, 77);
	fl_buf_printf(&scene.journal, "%s %s %s %s;", exchange->method, exchange->onegate->url,
		      exchange->type != NULL ? exchange->type : "-",
		      exchange->body != NULL ? fl_buf_text(exchange->body) : "");
	if (!scene.fails)
		return (struct fl_transfer *)(void *)&scene;
	fl_error_set(err, FL_EXIT_TIMEOUT, 0, "played");
	return NULL;
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

static void take_log(void *data, enum fl_level level, const char *line)
{
	(void)data;
	(void)level;
	fl_buf_printf(&scene.log, "%s\n", line);
}

static void play(bool fails, const char *answer, bool truncated)
{
	scene.fails = fails;
	scene.exchanges = 0;
	fl_buf_reset(&scene.journal);
	fl_buf_reset(&scene.log);
	fl_buf_reset(&scene.response.headers);
	fl_buf_reset(&scene.response.body);
	fl_buf_puts(&scene.response.body, answer);
	scene.response.body.truncated = truncated;
}

/* No code reads what this points to. */
static struct fl_http *http(void)
{
	return (struct fl_http *)(void *)&scene;
}

/* Reads OneGate from the context TEXT, with 20 s in total. */
static int make(struct fl_onegate *onegate, const char *text, struct fl_error *err)
{
	fl_auto_context struct fl_context *context = NULL;

	assert_int_equal(fl_context_parse("one_env", text, strlen(text), &context, err), 0);
	return fl_onegate_init(onegate, context, "/nonexistent/one_env", 20, err);
}

#define CONTEXT(url)                                                \
	"export ONEGATE_ENDPOINT=\"" url "\"\nexport VMID=\"42\"\n" \
	"export TOKENTXT=\"" TOKEN "\"\n"

static int publish(const char *context, struct fl_error *err)
{
	fl_auto_onegate struct fl_onegate onegate = FL_ONEGATE_INIT;
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;

	assert_int_equal(make(&onegate, context, err), 0);
	assert_int_equal(fl_attributes_parse(&attributes, "FL_READY=YES", err), 0);
	assert_int_equal(fl_attributes_parse(&attributes, "FL_ENDPOINT=192.0.2.1:9092", err), 0);
	return fl_onegate_publish(&onegate, http(), &attributes, 77, err);
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
	fl_buf_free(&scene.log);
	fl_buf_free(&scene.response.body);
	fl_buf_free(&scene.response.headers);
	return 0;
}

static void test_clock(void **state)
{
	static const struct {
		int behind; /* seconds that OneGate's clock is behind this one */
		const char *part;
	} cases[] = {
		{ 0, NULL },
		{ 50, NULL },
		{ -50, NULL },
		{ 3600, " s ahead of OneGate's" },
		{ -3600, " s behind OneGate's" },
	};
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		time_t then = time(NULL) - cases[i].behind;
		char date[64];
		struct tm parts;

		play(false, "", false);
		strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&then, &parts));
		fl_buf_printf(&scene.response.headers, "HTTP/1.1 200 OK\nDate: %s\n", date);
		assert_int_equal(publish(CONTEXT("http://192.0.2.1:5030"), &err), 0);
		if (cases[i].part == NULL)
			assert_string_equal(fl_buf_text(&scene.log), "");
		else
			assert_non_null(strstr(fl_buf_text(&scene.log), cases[i].part));
	}
	play(false, "", false);
	fl_buf_puts(&scene.response.headers, "Date: today\n");
	assert_int_equal(publish(CONTEXT("http://192.0.2.1:5030"), &err), 0);
	assert_string_equal(fl_buf_text(&scene.log), "");
}

static void test_put(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	play(false, "", false);
	assert_int_equal(publish(CONTEXT("http://169.254.16.9:5030"), &err), 0);
	/* Traps 2 and 14: one request with everything in it. */
	assert_int_equal(scene.exchanges, 1);
	assert_string_equal(fl_buf_text(&scene.journal),
			    "PUT http://169.254.16.9:5030/vm text/plain "
			    "FL_READY=YES\nFL_ENDPOINT=192.0.2.1:9092\n;");
	play(true, "", false);
	assert_int_equal(publish(CONTEXT("http://169.254.16.9:5030"), &err), -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
}

static void test_urls(void **state)
{
	static const struct {
		const char *context, *url, *host;
	} cases[] = {
		{ CONTEXT("http://h:5030/"), "http://h:5030/vm", "h" },
		{ CONTEXT("http://h:5030///"), "http://h:5030/vm", "h" },
		{ CONTEXT("https://gate.example/one/gate/"), "https://gate.example/one/gate/vm",
		  "gate.example" },
		{ CONTEXT("http://[fd00::9]:5030"), "http://[fd00::9]:5030/vm", "fd00::9" },
		{ CONTEXT("http://192.0.2.1"), "http://192.0.2.1/vm", "192.0.2.1" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_onegate struct fl_onegate onegate = FL_ONEGATE_INIT;
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(make(&onegate, cases[i].context, &err), 0);
		assert_string_equal(onegate.url, cases[i].url);
		assert_string_equal(onegate.host, cases[i].host);
		assert_string_equal(onegate.vmid, "42");
		assert_string_equal(onegate.token, TOKEN);
	}
}

static void test_bad_context(void **state)
{
	static const char *const cases[] = {
		"export ONEGATE_ENDPOINT=\"ftp://h\"\nexport VMID=\"42\"\n",
		"export ONEGATE_ENDPOINT=\"http://u:p@h\"\nexport VMID=\"42\"\n",
		"export ONEGATE_ENDPOINT=\"http://h\"\nexport VMID=\"4x\"\n",
		"export ONEGATE_ENDPOINT=\"http://h\"\nexport VMID=\"-4\"\n",
		"export ONEGATE_ENDPOINT=\"http://h\"\nexport TOKENTXT=\"" TOKEN "\"\n",
		"export VMID=\"42\"\nexport ONEGATE_ENDPOINT=\"http://h\"\n"
		"export TOKENTXT=\"" TOKEN "\nX-Evil: 1\"\n",
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_onegate struct fl_onegate onegate = FL_ONEGATE_INIT;
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(make(&onegate, cases[i], &err), -1);
		assert_int_equal(err.code, FL_EXIT_CONFIG);
		assert_int_equal(err.errnum, 0);
		assert_null(strstr(err.message, TOKEN));
	}
}

/* Trap 17: without TOKEN=YES there is no OneGate in the context, and that is no error. */
static void test_no_onegate(void **state)
{
	static const struct {
		int64_t total;
		fl_time first_try;
	} cases[] = { { 1, FL_SEC }, { 4, FL_SEC }, { 5, 1250 * FL_MS }, { 20, 5 * FL_SEC } };
	static const char text[] = "export VMID=\"42\"\nexport ONEGATE_ENDPOINT=\"\"\n";

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_onegate struct fl_onegate onegate = FL_ONEGATE_INIT;
		fl_auto_context struct fl_context *context = NULL;
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(fl_context_parse("x", text, strlen(text), &context, &err), 0);
		assert_int_equal(fl_onegate_init(&onegate, context, "x", cases[i].total, &err), 0);
		assert_int_equal(onegate.first_try, cases[i].first_try);
		assert_null(onegate.url);
		assert_null(onegate.host);
	}
}

static void test_no_token(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	play(false, "", false);
	assert_int_equal(publish("export ONEGATE_ENDPOINT=\"http://h\"\nexport VMID=\"42\"\n",
				 &err),
			 -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_int_equal(err.errnum, 0);
	assert_non_null(strstr(err.message, "TOKEN=YES"));
	assert_int_equal(scene.exchanges, 0);
	/* If VMID is missing too, the cause is the same. */
	assert_int_equal(publish("export ONEGATE_ENDPOINT=\"http://h\"\n", &err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_non_null(strstr(err.message, "no OneGate token"));
	assert_int_equal(scene.exchanges, 0);
}

/* Trap 16: the token is TOKENTXT, or else in token.txt beside one_env. */
static void test_token_file(void **state)
{
	static const struct {
		const char *context, *file, *token; /* token NULL: none; "": an error */
	} cases[] = {
		{ "", "ZmlsZQ==\n", "ZmlsZQ==" },
		{ "", "ZmlsZQ==\r\n", "ZmlsZQ==" },
		{ "", "ZmlsZQ==", "ZmlsZQ==" },
		{ "export TOKENTXT=\"dGV4dA==\"\n", "ZmlsZQ==\n", "dGV4dA==" },
		{ "", "\n", NULL },
		{ "", "two words\n", "" },
		{ "", "one\ntwo\n", "" },
	};
	char folder[] = "/tmp/fl-onegate-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(folder));
	fl_auto_free char *path = fl_xasprintf("%s/token.txt", folder);
	fl_auto_free char *one_env = fl_xasprintf("%s/one_env", folder);
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_onegate struct fl_onegate onegate = FL_ONEGATE_INIT;
		fl_auto_context struct fl_context *context = NULL;
		fl_auto_free char *text = fl_xasprintf("export ONEGATE_ENDPOINT=\"http://h\"\n"
						       "export VMID=\"1\"\n%s",
						       cases[i].context);
		struct fl_error err = FL_ERROR_INIT;
		FILE *file = fopen(path, "w");
		bool bad = cases[i].token != NULL && cases[i].token[0] == '\0';

		assert_non_null(file);
		fputs(cases[i].file, file);
		assert_int_equal(fclose(file), 0);
		assert_int_equal(fl_context_parse("x", text, strlen(text), &context, &err), 0);
		assert_int_equal(fl_onegate_init(&onegate, context, one_env, 20, &err),
				 bad ? -1 : 0);
		if (bad) {
			assert_int_equal(err.code, FL_EXIT_CONFIG);
			assert_null(strstr(err.message, "two"));
		} else if (cases[i].token == NULL) {
			assert_null(onegate.token);
		} else {
			assert_string_equal(onegate.token, cases[i].token);
		}
	}
	assert_int_equal(unlink(path), 0);
	/* A folder in its place is no token, and gives a warning. */
	assert_int_equal(mkdir(path, 0700), 0);
	fl_auto_onegate struct fl_onegate onegate = FL_ONEGATE_INIT;
	fl_auto_context struct fl_context *context = NULL;
	static const char text[] = "export ONEGATE_ENDPOINT=\"http://h\"\nexport VMID=\"1\"\n";
	struct fl_error err = FL_ERROR_INIT;

	play(false, "", false);
	assert_int_equal(fl_context_parse("x", text, strlen(text), &context, &err), 0);
	assert_int_equal(fl_onegate_init(&onegate, context, one_env, 20, &err), 0);
	assert_null(onegate.token);
	assert_non_null(strstr(fl_buf_text(&scene.log), "token.txt: "));
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

static int verify(struct fl_error *err)
{
	fl_auto_onegate struct fl_onegate onegate = FL_ONEGATE_INIT;
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;

	assert_int_equal(make(&onegate, CONTEXT("http://h"), err), 0);
	assert_int_equal(fl_attributes_parse(&attributes, "FL_READY=YES", err), 0);
	return fl_onegate_verify(&onegate, http(), &attributes, 77, err);
}

static void test_verify(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	play(false, "{\"VM\":{\"USER_TEMPLATE\":{\"FL_READY\":\"YES\"}}}", false);
	assert_int_equal(verify(&err), 0);
	assert_string_equal(fl_buf_text(&scene.journal), "GET http://h/vm - ;");

	play(false, "{\"VM\":{\"USER_TEMPLATE\":{}}}", false);
	assert_int_equal(verify(&err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_string_equal(err.message, "GET http://h/vm: FL_READY: OneGate took the request and "
					 "did not store it");

	play(false, "{\"VM\":{\"USER_TEMPLATE\":{\"FL_READY\":\"" TOKEN "\"}}}", false);
	assert_int_equal(verify(&err), -1);
	assert_null(strstr(err.message, TOKEN));
	assert_non_null(strstr(err.message, "FL_READY: OneGate has stored '(not shown"));

	play(false, "{", true);
	assert_int_equal(verify(&err), -1);
	assert_non_null(strstr(err.message, "larger than 64 KiB"));

	play(true, "", false);
	assert_int_equal(verify(&err), -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
}

static void test_curl(void **state)
{
	fl_auto_onegate struct fl_onegate onegate = FL_ONEGATE_INIT;
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(make(&onegate, CONTEXT("http://[fd00::1]:5030/x'y/"), &err), 0);
	assert_int_equal(fl_attributes_parse(&attributes, "A=it's", &err), 0);
	fl_auto_free char *text = fl_onegate_curl(&onegate, &attributes, 20, &err);
	assert_non_null(text);
	assert_null(strstr(text, TOKEN));
	assert_non_null(strstr(text, "--request PUT"));
	assert_non_null(strstr(text, "--noproxy '*'"));
	assert_non_null(strstr(text, "\"X-ONEGATE-TOKEN: $TOKENTXT\""));
	assert_non_null(strstr(text, "'X-ONEGATE-VMID: 42'"));
	assert_non_null(strstr(text, "--data-binary 'A=it'\\''s\n'"));
	assert_non_null(strstr(text, "'http://[fd00::1]:5030/x'\\''y/vm'\n"));
	assert_int_equal(fl_attributes_parse(&attributes, "E=", &err), 0);
	assert_int_equal(fl_attributes_parse(&attributes, "L=[]", &err), 0);
	assert_null(fl_onegate_curl(&onegate, &attributes, 20, &err));
	assert_int_equal(err.code, FL_EXIT_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock),      cmocka_unit_test(test_put),
		cmocka_unit_test(test_urls),       cmocka_unit_test(test_bad_context),
		cmocka_unit_test(test_no_onegate), cmocka_unit_test(test_no_token),
		cmocka_unit_test(test_token_file), cmocka_unit_test(test_verify),
		cmocka_unit_test(test_curl),
	};

	return cmocka_run_group_tests_name("onegate", tests, set_up, tear_down);
}
