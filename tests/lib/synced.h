/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records what is synced, or makes it fail. The test that includes this names the functions to
 * wrap: fsync syncfs.
 */
#ifndef FL_TESTS_SYNCED_H
#define FL_TESTS_SYNCED_H

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_syncfs(int fd);
int __wrap_syncfs(int fd);

static ino_t synced[32]; /* the files that were synced, in this order */
static size_t syncs;
static size_t whole_syncs; /* calls of syncfs() */
static bool fail_sync;

int __wrap_fsync(int fd)
{
	struct stat info;

	if (fail_sync) {
		errno = EIO;
		return -1;
	}
	assert_int_equal(fstat(fd, &info), 0);
	if (syncs < sizeof(synced) / sizeof(synced[0]))
		synced[syncs++] = info.st_ino;
	return __real_fsync(fd);
}

int __wrap_syncfs(int fd)
{
	if (fail_sync) {
		errno = EIO;
		return -1;
	}
	whole_syncs++;
	return __real_syncfs(fd);
}

static inline bool is_synced(const char *path)
{
	struct stat info;

	assert_int_equal(stat(path, &info), 0);
	for (size_t i = 0; i < syncs; i++) {
		if (synced[i] == info.st_ino)
			return true;
	}
	return false;
}

static inline void forget_syncs(void)
{
	syncs = 0;
	whole_syncs = 0;
	fail_sync = false;
}

#endif
