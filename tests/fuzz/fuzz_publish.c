/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: the command line of fl-onegate-publish, see arguments.h. */
#define PROGRAM "../../cmd/fl-onegate-publish.c"
#include "arguments.h"
