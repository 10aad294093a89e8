/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files and folders that fl-configure brings about (steps 4 to 6): superlink.env and
 * superlink.json, state/ and certs/, and the systemd unit.
 */
#ifndef FL_LAYOUT_H
#define FL_LAYOUT_H

#include "config/paths.h"
#include "config/settings.h"

/* Writes one line for each file or folder that would change to OUT; returns how many. */
size_t fl_layout_plan(const struct fl_paths *paths, const struct fl_settings *settings, FILE *out)
	FL_NONNULL(1, 2, 3);

/*
 * Steps 4, 5 and 6. Each returns 0 and adds the number of files or folders that it wrote or mended
 * to *CHANGED, or -1 with 71. Step 4 has both files complete on the disk before it replaces one.
 */
int fl_layout_write_config(const struct fl_paths *paths, const struct fl_settings *settings,
			   size_t *changed, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);
int fl_layout_make_folders(const struct fl_paths *paths, const struct fl_settings *settings,
			   size_t *changed, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);
int fl_layout_write_unit(const struct fl_paths *paths, size_t *changed, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/* All three, each with its line in the log. The status of the one that failed, or FL_EXIT_OK. */
enum fl_exit fl_layout_write(const struct fl_paths *paths, const struct fl_settings *settings)
	FL_NONNULL(1, 2);

#endif
