/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fl_docker_logs fl_docker_inspect */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "docker/logs.h"
#include "health/postmortem.h"

int __wrap_fl_docker_logs(struct fl_docker *docker, const char *name, int lines, struct fl_buf *out,
			  fl_time deadline, struct fl_error *err);
int __wrap_fl_docker_inspect(struct fl_docker *docker, const char *name,
			     struct fl_docker_container *container, fl_time deadline,
			     struct fl_error *err);

static const char *container_log;
static bool oom_killed;

int __wrap_fl_docker_logs(struct fl_docker *docker, const char *name, int lines, struct fl_buf *out,
			  fl_time deadline, struct fl_error *err)
{
	(void)docker, (void)name, (void)lines, (void)deadline;
	if (container_log == NULL)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "no log");
	fl_buf_puts(out, container_log);
	return 0;
}

int __wrap_fl_docker_inspect(struct fl_docker *docker, const char *name,
			     struct fl_docker_container *container, fl_time deadline,
			     struct fl_error *err)
{
	(void)docker, (void)name, (void)deadline, (void)err;
	*container = (struct fl_docker_container){ .exists = true,
						   .exit_code = oom_killed ? 137 : 1,
						   .oom_killed = oom_killed };
	return 0;
}

static void examine(struct fl_buf *log, struct fl_error *err)
{
	fl_auto_paths struct fl_paths paths;

	fl_paths_init(&paths, NULL, NULL);
	fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "container ended");
	/* The wrapped calls never look at the client. */
	fl_postmortem((struct fl_docker *)&paths, &paths, log, err);
}

static void the_cause_in_the_log_is_named(void **state)
{
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	container_log = "INFO: up\nsqlite3.OperationalError: unable to open database file\n";
	examine(&log, &err);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_int_equal(strncmp(err.message, "container ended; ", 17), 0);
	assert_non_null(strstr(err.message, "49999"));
	assert_string_equal(fl_buf_text(&log), container_log);
}

static void only_the_end_of_a_long_log_is_kept(void **state)
{
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	container_log = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";
	examine(&log, &err);
	assert_string_equal(fl_buf_text(&log), "3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n");
	assert_string_equal(err.message, "container ended");
}

static void the_end_itself_may_tell(void **state)
{
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	container_log = NULL;
	oom_killed = true;
	examine(&log, &err);
	assert_non_null(strstr(err.message, "memory"));
	oom_killed = false;
}

static char logged[256];

static void catch (void *data, enum fl_level level, const char *line)
{
	(void)data;
	assert_int_equal(level, FL_ERR);
	strncat(logged, line, sizeof(logged) - strlen(logged) - 1);
	strncat(logged, "|", sizeof(logged) - strlen(logged) - 1);
}

static void each_line_is_logged(void **state)
{
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;

	(void)state;
	fl_buf_puts(&log, "a\nb\n");
	fl_log_set_sink(catch, NULL);
	fl_postmortem_log(&log);
	fl_log_set_sink(NULL, NULL);
	assert_string_equal(logged, "container log: a|container log: b|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cause_in_the_log_is_named),
		cmocka_unit_test(only_the_end_of_a_long_log_is_kept),
		cmocka_unit_test(the_end_itself_may_tell),
		cmocka_unit_test(each_line_is_logged),
	};

	return cmocka_run_group_tests_name("postmortem", tests, NULL, NULL);
}
