/* SPDX-License-Identifier: Apache-2.0 */
#include "database.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "atomic.h"
#include "container.h"
#include "flower.h"
#include "mem.h"
#include "tree.h"
#include "valid.h"

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
	const char *slash = strrchr(relative, '/');

	*folder = fl_tree_open_below(paths->state_dir, relative);
	if (*folder < 0)
		return NULL;
	return fl_xasprintf("/proc/self/fd/%d/%s%s", *folder, slash ? slash + 1 : relative, suffix);
}

/* The whole note, or NULL. */
static char *read_note(const struct fl_paths *paths, const struct fl_settings *settings)
{
	fl_auto_close int folder = -1;
	fl_auto_free char *path = safe_path(paths, settings, NOTE_SUFFIX, &folder);

	return path == NULL ? NULL : fl_read_file(path, NOTE_MAX, NULL);
}

bool fl_database_replaced(const struct fl_paths *paths, const struct fl_settings *settings,
			  const char *tag)
{
	fl_auto_free char *note = read_note(paths, settings);
	fl_auto_free char *line = fl_xasprintf("\n" INSTEAD_OF "%s\n", tag);

	return note != NULL && strstr(note, line) != NULL;
}

char *fl_database_noted(const struct fl_paths *paths, const struct fl_settings *settings)
{
	fl_auto_free char *tag = read_note(paths, settings);

	if (tag == NULL)
		return NULL;
	tag[strcspn(tag, "\n")] = '\0';
	return fl_valid_tag(tag) ? fl_steal(&tag) : NULL;
}

static bool has_mark(const char *block, size_t length)
{
	return memmem(block, length, plain_mark, sizeof(plain_mark) - 1) != NULL ||
	       memmem(block, length, quoted_mark, sizeof(quoted_mark) - 1) != NULL;
}

/* Looks for the marks in blocks that overlap by the length of the longer one. */
static bool was_upgraded(const struct fl_paths *paths, const struct fl_settings *settings,
			 const char *suffix)
{
	fl_auto_close int folder = -1;
	fl_auto_free char *path = safe_path(paths, settings, suffix, &folder);
	fl_auto_free char *block = fl_xcalloc(SCAN_BLOCK, 1);
	fl_auto_close int fd = -1;
	size_t kept = 0;
	struct stat info;

	if (path != NULL)
		fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
		return false;
	for (size_t seen = 0; seen < SCAN_MAX;) {
		ssize_t got = read(fd, block + kept, SCAN_BLOCK - kept);
		size_t tail = sizeof(quoted_mark) - 1;

		if (got <= 0)
			return false;
		kept += (size_t)got;
		seen += (size_t)got;
		if (has_mark(block, kept))
			return true;
		if (kept > tail) {
			memmove(block, block + kept - tail, tail);
			kept = tail;
		}
	}
	return false;
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
	fl_auto_free char *noted = fl_database_noted(paths, settings);
	struct fl_version image, last;

	if (!fl_version_parse(tag, &image))
		return 0; /* nothing to compare: the health check has the last word */
	if (noted != NULL && fl_version_parse(noted, &last)) {
		if (fl_version_compare(&image, &last) < 0)
			return refuse(paths, settings, tag, noted, err);
		return 0;
	}
	if (image.major == 1 && image.minor < FIRST_UPGRADED_MINOR &&
	    (was_upgraded(paths, settings, "") || was_upgraded(paths, settings, "-wal")))
		return refuse(paths, settings, tag, "1.26 or later", err);
	return 0;
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
