/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What OneGate and oned make of a body in plain text, after their sources: escape_attr of
 * src/onegate/onegate-server.rb, the scanner src/parsers/template_parser.l (the longest match wins,
 * the first rule where two are as long, what no rule takes is dropped) and the grammar
 * template_syntax.y. tests/standin/onegate.py has the same in Python.
 */
#ifndef FL_FUZZ_ONED_H
#define FL_FUZZ_ONED_H

#include "onegate/attribute.h"
#include "fuzz.h"

static void oned_escape(const char *attr, struct fl_buf *out)
{
	size_t length = strlen(attr);
	bool escape = false;

	for (size_t i = 0; i < length; i++) {
		char c = attr[i];
		char before = attr[i == 0 ? length - 1 : i - 1]; /* Ruby's attr[-1] is the last */
		char after = attr[i + 1];

		if (c == '=' && !escape && after != '[' && after != '"') {
			fl_buf_puts(out, "=\"");
			escape = true;
		} else if (c == ',' && before != '"') {
			fl_buf_puts(out, "\",");
		} else if ((c == '[' || c == ']') && before != '=' && before != '"') {
			fl_buf_putc(out, '"');
			fl_buf_putc(out, c);
			escape = escape && c == '[';
		} else if (c == '\\' && i + 1 < length && after == 'n') {
			/* gsub('\n') at its end, which comes after the quote for the backslash */
			fl_buf_puts(out, before != '"' ? "\"\n" : "\n");
			escape = escape && before == '"';
			i++;
		} else if ((c == '\\' || c == '\n') && before != '"') {
			fl_buf_putc(out, '"');
			fl_buf_putc(out, c);
			escape = false;
		} else {
			fl_buf_putc(out, c);
		}
	}
	if (escape && out->data[out->length - 1] != ']' && out->data[out->length - 1] != '"')
		fl_buf_putc(out, '"');
}

enum oned_token { TOKEN_NONE, TOKEN_VARIABLE, TOKEN_EQUAL, TOKEN_EMPTY, TOKEN_STRING, TOKEN_OTHER };

#define NAME_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

/* Takes MATCH bytes as KIND if that is more than LENGTH so far. */
static void oned_longer(size_t match, enum oned_token kind, size_t *length, enum oned_token *best)
{
	if (match > *length) {
		*length = match;
		*best = kind;
	}
}

/* The longest match behind an entry: of blanks, comments, names, '=' and what is an error here. */
static enum oned_token oned_between(const char *at, size_t *length)
{
	size_t blanks = strspn(at, " \t"), white = strspn(at, " \t\n");
	enum oned_token best = TOKEN_NONE;

	*length = 0;
	if (at[blanks] == '#' && strchr(at + blanks, '\n') != NULL)
		oned_longer(blanks + strcspn(at + blanks, "\n") + 1, TOKEN_NONE, length, &best);
	oned_longer(white, TOKEN_NONE, length, &best);
	oned_longer(strspn(at, NAME_CHARS), TOKEN_VARIABLE, length, &best);
	if (at[blanks] == '=') {
		size_t behind = blanks + 1 + strspn(at + blanks + 1, " \t");

		oned_longer(behind, TOKEN_EQUAL, length, &best);
		if (at[behind] == '\n')
			oned_longer(behind + 1, TOKEN_EMPTY, length, &best);
	}
	if (at[white] == ',' || at[white] == ']')
		oned_longer(white + 1 + strspn(at + white + 1, " \t\n"), TOKEN_OTHER, length,
			    &best);
	if (*length == 0)
		*length = 1;
	return best;
}

/* The quoted text at AT up to its last possible end: flex takes \" and any '"' that ends it. */
static size_t oned_quoted(const char *at)
{
	size_t i = 1;

	if (at[0] != '"')
		return 0;
	while (at[i] != '\0' && at[i] != '"')
		i += at[i] == '\\' && at[i + 1] == '"' ? 2 : 1;
	return at[i] == '"' ? i + 1 : 0;
}

/* The longest match behind '='. */
static enum oned_token oned_behind(const char *at, size_t *length)
{
	size_t line = strcspn(at, "\n");
	size_t blanks = strspn(at, " \t");
	enum oned_token best = TOKEN_NONE;

	*length = 0;
	if (at[blanks] == '[')
		oned_longer(blanks + 1 + strspn(at + blanks + 1, " \t\n"), TOKEN_OTHER, length,
			    &best);
	if (memmem(at, line, "]]>", 3) != NULL)
		oned_longer(line, TOKEN_OTHER, length, &best);
	oned_longer(oned_quoted(at), TOKEN_STRING, length, &best);
	oned_longer(strcspn(at, "=# \t\n,[]"), TOKEN_STRING, length, &best);
	if (*length == 0)
		*length = 1;
	return best;
}

/* The next token at *AT, with its length; what is no token is passed over. */
static enum oned_token oned_next(const char **at, bool behind_equal, size_t *length)
{
	for (; **at != '\0'; *at += *length) {
		enum oned_token kind = behind_equal ? oned_behind(*at, length)
						    : oned_between(*at, length);

		if (kind != TOKEN_NONE)
			return kind;
	}
	return TOKEN_NONE;
}

/* The attributes that are stored for BODY; false where it is refused. */
static bool oned_store(const char *body, struct fl_attributes *stored)
{
	fl_auto_buf struct fl_buf escaped = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;
	enum oned_token token;
	const char *at;
	size_t length;

	oned_escape(body, &escaped);
	at = fl_buf_text(&escaped);
	while ((token = oned_next(&at, false, &length)) != TOKEN_NONE) {
		fl_auto_free char *name = fl_xstrndup(at, length);
		fl_auto_free char *value = fl_xstrdup("");

		if (token != TOKEN_VARIABLE)
			return false;
		at += length;
		token = oned_next(&at, false, &length);
		at += token == TOKEN_NONE ? 0 : length;
		if (token == TOKEN_EQUAL) {
			if (oned_next(&at, true, &length) != TOKEN_STRING)
				return false;
			free(value);
			value = at[0] == '"' && oned_quoted(at) == length
					? fl_xstrndup(at + 1, length - 2)
					: fl_xstrndup(at, length);
			at += length;
		} else if (token != TOKEN_EMPTY) {
			return false;
		}
		if (fl_attributes_add(stored, name, value, &err) != 0)
			return false;
	}
	return true;
}

#endif
