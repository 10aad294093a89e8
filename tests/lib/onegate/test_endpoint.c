/* SPDX-License-Identifier: Apache-2.0 */
/* The endpoint and the version that are published. */
#include "onegate/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "onegate/netaddr.h"

/* wrap: fl_netaddr_list fl_netaddr_hints */

int __wrap_fl_netaddr_list(struct fl_netaddrs *addresses, struct fl_error *err);
int __wrap_fl_netaddr_hints(struct fl_netaddr_hints *hints, const char *onegate_host,
			    fl_time deadline, struct fl_error *err);

static bool list_fails;
static int asked; /* how often fl_netaddr_hints() was called */

int __wrap_fl_netaddr_list(struct fl_netaddrs *addresses, struct fl_error *err)
{
	const struct fl_netaddr eth0 = { .link = "eth0",
					 .address = "192.0.2.10",
					 .family = AF_INET,
					 .mac = "02:00:c0:00:02:0a",
					 .up = true };
	const struct fl_netaddr six = { .link = "eth0",
					.address = "fd00::10",
					.family = AF_INET6,
					.mac = "02:00:c0:00:02:0a",
					.up = true };
	const struct fl_netaddr eth1 = {
		.link = "eth1", .address = "198.51.100.4", .family = AF_INET, .up = true
	};

	if (list_fails)
		return fl_error_set(err, FL_EXIT_SYSTEM, 0, "links");
	fl_netaddrs_add(addresses, &six);
	fl_netaddrs_add(addresses, &eth0);
	fl_netaddrs_add(addresses, &eth1);
	return 0;
}

int __wrap_fl_netaddr_hints(struct fl_netaddr_hints *hints, const char *onegate_host,
			    fl_time deadline, struct fl_error *err)
{
	(void)err;
	assert_int_equal(deadline, 77);
	asked++;
	snprintf(hints->to_onegate, sizeof(hints->to_onegate), "%s",
		 onegate_host != NULL ? "198.51.100.4" : "");
	snprintf(hints->by_default, sizeof(hints->by_default), "%s",
		 hints->family == AF_INET6 ? "fd00::10" : "192.0.2.10");
	return 0;
}

struct wanted {
	const char *fleet, *context, *onegate_host;
	const char *endpoint; /* NULL: an error of CODE */
	const char *rule;
	enum fl_exit code;
};

#define MAC "export ETH0_MAC=\"02:00:C0:00:02:0A\"\n"

static const struct wanted cases[] = {
	{ "0.0.0.0:9092", "", NULL, "192.0.2.10:9092", "default route", 0 },
	{ "0.0.0.0:9092", "", "192.0.2.1", "198.51.100.4:9092", "OneGate", 0 },
	{ "0.0.0.0:9092", MAC, "192.0.2.1", "192.0.2.10:9092", "ETH0_MAC", 0 },
	{ "0.0.0.0:9092", MAC "export ETH0_IP=\"198.51.100.4\"\n", NULL, "198.51.100.4:9092",
	  "ETH0_IP", 0 },
	{ "0.0.0.0:9092", "export ETH0_IP=\"203.0.113.9\"\n", NULL, "192.0.2.10:9092",
	  "default route", 0 },
	/* Trap 12: the port is that of FL_FLEET_API_ADDRESS. */
	{ "0.0.0.0:19092", "", NULL, "192.0.2.10:19092", "default route", 0 },
	/* A port that is published on one address only cannot be reached at another. */
	{ "198.51.100.4:9092", MAC, NULL, "198.51.100.4:9092", "FL_FLEET_API_ADDRESS", 0 },
	{ "[fd00::10]:9092", "", NULL, "[fd00::10]:9092", "FL_FLEET_API_ADDRESS", 0 },
	{ "[::]:9092", MAC, NULL, "[fd00::10]:9092", "ETH0_MAC", 0 },
	{ "0.0.0.0:9092", "export ETH0_IP=\"eth0\"\n", NULL, NULL, "ETH0_IP: 'eth0'", 78 },
	{ "0.0.0.0:9092", "export ETH0_MAC=\"zz\"\n", NULL, NULL, "ETH0_MAC: 'zz'", 78 },
};

