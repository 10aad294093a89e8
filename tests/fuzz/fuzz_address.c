/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: host:port. What is accepted comes back the same from its text, byte for byte,
 * and is what the system's own parser of addresses takes. An address is never looked up.
 */
/* wrap: getaddrinfo_a */
#include <arpa/inet.h>

#include "base/address.h"
#include "fuzz.h"
#include "net/lookup.h"

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

/* No name server is asked. */
int __wrap_getaddrinfo_a(int mode, struct gaicb *list[], int count, struct sigevent *event);
int __wrap_getaddrinfo_a(int mode, struct gaicb *list[], int count, struct sigevent *event)
{
	(void)mode, (void)list, (void)count, (void)event;
	names_asked++;
	return EAI_AGAIN;
}

static void look_up(const struct fl_address *address)
{
	const struct fl_lookup lookup = { .host = address->host,
					  .port = address->port,
					  .family = AF_INET,
					  .socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	int asked = names_asked, status = fl_lookup(&lookup, FL_NEVER, &found);

	FUZZ_HOLDS(names_asked == asked || !fl_address_is_ip(address));
	FUZZ_HOLDS((status == 0) == (found != NULL));
	FUZZ_HOLDS(status != 0 || strchr(address->host, ':') == NULL);
	if (found != NULL)
		freeaddrinfo(found);
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
	look_up(&address);
	return 0;
}
