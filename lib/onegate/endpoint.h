/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where SuperNodes reach this SuperLink, and which Flower version runs. Both are published, so they
 * must be true: the configured values alone can be wrong for them.
 */
#ifndef FL_ENDPOINT_H
#define FL_ENDPOINT_H

#include <net/if.h>

#include "base/wait.h"
#include "config/settings.h"
#include "context/context.h"

struct fl_endpoint {
	struct fl_address address; /* of the Fleet API as SuperNodes reach it */
	char link[IF_NAMESIZE];    /* the link with that address, "" if nobody had to look for it */
	const char *rule;          /* which rule chose it, a constant */
	bool loopback; /* FL_FLEET_API_ADDRESS is, so no SuperNode outside this VM can reach it */
};

/*
 * Finds the endpoint. The port is that of FL_FLEET_API_ADDRESS (trap 12). The host is the address
 * in it, because the port is published nowhere else. But if that is loopback or means every
 * interface, onegate/netaddr.h chooses an address by ETH0_IP and ETH0_MAC of CONTEXT and by the
 * route towards ONEGATE_HOST (may be NULL). 0, or -1: 69 and the candidates, 71, 78 for a bad
 * ETH0_*.
 */
int fl_endpoint_find(const struct fl_settings *settings, const struct fl_context *context,
		     const char *onegate_host, fl_time deadline, struct fl_endpoint *endpoint,
		     struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 5, 6);

/*
 * The version of the Flower that runs, also after a fallback: the tag of IMAGE, which the container
 * was made from; without the tag's suffix if it is a version. If IMAGE is NULL or has no tag, it is
 * the configured version. A fresh string.
 */
char *fl_endpoint_version(const struct fl_settings *settings, const char *image)
	FL_MUST_CHECK FL_NONNULL(1);

#endif
