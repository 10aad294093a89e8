/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/log.h"
#include "superlink/boot.h"
#include "scratch.h"

static char last[1024];

static void catch (void *data, enum fl_level level, const char *line)
{
	(void)data, (void)level;
	snprintf(last, sizeof(last), "%s", line);
}

static void log_for(const char *root)
{
	fl_auto_free char *context = fl_xasprintf("%s/run/one-context/one_env", scratch);
	fl_auto_paths struct fl_paths paths;

	fl_paths_init(&paths, root, context);
	last[0] = '\0';
	fl_log_set_sink(catch, NULL);
	fl_boot_log(&paths);
	fl_log_set_sink(NULL, NULL);
}

static void without_a_context_nothing_is_said(void **state)
{
	(void)state;
	log_for(NULL);
	assert_string_equal(last, "");
}

static void a_context_of_this_boot_tells_the_time(void **state)
{
	fl_auto_free char *context = fl_xasprintf("%s/run/one-context/one_env", scratch);

	(void)state;
	scratch_write(context, "");
	log_for(NULL);
	assert_int_equal(strncmp(last, "step 1/12 boot and contextualize: done, ", 40), 0);
	assert_non_null(strstr(last, "counted from power-on"));
	/* Below another root the file says nothing of this machine's boot. */
	log_for(scratch);
	assert_null(strstr(last, "counted from power-on"));
}

static void a_context_of_another_time_does_not(void **state)
{
	fl_auto_free char *context = fl_xasprintf("%s/run/one-context/one_env", scratch);
	/* The last one is a year that ext4 knows, further away than 64 bits hold nanoseconds. */
	static const time_t moments[] = { 1000, 4102444800, 12000000000 };

	(void)state;
	scratch_write(context, "");
	for (size_t i = 0; i < FL_ARRAY_SIZE(moments); i++) {
		const struct timespec other[2] = { { moments[i], 0 }, { moments[i], 0 } };

		assert_int_equal(utimensat(AT_FDCWD, context, other, 0), 0);
		log_for(NULL);
		assert_int_equal(strncmp(last, "step 1/12 ", 10), 0);
		assert_null(strstr(last, "counted from power-on"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_a_context_nothing_is_said, scratch_empty),
		cmocka_unit_test_setup(a_context_of_this_boot_tells_the_time, scratch_empty),
		cmocka_unit_test_setup(a_context_of_another_time_does_not, scratch_empty),
	};

	return cmocka_run_group_tests_name("boot", tests, scratch_make, scratch_remove);
}
