/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the parameters' table, applied to a value. */
#ifndef FL_PARAMCHECK_H
#define FL_PARAMCHECK_H

#include "config/param.h"

/*
 * Checks VALUE against the rule of ID. 0, or -1 with code 78 and "NAME: 'value': must be ...";
 * a secret's value is left out.
 */
int fl_param_check(enum fl_param_id id, const char *value, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(2, 3);

/*
 * fl_param_lookup(), checked: 0 and *VALUE (borrowed, NULL if unset), or -1 with 78. For what each
 * boot reads in the step that uses it.
 */
int fl_param_read(enum fl_param_id id, const struct fl_context *context, const char **value,
		  struct fl_error *err) FL_MUST_CHECK FL_NONNULL(2, 3, 4);

#endif
