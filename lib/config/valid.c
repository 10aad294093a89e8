/* SPDX-License-Identifier: Apache-2.0 */
#include "config/valid.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/address.h"
#include "base/mem.h"
#include "base/number.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

#define TAG_MAX        128
#define REPOSITORY_MAX 255
#define DATABASE_MAX   255 /* NAME_MAX: the note beside the database adds to its last component */

bool fl_valid_tag(const char *text)
{
	size_t length = strlen(text);

	return length >= 1 && length <= TAG_MAX &&
	       strspn(text, LOWER UPPER DIGIT "_.-") == length && text[0] != '.' && text[0] != '-';
}

/* A path-component: letters and digits, joined by one of ".", "_", "__" or any number of "-". */
static bool is_component(const char *text, size_t length)
{
	size_t at = 0;

	for (;;) {
		size_t run = strspn(text + at, LOWER DIGIT);
		size_t joint;

		if (run == 0 || at + run > length)
			return false;
		at += run;
		if (at == length)
			return true;
		joint = strspn(text + at, "-");
		if (joint == 0 && text[at] == '.')
			joint = 1;
		else if (joint == 0 && text[at] == '_')
			joint = text[at + 1] == '_' ? 2 : 1;
		if (joint == 0)
			return false;
		at += joint;
	}
}

/*
 * Docker takes the first component for a registry if it has a dot or a colon; it is then a host
 * with an optional port and may hold capitals. "localhost" is one too, and a good component either
 * way.
 */
static bool is_registry(const char *text, size_t length)
{
	fl_auto_free char *host = fl_xstrndup(text, length);
	fl_auto_free char *with_port = NULL;
	struct fl_address address;
	const char *bracket = strrchr(host, ']');

	if (strchr(bracket != NULL ? bracket : host, ':') == NULL)
		with_port = fl_xasprintf("%s:1", host); /* the parser needs any port */
	return fl_address_parse(with_port != NULL ? with_port : host, &address);
}

bool fl_valid_repository(const char *text)
{
	const char *slash = strchr(text, '/');
	size_t first = slash == NULL ? 0 : (size_t)(slash - text);

	if (strlen(text) > REPOSITORY_MAX)
		return false;
	if (first > 0 && (memchr(text, '.', first) != NULL || memchr(text, ':', first) != NULL)) {
		if (!is_registry(text, first))
			return false;
		text = slash + 1;
	}
	for (;;) {
		slash = strchr(text, '/');
		if (!is_component(text, slash == NULL ? strlen(text) : (size_t)(slash - text)))
			return false;
		if (slash == NULL)
			return true;
		text = slash + 1;
	}
}

static bool is_printable(const char *text, char least)
{
	for (; *text != '\0'; text++) {
		if (*text < least || *text > '~')
			return false;
	}
	return true;
}

bool fl_valid_database(const char *text)
{
	static const char inside[] = "/app/state/", relative[] = "state/";

	if (!is_printable(text, ' ') || strlen(text) > DATABASE_MAX)
		return false;
	if (strncmp(text, inside, sizeof(inside) - 1) == 0)
		text += sizeof(inside) - 1;
	else if (strncmp(text, relative, sizeof(relative) - 1) == 0)
		text += sizeof(relative) - 1;
	else
		return false;
	if (strncmp(text, "ffs", 3) == 0 && (text[3] == '/' || text[3] == '\0'))
		return false;
	for (;;) {
		size_t length = strcspn(text, "/");

		if (length == 0 || (length == 1 && text[0] == '.') ||
		    (length == 2 && text[0] == '.' && text[1] == '.'))
			return false;
		if (text[length] == '\0')
			return true;
		text += length + 1;
	}
}

bool fl_valid_ipv4(const char *text)
{
	struct in_addr address;

	return inet_pton(AF_INET, text, &address) == 1;
}

bool fl_valid_mac(const char *text)
{
	if (strlen(text) != 17)
		return false;
	for (size_t i = 0; i < 17; i++) {
		if (i % 3 == 2 ? text[i] != ':' : strchr(DIGIT "abcdefABCDEF", text[i]) == NULL)
			return false;
	}
	return true;
}

/* "IPV6" or "IPV6%25ZONE" (RFC 6874), up to END. */
static bool is_ipv6(const char *text, const char *end)
{
	fl_auto_free char *address = fl_xstrndup(text, (size_t)(end - text));
	char *zone = strchr(address, '%');
	struct in6_addr six;

	if (zone != NULL) {
		if (strncmp(zone, "%25", 3) != 0 ||
		    zone[3 + strspn(zone + 3, LOWER UPPER DIGIT "-._~")] != '\0' || zone[3] == '\0')
			return false;
		*zone = '\0';
	}
	return inet_pton(AF_INET6, address, &six) == 1;
}

/* "HOST", "HOST:PORT" or "[IPV6]:PORT", up to END. */
static bool is_authority(const char *text, const char *end)
{
	bool bracketed = text[0] == '[';
	const char *behind = text + (bracketed ? strcspn(text, "]") + 1 : strcspn(text, ":/[]"));
	fl_auto_free char *port = NULL;
	int64_t number;

	if (behind > end || behind == text || (bracketed && !is_ipv6(text + 1, behind - 1)))
		return false;
	if (behind == end)
		return true;
	port = fl_xstrndup(behind + 1, (size_t)(end - behind - 1));
	return *behind == ':' && fl_number(port, 1, UINT16_MAX, &number);
}

bool fl_valid_url(const char *text)
{
	const char *host;

	if (strncmp(text, "http://", 7) == 0)
		host = text + 7;
	else if (strncmp(text, "https://", 8) == 0)
		host = text + 8;
	else
		return false;
	if (!is_printable(host, '!') || strpbrk(host, "@?#\\\"<>^`{|}") != NULL)
		return false;
	return is_authority(host, host + strcspn(host, "/"));
}

bool fl_valid_word(const char *text)
{
	return text[0] != '\0' && is_printable(text, '!');
}
