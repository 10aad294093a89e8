/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files and folders that fl-configure writes (steps 4 to 6): superlink.env and superlink.json,
 * state/ and certs/, and the systemd unit. The plan for --dry-run stands beside the code that
 * writes, so that both name the same.
 */
#ifndef FL_LAYOUT_H
#define FL_LAYOUT_H

#include "config/paths.h"
#include "config/settings.h"

/* Writes one line for each file or folder that would change to OUT; returns how many. */
size_t fl_layout_plan(const struct fl_paths *paths, const struct fl_settings *settings, FILE *out)
	FL_NONNULL(1, 2, 3);

/*
 * Steps 4, 5 and 6. Each adds to *CHANGED how many files or folders it wrote or corrected. 0, or -1
 * with 71. Step 4 writes both new files to the disk before it replaces an old one.
 */
int fl_layout_write_config(const struct fl_paths *paths, const struct fl_settings *settings,
			   size_t *changed, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);
int fl_layout_make_folders(const struct fl_paths *paths, const struct fl_settings *settings,
			   size_t *changed, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);
int fl_layout_write_unit(const struct fl_paths *paths, size_t *changed, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/* Does and logs all three steps. FL_EXIT_OK, or the exit status of the step that failed. */
enum fl_exit fl_layout_write(const struct fl_paths *paths, const struct fl_settings *settings)
	FL_NONNULL(1, 2);

#endif
