/* SPDX-License-Identifier: Apache-2.0 */
/* flower-superlink.service (spec section 6), systemd.unit(5) and systemd.service(5). */
#ifndef FL_UNIT_H
#define FL_UNIT_H

#include "base/macro.h"

#define FL_UNIT_NAME "flower-superlink.service"

/*
 * The unit's text, with the paths of this build and nothing of the context in it; a fresh string
 * that the caller frees.
 */
char *fl_unit_text(void) FL_MUST_CHECK;

#endif
