/* SPDX-License-Identifier: Apache-2.0 */
/* A clean process: descriptors, umask and signals do not depend on the caller any more. */
#ifndef FL_START_H
#define FL_START_H

/*
 * Opens those of the descriptors 0 to 2 that are closed, so that no file becomes stderr by accident
 * (writing to a stdout that was closed fails with EBADF). Sets umask 077, as every mode is given
 * explicitly. Ignores SIGPIPE, as a closed pipe is an error like any other. Makes the process leave
 * no core file, as OneGate's token is in its memory. The locale stays C.
 */
void fl_start(void);

#endif
