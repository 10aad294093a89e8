/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages: "program: what: why", one line each, to stderr, to the program's log file and to the
 * systemd journal, at the moment it happens. No other module prints.
 *
 * The journal gets its lines through its own socket (journal.h), because one-apps shows what a
 * script wrote to stderr only after the script has ended. If stderr already is the journal (in the
 * unit's ExecStartPre), a line goes to the socket and not to stderr.
 */
#ifndef FL_LOG_H
#define FL_LOG_H

#include "base/error.h"

/* Severities, with the numbers of syslog(3), which are the journal's. */
enum fl_level {
	FL_ERR = 3,
	FL_WARNING = 4,
	FL_NOTICE = 5, /* good news that a journal of warnings should have */
	FL_INFO = 6,
	FL_DEBUG = 7, /* reasons and timings, shown by -v */
};

/* Receives one line without its end. LINE holds no program name. */
typedef void fl_log_sink(void *data, enum fl_level level, const char *line);

/* The least severe level that is shown and kept; FL_INFO by default. */
void fl_log_threshold(enum fl_level level);
enum fl_level fl_log_get_threshold(void);

/* Sends the lines to SINK instead of everywhere else (tests); NULL restores the default. */
void fl_log_set_sink(fl_log_sink *sink, void *data);

/*
 * Also appends each line, with time and process id, to FILE (mode 0640, its folders are made), and
 * sends it to the journal at JOURNAL_SOCKET. Either may be NULL. If FILE cannot be opened, root
 * gets one warning, anybody else none, and the program goes on: a log never stops a boot. A
 * symbolic link in the last component is not followed.
 */
void fl_log_open(const char *file, const char *journal_socket);

/* Closes what fl_log_open() opened. */
void fl_log_close(void);

/* Prints one line, made safe by fl_utf8_flatten(). */
void fl_log(enum fl_level level, const char *format, ...) FL_PRINTF(2, 3) FL_NONNULL(2);

/* Prints an error object's message at FL_ERR, and returns its exit status. */
enum fl_exit fl_log_error(const struct fl_error *err) FL_NONNULL(1);

/*
 * Shows how far a long piece of work is: on a terminal one line that is rewritten in place, else
 * an ordinary info line at most every 10 seconds. fl_log_progress_end() ends the line.
 */
void fl_log_progress(const char *format, ...) FL_PRINTF(1, 2) FL_NONNULL(1);
void fl_log_progress_end(void);

#endif
