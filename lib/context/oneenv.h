/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The format of one_env. one-apps writes values without escapes, so a shell would misread them;
 * people write entries as for a shell. This parser reads both, in time linear in the length.
 *
 * OpenNebula one-apps (context-linux/src/etc/one-context.d/loc-16-gen-env) writes
 * `export NAME="value"` and escapes nothing, so a value may hold quotes, dollar signs, backslashes
 * and line breaks; it is taken verbatim. A quote at the end of a line can end it, if that line is
 * before the next `export NAME=` or the end of the file. If there are several such quotes, the
 * first one counts behind which there are only entries, comments and blank lines, else the last
 * one, because a value may hold lines that end in quotes. A line `export X="` belongs to the value
 * if no line of the value before it ends in a quote. Without such a quote, each line is read alone.
 *
 * An entry of another form (NAME=value, NAME='it'\''s', NAME="with \" escapes", comments, CRLF) is
 * read as a POSIX shell reads it, without any expansion. If the last line of an entry ends in
 * CR LF, all of its lines lose the CR.
 */
#ifndef FL_ONEENV_H
#define FL_ONEENV_H

#include <stddef.h>

#include "base/macro.h"

/* The parser calls these functions, in the order of the text. */
struct fl_oneenv_sink {
	void *data;
	/* An entry: its name of LENGTH bytes, and its value, a fresh string that it now owns. */
	void (*entry)(void *data, const char *name, size_t length, char *value);
	/* The number, from 1, of a line that is no entry in either form. */
	void (*skipped)(void *data, size_t line);
};

/* Reads LENGTH bytes, which hold no NUL, and gives what it finds to SINK. */
void fl_oneenv_parse(const char *text, size_t length, const struct fl_oneenv_sink *sink)
	FL_NONNULL(3);

#endif
