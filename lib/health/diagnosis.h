/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a SuperLink does not work, if the cause is a known one. An administrator then reads what to
 * do and not only what failed.
 *
 * The cause is found in the message of a failed call, in the container's log or in its exit status.
 * It explains a failure; it never decides whether something works. The texts are those of Flower
 * 1.22 to 1.42, SQLite, NumPy and the kernel's errors as Python prints them.
 */
#ifndef FL_DIAGNOSIS_H
#define FL_DIAGNOSIS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

enum fl_cause {
	FL_CAUSE_NONE,      /* no known cause */
	FL_CAUSE_OWNER,     /* the container's user cannot write the state folder (traps 18, 21) */
	FL_CAUSE_FILES,     /* the SuperLink has used up its open files (trap 37) */
	FL_CAUSE_READONLY,  /* the file system of the state folder is read-only */
	FL_CAUSE_LOCKED,    /* somebody has locked the database, perhaps for a moment only */
	FL_CAUSE_SPACE,     /* the disk is full */
	FL_CAUSE_DISK,      /* SQLite's I/O error: the disk is failing, or too full for its files */
	FL_CAUSE_NEWER,     /* a newer Flower has upgraded the database (trap 25) */
	FL_CAUSE_DAMAGE,    /* the file is no database, or a damaged one */
	FL_CAUSE_PROCESSOR, /* the processor is older than x86-64-v2 (trap 30) */
	FL_CAUSE_ARGUMENTS, /* this Flower does not know an argument (trap 27) */
	FL_CAUSE_MEMORY,    /* the kernel killed it for lack of memory */
	FL_CAUSE_ADDRESS,   /* an address cannot be bound inside the container */
};

/* The known cause that TEXT names last: the end of a log is the newest. */
enum fl_cause fl_diagnosis_of_text(const char *text) FL_NONNULL(1);

/*
 * The same for a container's log, which also has the lines of the container's earlier runs. If a
 * run has started all its servers, the causes before that are mended and do not count.
 */
enum fl_cause fl_diagnosis_of_log(const char *log) FL_NONNULL(1);

/* The cause that follows from how the container ended, without its log. */
enum fl_cause fl_diagnosis_of_exit(int64_t exit_code, bool oom_killed);

/*
 * CAUSE, which a text gave, after a look in the proc file system at PROC at the container whose
 * main process is PID. SQLite has the same words for a file that it may not open and for one file
 * too many: if the container has used up its open files, FL_CAUSE_OWNER and FL_CAUSE_NONE become
 * FL_CAUSE_FILES, and OUT (may be NULL) gets "the SuperLink has N of M files open; ".
 */
enum fl_cause fl_diagnosis_of_files(enum fl_cause cause, const char *proc, pid_t pid,
				    struct fl_buf *out) FL_NONNULL(2);

/* Whether CAUSE stops every use of the database until an administrator mends it. */
bool fl_diagnosis_is_final(enum fl_cause cause);

/* Adds "why; what to do" to OUT, nothing for FL_CAUSE_NONE. STATE_DIR is the folder on the host. */
void fl_diagnosis_explain(enum fl_cause cause, const char *state_dir, struct fl_buf *out)
	FL_NONNULL(2, 3);

#endif
