/* SPDX-License-Identifier: Apache-2.0 */
#include "config/edits.h"

#include <string.h>

static size_t least_of(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

size_t fl_edits(const char *a, const char *b)
{
	size_t row[FL_EDITS_MAX + 1];
	size_t na = strnlen(a, FL_EDITS_MAX), nb = strnlen(b, FL_EDITS_MAX);

	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t above = row[j];

			row[j] = least_of(above + 1, row[j - 1] + 1,
					  diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[nb];
}
