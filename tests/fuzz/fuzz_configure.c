/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: the command line of fl-configure, see arguments.h. */
#include "arguments.h"

/* The program itself is not run: what is wanted is its table, which is its own. */
int not_run(int argc, char **argv);
#define main not_run
#include "../../cmd/fl-configure.c" /* NOLINT(bugprone-suspicious-include) */
#undef main

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_arguments(&command, data, size);
}
