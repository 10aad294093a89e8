/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/layout.h"

#include "base/folder.h"
#include "file/atomic.h"
#include "file/tree.h"
#include "superlink/container.h"
#include "superlink/step.h"
#include "superlink/unit.h"

#define CONFIG_MODE 0640
#define UNIT_MODE   0644

static const struct fl_owner state_owner = { FL_CONTAINER_UID, FL_CONTAINER_UID, 0750 };
static const struct fl_owner certs_owner = { FL_CONTAINER_UID, FL_CONTAINER_UID, 0700 };

static char *env_text(const struct fl_settings *settings)
{
	return fl_container_env(settings, fl_settings_get(settings, FL_PARAM_FLOWER_VERSION));
}

/* Whether a folder of the database below state/ is missing. */
static bool database_folder_missing(const struct fl_paths *paths,
				    const struct fl_settings *settings)
{
	fl_auto_close int folder = fl_tree_open_below(paths->state_dir,
						      fl_settings_database(settings));

	return folder < 0;
}

static size_t list_if(bool differs, const char *path, FILE *out)
{
	if (differs)
		fprintf(out, "%s\n", path);
	return differs;
}

size_t fl_layout_plan(const struct fl_paths *paths, const struct fl_settings *settings, FILE *out)
{
	fl_auto_free char *env = env_text(settings);
	fl_auto_free char *json = fl_settings_json(settings);
	fl_auto_free char *unit = fl_unit_text();
	const struct fl_file files[] = { fl_file_text(paths->env, env, CONFIG_MODE),
					 fl_file_text(paths->json, json, CONFIG_MODE),
					 fl_file_text(paths->unit, unit, UNIT_MODE) };
	size_t count = 0;

	for (size_t i = 0; i < FL_ARRAY_SIZE(files); i++)
		count += list_if(fl_atomic_differs(&files[i]), files[i].path, out);
	count += list_if(fl_tree_differs(paths->state_dir, &state_owner) ||
				 database_folder_missing(paths, settings),
			 paths->state_dir, out);
	count += list_if(fl_tree_differs(paths->certs_dir, &certs_owner), paths->certs_dir, out);
	return count;
}

int fl_layout_write_config(const struct fl_paths *paths, const struct fl_settings *settings,
			   size_t *changed, struct fl_error *err)
{
	fl_auto_free char *env = env_text(settings);
	fl_auto_free char *json = fl_settings_json(settings);
	/* superlink.json comes last, because the programs read it and not superlink.env. */
	const struct fl_file files[] = { fl_file_text(paths->env, env, CONFIG_MODE),
					 fl_file_text(paths->json, json, CONFIG_MODE) };

	if (fl_folder_make(paths->config_dir, 0750, err) != 0)
		return -1;
	return fl_atomic_write_all(files, FL_ARRAY_SIZE(files), changed, err);
}

int fl_layout_make_folders(const struct fl_paths *paths, const struct fl_settings *settings,
			   size_t *changed, struct fl_error *err)
{
	if (fl_tree_own(paths->state_dir, &state_owner, changed, err) != 0 ||
	    fl_tree_make_below(paths->state_dir, fl_settings_database(settings), &state_owner,
			       changed, err) != 0)
		return -1;
	return fl_tree_own(paths->certs_dir, &certs_owner, changed, err);
}

int fl_layout_write_unit(const struct fl_paths *paths, size_t *changed, struct fl_error *err)
{
	fl_auto_free char *text = fl_unit_text();
	fl_auto_free char *folder = fl_folder_of(paths->unit);
	const struct fl_file unit = fl_file_text(paths->unit, text, UNIT_MODE);

	if (fl_folder_make(folder, 0755, err) != 0)
		return -1;
	return fl_atomic_write(&unit, changed, err);
}

static const char *outcome(size_t changed, const char *verb)
{
	return changed == 0 ? "unchanged" : verb;
}

enum fl_exit fl_layout_write(const struct fl_paths *paths, const struct fl_settings *settings)
{
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_FILES);
	size_t files = 0, folders = 0, units = 0;

	if (fl_layout_write_config(paths, settings, &files, &err) != 0)
		return fl_step_failed(&step, &err);
	fl_step_done(&step, "%s %s", paths->config_dir, outcome(files, "written"));

	step = fl_step_begin(FL_STEP_FOLDERS);
	if (fl_layout_make_folders(paths, settings, &folders, &err) != 0)
		return fl_step_failed(&step, &err);
	fl_step_done(&step, "%s and %s belong to user %d, %s", paths->state_dir, paths->certs_dir,
		     FL_CONTAINER_UID, outcome(folders, "prepared"));

	step = fl_step_begin(FL_STEP_UNIT);
	if (fl_layout_write_unit(paths, &units, &err) != 0)
		return fl_step_failed(&step, &err);
	return fl_step_done(&step, "%s %s", paths->unit, outcome(units, "written"));
}
