/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure ERRORS COMMAND...: runs the command once and prints what it cost, in one line:
 *
 *   wall time (ns), CPU time (us), peak memory (KiB), exit status (a signal: 128 + its number)
 *
 * CPU time is the command's and that of all its descendants that were waited for; peak memory is
 * the largest process's. This is a program of its own because a child begins with its parent's peak
 * memory, and Python's is larger than that of what is measured. The command's standard error goes
 * to the end of the file ERRORS, its standard output nowhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int64_t microseconds(const struct timeval *time)
{
	return time->tv_sec * INT64_C(1000000) + time->tv_usec;
}

static void redirect(int fd, const char *path, int flags)
{
	int opened = open(path, flags, 0600);

	if (opened < 0 || dup2(opened, fd) < 0) {
		fprintf(stderr, "measure: %s: %s\n", path, strerror(errno));
		_exit(EXIT_FAILURE);
	}
	close(opened);
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int64_t began, wall;
	int status;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: measure ERRORS COMMAND...\n", stderr);
		return 64;
	}
	began = now();
	pid = fork();
	if (pid == 0) {
		redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
		redirect(STDOUT_FILENO, "/dev/null", O_WRONLY);
		redirect(STDERR_FILENO, argv[1], O_WRONLY | O_CREAT | O_APPEND);
		execvp(argv[2], argv + 2);
		fprintf(stderr, "measure: %s: %s\n", argv[2], strerror(errno));
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
		perror("measure");
		return EXIT_FAILURE;
	}
	wall = now() - began;
	printf("%" PRId64 " %" PRId64 " %ld %d\n", wall,
	       microseconds(&usage.ru_utime) + microseconds(&usage.ru_stime), usage.ru_maxrss,
	       WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	return EXIT_SUCCESS;
}
