/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "net/lookup.h"

/* wrap: getaddrinfo_a gai_suspend gai_error gai_cancel */

/* What the wrapped functions return: the start, the states in this order, the cancellation. */
static int start_result, states[4], cancel_result;
static size_t next_state, suspended;
static struct gaicb *pending;

int __wrap_getaddrinfo_a(int mode, struct gaicb *list[], int count, struct sigevent *event);
int __wrap_gai_suspend(const struct gaicb *const list[], int count, const struct timespec *limit);
int __wrap_gai_error(struct gaicb *request);
int __wrap_gai_cancel(struct gaicb *request);

int __wrap_getaddrinfo_a(int mode, struct gaicb *list[], int count, struct sigevent *event)
{
	assert_int_equal(mode, GAI_NOWAIT);
	assert_int_equal(count, 1);
	assert_null(event);
	pending = list[0];
	return start_result;
}

int __wrap_gai_suspend(const struct gaicb *const list[], int count, const struct timespec *limit)
{
	assert_ptr_equal(list[0], pending);
	assert_int_equal(count, 1);
	assert_true(limit->tv_sec >= 0 && limit->tv_sec <= 60 && limit->tv_nsec >= 0);
	/* A signal may end the wait as well, so fl_lookup() must check the state. */
	return suspended++ == 0 ? EAI_INTR : 0;
}

int __wrap_gai_error(struct gaicb *request)
{
	int state = states[next_state];

	assert_ptr_equal(request, pending);
	if (next_state + 1 < FL_ARRAY_SIZE(states))
		next_state++;
	if (state == 0 && request->ar_result == NULL)
		assert_int_equal(getaddrinfo("127.0.0.1", request->ar_service, request->ar_request,
					     &request->ar_result),
				 0);
	return state;
}

int __wrap_gai_cancel(struct gaicb *request)
{
	assert_ptr_equal(request, pending);
	return cancel_result;
}

static int begin(void **state)
{
	(void)state;
	start_result = cancel_result = 0;
	memset(states, 0, sizeof(states));
	next_state = suspended = 0;
	pending = NULL;
	return 0;
}

static int look_up(const char *host, int family, fl_time deadline, struct addrinfo **found)
{
	const struct fl_lookup lookup = {
		.host = host, .port = 9092, .family = family, .socktype = SOCK_STREAM
	};

	*found = NULL;
	return fl_lookup(&lookup, deadline, found);
}

static void check_and_free(struct addrinfo *found)
{
	struct sockaddr_in four;

	assert_int_equal(found->ai_family, AF_INET);
	assert_int_equal(found->ai_socktype, SOCK_STREAM);
	memcpy(&four, found->ai_addr, sizeof(four));
	assert_int_equal(ntohs(four.sin_port), 9092);
	assert_null(found->ai_next);
	freeaddrinfo(found);
}

static void an_address_is_not_looked_up(void **state)
{
	struct addrinfo *found;

	(void)state;
	assert_int_equal(look_up("192.0.2.1", AF_UNSPEC, 0, &found), 0);
	check_and_free(found);
	assert_int_equal(look_up("::1", AF_INET6, 0, &found), 0);
	assert_int_equal(found->ai_family, AF_INET6);
	freeaddrinfo(found);
	/* No name server is asked for an address of the other family. */
	assert_int_equal(look_up("127.0.0.1", AF_INET6, FL_NEVER, &found), EAI_NONAME);
	assert_int_equal(look_up("::1", AF_INET, FL_NEVER, &found), EAI_NONAME);
	assert_null(pending);
}

static void a_name_is_waited_for(void **state)
{
	struct addrinfo *found;

	(void)state;
	states[0] = states[1] = EAI_INPROGRESS;
	/* A name that getaddrinfo() itself would find in /etc/hosts. */
	assert_int_equal(look_up("localhost", AF_INET, fl_deadline(60), &found), 0);
	check_and_free(found);
	assert_int_equal(suspended, 2);
}

static void a_failure_is_returned(void **state)
{
	struct addrinfo *found;

	(void)state;
	start_result = EAI_MEMORY;
	assert_int_equal(look_up("onegate.example", AF_INET, fl_deadline(60), &found), EAI_MEMORY);
	start_result = 0;
	states[0] = states[1] = EAI_NONAME;
	assert_int_equal(look_up("onegate.example", AF_INET, fl_deadline(60), &found), EAI_NONAME);
	assert_null(found);
}

static void the_deadline_cancels_a_look_up(void **state)
{
	struct addrinfo *found;

	(void)state;
	states[0] = EAI_INPROGRESS;
	states[1] = EAI_CANCELED;
	cancel_result = EAI_CANCELED;
	assert_int_equal(look_up("onegate.example", AF_INET, fl_now(), &found), EAI_AGAIN);
}

/* The look-up ended after the deadline, but before it was cancelled. */
static void a_late_answer_is_taken(void **state)
{
	struct addrinfo *found;

	(void)state;
	states[0] = EAI_INPROGRESS;
	cancel_result = EAI_ALLDONE;
	assert_int_equal(look_up("onegate.example", AF_INET, fl_now(), &found), 0);
	freeaddrinfo(found);
}

/* glibc's thread still uses it. */
static void what_cannot_be_cancelled_is_not_freed(void **state)
{
	struct addrinfo *found;

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(states); i++)
		states[i] = EAI_INPROGRESS;
	cancel_result = EAI_NOTCANCELED;
	assert_int_equal(look_up("onegate.example", AF_INET, fl_now(), &found), EAI_AGAIN);
	assert_string_equal(pending->ar_name, "onegate.example");
	free(pending); /* the first member of struct pending */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_address_is_not_looked_up, begin),
		cmocka_unit_test_setup(a_name_is_waited_for, begin),
		cmocka_unit_test_setup(a_failure_is_returned, begin),
		cmocka_unit_test_setup(the_deadline_cancels_a_look_up, begin),
		cmocka_unit_test_setup(a_late_answer_is_taken, begin),
		cmocka_unit_test_setup(what_cannot_be_cancelled_is_not_freed, begin),
	};

	return cmocka_run_group_tests_name("lookup", tests, NULL, NULL);
}
