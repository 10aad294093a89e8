/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fl_now fl_pause fl_http_start fl_http_run fl_http_done fl_http_response fl_http_end */
/* wrap: fl_docker_inspect fl_docker_logs fl_proc_find fl_proc_is_gone fl_proc_files */
/* wrap: fl_space_look */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/log.h"
#include "health/layers.h"
#include "health/verdict.h"
#include "world.h"

/* Looks once; ERR gets the message and LOG the end of the log. */
static void explain(struct fl_error *err, struct fl_buf *log)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;
	struct fl_health_check check = world_check();

	assert_false(fl_layers_try(&health, &check, world.now + FL_HEALTH_TRY));
	fl_buf_reset(log);
	assert_int_equal(fl_verdict_error(&health, &check, FL_EXIT_NO, log, err), -1);
	assert_int_equal(err->code, FL_EXIT_NO);
	assert_int_equal(err->errnum, 0);
}

static void the_message_has_layer_cause_and_advice(void **state)
{
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	world.refusal = "Exception calling application: unable to open database file";
	explain(&err, &log);
	assert_memory_equal(err.message, "database: ", 10);
	assert_non_null(strstr(err.message, "unable to open database file"));
	assert_non_null(strstr(err.message, "49999"));
	assert_non_null(strstr(err.message, "/the/state"));
}

/* Trap 37: then it is no matter of ownership. */
static void trap_37_used_up_files_are_told(void **state)
{
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	world.files = (struct fl_proc_files){ .open = 1020, .most = 1024 };
	for (int i = 0; i < 2; i++) {
		/* By its answer, and by its log if there is none. */
		world.refusal = i == 0 ? "unable to open database file" : NULL;
		world.listens_at = i == 0 ? 0 : FL_NEVER;
		world.log = i == 0 ? "" : "OSError: [Errno 24] Too many open files\n";
		explain(&err, &log);
		assert_non_null(
			strstr(err.message, "; the SuperLink has 1020 of 1024 files open; "));
		assert_non_null(strstr(err.message, "SuperNodes"));
		assert_null(strstr(err.message, "49999"));
	}
}

/* Trap 30: the log says why the container ended. */
static void the_log_gives_the_cause_of_an_end(void **state)
{
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	world.died_at = 0;
	world.log = "1\n2\n3\n4\n5\n6\n7\n8\n9\nRuntimeError: NumPy was built with baseline "
		    "optimizations: (X86_V2)\nlast\n";
	explain(&err, &log);
	assert_non_null(strstr(err.message, "host-passthrough"));
	/* Only the last ten lines are shown. */
	assert_memory_equal(fl_buf_text(&log), "2\n3\n", 4);
	assert_non_null(strstr(fl_buf_text(&log), "last\n"));
	world.log = "";
	world.oom_killed = true;
	explain(&err, &log);
	assert_non_null(strstr(err.message, "memory"));
	assert_string_equal(fl_buf_text(&log), "");
}

/* A log keeps old causes. If a service answers, its answer counts. */
static void an_old_cause_in_the_log_is_not_blamed(void **state)
{
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	world.log = "unable to open database file\n";
	world.superexec_at = FL_NEVER;
	explain(&err, &log);
	assert_memory_equal(err.message, "superexec: ", 11);
	assert_null(strstr(err.message, "49999"));
	world.refusal = "Exception calling application: something new";
	explain(&err, &log);
	assert_null(strstr(err.message, "49999"));
	/* If nothing answers, the log is all there is. */
	world.listens_at = FL_NEVER;
	explain(&err, &log);
	assert_memory_equal(err.message, "fleet: ", 7);
	assert_non_null(strstr(err.message, "49999"));
}

static void an_end_by_sigkill_is_looked_into(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;
	struct fl_health_check check = world_check();
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	world.refusal = "unable to open database file";
	assert_false(fl_layers_try(&health, &check, FL_HEALTH_TRY));
	/* The Engine reports exit status 137 and nothing else. */
	fl_health_container_ended(&health, &check, 137);
	world.died_at = 0;
	world.oom_killed = true;
	fl_verdict_error(&health, &check, FL_EXIT_UNAVAILABLE, &log, &err);
	assert_non_null(strstr(err.message, "exit status 137"));
	assert_non_null(strstr(err.message, "memory ran out"));
}

static void a_container_that_does_not_come_up_is_explained(void **state)
{
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;
	struct fl_health_check check = world_check();

	(void)state;
	world.died_at = 0;
	world.log = "INFO: up\nsqlite3.OperationalError: unable to open database file\n";
	fl_error_set(&err, FL_EXIT_UNAVAILABLE, 0, "container ended");
	fl_verdict_add_cause(check.docker, check.state_dir, &log, &err);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_memory_equal(err.message, "container ended; UID 49999", 26);
	assert_string_equal(fl_buf_text(&log), world.log);

	world.log = "";
	world.oom_killed = true;
	fl_error_set(&err, FL_EXIT_UNAVAILABLE, 0, "container ended");
	fl_verdict_add_cause(check.docker, check.state_dir, &log, &err);
	assert_non_null(strstr(err.message, "memory"));

	world.engine_at = FL_NEVER;
	fl_error_set(&err, FL_EXIT_UNAVAILABLE, 0, "container ended");
	fl_verdict_add_cause(check.docker, check.state_dir, &log, &err);
	assert_string_equal(err.message, "container ended");
}

