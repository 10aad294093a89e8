/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server with canned answers for the tests, on a unix socket or on loopback: a child process, and
 * a child of that for each connection. It writes the requests to a journal in shared memory.
 */
#ifndef FL_TESTS_SERVER_H
#define FL_TESTS_SERVER_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/wait.h"

enum server_act {
	SERVER_ANSWER,  /* status, headers and body, with a Content-Length; the connection stays */
	SERVER_CHUNKED, /* the same in chunks of one byte, each written alone */
	SERVER_RAW,     /* only the body, then the connection is closed */
	SERVER_DRIP,    /* RAW, but each byte only after the client has read the one before */
	SERVER_STALL,   /* RAW, but open; "[closed]" in the journal when the client closes */
	SERVER_REPEAT,  /* RAW, then lines until the client closes: .headers, a number, "} */
	SERVER_RESET,   /* RAW, then a TCP reset */
	SERVER_HANG_UP, /* nothing is read and nothing is written */
};

struct server_rule {
	const char *to; /* the beginning of the request; NULL ends the list, "" fits each one */
	enum server_act act;
	int status;
	const char *headers; /* each line ended by CR LF; NULL for none */
	const char *body;
	size_t length; /* of a body that holds NUL bytes, 0 for a string */
	int times;     /* how often the rule is used before the next ones are; 0 for always */
};

/* What an Engine answers to the first call of a client. */
#define SERVER_PING                                                                   \
	{                                                                             \
		.to = "GET /_ping", .status = 200, .headers = "Api-Version: 1.41\r\n" \
	}

#define SERVER_JOURNAL 262144

struct server_shared {
	size_t length;
	char journal[SERVER_JOURNAL];
	int used[64]; /* how often, by rule */
};

struct server {
	struct server_shared *shared;
	pid_t pid;
	int port;        /* on loopback; 0 if there is a socket */
	char folder[32]; /* the socket's folder, "" if there is none */
	char path[64];   /* the socket */
};

/* A deadline that only stops a hang: no test waits for it. */
static inline fl_time soon(void)
{
	return fl_deadline(20);
}

static inline void server_note(struct server_shared *shared, const char *bytes, size_t length)
{
	size_t at = __atomic_fetch_add(&shared->length, length, __ATOMIC_SEQ_CST);

	if (at + length < SERVER_JOURNAL)
		memcpy(shared->journal + at, bytes, length);
}

/* Writes everything; with DRIP each byte alone, after the client has read the one before. */
static inline void server_write(int fd, const char *bytes, size_t length, bool drip)
{
	while (length > 0) {
		ssize_t done = send(fd, bytes, drip ? 1 : length, MSG_NOSIGNAL);
		int queued = drip;

		if (done <= 0)
			return;
		bytes += done;
		length -= (size_t)done;
		while (queued > 0 && ioctl(fd, SIOCOUTQ, &queued) == 0 && queued > 0)
			sched_yield();
	}
}

/*
 * Whether a request of HTTP/2 has ended (END_STREAM). It writes to the journal in which frame:
 * "[end in HEADERS]" or "[end in DATA of 5 bytes]" (RFC 9113, 4.1 and 6).
 */
static inline bool server_frames(struct server_shared *shared, const char *text, size_t have)
{
	const unsigned char *at = (const unsigned char *)text + 24; /* behind the preface */
	const unsigned char *end = (const unsigned char *)text + have;

	while (end - at >= 9) {
		long length = at[0] << 16 | at[1] << 8 | at[2];

		if (end - at < 9 + length)
			return false;
		if (at[3] <= 1 && (at[4] & 1) != 0) {
			char words[64];
			int size = at[3] == 1 ? snprintf(words, sizeof(words), "[end in HEADERS]\n")
					      : snprintf(words, sizeof(words),
							 "[end in DATA of %ld bytes]\n", length);

			server_note(shared, words, (size_t)size);
			return true;
		}
		at += 9 + length;
	}
	return false;
}

/* The length of the request in TEXT, 0 if its headers are not whole yet. */
static inline size_t server_request(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n"),
		   *length = strcasestr(text, "\r\nContent-Length:");
	size_t whole;

	if (end == NULL)
		return 0;
	whole = (size_t)(end + 4 - text);
	if (length != NULL && length < end)
		whole += strtoul(length + 17, NULL, 10);
	return whole;
}

