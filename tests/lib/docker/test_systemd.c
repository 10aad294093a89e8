/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: posix_spawn poll lstat */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "docker/systemd.h"
#include "build.h"

int __real_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);
int __wrap_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);

int __real_poll(struct pollfd *list, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *list, nfds_t count, int timeout);

/* The errno that poll() fails with, once or each time; 0 for none. */
static int poll_once, poll_always;

int __wrap_poll(struct pollfd *list, nfds_t count, int timeout)
{
	errno = poll_once != 0 ? poll_once : poll_always;
	poll_once = 0;
	return errno != 0 ? -1 : __real_poll(list, count, timeout);
}

/* The shell runs this in place of systemctl, with its arguments and environment. */
static const char *script;

int __wrap_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	static char shell[] = "/bin/sh", option[] = "-c", text[1024];
	char *new_argv[16] = { shell, option, text, shell };
	size_t count = 4;

	assert_string_equal(path, FL_SYSTEMCTL);
	snprintf(text, sizeof(text), "%s", script);
	for (size_t i = 1; argv[i] != NULL && count < 15; i++)
		new_argv[count++] = argv[i];
	return __real_posix_spawn(pid, shell, actions, attributes, new_argv, envp);
}

int __wrap_lstat(const char *path, struct stat *info);

static mode_t mode; /* of systemd's folder, 0 if it is not there */

int __wrap_lstat(const char *path, struct stat *info)
{
	assert_string_equal(path, "/run/systemd/system");
	info->st_mode = mode;
	return mode != 0 ? 0 : -1;
}

static void systemd_runs_if_its_folder_is_there(void **state)
{
	(void)state;
	assert_false(fl_systemd_running());
	mode = S_IFLNK | 0777;
	assert_false(fl_systemd_running());
	mode = S_IFDIR | 0755;
	assert_true(fl_systemd_running());
}

static const char *const start[] = { "start", "x.service", NULL };

static void arguments_and_output_pass(void **state)
{
	fl_auto_buf struct fl_buf output = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	/* The end of the output is not yet the end. */
	script = "echo $#:$1:$2; echo to stderr >&2; exec >&- 2>&-; sleep 0.1";
	assert_int_equal(fl_systemctl(start, &output, fl_deadline(60), &err), 0);
	assert_string_equal(fl_buf_text(&output), "2:start:x.service\nto stderr\n");
}

