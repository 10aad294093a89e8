/* SPDX-License-Identifier: Apache-2.0 */
/* Step 1: the system has booted and contextualization has run. */
#ifndef FL_BOOT_H
#define FL_BOOT_H

#include "config/paths.h"

/*
 * Logs step 1 as done, with the time from power-on until contextualization wrote the context file
 * where it is the host's and its modification time lies in this boot. Says nothing if there is no
 * such file: step 2 does.
 */
void fl_boot_log(const struct fl_paths *paths) FL_NONNULL(1);

#endif
