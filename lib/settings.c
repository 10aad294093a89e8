/* SPDX-License-Identifier: Apache-2.0 */
#include "settings.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <strings.h>

#include "atomic.h"
#include "buf.h"
#include "mem.h"
#include "number.h"

#define JSON_MAX    65536 /* bytes of superlink.json that are read; we write about 1,500 */
#define JSON_FORMAT 1     /* "format" in it, raised when its shape changes */
#define APPIO_PORT  9091  /* ServerAppIo's fixed port, section 5 */

static void fl_cleanup_json(cJSON **slot)
{
	cJSON_Delete(*slot);
}

#define fl_auto_json __attribute__((cleanup(fl_cleanup_json)))

static void set(struct fl_settings *settings, enum fl_param_id id, const char *value,
		enum fl_origin origin)
{
	free(settings->of[id].value);
	settings->of[id].value = fl_xstrdup(value);
	settings->of[id].origin = origin;
}

static void resolve_values(struct fl_settings *settings, const struct fl_context *context,
			   struct fl_findings *findings)
{
	struct fl_error err = FL_ERROR_INIT;
	enum fl_origin origin;

	for (unsigned i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		enum fl_param_id id = (enum fl_param_id)i;
		const char *value = fl_param_lookup(id, context, &origin);

		if (value != NULL && fl_param_check(id, value, &err) != 0) {
			fl_findings_add(findings, FL_ERR, "%s%s",
					origin == FL_ORIGIN_ONEAPP ? "ONEAPP_" : "", err.message);
			value = NULL;
		}
		set(settings, id, value != NULL ? value : fl_param(id)->fallback,
		    value != NULL ? origin : FL_ORIGIN_DEFAULT);
	}
}

static void check_ports(const struct fl_settings *settings, struct fl_findings *findings)
{
	static const enum fl_param_id services[] = { FL_PARAM_FLEET_API_ADDRESS,
						     FL_PARAM_CONTROL_API_ADDRESS };
	struct fl_address fleet = fl_settings_address(settings, services[0]);
	struct fl_address control = fl_settings_address(settings, services[1]);

	for (size_t i = 0; i < FL_ARRAY_SIZE(services); i++) {
		if (fl_settings_address(settings, services[i]).port == APPIO_PORT)
			fl_findings_add(findings, FL_ERR,
					"%s: port %d is the ServerAppIo API's; choose another one",
					fl_param(services[i])->name, APPIO_PORT);
	}
	if (fleet.port == control.port)
		fl_findings_add(
			findings, FL_ERR,
			"FL_FLEET_API_ADDRESS and FL_CONTROL_API_ADDRESS: both have port %u; "
			"give each service a port of its own",
			(unsigned)fleet.port);
	if (fl_address_is_any(&control))
		fl_findings_add(
			findings, FL_WARNING,
			"FL_CONTROL_API_ADDRESS: %s lets whoever reaches port %u run code in "
			"the SuperLink; 127.0.0.1:%u is recommended",
			fl_settings_get(settings, FL_PARAM_CONTROL_API_ADDRESS),
			(unsigned)control.port, (unsigned)control.port);
}

static void check_clients(const struct fl_settings *settings, struct fl_findings *findings)
{
	static const enum fl_param_id wanted[] = { FL_PARAM_MIN_FIT_CLIENTS,
						   FL_PARAM_MIN_EVALUATE_CLIENTS };
	int64_t available = fl_settings_integer(settings, FL_PARAM_MIN_AVAILABLE_CLIENTS);

	for (size_t i = 0; i < FL_ARRAY_SIZE(wanted); i++) {
		int64_t needed = fl_settings_integer(settings, wanted[i]);

		if (available < needed)
			fl_findings_add(
				findings, FL_WARNING,
				"FL_MIN_AVAILABLE_CLIENTS: %lld is below %s of %lld; a round "
				"may start with too few clients",
				(long long)available, fl_param(wanted[i])->name, (long long)needed);
	}
}

