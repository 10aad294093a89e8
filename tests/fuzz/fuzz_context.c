/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the context parser. The input may be anything: it ends with a context or with
 * an error whose exit status is 78, and each name can be looked up. And a context that one-apps
 * writes, with values that hold no line end in a quote, reads as what was written.
 */
#include "context/context.h"
#include "fuzz.h"

static void is_sound(const struct fl_context *context)
{
	for (size_t i = 0; i < fl_context_count(context); i++) {
		const char *name = fl_context_name(context, i);
		const char *value = fl_context_value(context, i);
		const char *found = fl_context_get(context, name);

		/* Empty means unset; otherwise the last entry of a name is the only one. */
		FUZZ_HOLDS(value[0] == '\0' ? found == NULL
					    : found != NULL && strcmp(found, value) == 0);
		FUZZ_HOLDS(strpbrk(name, "= \n\"'$`\\") == NULL && name[0] != '\0');
		FUZZ_HOLDS(fl_context_is_secret(name) == (strcasestr(name, "TOKEN") != NULL ||
							  strcasestr(name, "SECRET") != NULL ||
							  strcasestr(name, "PASSWORD") != NULL));
	}
	for (size_t i = 1; i < fl_context_skipped(context); i++)
		FUZZ_HOLDS(fl_context_skipped_line(context, i) >
			   fl_context_skipped_line(context, i - 1));
}

/* `export NAME="value"` for NAME and ONEAPP_NAME, the value unescaped, as one-apps does. */
static void comes_back(const char *value)
{
	fl_auto_free char *text = fl_xasprintf("export FL_FIRST=\"%s\"\n"
					       "export FL_SECOND=\"%s\"\n",
					       value, value);
	fl_auto_context struct fl_context *context = NULL;
	struct fl_error err = FL_ERROR_INIT;
	const char *first, *second;

	FUZZ_HOLDS(fl_context_parse("fuzz", text, strlen(text), &context, &err) == 0);
	first = fl_context_get(context, "FL_FIRST");
	second = fl_context_get(context, "FL_SECOND");
	FUZZ_HOLDS(strcmp(first != NULL ? first : "", value) == 0);
	FUZZ_HOLDS(strcmp(second != NULL ? second : "", value) == 0);
	FUZZ_HOLDS(fl_context_skipped(context) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fl_auto_context struct fl_context *context = NULL;
	fl_auto_free char *exact = fl_xrealloc(NULL, size);
	fl_auto_free char *text = fuzz_text(data, size);
	struct fl_error err = FL_ERROR_INIT;

	if (size > 0)
		memcpy(exact, data, size);
	if (fl_context_parse("fuzz", exact, size, &context, &err) == 0) {
		FUZZ_HOLDS(memchr(exact, '\0', size) == NULL);
		is_sound(context);
	} else {
		FUZZ_HOLDS(memchr(exact, '\0', size) != NULL);
		fuzz_refused(&err, FL_EXIT_CONFIG);
	}
	if (strstr(text, "\"\n") == NULL && strstr(text, "\"\r\n") == NULL)
		comes_back(text);
	return 0;
}
