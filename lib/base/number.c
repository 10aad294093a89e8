/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

bool fl_number(const char *text, int64_t least, int64_t most, int64_t *value)
{
	int64_t sum = 0;

	if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, *text - '0', &sum))
			return false;
	}
	if (sum < least || sum > most)
		return false;
	*value = sum;
	return true;
}