static void fill(struct fl_settings *settings, const char *fleet, const char *version)
{
	for (unsigned id = 0; id < FL_PARAM_CONFIG_COUNT; id++)
		settings->of[id].value = fl_xstrdup(fl_param((enum fl_param_id)id)->fallback);
	free(settings->of[FL_PARAM_FLEET_API_ADDRESS].value);
	settings->of[FL_PARAM_FLEET_API_ADDRESS].value = fl_xstrdup(fleet);
	free(settings->of[FL_PARAM_FLOWER_VERSION].value);
	settings->of[FL_PARAM_FLOWER_VERSION].value = fl_xstrdup(version);
}

static int find(const struct wanted *wanted, struct fl_endpoint *endpoint, struct fl_error *err)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_context struct fl_context *context = NULL;

	fill(&settings, wanted->fleet, "1.25.0");
	assert_int_equal(fl_context_parse("one_env", wanted->context, strlen(wanted->context),
					  &context, err),
			 0);
	return fl_endpoint_find(&settings, context, wanted->onegate_host, 77, endpoint, err);
}

static void test_find(void **state)
{
	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		const struct wanted *w = &cases[i];
		struct fl_endpoint endpoint = { .rule = "" };
		struct fl_error err = FL_ERROR_INIT;

		print_message("# %s %s\n", w->fleet, w->rule);
		asked = 0;
		assert_int_equal(find(w, &endpoint, &err), w->endpoint != NULL ? 0 : -1);
		assert_int_equal(err.code, w->code);
		if (w->endpoint == NULL) {
			assert_non_null(strstr(err.message, w->rule));
			continue;
		}
		fl_auto_free char *text = fl_address_text(&endpoint.address);
		assert_string_equal(text, w->endpoint);
		assert_non_null(strstr(endpoint.rule, w->rule));
		/* The kernel is asked only if the context does not decide. */
		assert_int_equal(asked, strstr(w->rule, "route") != NULL ||
						strstr(w->rule, "OneGate") != NULL);
	}
}

/* No SuperNode outside the VM reaches it: the VM's address is taken all the same. */
static void test_loopback(void **state)
{
	static const struct wanted loopback[] = { { .fleet = "127.0.0.1:9092", .context = "" },
						  { .fleet = "localhost:9092", .context = "" },
						  { .fleet = "[::1]:9092", .context = "" } };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(loopback); i++) {
		struct fl_endpoint endpoint = { .rule = "" };
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(find(&loopback[i], &endpoint, &err), 0);
		assert_string_equal(endpoint.address.host,
				    loopback[i].fleet[0] == '[' ? "fd00::10" : "192.0.2.10");
		assert_string_equal(endpoint.link, "eth0");
		assert_true(endpoint.loopback);
	}
}

static void test_no_links(void **state)
{
	struct fl_endpoint endpoint = { .rule = "" };
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	list_fails = true;
	assert_int_equal(find(&cases[0], &endpoint, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	list_fails = false;
}

static void test_version(void **state)
{
	static const struct {
		const char *image, *configured, *version;
	} versions[] = {
		{ NULL, "1.25.0", "1.25.0" },
		{ NULL, "1.26.1-py3.13-ubuntu24.04", "1.26.1" },
		{ NULL, "latest", "latest" },
		{ "flwr/superlink:1.25.0", "1.27.0", "1.25.0" }, /* after a fallback */
		{ "127.0.0.1:5000/superlink:1.25.0-py3.13-ubuntu24.04", "1.27.0", "1.25.0" },
		{ "flwr/superlink:nightly-20260101", "1.25.0", "nightly-20260101" },
		{ "flwr/superlink", "1.25.0", "1.25.0" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(versions); i++) {
		fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
		fl_auto_free char *version = NULL;

		fill(&settings, "0.0.0.0:9092", versions[i].configured);
		version = fl_endpoint_version(&settings, versions[i].image);
		assert_string_equal(version, versions[i].version);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_no_links),
		cmocka_unit_test(test_version),
	};

	return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
