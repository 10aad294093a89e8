/* SPDX-License-Identifier: Apache-2.0 */
/* What a datagram holds: see test_log.c. */
/* wrap: poll */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/journal.h"
#include "scratch.h"

/* A datagram socket in journald's place; its path is left in PATH. */
static int listen_at(struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	snprintf(address->sun_path, sizeof(address->sun_path), "%s/socket", scratch);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)address, sizeof(*address)), 0);
	return fd;
}

static void without_a_journal_there_is_no_socket(void **state)
{
	fl_auto_free char *missing = fl_xasprintf("%s/missing", scratch);
	char too_long[200];

	(void)state;
	assert_int_equal(fl_journal_open(missing), -1);
	memset(too_long, 'a', sizeof(too_long));
	too_long[sizeof(too_long) - 1] = '\0';
	assert_int_equal(fl_journal_open(too_long), -1);
	assert_int_equal(errno, ENAMETOOLONG);
}

static bool patient = true;

int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	assert_int_equal(count, 1);
	return __real_poll(fds, count, patient ? timeout : 0);
}

static void a_journal_that_does_not_read_is_given_up(void **state)
{
	struct sockaddr_un address;
	int server = listen_at(&address), client = fl_journal_open(address.sun_path), sent = 0;

	(void)state;
	patient = false;
	while (sent < 100000 && fl_journal_send(client, "fl-test", 6, "line") == 0)
		sent++;
	patient = true;
	assert_in_range(sent, 1, 99999);
	close(client);
	close(server);
}

/* The queue of a datagram socket is short (net.unix.max_dgram_qlen, 10 on most machines). */
static void a_burst_reaches_a_journal_that_is_slow(void **state)
{
	enum { LINES = 100 };
	struct sockaddr_un address;
	int server = listen_at(&address), client = fl_journal_open(address.sun_path), status = 0;
	pid_t reader = fork();

	(void)state;
	if (reader == 0) {
		char datagram[1024];

		for (int i = 0; i < LINES; i++) {
			if (recv(server, datagram, sizeof(datagram), 0) < 0)
				_exit(1);
		}
		_exit(0);
	}
	for (int i = 0; i < LINES; i++)
		assert_int_equal(fl_journal_send(client, "fl-test", 6, "line"), 0);
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_int_equal(status, 0);
	close(client);
	close(server);
}

static void stderr_is_known_as_the_journal(void **state)
{
	fl_auto_buf struct fl_buf stream = FL_BUF_INIT;
	struct stat info;

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_false(fl_journal_is_stderr());
	assert_int_equal(fstat(STDERR_FILENO, &info), 0);
	fl_buf_printf(&stream, "%ju:%ju", (uintmax_t)info.st_dev, (uintmax_t)info.st_ino);
	setenv("JOURNAL_STREAM", fl_buf_text(&stream), 1);
	assert_true(fl_journal_is_stderr());
	/* Below one-contextd the variable is the unit's, and stderr is a file. */
	setenv("JOURNAL_STREAM", "1:1", 1);
	assert_false(fl_journal_is_stderr());
	unsetenv("JOURNAL_STREAM");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_a_journal_there_is_no_socket, scratch_empty),
		cmocka_unit_test_setup(a_burst_reaches_a_journal_that_is_slow, scratch_empty),
		cmocka_unit_test_setup(a_journal_that_does_not_read_is_given_up, scratch_empty),
		cmocka_unit_test_setup(stderr_is_known_as_the_journal, scratch_empty),
	};

	return cmocka_run_group_tests_name("journal", tests, scratch_make, scratch_remove);
}
