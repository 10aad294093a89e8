/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: open */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "config/resolve.h"
#include "superlink/database.h"
#include "scratch.h"

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

static const char *unreadable; /* the end of the path whose open fails with EIO, NULL for none */

int __wrap_open(const char *path, int flags, ...)
{
	const char *name = strrchr(path, '/');
	va_list args;
	int mode;

	va_start(args, flags);
	mode = va_arg(args, int);
	va_end(args);
	if (unreadable != NULL && name != NULL && strcmp(name, unreadable) == 0) {
		errno = EIO;
		return -1;
	}
	return __real_open(path, flags, mode);
}

static struct fl_paths paths;
static struct fl_settings settings;

static int begin(void **state)
{
	fl_auto_context struct fl_context *context = NULL;
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
	struct fl_error err = FL_ERROR_INIT;
	static const char text[] = "FL_DATABASE=state/runs/state.db\n";

	if (scratch_make(state) != 0)
		return -1;
	fl_paths_init(&paths, scratch, NULL);
	if (fl_context_parse("test", text, sizeof(text) - 1, &context, &err) != 0)
		return -1;
	fl_resolve(&settings, context, &findings);
	return findings.errors == 0 ? 0 : -1;
}

static int end(void **state)
{
	fl_paths_free(&paths);
	fl_settings_free(&settings);
	return scratch_remove(state);
}

static char *in_runs(const char *name)
{
	return fl_xasprintf("%s/runs/%s", paths.state_dir, name);
}

static int check(const char *tag)
{
	struct fl_error err = FL_ERROR_INIT;
	int result = fl_database_check(&paths, &settings, tag, &err);

	if (result != 0) {
		assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
		assert_int_equal(err.errnum, 0);
		assert_non_null(strstr(err.message, tag));
	}
	return result;
}

static char *noted(void)
{
	struct fl_error err = FL_ERROR_INIT;
	char *tag;

	assert_int_equal(fl_database_noted(&paths, &settings, &tag, &err), 0);
	return tag;
}

static bool replaced(const char *tag)
{
	struct fl_error err = FL_ERROR_INIT;
	bool answer;

	assert_int_equal(fl_database_replaced(&paths, &settings, tag, &answer, &err), 0);
	return answer;
}

/* TAG was ready, and FLOWER_VERSION is CONFIGURED. 0 or the error's code. */
static int note(const char *tag, const char *configured)
{
	struct fl_error err = FL_ERROR_INIT;
	int result;

	fl_cleanup_free(&settings.of[FL_PARAM_FLOWER_VERSION].value);
	settings.of[FL_PARAM_FLOWER_VERSION].value = fl_xstrdup(configured);
	result = fl_database_note(&paths, &settings, tag, &err);
	assert_int_equal(result, result == 0 ? 0 : -1);
	return result == 0 ? 0 : (int)err.code;
}

/* Trap 25: no order of versions, and no tag that is none, makes it forget the highest one. */
static void the_highest_version_is_noted(void **state)
{
	static const struct {
		const char *tag, *noted;
	} cases[] = {
		{ "latest", NULL },
		{ "1.25.0", "1.25.0" },
		{ "1.26.0-py3.13", "1.26.0-py3.13" },
		{ "latest", "1.26.0-py3.13" },
		{ "1.26.0", "1.26.0-py3.13" },
		{ "1.25.0", "1.26.0-py3.13" },
		{ "1.26.1", "1.26.1" },
	};
	fl_auto_free char *database = in_runs("state.db"),
			  *before = in_runs("state.db.flower-version");

	(void)state;
	scratch_write(database, "");
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_free char *tag = NULL;

		assert_int_equal(note(cases[i].tag, cases[i].tag), 0);
		tag = noted();
		if (cases[i].noted == NULL)
			assert_null(tag);
		else
			assert_string_equal(tag, cases[i].noted);
	}
	/* An earlier release noted what ran, whatever its tag was. */
	scratch_write(before, "nightly\n");
	assert_int_equal(note("1.25.0", "1.25.0"), 0);
	assert_int_equal(check("1.24.0"), -1);
}

