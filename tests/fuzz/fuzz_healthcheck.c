/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: the command line of fl-healthcheck, see arguments.h. */
#define PROGRAM "../../cmd/fl-healthcheck.c"
#include "arguments.h"
