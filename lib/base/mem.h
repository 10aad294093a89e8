/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation that does not fail: out of memory ends the process through fl_fatal() (fatal.h), as a
 * boot tool of a second's run has nothing better to do. The caller owns and frees every result.
 */
#ifndef FL_MEM_H
#define FL_MEM_H

#include "base/macro.h"

/* SIZE zeroed bytes, COUNT times; never NULL, also for a size of 0. */
void *fl_xcalloc(size_t count, size_t size) FL_MUST_CHECK;

/* realloc(3) to SIZE bytes; never NULL. POINTER may be NULL. */
void *fl_xrealloc(void *pointer, size_t size) FL_MUST_CHECK;

/*
 * Room for one more member of SIZE bytes behind the COUNT that ARRAY has (NULL for none): it
 * doubles at each power of two. Returns the array, perhaps at a new place.
 */
void *fl_xgrow(void *array, size_t count, size_t size) FL_MUST_CHECK;

/* A copy of TEXT; NULL gives NULL. */
char *fl_xstrdup(const char *text) FL_MUST_CHECK;

/* A copy of the first LENGTH bytes of TEXT with a NUL behind them. */
char *fl_xstrndup(const char *text, size_t length) FL_MUST_CHECK FL_NONNULL(1);

/* printf into fresh memory. */
char *fl_xasprintf(const char *format, ...) FL_MUST_CHECK FL_PRINTF(1, 2) FL_NONNULL(1);

#endif
