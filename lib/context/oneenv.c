/* SPDX-License-Identifier: Apache-2.0 */
#include "context/oneenv.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "context/shellword.h"

/*
 * The parser may read many lines until it finds that a quote belongs to no assignment. After this
 * many bytes in vain a quoted part must end on its line, so that the time stays linear.
 */
#define WASTE_MAX (16 * FL_MIB)

/* One run over the text. */
struct parser {
	const struct fl_oneenv_sink *sink;
	struct fl_cursor cursor; /* at the start of a line */
	size_t line;             /* its number, from 1 */
	bool no_quoted_end;      /* no line from here on ends in a quote */
	size_t wasted;           /* bytes of later lines that were read in vain */
};

/* The end of the line at AT: its line feed, or the end of the text. */
static const char *line_end(const char *at, const char *end)
{
	const char *feed = memchr(at, '\n', (size_t)(end - at));

	return feed != NULL ? feed : end;
}

/* The quote at the end of the line [FROM, TO), or before its final CR; NULL if there is none. */
static const char *closing_quote(const char *from, const char *to)
{
	if (to > from && to[-1] == '\r')
		to--;
	return to > from && to[-1] == '"' ? to - 1 : NULL;
}

/* Moves the cursor to AT and counts the lines. */
static void go_to(struct parser *parser, const char *at)
{
	for (; parser->cursor.at < at; parser->cursor.at++)
		parser->line += *parser->cursor.at == '\n';
}

/*
 * Reads a line of assignments, a comment or a blank line as a shell does; a quoted part may go over
 * several lines. False if there is something else. CURSOR is then at the line feed, or where the
 * reading stopped. SINK gets the assignments; NULL only looks. A caller looks first, because
 * `A=1 command` sets nothing in a shell either.
 */
static bool read_assignments(struct fl_cursor *cursor, const struct fl_oneenv_sink *sink)
{
	bool exporting = false;

	for (;;) {
		struct fl_cursor word;
		fl_auto_buf struct fl_buf value = FL_BUF_INIT;
		size_t length;

		fl_shellword_blanks(cursor);
		if (cursor->at < cursor->end && *cursor->at == '#')
			cursor->at = line_end(cursor->at, cursor->end);
		if (fl_shellword_at_line_end(cursor))
			return true;
		if (*cursor->at == ';') {
			exporting = false;
			cursor->at++;
			continue;
		}
		if (cursor->end - cursor->at > 7 && memcmp(cursor->at, "export", 6) == 0 &&
		    (cursor->at[6] == ' ' || cursor->at[6] == '\t')) {
			exporting = true;
			cursor->at += 7;
			continue;
		}
		word = *cursor;
		if (!fl_shellword_name(cursor, &length)) {
			/* a name alone, as in `A=x; export A` */
			word.at += length;
			if (!exporting || length == 0 || !fl_shellword_at_word_end(&word))
				return false;
			*cursor = word;
			continue;
		}
		word.at += length + 1;
		if (!fl_shellword_read(&word, &value)) {
			cursor->at = word.at;
			return false;
		}
		if (sink != NULL)
			sink->entry(sink->data, cursor->at, length, fl_buf_take(&value));
		*cursor = word;
	}
}

/*
 * The end of the assignments whose first line is [FROM, TO), at most END; NULL if there is
 * something else.
 */
static const char *assignments_end(struct parser *parser, const char *from, const char *to,
				   const char *end)
{
	struct fl_cursor cursor = { from, parser->wasted > WASTE_MAX ? to : end };

	if (read_assignments(&cursor, NULL))
		return cursor.at;
	if (cursor.at > to)
		parser->wasted += (size_t)(cursor.at - to);
	return NULL;
}

/*
 * The end of the comment, the blank line or the assignments that start at FROM: the line feed, or
 * END. NULL if there is something else. A line such as `# done"` is no comment: the quote at its
 * end closes a value that an earlier line opened.
 */
