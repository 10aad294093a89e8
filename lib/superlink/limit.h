/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many files the container may open. Each SuperNode costs up to twenty, and newer Engines give
 * 1024 by default (trap 37). The container does not start if it asks for more than the kernel
 * grants ("error setting rlimit type 7: operation not permitted").
 */
#ifndef FL_LIMIT_H
#define FL_LIMIT_H

#include "base/macro.h"

#define FL_LIMIT_FILES 65536

/*
 * FL_LIMIT_FILES, or less if the kernel grants a process of root no more: without CAP_SYS_RESOURCE
 * not more than this process's hard limit, and never more than fs.nr_open. If this process's hard
 * limit is lower than the result, it is raised.
 */
unsigned fl_limit_files(void) FL_MUST_CHECK;

#endif
