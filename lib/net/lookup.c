/* SPDX-License-Identifier: Apache-2.0 */
#include "net/lookup.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

/* A look-up in a thread of glibc. If it cannot be cancelled, it is never freed. */
struct pending {
	struct gaicb request;
	struct addrinfo hints;
	char host[NI_MAXHOST];
	char port[NI_MAXSERV];
};

/* Waits until DEADLINE, then cancels the look-up. False if glibc's thread may still write to it. */
static bool await(struct pending *pending, fl_time deadline)
{
	const struct gaicb *const list[] = { &pending->request };

	while (gai_error(&pending->request) == EAI_INPROGRESS) {
		int64_t left = deadline - fl_now();
		struct timespec limit = { .tv_sec = left / FL_SEC, .tv_nsec = left % FL_SEC };

		if (left <= 0)
			return gai_cancel(&pending->request) == EAI_CANCELED ||
			       gai_error(&pending->request) != EAI_INPROGRESS;
		gai_suspend(list, 1, &limit);
	}
	return true;
}

static int look_up_name(const struct fl_lookup *lookup, const char *port, fl_time deadline,
			struct addrinfo **found)
{
	struct pending *pending = fl_xcalloc(1, sizeof(*pending));
	struct gaicb *list[] = { &pending->request };
	int status;

	snprintf(pending->host, sizeof(pending->host), "%s", lookup->host);
	snprintf(pending->port, sizeof(pending->port), "%s", port);
	pending->hints.ai_family = lookup->family;
	pending->hints.ai_socktype = lookup->socktype;
	pending->request = (struct gaicb){ .ar_name = pending->host,
					   .ar_service = pending->port,
					   .ar_request = &pending->hints };
	status = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
	if (status == 0 && !await(pending, deadline))
		return EAI_AGAIN;
	if (status == 0)
		status = gai_error(&pending->request);
	if (status == 0)
		*found = pending->request.ar_result;
	free(pending);
	return status == EAI_CANCELED ? EAI_AGAIN : status;
}

int fl_lookup(const struct fl_lookup *lookup, fl_time deadline, struct addrinfo **found)
{
	const struct addrinfo hints = { .ai_family = lookup->family,
					.ai_socktype = lookup->socktype,
					.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct in_addr four;
	char port[NI_MAXSERV];
	int status;

	snprintf(port, sizeof(port), "%u", (unsigned)lookup->port);
	status = getaddrinfo(lookup->host, port, &hints, found);
	if (status == 0 || status == EAI_MEMORY || status == EAI_SYSTEM)
		return status;
	/* It may be an address of the other family: no name server is asked for that. */
	if (strchr(lookup->host, ':') != NULL || inet_pton(AF_INET, lookup->host, &four) == 1)
		return EAI_NONAME;
	return look_up_name(lookup, port, deadline, found);
}
