/* SPDX-License-Identifier: Apache-2.0 */
#include "base/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"

/* RFC 1123 2.1: labels of letters, digits and dashes, none empty or with a dash at an end. */
static bool is_name(const char *host)
{
	bool label_open = false;
	char last = '\0';

	for (; *host != '\0'; last = *host++) {
		char c = *host;
		bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9');

		if (alnum) {
			label_open = true;
		} else if (c == '-') {
			if (!label_open)
				return false;
		} else if (c == '.') {
			if (!label_open || last == '-')
				return false;
			label_open = false;
		} else {
			return false;
		}
	}
	return label_open && last != '-';
}

/* "1.2.3" or "300.1.1.1" is a mistyped address, never a name. */
static bool is_numeric(const char *host)
{
	return strspn(host, "0123456789.") == strlen(host);
}

static bool is_ip(int family, const char *host)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(family, host, bytes) == 1;
}

bool fl_address_parse(const char *text, struct fl_address *address)
{
	const char *start = text;
	const char *colon = strrchr(text, ':');
	bool bracketed = text[0] == '[';
	size_t length;
	int64_t port;

	if (colon == NULL || !fl_number(colon + 1, 1, 65535, &port))
		return false;
	length = (size_t)(colon - text);
	if (bracketed) {
		if (length < 2 || colon[-1] != ']')
			return false;
		start++;
		length -= 2;
	}
	if (length == 0 || length >= sizeof(address->host) - 1)
		return false;
	memcpy(address->host, start, length);
	address->host[length] = '\0';
	address->port = (uint16_t)port;
	if (bracketed)
		return is_ip(AF_INET6, address->host);
	return is_ip(AF_INET, address->host) ||
	       (!is_numeric(address->host) && is_name(address->host));
}

char *fl_address_text(const struct fl_address *address)
{
	bool six = strchr(address->host, ':') != NULL;

	return fl_xasprintf("%s%s%s:%u", six ? "[" : "", address->host, six ? "]" : "",
			    (unsigned)address->port);
}

bool fl_address_is_ip(const struct fl_address *address)
{
	return is_ip(AF_INET, address->host) || is_ip(AF_INET6, address->host);
}

bool fl_address_is_any(const struct fl_address *address)
{
	struct in6_addr six;

	if (inet_pton(AF_INET6, address->host, &six) == 1)
		return IN6_IS_ADDR_UNSPECIFIED(&six);
	return strcmp(address->host, "0.0.0.0") == 0;
}

void fl_address_set_host(struct fl_address *address, const char *host)
{
	snprintf(address->host, sizeof(address->host), "%s", host);
}

struct fl_address fl_address_reach(const struct fl_address *address)
{
	struct fl_address reach = *address;

	if (fl_address_is_any(address))
		fl_address_set_host(&reach, strchr(address->host, ':') ? "::1" : "127.0.0.1");
	return reach;
}
