/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the configuration. The input is superlink.json if it starts with a brace, else
 * a context. What is accepted is the same when it is written and read again, and everything that is
 * made of it, container, environment file and command, has the shape that it is meant to have.
 */
/* wrap: fl_file_read fl_limit_files */
#include "base/json.h"
#include "base/log.h"
#include "config/resolve.h"
#include "config/settings.h"
#include "file/file.h"
#include "fuzz.h"
#include "onegate/endpoint.h"
#include "superlink/container.h"
#include "superlink/limit.h"

static const char *file; /* what superlink.json holds */

char *__wrap_fl_file_read(const char *path, size_t most, size_t *length)
{
	(void)path;
	if (strlen(file) > most) {
		errno = EFBIG;
		return NULL;
	}
	if (length != NULL)
		*length = strlen(file);
	return fl_xstrdup(file);
}

unsigned __wrap_fl_limit_files(void)
{
	return FL_LIMIT_FILES;
}

static size_t count(const char *text, char wanted)
{
	size_t found = 0;

	for (; *text != '\0'; text++)
		found += *text == wanted;
	return found;
}

/* The environment: as many lines as ever, NAME=value each, whatever the values hold. */
static void is_env(const char *env, const struct fl_flower *flower)
{
	static size_t lines;

	if (lines == 0)
		lines = count(env, '\n') - flower->installs;
	FUZZ_HOLDS(fuzz_is_shown(env, true) && count(env, '\n') == lines + flower->installs);
	for (const char *line = env; *line != '\0'; line = strchr(line, '\n') + 1) {
		size_t name = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

		FUZZ_HOLDS(name > 0 && line[name] == '=' && strchr(line, '\n') != NULL);
	}
}

static void is_usable(const struct fl_settings *settings)
{
	static char state_dir[] = "/opt/flower/state", env_path[] = "/opt/flower/superlink.env";
	const struct fl_paths paths = { .state_dir = state_dir, .env = env_path };
	fl_auto_free char *image = fl_settings_image(settings);
	fl_auto_free char *env = fl_container_env(settings, fl_flower_tag(image));
	fl_auto_free char *command = fl_container_command(settings, &paths, image, false);
	fl_auto_free char *digest = NULL;
	fl_auto_free char *request = fl_container_request(settings, &paths, image, "sha256:1", true,
							  &digest);
	fl_auto_json cJSON *json = fl_json_parse(request);
	const struct fl_flower *flower = fl_flower_for(fl_flower_tag(image), NULL);

	is_env(env, flower);
	fuzz_is_command(command, "--database", fl_settings_get(settings, FL_PARAM_DATABASE));
	FUZZ_HOLDS(strcmp(fl_json_text(json, "Image"), image) == 0);
	FUZZ_HOLDS((size_t)cJSON_GetArraySize(fl_json_member(json, "Env")) == count(env, '\n'));
	FUZZ_HOLDS(fl_settings_integer(settings, FL_PARAM_HEALTH_TIMEOUT) > 0);
	FUZZ_HOLDS(fl_settings_database(settings)[0] != '/');
	FUZZ_HOLDS(fl_settings_address(settings, FL_PARAM_FLEET_API_ADDRESS).port != 0);
	FUZZ_HOLDS(fl_settings_control(settings, flower).port != 0);
}

/* What was accepted, from the file that is made of it. */
static void comes_back(const struct fl_settings *settings)
{
	fl_auto_settings struct fl_settings again = FL_SETTINGS_INIT;
	fl_auto_free char *json = fl_settings_json(settings);
	fl_auto_free char *second = NULL;
	struct fl_error err = FL_ERROR_INIT;

	file = json;
	FUZZ_HOLDS(fl_settings_read(&again, "superlink.json", &err) == FL_SETTINGS_READ);
	second = fl_settings_json(&again);
	FUZZ_HOLDS(strcmp(json, second) == 0);
}

static bool from_json(struct fl_settings *settings, const char *text)
{
	struct fl_error err = FL_ERROR_INIT;

	file = text;
	if (fl_settings_require(settings, "superlink.json", &err) == FL_SETTINGS_READ)
		return true;
	fuzz_refused(&err, FL_EXIT_CONFIG);
	return false;
}

/* Where SuperNodes are told to connect: an address of this machine, or the one that is set. */
static void has_endpoint(const struct fl_settings *settings, const struct fl_context *context)
{
	struct fl_address fleet = fl_settings_address(settings, FL_PARAM_FLEET_API_ADDRESS);
	struct fl_error err = FL_ERROR_INIT;
	struct fl_endpoint endpoint;

	fl_log_threshold(FL_ERR);
	if (fl_endpoint_find(settings, context, NULL, FL_NEVER, &endpoint, &err) != 0) {
		fuzz_refused(&err, err.code == FL_EXIT_CONFIG ? err.code : FL_EXIT_UNAVAILABLE);
		return;
	}
	FUZZ_HOLDS(endpoint.address.port == fleet.port && endpoint.rule != NULL);
	FUZZ_HOLDS(fl_address_is_ip(&endpoint.address) && !fl_address_is_any(&endpoint.address));
	FUZZ_HOLDS(endpoint.link[0] != '\0' || strcmp(endpoint.address.host, fleet.host) == 0);
}

static bool from_context(struct fl_settings *settings, const char *text, size_t length)
{
	fl_auto_context struct fl_context *context = NULL;
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
	struct fl_error err = FL_ERROR_INIT;

	if (fl_context_parse("fuzz", text, length, &context, &err) != 0)
		return false;
	fl_resolve(settings, context, &findings);
	for (size_t i = 0; i < findings.count; i++)
		FUZZ_HOLDS(fuzz_is_shown(findings.list[i].text, false));
	if (findings.errors == 0)
		has_endpoint(settings, context);
	return findings.errors == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_free char *text = fuzz_text(data, size);

	if (!(text[0] == '{' ? from_json(&settings, text) : from_context(&settings, text, size)))
		return 0;
	comes_back(&settings);
	is_usable(&settings);
	return 0;
}
