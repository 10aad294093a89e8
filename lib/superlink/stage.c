/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/stage.h"

#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/folder.h"
#include "base/mem.h"
#include "config/frozen.h"
#include "file/atomic.h"
#include "superlink/step.h"

static const struct {
	const char *name;
	const char *line; /* in /etc/motd */
} stages[] = {
	{ "install", "1/3 Installation" },
	{ "configure", "2/3 Configuration" },
	{ "bootstrap", "3/3 Bootstrap" },
};

static const char *const results[] = { "started", "success", "failure" };

static const char logo[] = "\n"
			   "    ___   _ __    ___\n"
			   "   / _ \\ | '_ \\  / _ \\   OpenNebula Service Appliance\n"
			   "  | (_) || | | ||  __/\n"
			   "   \\___/ |_| |_| \\___|\n"
			   "\n";

/* Finds the line and the result of the stage TEXT. False if TEXT is no valid stage. */
static bool split(const char *text, const char **line, const char **result)
{
	for (size_t i = 0; i < FL_ARRAY_SIZE(stages); i++) {
		size_t length = strlen(stages[i].name);

		if (strncmp(text, stages[i].name, length) != 0 || text[length] != '_')
			continue;
		*line = stages[i].line;
		*result = text + length + 1;
		for (size_t r = 0; r < FL_ARRAY_SIZE(results); r++) {
			if (strcmp(*result, results[r]) == 0)
				return true;
		}
	}
	return false;
}

bool fl_stage_valid(const char *text)
{
	const char *line, *result;

	return split(text, &line, &result);
}

int fl_stage_lock(int fd, struct fl_error *err)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK) {
		fl_error_set(err, FL_EXIT_TIMEOUT, 0, "another run of service is under way");
		return fl_error_hint(err,
				     "wait until it has ended; `service status` shows its stage");
	}
	return fl_error_set(err, FL_EXIT_SYSTEM, errno, "lock on descriptor %d", fd);
}

static void motd(struct fl_buf *text, const char *line, const char *result, bool last)
{
	fl_buf_puts(text, logo);
	if (strcmp(result, "started") == 0)
		fl_buf_printf(text,
			      " %s step is in progress...\n\n"
			      " * * * * * * * *\n * PLEASE WAIT *\n * * * * * * * *\n\n",
			      line);
	else if (strcmp(result, "failure") == 0)
		fl_buf_printf(text,
			      " %s step failed.\n\n"
			      " * * * * * * * * * *\n * APPLIANCE ERROR *\n * * * * * * * * * *\n\n"
			      " Why: /var/log/one-appliance/ and `journalctl -t fl-configure -t "
			      "fl-bootstrap -t fl-healthcheck`\n\n",
			      line);
	else if (last)
		fl_buf_puts(text, " All set and ready to serve 8)\n\n");
	else
		fl_buf_printf(text, " %s step was successful.\n\n", line);
}

static int write_status(const struct fl_paths *paths, const char *stage, bool booted,
			struct fl_error *err)
{
	fl_auto_free char *status = fl_xasprintf("%s\n", stage);

	/* A success without a mark needs one now, because its status is about to be replaced. */
	if (!booted && fl_frozen_booted(paths, &booted, err) != 0)
		return -1;
	if (booted && fl_frozen_mark(paths, err) != 0)
		return -1;
	if (fl_folder_make(paths->service_dir, 0755, err) != 0)
		return -1;
	return fl_atomic_write_text(paths->status, status, 0644, err);
}

int fl_stage_set(const struct fl_paths *paths, const char *stage, struct fl_error *err)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_READY);
	bool booted = strcmp(stage, FL_BOOT_SUCCESS) == 0;
	const char *line = "", *result = "";

	split(stage, &line, &result);
	if (write_status(paths, stage, booted, err) != 0) {
		/* If it says that an earlier boot succeeded, READY=YES would be reported. */
		unlink(paths->status);
		return -1;
	}
	motd(&text, line, result, booted);
	/* If motd is a symbolic link, the file replaces it. Its folder holds service_dir too. */
	if (fl_atomic_write_text(paths->motd, fl_buf_text(&text), 0644, err) != 0)
		return -1;
	if (booted)
		fl_step_done(&step, "%s holds %s, so READY=YES may be reported", paths->status,
			     stage);
	return 0;
}
