/* SPDX-License-Identifier: Apache-2.0 */
/* CASE=PATTERN: of a unit test only the cases of such a name run. Linked to each of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

__attribute__((constructor)) static void choose(void)
{
	const char *pattern = getenv("CASE");

	if (pattern != NULL)
		cmocka_set_test_filter(pattern);
}
