/* SPDX-License-Identifier: Apache-2.0 */
/* The one parser of numbers: decimal, strict, bounded. */
#ifndef FL_NUMBER_H
#define FL_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"

/*
 * Whether TEXT is a decimal number from LEAST to MOST, which *VALUE then holds. The first byte is
 * a digit, nothing follows the last digit, and a leading zero stands only in "0".
 */
bool fl_number(const char *text, int64_t least, int64_t most, int64_t *value)
	FL_MUST_CHECK FL_NONNULL(1, 4);

#endif
