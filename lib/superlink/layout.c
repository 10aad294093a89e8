/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/layout.h"

#include <sys/stat.h>

#include "base/folder.h"
#include "base/mem.h"
#include "file/atomic.h"
#include "file/tree.h"
#include "superlink/container.h"
#include "superlink/step.h"
#include "superlink/unit.h"

struct fl_layout {
	const struct fl_paths *paths;
	const struct fl_settings *settings;
	char *env;
	char *json;
	char *unit;
};

static const struct fl_owner state_owner = { FL_CONTAINER_UID, FL_CONTAINER_UID, 0750 };
static const struct fl_owner certs_owner = { FL_CONTAINER_UID, FL_CONTAINER_UID, 0700 };

struct fl_layout *fl_layout_new(const struct fl_paths *paths, const struct fl_settings *settings)
{
	struct fl_layout *layout = fl_xcalloc(1, sizeof(*layout));

	layout->paths = paths;
	layout->settings = settings;
	layout->env = fl_container_env(settings);
	layout->json = fl_settings_json(settings);
	layout->unit = fl_unit_text();
	return layout;
}

void fl_layout_free(struct fl_layout *layout)
{
	if (layout == NULL)
		return;
	fl_cleanup_free(&layout->env);
	fl_cleanup_free(&layout->json);
	fl_cleanup_free(&layout->unit);
	fl_cleanup_free(&layout);
}

static struct fl_file env_file(const struct fl_layout *layout)
{
	return fl_file_text(layout->paths->env, layout->env, 0640);
}

static struct fl_file json_file(const struct fl_layout *layout)
{
	return fl_file_text(layout->paths->json, layout->json, 0640);
}

static struct fl_file unit_file(const struct fl_layout *layout)
{
	return fl_file_text(layout->paths->unit, layout->unit, 0644);
}

/* Whether the folders of the database below state/ are all there. */
static bool database_folder_missing(const struct fl_layout *layout)
{
	fl_auto_close int folder = fl_tree_open_below(layout->paths->state_dir,
						      fl_settings_database(layout->settings));

	return folder < 0;
}

size_t fl_layout_plan(const struct fl_layout *layout, FILE *out)
{
	const struct fl_file files[] = { env_file(layout), json_file(layout), unit_file(layout) };
	size_t count = 0;

	for (size_t i = 0; i < FL_ARRAY_SIZE(files); i++) {
		if (fl_atomic_differs(&files[i])) {
			fprintf(out, "%s\n", files[i].path);
			count++;
		}
	}
	if (fl_tree_differs(layout->paths->state_dir, &state_owner) ||
	    database_folder_missing(layout)) {
		fprintf(out, "%s\n", layout->paths->state_dir);
		count++;
	}
	if (fl_tree_differs(layout->paths->certs_dir, &certs_owner)) {
		fprintf(out, "%s\n", layout->paths->certs_dir);
		count++;
	}
	return count;
}

int fl_layout_write_config(const struct fl_layout *layout, size_t *changed, struct fl_error *err)
{
	/* No program reads superlink.env, and all read superlink.json: it comes last. */
	const struct fl_file files[] = { env_file(layout), json_file(layout) };

	if (fl_folder_make(layout->paths->config_dir, 0750, err) != 0)
		return -1;
	return fl_atomic_write_all(files, FL_ARRAY_SIZE(files), changed, err);
}

int fl_layout_make_folders(const struct fl_layout *layout, size_t *changed, struct fl_error *err)
{
	if (fl_tree_own(layout->paths->state_dir, &state_owner, changed, err) != 0 ||
	    fl_tree_make_below(layout->paths->state_dir, fl_settings_database(layout->settings),
			       &state_owner, changed, err) != 0)
		return -1;
	return fl_tree_own(layout->paths->certs_dir, &certs_owner, changed, err);
}

int fl_layout_write_unit(const struct fl_layout *layout, size_t *changed, struct fl_error *err)
{
	const struct fl_file unit = unit_file(layout);
	fl_auto_free char *folder = fl_folder_of(unit.path);

	if (fl_folder_make(folder, 0755, err) != 0)
		return -1;
	return fl_atomic_write(&unit, changed, err);
}

static const char *outcome(size_t changed, const char *verb)
{
	return changed == 0 ? "unchanged" : verb;
}

enum fl_exit fl_layout_write(const struct fl_layout *layout)
{
	const struct fl_paths *paths = layout->paths;
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_FILES);
	size_t files = 0, folders = 0, units = 0;

	if (fl_layout_write_config(layout, &files, &err) != 0)
		return fl_step_failed(&step, &err);
	fl_step_done(&step, "%s %s", paths->config_dir, outcome(files, "written"));

	step = fl_step_begin(FL_STEP_FOLDERS);
	if (fl_layout_make_folders(layout, &folders, &err) != 0)
		return fl_step_failed(&step, &err);
	fl_step_done(&step, "%s and %s are user %d's, %s", paths->state_dir, paths->certs_dir,
		     FL_CONTAINER_UID, outcome(folders, "prepared"));

	step = fl_step_begin(FL_STEP_UNIT);
	if (fl_layout_write_unit(layout, &units, &err) != 0)
		return fl_step_failed(&step, &err);
	return fl_step_done(&step, "%s %s", paths->unit, outcome(units, "written"));
}
