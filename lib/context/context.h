/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contextualization variables that one-apps wrote to one_env (its format: oneenv.h). A shell
 * would execute what stands in a value, so this module only parses the file, and puts nothing into
 * the environment.
 *
 * A later entry of a name replaces an earlier one. An empty value means that the name is unset.
 */
#ifndef FL_CONTEXT_H
#define FL_CONTEXT_H

#include <stdbool.h>

#include "base/error.h"

#define FL_CONTEXT_MAX (32 * FL_MIB) /* bytes; a larger file is an error */

struct fl_context; /* opaque; owns every name and value */

/*
 * Reads the file at PATH into *CONTEXT, which the caller frees with fl_context_free().
 * Returns 0, or -1 with code FL_EXIT_CONFIG: the file is missing, unreadable, no regular file (a
 * FIFO does not block), larger than FL_CONTEXT_MAX, or has a NUL byte (the message names the line).
 */
int fl_context_read(const char *path, struct fl_context **context, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/* The same for LENGTH bytes in memory, which messages call NAME. */
int fl_context_parse(const char *name, const char *text, size_t length, struct fl_context **context,
		     struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 4, 5);

/* The value of NAME, borrowed, or NULL if it is unset or empty. */
const char *fl_context_get(const struct fl_context *context, const char *name) FL_NONNULL(1, 2);

/* The number of variables with the empty ones. Their order is that of their last entries. */
size_t fl_context_count(const struct fl_context *context) FL_NONNULL(1);

/* Name and value (borrowed, never NULL, may be empty) of variable INDEX, from 0. */
const char *fl_context_name(const struct fl_context *context, size_t index) FL_NONNULL(1);
const char *fl_context_value(const struct fl_context *context, size_t index) FL_NONNULL(1);

/*
 * The skipped lines, which are no entry in either form: how many there are, and the line number
 * (from 1) of the one at INDEX. Their text is not kept, because it may hold a secret.
 */
size_t fl_context_skipped(const struct fl_context *context) FL_NONNULL(1);
size_t fl_context_skipped_line(const struct fl_context *context, size_t index) FL_NONNULL(1);

/* Whether the value is a secret: NAME holds PASSWORD, TOKEN or SECRET, in any case. */
bool fl_context_is_secret(const char *name) FL_NONNULL(1);

/* Frees it; NULL is fine. fl_auto_context frees a variable of type struct fl_context *. */
void fl_context_free(struct fl_context *context);

static inline void fl_cleanup_context(struct fl_context **slot)
{
	fl_context_free(*slot);
}

#define fl_auto_context __attribute__((cleanup(fl_cleanup_context)))

#endif
