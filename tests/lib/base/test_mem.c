/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macro.h"
#include "base/mem.h"
#include "child.h"

/* wrap: calloc realloc vasprintf */
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *pointer, size_t size);
int __real_vasprintf(char **text, const char *format, va_list args);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *pointer, size_t size);
int __wrap_vasprintf(char **text, const char *format, va_list args);

static bool exhausted;

void *__wrap_calloc(size_t count, size_t size)
{
	return exhausted ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *pointer, size_t size)
{
	return exhausted ? NULL : __real_realloc(pointer, size);
}

int __wrap_vasprintf(char **text, const char *format, va_list args)
{
	return exhausted ? -1 : __real_vasprintf(text, format, args);
}

static void gives_zeroed_memory(void **state)
{
	fl_auto_free char *bytes = fl_xcalloc(3, 100);
	fl_auto_free char *nothing = fl_xcalloc(0, 0);

	(void)state;
	for (size_t i = 0; i < 300; i++)
		assert_int_equal(bytes[i], 0);
	assert_non_null(nothing);
}

static void grows(void **state)
{
	fl_auto_free char *bytes = fl_xmalloc(2);

	(void)state;
	memcpy(bytes, "ab", 2);
	bytes = fl_xrealloc(bytes, 100000);
	assert_memory_equal(bytes, "ab", 2);
	bytes = fl_xrealloc(bytes, 0);
	assert_non_null(bytes);
}

static void an_array_grows_by_one_at_a_time(void **state)
{
	int *numbers = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		numbers = fl_xgrow(numbers, (size_t)i, sizeof(*numbers));
		numbers[i] = i;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(numbers[i], i);
	free(numbers);
}

static void copies_text(void **state)
{
	fl_auto_free char *whole = fl_xstrdup("abc");
	fl_auto_free char *part = fl_xstrndup("abcdef", 2);
	fl_auto_free char *text = fl_xasprintf("%d-%s", 7, "x");

	(void)state;
	assert_string_equal(whole, "abc");
	assert_string_equal(part, "ab");
	assert_string_equal(text, "7-x");
	assert_null(fl_xstrdup(NULL));
}

static void use_calloc(void)
{
	exhausted = true;
	free(fl_xcalloc(1, 1));
}

static void use_realloc(void)
{
	exhausted = true;
	free(fl_xmalloc(1));
}

static void use_xgrow(void)
{
	exhausted = true;
	free(fl_xgrow(NULL, 0, 1));
}

static void more_than_there_is(void)
{
	free(fl_xgrow(NULL, SIZE_MAX / 2 + 1, 4));
}

static void use_strndup(void)
{
	exhausted = true;
	free(fl_xstrndup("a", 1));
}

static void use_asprintf(void)
{
	exhausted = true;
	free(fl_xasprintf("a"));
}

static void lack_of_memory_ends_the_process(void **state)
{
	static void (*const uses[])(void) = { use_calloc,   use_realloc, use_strndup,
					      use_asprintf, use_xgrow,   more_than_there_is };
	char said[200];

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(uses); i++) {
		assert_int_equal(in_child(uses[i], said, sizeof(said)), 71);
		assert_non_null(strstr(said, "out of memory"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_memory),
		cmocka_unit_test(grows),
		cmocka_unit_test(an_array_grows_by_one_at_a_time),
		cmocka_unit_test(copies_text),
		cmocka_unit_test(lack_of_memory_ends_the_process),
	};

	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
