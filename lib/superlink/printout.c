/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/printout.h"

#include <string.h>

#include "base/mem.h"
#include "base/options.h"
#include "config/paramtext.h"
#include "config/present.h"
#include "docker/systemd.h"
#include "superlink/container.h"
#include "superlink/unit.h"

/* First those that need settings, then the one that needs the context only, then the others. */
enum what { DOCKER_RUN, ENV, JSON, CONTEXT, UNIT, VARIABLES, USER_INPUTS, MDOC, UNKNOWN };

static const char *const names[] = { "docker-run", "env",       "json",        "context",
				     "unit",       "variables", "user-inputs", "mdoc" };

static enum what find(const char *name)
{
	unsigned what = 0;

	while (what < UNKNOWN && strcmp(names[what], name) != 0)
		what++;
	return (enum what)what;
}

bool fl_printout_known(const char *name)
{
	return find(name) != UNKNOWN;
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

int fl_printout(const char *name, const struct fl_paths *paths, FILE *out, struct fl_error *err)
{
	fl_auto_present struct fl_present present = FL_PRESENT_INIT;
	fl_auto_free char *image = NULL, *text = NULL;
	enum what what = find(name);

	if (what <= CONTEXT && fl_present_read(&present, paths, err) != 0)
		return -1;
	if (what < CONTEXT && fl_present_validate(&present, paths, err) != 0)
		return -1;
	switch (what) {
	case DOCKER_RUN:
		image = fl_settings_image(&present.settings);
		text = fl_container_command(&present.settings, paths, image,
					    fl_paths_is_host(paths) && fl_systemd_running());
		break;
	case ENV:
		text = fl_container_env(&present.settings,
					fl_settings_get(&present.settings,
							FL_PARAM_FLOWER_VERSION));
		break;
	case JSON:
		text = fl_settings_json(&present.settings);
		break;
	case CONTEXT: /* holds NUL bytes, so it is no text */
		print_context(present.context, out);
		break;
	case UNIT:
		text = fl_unit_text();
		break;
	case VARIABLES:
		text = fl_paramtext_table();
		break;
	case USER_INPUTS:
		text = fl_paramtext_user_inputs();
		break;
	case MDOC:
		text = fl_paramtext_mdoc();
		break;
	case UNKNOWN:
		break;
	}
	if (text != NULL)
		fputs(text, out);
	return fl_flush(out, err);
}
