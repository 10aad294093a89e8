/* SPDX-License-Identifier: Apache-2.0 */
#include "file/walk.h"

#include <fcntl.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define KEPT     64 /* folders that stay open on the way down; deeper ones are reopened as ".." */

struct level {
	int fd; /* owned; -1 if closed meanwhile */
	dev_t dev;
	ino_t ino;
	char **names; /* owned; the folders in it that are still to be walked, the last one first */
	size_t count;
	size_t path_length;
};

struct walk {
	fl_walk_visit *visit;
	void *data;
	struct fl_buf path; /* of the last level */
	struct level *levels;
	size_t depth;
};

static int failed(const struct walk *walk, const char *name, const char *what, struct fl_error *err)
{
	return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s%s%s: %s", fl_buf_text(&walk->path),
			    name[0] != '\0' ? "/" : "", name, what);
}

/* Visits the entries of LEVEL and remembers its folders. */
static int visit_entries(struct walk *walk, struct level *level, struct fl_error *err)
{
	int copy = fcntl(level->fd, F_DUPFD_CLOEXEC, 0);
	fl_auto_closedir DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	if (dir == NULL) {
		fl_cleanup_close(&copy);
		return failed(walk, "", "read", err);
	}
	while (errno = 0, (entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;
		struct stat info;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (fstatat(level->fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
			if (errno == ENOENT)
				continue; /* SQLite removes its -wal and -shm files */
			return failed(walk, name, "stat", err);
		}
		if (walk->visit(level->fd, name, &info, fl_buf_text(&walk->path), walk->data,
				err) != 0)
			return -1;
		if (!S_ISDIR(info.st_mode))
			continue;
		level->names = fl_xgrow(level->names, level->count, sizeof(*level->names));
		level->names[level->count++] = fl_xstrdup(name);
	}
	return errno == 0 ? 0 : failed(walk, "", "read", err);
}

/* Visits the entries of FD, which it owns then, and whose path is in walk->path already. */
static int enter(struct walk *walk, int fd, struct fl_error *err)
{
	struct level *level;
	struct stat info;

	walk->levels = fl_xgrow(walk->levels, walk->depth, sizeof(*walk->levels));
	level = &walk->levels[walk->depth++];
	*level = (struct level){ .fd = fd, .path_length = walk->path.length };
	if (fstat(fd, &info) != 0)
		return failed(walk, "", "stat", err);
	level->dev = info.st_dev;
	level->ino = info.st_ino;
	return visit_entries(walk, level, err);
}

static int go_down(struct walk *walk, struct fl_error *err)
{
	struct level *level = &walk->levels[walk->depth - 1];
	fl_auto_free char *name = level->names[--level->count];
	int fd = openat(level->fd, name, OPEN_DIR);

	if (fd < 0 && (errno == ENOENT || errno == ELOOP || errno == ENOTDIR))
		return 0; /* removed, or replaced by a link meanwhile */
	if (fd < 0)
		return failed(walk, name, "open", err);
	fl_buf_printf(&walk->path, "/%s", name);
	if (walk->depth > KEPT) {
		fl_cleanup_close(&level->fd);
		level->fd = -1;
	}
	return enter(walk, fd, err);
}

static void drop_last(struct walk *walk)
{
	struct level *level = &walk->levels[--walk->depth];

	while (level->count > 0)
		free(level->names[--level->count]);
	free(level->names);
	fl_cleanup_close(&level->fd);
}

/* Goes back to the folder above. If that was closed, opens "..", which must be the same folder. */
static int go_up(struct walk *walk, struct fl_error *err)
{
	struct level *above = walk->depth > 1 ? &walk->levels[walk->depth - 2] : NULL;
	struct stat info;

	if (above != NULL && above->fd < 0) {
		above->fd = openat(walk->levels[walk->depth - 1].fd, "..", OPEN_DIR);
		if (above->fd < 0 || fstat(above->fd, &info) != 0)
			return failed(walk, "..", "open", err);
		if (info.st_dev != above->dev || info.st_ino != above->ino) {
			errno = ESTALE;
			return failed(walk, "..", "somebody moved the folder meanwhile", err);
		}
	}
	drop_last(walk);
	if (above != NULL) {
		walk->path.length = above->path_length;
		walk->path.data[walk->path.length] = '\0';
	}
	return 0;
}

int fl_walk(int top, const char *path, fl_walk_visit *visit, void *data, struct fl_error *err)
{
	struct walk walk = { .visit = visit, .data = data };
	int result;

	fl_buf_puts(&walk.path, path);
	result = enter(&walk, top, err);
	while (result == 0 && walk.depth > 0)
		result = walk.levels[walk.depth - 1].count > 0 ? go_down(&walk, err)
							       : go_up(&walk, err);
	while (walk.depth > 0)
		drop_last(&walk);
	free(walk.levels);
	fl_buf_free(&walk.path);
	return result;
}
