/* SPDX-License-Identifier: Apache-2.0 */
/* Which address is chosen, and what the machine is asked for. */
#include "onegate/netaddr.h"

#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

/* wrap: socket getifaddrs freeifaddrs */

int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol);

static int no_socket; /* why there is none, 0 if there is */

int __wrap_socket(int domain, int type, int protocol)
{
	errno = no_socket;
	return no_socket != 0 ? -1 : __real_socket(domain, type, protocol);
}

int __wrap_getifaddrs(struct ifaddrs **all);
void __wrap_freeifaddrs(struct ifaddrs *all);

static struct ifaddrs *links; /* of the machine; NULL: the kernel does not list them */

int __wrap_getifaddrs(struct ifaddrs **all)
{
	*all = links;
	return links != NULL ? 0 : -1;
}

void __wrap_freeifaddrs(struct ifaddrs *all)
{
	assert_ptr_equal(all, links);
}

static const struct fl_netaddr lo = {
	.link = "lo", .address = "127.0.0.1", .family = AF_INET, .up = true, .loopback = true
};
static const struct fl_netaddr lo_public = {
	.link = "lo", .address = "192.0.2.99", .family = AF_INET, .up = true, .loopback = true
};
static const struct fl_netaddr docker = { .link = "docker0",
					  .address = "172.17.0.1",
					  .family = AF_INET,
					  .mac = "02:42:aa:bb:cc:dd",
					  .up = true };
static const struct fl_netaddr bridge = {
	.link = "br-1a2b3c", .address = "172.18.0.1", .family = AF_INET, .up = true
};
static const struct fl_netaddr veth = {
	.link = "veth12ab", .address = "172.19.0.1", .family = AF_INET, .up = true
};
static const struct fl_netaddr zeroconf = { .link = "eth0",
					    .address = "169.254.7.7",
					    .family = AF_INET,
					    .mac = "02:00:c0:00:02:0a",
					    .up = true };
static const struct fl_netaddr eth0 = { .link = "eth0",
					.address = "192.0.2.10",
					.family = AF_INET,
					.mac = "02:00:c0:00:02:0a",
					.up = true };
static const struct fl_netaddr eth0_second = { .link = "eth0",
					       .address = "192.0.2.11",
					       .family = AF_INET,
					       .mac = "02:00:c0:00:02:0a",
					       .up = true };
static const struct fl_netaddr eth1 = { .link = "eth1",
					.address = "198.51.100.4",
					.family = AF_INET,
					.mac = "", /* as of a tunnel */
					.up = true };
static const struct fl_netaddr eth2_down = {
	.link = "eth2", .address = "203.0.113.4", .family = AF_INET, .mac = "02:00:cb:00:71:04"
};
static const struct fl_netaddr eth0_six_local = { .link = "eth0",
						  .address = "fe80::1",
						  .family = AF_INET6,
						  .mac = "02:00:c0:00:02:0a",
						  .up = true };
static const struct fl_netaddr eth0_six = { .link = "eth0",
					    .address = "fd00::a",
					    .family = AF_INET6,
					    .mac = "02:00:c0:00:02:0a",
					    .up = true };

/* In an order in which a kernel may list them: Docker's are not always last. */
static void fill(struct fl_netaddrs *all)
{
	static const struct fl_netaddr *const machine[] = {
		&lo,   &lo_public,   &docker, &bridge,    &veth,           &zeroconf,
		&eth0, &eth0_second, &eth1,   &eth2_down, &eth0_six_local, &eth0_six,
	};

	for (size_t i = 0; i < FL_ARRAY_SIZE(machine); i++)
		fl_netaddrs_add(all, machine[i]);
}

struct choice {
	const char *about;
	struct fl_netaddr_hints hints;
	const char *address; /* NULL: none */
	const char *rule;    /* a part of it */
};

