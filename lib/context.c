/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "mem.h"
#include "shellword.h"

struct entry {
	char *name;  /* owned */
	char *value; /* owned */
	size_t order;
};

struct fl_context {
	struct entry *entries;
	size_t count;
	size_t *skipped; /* numbers of lines */
	size_t skipped_count;
};

/*
 * A quote that opens on one line and turns out on a far one to belong to no assignment costs a look
 * at all between. Beyond this sum no more quotes go over lines, so that the time stays linear.
 */
#define WASTE_MAX (16 * FL_MIB)

/* One run over the text. */
struct parser {
	struct fl_context *context;
	struct fl_cursor cursor; /* at the start of a line */
	size_t line;             /* its number, from 1 */
	bool no_quoted_end; /* no line from here on ends in a quote: known from an earlier look */
	size_t wasted;      /* bytes of later lines that were read in vain */
};

static void add(struct fl_context *context, const char *name, size_t length, char *value)
{
	struct entry *entry;

	context->entries = fl_xgrow(context->entries, context->count, sizeof(*entry));
	entry = &context->entries[context->count];
	entry->name = fl_xstrndup(name, length);
	entry->value = value;
	entry->order = context->count++;
}

static void skip(struct parser *parser)
{
	struct fl_context *context = parser->context;

	context->skipped = fl_xgrow(context->skipped, context->skipped_count,
				    sizeof(*context->skipped));
	context->skipped[context->skipped_count++] = parser->line;
}

/* The end of the line at AT: its line feed, or the end of the text. */
static const char *line_end(const char *at, const char *end)
{
	const char *feed = memchr(at, '\n', (size_t)(end - at));

	return feed != NULL ? feed : end;
}

/* The quote that ends the line [FROM, TO), a CR behind it put aside; NULL if none does. */
static const char *closing_quote(const char *from, const char *to)
{
	if (to > from && to[-1] == '\r')
		to--;
	return to > from && to[-1] == '"' ? to - 1 : NULL;
}

static void go_to(struct parser *parser, const char *at)
{
	for (; parser->cursor.at < at; parser->cursor.at++)
		parser->line += *parser->cursor.at == '\n';
}

/*
 * The assignments of one line, or of several where a quoted part goes over them, as a shell reads
 * them. Into CONTEXT (NULL: only a look) if the whole of it is assignments; a comment or nothing at
 * all is fine too. CURSOR is then at the line feed, or as far as was looked.
 */
static bool assignments(struct fl_cursor *cursor, struct fl_context *context)
{
	size_t before = context != NULL ? context->count : 0;
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
			/* `A=x; export A` */
			word.at += length;
			if (!exporting || length == 0 || !fl_shellword_at_word_end(&word))
				break;
			*cursor = word;
			continue;
		}
		word.at += length + 1;
		if (!fl_shellword_read(&word, &value)) {
			cursor->at = word.at;
			break;
		}
		if (context != NULL)
			add(context, cursor->at, length, fl_buf_take(&value));
		*cursor = word;
	}
	/* `A=1 command` sets nothing in a shell either. */
	while (context != NULL && context->count > before) {
		context->count--;
		free(context->entries[context->count].name);
		free(context->entries[context->count].value);
	}
	return false;
}

/*
 * Whether the line [FROM, TO) alone is a comment, blank, or assignments. A comment that ends in a
 * quote which it did not open is none: `# done"` is the end of a script that is a value.
 */
static bool stands_alone(const char *from, const char *to)
{
	struct fl_cursor line = { from, to };
	bool open = false;

	if (!assignments(&line, NULL))
		return false;
	if (closing_quote(from, to) == NULL)
		return true;
	for (const char *at = from; (at = memchr(at, '"', (size_t)(to - at))) != NULL; at++)
		open = !open;
	return !open || memchr(from, '#', (size_t)(to - from)) == NULL;
}

/*
 * The quote that ends the value which starts at VALUE, or NULL: see lib/context.h. Each quote that
 * ends a line before the next `export NAME=` line (or the end of the text) could be it. It is the
 * last one, unless the lines behind an earlier one are all entries of their own.
 */
static const char *value_end(struct parser *parser, const char *value)
{
	const char *end = parser->cursor.end, *from = value;
	const char *first = NULL; /* behind it, every line so far stands alone */
	const char *last = NULL;

	if (parser->no_quoted_end)
		return NULL;
	for (;;) {
		const char *to = line_end(from, end);
		const char *quote = closing_quote(from, to);
		struct fl_cursor next = { to + 1, end };
		const char *ignored;

		if (first != NULL && !stands_alone(from, to))
			first = NULL;
		if (quote != NULL) {
			last = quote;
			first = first != NULL ? first : quote;
		}
		if (to == end)
			break;
		if (last != NULL && fl_shellword_is_export(&next, &ignored))
			break;
		from = to + 1;
	}
	parser->no_quoted_end = last == NULL;
	return first != NULL ? first : last;
}

/* An entry of one-apps' shape at the cursor; false if there is none. */
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
		fl_shellword_drop_cr(text); /* one-apps writes none: an editor did */
	add(parser->context, name, (size_t)(value - 1 - name), text);
	go_to(parser, line_end(quote, parser->cursor.end));
	return true;
}

