/* SPDX-License-Identifier: Apache-2.0 */
#include "onegate/netaddr.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "net/lookup.h"

#define MOST_SHOWN   12 /* candidates in a message; a host with many containers has hundreds */
#define DISCARD_PORT 9  /* any port does: connecting a datagram socket sends nothing (udp(7)) */

/* For documentation (RFC 5737, RFC 3849): no network has them, so the kernel takes the default. */
#define UNUSED_FOUR "203.0.113.1"
#define UNUSED_SIX  "2001:db8::1"

void fl_netaddrs_add(struct fl_netaddrs *addresses, const struct fl_netaddr *address)
{
	addresses->list = fl_xgrow(addresses->list, addresses->count, sizeof(*addresses->list));
	addresses->list[addresses->count++] = *address;
}

void fl_netaddrs_free(struct fl_netaddrs *addresses)
{
	fl_cleanup_free(&addresses->list);
	addresses->list = NULL;
	addresses->count = 0;
}

/* The hardware address of link NAME, which getifaddrs(3) gives in an entry of its own. */
static void find_mac(const struct ifaddrs *all, const char *name, char mac[static FL_MAC_SIZE])
{
	for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
		struct sockaddr_ll link;

		if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_PACKET ||
		    strcmp(i->ifa_name, name) != 0)
			continue;
		memcpy(&link, i->ifa_addr, sizeof(link));
		if (link.sll_halen == ETH_ALEN)
			snprintf(mac, FL_MAC_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x",
				 link.sll_addr[0], link.sll_addr[1], link.sll_addr[2],
				 link.sll_addr[3], link.sll_addr[4], link.sll_addr[5]);
		return;
	}
}

/* Writes ADDRESS, which is IPv4 or IPv6, as text without a zone. */
static void address_text(const struct sockaddr *address, char text[static INET6_ADDRSTRLEN])
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;

	if (address->sa_family == AF_INET) {
		memcpy(&four, address, sizeof(four));
		inet_ntop(AF_INET, &four.sin_addr, text, INET6_ADDRSTRLEN);
	} else {
		memcpy(&six, address, sizeof(six));
		inet_ntop(AF_INET6, &six.sin6_addr, text, INET6_ADDRSTRLEN);
	}
}

static void take_entry(struct fl_netaddrs *addresses, const struct ifaddrs *all,
		       const struct ifaddrs *entry)
{
	struct fl_netaddr found = { .up = (entry->ifa_flags & IFF_UP) != 0,
				    .loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0 };

	if (entry->ifa_addr == NULL)
		return;
	found.family = entry->ifa_addr->sa_family;
	if (found.family != AF_INET && found.family != AF_INET6)
		return;
	snprintf(found.link, sizeof(found.link), "%s", entry->ifa_name);
	address_text(entry->ifa_addr, found.address);
	find_mac(all, entry->ifa_name, found.mac);
	fl_netaddrs_add(addresses, &found);
}

int fl_netaddr_list(struct fl_netaddrs *addresses, struct fl_error *err)
{
	struct ifaddrs *all;

	if (getifaddrs(&all) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno,
				    "addresses of this machine's links");
	for (const struct ifaddrs *entry = all; entry != NULL; entry = entry->ifa_next)
		take_entry(addresses, all, entry);
	freeifaddrs(all);
	return 0;
}

/* The errors of connect(2) and socket(2) if there is no route, or the family is missing. */
static bool is_no_route(int errnum)
{
	return errnum == ENETUNREACH || errnum == EHOSTUNREACH || errnum == ENETDOWN ||
	       errnum == EADDRNOTAVAIL || errnum == EAFNOSUPPORT || errnum == EINVAL ||
	       errnum == EACCES || errnum == EPERM;
}

/* The kernel's source address towards TO; "" if there is no route. 0, or -1 with errno. */
static int source_towards(const struct addrinfo *to, char source[static INET6_ADDRSTRLEN])
{
	struct sockaddr_storage own = { .ss_family = AF_UNSPEC };
	socklen_t length = sizeof(own);
	fl_auto_close int fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen) != 0)
		return is_no_route(errno) ? 0 : -1;
	if (getsockname(fd, (struct sockaddr *)&own, &length) != 0)
		return -1;
	address_text((const struct sockaddr *)&own, source);
	return 0;
}

