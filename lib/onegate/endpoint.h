/* SPDX-License-Identifier: Apache-2.0 */
/* What the world is told of this SuperLink: where it is reached and which Flower runs. */
#ifndef FL_ENDPOINT_H
#define FL_ENDPOINT_H

#include <net/if.h>

#include "base/wait.h"
#include "config/paths.h"
#include "config/settings.h"
#include "context/context.h"

struct fl_endpoint {
	struct fl_address address; /* of the Fleet API as SuperNodes reach it */
	char link[IF_NAMESIZE];    /* name of the link that carries it, "" if that was not asked */
	const char *rule;          /* which rule chose it, a constant */
};

/*
 * Finds the endpoint: the port is that of FL_FLEET_API_ADDRESS (trap 12); the host is the address
 * that it names, as the port is published nowhere else, or, where it stands for every interface,
 * the one that onegate/netaddr.h chooses with ETH0_IP and ETH0_MAC of CONTEXT and the route towards
 * ONEGATE_HOST (may be NULL). 0, or -1: 69 and the candidates, 71, 78 for a bad ETH0_IP or
 * ETH0_MAC.
 */
int fl_endpoint_find(const struct fl_settings *settings, const struct fl_context *context,
		     const char *onegate_host, fl_time deadline, struct fl_endpoint *endpoint,
		     struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 5, 6);

/*
 * The version of the Flower that runs, after any fallback: the tag that fl-bootstrap noted, without
 * its suffix if it is a version, else the configured one. A fresh *VERSION. 0, or -1 with 71 where
 * the note cannot be read: another one may run than the configured.
 */
int fl_endpoint_version(const struct fl_paths *paths, const struct fl_settings *settings,
			char **version, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

#endif
