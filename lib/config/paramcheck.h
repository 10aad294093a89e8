/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a value by its parameter's rule: the context's and superlink.json's in the same way. */
#ifndef FL_PARAMCHECK_H
#define FL_PARAMCHECK_H

#include "config/param.h"

/*
 * Checks VALUE by the rule of ID. 0, or -1 with code 78 and "NAME: 'value' must be ...", which
 * never shows a secret.
 */
int fl_param_check(enum fl_param_id id, const char *value, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(2, 3);

/*
 * Looks a parameter up that each boot reads again, and checks it: 0 and *VALUE (borrowed, NULL if
 * unset), or -1 with 78.
 */
int fl_param_read(enum fl_param_id id, const struct fl_context *context, const char **value,
		  struct fl_error *err) FL_MUST_CHECK FL_NONNULL(2, 3, 4);

#endif
