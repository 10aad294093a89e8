/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fl_docker_image_id fl_docker_inspect fl_docker_pull */
/* wrap: fl_database_check fl_database_replaced */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "docker/pull.h"
#include "superlink/database.h"
#include "superlink/image.h"
#include "resolved.h"

#define PREBAKED "flwr/superlink:1.25.0"

int __wrap_fl_docker_image_id(struct fl_docker *docker, const char *reference, char **id,
			      fl_time deadline, struct fl_error *err);
int __wrap_fl_docker_inspect(struct fl_docker *docker, const char *name,
			     struct fl_docker_container *container, fl_time deadline,
			     struct fl_error *err);
int __wrap_fl_docker_pull(struct fl_docker *docker, const char *repository, const char *tag,
			  fl_time deadline, int64_t stall, fl_docker_progress *progress, void *data,
			  struct fl_error *err);
int __wrap_fl_database_check(const struct fl_paths *paths, const struct fl_settings *settings,
			     const char *tag, struct fl_error *err);
int __wrap_fl_database_replaced(const struct fl_paths *paths, const struct fl_settings *settings,
				const char *tag, bool *answer, struct fl_error *err);

/* What the Engine has, what a pull brings, and which tag the database refuses. */
static const char *has[3], *brings, *refused;
static const char *replaced; /* the tag instead of which another one ran last */
static bool fails_when_asked_again;
static char pulled[256];
static bool silent; /* the Engine does not answer */
static bool restart, container_is_there;

int __wrap_fl_docker_image_id(struct fl_docker *docker, const char *reference, char **id,
			      fl_time deadline, struct fl_error *err)
{
	(void)docker, (void)deadline;
	if (silent)
		return fl_error_set(err, FL_EXIT_TIMEOUT, 0, "no answer in time");
	if (fails_when_asked_again && pulled[0] != '\0')
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "the Engine went away");
	for (size_t i = 0; i < 3 && has[i] != NULL; i++) {
		if (strcmp(has[i], reference) == 0) {
			*id = fl_xstrdup("sha256:1");
			return 1;
		}
	}
	return 0;
}

int __wrap_fl_docker_inspect(struct fl_docker *docker, const char *name,
			     struct fl_docker_container *container, fl_time deadline,
			     struct fl_error *err)
{
	(void)docker, (void)name, (void)deadline, (void)err;
	*container = (struct fl_docker_container){ .exists = container_is_there };
	return 0;
}

int __wrap_fl_docker_pull(struct fl_docker *docker, const char *repository, const char *tag,
			  fl_time deadline, int64_t stall, fl_docker_progress *progress, void *data,
			  struct fl_error *err)
{
	(void)docker, (void)deadline, (void)stall, (void)progress, (void)data;
	snprintf(pulled, sizeof(pulled), "%s:%s", repository, tag);
	if (brings != NULL && strcmp(brings, pulled) == 0) {
		has[0] = brings;
		return 0;
	}
	return fl_error_set(err, FL_EXIT_TIMEOUT, 0, "no progress for 30 s");
}

int __wrap_fl_database_check(const struct fl_paths *paths, const struct fl_settings *settings,
			     const char *tag, struct fl_error *err)
{
	(void)paths, (void)settings;
	if (refused != NULL && strcmp(tag, refused) == 0)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "database: newer than %s", tag);
	return 0;
}

int __wrap_fl_database_replaced(const struct fl_paths *paths, const struct fl_settings *settings,
				const char *tag, bool *answer, struct fl_error *err)
{
	(void)paths, (void)settings, (void)err;
	*answer = replaced != NULL && strcmp(tag, replaced) == 0;
	return 0;
}

static int begin(void **state)
{
	(void)state;
	memset(has, 0, sizeof(has));
	brings = refused = replaced = NULL;
	fails_when_asked_again = false;
	pulled[0] = '\0';
	silent = restart = container_is_there = false;
	return 0;
}

static int warnings;

static void count_warnings(void *data, enum fl_level level, const char *line)
{
	(void)data, (void)line;
	warnings += level == FL_WARNING;
}

static int choose(const char *context_text, struct fl_image *image, struct fl_error *err)
{
	const struct fl_image_limits limits = { 600 * FL_SEC, 30 * FL_SEC, restart };
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_paths struct fl_paths paths;
	int result;

	resolve(&settings, context_text);
	fl_paths_init(&paths, NULL, NULL);
	warnings = 0;
	fl_log_set_sink(count_warnings, NULL);
	/* The wrapped calls never look at the Engine. */
	result = fl_image_choose((struct fl_docker *)&settings, &paths, &settings, &limits, image,
				 err);
	fl_log_set_sink(NULL, NULL);
	return result;
}

static void what_is_there_is_not_pulled(void **state)
{
	fl_auto_image struct fl_image image = FL_IMAGE_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	has[0] = PREBAKED;
	assert_int_equal(choose("", &image, &err), 0);
	assert_string_equal(image.reference, PREBAKED);
	assert_string_equal(image.tag, "1.25.0");
	assert_string_equal(image.id, "sha256:1");
	assert_false(image.pulled || image.fallback);
	assert_string_equal(pulled, "");
}

static void another_version_is_pulled(void **state)
{
	fl_auto_image struct fl_image image = FL_IMAGE_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	brings = "127.0.0.1:5000/flwr/superlink:1.26.0";
	assert_int_equal(
		choose("FLOWER_VERSION=1.26.0\nFLOWER_IMAGE=127.0.0.1:5000/flwr/superlink\n",
		       &image, &err),
		0);
	assert_string_equal(image.reference, brings);
	assert_true(image.pulled);
	assert_false(image.fallback);
	assert_int_equal(warnings, 0);
}