static const struct choice choices[] = {
	{ "ETH0_IP wins over all others",
	  { .family = AF_INET,
	    .ip = "198.51.100.4",
	    .mac = "02:00:c0:00:02:0a",
	    .to_onegate = "192.0.2.10",
	    .by_default = "192.0.2.10" },
	  "198.51.100.4",
	  "ETH0_IP" },
	{ "ETH0_IP on no link: by MAC, the link's first address that is fit",
	  { .family = AF_INET,
	    .ip = "203.0.113.77",
	    .mac = "02:00:C0:00:02:0A",
	    .to_onegate = "198.51.100.4" },
	  "192.0.2.10",
	  "ETH0_MAC" },
	{ "no ETH0_*: towards OneGate",
	  { .family = AF_INET, .to_onegate = "192.0.2.11", .by_default = "198.51.100.4" },
	  "192.0.2.11",
	  "towards OneGate" },
	{ "no OneGate: along the default route",
	  { .family = AF_INET, .by_default = "198.51.100.4" },
	  "198.51.100.4",
	  "default route" },
	{ "trap 7: ETH0_IP names docker0, so the next rule decides",
	  { .family = AF_INET, .ip = "172.17.0.1", .by_default = "198.51.100.4" },
	  "198.51.100.4",
	  "default route" },
	{ "trap 7: a MAC of docker0",
	  { .family = AF_INET, .mac = "02:42:aa:bb:cc:dd", .by_default = "198.51.100.4" },
	  "198.51.100.4",
	  "default route" },
	{ "a OneGate on this machine: loopback is never told",
	  { .family = AF_INET, .to_onegate = "127.0.0.1", .by_default = "198.51.100.4" },
	  "198.51.100.4",
	  "default route" },
	{ "a public address on the loopback link neither",
	  { .family = AF_INET, .ip = "192.0.2.99" },
	  NULL,
	  NULL },
	{ "link-local towards a link-local OneGate",
	  { .family = AF_INET, .to_onegate = "169.254.7.7", .by_default = "198.51.100.4" },
	  "198.51.100.4",
	  "default route" },
	{ "a link that is down",
	  { .family = AF_INET, .ip = "203.0.113.4", .mac = "02:00:cb:00:71:04" },
	  NULL,
	  NULL },
	{ "bridges and container ends",
	  { .family = AF_INET,
	    .ip = "172.18.0.1",
	    .to_onegate = "172.19.0.1",
	    .by_default = "172.17.0.1" },
	  NULL,
	  NULL },
	{ "no rule: nothing is guessed", { .family = AF_INET, .ip = "", .mac = "" }, NULL, NULL },
	{ "IPv6 by MAC, not the link-local one",
	  { .family = AF_INET6, .ip = "192.0.2.10", .mac = "02:00:c0:00:02:0a" },
	  "fd00::a",
	  "ETH0_MAC" },
};

static void test_choose(void **state)
{
	fl_auto_netaddrs struct fl_netaddrs all = FL_NETADDRS_INIT;

	(void)state;
	fill(&all);
	for (size_t i = 0; i < FL_ARRAY_SIZE(choices); i++) {
		const struct choice *c = &choices[i];
		const struct fl_netaddr *chosen = NULL;
		const char *rule = NULL;
		struct fl_error err = FL_ERROR_INIT;
		int status = fl_netaddr_choose(&all, &c->hints, &chosen, &rule, &err);

		print_message("# %s\n", c->about);
		assert_int_equal(status, c->address != NULL ? 0 : -1);
		if (c->address == NULL) {
			assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
			continue;
		}
		assert_string_equal(chosen->address, c->address);
		assert_non_null(strstr(rule, c->rule));
	}
}

static void test_none(void **state)
{
	const struct fl_netaddr_hints four = { .family = AF_INET };
	const struct fl_netaddr *chosen = NULL;
	fl_auto_netaddrs struct fl_netaddrs all = FL_NETADDRS_INIT;
	fl_auto_netaddrs struct fl_netaddrs empty = FL_NETADDRS_INIT;
	struct fl_error err = FL_ERROR_INIT;
	const char *rule;

	(void)state;
	assert_int_equal(fl_netaddr_choose(&empty, &four, &chosen, &rule, &err), -1);
	assert_non_null(strstr(err.message, "no IPv4 address for SuperNodes: "));
	assert_non_null(strstr(err.message, "candidates: none"));

	fill(&all);
	assert_int_equal(fl_netaddr_choose(&all, &four, &chosen, &rule, &err), -1);
	assert_null(chosen);
	assert_non_null(strstr(err.message,
			       "lo 127.0.0.1 (loopback), lo 192.0.2.99 (loopback), "
			       "docker0 172.17.0.1 (Docker's), br-1a2b3c 172.18.0.1 (Docker's), "
			       "veth12ab 172.19.0.1 (Docker's), eth0 169.254.7.7 (link-local), "
			       "eth0 192.0.2.10 (no rule names it), "));
	assert_non_null(strstr(err.message, "eth2 203.0.113.4 (down)"));
	assert_non_null(strstr(err.message, "eth0 fd00::a (IPv6)"));
	fl_netaddrs_add(&all, &eth1);
	assert_int_equal(fl_netaddr_choose(&all, &four, &chosen, &rule, &err), -1);
	assert_non_null(strstr(err.message, " and 1 more"));
}