static void check_version(const struct fl_settings *settings, struct fl_findings *findings)
{
	const char *tag = fl_settings_get(settings, FL_PARAM_FLOWER_VERSION);
	struct fl_version version;
	bool tested;

	fl_flower_for(tag, &tested);
	if (!tested)
		fl_findings_add(findings, FL_WARNING,
				"FLOWER_VERSION: '%s' %s; it is untested and is started like %s",
				tag,
				fl_version_parse(tag, &version) ? "is newer than these tools know"
								: "names no version",
				fl_version_parse(tag, &version) ? "the newest version they know"
								: "1.25");
}

static bool is_one_of(const char *value, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (strcasecmp(value, *words) == 0)
			return true;
	}
	return false;
}

/*
 * A user who asks for encryption is never given a plain-text server, so only a clear no is one.
 * Returns whether it is.
 */
static bool check_tls(const char *name, const char *value, struct fl_findings *findings)
{
	static const char *const yes[] = { "YES", "TRUE", "1", "ON", NULL };
	static const char *const no[] = { "NO", "FALSE", "0", "OFF", NULL };
	fl_auto_buf struct fl_buf shown = FL_BUF_INIT;

	if (is_one_of(value, no))
		return true;
	fl_buf_quote(&shown, value, strlen(value));
	if (is_one_of(value, yes))
		fl_findings_add(findings, FL_ERR,
				"%s: '%s' asks for TLS, which is not there yet (phase 2); leave it "
				"unset to run without encryption, in a network that you trust",
				name, fl_buf_text(&shown));
	else
		fl_findings_add(findings, FL_ERR, "%s: '%s' must be YES or NO", name,
				fl_buf_text(&shown));
	return false;
}

/* The part of a name behind ONEAPP_, which the marketplace's convention puts in front. */
static const char *plain_name(const char *name)
{
	return strncmp(name, "ONEAPP_", 7) == 0 ? name + 7 : name;
}

static void check_name(const char *name, const char *value, struct fl_findings *findings)
{
	const char *plain = plain_name(name);
	const struct fl_placeholder *placeholder = fl_placeholder_find(plain);
	fl_auto_buf struct fl_buf shown = FL_BUF_INIT;

	if (placeholder != NULL && strcmp(plain, "FL_TLS_ENABLED") == 0 &&
	    !check_tls(name, value, findings))
		return;
	if (placeholder != NULL) {
		fl_findings_add(findings, FL_INFO, "%s: has no effect yet, it belongs to phase %d",
				name, placeholder->phase);
		return;
	}
	if (strncmp(plain, "FL_", 3) != 0 && strncmp(plain, "FLOWER_", 7) != 0)
		return;
	if (fl_param_find(plain) == FL_PARAM_COUNT) {
		fl_buf_quote(&shown, name, strlen(name));
		fl_findings_add(findings, FL_WARNING,
				"%s: unknown variable, not used; did you mean %s?",
				fl_buf_text(&shown), fl_param_nearest(plain));
	}
}

void fl_settings_resolve(struct fl_settings *settings, const struct fl_context *context,
			 struct fl_findings *findings)
{
	resolve_values(settings, context, findings);
	check_ports(settings, findings);
	check_clients(settings, findings);
	check_version(settings, findings);
	for (size_t i = 0; i < fl_context_count(context); i++) {
		if (fl_context_value(context, i)[0] != '\0')
			check_name(fl_context_name(context, i), fl_context_value(context, i),
				   findings);
	}
}

