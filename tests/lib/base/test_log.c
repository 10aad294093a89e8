/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fatal.h"
#include "base/journal.h"
#include "base/log.h"
#include "base/mem.h"
#include "scratch.h"

/* stderr goes to a file while a test looks at it; assertions wait until it is back. */
static int saved_stderr = -1;

static void capture(void)
{
	fl_auto_free char *path = fl_xasprintf("%s/stderr", scratch);
	fl_auto_close int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

	saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(fd, STDERR_FILENO);
}

static void read_file(const char *name, char *text, size_t size)
{
	fl_auto_free char *path = fl_xasprintf("%s/%s", scratch, name);
	fl_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = read(fd, text, size - 1);

	text[got > 0 ? got : 0] = '\0';
}

static void captured(char *text, size_t size)
{
	dup2(saved_stderr, STDERR_FILENO);
	fl_cleanup_close(&saved_stderr);
	saved_stderr = -1;
	read_file("stderr", text, size);
}

static int reset(void **state)
{
	fl_log_close();
	fl_log_set_sink(NULL, NULL);
	fl_log_threshold(FL_INFO);
	fl_program("fl");
	return scratch_empty(state);
}

static void collect(void *data, enum fl_level level, const char *line)
{
	fl_buf_printf(data, "%d:%s\n", (int)level, line);
}

static void a_sink_gets_the_lines(void **state)
{
	fl_auto_buf struct fl_buf lines = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fl_log_set_sink(collect, &lines);
	fl_log(FL_WARNING, "%s %d", "number", 7);
	fl_log(FL_DEBUG, "not shown");
	fl_log(FL_INFO, "%s", "");
	fl_log(FL_INFO, "a\nb\033[31m\177c");
	fl_error_set(&err, FL_EXIT_SYSTEM, 0, "file: broken");
	assert_int_equal(fl_log_error(&err), FL_EXIT_SYSTEM);
	fl_log_threshold(FL_DEBUG);
	assert_int_equal(fl_log_get_threshold(), FL_DEBUG);
	fl_log(FL_DEBUG, "shown");
	fl_log_progress("not in a sink");
	assert_string_equal(fl_buf_text(&lines),
			    "4:number 7\n6:\n6:a?b?[31m?c\n3:file: broken\n7:shown\n");
}

static void stderr_has_program_and_level(void **state)
{
	char text[512];

	(void)state;
	fl_program("fl-test");
	assert_string_equal(fl_program_name(), "fl-test");
	capture();
	fl_log(FL_INFO, "one");
	fl_log(FL_WARNING, "two");
	fl_log(FL_DEBUG, "reason");
	fl_log_threshold(FL_ERR);
	fl_log(FL_WARNING, "silenced");
	fl_log(FL_ERR, "three");
	captured(text, sizeof(text));
	assert_string_equal(text, "fl-test: one\nfl-test: warning: two\nfl-test: three\n");
}

