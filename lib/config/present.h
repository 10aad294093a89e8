/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of this boot, from the context and earlier boots; --print shows it as well. */
#ifndef FL_PRESENT_H
#define FL_PRESENT_H

#include <stdbool.h>

#include "config/paths.h"
#include "config/settings.h"
#include "context/context.h"

struct fl_present {
	struct fl_context *context; /* owned; NULL until fl_present_read() */
	struct fl_settings settings;
	bool stands; /* the settings are those that an earlier boot fixed */
};

#define FL_PRESENT_INIT                                                        \
	{                                                                      \
		.context = NULL, .settings = FL_SETTINGS_INIT, .stands = false \
	}

/* Reads the context file (step 2); -v shows which lines it skips. 0, or -1 with 78. */
int fl_present_read(struct fl_present *present, const struct fl_paths *paths, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/*
 * Resolves and checks the settings (step 3), after fl_present_read(), and logs each error and
 * warning as one line. 0, or -1: 78 with the number of errors, 71 if fl_frozen_apply() failed.
 */
int fl_present_validate(struct fl_present *present, const struct fl_paths *paths,
			struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3);

void fl_present_free(struct fl_present *present) FL_NONNULL(1);

#define fl_auto_present __attribute__((cleanup(fl_present_free)))

#endif
