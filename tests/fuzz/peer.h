/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of HTTP, for targets that read answers. libcurl really reads them, over a pair of
 * sockets: whenever it would wait, the peer says its next piece, then closes or says nothing more,
 * and the clock goes on by itself. Each connection hears the same. The target that includes this
 * wraps
 *   socket curl_multi_poll clock_gettime poll
 */
#ifndef FL_FUZZ_PEER_H
#define FL_FUZZ_PEER_H

#include <curl/curl.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "docker/engine.h"
#include "fuzz.h"
#include "net/http.h"

enum peer_end { PEER_CLOSES, PEER_STALLS, PEER_REFUSES };

static struct {
	struct fl_buf bytes; /* what it says */
	size_t piece;        /* most of them that come at once, 0 for all */
	enum peer_end end;
	/* The connection there is, and how far it is. */
	int fd;
	size_t given;
	bool closed;
	fl_time now;
} peer = { .fd = -1 };

int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	(void)clock;
	*time = (struct timespec){ .tv_sec = peer.now / FL_SEC, .tv_nsec = peer.now % FL_SEC };
	return 0;
}

/* A pause. */
int __wrap_poll(struct pollfd *list, nfds_t count, int timeout)
{
	(void)list;
	FUZZ_HOLDS(count == 0 && timeout > 0);
	peer.now += timeout * FL_MS;
	return 0;
}

int __wrap_socket(int family, int type, int protocol)
{
	int ends[2];

	(void)family, (void)type, (void)protocol;
	FUZZ_HOLDS(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
	fl_cleanup_close(&peer.fd);
	peer.fd = ends[1];
	peer.given = 0;
	peer.closed = false;
	return ends[0];
}

/* In the place of libc's, for libcurl; CURL_SOCKOPT_ALREADY_CONNECTED does not work in 7.88. */
int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	(void)fd, (void)address, (void)length;
	errno = ECONNREFUSED;
	return peer.end == PEER_REFUSES ? -1 : 0;
}

/* The peer's turn. */
CURLMcode __wrap_curl_multi_poll(CURLM *multi, struct curl_waitfd *fds, unsigned count, int timeout,
				 int *ready)
{
	size_t left = peer.bytes.length - peer.given;
	size_t size = left < peer.piece || peer.piece == 0 ? left : peer.piece;
	char heard[4096];
	long wait = -1;

	(void)fds, (void)count, (void)ready;
	curl_multi_timeout(multi, &wait);
	if (wait == 0)
		return CURLM_OK; /* it has not taken in all that was said */
	while (peer.fd >= 0 && recv(peer.fd, heard, sizeof(heard), 0) > 0)
		;
	if (peer.fd >= 0 && size > 0) {
		ssize_t sent = send(peer.fd, peer.bytes.data + peer.given, size, MSG_NOSIGNAL);

		/* Without a reader, all is said. */
		peer.given += sent > 0 ? (size_t)sent : left;
	} else if (peer.fd >= 0 && peer.end == PEER_CLOSES && !peer.closed) {
		shutdown(peer.fd, SHUT_WR);
		peer.closed = true;
	} else {
		peer.now += timeout * FL_MS;
	}
	return CURLM_OK;
}

/* The peer is to say BYTES. */
static inline void peer_says(const char *bytes, size_t length)
{
	fl_buf_reset(&peer.bytes);
	fl_buf_add(&peer.bytes, bytes, length);
	peer.end = PEER_CLOSES;
	peer.piece = 0;
}

/*
 * An answer of HTTP/1.1: LINES are header lines and the empty one, unless they are at the beginning
 * of BYTES. The body ends with the connection.
 */
static inline void peer_answers(long status, const char *lines, const char *bytes, size_t length)
{
	peer_says("", 0);
	fl_buf_printf(&peer.bytes, "HTTP/1.1 %ld Canned\r\n%s", status, lines);
	fl_buf_add(&peer.bytes, bytes, length);
}

/*
 * An answer with one of the COUNT statuses. For a CHOICE beyond them BYTES are all that is said,
 * and the peer then closes, stalls or did not take the connection. Returns the status, or 0.
 */
static inline long peer_chooses(const long *statuses, size_t count, size_t choice,
				const char *lines, const char *bytes, size_t length)
{
	static const enum peer_end ends[] = { PEER_STALLS, PEER_REFUSES, PEER_CLOSES };

	if (choice < count) {
		peer_answers(statuses[choice], lines, bytes, length);
		return statuses[choice];
	}
	peer_says(bytes, length);
	peer.end = ends[choice % FL_ARRAY_SIZE(ends)];
	return 0;
}

/* A refusal; only a peer that stalls is waited for in vain. */
static inline void peer_refused(const struct fl_error *err)
{
	bool late = peer.end == PEER_STALLS && err->code == FL_EXIT_TIMEOUT;

	fuzz_refused(err, late ? FL_EXIT_TIMEOUT : FL_EXIT_UNAVAILABLE);
}

/* Connections of one input; what libcurl sets up for all of them is kept. */
static inline struct fl_http *peer_http(void)
{
	static struct fl_http *kept;

	if (kept == NULL)
		kept = fl_http_new();
	peer.now = FL_SEC;
	return fl_http_new();
}

/* An Engine behind HTTP, whose version 1.MINOR was negotiated, or 0. */
static inline struct fl_docker *peer_docker(struct fl_http *http, int minor)
{
	struct fl_docker *docker = fl_docker_new(http, "/engine");

	docker->minor = minor;
	return docker;
}

#endif
