/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel's routing says; nothing is sent to the network but a name's look-up. */
#ifndef FL_ROUTE_H
#define FL_ROUTE_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "wait.h"

/*
 * The address of FAMILY (AF_INET, AF_INET6) that the kernel would send from towards HOST, an
 * address or a name, as text in SOURCE. A name is looked up until DEADLINE at most. False if HOST
 * has no address of that family or there is no route.
 */
bool fl_route_source(const char *host, int family, fl_time deadline,
		     char source[static INET6_ADDRSTRLEN]) FL_NONNULL(1);

struct fl_route {
	char link[IF_NAMESIZE];        /* name of the link that packets leave by */
	char source[INET6_ADDRSTRLEN]; /* the route's own source address, "" if it names none */
};

/*
 * The default route of FAMILY with the lowest metric in the main table (rtnetlink(7)); false if
 * there is none.
 */
bool fl_route_default(int family, struct fl_route *route) FL_NONNULL(2);

#endif
