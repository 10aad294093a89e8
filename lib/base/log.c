/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"
#include "base/fatal.h"
#include "base/folder.h"
#include "base/journal.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/wait.h"

#define PROGRESS_PAUSE (10 * FL_SEC) /* between two progress lines if stderr is no terminal */
#define USUAL_WIDTH    80            /* of a terminal that reports none: a serial console */

/* A process has one log, so its state is kept here and not passed around. */
static struct {
	enum fl_level threshold;
	fl_log_sink *sink;
	void *sink_data;
	int file;
	int journal;
	bool stderr_is_journal;
	bool progress_open;
	fl_time progress_next;
} state = { .threshold = FL_INFO, .file = -1, .journal = -1 };

void fl_log_threshold(enum fl_level level)
{
	state.threshold = level;
}

enum fl_level fl_log_get_threshold(void)
{
	return state.threshold;
}

void fl_log_set_sink(fl_log_sink *sink, void *data)
{
	state.sink = sink;
	state.sink_data = data;
}

/* One write(2) a line, so that the lines of two programs never mix. */
static void write_line(int fd, const struct fl_buf *line)
{
	while (write(fd, line->data, line->length) < 0 && errno == EINTR)
		;
}

static void to_file(enum fl_level level, const char *text)
{
	static const char *const names[] = { [FL_ERR] = "error",
					     [FL_WARNING] = "warning",
					     [FL_NOTICE] = "notice",
					     [FL_INFO] = "info",
					     [FL_DEBUG] = "debug" };
	fl_auto_buf struct fl_buf line = FL_BUF_INIT;
	struct timespec now;
	struct tm utc;
	char stamp[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &utc);
	fl_buf_printf(&line, "%s.%03ldZ %s[%ld]: %s: %s\n", stamp, now.tv_nsec / FL_MS,
		      fl_program_name(), (long)getpid(), names[level], text);
	write_line(state.file, &line);
}

static void to_stderr(enum fl_level level, const char *text)
{
	fl_auto_buf struct fl_buf line = FL_BUF_INIT;

	if (state.progress_open)
		fl_log_progress_end();
	fl_buf_printf(&line, "%s: %s%s\n", fl_program_name(),
		      level == FL_WARNING ? "warning: " : "", text);
	write_line(STDERR_FILENO, &line);
}

static void emit(enum fl_level level, const char *text)
{
	if (state.sink != NULL) {
		state.sink(state.sink_data, level, text);
		return;
	}
	if (state.file >= 0)
		to_file(level, text);
	if (state.journal >= 0 &&
	    fl_journal_send(state.journal, fl_program_name(), (int)level, text) == 0 &&
	    state.stderr_is_journal)
		return;
	to_stderr(level, text);
}

void fl_log(enum fl_level level, const char *format, ...)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	va_list args;

	/* This holds for file and journal too: a health timer would fill them with good news. */
	if (level > state.threshold)
		return;
	va_start(args, format);
	fl_buf_vprintf(&text, format, args);
	va_end(args);
	if (text.data != NULL)
		fl_utf8_flatten(text.data);
	emit(level, fl_buf_text(&text));
}

enum fl_exit fl_log_error(const struct fl_error *err)
{
	fl_log(FL_ERR, "%s", err->message);
	return err->code;
}

void fl_log_open(const char *file, const char *journal_socket)
{
	if (file != NULL) {
		fl_auto_free char *folder = fl_folder_of(file);
		struct fl_error ignored = FL_ERROR_INIT;
		struct stat info;

		/* If this fails, opening FILE says so. */
		fl_ignore(fl_folder_make(folder, 0755, &ignored));
		state.file = open(file,
				  O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
					  O_CLOEXEC,
				  0640);
		if (state.file < 0 && geteuid() == 0)
			fl_log(FL_WARNING, "log file %s: %m; going on without it", file);
		/* A new file has only what the umask of 077 left. */
		if (state.file >= 0 && fstat(state.file, &info) == 0 && info.st_size == 0)
			fchmod(state.file, 0640);
	}
	if (journal_socket != NULL) {
		state.journal = fl_journal_open(journal_socket);
		state.stderr_is_journal = state.journal >= 0 && fl_journal_is_stderr();
	}
}

void fl_log_close(void)
{
	fl_log_progress_end();
	fl_cleanup_close(&state.file);
	fl_cleanup_close(&state.journal);
	state.file = -1;
	state.journal = -1;
	state.stderr_is_journal = false;
}

/* A line that wraps cannot be written over: its first part would stay on the screen each time. */
static void cut_to_terminal(char *text)
{
	struct winsize size = { .ws_col = 0 };
	const char *at = text;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		size.ws_col = USUAL_WIDTH;
	for (unsigned column = 1; *at != '\0' && column < size.ws_col; column++)
		fl_utf8_next(&at);
	text[at - text] = '\0';
}

void fl_log_progress(const char *format, ...)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	va_list args;

	if (state.threshold < FL_INFO || state.sink != NULL)
		return;
	va_start(args, format);
	fl_buf_vprintf(&text, format, args);
	va_end(args);
	if (isatty(STDERR_FILENO)) {
		fl_auto_free char *shown = fl_xasprintf("%s: %s", fl_program_name(),
							fl_buf_text(&text));
		fl_auto_buf struct fl_buf line = FL_BUF_INIT;

		fl_utf8_flatten(shown);
		cut_to_terminal(shown);
		/* CSI K (ECMA-48) clears the rest of what stood there. */
		fl_buf_printf(&line, "\r%s\033[K", shown);
		write_line(STDERR_FILENO, &line);
		state.progress_open = true;
		return;
	}
	if (state.progress_next == 0)
		state.progress_next = fl_now() + PROGRESS_PAUSE;
	if (fl_now() < state.progress_next)
		return;
	state.progress_next = fl_now() + PROGRESS_PAUSE;
	fl_log(FL_INFO, "%s", fl_buf_text(&text));
}

void fl_log_progress_end(void)
{
	state.progress_next = 0;
	if (!state.progress_open)
		return;
	state.progress_open = false;
	while (write(STDERR_FILENO, "\r\033[K", 4) < 0 && errno == EINTR)
		;
}