static const char *entry_end(struct parser *parser, const char *from, const char *end)
{
	const char *to = line_end(from, end);
	const char *last = assignments_end(parser, from, to, end);
	bool open = false;

	if (last == NULL || last > to || closing_quote(from, to) == NULL)
		return last;
	for (const char *at = from; (at = memchr(at, '"', (size_t)(to - at))) != NULL; at++)
		open = !open;
	return open && memchr(from, '#', (size_t)(to - from)) != NULL ? NULL : to;
}

/* The first line from FROM to END that is no entry, comment or blank line; NULL if all are. */
static const char *find_non_entry(struct parser *parser, const char *from, const char *end)
{
	while (from < end) {
		const char *to = entry_end(parser, from, end);

		if (to == NULL)
			return from;
		from = to + 1;
	}
	return NULL;
}

/* The first quote at the end of a line from FROM on; it is LAST if there is none before. */
static const char *next_quote(const char *from, const char *last)
{
	for (;;) {
		const char *to = line_end(from, last);
		const char *quote = to < last ? closing_quote(from, to) : last;

		if (quote != NULL)
			return quote;
		from = to + 1;
	}
}

/*
 * The last quote that ends a line from VALUE on, or NULL. The search stops at the first
 * `export NAME=` line behind such a quote, or at the end of the text: *STOP.
 */
static const char *last_quote(const char *value, const char *end, const char **stop)
{
	const char *last = NULL, *from = value;

	for (;;) {
		const char *to = line_end(from, end);
		const char *quote = closing_quote(from, to);
		struct fl_cursor next = { to + 1, end };
		const char *ignored;

		last = quote != NULL ? quote : last;
		*stop = to == end ? end : to + 1;
		if (to == end || (last != NULL && fl_shellword_is_export(&next, &ignored)))
			return last;
		from = to + 1;
	}
}

/*
 * The quote that ends the value at VALUE, or NULL (oneenv.h has the rule). A line that is no entry
 * belongs to the value, so the search goes on from there.
 */
static const char *value_end(struct parser *parser, const char *value)
{
	const char *end = parser->cursor.end, *from = value;
	const char *last, *stop;

	if (parser->no_quoted_end)
		return NULL;
	last = last_quote(value, end, &stop);
	parser->no_quoted_end = last == NULL;
	while (last != NULL) {
		const char *quote = next_quote(from, last);

		if (quote == last)
			return last;
		from = find_non_entry(parser, line_end(quote, end) + 1, stop);
		if (from == NULL)
			return quote;
		if (from > last)
			return last;
	}
	return NULL;
}

/* Reads an entry in the form of one-apps at the cursor; false if there is none. */
static bool verbatim_entry(struct parser *parser)
{
	const char *name = parser->cursor.at + strlen("export ");
	const char *value, *quote;
	char *text;

	if (!fl_shellword_is_export(&parser->cursor, &value) || value == parser->cursor.end ||
	    *value != '"')
		return false;
	quote = value_end(parser, value + 1);
	if (quote == NULL)
		return false;
	text = fl_xstrndup(value + 1, (size_t)(quote - value - 1));
	if (quote + 1 < parser->cursor.end && quote[1] == '\r')
		fl_shellword_drop_cr(text); /* an editor wrote it: one-apps writes no CR */
	parser->sink->entry(parser->sink->data, name, (size_t)(value - 1 - name), text);
	go_to(parser, line_end(quote, parser->cursor.end));
	return true;
}

static void parse_line(struct parser *parser)
{
	const char *to = line_end(parser->cursor.at, parser->cursor.end);
	struct fl_cursor line = parser->cursor;

	if (verbatim_entry(parser))
		return;
	line.end = assignments_end(parser, line.at, to, line.end);
	if (line.end == NULL) {
		parser->sink->skipped(parser->sink->data, parser->line);
		go_to(parser, to);
		return;
	}
	fl_ignore(read_assignments(&line, parser->sink));
	go_to(parser, line.end);
}

void fl_oneenv_parse(const char *text, size_t length, const struct fl_oneenv_sink *sink)
{
	struct parser parser = { .sink = sink, .cursor = { text, text + length }, .line = 1 };

	while (parser.cursor.at < parser.cursor.end) {
		parse_line(&parser);
		if (parser.cursor.at < parser.cursor.end)
			go_to(&parser, parser.cursor.at + 1);
	}
}
