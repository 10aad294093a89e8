/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/log.h"
#include "superlink/step.h"
#include "scratch.h"

static char line[1024];
static enum fl_level level;
static int lines;

static void catch (void *data, enum fl_level at, const char *text)
{
	(void)data;
	level = at;
	lines++;
	snprintf(line, sizeof(line), "%s", text);
}

static int begin(void **state)
{
	lines = 0;
	fl_log_set_sink(catch, NULL);
	return scratch_empty(state);
}

static int end(void **state)
{
	(void)state;
	fl_log_set_sink(NULL, NULL);
	return 0;
}

/* Number, name, outcome and duration stand in one line (spec section 3). */
static void a_step_is_one_line_at_its_end(void **state)
{
	struct fl_step step = fl_step_begin(FL_STEP_DOCKER);

	(void)state;
	assert_int_equal(lines, 0);
	step.started -= 1500 * FL_MS;
	assert_int_equal(fl_step_done(&step, "Docker Engine %s", "26.1.5"), FL_EXIT_OK);
	assert_int_equal(lines, 1);
	assert_int_equal(level, FL_INFO);
	assert_string_equal(line, "step 7/12 wait for Docker: done, 1.5 s: Docker Engine 26.1.5");
	assert_int_equal(fl_step_warned(&step, "an older one"), FL_EXIT_OK);
	assert_int_equal(level, FL_WARNING);
	assert_non_null(strstr(line, "done with a warning"));
}

static void a_failure_gives_its_exit_status(void **state)
{
	const struct fl_step step = fl_step_begin(FL_STEP_FILES);
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fl_error_set(&err, FL_EXIT_SYSTEM, ENOSPC, "/x");
	assert_int_equal(fl_step_failed(&step, &err), FL_EXIT_SYSTEM);
	assert_int_equal(level, FL_ERR);
	assert_non_null(strstr(line, "step 4/12 write configuration: failed, "));
	assert_non_null(strstr(line, "/x: No space left on device"));
}

static void every_step_has_a_name(void **state)
{
	(void)state;
	for (int number = FL_STEP_BOOT; number <= FL_STEP_COUNT; number++) {
		const struct fl_step step = fl_step_begin((enum fl_step_number)number);
		char start[32];

		fl_step_done(&step, "x");
		snprintf(start, sizeof(start), "step %d/12 ", number);
		assert_int_equal(strncmp(line, start, strlen(start)), 0);
		assert_null(strstr(line, "(null)"));
	}
}

static void log_for(const char *root)
{
	fl_auto_free char *context = path_of("run/one-context/one_env");
	fl_auto_paths struct fl_paths paths;

	fl_paths_init(&paths, root, context);
	line[0] = '\0';
	fl_step_boot(&paths);
}

static void without_a_context_nothing_is_said(void **state)
{
	(void)state;
	log_for(NULL);
	assert_string_equal(line, "");
}

static void a_context_of_this_boot_tells_the_time(void **state)
{
	fl_auto_free char *context = path_of("run/one-context/one_env");

	(void)state;
	scratch_write(context, "");
	log_for(NULL);
	assert_int_equal(strncmp(line, "step 1/12 boot and contextualize: done, ", 40), 0);
	assert_non_null(strstr(line, "counted from power-on"));
	/* Below another root the file does not belong to this machine's boot. */
	log_for(scratch);
	assert_null(strstr(line, "counted from power-on"));
}

static void a_context_of_another_time_does_not(void **state)
{
	fl_auto_free char *context = path_of("run/one-context/one_env");
	/* ext4 can store the last one, but its nanoseconds do not fit into 64 bits. */
	static const time_t moments[] = { 1000, 4102444800, 12000000000 };

	(void)state;
	scratch_write(context, "");
	for (size_t i = 0; i < FL_ARRAY_SIZE(moments); i++) {
		const struct timespec other[2] = { { moments[i], 0 }, { moments[i], 0 } };

		assert_int_equal(utimensat(AT_FDCWD, context, other, 0), 0);
		log_for(NULL);
		assert_int_equal(strncmp(line, "step 1/12 ", 10), 0);
		assert_null(strstr(line, "counted from power-on"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_step_is_one_line_at_its_end, begin, end),
		cmocka_unit_test_setup_teardown(a_failure_gives_its_exit_status, begin, end),
		cmocka_unit_test_setup_teardown(every_step_has_a_name, begin, end),
		cmocka_unit_test_setup_teardown(without_a_context_nothing_is_said, begin, end),
		cmocka_unit_test_setup_teardown(a_context_of_this_boot_tells_the_time, begin, end),
		cmocka_unit_test_setup_teardown(a_context_of_another_time_does_not, begin, end),
	};

	return cmocka_run_group_tests_name("step", tests, scratch_make, scratch_remove);
}
