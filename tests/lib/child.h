/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that end the process are tried in a child. */
#ifndef FL_TESTS_CHILD_H
#define FL_TESTS_CHILD_H

#include <sys/wait.h>
#include <unistd.h>

/* Calls USE in a child; SAID gets what it wrote to stderr. Returns its exit status, or -1. */
static inline int in_child(void (*use)(void), char *said, size_t size)
{
	int ends[2], status;
	ssize_t got;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		use();
		_exit(0);
	}
	close(ends[1]);
	got = read(ends[0], said, size - 1);
	said[got > 0 ? got : 0] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
