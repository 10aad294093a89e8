/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run database on the state volume, and which Flower used it last.
 *
 * A newer Flower upgrades the database and there is no way back: an older one then has green ports
 * and a dead SuperExec (trap 25). So fl-bootstrap notes the tag that ran last in a file beside the
 * database (NAME.flower-version) and refuses an older image. A second line, "instead of TAG", tells
 * that it ran because TAG could not be had. The folder belongs to the container's user, so nothing
 * in it is trusted: no symbolic link is followed.
 */
#ifndef FL_DATABASE_H
#define FL_DATABASE_H

#include "config/paths.h"
#include "config/settings.h"

/*
 * Whether the image tag TAG may run on the database, as far as its note tells. 0, or -1 with 69 and
 * what to do; 71 if the note cannot be read, as it may name a newer Flower.
 */
int fl_database_check(const struct fl_paths *paths, const struct fl_settings *settings,
		      const char *tag, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

/* The tag that ran last, a fresh *TAG, or NULL if there is no note. 0, or -1 with 71. */
int fl_database_noted(const struct fl_paths *paths, const struct fl_settings *settings, char **tag,
		      struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

/* Whether what ran last ran instead of TAG: *REPLACED. 0, or -1 with 71. */
int fl_database_replaced(const struct fl_paths *paths, const struct fl_settings *settings,
			 const char *tag, bool *replaced, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 5);

/*
 * Notes that TAG runs, instead of INSTEAD_OF if that is not NULL; an unchanged note is left alone.
 * 0, or -1 with 71.
 */
int fl_database_note(const struct fl_paths *paths, const struct fl_settings *settings,
		     const char *tag, const char *instead_of, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

#endif
