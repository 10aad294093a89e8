/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes, and the cleanup handlers that release what a variable owns. With them a function has
 * one way out and needs no goto.
 *
 * A variable that owns something is initialised at its declaration and carries one of the fl_auto_*
 * attributes; each handler accepts the empty value and keeps errno. A function gives ownership away
 * only through fl_steal().
 */
#ifndef FL_MACRO_H
#define FL_MACRO_H

#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define FL_MUST_CHECK        __attribute__((warn_unused_result))
#define FL_NONNULL(...)      __attribute__((nonnull(__VA_ARGS__)))
#define FL_NORETURN          __attribute__((noreturn))

/* Bytes. */
#define FL_KIB ((size_t)1024)
#define FL_MIB (1024 * FL_KIB)

#define FL_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* For a call of FL_MUST_CHECK whose result changes nothing for this caller. */
#define fl_ignore(call) ((void)!(call))

/* Returns *pointer and leaves NULL behind, so that the cleanup handler finds nothing to release. */
#define fl_steal(pointer)                                  \
	(__extension__({                                   \
		__typeof__(*(pointer)) *slot_ = (pointer); \
		__typeof__(*slot_) value_ = *slot_;        \
		*slot_ = NULL;                             \
		value_;                                    \
	}))

/* The same for a descriptor: -1 stays behind. */
static inline int fl_steal_fd(int *fd)
{
	int value = *fd;

	*fd = -1;
	return value;
}

static inline void fl_cleanup_free(void *slot)
{
	int saved = errno;

	free(*(void **)slot);
	errno = saved;
}

static inline void fl_cleanup_close(const int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

static inline void fl_cleanup_closedir(DIR **dir)
{
	int saved = errno;

	if (*dir != NULL)
		closedir(*dir);
	errno = saved;
}

#define fl_auto_free     __attribute__((cleanup(fl_cleanup_free)))
#define fl_auto_close    __attribute__((cleanup(fl_cleanup_close)))
#define fl_auto_closedir __attribute__((cleanup(fl_cleanup_closedir)))

#endif
