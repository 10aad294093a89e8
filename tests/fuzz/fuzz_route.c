/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the kernel's answer to a dump of its routes. The first byte chooses the family.
 * Nothing outside the answer is read; a route has a link, and a source that is an address.
 */
/* wrap: socket send recv if_indextoname */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "onegate/route.h"

static const uint8_t *answer;
static size_t answer_size;

int __wrap_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol)
{
	(void)family, (void)type, (void)protocol;
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags)
{
	(void)fd, (void)bytes, (void)flags;
	return (ssize_t)length;
}

/* All of it at once, then the end. */
ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags)
{
	size_t size = answer_size < length ? answer_size : length;

	(void)fd, (void)flags;
	if (size > 0)
		memcpy(bytes, answer, size);
	answer_size = 0;
	return (ssize_t)size;
}

char *__wrap_if_indextoname(unsigned index, char *name);
char *__wrap_if_indextoname(unsigned index, char *name)
{
	if (index > 99)
		return NULL;
	snprintf(name, IF_NAMESIZE, "eth%u", index);
	return name;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	int family = fuzz_choice(&in, 2) == 0 ? AF_INET : AF_INET6;
	struct in6_addr bytes;
	struct fl_error err = FL_ERROR_INIT;
	struct fl_route route;

	answer = in.data;
	answer_size = in.size;
	if (fl_route_default(family, &route, &err) != 0) {
		fuzz_refused(&err, FL_EXIT_SYSTEM);
		return 0;
	}
	if (route.link[0] == '\0')
		return 0;
	FUZZ_HOLDS(strncmp(route.link, "eth", 3) == 0);
	FUZZ_HOLDS(route.source[0] == '\0' || inet_pton(family, route.source, &bytes) == 1);
	return 0;
}
