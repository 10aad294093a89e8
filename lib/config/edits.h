/* SPDX-License-Identifier: Apache-2.0 */
/* How far one name is from another, to guess what a misspelt one meant. */
#ifndef FL_EDITS_H
#define FL_EDITS_H

#include "base/macro.h"

#define FL_EDITS_MAX 64 /* bytes of a name that count */

/*
 * The Levenshtein distance of A and B: the least number of bytes to insert, delete or replace that
 * turns one into the other, of their first FL_EDITS_MAX bytes.
 */
size_t fl_edits(const char *a, const char *b) FL_NONNULL(1, 2);

#endif
