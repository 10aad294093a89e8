/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fl_docker_inspect fl_docker_create fl_docker_remove fl_docker_start fl_systemctl */
/* wrap: fl_docker_stop fl_end_ask fl_end_await */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "docker/end.h"
#include "docker/systemd.h"
#include "superlink/launch.h"
#include "resolved.h"

int __wrap_fl_docker_inspect(struct fl_docker *docker, const char *name,
			     struct fl_docker_container *container, fl_time deadline,
			     struct fl_error *err);
int __wrap_fl_docker_create(struct fl_docker *docker, const char *name, const char *body,
			    fl_time deadline, struct fl_error *err);
int __wrap_fl_docker_remove(struct fl_docker *docker, const char *name, fl_time deadline,
			    struct fl_error *err);
int __wrap_fl_docker_start(struct fl_docker *docker, const char *name, fl_time deadline,
			   struct fl_error *err);
int __wrap_fl_docker_stop(struct fl_docker *docker, const char *name, fl_time deadline,
			  struct fl_error *err);
int __wrap_fl_systemctl(const char *const *arguments, struct fl_buf *output, fl_time deadline,
			struct fl_error *err);
struct fl_transfer *__wrap_fl_end_ask(struct fl_docker *docker, const char *name);
int64_t __wrap_fl_end_await(struct fl_docker *docker, struct fl_transfer *end, fl_time until);

/* An Engine with at most one container, and what was asked of it and of systemd, in order. */
static struct {
	bool exists, running;
	bool ends;      /* the container, as soon as it was started */
	bool reports;   /* the Engine reports the end before the next inspect */
	bool waited;    /* the Engine was asked to report the end */
	int late;       /* how many inspects after the start still find it not running */
	bool goes_away; /* the Engine does not answer after the start */
	int conflicts;  /* how often another run makes one just before a create */
	bool strange;   /* the other run makes it from other settings */
	int made;       /* how many containers were made; the id of the last one */
	char digest[64];
	struct fl_buf calls;
	const char *refused; /* the order that systemd does not carry out */
	const char *unit;    /* what systemd says of the unit; NULL if it does not answer */
} engine;

int __wrap_fl_docker_inspect(struct fl_docker *docker, const char *name,
			     struct fl_docker_container *container, fl_time deadline,
			     struct fl_error *err)
{
	bool running = engine.running && engine.late-- <= 0;
	bool ended = running && engine.ends && !engine.reports;

	(void)docker, (void)name, (void)deadline;
	*container = (struct fl_docker_container){ .exists = engine.exists };
	if (engine.running && engine.goes_away)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "cannot connect");
	if (!engine.exists)
		return 0;
	container->id = fl_xasprintf("%d", engine.made);
	container->digest = fl_xstrdup(engine.digest);
	container->status = fl_xstrdup(ended ? "exited" : running ? "running" : "created");
	container->started_at = fl_xstrdup(running ? "2026-11-23T16:49:35Z"
						   : "0001-01-01T00:00:00Z");
	container->running = running && !ended;
	container->exit_code = ended ? 2 : 0;
	return 0;
}

int __wrap_fl_docker_create(struct fl_docker *docker, const char *name, const char *body,
			    fl_time deadline, struct fl_error *err)
{
	const char *digest = strstr(body, "fnv1a64:");

	(void)docker, (void)name, (void)deadline;
	fl_buf_puts(&engine.calls, "create ");
	assert_non_null(digest);
	snprintf(engine.digest, sizeof(engine.digest), "%.*s", (int)strcspn(digest, "\""), digest);
	engine.exists = true;
	engine.made++;
	if (engine.conflicts == 0)
		return 0;
	engine.conflicts--;
	if (engine.strange)
		engine.digest[0] = 'x';
	fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "container");
	return FL_DOCKER_TAKEN;
}

int __wrap_fl_docker_remove(struct fl_docker *docker, const char *name, fl_time deadline,
			    struct fl_error *err)
{
	(void)docker, (void)deadline, (void)err;
	fl_buf_puts(&engine.calls, "remove ");
	if (strtol(name, NULL, 10) == engine.made)
		engine.exists = engine.running = false;
	return 0;
}

int __wrap_fl_docker_start(struct fl_docker *docker, const char *name, fl_time deadline,
			   struct fl_error *err)
{
	(void)docker, (void)name, (void)deadline, (void)err;
	fl_buf_puts(&engine.calls, "start ");
	engine.running = true;
	return 0;
}

