/* SPDX-License-Identifier: Apache-2.0 */
#include "error.h"

#include <stdarg.h>
#include <string.h>

#include "utf8.h"

static void append(char *message, const char *separator, const char *text)
{
	size_t used = strlen(message);

	snprintf(message + used, FL_ERROR_SIZE - used, "%s%s", separator, text);
}

int fl_error_set(struct fl_error *err, enum fl_exit code, int errnum, const char *format, ...)
{
	va_list args;

	err->code = code;
	err->errnum = errnum;
	va_start(args, format);
	vsnprintf(err->message, sizeof(err->message), format, args);
	va_end(args);
	if (errnum != 0)
		append(err->message, ": ",
		       strerrordesc_np(errnum) ? strerrordesc_np(errnum) : "unknown error");
	fl_utf8_flatten(err->message);
	return -1;
}

int fl_error_wrap(struct fl_error *err, const char *format, ...)
{
	char inner[FL_ERROR_SIZE];
	va_list args;

	memcpy(inner, err->message, sizeof(inner));
	va_start(args, format);
	vsnprintf(err->message, sizeof(err->message), format, args);
	va_end(args);
	append(err->message, ": ", inner);
	fl_utf8_flatten(err->message);
	return -1;
}

int fl_error_hint(struct fl_error *err, const char *format, ...)
{
	char text[FL_ERROR_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	append(err->message, "; ", text);
	fl_utf8_flatten(err->message);
	return -1;
}
