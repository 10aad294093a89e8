/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chooses the address of this VM that is published for SuperNodes (spec section 9). A VM has many
 * addresses, and SuperNodes cannot reach those of Docker or of a storage network.
 *
 * fl_netaddr_list() and fl_netaddr_hints() ask the machine; fl_netaddr_choose() only compares what
 * they found, so that tests can give it any machine.
 */
#ifndef FL_NETADDR_H
#define FL_NETADDR_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/wait.h"

#define FL_MAC_SIZE 18 /* bytes of "02:00:c0:00:02:0a" with the NUL */

/* An address on a link. */
struct fl_netaddr {
	char link[IF_NAMESIZE];
	char address[INET6_ADDRSTRLEN];
	int family;            /* AF_INET or AF_INET6 */
	char mac[FL_MAC_SIZE]; /* lower case, "" if the link has none */
	bool up;
	bool loopback; /* the link is the loopback one */
};

struct fl_netaddrs {
	struct fl_netaddr *list; /* owned, in the kernel's order: a link's primary address first */
	size_t count;
};

#define FL_NETADDRS_INIT                 \
	{                                \
		.list = NULL, .count = 0 \
	}

/* What the rules compare with; "" or NULL if it is not known. */
struct fl_netaddr_hints {
	int family;                        /* AF_INET or AF_INET6: no other address is chosen */
	const char *ip;                    /* ETH0_IP, borrowed */
	const char *mac;                   /* ETH0_MAC, any case, borrowed */
	char to_onegate[INET6_ADDRSTRLEN]; /* the kernel's source address towards OneGate */
	char by_default[INET6_ADDRSTRLEN]; /* the same on the default route */
};

/* The addresses of all links (getifaddrs(3)). 0, or -1 with 71. */
int fl_netaddr_list(struct fl_netaddrs *addresses, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Asks the kernel for its source address towards ONEGATE_HOST (may be NULL; a name is looked up
 * until DEADLINE) and on the default route, in the family of HINTS. Sends nothing but the look-up.
 * 0, or -1 with 71: with a rule left out, the choice could be a wrong address.
 */
int fl_netaddr_hints(struct fl_netaddr_hints *hints, const char *onegate_host, fl_time deadline,
		     struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 4);

/* Why an address is never taken ("loopback", "link-local", "Docker's", "down"), or NULL. */
const char *fl_netaddr_unfit(const struct fl_netaddr *address) FL_NONNULL(1);

/*
 * Chooses: ETH0_IP if a link has it; else the address of the link with ETH0_MAC; else the source
 * address towards OneGate; else that on the default route; never an unfit one (trap 7). 0 and
 * *CHOSEN (a member of ADDRESSES) with *RULE (a constant, for -v), or -1 with 69 and the
 * candidates.
 */
int fl_netaddr_choose(const struct fl_netaddrs *addresses, const struct fl_netaddr_hints *hints,
		      const struct fl_netaddr **chosen, const char **rule, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 5);

/* Adds an address to a list; for fl_netaddr_list() and for tests. */
void fl_netaddrs_add(struct fl_netaddrs *addresses, const struct fl_netaddr *address)
	FL_NONNULL(1, 2);

void fl_netaddrs_free(struct fl_netaddrs *addresses) FL_NONNULL(1);

#define fl_auto_netaddrs __attribute__((cleanup(fl_netaddrs_free)))

#endif
