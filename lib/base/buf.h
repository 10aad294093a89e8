/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text that grows: files, JSON bodies, URLs and messages are built in one. A caller adds to it
 * without checking each time whether there is room.
 *
 * A NUL that length does not count always follows the data, so a buffer of text is a string. Lack
 * of memory ends the process. Only a limit that the caller set can be reached (an answer is read up
 * to 64 KiB): the buffer then keeps what fitted, and the flag `truncated` stays set, so that the
 * caller checks it once at the end.
 */
#ifndef FL_BUF_H
#define FL_BUF_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/macro.h"

struct fl_buf {
	char *data;      /* owned; NULL until something was added */
	size_t length;   /* bytes, without the final NUL */
	size_t capacity; /* bytes allocated */
	size_t limit;    /* most bytes it takes, 0 for any number */
	bool truncated;  /* sticky: something did not fit under the limit */
};

#define FL_BUF_INIT                                                                      \
	{                                                                                \
		.data = NULL, .length = 0, .capacity = 0, .limit = 0, .truncated = false \
	}

/* Adds LENGTH bytes. */
void fl_buf_add(struct fl_buf *buf, const void *bytes, size_t length) FL_NONNULL(1);

/* Adds a string. */
void fl_buf_puts(struct fl_buf *buf, const char *text) FL_NONNULL(1, 2);

/* Adds one byte. */
void fl_buf_putc(struct fl_buf *buf, char c) FL_NONNULL(1);

/* Adds formatted text. */
void fl_buf_printf(struct fl_buf *buf, const char *format, ...) FL_PRINTF(2, 3) FL_NONNULL(1, 2);
void fl_buf_vprintf(struct fl_buf *buf, const char *format, va_list args) FL_PRINTF(2, 0)
	FL_NONNULL(1, 2);

/*
 * Adds all that can be read from FD, and stops at the limit. 0, or -1 with errno.
 */
int fl_buf_read(struct fl_buf *buf, int fd) FL_MUST_CHECK FL_NONNULL(1);

/*
 * Adds bytes from outside to a message: printable ASCII as it is, a line break as \n, all other
 * bytes as \xNN. After 200 characters it adds "..." and stops (spec section 4).
 */
void fl_buf_quote(struct fl_buf *buf, const char *bytes, size_t length) FL_NONNULL(1);

/* A fresh string with TEXT as fl_buf_quote() shows it. */
char *fl_quoted(const char *text) FL_MUST_CHECK FL_NONNULL(1);

/* Adds TEXT as one word of a POSIX shell, in single quotes only if it needs them. */
void fl_buf_shell(struct fl_buf *buf, const char *text) FL_NONNULL(1, 2);

/* The text; "" for an empty buffer. Valid until the next change. */
const char *fl_buf_text(const struct fl_buf *buf) FL_NONNULL(1);

/* Empties it, keeping memory and limit. */
void fl_buf_reset(struct fl_buf *buf) FL_NONNULL(1);

/* Gives the text to the caller, who frees it, and leaves the buffer empty. Never NULL. */
char *fl_buf_take(struct fl_buf *buf) FL_MUST_CHECK FL_NONNULL(1);

/* Frees the memory. The handler of fl_auto_buf. */
void fl_buf_free(struct fl_buf *buf) FL_NONNULL(1);

#define fl_auto_buf __attribute__((cleanup(fl_buf_free)))

#endif
