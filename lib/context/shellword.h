/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assignments as a POSIX shell reads them (XCU 2.2 and 2.9.1), but without expansion: dollar signs
 * and backquotes stay text. With this the programs need no shell, which would execute the file.
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
 * Whether LINE starts with a variable's name and '='. *NAME_LENGTH is the length of the name.
 * Names have letters, digits, '_' and '-' in any order, as in one-apps' generator.
 */
bool fl_shellword_name(const struct fl_cursor *line, size_t *name_length)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/* Whether `export NAME=` stands at CURSOR; *VALUE then points behind the '='. */
bool fl_shellword_is_export(const struct fl_cursor *cursor, const char **value)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Reads one word, the value of an assignment, at CURSOR into WORD and moves CURSOR behind it.
 * Single and double quotes, backslashes and concatenation work as in a shell; a quoted part may
 * go over several lines, and a CR at the end of a line is dropped. False if a quote is not
 * closed, if a quote in the middle of a word would take in a line that starts with
 * `export NAME="`, or if a `$(`, `${` or backquote outside double quotes does not end on its
 * line. CURSOR is then where the reading stopped.
 */
bool fl_shellword_read(struct fl_cursor *cursor, struct fl_buf *word)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/* Moves CURSOR behind blanks. */
void fl_shellword_blanks(struct fl_cursor *cursor) FL_NONNULL(1);

/* Whether CURSOR is at a line feed or the end. Moves it behind a CR that ends the line. */
bool fl_shellword_at_line_end(struct fl_cursor *cursor) FL_NONNULL(1);

/* Whether a word ends at CURSOR: there is a blank, an operator, a line end or nothing. */
bool fl_shellword_at_word_end(const struct fl_cursor *cursor) FL_NONNULL(1);

/* Replaces each CR LF in TEXT by LF, in place. */
void fl_shellword_drop_cr(char *text) FL_NONNULL(1);

#endif
