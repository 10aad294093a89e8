/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contextualization variables that one-apps wrote to one_env (its format: oneenv.h).
 *
 * The file is data: it is parsed and never executed, and nothing of it enters the environment. A
 * later entry of a name replaces an earlier one. Empty means unset.
 */
#ifndef FL_CONTEXT_H
#define FL_CONTEXT_H

#include <stdbool.h>

#include "base/error.h"

#define FL_CONTEXT_MAX (32 * FL_MIB) /* of a file that are read at most, else: error */

struct fl_context; /* opaque; owns every name and value */

/*
 * Reads the file at PATH into *CONTEXT, which the caller frees with fl_context_free().
 * Returns 0, or -1 with code FL_EXIT_CONFIG: missing, unreadable, no regular file (a FIFO is not
 * opened for waiting), larger than FL_CONTEXT_MAX, or with a NUL byte (the line is named).
 */
int fl_context_read(const char *path, struct fl_context **context, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/* The same for LENGTH bytes in memory; NAME stands for the file in messages. The fuzzer's door. */
int fl_context_parse(const char *name, const char *text, size_t length, struct fl_context **context,
		     struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 4, 5);

/* The value of NAME, borrowed, or NULL if it is unset or empty. */
const char *fl_context_get(const struct fl_context *context, const char *name) FL_NONNULL(1, 2);

/* Number of variables, empty ones included, in the order of their last entries in the file. */
size_t fl_context_count(const struct fl_context *context) FL_NONNULL(1);

/* Name and value (borrowed, never NULL, may be empty) of variable INDEX, from 0. */
const char *fl_context_name(const struct fl_context *context, size_t index) FL_NONNULL(1);
const char *fl_context_value(const struct fl_context *context, size_t index) FL_NONNULL(1);

/*
 * Lines that were no entry of either shape and were passed over, for -v: their number, and the
 * number (from 1) of line INDEX of them. Their text is not kept, as it may hold a secret.
 */
size_t fl_context_skipped(const struct fl_context *context) FL_NONNULL(1);
size_t fl_context_skipped_line(const struct fl_context *context, size_t index) FL_NONNULL(1);

/* Whether NAME is a secret: TOKENTXT, or it holds PASSWORD, TOKEN or SECRET (in any case). */
bool fl_context_is_secret(const char *name) FL_NONNULL(1);

/* Frees it; NULL is fine. fl_auto_context frees a variable of type struct fl_context *. */
void fl_context_free(struct fl_context *context);

static inline void fl_cleanup_context(struct fl_context **slot)
{
	fl_context_free(*slot);
}

#define fl_auto_context __attribute__((cleanup(fl_cleanup_context)))

#endif
