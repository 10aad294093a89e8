/* SPDX-License-Identifier: Apache-2.0 */
/* What is gathered and reported; tests/cli/fl-onegate-publish.t tests the sending. */
/* wrap: fl_endpoint_find */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "config/resolve.h"
#include "file/file.h"
#include "onegate/endpoint.h"
#include "onegate/publication.h"
#include "scratch.h"

#define ONEGATE "ONEGATE_ENDPOINT=\"http://192.0.2.1:5030\"\nVMID=\"42\"\nTOKENTXT=\"secret\"\n"
#define FOUR                                                             \
	"FL_READY=YES\nFL_ENDPOINT=192.0.2.10:9092\nFL_VERSION=1.26.0\n" \
	"FL_ROLE=superlink\n"

int __wrap_fl_endpoint_find(const struct fl_settings *settings, const struct fl_context *context,
			    const char *onegate_host, fl_time deadline,
			    struct fl_endpoint *endpoint, struct fl_error *err);

static char towards[64]; /* fl_endpoint_find()'s onegate_host */
static fl_time until;    /* and its deadline */
static bool no_address;

int __wrap_fl_endpoint_find(const struct fl_settings *settings, const struct fl_context *context,
			    const char *onegate_host, fl_time deadline,
			    struct fl_endpoint *endpoint, struct fl_error *err)
{
	assert_non_null(context);
	snprintf(towards, sizeof(towards), "%s", onegate_host != NULL ? onegate_host : "");
	until = deadline;
	if (no_address)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "no address");
	*endpoint = (struct fl_endpoint){
		.address = fl_settings_address(settings, FL_PARAM_FLEET_API_ADDRESS),
		.rule = "a rule"
	};
	fl_address_set_host(&endpoint->address, "192.0.2.10");
	return 0;
}

/* A publication in a folder of its own, with CONTEXT. */
struct scene {
	struct fl_paths paths;
	struct fl_publication publication;
	struct fl_error err;
};

static struct scene begin(const char *context)
{
	struct scene scene = { .publication = FL_PUBLICATION_INIT, .err = FL_ERROR_INIT };

	no_address = false;
	fl_paths_init(&scene.paths, scratch, NULL);
	scratch_write(scene.paths.context, context);
	return scene;
}

static void end(struct scene *scene)
{
	fl_publication_free(&scene->publication);
	fl_paths_free(&scene->paths);
}

#define auto_scene __attribute__((cleanup(end)))

/* 0 or the error's code, with the four attributes if there are none. */
static int prepare(struct scene *scene, bool to_send)
{
	struct fl_publication *publication = &scene->publication;
	int result = fl_publication_open(publication, &scene->paths, to_send, 20, &scene->err);

	if (result == 0 && publication->attributes.count == 0) {
		result = fl_resolve_load(&publication->settings, &scene->paths,
					 publication->context, &scene->err);
		if (result == 0)
			result = fl_publication_add_ready(publication, "flwr/superlink:1.26.0",
							  &scene->err);
	}
	assert_int_equal(result, result == 0 ? 0 : -1);
	return result == 0 ? 0 : (int)scene->err.code;
}

static void assert_reported(struct scene *scene, const struct fl_error *failure, const char *line)
{
	fl_auto_free char *text = NULL;

	assert_int_equal(fl_publication_report(&scene->publication, &scene->paths, failure,
					       &scene->err),
			 0);
	text = fl_file_read(scene->paths.report, 4096, NULL);
	assert_true(line == NULL ? text == NULL : strstr(text, line) != NULL);
}

static void a_superlink_has_four_attributes(void **state)
{
	auto_scene struct scene scene = begin(ONEGATE);
	fl_auto_free char *text = NULL;

	(void)state;
	assert_int_equal(prepare(&scene, true), 0);
	text = fl_attributes_text(&scene.publication.attributes);
	assert_string_equal(text, FOUR);
	assert_string_equal(towards, "192.0.2.1");
	/* The look-up of a name must leave time for the request. */
	assert_true(until <= fl_deadline(5));
	assert_reported(&scene, NULL, "published     = yes, to http://192.0.2.1:5030/vm\n");
}

/* Pairs of the command line are published alone, without a report on the SuperLink. */
static void own_attributes_stay_alone(void **state)
{
	auto_scene struct scene scene = begin(ONEGATE);

	(void)state;
	no_address = true;
	assert_int_equal(fl_attributes_add(&scene.publication.attributes, "A", "1", &scene.err), 0);
	assert_int_equal(prepare(&scene, true), 0);
	assert_int_equal(scene.publication.attributes.count, 1);
	assert_reported(&scene, NULL, NULL);
}

