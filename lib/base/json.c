/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "base/fatal.h"
#include "base/log.h"
#include "base/mem.h"

#define EXACT_MOST 9e15 /* a double holds every whole number up to 2^53, 9.007e15 */

/* cJSON keeps them for the whole process; setting them again changes nothing. */
static void set_hooks(void)
{
	cJSON_Hooks hooks = { .malloc_fn = fl_xmalloc, .free_fn = free };

	cJSON_InitHooks(&hooks);
}

cJSON *fl_json_object(void)
{
	set_hooks();
	return cJSON_CreateObject();
}

cJSON *fl_json_parse(const char *text)
{
	set_hooks();
	return cJSON_Parse(text);
}

const cJSON *fl_json_member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

const char *fl_json_text(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(fl_json_member(object, name));
}

int64_t fl_json_integer(const cJSON *object, const char *name)
{
	const cJSON *item = fl_json_member(object, name);
	bool exact = cJSON_IsNumber(item) && item->valuedouble > -EXACT_MOST &&
		     item->valuedouble < EXACT_MOST;

	return exact ? (int64_t)item->valuedouble : 0;
}

char *fl_json_print(const cJSON *json, bool indented)
{
	char *text = indented ? cJSON_Print(json) : cJSON_PrintUnformatted(json);

	if (text == NULL)
		fl_fatal("out of memory");
	return text;
}