static void test_unfit(void **state)
{
	const struct fl_netaddr six_loop = { .link = "x", .address = "::1", .up = true };
	const struct fl_netaddr gwbridge = { .link = "docker_gwbridge",
					     .address = "172.20.0.1",
					     .up = true };
	const struct fl_netaddr brand = { .link = "brand0", .address = "192.0.2.1", .up = true };

	(void)state;
	assert_string_equal(fl_netaddr_unfit(&six_loop), "loopback");
	assert_string_equal(fl_netaddr_unfit(&gwbridge), "Docker's");
	assert_string_equal(fl_netaddr_unfit(&eth0_six_local), "link-local");
	assert_string_equal(fl_netaddr_unfit(&eth2_down), "down");
	assert_null(fl_netaddr_unfit(&brand));
	assert_null(fl_netaddr_unfit(&eth0));
}

/* Links as getifaddrs(3) lists them: a hardware address is an entry of its own. */
static void test_list(void **state)
{
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc000020a) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_ll mac = { .sll_family = AF_PACKET,
				   .sll_halen = ETH_ALEN,
				   .sll_addr = { 0x02, 0x1b, 0xc0, 0x0d, 0x2e, 0xfa } };
	struct sockaddr_ll other = { .sll_family = AF_PACKET, .sll_halen = 4 };
	char eth0_name[] = "eth0", tun_name[] = "tun0";
	struct ifaddrs entries[] = {
		{ .ifa_name = tun_name },
		{ .ifa_name = tun_name, .ifa_addr = (struct sockaddr *)&other },
		{ .ifa_name = eth0_name, .ifa_addr = (struct sockaddr *)&mac },
		{ .ifa_name = eth0_name, .ifa_addr = (struct sockaddr *)&four },
		{ .ifa_name = tun_name, .ifa_addr = (struct sockaddr *)&six, .ifa_flags = IFF_UP },
		{ .ifa_name = tun_name,
		  .ifa_addr = (struct sockaddr *)&six,
		  .ifa_flags = IFF_LOOPBACK },
	};
	fl_auto_netaddrs struct fl_netaddrs all = FL_NETADDRS_INIT;
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i + 1 < FL_ARRAY_SIZE(entries); i++)
		entries[i].ifa_next = &entries[i + 1];
	links = entries;
	assert_int_equal(fl_netaddr_list(&all, &err), 0);
	for (size_t i = 0; i < all.count; i++) {
		const struct fl_netaddr *a = &all.list[i];

		fl_buf_printf(&text, "%s %s %d%s%s%s;", a->link, a->address,
			      a->family == AF_INET6 ? 6 : 4, a->up ? " up" : "",
			      a->loopback ? " loopback " : " ", a->mac);
	}
	assert_string_equal(fl_buf_text(&text), "eth0 192.0.2.10 4 02:1b:c0:0d:2e:fa;"
						"tun0 ::1 6 up ;tun0 ::1 6 loopback ;");
	links = NULL;
	assert_int_equal(fl_netaddr_list(&all, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
}

/* By loopback alone; fl-onegate-publish.t makes links of its own. */
static void test_routes(void **state)
{
	static const struct {
		int family;
		const char *host, *source;
	} cases[] = {
		{ AF_INET, "127.0.0.1", "127.0.0.1" },
		{ AF_INET6, "127.0.0.1", "" }, /* of the other family */
		{ AF_INET, "::1", "" },
		{ AF_INET, NULL, "" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		struct fl_netaddr_hints hints = { .family = cases[i].family, .to_onegate = "x" };
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(fl_netaddr_hints(&hints, cases[i].host, fl_deadline(5), &err), 0);
		assert_string_equal(hints.to_onegate, cases[i].source);
	}
}

/* If the kernel cannot be asked, the next rule must not choose a wrong address. */
static void test_not_asked(void **state)
{
	static const char *const hosts[] = { "127.0.0.1", NULL };
	struct fl_netaddr_hints none = { .by_default = "x" };
	struct fl_error unused = FL_ERROR_INIT;

	(void)state;
	no_socket = EAFNOSUPPORT; /* one of those that mean that there is no route */
	assert_int_equal(fl_netaddr_hints(&none, NULL, fl_deadline(5), &unused), 0);
	assert_string_equal(none.by_default, "");
	no_socket = EMFILE;
	for (size_t i = 0; i < FL_ARRAY_SIZE(hosts); i++) {
		struct fl_netaddr_hints hints = { .family = AF_INET };
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(fl_netaddr_hints(&hints, hosts[i], fl_deadline(5), &err), -1);
		assert_int_equal(err.code, FL_EXIT_SYSTEM);
		assert_int_equal(err.errnum, EMFILE);
	}
	no_socket = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choose), cmocka_unit_test(test_none),
		cmocka_unit_test(test_unfit),  cmocka_unit_test(test_list),
		cmocka_unit_test(test_routes), cmocka_unit_test(test_not_asked),
	};

	return cmocka_run_group_tests_name("netaddr", tests, NULL, NULL);
}
