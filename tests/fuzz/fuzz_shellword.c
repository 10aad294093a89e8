/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: words of a shell. Arbitrary bytes: the reader stays within them and moves on.
 * And any text that is quoted for a shell, in both ways there are, reads as itself with LF for CR
 * LF, and ends where it ends.
 */
#include "fuzz.h"
#include "context/shellword.h"

static void read_back(const char *quoted, const char *text)
{
	fl_auto_free char *exact = fl_xrealloc(NULL, strlen(quoted));
	struct fl_cursor cursor = { exact, exact + strlen(quoted) };
	fl_auto_buf struct fl_buf word = FL_BUF_INIT;

	memcpy(exact, quoted, strlen(quoted));
	FUZZ_HOLDS(fl_shellword_read(&cursor, &word));
	FUZZ_HOLDS(cursor.at == cursor.end && strcmp(fl_buf_text(&word), text) == 0);
}

static void quote_and_read(char *text)
{
	fl_auto_buf struct fl_buf single = FL_BUF_INIT, twice = FL_BUF_INIT;

	fl_buf_shell(&single, text);
	fl_buf_putc(&twice, '"');
	for (const char *c = text; *c != '\0'; c++) {
		if (strchr("\"\\$`", *c) != NULL)
			fl_buf_putc(&twice, '\\');
		fl_buf_putc(&twice, *c);
	}
	fl_buf_putc(&twice, '"');
	fl_shellword_drop_cr(text);
	read_back(fl_buf_text(&single), text);
	read_back(fl_buf_text(&twice), text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fl_auto_free char *exact = fl_xrealloc(NULL, size);
	fl_auto_free char *text = fuzz_text(data, size);
	struct fl_cursor cursor = { exact, exact + size };

	if (size > 0)
		memcpy(exact, data, size);
	while (cursor.at < cursor.end) {
		fl_auto_buf struct fl_buf word = FL_BUF_INIT;
		const char *start = cursor.at;

		fl_shellword_blanks(&cursor);
		if (!fl_shellword_at_line_end(&cursor) && !fl_shellword_read(&cursor, &word))
			FUZZ_HOLDS(cursor.at >= start);
		FUZZ_HOLDS(cursor.at >= start && cursor.at <= cursor.end);
		FUZZ_HOLDS(word.length <= (size_t)(cursor.at - start));
		if (cursor.at == start)
			cursor.at++; /* an operator or a line feed */
	}
	quote_and_read(text);
	return 0;
}
