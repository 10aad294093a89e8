/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses of a host, with a deadline. getaddrinfo(3) has no deadline: it waits 5 s twice for
 * each name server that does not answer (resolv.conf(5)).
 */
#ifndef FL_LOOKUP_H
#define FL_LOOKUP_H

#include <netdb.h>
#include <stdint.h>

#include "base/wait.h"

struct fl_lookup {
	const char *host; /* a name, or an address, for which no name server is asked */
	uint16_t port;
	int family;   /* AF_INET, AF_INET6, or AF_UNSPEC for both */
	int socktype; /* SOCK_STREAM or SOCK_DGRAM */
};

/*
 * Looks the host up. 0 and *FOUND, which the caller frees with freeaddrinfo(3), or a code for
 * gai_strerror(3): EAI_NONAME also for an address of the other family, EAI_AGAIN also if DEADLINE
 * passed.
 */
int fl_lookup(const struct fl_lookup *lookup, fl_time deadline, struct addrinfo **found)
	FL_MUST_CHECK FL_NONNULL(1, 3);

#endif
