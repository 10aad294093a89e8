/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of words from outside, by their specifications: finds mistakes before Docker would. */
#ifndef FL_VALID_H
#define FL_VALID_H

#include <stdbool.h>

#include "base/macro.h"

/* A Docker tag: [A-Za-z0-9_][A-Za-z0-9_.-]{0,127} (distribution/reference v0.6, regexp.go). */
bool fl_valid_tag(const char *text) FL_NONNULL(1);

/*
 * A Docker repository, lower case, with an optional registry host and port in front, at most 255
 * bytes, without tag or digest (distribution/reference v0.6, regexp.go and reference.go).
 */
bool fl_valid_repository(const char *text) FL_NONNULL(1);

/*
 * A file's path inside the state volume: "state/..." or "/app/state/...", of printable ASCII, at
 * most 255 bytes, without "..", "." or empty components, and not in state/ffs, which
 * --storage-dir uses.
 */
bool fl_valid_database(const char *text) FL_NONNULL(1);

/* A dotted IPv4 address (inet_pton(3)). */
bool fl_valid_ipv4(const char *text) FL_NONNULL(1);

/* Six pairs of hexadecimal digits separated by colons. */
bool fl_valid_mac(const char *text) FL_NONNULL(1);

/*
 * An http:// or https:// URL of printable ASCII with a host and perhaps a port, without user, query
 * or fragment.
 */
bool fl_valid_url(const char *text) FL_NONNULL(1);

/* At least one byte, all of them printable ASCII without blanks: fit for an HTTP header. */
bool fl_valid_word(const char *text) FL_NONNULL(1);

#endif
