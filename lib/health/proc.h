/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What proc(5) tells of the descendants of a process: whether a program is among them, and their
 * open files.
 *
 * The program is found by its arguments and not by comm: the kernel cuts comm to 15 bytes
 * ("flower-superexe"), and for a script it names the interpreter. A dead child whose parent has not
 * waited for it stays as a zombie, with that comm and without arguments (trap 23).
 */
#ifndef FL_PROC_H
#define FL_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define FL_PROC "/proc"

enum fl_process {
	FL_PROCESS_UNKNOWN, /* nobody has looked, or PROC could not be read */
	FL_PROCESS_ABSENT,
	FL_PROCESS_ALIVE,
	FL_PROCESS_ZOMBIE, /* it was there and has died */
};

/*
 * Looks in the proc file system at PROC (FL_PROC, another one in tests) for a descendant of process
 * ANCESTOR (0: any process) that runs PROGRAM: one of its arguments has that base name. A live one,
 * with its id in *PID (may be NULL), wins over a zombie. 0 and *FOUND; or -1 and *FOUND as it was:
 * 71 if PROC cannot be read, 69 if process ANCESTOR is not there.
 */
int fl_proc_find(const char *proc, pid_t ancestor, const char *program, enum fl_process *found,
		 pid_t *pid, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 3, 4, 6);

/* How many files a process has open, and how many it may have open (RLIMIT_NOFILE, soft). */
struct fl_proc_files {
	int64_t open;
	int64_t most; /* 0 if no process was found */
};

/*
 * The open files of process ANCESTOR or that descendant of it which is nearest to its limit. One
 * without a limit, or that cannot be looked into, does not count.
 */
struct fl_proc_files fl_proc_files(const char *proc, pid_t ancestor) FL_NONNULL(1);

/* Whether PROC can be read and has no process PID. Other errors give false: nobody knows then. */
bool fl_proc_is_gone(const char *proc, pid_t pid) FL_NONNULL(1);

#endif
