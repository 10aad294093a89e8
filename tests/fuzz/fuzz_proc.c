/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: what processes in the container say of themselves, their names and arguments.
 * The input is the state and the name of one process, a line, and its arguments, parted by NULs. It
 * is found if it lives and an argument has the program's base name; a zombie is one by its name.
 * With a first byte of 255 the rest is the whole of stat, which the kernel writes.
 */
#include "folder.h"
#include "health/proc.h"

#define PROGRAM "flower-superexec"

/* The kernel's name for a process: at most 15 bytes. */
static void write_processes(char state, const char *comm, const char *arguments, size_t length)
{
	fl_auto_free char *stat = fl_xasprintf("7 (%.15s) %c 1 7 7 0 -1\n", comm, state);

	folder_make("1");
	folder_make("7");
	folder_write("1/stat", 0, "1 (docker-init) S 0 1", 21);
	folder_write("1/cmdline", 0, "/sbin/docker-init", 18);
	folder_write("7/stat", 0, stat, strlen(stat));
	folder_write("7/cmdline", 0, arguments, length);
}

static bool has_program(const char *arguments, size_t length)
{
	fl_auto_free char *text = fl_xstrndup(arguments, length);

	for (size_t at = 0; at < length; at += strlen(text + at) + 1) {
		size_t size = strlen(text + at), wanted = strlen(PROGRAM);

		if (size >= wanted && strcmp(text + at + size - wanted, PROGRAM) == 0 &&
		    (size == wanted || text[at + size - wanted - 1] == '/'))
			return true;
	}
	return false;
}

static enum fl_process find(pid_t *pid)
{
	enum fl_process found = FL_PROCESS_ABSENT;
	struct fl_error err = FL_ERROR_INIT;

	FUZZ_HOLDS(fl_proc_find(folder, 1, PROGRAM, &found, pid, &err) == 0);
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char states[] = "RSDZTtXI";
	struct fuzz_input in = { data, size };
	enum fl_process wanted = FL_PROCESS_ABSENT;
	fl_auto_free char *comm = NULL;
	const char *arguments;
	pid_t pid = 0;
	char state;

	if (size > 0 && data[0] == 255) {
		write_processes('S', "", "", 0);
		folder_write("7/stat", 0, (const char *)data + 1, size - 1);
		find(&pid);
		return 0;
	}
	state = states[fuzz_choice(&in, sizeof(states) - 1)];
	comm = fuzz_line(&in);
	arguments = in.size == 0 ? "" : (const char *)in.data;
	write_processes(state, comm, arguments, in.size);
	if (state == 'Z' || state == 'X')
		wanted = strncmp(comm, PROGRAM, 15) == 0 ? FL_PROCESS_ZOMBIE : FL_PROCESS_ABSENT;
	else if (in.size < 64 * FL_KIB && has_program(arguments, in.size))
		wanted = FL_PROCESS_ALIVE;
	FUZZ_HOLDS(in.size >= 64 * FL_KIB || find(&pid) == wanted);
	FUZZ_HOLDS(wanted != FL_PROCESS_ALIVE || pid == 7);
	return 0;
}
