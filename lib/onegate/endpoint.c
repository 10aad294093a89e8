/* SPDX-License-Identifier: Apache-2.0 */
#include "onegate/endpoint.h"

#include <string.h>

#include "base/mem.h"
#include "config/paramcheck.h"
#include "onegate/netaddr.h"

static bool is_loopback(const struct fl_address *address)
{
	return strcmp(address->host, "::1") == 0 || strncmp(address->host, "127.", 4) == 0;
}

int fl_endpoint_find(const struct fl_settings *settings, const struct fl_context *context,
		     const char *onegate_host, fl_time deadline, struct fl_endpoint *endpoint,
		     struct fl_error *err)
{
	struct fl_address fleet = fl_settings_address(settings, FL_PARAM_FLEET_API_ADDRESS);
	/* Docker publishes 0.0.0.0 for IPv4 only and :: for IPv6 only. */
	struct fl_netaddr_hints hints = { .family = strchr(fleet.host, ':') != NULL ? AF_INET6
										    : AF_INET };
	fl_auto_netaddrs struct fl_netaddrs addresses = FL_NETADDRS_INIT;
	const struct fl_netaddr *chosen;
	struct fl_error undecided = FL_ERROR_INIT;

	if (fl_param_read(FL_PARAM_ETH0_IP, context, &hints.ip, err) != 0 ||
	    fl_param_read(FL_PARAM_ETH0_MAC, context, &hints.mac, err) != 0)
		return -1;
	endpoint->address = fleet;
	endpoint->link[0] = '\0';
	endpoint->loopback = is_loopback(&fleet);
	if (!fl_address_is_any(&fleet) && !endpoint->loopback) {
		endpoint->rule = "FL_FLEET_API_ADDRESS names it";
		return 0;
	}
	if (fl_netaddr_list(&addresses, err) != 0)
		return -1;
	/* First by the context alone: looking up OneGate's name may take seconds. */
	if (fl_netaddr_choose(&addresses, &hints, &chosen, &endpoint->rule, &undecided) != 0) {
		if (fl_netaddr_hints(&hints, onegate_host, deadline, err) != 0 ||
		    fl_netaddr_choose(&addresses, &hints, &chosen, &endpoint->rule, err) != 0)
			return -1;
	}
	fl_address_set_host(&endpoint->address, chosen->address);
	memcpy(endpoint->link, chosen->link, sizeof(endpoint->link));
	return 0;
}

char *fl_endpoint_version(const struct fl_settings *settings, const char *image)
{
	const char *tag = image != NULL ? fl_flower_tag(image) : "";
	struct fl_version parsed;

	if (tag[0] == '\0')
		tag = fl_settings_get(settings, FL_PARAM_FLOWER_VERSION);
	return fl_version_parse(tag, &parsed) ? fl_xstrndup(tag, strcspn(tag, "-"))
					      : fl_xstrdup(tag);
}
