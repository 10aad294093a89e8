/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/database.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "config/flower.h"
#include "config/valid.h"
#include "file/atomic.h"
#include "file/tree.h"
#include "superlink/container.h"

#define NOTE_SUFFIX ".flower-version"
#define NOTE_MAX    320 /* bytes of a note: a tag has at most 128 */
#define INSTEAD_OF  "instead of "

/*
 * The path of the note, through the descriptor *FOLDER of its folder, which the caller closes: the
 * container's user cannot redirect it by a symbolic link. NULL with errno if the folder cannot be
 * opened.
 */
static char *note_path(const struct fl_paths *paths, const struct fl_settings *settings,
		       int *folder)
{
	const char *relative = fl_settings_database(settings);

	*folder = fl_tree_open_below(paths->state_dir, relative);
	if (*folder < 0)
		return NULL;
	return fl_xasprintf("/proc/self/fd/%d/%s" NOTE_SUFFIX, *folder, basename(relative));
}

/* *NOTE is the text of the note, or NULL if there is none. 0, or -1 with 71. */
static int read_note(const struct fl_paths *paths, const struct fl_settings *settings, char **note,
		     struct fl_error *err)
{
	fl_auto_close int folder = -1;
	fl_auto_free char *path = note_path(paths, settings, &folder);

	*note = path == NULL ? NULL : fl_file_read(path, NOTE_MAX, NULL);
	if (*note == NULL && fl_file_unknown(errno))
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s/%s" NOTE_SUFFIX ": read",
				    paths->state_dir, fl_settings_database(settings));
	return 0;
}

int fl_database_replaced(const struct fl_paths *paths, const struct fl_settings *settings,
			 const char *tag, bool *replaced, struct fl_error *err)
{
	fl_auto_free char *line = fl_xasprintf("\n" INSTEAD_OF "%s\n", tag);
	fl_auto_free char *note = NULL;

	if (read_note(paths, settings, &note, err) != 0)
		return -1;
	*replaced = note != NULL && strstr(note, line) != NULL;
	return 0;
}

int fl_database_noted(const struct fl_paths *paths, const struct fl_settings *settings, char **tag,
		      struct fl_error *err)
{
	fl_auto_free char *note = NULL;

	*tag = NULL;
	if (read_note(paths, settings, &note, err) != 0)
		return -1;
	if (note != NULL)
		note[strcspn(note, "\n")] = '\0';
	if (note != NULL && fl_valid_tag(note))
		*tag = fl_steal(&note);
	return 0;
}

int fl_database_check(const struct fl_paths *paths, const struct fl_settings *settings,
		      const char *tag, struct fl_error *err)
{
	fl_auto_free char *noted = NULL;
	struct fl_version image, last;

	if (!fl_version_parse(tag, &image))
		return 0; /* not comparable; the health check finds a SuperExec that ended */
	if (fl_database_noted(paths, settings, &noted, err) != 0)
		return -1;
	if (noted == NULL || !fl_version_parse(noted, &last) ||
	    fl_version_compare(&image, &last) >= 0)
		return 0;
	return fl_error_set(
		err, FL_EXIT_UNAVAILABLE, 0,
		"database %s/%s: it was used by a newer Flower (%s) than the image's "
		"%s, which cannot use it; make the newer image available again "
		"(FLOWER_VERSION, FLOWER_IMAGE, the registry), or put back a copy of the "
		"database and its " NOTE_SUFFIX " note from before the upgrade",
		paths->state_dir, fl_settings_database(settings), noted, tag);
}

/* Whether the image tag TAG is of a newer version than NOTED (NULL: none yet). */
static bool is_higher(const char *tag, const char *noted)
{
	struct fl_version image, highest;

	return fl_version_parse(tag, &image) &&
	       (noted == NULL || !fl_version_parse(noted, &highest) ||
		fl_version_compare(&image, &highest) > 0);
}

int fl_database_note(const struct fl_paths *paths, const struct fl_settings *settings,
		     const char *tag, struct fl_error *err)
{
	const char *configured = fl_settings_get(settings, FL_PARAM_FLOWER_VERSION);
	fl_auto_free char *noted = NULL, *path = NULL, *text = NULL;
	fl_auto_close int folder = -1;
	struct fl_file note;

	if (fl_database_noted(paths, settings, &noted, err) != 0)
		return -1;
	if (is_higher(tag, noted)) {
		fl_cleanup_free(&noted);
		noted = fl_xstrdup(tag);
	}
	if (noted == NULL)
		return 0; /* no version can be told from TAG */
	text = strcmp(tag, configured) == 0
		       ? fl_xasprintf("%s\n", noted)
		       : fl_xasprintf("%s\n" INSTEAD_OF "%s\n", noted, configured);
	path = note_path(paths, settings, &folder);
	if (path == NULL)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s/%s" NOTE_SUFFIX,
				    paths->state_dir, fl_settings_database(settings));
	note = fl_file_text(path, text, 0644);
	if (geteuid() == 0)
		note.uid = note.gid = FL_CONTAINER_UID;
	if (fl_atomic_write(&note, NULL, err) == 0)
		return 0;
	return fl_error_wrap(err, "%s/%s" NOTE_SUFFIX, paths->state_dir,
			     fl_settings_database(settings));
}

void fl_database_ready(const struct fl_paths *paths, const struct fl_settings *settings,
		       const char *image)
{
	struct fl_error err = FL_ERROR_INIT;

	if (image != NULL && geteuid() == 0 &&
	    fl_database_note(paths, settings, fl_flower_tag(image), &err) != 0)
		fl_log(FL_WARNING, "%s", err.message);
}
