/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The systemd unit flower-superlink.service (spec section 6, systemd.service(5)). It starts the
 * SuperLink at each boot, and again after the SuperLink or Docker has ended.
 */
#ifndef FL_UNIT_H
#define FL_UNIT_H

#include "base/macro.h"

#define FL_UNIT_NAME "flower-superlink.service"

/* The unit's text, with the paths of this build and nothing from the context; a fresh string. */
char *fl_unit_text(void) FL_MUST_CHECK;

#endif
