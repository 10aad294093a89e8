/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: host:port. What is accepted comes back the same from its text, byte for byte,
 * and is what the system's own parser of addresses takes.
 */
#include <arpa/inet.h>

#include "base/address.h"
#include "fuzz.h"

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
	return 0;
}
