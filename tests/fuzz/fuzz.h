/* SPDX-License-Identifier: Apache-2.0 */
/* What the libFuzzer targets share; `make fuzz` runs them, `make check` replays their corpora. */
#ifndef FL_FUZZ_H
#define FL_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "context/shellword.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What has to hold; a failure is a finding. */
#define FUZZ_HOLDS(condition)                                                           \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                       \
	} while (0)

/* What is left of an input: choices from its front, text from the rest. */
struct fuzz_input {
	const uint8_t *data;
	size_t size;
};

/* A choice from 0 to COUNT - 1; 0 where the input has ended. */
static inline size_t fuzz_choice(struct fuzz_input *in, size_t count)
{
	if (in->size == 0)
		return 0;
	in->size--;
	return *in->data++ % count;
}

/* The next LENGTH bytes (fewer at the end) as text, in an allocation of their exact size. */
static inline char *fuzz_take(struct fuzz_input *in, size_t length)
{
	char *text;

	if (length > in->size)
		length = in->size;
	text = length == 0 ? fl_xstrdup("") : fl_xstrndup((const char *)in->data, length);
	in->data += length;
	in->size -= length;
	return text;
}

/* Up to the next line feed, which is passed over. */
static inline char *fuzz_line(struct fuzz_input *in)
{
	const uint8_t *end = in->size == 0 ? NULL : memchr(in->data, '\n', in->size);
	char *text = fuzz_take(in, end == NULL ? in->size : (size_t)(end - in->data));

	if (end != NULL) {
		in->data++;
		in->size--;
	}
	return text;
}

/* The whole input as text. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };

	return fuzz_take(&in, size);
}

/* Whether TEXT is UTF-8 that can be shown: no control character but NL where LINES are allowed. */
static inline bool fuzz_is_shown(const char *text, bool lines)
{
	for (const char *at = text; *at != '\0';) {
		uint32_t c = fl_utf8_next(&at);

		if (c == FL_UTF8_NONE || (fl_utf8_is_control(c) && !(lines && c == '\n')))
			return false;
	}
	return true;
}

/* COMMAND is one command of a shell, which has WORD right behind BEFORE. */
static inline void fuzz_is_command(const char *command, const char *before, const char *word)
{
	struct fl_cursor cursor = { command, command + strlen(command) };
	bool follows = false, there = false;

	FUZZ_HOLDS(fuzz_is_shown(command, true));
	for (;;) {
		fl_auto_buf struct fl_buf next = FL_BUF_INIT;

		fl_shellword_blanks(&cursor);
		if (fl_shellword_at_line_end(&cursor))
			break;
		FUZZ_HOLDS(fl_shellword_read(&cursor, &next));
		if (next.length == 0)
			continue; /* a line that goes on */
		there |= follows && strcmp(fl_buf_text(&next), word) == 0;
		follows = strcmp(fl_buf_text(&next), before) == 0;
	}
	FUZZ_HOLDS(cursor.at + 1 == cursor.end && there);
}

/* A refusal has the exit status CODE and words that can be shown. */
static inline void fuzz_refused(const struct fl_error *err, enum fl_exit code)
{
	FUZZ_HOLDS(err->code == code);
	FUZZ_HOLDS(err->message[0] != '\0' && fuzz_is_shown(err->message, false));
}

#endif