static void an_unchanged_note_is_not_written(void **state)
{
	fl_auto_free char *database = in_runs("state.db"),
			  *path = in_runs("state.db.flower-version");
	struct stat before, after;

	(void)state;
	assert_null(noted());
	assert_int_equal(note("1.25.0", "1.25.0"), FL_EXIT_SYSTEM); /* no folder yet */
	scratch_write(database, "");
	assert_int_equal(note("1.25.0", "1.25.0"), 0);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(note("1.25.0", "1.25.0"), 0);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static void the_tag_that_was_replaced_is_noted(void **state)
{
	fl_auto_free char *database = in_runs("state.db");

	(void)state;
	assert_false(replaced("1.24.0"));
	scratch_write(database, "");
	assert_int_equal(note("1.25.0", "1.24.0"), 0);
	assert_int_equal(check("1.24.0"), -1);
	assert_true(replaced("1.24.0"));
	assert_false(replaced("1.24"));
	assert_false(replaced("1.25.0"));
	assert_int_equal(note("1.25.0", "1.25.0"), 0);
	assert_false(replaced("1.24.0"));
}

static void an_older_image_is_refused(void **state)
{
	fl_auto_free char *path = in_runs("state.db.flower-version");

	(void)state;
	scratch_write(path, "1.26.1\n");
	assert_int_equal(check("1.25.0"), -1);
	assert_int_equal(check("1.26.0"), -1);
	assert_int_equal(check("1.26.1"), 0);
	assert_int_equal(check("1.26.1-py3.13"), 0);
	assert_int_equal(check("1.31.0"), 0);
	assert_int_equal(check("latest"), 0);
}

static void no_link_is_followed(void **state)
{
	fl_auto_free char *outside = path_of("outside");
	fl_auto_free char *inside = fl_xasprintf("%s/runs", paths.state_dir);
	fl_auto_free char *planted = path_of("outside/state.db.flower-version");

	(void)state;
	scratch_write(planted, "9.9.9\n");
	scratch_write(inside, ""); /* makes the folders above it */
	assert_int_equal(unlink(inside), 0);
	assert_int_equal(symlink(outside, inside), 0);
	assert_null(noted());
	assert_int_equal(check("1.25.0"), 0);
	assert_int_equal(note("1.25.0", "1.25.0"), FL_EXIT_SYSTEM);
}

/* The note may name a newer Flower, so an older one must not run until the note can be read. */
static void a_note_that_cannot_be_read_is_an_error(void **state)
{
	fl_auto_free char *path = in_runs("state.db.flower-version");
	struct fl_error err = FL_ERROR_INIT;
	bool answer;
	char *tag;

	(void)state;
	scratch_write(path, "1.30.0\n");
	unreadable = "/state.db.flower-version";
	assert_int_equal(fl_database_check(&paths, &settings, "1.25.0", &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_non_null(strstr(err.message, path));
	assert_int_equal(fl_database_noted(&paths, &settings, &tag, &err), -1);
	assert_int_equal(fl_database_replaced(&paths, &settings, "1.25.0", &answer, &err), -1);
	assert_int_equal(note("1.31.0", "1.31.0"), FL_EXIT_SYSTEM);
	unreadable = NULL;
	assert_int_equal(fl_database_check(&paths, &settings, "1.25.0", &err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_highest_version_is_noted, scratch_empty),
		cmocka_unit_test_setup(an_unchanged_note_is_not_written, scratch_empty),
		cmocka_unit_test_setup(the_tag_that_was_replaced_is_noted, scratch_empty),
		cmocka_unit_test_setup(an_older_image_is_refused, scratch_empty),
		cmocka_unit_test_setup(no_link_is_followed, scratch_empty),
		cmocka_unit_test_setup(a_note_that_cannot_be_read_is_an_error, scratch_empty),
	};

	return cmocka_run_group_tests_name("database", tests, begin, end);
}
