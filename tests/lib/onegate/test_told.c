/* SPDX-License-Identifier: Apache-2.0 */
#include "onegate/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/file.h>

#include <cmocka.h>

#include "file/file.h"
#include "scratch.h"

static char url[] = "http://192.0.2.1:5030/vm", another[] = "http://192.0.2.2:5030/vm";
static char vmid[] = "42";

#define FILE_OF_42 "http://192.0.2.1:5030/vm 42\n"

static struct fl_paths paths;

static int set_up(void **state)
{
	if (scratch_make(state) != 0)
		return -1;
	fl_paths_init(&paths, scratch, NULL);
	return 0;
}

static int tear_down(void **state)
{
	fl_paths_free(&paths);
	return scratch_remove(state);
}

static struct fl_told open_told(char *at)
{
	struct fl_told told = FL_TOLD_INIT;
	const struct fl_onegate onegate = { .url = at, .vmid = vmid };
	struct fl_error err = FL_ERROR_INIT;

	assert_int_equal(fl_told_open(&told, &paths, &onegate, &err), 0);
	return told;
}

static struct fl_attributes pairs(const char *a, const char *b)
{
	struct fl_attributes attributes = FL_ATTRIBUTES_INIT;
	struct fl_error err = FL_ERROR_INIT;

	assert_int_equal(fl_attributes_parse(&attributes, a, &err), 0);
	if (b != NULL)
		assert_int_equal(fl_attributes_parse(&attributes, b, &err), 0);
	return attributes;
}

static void assert_file(const char *wanted)
{
	fl_auto_free char *text = fl_file_read(paths.told, 4096, NULL);

	assert_non_null(text);
	assert_string_equal(text, wanted);
}

static void it_is_known_until_it_is_sent_anew(void **state)
{
	fl_auto_attributes struct fl_attributes ready = pairs("FL_READY=YES",
							      "FL_ENDPOINT=[::1]:2");
	fl_auto_attributes struct fl_attributes down = pairs("FL_READY=NO", NULL);
	struct stat info;

	(void)state;
	{
		fl_auto_told struct fl_told told = open_told(url);

		assert_false(fl_told_holds(&told, &down));
		fl_told_forget(&told, &ready);
		fl_told_add(&told, &ready);
	}
	assert_int_equal(stat(paths.told, &info), 0);
	assert_int_equal(info.st_mode, S_IFREG | 0600);
	{
		fl_auto_told struct fl_told told = open_told(url);

		assert_true(fl_told_holds(&told, &ready));
		assert_false(fl_told_holds(&told, &down));
		assert_string_equal(fl_told_get(&told, "FL_ENDPOINT"), "[::1]:2");
		fl_told_forget(&told, &down);
		assert_null(fl_told_get(&told, "FL_READY"));
		assert_file(FILE_OF_42 "FL_ENDPOINT=[::1]:2\n");
		fl_told_add(&told, &down);
		assert_true(fl_told_holds(&told, &down));
	}
	assert_file(FILE_OF_42 "FL_ENDPOINT=[::1]:2\nFL_READY=NO\n");
}

static void another_onegate_was_told_nothing(void **state)
{
	fl_auto_attributes struct fl_attributes down = pairs("FL_READY=NO", NULL);

	(void)state;
	scratch_write(paths.told, FILE_OF_42 "FL_READY=NO\n");
	{
		fl_auto_told struct fl_told told = open_told(another);

		assert_null(fl_told_get(&told, "FL_READY"));
		fl_told_add(&told, &down);
	}
	assert_file("http://192.0.2.2:5030/vm 42\nFL_READY=NO\n");
}

/* A program was killed while it wrote. */
static void half_a_line_is_not_known(void **state)
{
	static const char *const texts[] = { "", "http://192.0.2.1:5030/v", FILE_OF_42,
					     FILE_OF_42 "FL_READY=NO" };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(texts); i++) {
		scratch_write(paths.told, texts[i]);
		{
			fl_auto_told struct fl_told told = open_told(url);

			assert_null(fl_told_get(&told, "FL_READY"));
		}
	}
}

static void one_program_at_a_time_has_it(void **state)
{
	fl_auto_attributes struct fl_attributes down = pairs("FL_READY=NO", NULL);
	struct fl_told told = open_told(url);
	fl_auto_close int other = open(paths.told, O_RDWR | O_CLOEXEC);

	(void)state;
	fl_told_forget(&told, &down);
	fl_told_add(&told, &down);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	fl_told_close(&told);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
}

static void without_a_file_nothing_is_known(void **state)
{
	fl_auto_attributes struct fl_attributes down = pairs("FL_READY=NO", NULL);
	const struct fl_onegate onegate = { .url = url, .vmid = vmid };
	fl_auto_told struct fl_told told = FL_TOLD_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	scratch_write(paths.run_dir, "no folder");
	assert_int_equal(fl_told_open(&told, &paths, &onegate, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	fl_told_forget(&told, &down);
	fl_told_add(&told, &down);
	assert_false(fl_told_holds(&told, &down));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(it_is_known_until_it_is_sent_anew, scratch_empty),
		cmocka_unit_test_teardown(another_onegate_was_told_nothing, scratch_empty),
		cmocka_unit_test_teardown(half_a_line_is_not_known, scratch_empty),
		cmocka_unit_test_teardown(one_program_at_a_time_has_it, scratch_empty),
		cmocka_unit_test_teardown(without_a_file_nothing_is_known, scratch_empty),
	};

	return cmocka_run_group_tests_name("told", tests, set_up, tear_down);
}
