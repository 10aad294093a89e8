/* SPDX-License-Identifier: Apache-2.0 */
#include "context/shellword.h"

#include <string.h>

static bool is_name_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

bool fl_shellword_name(const struct fl_cursor *line, size_t *name_length)
{
	const char *at = line->at;

	while (at < line->end && is_name_char(*at))
		at++;
	*name_length = (size_t)(at - line->at);
	return at > line->at && at < line->end && *at == '=';
}

bool fl_shellword_is_export(const struct fl_cursor *cursor, const char **value)
{
	static const char word[] = "export ";
	struct fl_cursor name = *cursor;
	size_t length;

	if ((size_t)(cursor->end - cursor->at) < sizeof(word) - 1 ||
	    memcmp(cursor->at, word, sizeof(word) - 1) != 0)
		return false;
	name.at += sizeof(word) - 1;
	if (!fl_shellword_name(&name, &length))
		return false;
	*value = name.at + length + 1;
	return true;
}

/* Whether the next line starts an entry in the form of one-apps; CURSOR is at a line feed. */
static bool next_is_entry(const struct fl_cursor *cursor)
{
	struct fl_cursor next = { cursor->at + 1, cursor->end };
	const char *value;

	return fl_shellword_is_export(&next, &value) && value < next.end && *value == '"';
}

/* Whether CURSOR is at a CR that ends its line. */
static bool at_line_end_cr(const struct fl_cursor *cursor)
{
	return *cursor->at == '\r' && (cursor->at + 1 == cursor->end || cursor->at[1] == '\n');
}

/* Reads a byte of a quoted part; CR LF becomes LF. False if the quote must end on this line. */
static bool quoted_byte(struct fl_cursor *cursor, struct fl_buf *word, bool starts_quoted)
{
	if (*cursor->at == '\n' && !starts_quoted && next_is_entry(cursor))
		return false;
	if (!at_line_end_cr(cursor))
		fl_buf_putc(word, *cursor->at);
	cursor->at++;
	return true;
}

static bool single_quoted(struct fl_cursor *cursor, struct fl_buf *word, bool starts_quoted)
{
	for (cursor->at++; cursor->at < cursor->end;) {
		if (*cursor->at == '\'') {
			cursor->at++;
			return true;
		}
		if (!quoted_byte(cursor, word, starts_quoted))
			return false;
	}
	return false;
}

static bool double_quoted(struct fl_cursor *cursor, struct fl_buf *word, bool starts_quoted)
{
	for (cursor->at++; cursor->at < cursor->end;) {
		char c = *cursor->at;

		if (c == '"') {
			cursor->at++;
			return true;
		}
		if (c == '\\' && cursor->at + 1 < cursor->end &&
		    strchr("$`\"\\\n", cursor->at[1]) != NULL) {
			if (cursor->at[1] != '\n')
				fl_buf_putc(word, cursor->at[1]);
			cursor->at += 2;
		} else if (!quoted_byte(cursor, word, starts_quoted)) {
			return false;
		}
	}
	return false;
}

static char closing(char open)
{
	switch (open) {
	case '(':
		return ')';
	case '{':
		return '}';
	default:
		return '`';
	}
}

/*
 * Reads "$(...)", "${...}" or "`...`" with its blanks as a part of the word. It must end on its
 * line, because a search over all lines for each opening would take quadratic time.
 */
static bool substitution(struct fl_cursor *cursor, struct fl_buf *word)
{
	const char *at = cursor->at;
	char open = (char)(at[0] == '`' ? '\0' : at[1]); /* backquotes do not nest */
	char close = closing(open);
	int depth = 0;

	for (at += open == '\0' ? 1 : 2; at < cursor->end && *at != '\n'; at++) {
		if (*at == close && depth-- == 0) {
			fl_buf_add(word, cursor->at, (size_t)(at + 1 - cursor->at));
			cursor->at = at + 1;
			return true;
		}
		if (open != '\0' && *at == open)
			depth++;
	}
	return false;
}

static bool starts_substitution(const struct fl_cursor *cursor)
{
	if (*cursor->at == '`')
		return true;
	return *cursor->at == '$' && cursor->at + 1 < cursor->end &&
	       (cursor->at[1] == '(' || cursor->at[1] == '{');
}

static void backslash(struct fl_cursor *cursor, struct fl_buf *word)
{
	cursor->at++;
	if (cursor->at == cursor->end)
		fl_buf_putc(word, '\\');
	else if (*cursor->at != '\n')
		fl_buf_putc(word, *cursor->at);
	if (cursor->at < cursor->end)
		cursor->at++;
}

void fl_shellword_blanks(struct fl_cursor *cursor)
{
	while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t'))
		cursor->at++;
}

bool fl_shellword_at_line_end(struct fl_cursor *cursor)
{
	if (cursor->at < cursor->end && at_line_end_cr(cursor))
		cursor->at++;
	return cursor->at == cursor->end || *cursor->at == '\n';
}

bool fl_shellword_at_word_end(const struct fl_cursor *cursor)
{
	return cursor->at == cursor->end || strchr(" \t\n;&|<>()", *cursor->at) != NULL ||
	       at_line_end_cr(cursor);
}

bool fl_shellword_read(struct fl_cursor *cursor, struct fl_buf *word)
{
	/* In a word such as `it's` the quote may be a mistake, so it must not hide an entry. */
	bool starts_quoted = cursor->at < cursor->end && strchr("'\"", *cursor->at) != NULL;

	while (cursor->at < cursor->end) {
		char c = *cursor->at;

		if (fl_shellword_at_word_end(cursor))
			return true;
		if (c == '\'') {
			if (!single_quoted(cursor, word, starts_quoted))
				return false;
		} else if (c == '"') {
			if (!double_quoted(cursor, word, starts_quoted))
				return false;
		} else if (c == '\\') {
			backslash(cursor, word);
		} else if (starts_substitution(cursor)) {
			if (!substitution(cursor, word))
				return false;
		} else {
			fl_buf_putc(word, c);
			cursor->at++;
		}
	}
	return true;
}

void fl_shellword_drop_cr(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		if (from[0] != '\r' || from[1] != '\n')
			*to++ = *from;
	}
	*to = '\0';
}
