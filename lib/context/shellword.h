/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assignments as a POSIX shell reads them (XCU 2.2 and 2.9.1), without any expansion: what a dollar
 * sign or a backquote would do stays text.
 */
#ifndef FL_SHELLWORD_H
#define FL_SHELLWORD_H

#include <stdbool.h>

#include "base/buf.h"

/* Bytes that are being read: [at, end). */
struct fl_cursor {
	const char *at;
	const char *end;
};

/*
 * Whether LINE starts with a variable's name followed by '='; *NAME_LENGTH bytes of it are the
 * name. one-apps' generator takes letters, digits, '_' and '-' in any order, so this does too.
 */
bool fl_shellword_name(const struct fl_cursor *line, size_t *name_length)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/* Whether a line at CURSOR starts with `export NAME=`; *VALUE then points behind the '='. */
bool fl_shellword_is_export(const struct fl_cursor *cursor, const char **value)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Reads one word, the value of an assignment, at CURSOR into WORD and moves CURSOR behind it.
 * Single and double quotes, backslashes and concatenation work as in a shell; a quoted part may
 * go over several lines, and a CR at the end of a line is dropped. False if a quote is not
 * closed, if a word that does not start with a quote would swallow a line that starts with
 * `export NAME="`, or if a `$(`, `${` or backquote outside double quotes does not end on its
 * line. CURSOR is then somewhere behind the start of the word: as far as was looked.
 */
bool fl_shellword_read(struct fl_cursor *cursor, struct fl_buf *word)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/* Moves CURSOR behind blanks. */
void fl_shellword_blanks(struct fl_cursor *cursor) FL_NONNULL(1);

/* Whether CURSOR is at a line feed or the end; a CR that ends the line is stepped over. */
bool fl_shellword_at_line_end(struct fl_cursor *cursor) FL_NONNULL(1);

/* Whether no more of a word is to come: the end, a blank, a line end or an operator. */
bool fl_shellword_at_word_end(const struct fl_cursor *cursor) FL_NONNULL(1);

/* Makes each CR LF in TEXT a LF, in place. */
void fl_shellword_drop_cr(char *text) FL_NONNULL(1);

#endif