static void the_file_has_time_process_and_level(void **state)
{
	fl_auto_free char *path = fl_xasprintf("%s/log/sub/file.log", scratch);
	fl_auto_free char *folder = fl_xasprintf("%s/log/sub", scratch);
	fl_auto_free char *other = fl_xasprintf("%s/other", scratch);
	mode_t umask_before = umask(077);
	struct stat first, info;
	int fd;
	char text[512], shown[512];

	(void)state;
	fl_program("fl-test");
	capture();
	fl_log_open(path, NULL);
	fl_log(FL_INFO, "first");
	fl_log(FL_DEBUG, "reason");
	fl_log_close();
	stat(path, &first);
	chmod(path, 0600);
	fl_log_threshold(FL_WARNING);
	fl_log_open(path, NULL);
	fl_log(FL_WARNING, "second");
	fl_log(FL_INFO, "good news");
	fl_log_close();
	fd = open(other, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	fl_log(FL_WARNING, "after it was closed");
	fl_cleanup_close(&fd);
	captured(shown, sizeof(shown));
	umask(umask_before);
	assert_string_equal(shown, "fl-test: first\nfl-test: warning: second\n"
				   "fl-test: warning: after it was closed\n");
	read_file("log/sub/file.log", text, sizeof(text));
	/* 2026-11-23T17:00:00.000Z fl-test[1]: info: first */
	assert_memory_equal(text, "20", 2);
	assert_int_equal(text[10], 'T');
	assert_int_equal(text[23], 'Z');
	assert_non_null(strstr(text, "Z fl-test["));
	assert_non_null(strstr(text, "]: info: first\n"));
	assert_non_null(strstr(text, "]: warning: second\n"));
	assert_null(strstr(text, "reason"));
	assert_null(strstr(text, "good news"));
	assert_int_equal(first.st_mode & 07777, 0640);
	/* What somebody has chosen since stays, as do the files that are opened later. */
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	assert_int_equal(stat(other, &info), 0);
	assert_int_equal(info.st_size, 0);
	assert_int_equal(stat(folder, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0755);
}

static void no_link_is_followed(void **state)
{
	fl_auto_free char *path = fl_xasprintf("%s/file.log", scratch);
	fl_auto_free char *target = fl_xasprintf("%s/target", scratch);
	char text[512], shown[512];

	(void)state;
	scratch_write(target, "mine\n");
	assert_int_equal(symlink(target, path), 0);
	capture();
	fl_log_open(path, NULL);
	fl_log(FL_INFO, "line");
	captured(shown, sizeof(shown));
	read_file("target", text, sizeof(text));
	assert_string_equal(text, "mine\n");
	assert_non_null(strstr(shown, "fl: line\n"));
	if (geteuid() == 0)
		assert_non_null(strstr(shown, "fl: warning: log file "));
}

/* Neither one that nobody reads nor one whose reader has gone. */
static void a_fifo_does_not_stop_a_boot(void **state)
{
	fl_auto_free char *path = fl_xasprintf("%s/file.log", scratch);
	char shown[512];
	int reader;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(mkfifo(path, 0600), 0);
	capture();
	fl_log_open(path, NULL);
	fl_log(FL_INFO, "line");
	reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	fl_log_open(path, NULL);
	fl_cleanup_close(&reader);
	fl_log(FL_INFO, "second");
	captured(shown, sizeof(shown));
	assert_non_null(strstr(shown, "fl: line\nfl: second\n"));
}

/* A socket as journald's; *PATH is the caller's to free. */
static int journald(char **path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	*path = fl_xasprintf("%s/journal", scratch);
	assert_true(strlen(*path) < sizeof(address.sun_path));
	memcpy(address.sun_path, *path, strlen(*path) + 1);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void the_journal_gets_a_datagram_a_line(void **state)
{
	fl_auto_free char *path = NULL;
	fl_auto_close int fd = journald(&path);
	fl_auto_free char *expected = fl_xasprintf(
		"PRIORITY=4\nSYSLOG_IDENTIFIER=fl-test\nSYSLOG_PID=%ld\nMESSAGE=a?b\n",
		(long)getpid());
	char text[512], shown[512];
	ssize_t got;

	(void)state;
	fl_program("fl-test");
	capture();
	fl_log_open(NULL, path);
	fl_log(FL_WARNING, "a\nb");
	captured(shown, sizeof(shown));
	got = recv(fd, text, sizeof(text) - 1, 0);
	assert_true(got > 0);
	text[got] = '\0';
	assert_string_equal(text, expected);
	assert_int_equal(recv(fd, text, sizeof(text), 0), -1);
	assert_string_equal(shown, "fl-test: warning: a?b\n");
}

static void stderr_in_the_journal_is_left_out(void **state)
{
	fl_auto_free char *path = NULL;
	fl_auto_close int fd = journald(&path);
	fl_auto_free char *stream = NULL;
	char shown[512];
	struct stat info;

	(void)state;
	capture();
	fstat(STDERR_FILENO, &info);
	stream = fl_xasprintf("%ju:%ju", (uintmax_t)info.st_dev, (uintmax_t)info.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	fl_log_open(NULL, path);
	fl_log(FL_INFO, "once");
	/* Without its reader the journal takes nothing: the line must not be lost. */
	fl_cleanup_close(&fd);
	fd = -1;
	fl_log(FL_INFO, "journal has gone");
	unsetenv("JOURNAL_STREAM");
	captured(shown, sizeof(shown));
	assert_string_equal(shown, "fl: journal has gone\n");
}

static void a_journal_that_is_missing(void **state)
{
	fl_auto_free char *path = fl_xasprintf("%s/none", scratch);
	char shown[512];

	(void)state;
	capture();
	fl_log_open(NULL, path);
	fl_log(FL_INFO, "line");
	captured(shown, sizeof(shown));
	assert_string_equal(shown, "fl: line\n");
}

static void a_long_line_is_cut_for_the_journal(void **state)
{
	fl_auto_free char *path = NULL;
	fl_auto_close int fd = journald(&path);
	fl_auto_close int journal = fl_journal_open(path);
	fl_auto_free char *line = fl_xcalloc(1, 1000001);
	fl_auto_free char *text = fl_xcalloc(1, 1000001);
	ssize_t got;

	(void)state;
	memset(line, 'x', 1000000);
	assert_int_equal(fl_journal_send(journal, "fl", FL_INFO, line), 0);
	got = recv(fd, text, 1000000, 0);
	assert_true(got > 16384 && got < 17000);
	assert_string_equal(text + got - 2, "x\n");
}

/* No terminal: the first line of short work would be noise, so it shows after ten seconds only. */
static void progress_is_quiet_without_a_terminal(void **state)
{
	char shown[512];

	(void)state;
	capture();
	fl_log_progress("%d %%", 1);
	fl_log_progress("%d %%", 2);
	fl_log_progress_end();
	captured(shown, sizeof(shown));
	assert_string_equal(shown, "");
}

/* On a terminal of this width (0: it does not tell): two lines of progress, and a message. */
static void show_progress(unsigned short width, const char *last, const char *expected)
{
	const struct winsize size = { .ws_row = 24, .ws_col = width };
	fl_auto_close int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	fl_auto_close int terminal = -1;
	fl_auto_close int saved = -1;
	char text[512] = "";
	size_t length = 0;

	if (master < 0)
		skip();
	assert_int_equal(grantpt(master) | unlockpt(master), 0);
	terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(terminal >= 0);
	assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
	saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(terminal, STDERR_FILENO);
	fl_log_progress("%d %%", 1);
	fl_log_progress("%s", last);
	fl_log(FL_INFO, "done");
	dup2(saved, STDERR_FILENO);
	/* A terminal hands out what it got in pieces. */
	while (strstr(text, "done\r\n") == NULL) {
		ssize_t got = read(master, text + length, sizeof(text) - 1 - length);

		assert_true(got > 0);
		length += (size_t)got;
		text[length] = '\0';
	}
	assert_string_equal(text, expected);
}

static void progress_rewrites_a_terminal_line(void **state)
{
	(void)state;
	show_progress(40, "2\xc2\x9b%", "\rfl: 1 %\033[K\rfl: 2?%\033[K\r\033[Kfl: done\r\n");
}

/* One that wraps leaves debris, dozens of lines in a second. */
static void progress_is_no_wider_than_the_terminal(void **state)
{
	(void)state;
	show_progress(9, "2 \xc3\xa9\xc3\xa9\xc3\xa9",
		      "\rfl: 1 %\033[K\rfl: 2 \xc3\xa9\xc3\xa9\033[K\r\033[Kfl: done\r\n");
	show_progress(0,
		      "23456789 123456789 123456789 123456789 123456789 123456789 123456789 "
		      "123456789",
		      "\rfl: 1 %\033[K\rfl: 23456789 123456789 123456789 123456789 123456789 "
		      "123456789 123456789 123456\033[K\r\033[Kfl: done\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_sink_gets_the_lines, reset),
		cmocka_unit_test_teardown(stderr_has_program_and_level, reset),
		cmocka_unit_test_teardown(the_file_has_time_process_and_level, reset),
		cmocka_unit_test_teardown(no_link_is_followed, reset),
		cmocka_unit_test_teardown(a_fifo_does_not_stop_a_boot, reset),
		cmocka_unit_test_teardown(the_journal_gets_a_datagram_a_line, reset),
		cmocka_unit_test_teardown(stderr_in_the_journal_is_left_out, reset),
		cmocka_unit_test_teardown(a_journal_that_is_missing, reset),
		cmocka_unit_test_teardown(a_long_line_is_cut_for_the_journal, reset),
		cmocka_unit_test_teardown(progress_is_quiet_without_a_terminal, reset),
		cmocka_unit_test_teardown(progress_rewrites_a_terminal_line, reset),
		cmocka_unit_test_teardown(progress_is_no_wider_than_the_terminal, reset),
	};

	return cmocka_run_group_tests_name("log", tests, scratch_make, scratch_remove);
}
