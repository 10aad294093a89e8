/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/printout.h"

#include <string.h>

#include "base/mem.h"
#include "base/options.h"
#include "config/paramtext.h"
#include "config/present.h"
#include "superlink/container.h"
#include "superlink/unit.h"

/* Each makes a fresh text; those with a present configuration need a valid context. */
static char *variables(const struct fl_present *present, const struct fl_paths *paths, bool json)
{
	(void)present, (void)paths;
	return json ? fl_paramtext_json() : fl_paramtext_table();
}

static char *user_inputs(const struct fl_present *present, const struct fl_paths *paths, bool json)
{
	(void)present, (void)paths, (void)json;
	return fl_paramtext_user_inputs();
}

static char *mdoc(const struct fl_present *present, const struct fl_paths *paths, bool json)
{
	(void)present, (void)paths, (void)json;
	return fl_paramtext_mdoc();
}

static char *unit(const struct fl_present *present, const struct fl_paths *paths, bool json)
{
	(void)present, (void)paths, (void)json;
	return fl_unit_text();
}

static char *env(const struct fl_present *present, const struct fl_paths *paths, bool json)
{
	(void)paths, (void)json;
	return fl_container_env(&present->settings);
}

static char *settings_json(const struct fl_present *present, const struct fl_paths *paths,
			   bool json)
{
	(void)paths, (void)json;
	return fl_settings_json(&present->settings);
}

static char *docker_run(const struct fl_present *present, const struct fl_paths *paths, bool json)
{
	fl_auto_free char *image = fl_settings_image(&present->settings);

	(void)json;
	return fl_container_command(&present->settings, paths, image);
}

enum need { NOTHING, CONTEXT, SETTINGS };

static const struct {
	const char *what;
	enum need need;
	char *(*text)(const struct fl_present *present, const struct fl_paths *paths, bool json);
} table[] = {
	{ "docker-run", SETTINGS, docker_run },
	{ "env", SETTINGS, env },
	{ "json", SETTINGS, settings_json },
	{ "context", CONTEXT, NULL }, /* holds NUL bytes, so it is no text */
	{ "unit", NOTHING, unit },
	{ "variables", NOTHING, variables },
	{ "user-inputs", NOTHING, user_inputs },
	{ "mdoc", NOTHING, mdoc },
};

static size_t find(const char *what)
{
	size_t i = 0;

	while (i < FL_ARRAY_SIZE(table) && strcmp(table[i].what, what) != 0)
		i++;
	return i;
}

bool fl_printout_known(const char *what)
{
	return find(what) < FL_ARRAY_SIZE(table);
}

bool fl_printout_has_json(const char *what)
{
	return strcmp(what, "variables") == 0 || strcmp(what, "json") == 0;
}

/* As `env -0` prints: NAME=value, each ended by a NUL. */
static void print_context(const struct fl_context *context, FILE *out)
{
	for (size_t i = 0; i < fl_context_count(context); i++) {
		const char *name = fl_context_name(context, i);
		const char *value = fl_context_value(context, i);

		fprintf(out, "%s=%s", name,
			fl_context_is_secret(name) && value[0] != '\0' ? "***" : value);
		fputc('\0', out);
	}
}

int fl_printout(const char *what, bool json, const struct fl_paths *paths, FILE *out,
		struct fl_error *err)
{
	fl_auto_present struct fl_present present = FL_PRESENT_INIT;
	fl_auto_free char *text = NULL;
	size_t entry = find(what);

	if (table[entry].need >= CONTEXT && fl_present_read(&present, paths, err) != 0)
		return -1;
	if (table[entry].need >= SETTINGS && fl_present_validate(&present, paths, err) != 0)
		return -1;
	if (table[entry].text != NULL) {
		text = table[entry].text(&present, paths, json);
		fputs(text, out);
	} else if (present.context != NULL) {
		print_context(present.context, out);
	}
	return fl_flush(out, err);
}
