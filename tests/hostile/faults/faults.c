/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To be preloaded: fails what strace cannot fail. FAULT=alloc:N makes the Nth allocation fail,
 * FAULT=short:N lets the Nth read, write, send or recv move only half of its bytes, FAULT=close:N
 * makes the Nth close close and fail, and FAULT=count:0 does nothing. It counts from start.c's
 * umask(2) on, which is the first thing after main that can be caught here. The file that
 * FAULT_REPORT names gets a line "hit" when it happens and, at a regular end, "alloc FIRST LAST
 * COUNT", "short COUNT" and "close COUNT": COUNT calls were seen, and those from FIRST to LAST
 * belong to the start-up of libcurl and of the libraries below it.
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *pointer, size_t size);

static long allocations, transfers, closes, fail_allocation, cut_transfer, fail_close, first_inside,
	last_inside;
static int counting;

static void report(const char *text)
{
	const char *path = getenv("FAULT_REPORT");
	long fd = path == NULL ? -1
			       : syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND,
					 0600);

	if (fd < 0)
		return;
	syscall(SYS_write, fd, text, strlen(text));
	syscall(SYS_close, fd);
}

mode_t umask(mode_t mask)
{
	const char *fault = getenv("FAULT");

	counting = 1;
	if (fault != NULL && strncmp(fault, "alloc:", 6) == 0)
		fail_allocation = strtol(fault + 6, NULL, 10);
	if (fault != NULL && strncmp(fault, "short:", 6) == 0)
		cut_transfer = strtol(fault + 6, NULL, 10);
	if (fault != NULL && strncmp(fault, "close:", 6) == 0)
		fail_close = strtol(fault + 6, NULL, 10);
	return (mode_t)syscall(SYS_umask, mask);
}

static int fails(void)
{
	if (!counting || ++allocations != fail_allocation)
		return 0;
	report("hit\n");
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *pointer, size_t size)
{
	return fails() ? NULL : __libc_realloc(pointer, size);
}

/* libcrypto makes thousands of allocations in here. */
CURLcode curl_global_init_mem(long flags, curl_malloc_callback m, curl_free_callback f,
			      curl_realloc_callback r, curl_strdup_callback s,
			      curl_calloc_callback c)
{
	CURLcode (*real)(long, curl_malloc_callback, curl_free_callback, curl_realloc_callback,
			 curl_strdup_callback, curl_calloc_callback);
	CURLcode code;

	*(void **)&real = dlsym(RTLD_NEXT, "curl_global_init_mem");
	first_inside = allocations + 1;
	code = real(flags, m, f, r, s, c);
	last_inside = allocations;
	return code;
}

/* A datagram goes as a whole or not at all. */
static size_t cut(int fd, size_t length)
{
	int type = SOCK_STREAM;
	socklen_t size = sizeof(type);

	syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &size);
	if (!counting || length < 2 || type != SOCK_STREAM || ++transfers != cut_transfer)
		return length;
	report("hit\n");
	return length / 2;
}

ssize_t read(int fd, void *bytes, size_t length)
{
	return syscall(SYS_read, fd, bytes, cut(fd, length));
}

ssize_t write(int fd, const void *bytes, size_t length)
{
	return syscall(SYS_write, fd, bytes, cut(fd, length));
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
	return syscall(SYS_sendto, fd, bytes, cut(fd, length), flags, NULL, 0);
}

ssize_t recv(int fd, void *bytes, size_t length, int flags)
{
	return syscall(SYS_recvfrom, fd, bytes, cut(fd, length), flags, NULL, NULL);
}

/* As Linux does it: whatever close(2) says, the descriptor is gone. */
int close(int fd)
{
	int result = (int)syscall(SYS_close, fd);

	if (!counting || ++closes != fail_close)
		return result;
	report("hit\n");
	errno = EIO;
	return -1;
}

__attribute__((destructor)) static void end(void)
{
	char text[160];

	counting = 0;
	snprintf(text, sizeof(text), "alloc %ld %ld %ld\nshort %ld\nclose %ld\n", first_inside,
		 last_inside, allocations, transfers, closes);
	report(text);
}
