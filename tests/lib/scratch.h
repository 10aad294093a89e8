/* SPDX-License-Identifier: Apache-2.0 */
/* A scratch folder, which one test at a time uses as --root. */
#ifndef FL_TESTS_SCRATCH_H
#define FL_TESTS_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

static char scratch[] = "/tmp/fl-test.XXXXXX";

static inline int scratch_remove_one(const char *path, const struct stat *info, int type,
				     struct FTW *ftw)
{
	(void)info, (void)type;
	return ftw->level == 0 ? 0 : remove(path);
}

static inline int scratch_empty(void **state)
{
	(void)state;
	return nftw(scratch, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline int scratch_make(void **state)
{
	(void)state;
	return mkdtemp(scratch) == NULL ? -1 : 0;
}

static inline int scratch_remove(void **state)
{
	scratch_empty(state);
	return rmdir(scratch);
}

/* The path of NAME below the folder; a fresh string. */
static inline char *path_of(const char *name)
{
	return fl_xasprintf("%s/%s", scratch, name);
}

/* Writes TEXT to PATH (absolute, below the folder), and makes the folders above it. */
static inline void scratch_write(const char *path, const char *text)
{
	fl_auto_free char *part = fl_xstrdup(path);
	FILE *file;

	for (char *slash = part + strlen(scratch) + 1; (slash = strchr(slash, '/')) != NULL;
	     slash++) {
		*slash = '\0';
		mkdir(part, 0755);
		*slash = '/';
	}
	file = fopen(path, "we");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

#endif
