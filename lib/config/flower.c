/* SPDX-License-Identifier: Apache-2.0 */
#include "config/flower.h"

#include <limits.h>
#include <string.h>

#include "base/number.h"

/* Oldest first, without gaps: fl_flower_for() needs that and test_flower.c checks it. */
static const struct fl_flower table[] = {
	{ 22, 28, true, FL_ARGUMENTS_ADDRESSES, FL_API_GRPC, FL_API_GRPC, FL_DATABASE_APPIO, true,
	  false },
	{ 29, 35, false, FL_ARGUMENTS_ADDRESSES, FL_API_GRPC, FL_API_GRPC, FL_DATABASE_CONTROL,
	  true, false },
	{ 36, 36, false, FL_ARGUMENTS_ADDRESSES, FL_API_GRPC, FL_API_GRPC, FL_DATABASE_CONTROL,
	  false, true },
	{ 37, 39, false, FL_ARGUMENTS_CONTROL_HTTP, FL_API_GRPC, FL_API_HTTP, FL_DATABASE_NONE,
	  false, true },
	{ 40, 42, false, FL_ARGUMENTS_ONE_PORT, FL_API_HTTP, FL_API_HTTP, FL_DATABASE_NONE, false,
	  true },
};

#define NO_VERSION_MINOR 25 /* a tag that is no version ("latest") is treated as 1.25 */

const char *fl_flower_tag(const char *image)
{
	const char *slash = strrchr(image, '/');
	const char *colon = strrchr(image, ':');

	/* A colon before the last slash belongs to a registry's port. */
	if (colon == NULL || strchr(image, '@') != NULL || (slash != NULL && colon < slash))
		return "";
	return colon + 1;
}

/* Reads one number of a version and moves *TEXT behind it. */
static bool component(const char **text, int *value)
{
	char digits[8];
	size_t length = strspn(*text, "0123456789");
	int64_t number;

	if (length == 0 || length >= sizeof(digits))
		return false;
	memcpy(digits, *text, length);
	digits[length] = '\0';
	if (!fl_number(digits, 0, INT_MAX, &number))
		return false;
	*value = (int)number;
	*text += length;
	return true;
}

bool fl_version_parse(const char *tag, struct fl_version *version)
{
	version->patch = 0;
	if (!component(&tag, &version->major) || *tag++ != '.' || !component(&tag, &version->minor))
		return false;
	if (tag[0] == '.') {
		tag++;
		if (!component(&tag, &version->patch))
			return false;
	}
	/* "1.25.0-py3.13" and "1.27.0.dev20260101" have suffixes; "1.25.0rc" does not occur. */
	return tag[0] == '\0' || tag[0] == '-' || tag[0] == '.';
}

int fl_version_compare(const struct fl_version *a, const struct fl_version *b)
{
	if (a->major != b->major)
		return a->major - b->major;
	if (a->minor != b->minor)
		return a->minor - b->minor;
	return a->patch - b->patch;
}

bool fl_version_too_old(const struct fl_version *version)
{
	return version->major < 1 ||
	       (version->major == 1 && version->minor < FL_FLOWER_OLDEST_MINOR);
}

static const struct fl_flower *row_of(int minor)
{
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++) {
		if (minor >= table[i].least_minor && minor <= table[i].most_minor)
			return &table[i];
	}
	return NULL;
}

const struct fl_flower *fl_flower_for(const char *tag, bool *tested)
{
	const struct fl_flower *row = NULL;
	struct fl_version version;
	bool parsed = fl_version_parse(tag, &version);

	if (parsed && version.major == 1)
		row = row_of(version.minor);
	if (tested != NULL)
		*tested = row != NULL;
	if (row != NULL)
		return row;
	if (parsed && !fl_version_too_old(&version))
		return &table[FL_ARRAY_SIZE(table) - 1];
	return row_of(NO_VERSION_MINOR);
}
