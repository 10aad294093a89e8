/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses of a host, with a deadline. getaddrinfo(3) has none, and a name server that is
 * silent holds it up for 5 s and a second try each (resolv.conf(5)).
 */
#ifndef FL_LOOKUP_H
#define FL_LOOKUP_H

#include <netdb.h>
#include <stdint.h>

#include "base/wait.h"

struct fl_lookup {
	const char *host; /* an address, which is not looked up, or a name */
	uint16_t port;
	int family;   /* AF_INET, AF_INET6, or AF_UNSPEC for both */
	int socktype; /* SOCK_STREAM or SOCK_DGRAM */
};

/*
 * Does LOOKUP until DEADLINE. 0 and *FOUND, which the caller frees by freeaddrinfo(3), or a code
 * for gai_strerror(3): EAI_NONAME for an address of the other family, EAI_AGAIN for the deadline.
 */
int fl_lookup(const struct fl_lookup *lookup, fl_time deadline, struct addrinfo **found)
	FL_MUST_CHECK FL_NONNULL(1, 3);

#endif
