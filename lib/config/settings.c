/* SPDX-License-Identifier: Apache-2.0 */
#include "config/settings.h"

#include <string.h>

#include "base/fatal.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "config/paramcheck.h"
#include "file/file.h"

#define JSON_MAX    65536 /* bytes of superlink.json that are read; it has about 1,500 */
#define JSON_FORMAT 1     /* "format" in it, raised when its shape changes */

void fl_settings_set(struct fl_settings *settings, enum fl_param_id id, const char *value,
		     enum fl_origin origin)
{
	free(settings->of[id].value);
	settings->of[id].value = fl_xstrdup(value);
	settings->of[id].origin = origin;
}

char *fl_settings_json(const struct fl_settings *settings)
{
	fl_auto_json cJSON *root = fl_json_object();
	cJSON *parameters = cJSON_AddObjectToObject(root, "parameters");
	fl_auto_free char *image = fl_settings_image(settings);
	fl_auto_free char *text = NULL;

	cJSON_AddNumberToObject(root, "format", JSON_FORMAT);
	cJSON_AddStringToObject(root, "image", image);
	for (unsigned i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		cJSON *one = cJSON_AddObjectToObject(parameters,
						     fl_param((enum fl_param_id)i)->name);

		cJSON_AddStringToObject(one, "value", settings->of[i].value);
		cJSON_AddStringToObject(one, "origin", fl_origin_text(settings->of[i].origin));
	}
	text = fl_json_print(root, true);
	return fl_xasprintf("%s\n", text);
}

static enum fl_origin origin_of(const char *text)
{
	if (strcmp(text, fl_origin_text(FL_ORIGIN_CONTEXT)) == 0)
		return FL_ORIGIN_CONTEXT;
	if (strcmp(text, fl_origin_text(FL_ORIGIN_ONEAPP)) == 0)
		return FL_ORIGIN_ONEAPP;
	return FL_ORIGIN_DEFAULT;
}

/* Takes a parameter from the file; the file of an older version may lack it. */
static int take(struct fl_settings *settings, enum fl_param_id id, const cJSON *parameters,
		struct fl_error *err)
{
	const cJSON *one = fl_json_member(parameters, fl_param(id)->name);
	const char *value = fl_json_text(one, "value");
	const char *origin = fl_json_text(one, "origin");

	if (one == NULL) {
		fl_settings_set(settings, id, fl_param(id)->fallback, FL_ORIGIN_DEFAULT);
		return 0;
	}
	if (value == NULL)
		return fl_error_set(err, FL_EXIT_CONFIG, 0, "%s: has no value", fl_param(id)->name);
	fl_settings_set(settings, id, value, origin_of(origin != NULL ? origin : ""));
	return fl_param_check(id, value, err);
}

static int parse(struct fl_settings *settings, const char *text, struct fl_error *err)
{
	fl_auto_json cJSON *root = fl_json_parse(text);
	const cJSON *parameters = fl_json_member(root, "parameters");

	if (!cJSON_IsObject(parameters))
		return fl_error_set(err, FL_EXIT_CONFIG, 0, "is not what fl-configure writes");
	for (unsigned i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		if (take(settings, (enum fl_param_id)i, parameters, err) != 0)
			return -1;
	}
	return 0;
}

enum fl_settings_state fl_settings_read(struct fl_settings *settings, const char *path,
					struct fl_error *err)
{
	fl_auto_free char *text = fl_file_read(path, JSON_MAX, NULL);
	int errnum = errno;

	if (text == NULL) {
		fl_error_set(err, FL_EXIT_CONFIG, errnum, "configuration %s", path);
		if (fl_file_unknown(errnum))
			return FL_SETTINGS_UNKNOWN;
		return errnum == ENOENT ? FL_SETTINGS_ABSENT : FL_SETTINGS_DAMAGED;
	}
	if (parse(settings, text, err) == 0)
		return FL_SETTINGS_READ;
	fl_error_wrap(err, "configuration %s", path);
	return FL_SETTINGS_DAMAGED;
}

enum fl_settings_state fl_settings_require(struct fl_settings *settings, const char *path,
					   struct fl_error *err)
{
	enum fl_settings_state state = fl_settings_read(settings, path, err);

	if (state != FL_SETTINGS_READ)
		fl_error_hint(err, "%s",
			      err->errnum == EACCES ? "run this as root"
						    : "fl-configure makes it from the context");
	return state;
}

const char *fl_settings_get(const struct fl_settings *settings, enum fl_param_id id)
{
	return settings->of[id].value;
}

struct fl_address fl_settings_address(const struct fl_settings *settings, enum fl_param_id id)
{
	struct fl_address address;

	if (!fl_address_parse(settings->of[id].value, &address))
		fl_fatal("a checked address cannot be parsed");
	if (strcmp(address.host, "localhost") == 0)
		fl_address_set_host(&address, "127.0.0.1");
	return address;
}

struct fl_address fl_settings_control(const struct fl_settings *settings,
				      const struct fl_flower *flower)
{
	return fl_settings_address(settings, flower->arguments == FL_ARGUMENTS_ONE_PORT
						     ? FL_PARAM_FLEET_API_ADDRESS
						     : FL_PARAM_CONTROL_API_ADDRESS);
}

int64_t fl_settings_integer(const struct fl_settings *settings, enum fl_param_id id)
{
	int64_t number;

	if (!fl_number(settings->of[id].value, fl_param(id)->least, fl_param(id)->most, &number))
		fl_fatal("a checked number cannot be parsed");
	return number;
}

bool fl_settings_subprocess(const struct fl_settings *settings)
{
	return strcmp(settings->of[FL_PARAM_ISOLATION].value, "subprocess") == 0;
}

const char *fl_settings_database(const struct fl_settings *settings)
{
	static const char inside[] = "/app/state/", relative[] = "state/";
	const char *path = settings->of[FL_PARAM_DATABASE].value;

	return path[0] == '/' ? path + sizeof(inside) - 1 : path + sizeof(relative) - 1;
}

char *fl_settings_image(const struct fl_settings *settings)
{
	return fl_xasprintf("%s:%s", settings->of[FL_PARAM_FLOWER_IMAGE].value,
			    settings->of[FL_PARAM_FLOWER_VERSION].value);
}

void fl_settings_free(struct fl_settings *settings)
{
	for (size_t i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		fl_cleanup_free(&settings->of[i].value);
		settings->of[i].value = NULL;
	}
}
