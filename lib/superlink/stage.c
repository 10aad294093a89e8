/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/stage.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/folder.h"
#include "base/mem.h"
#include "config/frozen.h"
#include "file/atomic.h"
#include "superlink/step.h"

#define STATUS_TARGET "../../run/flower-superlink/status" /* relative, to hold below --root */
#define STATUS_MAX    64                                  /* bytes of the status that are read */

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

/*
 * Two locks in one file: byte RUN is held by a run of service, byte WRITER for the moment in which
 * a stage is written. They belong to the open file (fcntl(2), "Open file description locks"), so
 * the shell that runs service can hold one.
 */
enum { RUN, WRITER };

static int lock_byte(int fd, int command, off_t byte, struct flock *lock)
{
	*lock = (struct flock){
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1
	};
	return fcntl(fd, command, lock);
}

int fl_stage_lock(int fd, struct fl_error *err)
{
	struct flock lock;

	if (lock_byte(fd, F_OFD_SETLK, RUN, &lock) == 0)
		return 0;
	if (errno == EAGAIN || errno == EACCES) {
		fl_error_set(err, FL_EXIT_TIMEOUT, 0, "another run of service is under way");
		return fl_error_hint(err,
				     "wait until it has ended; `service status` shows its stage");
	}
	return fl_error_set(err, FL_EXIT_SYSTEM, errno, "lock on descriptor %d", fd);
}

/* Opens the lock, which only root can, and takes byte WRITER. The caller closes it. */
static int open_for_writing(const struct fl_paths *paths, struct fl_error *err)
{
	struct flock lock;
	fl_auto_close int fd = -1;

	if (fl_folder_make(paths->run_dir, 0755, err) != 0)
		return -1;
	fd = open(paths->lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || lock_byte(fd, F_OFD_SETLKW, WRITER, &lock) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s", paths->lock);
	return fl_steal_fd(&fd);
}

static bool is_run_under_way(int fd)
{
	struct flock lock;

	return lock_byte(fd, F_OFD_GETLK, RUN, &lock) == 0 && lock.l_type != F_UNLCK;
}

bool fl_stage_is_running(const struct fl_paths *paths)
{
	fl_auto_close int fd = open(paths->lock, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	return fd >= 0 && is_run_under_way(fd);
}

char *fl_stage_read(const struct fl_paths *paths)
{
	fl_auto_free char *status = fl_file_read(paths->status, STATUS_MAX, NULL);

	if (status == NULL)
		return fl_xstrdup("");
	status[strcspn(status, "\n")] = '\0';
	return fl_steal(&status);
}

static bool says(const struct fl_paths *paths, const char *stage)
{
	fl_auto_free char *now = fl_stage_read(paths);

	return strcmp(now, stage) == 0;
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

/* Makes the link at the path that one-apps reads. An older release kept a file there. */
static int link_status(const struct fl_paths *paths, struct fl_error *err)
{
	fl_auto_free char *staged = fl_xasprintf("%s.fl-staged", paths->status_link);
	char target[sizeof(STATUS_TARGET)] = "";

	if (fl_folder_make(paths->service_dir, 0755, err) != 0)
		return -1;
	if (readlink(paths->status_link, target, sizeof(target)) == sizeof(STATUS_TARGET) - 1 &&
	    memcmp(target, STATUS_TARGET, sizeof(STATUS_TARGET) - 1) == 0)
		return 0;
	if ((unlink(staged) != 0 && errno != ENOENT) || symlink(STATUS_TARGET, staged) != 0 ||
	    rename(staged, paths->status_link) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: make a link",
				    paths->status_link);
	return fl_folder_sync_above(paths->status_link, err);
}

/* The status comes first: the root file system may have turned read-only, but not /run. */
static int write_stage(const struct fl_paths *paths, const char *stage, struct fl_error *err)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	fl_auto_free char *status = fl_xasprintf("%s\n", stage);
	const char *line = "", *result = "";
	bool booted = strcmp(stage, FL_BOOT_SUCCESS) == 0;

	split(stage, &line, &result);
	motd(&text, line, result, booted);
	if (booted && fl_frozen_mark(paths, err) != 0)
		return -1;
	if (fl_atomic_write_text(paths->status, status, 0644, err) != 0 ||
	    link_status(paths, err) != 0)
		return -1;
	/* If motd is a symbolic link, the file replaces it. Its folder holds service_dir too. */
	return fl_atomic_write_text(paths->motd, fl_buf_text(&text), 0644, err);
}

int fl_stage_set(const struct fl_paths *paths, const char *stage, struct fl_error *err)
{
	struct fl_step step = fl_step_begin(FL_STEP_READY);
	fl_auto_close int lock = open_for_writing(paths, err);

	if (lock < 0 || write_stage(paths, stage, err) != 0) {
		/* If it says that an earlier run succeeded, READY=YES would be reported. */
		if (!says(paths, stage))
			unlink(paths->status);
		return -1;
	}
	if (strcmp(stage, FL_BOOT_SUCCESS) == 0)
		fl_step_done(&step, "%s holds %s, so READY=YES may be reported", paths->status,
			     stage);
	return 0;
}

int fl_stage_change(const struct fl_paths *paths, const char *from, const char *to,
		    struct fl_error *err)
{
	fl_auto_close int lock = open_for_writing(paths, err);

	if (lock < 0)
		return -1;
	if (is_run_under_way(lock) || !says(paths, from))
		return 0;
	return write_stage(paths, to, err) == 0 ? 1 : -1;
}
