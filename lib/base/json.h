/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON, on top of cJSON (cJSON.h, 1.7). Without memory cJSON leaves members out and says nothing,
 * so all objects come from fl_json_object() and fl_json_parse(), which make lack of memory end the
 * process (mem.h).
 */
#ifndef FL_JSON_H
#define FL_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"

/* An empty object; never NULL. The caller deletes it, see fl_auto_json. */
cJSON *fl_json_object(void) FL_MUST_CHECK;

/* The JSON in TEXT, which the caller deletes; NULL if it is no JSON. Text behind it is ignored. */
cJSON *fl_json_parse(const char *text) FL_MUST_CHECK FL_NONNULL(1);

/* The member NAME of OBJECT, borrowed, or NULL. OBJECT may be NULL or no object. */
const cJSON *fl_json_member(const cJSON *object, const char *name) FL_NONNULL(2);

/* Its text, borrowed, or NULL if there is no such member or it is no string. */
const char *fl_json_text(const cJSON *object, const char *name) FL_NONNULL(2);

/* Its whole number; 0 if it is anything else, or a number that a double cannot hold exactly. */
int64_t fl_json_integer(const cJSON *object, const char *name) FL_NONNULL(2);

/* JSON as text without a final line feed, in one line or INDENTED; a fresh string, never NULL. */
char *fl_json_print(const cJSON *json, bool indented) FL_MUST_CHECK FL_NONNULL(1);

static inline void fl_cleanup_json(cJSON **slot)
{
	cJSON_Delete(*slot);
}

#define fl_auto_json __attribute__((cleanup(fl_cleanup_json)))

#endif
