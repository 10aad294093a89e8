/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error object: what failed, why, and what to do next. The library cannot know whether a
 * failure is worth a message, so it describes the failure and main prints it.
 *
 * The object lives on the caller's stack and is the last argument. A function that fails fills it
 * once and returns -1; fl_error_set() returns -1 itself, so that both fit on one line. A caller
 * that knows more puts its words in front with fl_error_wrap().
 */
#ifndef FL_ERROR_H
#define FL_ERROR_H

#include "base/macro.h"

/*
 * The exit statuses of all four programs (spec section 3). 64 to 78 are the numbers of BSD's
 * sysexits.h, which systemd.exec(5) matches by name.
 */
enum fl_exit {
	FL_EXIT_OK = 0,     /* done */
	FL_EXIT_NO = 1,     /* the negative answer: not healthy, no OneGate, would change */
	FL_EXIT_USAGE = 64, /* EX_USAGE: a mistake in the call */
	FL_EXIT_UNAVAILABLE =
		69,           /* EX_UNAVAILABLE: Docker, systemd or OneGate refused or is absent */
	FL_EXIT_SYSTEM = 71,  /* EX_OSERR: files, memory */
	FL_EXIT_TIMEOUT = 75, /* EX_TEMPFAIL: timed out, or another run is under way */
	FL_EXIT_CONFIG = 78,  /* EX_CONFIG: invalid context or configuration */
};

#define FL_ERROR_SIZE 1024 /* bytes of a message with its NUL; longer text is cut in its middle */

struct fl_error {
	enum fl_exit code; /* what main returns */
	int errnum;        /* errno of the failed call, 0 if none */
	char message[FL_ERROR_SIZE];
};

#define FL_ERROR_INIT                                          \
	{                                                      \
		.code = FL_EXIT_OK, .errnum = 0, .message = "" \
	}

/*
 * Fills ERR and returns -1. ERRNUM is the errno of a failed system call, or 0; its text follows the
 * message after ": ". The message is made one safe line (utf8.h), because much of it comes from
 * outside.
 */
int fl_error_set(struct fl_error *err, enum fl_exit code, int errnum, const char *format, ...)
	FL_PRINTF(4, 5) FL_NONNULL(1, 4);

/* Puts "text: " in front of the message, keeps code and errno, and returns -1. */
int fl_error_wrap(struct fl_error *err, const char *format, ...) FL_PRINTF(2, 3) FL_NONNULL(1, 2);

/* Adds "; text" to the message: what to do next. Returns -1. */
int fl_error_hint(struct fl_error *err, const char *format, ...) FL_PRINTF(2, 3) FL_NONNULL(1, 2);

#endif
