/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines: parsing, --help and the usage line all use one table per program, so that they
 * cannot differ.
 *
 * Every program has -h, -V, -v, -q and --root, which are defined here. Long options take
 * --name=value and --name value.
 */
#ifndef FL_OPTIONS_H
#define FL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct fl_option {
	int id;               /* what fl_options_next() returns: the short form, or 1 to 30 */
	const char *name;     /* long form without dashes */
	const char *argument; /* "FILE": required; "[SECONDS]": optional, a number; NULL: none */
	const char *text;     /* help, one or more lines, separated by line feeds */
};

struct fl_command {
	const char *program;
	const char *summary;             /* one line for --help */
	const char *synopsis;            /* what follows the program's name in the usage line */
	const struct fl_option *options; /* ended by an entry with id 0 */
	bool operands;                   /* whether it takes any */
	const char *notes;               /* text behind the options in --help, or NULL */
	char *(*more)(void);             /* makes text behind the notes, a fresh string, or NULL */
};

/* Results of fl_options_next() besides the table's ids. */
enum {
	FL_OPTION_END = 0,    /* the operands follow */
	FL_OPTION_LEAVE = -1, /* main returns the parser's status at once */
};

struct fl_options {
	const struct fl_command *command;
	int argc;
	char **argv;
	char **operands;                /* ended by NULL; after FL_OPTION_END */
	const struct fl_option *option; /* the one returned last */
	const char *value;              /* its argument, or NULL */
	const char *root;               /* --root, or NULL */
	enum fl_exit status;            /* after FL_OPTION_LEAVE or a mistake */
};

/* Starts parsing. Also cleans the process (start.h) and sets the program's name (fatal.h). */
void fl_options_begin(struct fl_options *options, const struct fl_command *command, int argc,
		      char **argv) FL_NONNULL(1, 2, 4);

/*
 * The id of the next option, FL_OPTION_END, or FL_OPTION_LEAVE: after --help and --version, which
 * are printed to OUT, and after a mistake, the caller's own included.
 */
int fl_options_next(struct fl_options *options, FILE *out) FL_NONNULL(1, 2);

/*
 * Reports a mistake in the call as one usage line, sets the status 64 and returns false. The next
 * fl_options_next() returns FL_OPTION_LEAVE, so a switch over the options need not check whether
 * one of the functions below returned false.
 */
bool fl_options_mistake(struct fl_options *options, const char *format, ...) FL_PRINTF(2, 3)
	FL_NONNULL(1, 2);

/* The mistake of a value that the option does not take: "--NAME: 'VALUE' WHY". */
bool fl_options_refuse(struct fl_options *options, const char *why) FL_NONNULL(1, 2);

#define FL_SECONDS_MOST 86400 /* a day: the longest wait that an option may ask for */

/* The option's value as whole seconds from LEAST to MOST: true and *SECONDS, or a mistake. */
bool fl_options_seconds(struct fl_options *options, int64_t least, int64_t most, int64_t *seconds)
	FL_NONNULL(1, 4);

/* The option's value as the path of a socket, which has 1 to 107 bytes (unix(7)), or a mistake. */
bool fl_options_socket(struct fl_options *options, const char **path) FL_NONNULL(1, 2);

/* Flushes stdout and checks it, as a full disk must not go unnoticed. Returns 0, or -1 with 71. */
int fl_flush(FILE *out, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2);

#endif
