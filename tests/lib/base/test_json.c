/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: realloc */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/json.h"

void *__real_realloc(void *pointer, size_t size);
void *__wrap_realloc(void *pointer, size_t size);

static bool exhausted;

void *__wrap_realloc(void *pointer, size_t size)
{
	return exhausted ? NULL : __real_realloc(pointer, size);
}

static void members_are_read_by_their_kind(void **state)
{
	fl_auto_json cJSON *json = fl_json_parse("{\"text\":\"a\",\"number\":-42,\"null\":null,"
						 "\"object\":{\"text\":\"b\"},\"big\":1e300}");

	(void)state;
	assert_non_null(json);
	assert_string_equal(fl_json_text(json, "text"), "a");
	assert_string_equal(fl_json_text(fl_json_member(json, "object"), "text"), "b");
	assert_null(fl_json_text(json, "number"));
	assert_null(fl_json_text(json, "null"));
	assert_null(fl_json_text(json, "TEXT"));
	assert_null(fl_json_text(fl_json_member(json, "absent"), "text"));
	assert_int_equal(fl_json_integer(json, "number"), -42);
	assert_int_equal(fl_json_integer(json, "text"), 0);
	assert_int_equal(fl_json_integer(json, "absent"), 0);
	assert_int_equal(fl_json_integer(json, "big"), 0);
}

static void no_json_is_null(void **state)
{
	static const char *const cases[] = { "", "{", "{\"a\":}", "nonsense", "[1,2" };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++)
		assert_null(fl_json_parse(cases[i]));
}

static void an_object_is_printed_in_both_forms(void **state)
{
	fl_auto_json cJSON *object = fl_json_object();
	fl_auto_free char *line = NULL;
	fl_auto_free char *indented = NULL;

	(void)state;
	cJSON_AddStringToObject(object, "a", "b\n\"");
	line = fl_json_print(object, false);
	indented = fl_json_print(object, true);
	assert_string_equal(line, "{\"a\":\"b\\n\\\"\"}");
	assert_string_equal(indented, "{\n\t\"a\":\t\"b\\n\\\"\"\n}");
}

/* cJSON itself leaves the member out, and a container is made without its restrictions. */
static void lack_of_memory_ends_the_process(void **state)
{
	fl_auto_json cJSON *object = fl_json_object();
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		close(STDERR_FILENO); /* what it says looks like trouble of the test's own */
		exhausted = true;
		cJSON_AddStringToObject(object, "SecurityOpt", "no-new-privileges");
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 71);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_read_by_their_kind),
		cmocka_unit_test(no_json_is_null),
		cmocka_unit_test(an_object_is_printed_in_both_forms),
		cmocka_unit_test(lack_of_memory_ends_the_process),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
