/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/database.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "config/flower.h"
#include "config/valid.h"
#include "file/atomic.h"
#include "file/tree.h"
#include "superlink/container.h"

#define NOTE_SUFFIX ".flower-version"
#define NOTE_MAX    320 /* bytes of a note: a tag has at most 128 */
#define INSTEAD_OF  "instead of "
#define SCAN_MAX    (64 * FL_MIB) /* of the database that are looked through */
#define SCAN_BLOCK  65536

/* SQLite keeps each table's CREATE statement as text (sqlite.org/fileformat2.html, 2.6). */
static const char plain_mark[] = "CREATE TABLE alembic_version";
static const char quoted_mark[] = "CREATE TABLE \"alembic_version\"";

#define FIRST_UPGRADED_MINOR 26 /* Flower 1.26 brought alembic's migrations */

/*
 * A path of the database's neighbour with SUFFIX that the container's user cannot bend: the folder
 * is opened link by link, and the path goes through that descriptor, *FOLDER, which the caller
 * closes. NULL with errno if the folder is not there.
 */
static char *safe_path(const struct fl_paths *paths, const struct fl_settings *settings,
		       const char *suffix, int *folder)
{
	const char *relative = fl_settings_database(settings);

	*folder = fl_tree_open_below(paths->state_dir, relative);
	if (*folder < 0)
		return NULL;
	return fl_xasprintf("/proc/self/fd/%d/%s%s", *folder, basename(relative), suffix);
}

static int unreadable(const struct fl_paths *paths, const struct fl_settings *settings,
		      const char *suffix, struct fl_error *err)
{
	return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s/%s%s: read", paths->state_dir,
			    fl_settings_database(settings), suffix);
}

/* The whole *NOTE, or NULL if there is none: 0, or -1 with 71. */
static int read_note(const struct fl_paths *paths, const struct fl_settings *settings, char **note,
		     struct fl_error *err)
{
	fl_auto_close int folder = -1;
	fl_auto_free char *path = safe_path(paths, settings, NOTE_SUFFIX, &folder);

	*note = path == NULL ? NULL : fl_file_read(path, NOTE_MAX, NULL);
	if (*note == NULL && fl_file_unknown(errno))
		return unreadable(paths, settings, NOTE_SUFFIX, err);
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

static bool has_mark(const char *block, size_t length)
{
	return memmem(block, length, plain_mark, sizeof(plain_mark) - 1) != NULL ||
	       memmem(block, length, quoted_mark, sizeof(quoted_mark) - 1) != NULL;
}

/*
 * Looks for the marks in blocks that overlap by the length of the longer one: *UPGRADED. 0, or -1
 * with 71.
 */
static int was_upgraded(const struct fl_paths *paths, const struct fl_settings *settings,
			const char *suffix, bool *upgraded, struct fl_error *err)
{
	fl_auto_close int folder = -1;
	fl_auto_free char *path = safe_path(paths, settings, suffix, &folder);
	fl_auto_free char *block = fl_xcalloc(SCAN_BLOCK, 1);
	fl_auto_close int fd = -1;
	size_t kept = 0;
	struct stat info;

	*upgraded = false;
	if (path != NULL)
		fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) != 0)
		return fl_file_unknown(errno) ? unreadable(paths, settings, suffix, err) : 0;
	if (!S_ISREG(info.st_mode))
		return 0;
	for (size_t seen = 0; seen < SCAN_MAX;) {
		ssize_t got = read(fd, block + kept, SCAN_BLOCK - kept);
		size_t tail = sizeof(quoted_mark) - 1;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return unreadable(paths, settings, suffix, err);
		if (got == 0)
			return 0;
		kept += (size_t)got;
		seen += (size_t)got;
		*upgraded = has_mark(block, kept);
		if (*upgraded)
			return 0;
		if (kept > tail) {
			memmove(block, block + kept - tail, tail);
			kept = tail;
		}
	}
	return 0;
}

static int refuse(const struct fl_paths *paths, const struct fl_settings *settings, const char *tag,
		  const char *than, struct fl_error *err)
{
	return fl_error_set(
		err, FL_EXIT_UNAVAILABLE, 0,
		"database %s/%s: it was last used by a newer Flower (%s) than the image's "
		"%s, which cannot use it; make the newer image available again "
		"(FLOWER_VERSION, FLOWER_IMAGE, the registry), or put back a copy of the "
		"database and its %s note from before the upgrade",
		paths->state_dir, fl_settings_database(settings), than, tag, NOTE_SUFFIX);
}

int fl_database_check(const struct fl_paths *paths, const struct fl_settings *settings,
		      const char *tag, struct fl_error *err)
{
	fl_auto_free char *noted = NULL;
	struct fl_version image, last;
	bool upgraded;

	if (!fl_version_parse(tag, &image))
		return 0; /* nothing to compare: the health check has the last word */
	if (fl_database_noted(paths, settings, &noted, err) != 0)
		return -1;
	if (noted != NULL && fl_version_parse(noted, &last)) {
		if (fl_version_compare(&image, &last) < 0)
			return refuse(paths, settings, tag, noted, err);
		return 0;
	}
	if (image.major != 1 || image.minor >= FIRST_UPGRADED_MINOR)
		return 0;
	if (was_upgraded(paths, settings, "", &upgraded, err) != 0 ||
	    (!upgraded && was_upgraded(paths, settings, "-wal", &upgraded, err) != 0))
		return -1;
	return upgraded ? refuse(paths, settings, tag, "1.26 or later", err) : 0;
}

int fl_database_note(const struct fl_paths *paths, const struct fl_settings *settings,
		     const char *tag, const char *instead_of, struct fl_error *err)
{
	fl_auto_close int folder = -1;
	fl_auto_free char *path = safe_path(paths, settings, NOTE_SUFFIX, &folder);
	fl_auto_free char *text = instead_of == NULL
					  ? fl_xasprintf("%s\n", tag)
					  : fl_xasprintf("%s\n" INSTEAD_OF "%s\n", tag, instead_of);
	const uid_t owner = geteuid() == 0 ? FL_CONTAINER_UID : (uid_t)-1;
	const struct fl_file note = { .path = path,
				      .content = text,
				      .length = strlen(text),
				      .mode = 0644,
				      .uid = owner,
				      .gid = owner };

	if (path == NULL)
		fl_error_set(err, FL_EXIT_SYSTEM, errno, "folder");
	else if (fl_atomic_write(&note, NULL, err) == 0)
		return 0;
	return fl_error_wrap(err, "%s/%s%s", paths->state_dir, fl_settings_database(settings),
			     NOTE_SUFFIX);
}
