/* SPDX-License-Identifier: Apache-2.0 */
/* The edit distance of two names: a warning suggests the name that a misspelt one may mean. */
#ifndef FL_EDITS_H
#define FL_EDITS_H

#include "base/macro.h"

#define FL_EDITS_MAX 64 /* only so many bytes of a name are compared */

/*
 * The Levenshtein distance of the first FL_EDITS_MAX bytes of A and B: how many bytes one must at
 * least insert, delete or replace to turn A into B.
 */
size_t fl_edits(const char *a, const char *b) FL_NONNULL(1, 2);

#endif
