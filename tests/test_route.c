/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel's routing says; tests/cli/fl-onegate-publish.t has links of its own for more. */
#include "route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* wrap: getaddrinfo_a gai_suspend gai_error gai_cancel */
#include <netdb.h>

/* How the look-up of a name is to go. */
static int start_result, suspend_result, first_state, later_state, cancel_result, asked;

int __wrap_getaddrinfo_a(int mode, struct gaicb *list[], int count, struct sigevent *event);
int __wrap_gai_suspend(const struct gaicb *const list[], int count, const struct timespec *limit);
int __wrap_gai_error(struct gaicb *request);
int __wrap_gai_cancel(struct gaicb *request);

static struct gaicb *pending;

int __wrap_getaddrinfo_a(int mode, struct gaicb *list[], int count, struct sigevent *event)
{
	(void)mode;
	assert_int_equal(count, 1);
	assert_null(event);
	if (start_result != 0)
		return start_result;
	if (first_state == 0)
		assert_int_equal(getaddrinfo("127.0.0.1", list[0]->ar_service, list[0]->ar_request,
					     &list[0]->ar_result),
				 0);
	pending = list[0];
	return 0;
}

int __wrap_gai_suspend(const struct gaicb *const list[], int count, const struct timespec *limit)
{
	(void)list;
	assert_int_equal(count, 1);
	assert_true(limit->tv_sec <= 5);
	return asked++ == 0 ? EAI_INTR : suspend_result;
}

int __wrap_gai_error(struct gaicb *request)
{
	int now = first_state;

	(void)request;
	first_state = later_state;
	return now;
}

int __wrap_gai_cancel(struct gaicb *request)
{
	(void)request;
	return cancel_result;
}

static void play(int start, int suspend, int first, int later, int cancel)
{
	start_result = start;
	suspend_result = suspend;
	first_state = first;
	later_state = later;
	cancel_result = cancel;
	asked = 0;
}

static void test_addresses(void **state)
{
	char source[INET6_ADDRSTRLEN] = "";

	(void)state;
	assert_true(fl_route_source("127.0.0.1", AF_INET, FL_NEVER, source));
	assert_string_equal(source, "127.0.0.1");
	/* The other family's address is no name that is asked for. */
	play(EAI_SYSTEM, 0, 0, 0, 0);
	assert_false(fl_route_source("127.0.0.1", AF_INET6, FL_NEVER, source));
	assert_false(fl_route_source("::1", AF_INET, FL_NEVER, source));
	assert_int_equal(asked, 0);
}

static void test_name(void **state)
{
	char source[INET6_ADDRSTRLEN] = "";

	(void)state;
	play(0, 0, 0, 0, 0);
	assert_true(fl_route_source("onegate.example", AF_INET, fl_deadline(5), source));
	assert_string_equal(source, "127.0.0.1");
	assert_int_equal(asked, 2);
}

static void test_name_fails(void **state)
{
	char source[INET6_ADDRSTRLEN] = "";

	(void)state;
	play(EAI_AGAIN, 0, 0, 0, 0);
	assert_false(fl_route_source("onegate.example", AF_INET, fl_deadline(5), source));
	play(0, 0, EAI_NONAME, EAI_NONAME, 0);
	assert_false(fl_route_source("onegate.example", AF_INET, fl_deadline(5), source));
	/* Timed out and called off. */
	play(0, EAI_AGAIN, EAI_INPROGRESS, EAI_CANCELED, EAI_CANCELED);
	assert_false(fl_route_source("onegate.example", AF_INET, fl_deadline(1), source));
	/* Timed out, and a thread still works on it: it must not be freed below it. */
	play(0, EAI_AGAIN, EAI_INPROGRESS, EAI_INPROGRESS, EAI_NOTCANCELED);
	assert_false(fl_route_source("onegate.example", AF_INET, fl_deadline(1), source));
	assert_string_equal(pending->ar_name, "onegate.example");
	free(pending); /* the first member of what was left */
}

/* Whatever this machine has, the answer is consistent. */
static void test_default(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(families); i++) {
		struct fl_route route = { .link = "x", .source = "" };

		if (fl_route_default(families[i], &route))
			assert_int_not_equal(if_nametoindex(route.link), 0);
		else
			assert_string_equal(route.link, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_name_fails),
		cmocka_unit_test(test_default),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
