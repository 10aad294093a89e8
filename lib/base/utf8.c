/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <string.h>

/* How many bytes follow FIRST, the first byte of a character; -1 if no character begins with it. */
static int bytes_behind(unsigned char first)
{
	if (first < 0x80)
		return 0;
	if (first >= 0xc0 && first < 0xe0)
		return 1;
	if (first >= 0xe0 && first < 0xf0)
		return 2;
	return first >= 0xf0 && first < 0xf8 ? 3 : -1;
}

uint32_t fl_utf8_next(const char **text)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *at = (const unsigned char *)*text;
	int more = bytes_behind(*at);
	uint32_t c = *at++;

	if (more < 0)
		return FL_UTF8_NONE;
	if (more > 0)
		c &= 0x3fU >> more;
	for (int i = 0; i < more; i++, at++) {
		if ((*at & 0xc0) != 0x80)
			return FL_UTF8_NONE;
		c = c << 6 | (*at & 0x3f);
	}
	if (c < least[more] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return FL_UTF8_NONE;
	*text = (const char *)at;
	return c;
}

bool fl_utf8_is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfffe ||
	       c == 0xffff;
}

/*
 * Unicode's format characters (general category Cf) are invisible and order, join or hide the
 * characters around them; U+202E turns the rest of a line around.
 */
static bool is_format(uint32_t c)
{
	return c == 0xad || c == 0x61c || c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

void fl_utf8_flatten(char *text)
{
	const char *at = text;
	char *out = text;

	while (*at != '\0') {
		const char *start = at;
		uint32_t c = fl_utf8_next(&at);

		if (c == FL_UTF8_NONE)
			at++;
		if (c == FL_UTF8_NONE || fl_utf8_is_control(c) || is_format(c)) {
			*out++ = '?';
			continue;
		}
		memmove(out, start, (size_t)(at - start));
		out += at - start;
	}
	*out = '\0';
}