/* Answers by RULE. Returns false if the connection is to be closed. */
static inline bool server_act(struct server_shared *shared, int fd, const struct server_rule *rule)
{
	size_t length = rule->length != 0    ? rule->length
			: rule->body != NULL ? strlen(rule->body)
					     : 0;
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	bool chunked = rule->act == SERVER_CHUNKED;
	char text[2048];

	if (rule->act == SERVER_ANSWER || chunked) {
		int size = snprintf(text, sizeof(text), "HTTP/1.1 %d Canned\r\n%s", rule->status,
				    rule->headers != NULL ? rule->headers : "");

		if (chunked)
			size += snprintf(text + size, sizeof(text) - (size_t)size,
					 "Transfer-Encoding: chunked\r\n");
		else if (rule->status != 204 && rule->status != 304)
			size += snprintf(text + size, sizeof(text) - (size_t)size,
					 "Content-Length: %zu\r\n", length);
		size += snprintf(text + size, sizeof(text) - (size_t)size, "\r\n");
		server_write(fd, text, (size_t)size, chunked);
		for (size_t i = 0; chunked && i < length; i++) {
			char chunk[] = { '1', '\r', '\n', rule->body[i], '\r', '\n' };

			server_write(fd, chunk, sizeof(chunk), true);
		}
		if (chunked)
			server_write(fd, "0\r\n\r\n", 5, true);
		else
			server_write(fd, rule->body, length, false);
		return true;
	}
	server_write(fd, rule->body, length, rule->act == SERVER_DRIP);
	if (rule->act == SERVER_STALL) {
		while (recv(fd, text, sizeof(text), 0) > 0)
			;
		server_note(shared, "[closed]\n", 9);
	}
	for (int i = 0; rule->act == SERVER_REPEAT; i++) {
		const struct timespec pause = { .tv_nsec = 2000000 };
		int size = snprintf(text, sizeof(text), "%s%d\"}\n", rule->headers, i);

		if (send(fd, text, (size_t)size, MSG_NOSIGNAL) < 0)
			return false;
		nanosleep(&pause, NULL);
	}
	if (rule->act == SERVER_RESET)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	return false;
}

static inline void server_connection(struct server_shared *shared, int fd,
				     const struct server_rule *rules)
{
	static char text[2 * 1024 * 1024];
	size_t have = 0, whole;

	server_note(shared, "[open]\n", 7);
	for (;;) {
		const struct server_rule *rule = rules;
		ssize_t got;

		if (rules[0].act == SERVER_HANG_UP)
			return;
		got = recv(fd, text + have, sizeof(text) - 1 - have, 0);
		if (got <= 0)
			return;
		have += (size_t)got;
		text[have] = '\0';
		if (strncmp(text, "PRI * HTTP/2.0", 14) == 0)
			whole = server_frames(shared, text, have) ? have : 0;
		else
			whole = server_request(text);
		if (whole == 0 || have < whole)
			continue;
		server_note(shared, text, whole < 8192 ? whole : 8192);
		server_note(shared, "\n", 1);
		while (rule->to != NULL && (strncmp(text, rule->to, strlen(rule->to)) != 0 ||
					    (__atomic_fetch_add(&shared->used[rule - rules], 1,
								__ATOMIC_SEQ_CST) >= rule->times &&
					     rule->times != 0)))
			rule++;
		if (rule->to == NULL) {
			static const struct server_rule none = {
				.status = 404, .body = "{\"message\":\"page not found\"}"
			};

			rule = &none;
		}
		if (!server_act(shared, fd, rule))
			return;
		have = 0;
	}
}

/* Starts a server that follows RULES, on a unix socket or on a free port of loopback. */
static inline struct server server_start(const struct server_rule *rules, bool unix_socket)
{
	struct server server = { .port = 0 };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(in);
	int fd = socket(unix_socket ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	server.shared = mmap(NULL, sizeof(*server.shared), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (unix_socket) {
		snprintf(server.folder, sizeof(server.folder), "/tmp/fl-test-XXXXXX");
		if (mkdtemp(server.folder) == NULL)
			abort();
		snprintf(server.path, sizeof(server.path), "%s/socket", server.folder);
		snprintf(un.sun_path, sizeof(un.sun_path), "%s", server.path);
	}
	if (bind(fd, unix_socket ? (struct sockaddr *)&un : (struct sockaddr *)&in,
		 unix_socket ? sizeof(un) : sizeof(in)) < 0 ||
	    listen(fd, 64) < 0 || server.shared == MAP_FAILED)
		abort();
	if (!unix_socket && getsockname(fd, (struct sockaddr *)&in, &length) == 0)
		server.port = ntohs(in.sin_port);
	server.pid = fork();
	if (server.pid == 0) {
		/* A group of its own, so that server_stop() reaches its children as well. */
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGCHLD, SIG_IGN);
		for (;;) {
			int peer = accept(fd, NULL, NULL);

			if (peer >= 0 && fork() == 0) {
				prctl(PR_SET_PDEATHSIG, SIGKILL);
				close(fd);
				server_connection(server.shared, peer, rules);
				close(peer);
				_exit(0);
			}
			close(peer);
		}
	}
	setpgid(server.pid, server.pid);
	close(fd);
	return server;
}

/* Ends the server and all its connections. */
static inline void server_kill(struct server *server)
{
	if (server->pid > 0) {
		kill(-server->pid, SIGKILL);
		waitpid(server->pid, NULL, 0);
	}
	server->pid = 0;
}

static inline void server_stop(struct server *server)
{
	server_kill(server);
	munmap(server->shared, sizeof(*server->shared));
	if (server->folder[0] != '\0') {
		unlink(server->path);
		rmdir(server->folder);
	}
}

/* Whether the journal has TEXT, now or within ten seconds. */
static inline bool server_heard(const struct server *server, const char *text)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (int i = 0; i < 10000; i++) {
		if (memmem(server->shared->journal, SERVER_JOURNAL, text, strlen(text)) != NULL)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* How often TEXT is in the journal. */
static inline int server_count(const struct server *server, const char *text)
{
	const char *at = server->shared->journal, *end = at + SERVER_JOURNAL;
	int count = 0;

	while ((at = memmem(at, (size_t)(end - at), text, strlen(text))) != NULL) {
		at += strlen(text);
		count++;
	}
	return count;
}

#endif
