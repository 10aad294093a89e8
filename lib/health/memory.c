/* SPDX-License-Identifier: Apache-2.0 */
#include "health/memory.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "file/atomic.h"

#define FILE_MAX 4096 /* bytes */

static char *member(const cJSON *object, const char *name)
{
	const char *text = fl_json_text(object, name);

	return fl_xstrdup(text != NULL ? text : "");
}

void fl_memory_read(struct fl_memory *memory, const char *path)
{
	fl_auto_free char *text = fl_file_read(path, FILE_MAX, NULL);
	fl_auto_json cJSON *object = text == NULL ? NULL : fl_json_parse(text);

	memory->ready = member(object, "ready");
	memory->failing = member(object, "failing");
	/* In milliseconds, as cJSON's numbers hold nanoseconds for 104 days only. */
	memory->since = fl_json_integer(object, "since_ms") * FL_MS;
	memory->said = member(object, "said");
}

int fl_memory_write(const struct fl_memory *memory, const char *path, struct fl_error *err)
{
	fl_auto_json cJSON *object = fl_json_object();
	fl_auto_free char *text = NULL;
	int64_t since_ms = memory->since / FL_MS;

	cJSON_AddStringToObject(object, "ready", memory->ready);
	cJSON_AddStringToObject(object, "failing", memory->failing);
	cJSON_AddNumberToObject(object, "since_ms", (double)since_ms);
	cJSON_AddStringToObject(object, "said", memory->said);
	text = fl_json_print(object, false);
	return fl_atomic_write_text(path, text, 0600, err);
}

void fl_memory_set(char **slot, const char *text)
{
	char *copy = fl_xstrdup(text);

	free(*slot);
	*slot = copy;
}

void fl_memory_free(struct fl_memory *memory)
{
	free(memory->ready);
	free(memory->failing);
	free(memory->said);
	*memory = (struct fl_memory)FL_MEMORY_INIT;
}