/* one-contextd exports each context variable, and one may be called LD_PRELOAD. */
static void the_callers_environment_is_not_inherited(void **state)
{
	fl_auto_buf struct fl_buf output = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	setenv("FL_HOSTILE", "1", 1);
	script = "/usr/bin/env";
	assert_int_equal(fl_systemctl(start, &output, fl_deadline(60), &err), 0);
	assert_null(strstr(fl_buf_text(&output), "FL_HOSTILE"));
	assert_non_null(strstr(fl_buf_text(&output), "PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
	unsetenv("FL_HOSTILE");
}

/* The lock of service and libcurl's descriptors are not close-on-exec. */
static void no_descriptor_is_inherited(void **state)
{
	int lock = fcntl(STDOUT_FILENO, F_DUPFD, 100);
	fl_auto_free char *text = fl_xasprintf("test ! -e /proc/$$/fd/%d", lock);
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	script = text;
	assert_int_equal(fl_systemctl(start, NULL, fl_deadline(60), &err), 0);
	close(lock);
}

static void a_failure_shows_the_last_line(void **state)
{
	static const char *const cases[][2] = {
		{ "echo 'Hint: nothing.' >&2; echo 'Unit x.service not found.' >&2; exit 5",
		  "systemctl start: Unit x.service not found." },
		{ "printf 'one\ntwo\n3\n\n'; exit 1", "systemctl start: 3" },
		{ "echo; exit 1", "systemctl start: failed and printed no reason" },
		{ "kill -9 $$", "systemctl start: failed and printed no reason" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		struct fl_error err = FL_ERROR_INIT;

		script = cases[i][0];
		assert_int_equal(fl_systemctl(start, NULL, fl_deadline(60), &err), -1);
		assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
		assert_string_equal(err.message, cases[i][1]);
	}
}

static void a_systemctl_that_hangs_is_killed(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	script = "exec sleep 600";
	assert_int_equal(fl_systemctl(start, NULL, fl_now() + 100 * FL_MS, &err), -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
}

/* A loop that does not look at errno would never end. */
static void a_systemctl_that_cannot_be_read_is_killed(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	script = "echo fine";
	poll_once = EINTR;
	assert_int_equal(fl_systemctl(start, NULL, fl_deadline(60), &err), 0);
	script = "exec sleep 600";
	poll_always = ENOMEM;
	assert_int_equal(fl_systemctl(start, NULL, fl_deadline(60), &err), -1);
	poll_always = 0;
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_int_equal(err.errnum, ENOMEM);
}

static void a_docker_that_cannot_start_is_seen(void **state)
{
	static const struct {
		const char *script, *message;
	} cases[] = {
		{ "printf 'LoadState=not-found\nActiveState=inactive\nResult=success\n'",
		  "docker.service: not installed" },
		{ "printf 'LoadState=masked\nActiveState=inactive\nResult=success\n'",
		  "docker.service: masked" },
		{ "printf 'LoadState=loaded\nActiveState=failed\nResult=exit-code\n'",
		  "docker.service: failed (exit-code)" },
		{ "printf 'LoadState=loaded\nActiveState=activating\nResult=success\n'", NULL },
		{ "printf 'LoadState=loaded\nActiveState=activating\nResult=exit-code\n\n"
		  "LoadState=loaded\nActiveState=failed\nResult=trigger-limit-hit\n'",
		  "docker.socket: failed (trigger-limit-hit)" },
		{ "printf 'LoadState=loaded\nActiveState=activating\nResult=success\n\n"
		  "LoadState=not-found\nActiveState=inactive\nResult=success\n'",
		  NULL },
		{ "printf 'LoadState=loaded\nActiveState=inactive\nResult=success\n'", NULL },
		{ "echo LoadState=masked; exit 1", NULL },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		struct fl_docker_service seen = { .starts = 0 };
		struct fl_error err = FL_ERROR_INIT;

		script = cases[i].script;
		assert_int_equal(fl_systemd_check_docker(&seen, fl_deadline(60), &err),
				 cases[i].message != NULL ? -1 : 0);
		if (cases[i].message != NULL)
			assert_int_equal(strncmp(err.message, cases[i].message,
						 strlen(cases[i].message)),
					 0);
	}
}

/*
 * With StartLimitIntervalSec=0 Docker's unit restarts for ever: it is activating, active for a
 * moment or in auto-restart, and never failed.
 */
static void a_service_that_ends_each_time_is_seen(void **state)
{
#define LOOK(id) "printf 'LoadState=loaded\nActiveState=activating\nInvocationID=" id "\n'"
	static const char *const looks[] = { LOOK(""),  LOOK("a"), LOOK(""),
					     LOOK("a"), LOOK("b"), LOOK("b") };
	struct fl_docker_service seen = { .starts = 0 };
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(looks); i++) {
		script = looks[i];
		assert_int_equal(fl_systemd_check_docker(&seen, fl_deadline(60), &err), 0);
	}
	script = LOOK("c");
	assert_int_equal(fl_systemd_check_docker(&seen, fl_deadline(60), &err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_string_equal(err.message, "docker.service: started 3 times and ended each time; "
					 "journalctl -u docker.service shows why");
#undef LOOK
}

static void a_unit_is_active_unless_nothing_runs_or_starts_it(void **state)
{
	static const struct {
		const char *script;
		bool active;
	} cases[] = {
		{ "echo ActiveState=inactive", false },
		{ "echo ActiveState=failed", false },
		/* A start that waits for docker.service. */
		{ "echo Job=1234; echo ActiveState=inactive", true },
		{ "echo ActiveState=active", true },
		{ "echo ActiveState=activating", true },
		{ "echo ActiveState=deactivating", true },
		{ "echo ActiveState=inactive; exit 1", true },
		{ "echo Failed to connect to bus; exit 1", true },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		script = cases[i].script;
		assert_int_equal(fl_systemd_active("x.service", fl_deadline(60)), cases[i].active);
	}
	script = "test \"$*\" = 'show --property=ActiveState,Job x.service' && echo "
		 "ActiveState=failed";
	assert_false(fl_systemd_active("x.service", fl_deadline(60)));
	script = "echo ActiveState=inactive; sleep 60";
	assert_true(fl_systemd_active("x.service", fl_now()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(systemd_runs_if_its_folder_is_there),
		cmocka_unit_test(arguments_and_output_pass),
		cmocka_unit_test(the_callers_environment_is_not_inherited),
		cmocka_unit_test(no_descriptor_is_inherited),
		cmocka_unit_test(a_failure_shows_the_last_line),
		cmocka_unit_test(a_systemctl_that_hangs_is_killed),
		cmocka_unit_test(a_systemctl_that_cannot_be_read_is_killed),
		cmocka_unit_test(a_unit_is_active_unless_nothing_runs_or_starts_it),
		cmocka_unit_test(a_docker_that_cannot_start_is_seen),
		cmocka_unit_test(a_service_that_ends_each_time_is_seen),
	};

	return cmocka_run_group_tests_name("systemd", tests, NULL, NULL);
}
