/* SPDX-License-Identifier: Apache-2.0 */
#include "base/journal.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/buf.h"

#define LINE_MAX_BYTES 16384 /* far below the socket's default send buffer */
#define PATIENCE_MS    1000  /* that one line waits for room in the journal's queue */

int fl_journal_open(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		fl_cleanup_close(&fd);
		fd = -1;
	}
	return fd;
}

int fl_journal_send(int fd, const char *identifier, int priority, const char *line)
{
	fl_auto_buf struct fl_buf datagram = FL_BUF_INIT;

	fl_buf_printf(&datagram,
		      "PRIORITY=%d\nSYSLOG_IDENTIFIER=%s\nSYSLOG_PID=%ld\nMESSAGE=%.*s\n", priority,
		      identifier, (long)getpid(), LINE_MAX_BYTES, line);
	for (int tries = 0; tries < 2; tries++) {
		struct pollfd room = { .fd = fd, .events = POLLOUT };

		if (send(fd, datagram.data, datagram.length, MSG_NOSIGNAL) >= 0)
			return 0;
		/* The queue holds ten datagrams (net.unix.max_dgram_qlen) until journald reads. */
		if (errno != EAGAIN || poll(&room, 1, PATIENCE_MS) <= 0)
			return -1;
	}
	return -1;
}

bool fl_journal_is_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	fl_auto_buf struct fl_buf own = FL_BUF_INIT;
	struct stat info;

	if (stream == NULL || fstat(STDERR_FILENO, &info) != 0)
		return false;
	fl_buf_printf(&own, "%ju:%ju", (uintmax_t)info.st_dev, (uintmax_t)info.st_ino);
	return strcmp(stream, fl_buf_text(&own)) == 0;
}
