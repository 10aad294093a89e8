/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/systemd.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "build.h"

#define ARGUMENTS_MAX 8
#define OUTPUT_MAX    16384 /* bytes of systemctl's output that are kept */
#define STARTS_MOST   3     /* of docker.service in one wait: somebody may restart it once */

bool fl_systemd_running(void)
{
	struct stat info;

	return lstat("/run/systemd/system", &info) == 0 && S_ISDIR(info.st_mode);
}

/* Starts systemctl with both outputs in PIPE_FD. Returns 0 or an error number. */
static int start(const char *const *arguments, int pipe_fd, pid_t *pid)
{
	/* Arrays, not literals: posix_spawn(3) takes pointers to char that is not const. */
	static char program[] = FL_SYSTEMCTL;
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", language[] = "LANG=C";
	static char colours[] = "SYSTEMD_COLORS=0", pager[] = "SYSTEMD_PAGER=";
	static char *const environment[] = { path, language, colours, pager, NULL };
	char *argv[ARGUMENTS_MAX + 2] = { program };
	posix_spawn_file_actions_t actions;
	int result;

	for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i] != NULL; i++)
		argv[i + 1] = (char *)(uintptr_t)arguments[i]; /* it does not write to them */
	result = posix_spawn_file_actions_init(&actions);
	if (result != 0)
		return result;
	result = posix_spawn_file_actions_adddup2(&actions, pipe_fd, STDOUT_FILENO);
	if (result == 0)
		result = posix_spawn_file_actions_adddup2(&actions, pipe_fd, STDERR_FILENO);
	/* systemctl may run long, and an inherited descriptor would hold the lock of service. */
	if (result == 0)
		result = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	if (result == 0)
		result = posix_spawn(pid, program, &actions, NULL, argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	return result;
}

/* Reads until the other end is closed. 0, ETIMEDOUT if DEADLINE passed, or poll(2)'s errno. */
static int drain(int fd, struct fl_buf *output, fl_time deadline)
{
	struct pollfd wanted = { .fd = fd, .events = POLLIN };
	char block[4096];

	for (;;) {
		int ready = poll(&wanted, 1, fl_remaining_ms(deadline));
		ssize_t got;

		if (ready == 0)
			return ETIMEDOUT;
		if (ready < 0 && errno != EINTR)
			return errno;
		if (ready < 0)
			continue;
		got = read(fd, block, sizeof(block));
		if (got == 0 || (got < 0 && errno != EINTR))
			return 0;
		if (got > 0)
			fl_buf_add(output, block, (size_t)got);
	}
}

/* The last line that is not empty: systemctl gives its reason there. */
static char *last_line(const struct fl_buf *output)
{
	fl_auto_free char *text = fl_xstrdup(fl_buf_text(output));
	size_t length = strlen(text);
	const char *start_of_line;

	while (length > 0 && text[length - 1] == '\n')
		text[--length] = '\0';
	start_of_line = strrchr(text, '\n');
	return fl_xstrdup(start_of_line != NULL ? start_of_line + 1 : text);
}

static int judge(const char *verb, int status, const struct fl_buf *output, struct fl_error *err)
{
	fl_auto_free char *reason = NULL;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	reason = last_line(output);
	return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "systemctl %s: %s", verb,
			    reason[0] != '\0' ? reason : "failed and printed no reason");
}

int fl_systemctl(const char *const *arguments, struct fl_buf *output, fl_time deadline,
		 struct fl_error *err)
{
	fl_auto_buf struct fl_buf own = { .limit = OUTPUT_MAX };
	struct fl_buf *words = output != NULL ? output : &own;
	int ends[2], status = 0, result;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "systemctl: pipe");
	result = start(arguments, ends[1], &pid);
	fl_cleanup_close(&ends[1]);
	if (result != 0) {
		fl_cleanup_close(&ends[0]);
		return fl_error_set(err, FL_EXIT_SYSTEM, result, "%s", FL_SYSTEMCTL);
	}
	result = drain(ends[0], words, deadline);
	fl_cleanup_close(&ends[0]);
	if (result != 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (result == ETIMEDOUT)
		return fl_error_set(err, FL_EXIT_TIMEOUT, 0, "systemctl %s: did not end in time",
				    arguments[0]);
	if (result != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, result, "systemctl %s: poll",
				    arguments[0]);
	return judge(arguments[0], status, words, err);
}

