/* SPDX-License-Identifier: Apache-2.0 */
#include "onegate/route.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "net/lookup.h"

#define DISCARD_PORT 9     /* any will do: connecting a datagram socket sends nothing (udp(7)) */
#define ANSWER_SIZE  32768 /* bytes of one netlink message, the kernel's most (netlink(7)) */

/* The address as text, without the zone of a link-local one. */
static bool address_text(int family, const void *address, char text[static INET6_ADDRSTRLEN])
{
	return inet_ntop(family, address, text, INET6_ADDRSTRLEN) != NULL;
}

/* What connect(2) and socket(2) say where there is no route, or nothing of that family. */
static bool is_no_route(int errnum)
{
	return errnum == ENETUNREACH || errnum == EHOSTUNREACH || errnum == ENETDOWN ||
	       errnum == EADDRNOTAVAIL || errnum == EAFNOSUPPORT || errnum == EINVAL ||
	       errnum == EACCES || errnum == EPERM;
}

/* 0, where there is no route as well, or -1 with errno. */
static int source_towards(const struct addrinfo *to, char source[static INET6_ADDRSTRLEN])
{
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} own = { .any = { .sa_family = AF_UNSPEC } };
	socklen_t length = sizeof(own);
	fl_auto_close int fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen) != 0)
		return is_no_route(errno) ? 0 : -1;
	if (getsockname(fd, &own.any, &length) != 0)
		return -1;
	if (own.any.sa_family == AF_INET6)
		address_text(AF_INET6, &own.six.sin6_addr, source);
	else
		address_text(AF_INET, &own.four.sin_addr, source);
	return 0;
}

int fl_route_source(const char *host, int family, fl_time deadline,
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

/*
 * Takes a route of the dump for *BEST if it is a default route with a lower metric. Nothing is
 * const, as the kernel's macros cast that away. 0, or -1 with errno.
 */
static int take_route(struct nlmsghdr *message, int family, struct fl_route *best,
		      uint32_t *best_metric)
{
	struct rtmsg *head = NLMSG_DATA(message);
	int length = (int)RTM_PAYLOAD(message);
	struct fl_route route = { .link = "", .source = "" };
	uint32_t metric = 0, index = 0;

	if (message->nlmsg_type != RTM_NEWROUTE || head->rtm_dst_len != 0 ||
	    head->rtm_type != RTN_UNICAST || head->rtm_table != RT_TABLE_MAIN ||
	    head->rtm_family != family)
		return 0;
	for (struct rtattr *a = RTM_RTA(head); RTA_OK(a, length); a = RTA_NEXT(a, length)) {
		if (a->rta_type == RTA_OIF)
			memcpy(&index, RTA_DATA(a), sizeof(index));
		else if (a->rta_type == RTA_PRIORITY)
			memcpy(&metric, RTA_DATA(a), sizeof(metric));
		else if (a->rta_type == RTA_PREFSRC)
			address_text(family, RTA_DATA(a), route.source);
		else if (a->rta_type == RTA_MULTIPATH && index == 0)
			index = (uint32_t)((struct rtnexthop *)RTA_DATA(a))->rtnh_ifindex;
	}
	if (index == 0 || metric >= *best_metric)
		return 0;
	if (if_indextoname(index, route.link) == NULL)
		return errno == ENXIO || errno == ENODEV ? 0 : -1; /* the link has gone meanwhile */
	*best_metric = metric;
	*best = route;
	return 0;
}

/* Reads one answer of the dump. 1, 0 at its end, or -1 with errno. */
static int read_routes(int fd, int family, struct fl_route *best, uint32_t *best_metric)
{
	fl_auto_free struct nlmsghdr *answer = fl_xcalloc(1, ANSWER_SIZE);
	ssize_t got = recv(fd, answer, ANSWER_SIZE, 0);
	unsigned length = got > 0 ? (unsigned)got : 0;

	if (got < 0 && errno == EINTR)
		return 1;
	if (got == 0)
		errno = EIO; /* a dump has an end that says so */
	if (got <= 0)
		return -1;
	for (struct nlmsghdr *m = answer; NLMSG_OK(m, length); m = NLMSG_NEXT(m, length)) {
		if (m->nlmsg_type == NLMSG_DONE || m->nlmsg_type == NLMSG_ERROR)
			return 0;
		if (take_route(m, family, best, best_metric) != 0)
			return -1;
	}
	return 1;
}

int fl_route_default(int family, struct fl_route *route, struct fl_error *err)
{
	const struct {
		struct nlmsghdr header;
		struct rtmsg body;
	} dump = {
		.header = { .nlmsg_len = sizeof(dump),
			    .nlmsg_type = RTM_GETROUTE,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .rtm_family = (unsigned char)family, .rtm_table = RT_TABLE_MAIN },
	};
	fl_auto_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	uint32_t metric = UINT32_MAX;
	int more = -1;

	*route = (struct fl_route){ .link = "", .source = "" };
	if (fd >= 0 && send(fd, &dump, sizeof(dump), 0) >= 0) {
		do
			more = read_routes(fd, family, route, &metric);
		while (more > 0);
	}
	return more == 0 ? 0 : fl_error_set(err, FL_EXIT_SYSTEM, errno, "default route");
}