/* The same for HOST, an address or a name; "" also if it has no address of FAMILY. */
static int ask_route(const char *host, int family, fl_time deadline,
		     char source[static INET6_ADDRSTRLEN], struct fl_error *err)
{
	const struct fl_lookup lookup = {
		.host = host, .port = DISCARD_PORT, .family = family, .socktype = SOCK_DGRAM
	};
	struct addrinfo *found;
	int status = fl_lookup(&lookup, deadline, &found);
	int result = 0;

	source[0] = '\0';
	if (status == EAI_MEMORY || status == EAI_SYSTEM)
		return fl_error_set(err, FL_EXIT_SYSTEM, status == EAI_SYSTEM ? errno : ENOMEM,
				    "%s: address", host);
	if (status != 0)
		return 0;
	for (const struct addrinfo *to = found; to != NULL && source[0] == '\0' && result == 0;
	     to = to->ai_next)
		result = source_towards(to, source);
	if (result != 0)
		fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: route", host);
	freeaddrinfo(found);
	return result;
}

int fl_netaddr_hints(struct fl_netaddr_hints *hints, const char *onegate_host, fl_time deadline,
		     struct fl_error *err)
{
	hints->to_onegate[0] = '\0';
	if (onegate_host != NULL &&
	    ask_route(onegate_host, hints->family, deadline, hints->to_onegate, err) != 0)
		return -1;
	return ask_route(hints->family == AF_INET6 ? UNUSED_SIX : UNUSED_FOUR, hints->family,
			 deadline, hints->by_default, err);
}

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* 169.254.0.0/16 (RFC 3927) and fe80::/10 (RFC 4291). */
static bool is_link_local(const struct fl_netaddr *address)
{
	struct in6_addr six;

	if (inet_pton(AF_INET6, address->address, &six) == 1)
		return IN6_IS_ADDR_LINKLOCAL(&six);
	return starts_with(address->address, "169.254.");
}

const char *fl_netaddr_unfit(const struct fl_netaddr *address)
{
	if (address->loopback || starts_with(address->address, "127.") ||
	    strcmp(address->address, "::1") == 0)
		return "loopback";
	/* docker0, docker_gwbridge; br-ID of a user's network; the host's end of each container. */
	if (starts_with(address->link, "docker") || starts_with(address->link, "br-") ||
	    starts_with(address->link, "veth"))
		return "Docker's";
	if (is_link_local(address))
		return "link-local";
	return address->up ? NULL : "down";
}

/* Whether A is known and equals B. The context may have an address in upper case. */
static bool is_same(const char *a, const char *b)
{
	return a != NULL && a[0] != '\0' && strcasecmp(a, b) == 0;
}

static int none_found(const struct fl_netaddrs *addresses, const struct fl_netaddr_hints *hints,
		      struct fl_error *err)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	size_t shown = 0;

	for (size_t i = 0; i < addresses->count && shown < MOST_SHOWN; i++, shown++) {
		const struct fl_netaddr *a = &addresses->list[i];
		const char *unfit = fl_netaddr_unfit(a);

		if (unfit == NULL && a->family != hints->family)
			unfit = a->family == AF_INET6 ? "IPv6" : "IPv4";
		fl_buf_printf(&text, "%s%s %s (%s)", shown == 0 ? "" : ", ", a->link, a->address,
			      unfit != NULL ? unfit : "no rule names it");
	}
	if (addresses->count > shown)
		fl_buf_printf(&text, " and %zu more", addresses->count - shown);
	return fl_error_set(
		err, FL_EXIT_UNAVAILABLE, 0,
		"no %s address for SuperNodes: neither ETH0_IP nor ETH0_MAC nor a route "
		"to OneGate nor a default route leads to one; candidates: %s",
		hints->family == AF_INET6 ? "IPv6" : "IPv4",
		text.length > 0 ? fl_buf_text(&text) : "none");
}

int fl_netaddr_choose(const struct fl_netaddrs *addresses, const struct fl_netaddr_hints *hints,
		      const struct fl_netaddr **chosen, const char **rule, struct fl_error *err)
{
	const struct {
		const char *wanted, *text;
		bool is_mac;
	} rules[] = {
		{ hints->ip, "the link has ETH0_IP", false },
		{ hints->mac, "the link has ETH0_MAC", true },
		{ hints->to_onegate, "the kernel sends from it towards OneGate", false },
		{ hints->by_default, "the kernel sends from it along the default route", false },
	};

	for (size_t r = 0; r < FL_ARRAY_SIZE(rules); r++) {
		for (size_t i = 0; i < addresses->count; i++) {
			const struct fl_netaddr *address = &addresses->list[i];

			if (address->family != hints->family || fl_netaddr_unfit(address) != NULL ||
			    !is_same(rules[r].wanted,
				     rules[r].is_mac ? address->mac : address->address))
				continue;
			*chosen = address;
			*rule = rules[r].text;
			return 0;
		}
	}
	return none_found(addresses, hints, err);
}
