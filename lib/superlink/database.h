/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run database on the state volume, and the highest Flower version that has been ready on it.
 *
 * A newer Flower upgrades the database for good. If an older one runs then, its ports answer, but
 * SuperExec ends (trap 25). So a file beside the database (NAME.flower-version) holds the tag of
 * the highest version that was ready, and fl-bootstrap refuses an older image. A version that never
 * was ready does not count: its image may have failed before it touched the database. A second
 * line, "instead of TAG", says that TAG was not available. The folder belongs to the container's
 * user, so no symbolic link is followed.
 */
#ifndef FL_DATABASE_H
#define FL_DATABASE_H

#include "config/paths.h"
#include "config/settings.h"

/*
 * Checks by the note whether the image tag TAG may use the database. 0, or -1: 69 with what to do
 * if it may not, 71 if the note cannot be read, as it may name a newer Flower.
 */
int fl_database_check(const struct fl_paths *paths, const struct fl_settings *settings,
		      const char *tag, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

/* *TAG is the highest version's tag, a fresh string, or NULL without a note. 0, or -1 with 71. */
int fl_database_noted(const struct fl_paths *paths, const struct fl_settings *settings, char **tag,
		      struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

/* *REPLACED says whether another image was ready last, instead of TAG. 0, or -1 with 71. */
int fl_database_replaced(const struct fl_paths *paths, const struct fl_settings *settings,
			 const char *tag, bool *replaced, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 5);

/*
 * Notes that a SuperLink of the image tag TAG is ready: as the highest version if it is one, and as
 * running instead of FLOWER_VERSION if that differs. A tag that is no version ("latest") leaves the
 * highest version as it is. An unchanged note is not written. 0, or -1 with 71.
 */
int fl_database_note(const struct fl_paths *paths, const struct fl_settings *settings,
		     const char *tag, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

/*
 * The same for the container image IMAGE (NULL: not known) of a SuperLink that was just found
 * ready, if root calls. A failure is only a warning, as the SuperLink works all the same.
 */
void fl_database_ready(const struct fl_paths *paths, const struct fl_settings *settings,
		       const char *image) FL_NONNULL(1, 2);

#endif
