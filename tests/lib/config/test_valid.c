/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "config/valid.h"

typedef bool rule(const char *text);

static void check(rule *is_valid, bool wanted, const char *const *texts)
{
	for (; *texts != NULL; texts++) {
		if (is_valid(*texts) != wanted)
			fail_msg("'%s' was %s", *texts, wanted ? "refused" : "taken");
	}
}

static void tags(void **state)
{
	static const char *const good[] = { "1.25.0", "1.25.0-py3.13-ubuntu24.04",
					    "latest", "_x",
					    "V1",     NULL };
	static const char *const bad[] = { "",    ".1",       "-1",       "1 2",   "1:2", "1/2",
					   "1\n", "\xc3\xa9", "1@sha256", "$(id)", NULL };
	char longest[130];

	(void)state;
	check(fl_valid_tag, true, good);
	check(fl_valid_tag, false, bad);
	memset(longest, 'a', sizeof(longest));
	longest[129] = '\0';
	assert_false(fl_valid_tag(longest));
	longest[128] = '\0';
	assert_true(fl_valid_tag(longest));
}

static void repositories(void **state)
{
	static const char *const good[] = { "flwr/superlink",
					    "superlink",
					    "a/b/c",
					    "A.b/c",
					    "127.0.0.1:5000/flwr/superlink",
					    "localhost/x",
					    "localhost:5000/x",
					    "Registry.Example:443/team/flower",
					    "[2001:db8::1]:5000/x",
					    "a__b/c-d--e.f",
					    NULL };
	static const char *const bad[] = { "",
					   "/",
					   "a/",
					   "/a",
					   "a//b",
					   "flwr/superlink:1.25.0",
					   "Flwr/x",
					   "flwr/Super",
					   "a@sha256:00",
					   "a b",
					   "-a",
					   "a-",
					   "a..b",
					   "a___b",
					   "a.example:70000/x",
					   "a.example:/x",
					   "http://a/b",
					   "x:5000",
					   "a\nb",
					   NULL };
	char longest[257];

	(void)state;
	check(fl_valid_repository, true, good);
	check(fl_valid_repository, false, bad);
	memset(longest, 'a', sizeof(longest));
	longest[256] = '\0';
	assert_false(fl_valid_repository(longest));
	longest[255] = '\0';
	assert_true(fl_valid_repository(longest));
}

/* Trap 9: a database outside the volume loses all runs with the container. */
static void databases(void **state)
{
	static const char *const good[] = { "state/state.db", "/app/state/state.db",
					    "state/a/b c.db", "state/..x",
					    "state/ffs2",     NULL };
	static const char *const bad[] = { "",
					   "state.db",
					   "/tmp/state.db",
					   "state",
					   "state/",
					   "/app/state/",
					   "state/../x",
					   "state/a/../b",
					   "/app/state/..",
					   "state//a",
					   "state/./a",
					   "state/a/",
					   ":flwr-in-memory:",
					   "/app/statex/a",
					   "state/ffs",
					   "state/ffs/x",
					   "state/a\nb",
					   "state/\xc3\xa9",
					   NULL };

	(void)state;
	check(fl_valid_database, true, good);
	check(fl_valid_database, false, bad);
}

static void addresses(void **state)
{
	static const char *const four[] = { "192.0.2.7", "0.0.0.0", NULL };
	static const char *const not_four[] = { "",    "192.0.2",    "192.0.2.256",
						"::1", "192.0.2.7 ", NULL };
	static const char *const mac[] = { "02:00:c0:00:02:07", "AA:bb:CC:dd:EE:ff", NULL };
	static const char *const no_mac[] = { "",
					      "02:00:c0:00:02",
					      "02-00-c0-00-02-07",
					      "02:00:c0:00:02:0g",
					      "g2:00:c0:00:02:07",
					      "02:00:c0:00:02:07:",
					      NULL };

	(void)state;
	check(fl_valid_ipv4, true, four);
	check(fl_valid_ipv4, false, not_four);
	check(fl_valid_mac, true, mac);
	check(fl_valid_mac, false, no_mac);
}

static void urls_and_words(void **state)
{
	static const char *const good[] = { "http://169.254.16.9:5030",
					    "https://gate.example/x",
					    "http://[fd00::1]:5030",
					    "http://gate/",
					    "http://gate:1/x:y",
					    "https://[fe80::1%25eth0]/",
					    NULL };
	static const char *const bad[] = { "",
					   "gate",
					   "ftp://x",
					   "http://",
					   "http:///x",
					   "http://:80",
					   "http://u:p@x",
					   "http://x?a",
					   "http://x#a",
					   "http://a b",
					   "http://a\r\nX: y",
					   "HTTP://x",
					   "http://x:",
					   "http://x:0",
					   "http://x:65536",
					   "http://x:5030a",
					   "http://[::",
					   "http://[::/]/x",
					   "http://[::]5030",
					   "http://[::]:x",
					   "http://a[/x",
					   "http://a]:1",
					   "http://[]/",
					   "http://[gate]/",
					   "http://[::1%eth0]/",
					   "http://[::1%25]/",
					   "http://[::1%25a%25]/",
					   NULL };
	static const char *const word[] = { "abc==", "!~", NULL };
	static const char *const no_word[] = { "", "a b", "a\n", "\x7f", NULL };

	(void)state;
	check(fl_valid_url, true, good);
	check(fl_valid_url, false, bad);
	check(fl_valid_word, true, word);
	check(fl_valid_word, false, no_word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags),           cmocka_unit_test(repositories),
		cmocka_unit_test(databases),      cmocka_unit_test(addresses),
		cmocka_unit_test(urls_and_words),
	};

	return cmocka_run_group_tests_name("valid", tests, NULL, NULL);
}
