/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the note beside the database, which the container can write. The first bytes
 * choose the image's tag and whether there is a note; the note follows. A database is refused if a
 * newer Flower has used it, and never else.
 */
#include "superlink/container.h"
#include "superlink/database.h"
#include "config/flower.h"
#include "config/valid.h"
#include "folder.h"

static char fallback[] = "1.40.0"; /* the configured version */

/* Whether an image of MINOR must not run on what NOTE (NULL: none) tells. */
static bool is_newer(int minor, const char *note)
{
	fl_auto_free char *line = note == NULL ? fl_xstrdup("")
					       : fl_xstrndup(note, strcspn(note, "\n"));
	struct fl_version noted;

	return fl_valid_tag(line) && fl_version_parse(line, &noted) &&
	       (noted.major > 1 || (noted.major == 1 && noted.minor > minor));
}

static void check_note(const struct fl_paths *paths, const struct fl_settings *settings,
		       const char *note)
{
	struct fl_error err = FL_ERROR_INIT;
	fl_auto_free char *noted = NULL;
	bool replaced;

	FUZZ_HOLDS(fl_database_noted(paths, settings, &noted, &err) == 0);
	FUZZ_HOLDS(fl_database_replaced(paths, settings, fallback, &replaced, &err) == 0);
	FUZZ_HOLDS(noted == NULL || (note != NULL && fl_valid_tag(noted)));
	FUZZ_HOLDS(noted == NULL || strncmp(noted, note, strlen(noted)) == 0);
	if (replaced)
		FUZZ_HOLDS(note != NULL && strstr(note, "\ninstead of 1.40.0\n") != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int minors[] = { 22, 25, 26, 31 };
	static char state_dir[sizeof(folder) + 8], database[] = "state/state.db";
	const struct fl_paths paths = { .state_dir = state_dir };
	const struct fl_settings settings = { .of[FL_PARAM_DATABASE].value = database,
					      .of[FL_PARAM_FLOWER_VERSION].value = fallback };
	struct fuzz_input in = { data, size };
	int minor = minors[fuzz_choice(&in, FL_ARRAY_SIZE(minors))];
	bool has_note = fuzz_choice(&in, 2) == 1;
	fl_auto_free char *tag = fl_xasprintf("1.%d.0-py3.13", minor);
	fl_auto_free char *note = has_note ? fuzz_take(&in, 40) : NULL;
	struct fl_error err = FL_ERROR_INIT;
	int result;

	folder_make("state");
	snprintf(state_dir, sizeof(state_dir), "%s/state", folder);
	folder_write("state/state.db.flower-version", 0, note, note == NULL ? 0 : strlen(note));
	result = fl_database_check(&paths, &settings, tag, &err);
	/* Of equal minor numbers the last ones count, which has its own test. */
	if (note == NULL || strncmp(note, tag, 5) != 0)
		FUZZ_HOLDS((result != 0) == is_newer(minor, note));
	if (result != 0)
		fuzz_refused(&err, FL_EXIT_UNAVAILABLE);
	check_note(&paths, &settings, note);
	return 0;
}
