/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A decimal number, strictly parsed and bounded. strtol(3) would take blanks, signs and what
 * follows the digits, and each caller would have to refuse them.
 */
#ifndef FL_NUMBER_H
#define FL_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"

/*
 * Whether TEXT is a decimal number from LEAST to MOST; *VALUE then holds it. TEXT has digits only,
 * and begins with 0 only if it is "0".
 */
bool fl_number(const char *text, int64_t least, int64_t most, int64_t *value)
	FL_MUST_CHECK FL_NONNULL(1, 4);

#endif
