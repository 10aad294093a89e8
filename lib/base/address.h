/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host and a port, as in "192.0.2.1:9092". Addresses come from the context and go into docker
 * commands, URLs and sockets, so their form is checked in one place.
 */
#ifndef FL_ADDRESS_H
#define FL_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"

#define FL_HOST_SIZE 256 /* bytes of a host name with its NUL: RFC 1035 allows 253 characters */

struct fl_address {
	char host[FL_HOST_SIZE]; /* IPv4, IPv6 without brackets, or a name */
	uint16_t port;           /* 1 to 65535 */
};

/*
 * Parses "HOST:PORT" or "[IPV6]:PORT". The port is a decimal number from 1 to 65535, the host is
 * an address or a name of letters, digits, dots and dashes (RFC 1123), and nothing else may stand
 * in TEXT. Returns false if the form is another one; *ADDRESS is then undefined.
 */
bool fl_address_parse(const char *text, struct fl_address *address) FL_MUST_CHECK FL_NONNULL(1, 2);

/* "HOST:PORT" for people and URLs, IPv6 in brackets; a fresh string that the caller frees. */
char *fl_address_text(const struct fl_address *address) FL_MUST_CHECK FL_NONNULL(1);

/* Whether the host is an IPv4 or IPv6 address rather than a name. */
bool fl_address_is_ip(const struct fl_address *address) FL_NONNULL(1);

/* Whether the address means every interface: 0.0.0.0 or ::. */
bool fl_address_is_any(const struct fl_address *address) FL_NONNULL(1);

/* Replaces the host by HOST, a name or address that is known to fit. */
void fl_address_set_host(struct fl_address *address, const char *host) FL_NONNULL(1, 2);

/*
 * The address at which a client on this machine reaches a server that is published at ADDRESS:
 * loopback if ADDRESS means every interface, else ADDRESS itself.
 */
struct fl_address fl_address_reach(const struct fl_address *address) FL_NONNULL(1);

#endif