static void an_address_may_be_missing_if_nobody_is_told(void **state)
{
	static const struct {
		const char *context;
		bool to_send;
		int code;
	} cases[] = {
		{ ONEGATE, true, FL_EXIT_UNAVAILABLE },
		{ ONEGATE, false, FL_EXIT_UNAVAILABLE },
		{ "", false, FL_EXIT_UNAVAILABLE },
		{ "", true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		auto_scene struct scene scene = begin(cases[i].context);

		no_address = true;
		assert_int_equal(prepare(&scene, cases[i].to_send), cases[i].code);
		assert_reported(&scene, &scene.err,
				"endpoint      = none: no address\nversion       = 1.26.0\n");
		assert_reported(&scene, &scene.err,
				cases[i].context[0] == '\0' ? "= no, this VM has no OneGate\n"
							    : "= no, no address\n");
	}
}

static void the_context_asks_for_ready(void **state)
{
	static const struct {
		const char *context;
		bool asks;
	} cases[] = {
		{ "", false },
		{ "REPORT_READY=\"YES\"\n", true },
		{ "REPORT_READY=\"yes\"\n", false },
		{ "ONEAPP_REPORT_READY=\"YES\"\n", false },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		auto_scene struct scene scene = begin(cases[i].context);

		assert_int_equal(prepare(&scene, false), 0);
		assert_int_equal(fl_publication_reports_ready(&scene.publication), cases[i].asks);
	}
}

/* An Engine that does not answer does not say which image runs, perhaps not the configured one. */
static void the_version_told_last_is_better_than_none(void **state)
{
	auto_scene struct scene scene = begin(ONEGATE);
	struct fl_publication *publication = &scene.publication;
	fl_auto_attributes struct fl_attributes told = FL_ATTRIBUTES_INIT;

	(void)state;
	assert_int_equal(prepare(&scene, true), 0);
	assert_int_equal(fl_attributes_add(&told, "FL_VERSION", "1.24.0", &scene.err), 0);
	fl_told_add(&publication->told, &told);
	assert_int_equal(fl_publication_describe(publication, NULL, &scene.err), 0);
	assert_string_equal(publication->version, "1.24.0");
	assert_int_equal(fl_publication_describe(publication, "x:1.25.0", &scene.err), 0);
	assert_string_equal(publication->version, "1.25.0");
}

/* What OneGate was told already is not sent again; without a OneGate nothing is sent at all. */
static void what_was_told_is_not_sent_again(void **state)
{
	auto_scene struct scene scene = begin(ONEGATE), none = begin(ONEGATE);
	struct fl_publication *publication = &scene.publication;

	(void)state;
	publication->if_changed = true;
	assert_int_equal(fl_attributes_add(&publication->attributes, "A", "1", &scene.err), 0);
	assert_int_equal(prepare(&scene, true), 0);
	fl_told_add(&publication->told, &publication->attributes);
	assert_int_equal(fl_publication_tell(publication, &scene.paths, &scene.err), 0);
	assert_false(publication->sent);
	scratch_write(none.paths.context, "");
	assert_int_equal(prepare(&none, true), 0);
	assert_int_equal(fl_publication_tell(&none.publication, &none.paths, &none.err), -1);
	assert_int_equal(none.err.code, FL_EXIT_NO);
}

static void what_is_shown_needs_no_onegate(void **state)
{
	auto_scene struct scene scene = begin(""), bad = begin("FL_ISOLATION=x\n");

	(void)state;
	assert_int_equal(prepare(&bad, false), FL_EXIT_CONFIG);
	assert_reported(&bad, &bad.err, NULL); /* because not even the version is known */
	scratch_write(scene.paths.context, "");
	assert_int_equal(prepare(&scene, false), 0);
	assert_int_equal(scene.publication.attributes.count, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_superlink_has_four_attributes, scratch_empty),
		cmocka_unit_test_teardown(own_attributes_stay_alone, scratch_empty),
		cmocka_unit_test_teardown(an_address_may_be_missing_if_nobody_is_told,
					  scratch_empty),
		cmocka_unit_test_teardown(the_context_asks_for_ready, scratch_empty),
		cmocka_unit_test_teardown(the_version_told_last_is_better_than_none, scratch_empty),
		cmocka_unit_test_teardown(what_was_told_is_not_sent_again, scratch_empty),
		cmocka_unit_test_teardown(what_is_shown_needs_no_onegate, scratch_empty),
	};

	return cmocka_run_group_tests_name("publication", tests, scratch_make, scratch_remove);
}
