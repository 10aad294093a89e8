/* SPDX-License-Identifier: Apache-2.0 */
/* What the libFuzzer targets share; `make fuzz` runs them. */
#ifndef FL_FUZZ_H
#define FL_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "mem.h"
#include "utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What has to hold; a failure is a finding. */
#define FUZZ_HOLDS(condition)     \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

/* The input as text, in an allocation of its exact size for AddressSanitizer to watch over. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	return size == 0 ? fl_xstrdup("") : fl_xstrndup((const char *)data, size);
}

/* Whether TEXT can be shown: no control character, no line break but NL if it is allowed. */
static inline bool fuzz_is_shown(const char *text, bool lines)
{
	for (const char *at = text; *at != '\0';) {
		uint32_t c = fl_utf8_next(&at);

		if (fl_utf8_is_control(c) && !(lines && c == '\n'))
			return false;
	}
	return true;
}

/* A refusal has the exit status CODE and words that can be shown. */
static inline void fuzz_refused(const struct fl_error *err, enum fl_exit code)
{
	FUZZ_HOLDS(err->code == code);
	FUZZ_HOLDS(err->message[0] != '\0');
}

#endif
