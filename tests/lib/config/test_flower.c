/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "config/flower.h"

static void versions_are_parsed_from_tags(void **state)
{
	static const struct {
		const char *tag;
		bool good;
		struct fl_version version;
	} cases[] = {
		{ "1.25.0", true, { 1, 25, 0 } },
		{ "1.25.0-py3.13-ubuntu24.04", true, { 1, 25, 0 } },
		{ "1.25", true, { 1, 25, 0 } },
		{ "1.42.7", true, { 1, 42, 7 } },
		{ "1.27.0.dev20260101", true, { 1, 27, 0 } },
		{ "latest", false, { 0, 0, 0 } },
		{ "1", false, { 0, 0, 0 } },
		{ "1.", false, { 0, 0, 0 } },
		{ "1.x", false, { 0, 0, 0 } },
		{ "1.25.0rc1", false, { 0, 0, 0 } },
		{ "v1.25.0", false, { 0, 0, 0 } },
		{ "1.99999999999.0", false, { 0, 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		struct fl_version version;

		if (fl_version_parse(cases[i].tag, &version) != cases[i].good)
			fail_msg("'%s'", cases[i].tag);
		if (cases[i].good)
			assert_int_equal(fl_version_compare(&version, &cases[i].version), 0);
	}
}

static void the_tag_is_behind_the_repository(void **state)
{
	static const struct {
		const char *image, *tag;
	} cases[] = {
		{ "flwr/superlink:1.25.0", "1.25.0" },
		{ "127.0.0.1:5000/flwr/superlink:1.25.0", "1.25.0" },
		{ "127.0.0.1:5000/flwr/superlink", "" },
		{ "superlink", "" },
		{ "superlink@sha256:00", "" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++)
		assert_string_equal(fl_flower_tag(cases[i].image), cases[i].tag);
}

static void versions_are_ordered(void **state)
{
	static const struct fl_version order[] = { { 0, 9, 9 },  { 1, 2, 9 },  { 1, 22, 0 },
						   { 1, 22, 1 }, { 1, 25, 0 }, { 2, 0, 0 } };

	(void)state;
	for (size_t i = 0; i + 1 < FL_ARRAY_SIZE(order); i++) {
		assert_true(fl_version_compare(&order[i], &order[i + 1]) < 0);
		assert_true(fl_version_compare(&order[i + 1], &order[i]) > 0);
		assert_int_equal(fl_version_too_old(&order[i]), i < 2);
	}
}

/* Each minor version from the oldest on has exactly one row. */
static void the_table_has_no_gap(void **state)
{
	const struct fl_flower *last = NULL;

	(void)state;
	for (int minor = FL_FLOWER_OLDEST_MINOR; minor <= 42; minor++) {
		char tag[32];
		const struct fl_flower *row;
		bool tested;

		snprintf(tag, sizeof(tag), "1.%d.0", minor);
		row = fl_flower_for(tag, &tested);
		assert_true(tested);
		assert_true(minor >= row->least_minor && minor <= row->most_minor);
		if (last != NULL && row != last)
			assert_int_equal(row->least_minor, last->most_minor + 1);
		last = row;
	}
}

/* Trap 27: from 1.29 on the server refuses --storage-dir, and the container restarts for ever. */
static void storage_dir_ends_with_1_28(void **state)
{
	(void)state;
	assert_true(fl_flower_for("1.28.0", NULL)->storage_dir);
	assert_false(fl_flower_for("1.29.0", NULL)->storage_dir);
}

static void unknown_versions_are_untested(void **state)
{
	bool tested = true;

	(void)state;
	assert_ptr_equal(fl_flower_for("1.43.0", &tested), fl_flower_for("1.42.0", NULL));
	assert_false(tested);
	assert_ptr_equal(fl_flower_for("2.0.0", &tested), fl_flower_for("1.42.0", NULL));
	assert_false(tested);
	assert_ptr_equal(fl_flower_for("latest", &tested), fl_flower_for("1.25.0", NULL));
	assert_false(tested);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_parsed_from_tags),
		cmocka_unit_test(the_tag_is_behind_the_repository),
		cmocka_unit_test(versions_are_ordered),
		cmocka_unit_test(the_table_has_no_gap),
		cmocka_unit_test(storage_dir_ends_with_1_28),
		cmocka_unit_test(unknown_versions_are_untested),
	};

	return cmocka_run_group_tests_name("flower", tests, NULL, NULL);
}
