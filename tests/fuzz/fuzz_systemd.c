/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: `systemctl show` of Docker's two units. The first byte is systemctl's exit
 * status, the rest its output. Waiting for Docker is vain only if systemctl succeeded and names a
 * unit that is missing, masked or failed, and it is vain if that is the first line.
 */
/* wrap: pipe2 posix_spawn waitpid */
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "docker/systemd.h"
#include "fuzz.h"

static struct fuzz_input output;
static int exit_status;

/* What systemctl will have written when it is looked for: a pipe holds 64 KiB. */
int __real_pipe2(int ends[2], int flags);
int __wrap_pipe2(int ends[2], int flags)
{
	FUZZ_HOLDS(__real_pipe2(ends, flags) == 0 && output.size <= 64 * FL_KIB);
	FUZZ_HOLDS(write(ends[1], output.data, output.size) == (ssize_t)output.size);
	return 0;
}

int __wrap_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes, char *const argv[], char *const env[])
{
	(void)path, (void)actions, (void)attributes, (void)env;
	FUZZ_HOLDS(strcmp(argv[1], "show") == 0);
	*pid = 1;
	return 0;
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
	(void)options;
	*status = exit_status << 8;
	return pid;
}

static bool is_vain(void)
{
	struct fl_docker_service seen = { .starts = 0 };
	struct fl_error err = FL_ERROR_INIT;
	int result = fl_systemd_check_docker(&seen, FL_NEVER, &err);

	if (result != 0)
		fuzz_refused(&err, FL_EXIT_UNAVAILABLE);
	return result != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const ends[] = { "LoadState=not-found", "LoadState=masked",
					    "ActiveState=failed" };
	struct fuzz_input in = { data, size };
	struct fl_error err = FL_ERROR_INIT;
	fl_auto_buf struct fl_buf words = FL_BUF_INIT;
	static const char *const show[] = { "show", NULL };
	bool named = false, named_first = false, vain;

	exit_status = (int)fuzz_choice(&in, 3);
	in.size = in.size < 64 * FL_KIB ? in.size : 64 * FL_KIB;
	output = in;
	for (size_t i = 0; i < FL_ARRAY_SIZE(ends); i++) {
		fl_auto_free char *line = fl_xasprintf("%s\n", ends[i]);

		named |= memmem(in.data, in.size, ends[i], strlen(ends[i])) != NULL;
		named_first |= in.size >= strlen(line) && memcmp(in.data, line, strlen(line)) == 0;
	}
	vain = is_vain();
	FUZZ_HOLDS(!vain || (exit_status == 0 && named));
	FUZZ_HOLDS(vain || exit_status != 0 || !named_first);
	FUZZ_HOLDS((fl_systemctl(show, &words, FL_NEVER, &err) == 0) == (exit_status == 0));
	FUZZ_HOLDS(words.length == in.size);
	if (exit_status != 0)
		fuzz_refused(&err, FL_EXIT_UNAVAILABLE);
	return 0;
}