int __wrap_fl_docker_stop(struct fl_docker *docker, const char *name, fl_time deadline,
			  struct fl_error *err)
{
	(void)docker, (void)name, (void)deadline, (void)err;
	fl_buf_puts(&engine.calls, "stop ");
	engine.running = false;
	return 0;
}

int __wrap_fl_systemctl(const char *const *arguments, struct fl_buf *output, fl_time deadline,
			struct fl_error *err)
{
	(void)deadline;
	if (strcmp(arguments[0], "show") == 0) {
		fl_buf_puts(output, engine.unit != NULL ? engine.unit : "");
		return engine.unit != NULL ? 0 : -1;
	}
	fl_buf_printf(&engine.calls, "systemctl-%s ", arguments[0]);
	if (engine.refused != NULL && strcmp(arguments[0], engine.refused) == 0)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "refused");
	if (strcmp(arguments[0], "start") == 0)
		engine.running = true;
	return 0;
}

struct fl_transfer *__wrap_fl_end_ask(struct fl_docker *docker, const char *name)
{
	(void)docker, (void)name;
	engine.waited = true;
	return NULL;
}

int64_t __wrap_fl_end_await(struct fl_docker *docker, struct fl_transfer *end, fl_time until)
{
	(void)docker, (void)end;
	if (engine.waited && engine.reports)
		return 2;
	fl_pause(until - fl_now(), until);
	return -1;
}

static int begin(void **state)
{
	(void)state;
	fl_buf_free(&engine.calls);
	memset(&engine, 0, sizeof(engine));
	return 0;
}

static int create(const char *rounds, bool by_systemd, bool *replaced)
{
	static char id[] = "sha256:1", reference[] = "flwr/superlink:1.25.0", tag[] = "1.25.0";
	const struct fl_image image = { .reference = reference, .tag = tag, .id = id };
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;

	resolve(&settings, rounds);
	fl_paths_init(&paths, NULL, NULL);
	/* The wrapped calls never look at the client. */
	return fl_launch_create((struct fl_docker *)&engine, &paths, &settings, &image, by_systemd,
				false, replaced, &err);
}

static int start(bool by_systemd, bool *started, struct fl_error *err)
{
	return fl_launch_start((struct fl_docker *)&engine, by_systemd, started, err);
}

static void the_same_container_is_kept(void **state)
{
	bool replaced;

	(void)state;
	assert_int_equal(create("", false, &replaced), 0);
	assert_true(replaced);
	assert_int_equal(create("", false, &replaced), 0);
	assert_false(replaced);
	assert_string_equal(fl_buf_text(&engine.calls), "create ");
}

static void another_one_is_replaced(void **state)
{
	bool replaced;

	(void)state;
	assert_int_equal(create("", false, &replaced), 0);
	assert_int_equal(create("FL_NUM_ROUNDS=9\n", true, &replaced), 0);
	assert_true(replaced);
	/* The unit was stopped, so that it did not restart in between. */
	assert_string_equal(fl_buf_text(&engine.calls), "create systemctl-stop remove create ");
}

/* service and the unit's ExecStartPre may run at the same time. */
static void another_run_may_come_first(void **state)
{
	bool replaced = true;

	(void)state;
	engine.conflicts = 1;
	assert_int_equal(create("", false, &replaced), 0);
	assert_false(replaced);
	assert_string_equal(fl_buf_text(&engine.calls), "create ");

	begin(NULL);
	engine.conflicts = 1;
	engine.strange = true;
	assert_int_equal(create("", false, &replaced), 0);
	assert_true(replaced);
	assert_string_equal(fl_buf_text(&engine.calls), "create remove create ");

	begin(NULL);
	engine.conflicts = 100;
	engine.strange = true;
	assert_int_equal(create("", false, &replaced), -1);
	assert_true(engine.conflicts > 90);
}

static void the_engine_starts_it_without_systemd(void **state)
{
	struct fl_error err = FL_ERROR_INIT;
	bool started;

	(void)state;
	engine.exists = true;
	assert_int_equal(start(false, &started, &err), 0);
	assert_true(started);
	assert_string_equal(fl_buf_text(&engine.calls), "start ");
}

static void systemd_starts_the_unit(void **state)
{
	struct fl_error err = FL_ERROR_INIT;
	bool started;

	(void)state;
	engine.exists = true;
	engine.late = 2;
	assert_int_equal(start(true, &started, &err), 0);
	assert_true(started);
	assert_string_equal(fl_buf_text(&engine.calls),
			    "systemctl-daemon-reload systemctl-enable systemctl-start ");
}

