/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Characters in UTF-8 (RFC 3629), and which of them control a terminal or change how a line is
 * shown. Much of what the programs print comes from outside.
 */
#ifndef FL_UTF8_H
#define FL_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"

#define FL_UTF8_NONE UINT32_MAX /* no character */

/*
 * Returns the character at *TEXT and moves *TEXT behind it. If RFC 3629 does not allow the bytes
 * (overlong forms, surrogates, beyond U+10FFFF), returns FL_UTF8_NONE and leaves *TEXT.
 */
uint32_t fl_utf8_next(const char **text) FL_NONNULL(1);

/*
 * Whether C is a control character of ASCII or Latin-1 (a terminal that reads UTF-8 takes U+009B
 * for the start of an escape sequence as well), a line break of Unicode's, or not in XML 1.0 (2.2).
 */
bool fl_utf8_is_control(uint32_t c);

/*
 * Makes TEXT one line that is safe to show, in place: each control or format character (U+202E
 * turns a line around) and each byte that is no UTF-8 becomes '?'.
 */
void fl_utf8_flatten(char *text) FL_NONNULL(1);

#endif
