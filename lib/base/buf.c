/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <string.h>

#include "base/mem.h"

#define READ_BLOCK (16 * FL_KIB)
#define QUOTE_MAX  200 /* characters of a value in a message, spec section 4 */

static void reserve(struct fl_buf *buf, size_t extra)
{
	size_t need, capacity = buf->capacity ? buf->capacity : 64;

	need = buf->length + extra + 1;
	if (buf->data != NULL && need <= buf->capacity)
		return;
	while (capacity < need)
		capacity *= 2;
	buf->data = fl_xrealloc(buf->data, capacity);
	buf->capacity = capacity;
}

void fl_buf_add(struct fl_buf *buf, const void *bytes, size_t length)
{
	if (buf->limit != 0 && length > buf->limit - buf->length) {
		length = buf->limit - buf->length;
		buf->truncated = true;
	}
	reserve(buf, length);
	if (length != 0)
		memcpy(buf->data + buf->length, bytes, length);
	buf->length += length;
	buf->data[buf->length] = '\0';
}

void fl_buf_puts(struct fl_buf *buf, const char *text)
{
	fl_buf_add(buf, text, strlen(text));
}

void fl_buf_putc(struct fl_buf *buf, char c)
{
	fl_buf_add(buf, &c, 1);
}

void fl_buf_vprintf(struct fl_buf *buf, const char *format, va_list args)
{
	va_list again;
	fl_auto_free char *text = NULL;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		return; /* only a broken multibyte conversion does this, and none is used */
	text = fl_xcalloc((size_t)length + 1, 1);
	vsnprintf(text, (size_t)length + 1, format, args);
	fl_buf_add(buf, text, (size_t)length);
}

void fl_buf_printf(struct fl_buf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fl_buf_vprintf(buf, format, args);
	va_end(args);
}

int fl_buf_read(struct fl_buf *buf, int fd)
{
	char block[READ_BLOCK];
	ssize_t got;

	while (!buf->truncated && (got = read(fd, block, sizeof(block))) != 0) {
		if (got > 0)
			fl_buf_add(buf, block, (size_t)got);
		else if (errno != EINTR)
			return -1;
	}
	return 0;
}

void fl_buf_quote(struct fl_buf *buf, const char *bytes, size_t length)
{
	size_t room = QUOTE_MAX;

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];
		char shown[8] = { (char)c };
		size_t width;

		if (c == '\n')
			snprintf(shown, sizeof(shown), "\\n");
		else if (c == '\\')
			snprintf(shown, sizeof(shown), "\\\\");
		else if (c < 0x20 || c >= 0x7f)
			snprintf(shown, sizeof(shown), "\\x%02x", c);
		width = strlen(shown);
		if (width > room) {
			fl_buf_puts(buf, "...");
			return;
		}
		fl_buf_puts(buf, shown);
		room -= width;
	}
}

char *fl_quoted(const char *text)
{
	fl_auto_buf struct fl_buf shown = FL_BUF_INIT;

	fl_buf_quote(&shown, text, strlen(text));
	return fl_buf_take(&shown);
}

void fl_buf_shell(struct fl_buf *buf, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_-./:=,@%+";

	if (text[0] != '\0' && strspn(text, plain) == strlen(text)) {
		fl_buf_puts(buf, text);
		return;
	}
	fl_buf_putc(buf, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fl_buf_puts(buf, "'\\''");
		else
			fl_buf_putc(buf, *text);
	}
	fl_buf_putc(buf, '\'');
}

const char *fl_buf_text(const struct fl_buf *buf)
{
	return buf->data == NULL ? "" : buf->data;
}

void fl_buf_reset(struct fl_buf *buf)
{
	buf->length = 0;
	buf->truncated = false;
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

char *fl_buf_take(struct fl_buf *buf)
{
	char *text;

	reserve(buf, 0);
	buf->data[buf->length] = '\0';
	text = buf->data;
	buf->data = NULL;
	buf->length = 0;
	buf->capacity = 0;
	return text;
}

void fl_buf_free(struct fl_buf *buf)
{
	int saved = errno;

	free(buf->data);
	buf->data = NULL;
	buf->length = 0;
	buf->capacity = 0;
	errno = saved;
}
