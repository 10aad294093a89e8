/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines: one table per tool drives parsing, --help and the one-line usage.
 *
 * Every tool has -h, -V, -v, -q and --root; they stand here once. Long options take --name=value
 * and --name value.
 */
#ifndef FL_OPTIONS_H
#define FL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct fl_option {
	int id;               /* what fl_options_next() returns; from 1 */
	char letter;          /* short form, 0 for none */
	const char *name;     /* long form without dashes */
	const char *argument; /* "FILE": required; "[SECONDS]": optional, a number; NULL: none */
	const char *text;     /* help, one or more lines parted by line feeds */
};

struct fl_command {
	const char *program;
	const char *summary;             /* one line for --help */
	const char *synopsis;            /* what follows the program's name in the usage line */
	const struct fl_option *options; /* ended by an entry with id 0 */
	const char *notes;               /* text behind the options in --help, or NULL */
	char *(*more)(void);             /* makes text behind the notes, a fresh string, or NULL */
};

/* Results of fl_options_next() besides the table's ids. */
enum {
	FL_OPTION_END = 0,    /* operands start at argv[parser.index] */
	FL_OPTION_LEAVE = -1, /* main returns parser.status at once */
};

struct fl_options {
	const struct fl_command *command;
	int argc;
	char **argv;
	int index;           /* of the first operand, after FL_OPTION_END */
	const char *value;   /* argument of the option returned last, or NULL */
	const char *root;    /* --root, or NULL */
	enum fl_exit status; /* after FL_OPTION_LEAVE */
};

/* Starts parsing. Also cleans the process (lib/base/start.h) and sets the log's program name. */
void fl_options_begin(struct fl_options *options, const struct fl_command *command, int argc,
		      char **argv) FL_NONNULL(1, 2, 4);

/*
 * The id of the next option, FL_OPTION_END, or FL_OPTION_LEAVE after --help, --version (printed to
 * OUT) and mistakes (one usage line in the log, status 64).
 */
int fl_options_next(struct fl_options *options, FILE *out) FL_NONNULL(1, 2);

/* Reports a mistake in the call as one usage line and returns FL_EXIT_USAGE. */
enum fl_exit fl_options_mistake(const struct fl_options *options, const char *format, ...)
	FL_PRINTF(2, 3) FL_NONNULL(1, 2);

/*
 * Parses OPTION's value as whole seconds from LEAST to MOST. Returns true and *SECONDS, or reports
 * the mistake and returns false.
 */
bool fl_options_seconds(const struct fl_options *options, const char *name, int64_t least,
			int64_t most, int64_t *seconds) FL_MUST_CHECK FL_NONNULL(1, 2, 5);

/*
 * The value of the option NAME as the path of a socket, which has 1 to 107 bytes (unix(7)). False
 * after a mistake that has been told.
 */
bool fl_options_socket(const struct fl_options *options, const char *name, const char **path)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/* Flushes stdout and checks it, as a full disk must not go unnoticed. Returns 0, or -1 with 71. */
int fl_flush(FILE *out, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2);

#endif
