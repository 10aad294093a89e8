/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdarg.h>
#include <string.h>

#include "base/fatal.h"

void *fl_xcalloc(size_t count, size_t size)
{
	void *pointer = calloc(count ? count : 1, size ? size : 1);

	if (pointer == NULL)
		fl_fatal("out of memory");
	return pointer;
}

void *fl_xmalloc(size_t size)
{
	return fl_xrealloc(NULL, size);
}

void *fl_xrealloc(void *pointer, size_t size)
{
	void *bigger = realloc(pointer, size ? size : 1);

	if (bigger == NULL)
		fl_fatal("out of memory");
	return bigger;
}

void *fl_xgrow(void *array, size_t count, size_t size)
{
	size_t bytes;

	if ((count & (count - 1)) != 0)
		return array;
	if (__builtin_mul_overflow(count == 0 ? 1 : count, 2 * size, &bytes))
		fl_fatal("out of memory");
	return fl_xrealloc(array, bytes);
}

char *fl_xstrdup(const char *text)
{
	return text == NULL ? NULL : fl_xstrndup(text, strlen(text));
}

char *fl_xstrndup(const char *text, size_t length)
{
	char *copy = fl_xcalloc(length + 1, 1);

	memcpy(copy, text, length);
	return copy;
}

char *fl_xasprintf(const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		fl_fatal("out of memory");
	return text;
}
