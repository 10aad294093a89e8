/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/address.h"

static void takes_what_is_well_formed(void **state)
{
	static const struct {
		const char *text, *host;
		unsigned port;
	} good[] = {
		{ "0.0.0.0:9092", "0.0.0.0", 9092 },
		{ "127.0.0.1:1", "127.0.0.1", 1 },
		{ "[::]:65535", "::", 65535 },
		{ "[2001:db8::7]:9092", "2001:db8::7", 9092 },
		{ "localhost:9093", "localhost", 9093 },
		{ "az-AZ.09-e:80", "az-AZ.09-e", 80 },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(good); i++) {
		struct fl_address address;
		fl_auto_free char *text = NULL;

		assert_true(fl_address_parse(good[i].text, &address));
		assert_string_equal(address.host, good[i].host);
		assert_int_equal(address.port, good[i].port);
		text = fl_address_text(&address);
		assert_string_equal(text, good[i].text);
	}
}

static void refuses_everything_else(void **state)
{
	static const char *const bad[] = {
		"",
		":",
		"9092",
		":9092",
		"0.0.0.0",
		"0.0.0.0:",
		"0.0.0.0:0",
		"0.0.0.0:65536",
		"0.0.0.0:09092",
		"0.0.0.0:+9092",
		"0.0.0.0: 9092",
		"0.0.0.0:9092 ",
		" 0.0.0.0:9092",
		"0.0.0.0:9092x",
		"0.0.0.0:9092\n",
		"::1:9092",
		"[::1]9092",
		"[::1:9092",
		"[]:9092",
		"[127.0.0.1]:9092",
		"300.0.0.1:80",
		"1.2.3:80",
		"a_b:80",
		"a@b:80",
		"a[b:80",
		"a`b:80",
		"a{b:80",
		"-a:80",
		"a-:80",
		"a..b:80",
		"a-.b:80",
		"a.:80",
		"http://a:80",
		"a/b:80",
		"*:9092",
	};
	struct fl_address address;
	char long_name[400];

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(bad); i++) {
		if (fl_address_parse(bad[i], &address))
			fail_msg("'%s' was taken", bad[i]);
	}
	memset(long_name, 'a', sizeof(long_name));
	memcpy(long_name + sizeof(long_name) - 4, ":80", 4);
	assert_false(fl_address_parse(long_name, &address));
}

static void reaches_a_server_on_every_interface_by_loopback(void **state)
{
	static const struct {
		const char *at, *reach;
		bool any, ip;
	} cases[] = {
		{ "0.0.0.0:9092", "127.0.0.1:9092", true, true },
		{ "[::]:9092", "[::1]:9092", true, true },
		{ "192.0.2.7:9092", "192.0.2.7:9092", false, true },
		{ "localhost:9092", "localhost:9092", false, false },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		struct fl_address address, reach;
		fl_auto_free char *text = NULL;

		assert_true(fl_address_parse(cases[i].at, &address));
		assert_int_equal(fl_address_is_any(&address), cases[i].any);
		assert_int_equal(fl_address_is_ip(&address), cases[i].ip);
		reach = fl_address_reach(&address);
		text = fl_address_text(&reach);
		assert_string_equal(text, cases[i].reach);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_is_well_formed),
		cmocka_unit_test(refuses_everything_else),
		cmocka_unit_test(reaches_a_server_on_every_interface_by_loopback),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
