/* SPDX-License-Identifier: Apache-2.0 */
/* The parameter table as text: --help, man page and VM template always fit the programs. */
#ifndef FL_PARAMTEXT_H
#define FL_PARAMTEXT_H

#include "base/macro.h"

/* Each returns a fresh string, ended by a line feed, that the caller frees. */

/* A table for people: name, default, rule, where it goes, description. */
char *fl_paramtext_table(void) FL_MUST_CHECK;

/* The items of an mdoc(7) list of type -tag, for flower-context(5). */
char *fl_paramtext_mdoc(void) FL_MUST_CHECK;

/*
 * The VM template's USER_INPUTS and INPUTS_ORDER: NAME = "M|O|type|description|params|default"
 * (OpenNebula, VM Template Reference, "User Inputs"; src/cli/one_helper.rb).
 */
char *fl_paramtext_user_inputs(void) FL_MUST_CHECK;

#endif
