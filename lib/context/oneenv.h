/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The format of one_env: entries of one-apps, and of whoever edits the file by hand.
 *
 * Its source is OpenNebula one-apps, context-linux/src/etc/one-context.d/loc-16-gen-env, which
 * writes `export NAME="value"` with the value unescaped, so that it may hold quotes, dollar signs,
 * backslashes and line breaks. An entry of that shape is taken verbatim up to the quote that ends
 * a line before the next `export NAME=` or the end of the file. Where several lines do, it is the
 * last of them, so that a value may hold lines that end in quotes, unless all that stands behind
 * an earlier one is entries, comments or blank lines: then they are entries of their own. A line
 * `export X="` is part of a value as long as no line of the value before it ends in a quote. A
 * value without such a quote is no entry: its lines are read alone.
 *
 * Entries of any other shape (NAME=value, NAME='it'\''s', NAME="with \" escapes", comments, CRLF)
 * read as a POSIX shell would read them, without any expansion. A multi-line entry whose last line
 * ends in CR LF loses the CRs of all its lines. Reading takes time linear in the length.
 */
#ifndef FL_ONEENV_H
#define FL_ONEENV_H

#include <stddef.h>

#include "base/macro.h"

/* Takes what is found, in the order of the text. */
struct fl_oneenv_sink {
	void *data;
	/* An entry: its name of LENGTH bytes, and its value, a fresh string that it now owns. */
	void (*entry)(void *data, const char *name, size_t length, char *value);
	/* A line that is no entry of either shape, by its number from 1. */
	void (*skipped)(void *data, size_t line);
};

/* Reads LENGTH bytes, which hold no NUL. */
void fl_oneenv_parse(const char *text, size_t length, const struct fl_oneenv_sink *sink)
	FL_NONNULL(3);

#endif
