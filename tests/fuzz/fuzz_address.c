/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: host:port. What is accepted comes back the same from its text. */
#include "address.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fl_auto_free char *text = fuzz_text(data, size);
	fl_auto_free char *again = NULL;
	struct fl_address address, second;

	if (!fl_address_parse(text, &address))
		return 0;
	FUZZ_HOLDS(address.port > 0 && address.host[0] != '\0');
	again = fl_address_text(&address);
	FUZZ_HOLDS(fl_address_parse(again, &second));
	FUZZ_HOLDS(strcmp(address.host, second.host) == 0 && address.port == second.port);
	FUZZ_HOLDS(!fl_address_is_any(&address) || fl_address_is_ip(&address));
	second = fl_address_reach(&address);
	FUZZ_HOLDS(second.port == address.port && !fl_address_is_any(&second));
	return 0;
}
