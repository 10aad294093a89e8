/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What OneGate was told last in this boot, in the file paths->told: so nothing is sent while
 * nothing changes, and what could not be delivered is sent later.
 *
 * The first line is the OneGate's URL and the VM's number, the others are NAME=VALUE. If the file
 * is about another OneGate or VM, nothing is known. A name is taken out before it is sent, and
 * written again after OneGate has confirmed it: if the outcome is not known, it may hold either
 * value.
 *
 * The file is locked from fl_told_open() to fl_told_close(), so a look at the SuperLink, the
 * request about it and the note here belong together. Nobody may tell OneGate in between what was
 * true before.
 */
#ifndef FL_TOLD_H
#define FL_TOLD_H

#include "config/paths.h"
#include "onegate/onegate.h"

struct fl_told {
	int fd;          /* of the locked file; -1: nothing is known, and nothing is noted */
	char *recipient; /* the first line, owned */
	struct fl_attributes known;
};

#define FL_TOLD_INIT                        \
	{                                   \
		.fd = -1, .recipient = NULL \
	}

/*
 * Opens the file, makes it if it is missing, waits for the lock and reads what ONEGATE (it has a
 * URL) was told. 0, or -1 with 71 if this user or file system does not allow that. TOLD can then be
 * used all the same: nothing is known. The caller ends it with fl_told_close() in both cases.
 */
int fl_told_open(struct fl_told *told, const struct fl_paths *paths,
		 const struct fl_onegate *onegate, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

/* The value of NAME that OneGate holds, borrowed, or NULL if that is not known. */
const char *fl_told_get(const struct fl_told *told, const char *name) FL_NONNULL(1, 2);

/* Whether OneGate holds all ATTRIBUTES as they are. */
bool fl_told_holds(const struct fl_told *told, const struct fl_attributes *attributes)
	FL_NONNULL(1, 2);

/* Before a request with ATTRIBUTES: what OneGate holds under these names is not known any more. */
void fl_told_forget(struct fl_told *told, const struct fl_attributes *attributes) FL_NONNULL(1, 2);

/* After it succeeded: OneGate holds ATTRIBUTES, whose names are forgotten. */
void fl_told_add(struct fl_told *told, const struct fl_attributes *attributes) FL_NONNULL(1, 2);

/* Releases the lock and frees TOLD. */
void fl_told_close(struct fl_told *told) FL_NONNULL(1);

#define fl_auto_told __attribute__((cleanup(fl_told_close)))

#endif
