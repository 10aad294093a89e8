/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets of a transfer, as seen beside libcurl: it has closed its own when the end is known,
 * and cannot tell a peer that hung up at once from one that speaks another protocol.
 */
#ifndef FL_SOCKETS_H
#define FL_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

struct fl_sockets {
	int fd[4]; /* second descriptors; several for a host of several addresses */
	size_t count;
};

/*
 * Opens a socket as socket(2) does, close-on-exec and non-blocking, and returns it, or -1 with
 * errno. If SOCKETS is not NULL a second descriptor of it is kept there while there is room.
 */
int fl_sockets_open(struct fl_sockets *sockets, int family, int type, int protocol) FL_MUST_CHECK;

/*
 * Whether a peer of any of them (TCP) has sent anything but the end of the connection. Source: the
 * tcpi_bytes_received of tcp(7)'s TCP_INFO (Linux 4.1).
 */
bool fl_sockets_heard(const struct fl_sockets *sockets) FL_NONNULL(1);

/* Closes what is kept. */
void fl_sockets_forget(struct fl_sockets *sockets) FL_NONNULL(1);

#endif
