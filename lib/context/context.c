/* SPDX-License-Identifier: Apache-2.0 */
#include "context/context.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "context/oneenv.h"

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

/* The parser gives each entry to this function, and each skipped line to the next one. */
static void add(void *data, const char *name, size_t length, char *value)
{
	struct fl_context *context = data;
	struct entry *entry;

	context->entries = fl_xgrow(context->entries, context->count, sizeof(*entry));
	entry = &context->entries[context->count];
	entry->name = fl_xstrndup(name, length);
	entry->value = value;
	entry->order = context->count++;
}

static void skip(void *data, size_t line)
{
	struct fl_context *context = data;

	context->skipped = fl_xgrow(context->skipped, context->skipped_count,
				    sizeof(*context->skipped));
	context->skipped[context->skipped_count++] = line;
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

/* Keeps only the last entry of each name, in the order of the file. */
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

/* The number, from 1, of the line with AT. */
static size_t line_of(const char *text, const char *at)
{
	size_t line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

int fl_context_parse(const char *name, const char *text, size_t length, struct fl_context **context,
		     struct fl_error *err)
{
	const char *nul = length > 0 ? memchr(text, '\0', length) : NULL;
	struct fl_oneenv_sink sink = { .entry = add, .skipped = skip };

	if (nul != NULL)
		return fl_error_set(err, FL_EXIT_CONFIG, 0,
				    "context %s:%zu: holds a NUL byte, so it is not a text file",
				    name, line_of(text, nul));
	*context = fl_xcalloc(1, sizeof(**context));
	sink.data = *context;
	fl_oneenv_parse(text, length, &sink);
	drop_replaced(*context);
	return 0;
}

int fl_context_read(const char *path, struct fl_context **context, struct fl_error *err)
{
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. A symbolic link is fine here. */
	fl_auto_close int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	fl_auto_buf struct fl_buf text = { .limit = FL_CONTEXT_MAX };
	struct stat info;

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
		return fl_error_set(err, FL_EXIT_CONFIG, 0, "context %s: is not a regular file",
				    path);
	if (fl_buf_read(&text, fd) != 0)
		return fl_error_set(err, FL_EXIT_CONFIG, errno, "context %s: read", path);
	if (text.truncated)
		return fl_error_set(err, FL_EXIT_CONFIG, 0, "context %s: is larger than %zu bytes",
				    path, FL_CONTEXT_MAX);
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
	/* TOKEN also finds TOKENTXT. */
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
