/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program's name, and the end of a process that cannot go on. Memory and messages both need it:
 * lack of memory ends the process, and each message begins with the program's name.
 */
#ifndef FL_FATAL_H
#define FL_FATAL_H

#include "base/macro.h"

/* Sets the program's name, borrowed for the life of the process. The default is "fl". */
void fl_program(const char *name) FL_NONNULL(1);
const char *fl_program_name(void);

/*
 * Prints the message to stderr and ends the process with FL_EXIT_SYSTEM. It is for lack of memory,
 * for a missing /dev/null and for mistakes in these programs themselves.
 */
FL_NORETURN void fl_fatal(const char *message) FL_NONNULL(1);

#endif
