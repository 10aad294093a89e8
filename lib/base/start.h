/* SPDX-License-Identifier: Apache-2.0 */
/* A clean process, whatever the caller left behind. */
#ifndef FL_START_H
#define FL_START_H

/*
 * Opens descriptors 0 to 2 where they are closed (so that no file becomes stderr by accident; what
 * is written to a stdout that was closed fails with EBADF), sets umask 077 (every mode is given
 * explicitly), and ignores SIGPIPE (a closed pipe is an error like any other). The process leaves
 * no core file, as OneGate's token is in its memory. The locale stays C.
 */
void fl_start(void);

#endif