static void the_unit_is_enabled_if_need_be(void **state)
{
	static const struct {
		const char *unit, *calls;
	} cases[] = {
		{ "LoadState=loaded\nUnitFileState=enabled\nNeedDaemonReload=no\n",
		  "systemctl-start " },
		{ "LoadState=loaded\nUnitFileState=disabled\nNeedDaemonReload=no\n",
		  "systemctl-enable systemctl-start " },
		{ "LoadState=loaded\nUnitFileState=enabled-runtime\nNeedDaemonReload=no\n",
		  "systemctl-enable systemctl-start " },
		{ "LoadState=loaded\nUnitFileState=enabled\nNeedDaemonReload=yes\n",
		  "systemctl-daemon-reload systemctl-enable systemctl-start " },
		{ "LoadState=not-found\nUnitFileState=\nNeedDaemonReload=no\n",
		  "systemctl-daemon-reload systemctl-enable systemctl-start " },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		struct fl_error err = FL_ERROR_INIT;
		bool started;

		begin(NULL);
		engine.exists = true;
		engine.unit = cases[i].unit;
		assert_int_equal(start(true, &started, &err), 0);
		assert_string_equal(fl_buf_text(&engine.calls), cases[i].calls);
	}
}

/* Somebody may have started the container without its unit, so the unit's stop is not enough. */
static void it_is_stopped_with_its_unit(void **state)
{
	struct fl_error err = FL_ERROR_INIT;
	struct fl_docker *docker = (struct fl_docker *)&engine;

	(void)state;
	assert_int_equal(fl_launch_stop(docker, false, &err), 0);
	assert_int_equal(fl_launch_stop(docker, true, &err), 0);
	engine.refused = "stop";
	assert_int_equal(fl_launch_stop(docker, true, &err), -1);
	assert_string_equal(fl_buf_text(&engine.calls), "stop systemctl-stop stop systemctl-stop ");
}

static void what_systemd_refuses_is_a_failure(void **state)
{
	static const char *const orders[] = { "daemon-reload", "enable", "start", "stop" };
	bool started, replaced;

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(orders); i++) {
		struct fl_error err = FL_ERROR_INIT;

		begin(NULL);
		engine.exists = true;
		engine.refused = orders[i];
		assert_int_equal(i < 3 ? start(true, &started, &err) : create("", true, &replaced),
				 -1);
		assert_false(engine.running);
		assert_int_equal(engine.made, 0);
		assert_int_equal(strstr(err.message, "journalctl") != NULL, i == 2);
	}
}

static void one_that_runs_is_left_running(void **state)
{
	struct fl_error err = FL_ERROR_INIT;
	bool started;

	(void)state;
	engine.exists = engine.running = true;
	assert_int_equal(start(false, &started, &err), 0);
	assert_false(started);
	assert_false(engine.waited);
}

/* The Engine reports the end by itself, or at the next inspect. */
static void one_that_ends_at_once_is_a_failure(void **state)
{
	(void)state;
	for (int reports = 0; reports < 2; reports++) {
		struct fl_error err = FL_ERROR_INIT;
		bool started;

		begin(NULL);
		engine.exists = engine.ends = true;
		engine.reports = reports;
		assert_int_equal(start(false, &started, &err), -1);
		assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
		assert_non_null(strstr(err.message, "exit code 2"));
		assert_int_equal(engine.waited, engine.reports);
	}
}

static void an_engine_that_goes_away_is_a_failure(void **state)
{
	struct fl_error err = FL_ERROR_INIT;
	bool started;

	(void)state;
	engine.exists = true;
	engine.goes_away = true;
	assert_int_equal(start(false, &started, &err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
}

static int end(void **state)
{
	(void)state;
	fl_buf_free(&engine.calls);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_same_container_is_kept, begin),
		cmocka_unit_test_setup(another_one_is_replaced, begin),
		cmocka_unit_test_setup(another_run_may_come_first, begin),
		cmocka_unit_test_setup(the_engine_starts_it_without_systemd, begin),
		cmocka_unit_test_setup(systemd_starts_the_unit, begin),
		cmocka_unit_test_setup(the_unit_is_enabled_if_need_be, begin),
		cmocka_unit_test_setup(it_is_stopped_with_its_unit, begin),
		cmocka_unit_test_setup(what_systemd_refuses_is_a_failure, begin),
		cmocka_unit_test_setup(one_that_runs_is_left_running, begin),
		cmocka_unit_test_setup(one_that_ends_at_once_is_a_failure, begin),
		cmocka_unit_test_setup(an_engine_that_goes_away_is_a_failure, begin),
	};

	fl_log_threshold(FL_WARNING);
	return cmocka_run_group_tests_name("launch", tests, NULL, end);
}