char *fl_settings_json(const struct fl_settings *settings)
{
	fl_auto_json cJSON *root = cJSON_CreateObject();
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
	text = cJSON_Print(root);
	if (text == NULL)
		fl_fatal("out of memory");
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

/* One parameter of the file; a file of an older version of these tools may lack it. */
static int take(struct fl_settings *settings, enum fl_param_id id, const cJSON *parameters,
		struct fl_error *err)
{
	const cJSON *one = cJSON_GetObjectItemCaseSensitive(parameters, fl_param(id)->name);
	const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(one, "value"));
	const char *origin = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(one, "origin"));

	if (one == NULL) {
		set(settings, id, fl_param(id)->fallback, FL_ORIGIN_DEFAULT);
		return 0;
	}
	if (value == NULL)
		return fl_error_set(err, FL_EXIT_CONFIG, 0, "%s: has no value", fl_param(id)->name);
	set(settings, id, value, origin_of(origin != NULL ? origin : ""));
	return fl_param_check(id, value, err);
}

static int parse(struct fl_settings *settings, const char *text, struct fl_error *err)
{
	fl_auto_json cJSON *root = cJSON_Parse(text);
	const cJSON *parameters = cJSON_GetObjectItemCaseSensitive(root, "parameters");

	if (!cJSON_IsObject(parameters))
		return fl_error_set(err, FL_EXIT_CONFIG, 0, "is not what fl-configure writes");
	for (unsigned i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		if (take(settings, (enum fl_param_id)i, parameters, err) != 0)
			return -1;
	}
	return 0;
}

int fl_settings_read(struct fl_settings *settings, const char *path, struct fl_error *err)
{
	fl_auto_free char *text = fl_read_file(path, JSON_MAX, NULL);

	if (text == NULL) {
		fl_error_set(err, FL_EXIT_CONFIG, errno, "configuration %s", path);
		if (err->errnum == ENOENT)
			fl_error_hint(err, "run fl-configure first");
		else if (err->errnum == EACCES)
			fl_error_hint(err, "run this as root");
		return -1;
	}
	if (parse(settings, text, err) == 0)
		return 0;
	err->errnum = 0;
	fl_error_wrap(err, "configuration %s", path);
	return fl_error_hint(err, "remove it and run fl-configure again");
}

int fl_settings_load(struct fl_settings *settings, const struct fl_paths *paths,
		     const struct fl_context *context, struct fl_error *err)
{
	fl_auto_context struct fl_context *empty = NULL;
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;

	if (fl_settings_read(settings, paths->json, err) == 0)
		return 0;
	if (err->errnum != ENOENT)
		return -1;
	if (context == NULL && fl_context_parse("nothing", "", 0, &empty, err) != 0)
		return -1;
	fl_log(FL_DEBUG, "%s is not there yet; going by the context alone", paths->json);
	fl_settings_resolve(settings, context != NULL ? context : empty, &findings);
	for (size_t i = 0; i < findings.count; i++) {
		if (findings.list[i].level == FL_ERR)
			return fl_error_set(err, FL_EXIT_CONFIG, 0, "%s", findings.list[i].text);
	}
	return 0;
}

const char *fl_settings_get(const struct fl_settings *settings, enum fl_param_id id)
{
	return settings->of[id].value;
}

struct fl_address fl_settings_address(const struct fl_settings *settings, enum fl_param_id id)
{
	struct fl_address address;

	if (!fl_address_parse(settings->of[id].value, &address))
		fl_fatal("an address that was checked is none");
	if (strcmp(address.host, "localhost") == 0)
		fl_address_set_host(&address, "127.0.0.1");
	return address;
}

int64_t fl_settings_integer(const struct fl_settings *settings, enum fl_param_id id)
{
	int64_t number;

	if (!fl_number(settings->of[id].value, fl_param(id)->least, fl_param(id)->most, &number))
		fl_fatal("a number that was checked is none");
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

bool fl_settings_equal(const struct fl_settings *a, const struct fl_settings *b)
{
	for (size_t i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		if (strcmp(a->of[i].value, b->of[i].value) != 0)
			return false;
	}
	return true;
}

void fl_settings_free(struct fl_settings *settings)
{
	for (size_t i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		fl_cleanup_free(&settings->of[i].value);
		settings->of[i].value = NULL;
	}
}
