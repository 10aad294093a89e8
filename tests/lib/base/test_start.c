/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/macro.h"
#include "base/start.h"

/* In a process of its own, as it closes what the test runner writes to; exits with what failed. */
static int in_a_child(int (*look)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		close(0);
		close(1);
		close(2);
		close(3);
		fl_start();
		_exit(look());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int descriptors_are_missing(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			return 1;
	}
	/* These and no more: the next file gets the next number. */
	return open("/dev/null", O_RDONLY | O_CLOEXEC) == 3 ? 0 : 2;
}

static int closed_stdout_takes_data(void)
{
	if (write(1, "x", 1) >= 0 || errno != EBADF)
		return 1;
	return write(2, "x", 1) == 1 ? 0 : 2; /* messages may vanish */
}

static int umask_is_wrong(void)
{
	return umask(0) == 077 ? 0 : 1;
}

static int a_closed_pipe_kills(void)
{
	int ends[2];

	if (pipe(ends) != 0 || close(ends[0]) != 0)
		return 1;
	return write(ends[1], "x", 1) < 0 && errno == EPIPE ? 0 : 2;
}

static int a_core_can_be_dumped(void)
{
	return prctl(PR_GET_DUMPABLE);
}

static void closed_descriptors_are_opened(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(descriptors_are_missing), 0);
}

static void a_closed_stdout_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(closed_stdout_takes_data), 0);
}

static void new_files_are_private(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(umask_is_wrong), 0);
}

static void a_closed_pipe_is_an_error_only(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(a_closed_pipe_kills), 0);
}

static void a_crash_leaves_no_core(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(a_core_can_be_dumped), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closed_descriptors_are_opened),
		cmocka_unit_test(a_closed_stdout_is_an_error),
		cmocka_unit_test(new_files_are_private),
		cmocka_unit_test(a_closed_pipe_is_an_error_only),
		cmocka_unit_test(a_crash_leaves_no_core),
	};

	return cmocka_run_group_tests_name("start", tests, NULL, NULL);
}
