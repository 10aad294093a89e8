/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the looks of this boot have found, in a file below /run. One look cannot tell a SuperLink
 * that is silent for a moment from one that is silent for minutes, nor a SuperExec that was not
 * started yet from one that is gone.
 *
 * A run of the container is known by its State.StartedAt (docker/docker.h).
 */
#ifndef FL_MEMORY_H
#define FL_MEMORY_H

#include "base/error.h"
#include "base/wait.h"

/* All strings are owned and never NULL after fl_memory_read(). */
struct fl_memory {
	char *ready;   /* the run that was found ready last, "" if none was */
	char *failing; /* the run of the failing looks since then, "" if it is not known */
	fl_time since; /* when the first of them was, 0 if the last look found it ready */
	char *said;    /* what people were told last, "" if nothing */
};

#define FL_MEMORY_INIT                                       \
	{                                                    \
		.ready = NULL, .failing = NULL, .said = NULL \
	}

/* Fills MEMORY from the file PATH. Without a valid file nothing is known yet, which is no error. */
void fl_memory_read(struct fl_memory *memory, const char *path) FL_NONNULL(1, 2);

/* Writes MEMORY to PATH, whose folder must exist, if it differs. 0, or -1 with 71. */
int fl_memory_write(const struct fl_memory *memory, const char *path, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/* Replaces the string SLOT of a memory by a copy of TEXT, which it may be itself. */
void fl_memory_set(char **slot, const char *text) FL_NONNULL(1, 2);

void fl_memory_free(struct fl_memory *memory) FL_NONNULL(1);

#define fl_auto_memory __attribute__((cleanup(fl_memory_free)))

#endif
