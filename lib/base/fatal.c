/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fatal.h"

#include "base/error.h"

static const char *program = "fl";

void fl_program(const char *name)
{
	program = name;
}

const char *fl_program_name(void)
{
	return program;
}

FL_NORETURN void fl_fatal(const char *message)
{
	/* This is the way out if there is no memory, so it allocates none. */
	char line[256];
	int length = snprintf(line, sizeof(line), "%s: %s\n", program, message);

	if (length > 0 && write(STDERR_FILENO, line, (size_t)length) < 0)
		_exit(FL_EXIT_SYSTEM);
	_exit(FL_EXIT_SYSTEM);
}
