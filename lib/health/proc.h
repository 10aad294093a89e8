/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes below another one, by proc(5).
 *
 * A program is known by its arguments and not by comm, which the kernel cuts to 15 bytes
 * ("flower-superexe") and which belongs to the interpreter for a script; and a dead child that its
 * parent has not waited for stays as a zombie with that comm and without arguments (trap 23).
 */
#ifndef FL_PROC_H
#define FL_PROC_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

#define FL_PROC "/proc"

enum fl_process {
	FL_PROCESS_ABSENT,
	FL_PROCESS_ALIVE,
	FL_PROCESS_ZOMBIE, /* it was there and has died */
};

/*
 * Looks in the proc file system at PROC (FL_PROC, another one in tests) for a descendant of process
 * ANCESTOR that runs PROGRAM: one of its arguments has that base name. FL_PROCESS_ALIVE and its id
 * in *PID (may be NULL) win over FL_PROCESS_ZOMBIE. 0 and *FOUND; -1 with 71 if PROC cannot be
 * read, *FOUND is then as it was; or -1 with 69 and FL_PROCESS_ABSENT if ANCESTOR is not in it.
 */
int fl_proc_find(const char *proc, pid_t ancestor, const char *program, enum fl_process *found,
		 pid_t *pid, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 3, 4, 6);

/* Whether PROC can be read and has no process PID; other errors leave that open, and say false. */
bool fl_proc_is_gone(const char *proc, pid_t pid) FL_NONNULL(1);

#endif
