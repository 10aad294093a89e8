/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: the command line of fl-configure, see arguments.h. */
#define PROGRAM "../../cmd/fl-configure.c"
#include "arguments.h"
