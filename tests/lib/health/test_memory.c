/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "health/memory.h"
#include "scratch.h"

static void it_is_kept(void **state)
{
	fl_auto_memory struct fl_memory written = FL_MEMORY_INIT, read = FL_MEMORY_INIT;
	fl_auto_free char *path = fl_xasprintf("%s/memory", scratch);
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fl_memory_read(&written, path);
	assert_string_equal(written.ready, "");
	assert_int_equal(written.since, 0);
	fl_memory_set(&written.ready, "2026-11-29T10:00:00.123456789Z");
	fl_memory_set(&written.said, "a \"line\"\n");
	written.since = INT64_C(40) * 365 * 86400 * FL_SEC; /* more than a double holds */
	assert_int_equal(fl_memory_write(&written, path, &err), 0);
	fl_memory_read(&read, path);
	assert_string_equal(read.ready, written.ready);
	assert_string_equal(read.failing, "");
	assert_string_equal(read.said, written.said);
	assert_int_equal(read.since, written.since);
}

static void what_is_no_memory_is_forgotten(void **state)
{
	static const char *const texts[] = { "", "{", "[]", "{\"ready\":1,\"since_ms\":\"x\"}" };
	fl_auto_free char *path = fl_xasprintf("%s/memory", scratch);

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(texts); i++) {
		fl_auto_memory struct fl_memory memory = FL_MEMORY_INIT;

		scratch_write(path, texts[i]);
		fl_memory_read(&memory, path);
		assert_string_equal(memory.ready, "");
		assert_string_equal(memory.said, "");
		assert_int_equal(memory.since, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_is_kept, scratch_empty),
		cmocka_unit_test_setup(what_is_no_memory_is_forgotten, scratch_empty),
	};

	return cmocka_run_group_tests_name("memory", tests, scratch_make, scratch_remove);
}
