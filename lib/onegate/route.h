/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel's routing says; nothing is sent to the network but a name's look-up. */
#ifndef FL_ROUTE_H
#define FL_ROUTE_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/wait.h"

/*
 * The address of FAMILY (AF_INET, AF_INET6) that the kernel would send from towards HOST, an
 * address or a name, as text in SOURCE; "" if HOST has no address of that family or there is no
 * route. A name is looked up until DEADLINE at most. 0, or -1 with 71 where the kernel cannot be
 * asked.
 */
int fl_route_source(const char *host, int family, fl_time deadline,
		    char source[static INET6_ADDRSTRLEN], struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 5);

struct fl_route {
	char link[IF_NAMESIZE];        /* name of the link that packets leave by */
	char source[INET6_ADDRSTRLEN]; /* the route's own source address, "" if it names none */
};

/*
 * The default route of FAMILY with the lowest metric in the main table (rtnetlink(7)); its link is
 * "" if there is none. 0, or -1 with 71 where the kernel cannot be asked.
 */
int fl_route_default(int family, struct fl_route *route, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(2, 3);

#endif
