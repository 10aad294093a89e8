/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: host:port. What is accepted comes back the same from its text, byte for byte,
 * and is what the system's own parser of addresses takes. An address is never looked up.
 */
/* wrap: getaddrinfo_a gai_error connect */
#include <arpa/inet.h>
#include <netdb.h>

#include "base/address.h"
#include "fuzz.h"
#include "health/probe.h"

/* The host is an address of the family that its form says, or a name that is none. */
static void has_sound_host(const char *text, const struct fl_address *address)
{
	struct in6_addr bytes;
	bool four = inet_pton(AF_INET, address->host, &bytes) == 1;
	bool six = inet_pton(AF_INET6, address->host, &bytes) == 1;

	FUZZ_HOLDS(six == (text[0] == '['));
	FUZZ_HOLDS(fl_address_is_ip(address) == (four || six));
	FUZZ_HOLDS(four || six || strpbrk(address->host, ":[]/@ ") == NULL);
	FUZZ_HOLDS(fuzz_is_shown(address->host, false));
}

static int names_asked;
static bool in_progress;

/* No name server is asked; it would know of nothing. */
int __wrap_getaddrinfo_a(int mode, struct gaicb *list[], int count, struct sigevent *event)
{
	(void)mode, (void)list, (void)count, (void)event;
	names_asked++;
	in_progress = true;
	return 0;
}

int __wrap_gai_error(struct gaicb *request)
{
	int status = in_progress ? EAI_INPROGRESS : EAI_NONAME;

	(void)request;
	in_progress = false;
	return status;
}

/* Nor is anything connected to: what becomes of it depends on the port. */
static const int outcomes[] = { 0, ECONNRESET, ECONNREFUSED, EINVAL };

int __wrap_connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	struct sockaddr_in in;

	(void)fd, (void)length;
	memcpy(&in, address.__sockaddr__, sizeof(in)); /* the port is at one place in both */
	errno = outcomes[ntohs(in.sin_port) % FL_ARRAY_SIZE(outcomes)];
	return errno == 0 ? 0 : -1;
}

static void probe(const struct fl_address *address)
{
	struct fl_error err = FL_ERROR_INIT;
	int asked = names_asked;
	int result = fl_probe(FL_PROBE_TCP, address, false, FL_SEC, FL_NEVER, &err);

	FUZZ_HOLDS(names_asked == asked || !fl_address_is_ip(address));
	if (result != 0)
		fuzz_refused(&err, FL_EXIT_UNAVAILABLE);
	else
		FUZZ_HOLDS(address->port % FL_ARRAY_SIZE(outcomes) <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fl_auto_free char *text = fuzz_text(data, size);
	fl_auto_free char *again = NULL;
	struct fl_address address, reach;

	if (!fl_address_parse(text, &address))
		return 0;
	FUZZ_HOLDS(address.port > 0 && address.host[0] != '\0');
	again = fl_address_text(&address);
	FUZZ_HOLDS(strcmp(again, text) == 0);
	has_sound_host(text, &address);
	FUZZ_HOLDS(!fl_address_is_any(&address) || fl_address_is_ip(&address));
	reach = fl_address_reach(&address);
	FUZZ_HOLDS(reach.port == address.port && !fl_address_is_any(&reach));
	probe(&address);
	return 0;
}
