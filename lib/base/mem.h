/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation that never fails: lack of memory ends the process (fatal.h), because a program that
 * runs for a second at boot can do nothing better. The caller owns and frees every result.
 */
#ifndef FL_MEM_H
#define FL_MEM_H

#include "base/macro.h"

/* SIZE zeroed bytes, COUNT times; never NULL, also for a size of 0. */
void *fl_xcalloc(size_t count, size_t size) FL_MUST_CHECK;

/* SIZE bytes; never NULL, also for a size of 0. */
void *fl_xmalloc(size_t size) FL_MUST_CHECK;

/* realloc(3) to SIZE bytes; never NULL. POINTER may be NULL. */
void *fl_xrealloc(void *pointer, size_t size) FL_MUST_CHECK;

/*
 * Makes room for one more member of SIZE bytes in ARRAY, which has COUNT (NULL: none). The room
 * doubles at each power of two. Returns the array, perhaps at a new address.
 */
void *fl_xgrow(void *array, size_t count, size_t size) FL_MUST_CHECK;

/* A copy of TEXT; NULL gives NULL. */
char *fl_xstrdup(const char *text) FL_MUST_CHECK;

/* A copy of the first LENGTH bytes of TEXT with a NUL behind them. */
char *fl_xstrndup(const char *text, size_t length) FL_MUST_CHECK FL_NONNULL(1);

/* printf into fresh memory. */
char *fl_xasprintf(const char *format, ...) FL_MUST_CHECK FL_PRINTF(1, 2) FL_NONNULL(1);

#endif
