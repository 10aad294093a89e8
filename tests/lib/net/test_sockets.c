/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/sockets.h"

static struct fl_sockets sockets;
static int own = -1, peer = -1;

/* A connection over loopback: OWN is what libcurl would have, PEER the other end. */
static int connected(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pollfd ready;

	(void)state;
	memset(&sockets, 0, sizeof(sockets));
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(listener, 1) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &length) != 0)
		return -1;
	own = fl_sockets_open(&sockets, AF_INET, SOCK_STREAM, 0);
	if (connect(own, (struct sockaddr *)&address, length) != 0 && errno != EINPROGRESS)
		return -1;
	peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	close(listener);
	ready = (struct pollfd){ .fd = own, .events = POLLOUT };
	return peer >= 0 && poll(&ready, 1, 10000) == 1 ? 0 : -1;
}

static int disconnect(void **state)
{
	(void)state;
	fl_sockets_forget(&sockets);
	close(own);
	close(peer);
	return 0;
}

static void wait_until_readable(void)
{
	struct pollfd ready = { .fd = own, .events = POLLIN };

	assert_int_equal(poll(&ready, 1, 10000), 1);
}

static void what_a_peer_sent_is_heard(void **state)
{
	(void)state;
	assert_false(fl_sockets_heard(&sockets));
	assert_int_equal(write(peer, "HTTP/1.1 ", 9), 9);
	wait_until_readable();
	close(own); /* as libcurl has by the time that it matters */
	own = -1;
	assert_true(fl_sockets_heard(&sockets));
}

static void the_end_of_a_connection_is_no_word(void **state)
{
	(void)state;
	assert_int_equal(shutdown(peer, SHUT_WR), 0);
	wait_until_readable();
	assert_false(fl_sockets_heard(&sockets));
}

static void it_neither_blocks_nor_outlives_exec(void **state)
{
	(void)state;
	assert_true((fcntl(own, F_GETFL) & O_NONBLOCK) != 0);
	assert_true((fcntl(own, F_GETFD) & FD_CLOEXEC) != 0);
	assert_true((fcntl(sockets.fd[0], F_GETFD) & FD_CLOEXEC) != 0);
}

static void there_is_room_for_some_and_no_need_for_more(void **state)
{
	int fds[6];

	(void)state;
	memset(&sockets, 0, sizeof(sockets));
	for (size_t i = 0; i < FL_ARRAY_SIZE(fds); i++) {
		fds[i] = fl_sockets_open(&sockets, AF_INET, SOCK_STREAM, 0);
		assert_true(fds[i] >= 0);
	}
	assert_int_equal(sockets.count, FL_ARRAY_SIZE(sockets.fd));
	fl_sockets_forget(&sockets);
	assert_int_equal(sockets.count, 0);
	for (size_t i = 0; i < FL_ARRAY_SIZE(fds); i++)
		assert_int_equal(close(fds[i]), 0);
}

static void none_is_kept_where_none_is_wanted(void **state)
{
	int fd = fl_sockets_open(NULL, AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(fl_sockets_open(NULL, -1, SOCK_STREAM, 0), -1);
	assert_int_equal(errno, EAFNOSUPPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_a_peer_sent_is_heard, connected, disconnect),
		cmocka_unit_test_setup_teardown(the_end_of_a_connection_is_no_word, connected,
						disconnect),
		cmocka_unit_test_setup_teardown(it_neither_blocks_nor_outlives_exec, connected,
						disconnect),
		cmocka_unit_test(there_is_room_for_some_and_no_need_for_more),
		cmocka_unit_test(none_is_kept_where_none_is_wanted),
	};

	return cmocka_run_group_tests_name("sockets", tests, NULL, NULL);
}