static void a_failed_pull_falls_back_with_a_warning(void **state)
{
	fl_auto_image struct fl_image image = FL_IMAGE_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	has[0] = PREBAKED;
	assert_int_equal(choose("FLOWER_VERSION=1.26.0\n", &image, &err), 0);
	assert_string_equal(image.reference, PREBAKED);
	assert_true(image.fallback);
	assert_int_equal(warnings, 1);
}

static void without_any_image_it_is_unavailable(void **state)
{
	static const char *const contexts[] = { "", "FLOWER_VERSION=1.26.0\n" };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(contexts); i++) {
		fl_auto_image struct fl_image image = FL_IMAGE_INIT;
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(choose(contexts[i], &image, &err), -1);
		assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
		assert_non_null(strstr(err.message, PREBAKED));
		assert_non_null(strstr(err.message, "no progress for 30 s"));
		assert_non_null(strstr(err.message, "docker load"));
	}
}

/* The advice to load an image by hand would be wrong: the image may be there. */
static void a_silent_engine_is_not_a_missing_image(void **state)
{
	static const char *const contexts[] = { "", "FLOWER_VERSION=1.26.0\n" };

	(void)state;
	silent = true;
	for (size_t i = 0; i < FL_ARRAY_SIZE(contexts); i++) {
		fl_auto_image struct fl_image image = FL_IMAGE_INIT;
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(choose(contexts[i], &image, &err), -1);
		assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
		assert_non_null(strstr(err.message, "the Engine does not say"));
		assert_non_null(strstr(err.message, "no answer in time"));
		assert_null(strstr(err.message, "docker load"));
	}
}

/* Trap 25: the fallback must not run on a database that a newer Flower has upgraded. */
static void a_fallback_on_a_newer_database_is_refused(void **state)
{
	fl_auto_image struct fl_image image = FL_IMAGE_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	has[0] = PREBAKED;
	refused = "1.25.0";
	assert_int_equal(choose("FLOWER_VERSION=1.26.0\n", &image, &err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_non_null(strstr(err.message, "database"));
}

/* The older image cannot use the database any more, so the next boot must fall back as well. */
static void a_fallback_from_an_older_image_lasts(void **state)
{
	fl_auto_image struct fl_image image = FL_IMAGE_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	has[0] = PREBAKED;
	brings = "flwr/superlink:1.24.0";
	refused = replaced = "1.24.0";
	assert_int_equal(choose("FLOWER_VERSION=1.24.0\n", &image, &err), 0);
	assert_string_equal(image.reference, PREBAKED);
	assert_true(image.fallback);
	assert_int_equal(warnings, 1);
	assert_string_equal(pulled, "");

	replaced = "1.23.0";
	assert_int_equal(choose("FLOWER_VERSION=1.24.0\n", &image, &err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
}

static void an_older_image_is_refused_before_it_is_pulled(void **state)
{
	fl_auto_image struct fl_image image = FL_IMAGE_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	refused = "1.24.0";
	assert_int_equal(choose("FLOWER_VERSION=1.24.0\n", &image, &err), -1);
	assert_string_equal(pulled, "");
}

/* The message must not say that the Engine does not have the image: the Engine did not answer. */
static void an_engine_that_fails_after_the_pull_gives_its_own_reason(void **state)
{
	fl_auto_image struct fl_image image = FL_IMAGE_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	brings = PREBAKED;
	fails_when_asked_again = true;
	assert_int_equal(choose("", &image, &err), -1);
	assert_non_null(strstr(err.message, "the Engine went away"));
	assert_null(strstr(err.message, "succeeded"));
}

/* An unreachable registry must not delay a SuperLink that has run before. */
static void a_restart_pulls_nothing_unless_it_must(void **state)
{
	fl_auto_image struct fl_image image = FL_IMAGE_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	restart = container_is_there = true;
	has[0] = PREBAKED;
	assert_int_equal(choose("FLOWER_VERSION=1.26.0\n", &image, &err), 0);
	assert_true(image.fallback);
	assert_string_equal(pulled, "");
	container_is_there = false;
	assert_int_equal(choose("FLOWER_VERSION=1.26.0\n", &image, &err), 0);
	assert_string_equal(pulled, "flwr/superlink:1.26.0");
	container_is_there = true;
	has[0] = NULL;
	brings = "flwr/superlink:1.26.0";
	assert_int_equal(choose("FLOWER_VERSION=1.26.0\n", &image, &err), 0);
	assert_true(image.pulled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_there_is_not_pulled, begin),
		cmocka_unit_test_setup(another_version_is_pulled, begin),
		cmocka_unit_test_setup(a_failed_pull_falls_back_with_a_warning, begin),
		cmocka_unit_test_setup(without_any_image_it_is_unavailable, begin),
		cmocka_unit_test_setup(a_silent_engine_is_not_a_missing_image, begin),
		cmocka_unit_test_setup(a_fallback_on_a_newer_database_is_refused, begin),
		cmocka_unit_test_setup(a_fallback_from_an_older_image_lasts, begin),
		cmocka_unit_test_setup(an_older_image_is_refused_before_it_is_pulled, begin),
		cmocka_unit_test_setup(an_engine_that_fails_after_the_pull_gives_its_own_reason,
				       begin),
		cmocka_unit_test_setup(a_restart_pulls_nothing_unless_it_must, begin),
	};

	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
