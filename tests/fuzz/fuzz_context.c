/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target (`make fuzz`): the context parser on arbitrary bytes.
 *
 * Whatever comes in, it ends with a context or with an error whose exit status is 78, each name can
 * be looked up, and nothing is read outside the input: it is copied to the end of an allocation of
 * its exact size for AddressSanitizer to watch over.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fl_auto_context struct fl_context *context = NULL;
	struct fl_error err = FL_ERROR_INIT;
	fl_auto_free char *text = malloc(size > 0 ? size : 1);
	size_t i;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	if (fl_context_parse("fuzz", text, size, &context, &err) < 0) {
		if (err.code != FL_EXIT_CONFIG || err.message[0] == '\0')
			abort();
		return 0;
	}
	for (i = 0; i < fl_context_count(context); i++) {
		const char *name = fl_context_name(context, i);
		const char *value = fl_context_value(context, i);
		const char *found = fl_context_get(context, name);

		/* Empty means unset; otherwise the last entry of a name is the only one. */
		if (value[0] == '\0' ? found != NULL : found == NULL || strcmp(found, value) != 0)
			abort();
		(void)fl_context_is_secret(name);
	}
	for (i = 0; i < fl_context_skipped(context); i++)
		if (fl_context_skipped_line(context, i) == 0)
			abort();
	return 0;
}
