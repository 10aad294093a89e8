/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

#define CUT " ... "

/* A text that is too long is cut in its middle: its front says what failed, its end says why. */
static void put(struct fl_error *err, const struct fl_buf *text)
{
	const size_t front = FL_ERROR_SIZE / 2, room = FL_ERROR_SIZE - 1;
	const size_t end = room - front - strlen(CUT);

	if (text->length <= room)
		memcpy(err->message, fl_buf_text(text), text->length + 1);
	else
		snprintf(err->message, sizeof(err->message), "%.*s%s%s", (int)front, text->data,
			 CUT, text->data + text->length - end);
	fl_utf8_flatten(err->message);
}

int fl_error_set(struct fl_error *err, enum fl_exit code, int errnum, const char *format, ...)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	va_list args;

	va_start(args, format);
	fl_buf_vprintf(&text, format, args);
	va_end(args);
	if (errnum != 0)
		fl_buf_printf(&text, ": %s",
			      strerrordesc_np(errnum) ? strerrordesc_np(errnum) : "unknown error");
	err->code = code;
	err->errnum = errnum;
	put(err, &text);
	return -1;
}

int fl_error_wrap(struct fl_error *err, const char *format, ...)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	va_list args;

	va_start(args, format);
	fl_buf_vprintf(&text, format, args);
	va_end(args);
	fl_buf_printf(&text, ": %s", err->message);
	put(err, &text);
	return -1;
}

int fl_error_hint(struct fl_error *err, const char *format, ...)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	va_list args;

	fl_buf_printf(&text, "%s; ", err->message);
	va_start(args, format);
	fl_buf_vprintf(&text, format, args);
	va_end(args);
	put(err, &text);
	return -1;
}
