/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: the command line of fl-bootstrap, see arguments.h. */
#define PROGRAM "../../cmd/fl-bootstrap.c"
#include "arguments.h"
