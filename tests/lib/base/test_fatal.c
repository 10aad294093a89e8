/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/fatal.h"

/* Ends a child with MESSAGE: what it said. Returns its exit status. */
static int end_with(const char *message, char *said, size_t size)
{
	int ends[2], status;
	ssize_t got;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		fl_fatal(message);
	}
	close(ends[1]);
	got = read(ends[0], said, size - 1);
	said[got > 0 ? got : 0] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void it_says_who_and_why(void **state)
{
	char said[200];

	(void)state;
	assert_int_equal(end_with("no more", said, sizeof(said)), FL_EXIT_SYSTEM);
	assert_string_equal(said, "fl: no more\n");
	fl_program("fl-test");
	assert_string_equal(fl_program_name(), "fl-test");
	assert_int_equal(end_with("no more", said, sizeof(said)), FL_EXIT_SYSTEM);
	assert_string_equal(said, "fl-test: no more\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_who_and_why),
	};

	return cmocka_run_group_tests_name("fatal", tests, NULL, NULL);
}