/* The value behind NAME ("Result=") in what `systemctl show` says of a unit; fresh, "" if none. */
static char *property(const char *unit, const char *name)
{
	const char *at = strstr(unit, name);

	at = at != NULL ? at + strlen(name) : "";
	return fl_xstrndup(at, strcspn(at, "\n"));
}

bool fl_systemd_active(const char *unit, fl_time deadline)
{
	const char *const show[] = { "show", "--property=ActiveState,Job", unit, NULL };
	fl_auto_buf struct fl_buf output = { .limit = OUTPUT_MAX };
	fl_auto_free char *state = NULL;
	struct fl_error ignored = FL_ERROR_INIT;

	if (fl_systemctl(show, &output, deadline, &ignored) != 0)
		return true;
	state = property(fl_buf_text(&output), "ActiveState=");
	/* A job has a number, and without one there is no such line. */
	return (strcmp(state, "inactive") != 0 && strcmp(state, "failed") != 0) ||
	       strstr(fl_buf_text(&output), "Job=") != NULL;
}

/* Whether the unit was started so often that it must end each time. */
static bool ends_each_time(struct fl_docker_service *seen, const char *unit)
{
	fl_auto_free char *invocation = property(unit, "InvocationID=");

	if (invocation[0] != '\0' && strcmp(invocation, seen->invocation) != 0) {
		snprintf(seen->invocation, sizeof(seen->invocation), "%s", invocation);
		seen->starts++;
	}
	return seen->starts >= STARTS_MOST;
}

/* -1 if systemctl says in TEXT that the unit NAME has failed, else 0. */
static int check_failed(const char *name, const char *text, struct fl_error *err)
{
	fl_auto_free char *active = property(text, "ActiveState=");
	fl_auto_free char *result = property(text, "Result=");

	if (strcmp(active, "failed") != 0)
		return 0;
	return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
			    "%s: failed (%s); journalctl -u docker.service shows why; when it is "
			    "mended: systemctl reset-failed docker.service docker.socket, "
			    "systemctl restart docker.service",
			    name, result);
}

/*
 * If dockerd ends at once, docker.socket starts it again and again, until docker.socket itself
 * fails. The state of docker.service then depends on systemd's release: 257 leaves it activating.
 */
int fl_systemd_check_docker(struct fl_docker_service *seen, fl_time deadline, struct fl_error *err)
{
	static const char *const show[] = { "show",
					    "--property=LoadState,ActiveState,Result,InvocationID",
					    "docker.service", "docker.socket", NULL };
	fl_auto_buf struct fl_buf output = { .limit = OUTPUT_MAX };
	fl_auto_free char *load = NULL;
	struct fl_error ignored = FL_ERROR_INIT;
	char *socket;

	if (fl_systemctl(show, &output, deadline, &ignored) != 0 || output.length == 0)
		return 0;
	/* A block for each unit, in this order, with an empty line between. */
	socket = strstr(output.data, "\n\n");
	if (socket != NULL)
		*socket++ = '\0';
	load = property(output.data, "LoadState=");
	if (strcmp(load, "not-found") == 0)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
				    "docker.service: not installed; install the package docker.io "
				    "(on Debian 13 also docker-cli)");
	if (strcmp(load, "masked") == 0)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
				    "docker.service: masked; systemctl unmask docker.service");
	if (check_failed("docker.service", output.data, err) != 0 ||
	    (socket != NULL && check_failed("docker.socket", socket, err) != 0))
		return -1;
	if (ends_each_time(seen, output.data))
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
				    "docker.service: started 3 times and ended each time; "
				    "journalctl -u docker.service shows why");
	return 0;
}
