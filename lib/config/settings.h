/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The resolved configuration: a value and its origin for each configuration parameter. fl-configure
 * keeps it in superlink.json, so that all later steps use the same values.
 */
#ifndef FL_SETTINGS_H
#define FL_SETTINGS_H

#include "base/address.h"
#include "config/flower.h"
#include "config/param.h"

struct fl_setting {
	char *value; /* owned, never NULL in filled settings */
	enum fl_origin origin;
};

struct fl_settings {
	struct fl_setting of[FL_PARAM_CONFIG_COUNT];
};

#define FL_SETTINGS_INIT                    \
	{                                   \
		.of = { { .value = NULL } } \
	}

/* Replaces the value of ID by a copy of VALUE. */
void fl_settings_set(struct fl_settings *settings, enum fl_param_id id, const char *value,
		     enum fl_origin origin) FL_NONNULL(1, 3);

/* The content of superlink.json; a fresh string, ended by a line feed. */
char *fl_settings_json(const struct fl_settings *settings) FL_MUST_CHECK FL_NONNULL(1);

/* The result of reading superlink.json. All but the first fill the error with 78. */
enum fl_settings_state {
	FL_SETTINGS_READ,
	FL_SETTINGS_ABSENT,  /* there is no such file */
	FL_SETTINGS_DAMAGED, /* it is not what fl-configure writes */
	FL_SETTINGS_UNKNOWN, /* it cannot be read, but may be fine */
};

/* Reads superlink.json at PATH and checks every value by the rules of the context. */
enum fl_settings_state fl_settings_read(struct fl_settings *settings, const char *path,
					struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/* The same for a caller that needs the file: the error also says what to do. */
enum fl_settings_state fl_settings_require(struct fl_settings *settings, const char *path,
					   struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/* The value of ID (below FL_PARAM_CONFIG_COUNT), borrowed. */
const char *fl_settings_get(const struct fl_settings *settings, enum fl_param_id id) FL_NONNULL(1);

/* Typed values; they have been checked, so these cannot fail. localhost becomes 127.0.0.1. */
int64_t fl_settings_integer(const struct fl_settings *settings, enum fl_param_id id) FL_NONNULL(1);
struct fl_address fl_settings_address(const struct fl_settings *settings, enum fl_param_id id)
	FL_NONNULL(1);

/*
 * Where the Control API of FLOWER is published: at its own address, or at the Fleet API's with a
 * version that serves everything on one port.
 */
struct fl_address fl_settings_control(const struct fl_settings *settings,
				      const struct fl_flower *flower) FL_NONNULL(1, 2);

/* Whether ServerApps run in the SuperLink's container (FL_ISOLATION=subprocess). */
bool fl_settings_subprocess(const struct fl_settings *settings) FL_NONNULL(1);

/* The database's path inside the state folder, without "state/" or "/app/state/"; borrowed. */
const char *fl_settings_database(const struct fl_settings *settings) FL_NONNULL(1);

/* "FLOWER_IMAGE:FLOWER_VERSION"; a fresh string. */
char *fl_settings_image(const struct fl_settings *settings) FL_MUST_CHECK FL_NONNULL(1);

void fl_settings_free(struct fl_settings *settings) FL_NONNULL(1);

#define fl_auto_settings __attribute__((cleanup(fl_settings_free)))

#endif