static void parse_line(struct parser *parser)
{
	const char *to = line_end(parser->cursor.at, parser->cursor.end);
	struct fl_cursor ahead = parser->cursor;

	if (parser->wasted > WASTE_MAX)
		ahead.end = to;
	if (verbatim_entry(parser))
		return;
	if (assignments(&ahead, parser->context)) {
		go_to(parser, ahead.at);
		return;
	}
	skip(parser);
	if (ahead.at > to)
		parser->wasted += (size_t)(ahead.at - to);
	go_to(parser, to);
}

static int by_name(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	if (order != 0)
		return order;
	return left->order < right->order ? -1 : 1;
}

static int by_order(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	return left->order < right->order ? -1 : 1;
}

/* Leaves the last entry of each name, in the order of the file. */
static void drop_replaced(struct fl_context *context)
{
	size_t kept = 0;

	if (context->count == 0)
		return;
	qsort(context->entries, context->count, sizeof(*context->entries), by_name);
	for (size_t i = 0; i < context->count; i++) {
		struct entry *entry = &context->entries[i];

		if (i + 1 < context->count && strcmp(entry->name, entry[1].name) == 0) {
			free(entry->name);
			free(entry->value);
			continue;
		}
		context->entries[kept++] = *entry;
	}
	context->count = kept;
	qsort(context->entries, kept, sizeof(*context->entries), by_order);
}

int fl_context_parse(const char *name, const char *text, size_t length, struct fl_context **context,
		     struct fl_error *err)
{
	const char *nul = length > 0 ? memchr(text, '\0', length) : NULL;
	struct parser parser = { .cursor = { text, text + length }, .line = 1 };

	if (nul != NULL) {
		go_to(&parser, nul);
		return fl_error_set(err, FL_EXIT_CONFIG, 0,
				    "context %s:%zu: holds a NUL byte, so it is no text", name,
				    parser.line);
	}
	parser.context = fl_xcalloc(1, sizeof(*parser.context));
	while (parser.cursor.at < parser.cursor.end) {
		parse_line(&parser);
		if (parser.cursor.at < parser.cursor.end)
			go_to(&parser, parser.cursor.at + 1);
	}
	drop_replaced(parser.context);
	*context = parser.context;
	return 0;
}

int fl_context_read(const char *path, struct fl_context **context, struct fl_error *err)
{
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. A symbolic link is fine here. */
	fl_auto_close int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	fl_auto_buf struct fl_buf text = { .limit = FL_CONTEXT_MAX };
	char block[16384];
	struct stat info;
	ssize_t got;

	if (fd < 0 || fstat(fd, &info) != 0) {
		fl_error_set(err, FL_EXIT_CONFIG, errno, "context %s", path);
		if (err->errnum == ENOENT)
			fl_error_hint(err,
				      "has contextualization run? see journalctl -u one-context");
		else if (err->errnum == EACCES)
			fl_error_hint(err, "run this as root");
		return -1;
	}
	if (!S_ISREG(info.st_mode))
		return fl_error_set(err, FL_EXIT_CONFIG, 0, "context %s: is no regular file", path);
	while ((got = read(fd, block, sizeof(block))) != 0) {
		if (got > 0)
			fl_buf_add(&text, block, (size_t)got);
		else if (errno != EINTR)
			return fl_error_set(err, FL_EXIT_CONFIG, errno, "context %s: read", path);
		if (text.truncated)
			return fl_error_set(err, FL_EXIT_CONFIG, 0,
					    "context %s: larger than %zu bytes", path,
					    FL_CONTEXT_MAX);
	}
	return fl_context_parse(path, fl_buf_text(&text), text.length, context, err);
}

const char *fl_context_get(const struct fl_context *context, const char *name)
{
	for (size_t i = 0; i < context->count; i++) {
		if (strcmp(context->entries[i].name, name) == 0)
			return context->entries[i].value[0] != '\0' ? context->entries[i].value
								    : NULL;
	}
	return NULL;
}

size_t fl_context_count(const struct fl_context *context)
{
	return context->count;
}

const char *fl_context_name(const struct fl_context *context, size_t index)
{
	return context->entries[index].name;
}

const char *fl_context_value(const struct fl_context *context, size_t index)
{
	return context->entries[index].value;
}

size_t fl_context_skipped(const struct fl_context *context)
{
	return context->skipped_count;
}

size_t fl_context_skipped_line(const struct fl_context *context, size_t index)
{
	return context->skipped[index];
}

bool fl_context_is_secret(const char *name)
{
	/* TOKENTXT holds TOKEN. */
	static const char *const marks[] = { "PASSWORD", "TOKEN", "SECRET" };

	for (size_t i = 0; i < FL_ARRAY_SIZE(marks); i++) {
		if (strcasestr(name, marks[i]) != NULL)
			return true;
	}
	return false;
}

void fl_context_free(struct fl_context *context)
{
	if (context == NULL)
		return;
	for (size_t i = 0; i < context->count; i++) {
		fl_cleanup_free(&context->entries[i].name);
		fl_cleanup_free(&context->entries[i].value);
	}
	fl_cleanup_free(&context->entries);
	fl_cleanup_free(&context->skipped);
	fl_cleanup_free(&context);
}