static char *json_of(bool ready)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;
	struct fl_health_check check = world_check();

	assert_int_equal(fl_layers_try(&health, &check, world.now + FL_HEALTH_TRY), ready);
	return fl_verdict_json(&health);
}

static void json_lists_all_layers_that_apply(void **state)
{
	fl_auto_free char *good = NULL;
	fl_auto_free char *bad = NULL;

	(void)state;
	world_set(FL_PARAM_ISOLATION, "process");
	world.image = "flwr/superlink:1.37.0";
	good = json_of(true);
	assert_string_equal(good,
			    "{\"ready\":true,\"layers\":["
			    "{\"name\":\"container\",\"ok\":true,"
			    "\"detail\":\"flwr/superlink:1.37.0 runs as process 100\"},"
			    "{\"name\":\"fleet\",\"ok\":true,"
			    "\"detail\":\"127.0.0.1:9092 answers with gRPC status 12 "
			    "(UNIMPLEMENTED)\"},"
			    "{\"name\":\"control\",\"ok\":true,"
			    "\"detail\":\"http://127.0.0.1:9093/health answers with status 200\"},"
			    "{\"name\":\"database\",\"ok\":true,"
			    "\"detail\":\"/the/state has 99 MiB free\"}]}\n");
	world_set(FL_PARAM_ISOLATION, "subprocess");
	world.image = "flwr/superlink:1.25.0";
	world.listens_at = FL_NEVER;
	bad = json_of(false);
	assert_non_null(strstr(bad, "{\"ready\":false,"));
	assert_non_null(strstr(bad, "{\"name\":\"fleet\",\"ok\":false,\"detail\":\"127"));
	assert_non_null(strstr(bad, "{\"name\":\"superexec\",\"ok\":null,\"detail\":null}]}\n"));
}

/* Collects each line with its level. */
static void collect(void *data, enum fl_level level, const char *line)
{
	fl_buf_printf(data, "%d %s\n", (int)level, line);
}

/* Looks at a SuperLink that listens at LISTENS_AT; LINES gets what is logged of it. */
static void tell(int64_t listens_at, enum fl_exit status, const struct fl_step *step,
		 struct fl_buf *lines)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;
	struct fl_health_check check = world_check();

	world.listens_at = listens_at;
	world.log = "first\nlast\n";
	assert_int_equal(fl_layers_try(&health, &check, FL_HEALTH_TRY), status == FL_EXIT_OK);
	fl_buf_reset(lines);
	fl_log_threshold(FL_DEBUG);
	fl_log_set_sink(collect, lines);
	assert_int_equal(fl_verdict_tell(&health, &check, status, step), status);
	fl_log_set_sink(NULL, NULL);
}

static void a_look_and_a_wait_are_told(void **state)
{
	const struct fl_step step = fl_step_begin(FL_STEP_HEALTH);
	fl_auto_buf struct fl_buf lines = FL_BUF_INIT;
	const char *text;

	(void)state;
	tell(FL_NEVER, FL_EXIT_NO, NULL, &lines);
	text = fl_buf_text(&lines);
	assert_non_null(strstr(text, "7 layer container: holds, 1.0 ms: flwr/"));
	assert_non_null(strstr(text, "\n7 layer fleet: fails, 1.0 ms: 127.0.0.1:9092"));
	assert_non_null(strstr(text, "\n7 layer superexec: not tried\n3 fleet: 127.0.0.1:9092"));
	assert_non_null(strstr(text, "\n3 container log: first\n3 container log: last\n"));
	tell(FL_NEVER, FL_EXIT_TIMEOUT, &step, &lines);
	text = fl_buf_text(&lines);
	assert_non_null(strstr(text, "\n3 step 10/12 wait for SuperLink: failed, "));
	assert_non_null(strstr(text, "\n3 container log: last\n"));
	tell(0, FL_EXIT_OK, &step, &lines);
	assert_non_null(strstr(fl_buf_text(&lines), "\n6 step 10/12 wait for SuperLink: done, "));
	assert_null(strstr(fl_buf_text(&lines), "container log"));
	tell(0, FL_EXIT_OK, NULL, &lines);
	assert_null(strstr(fl_buf_text(&lines), "\n6 "));
}

static void json_of_a_single_probe(void **state)
{
	fl_auto_free char *text = fl_verdict_json_one("tcp", false, "a \"word\"\n");

	(void)state;
	assert_string_equal(text, "{\"ready\":false,\"layers\":[{\"name\":\"tcp\",\"ok\":false,"
				  "\"detail\":\"a \\\"word\\\"\\n\"}]}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_message_has_layer_cause_and_advice, world_reset),
		cmocka_unit_test_setup(trap_37_used_up_files_are_told, world_reset),
		cmocka_unit_test_setup(the_log_gives_the_cause_of_an_end, world_reset),
		cmocka_unit_test_setup(an_old_cause_in_the_log_is_not_blamed, world_reset),
		cmocka_unit_test_setup(an_end_by_sigkill_is_looked_into, world_reset),
		cmocka_unit_test_setup(a_container_that_does_not_come_up_is_explained, world_reset),
		cmocka_unit_test_setup(json_lists_all_layers_that_apply, world_reset),
		cmocka_unit_test_setup(a_look_and_a_wait_are_told, world_reset),
		cmocka_unit_test_setup(json_of_a_single_probe, world_reset),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, world_end);
}
