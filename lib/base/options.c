/* SPDX-License-Identifier: Apache-2.0 */
#include "base/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <string.h>
#include <sys/un.h>

#include "base/buf.h"
#include "base/fatal.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/start.h"
#include "build.h"

/* --root has no letter. */
enum { ID_HELP = 'h', ID_VERSION = 'V', ID_VERBOSE = 'v', ID_QUIET = 'q', ID_ROOT = 31 };

static const struct fl_option common[] = {
	{ ID_ROOT, "root", "DIR", "take every path below DIR" },
	{ ID_VERBOSE, "verbose", NULL, "also show reasons and timings" },
	{ ID_QUIET, "quiet", NULL, "show warnings and errors only" },
	{ ID_HELP, "help", NULL, "print this help and exit" },
	{ ID_VERSION, "version", NULL, "print the version and exit" },
	{ 0, NULL, NULL, NULL },
};

/*
 * A bit in the ids of long options: it tells them from letters, in getopt's result and in optopt.
 */
#define BY_NAME 0x10000

/* The most options of one program, with the common ones; lay_tables() checks it. */
#define MOST_OPTIONS 40

void fl_options_begin(struct fl_options *options, const struct fl_command *command, int argc,
		      char **argv)
{
	fl_start();
	fl_program(command->program);
	*options = (struct fl_options){ .command = command, .argc = argc, .argv = argv };
	optind = 0; /* glibc: start anew, so that one process can parse twice */
}

static void help_table(FILE *out, const struct fl_option *table)
{
	for (; table->id != 0; table++) {
		fl_auto_buf struct fl_buf left = FL_BUF_INIT;
		const char *text = table->text;
		const char *end;

		if (table->id > ' ')
			fl_buf_printf(&left, "  -%c, ", table->id);
		else
			fl_buf_puts(&left, "      ");
		fl_buf_printf(&left, "--%s", table->name);
		if (table->argument != NULL && table->argument[0] == '[')
			fl_buf_printf(&left, "[=%s", table->argument + 1);
		else if (table->argument != NULL)
			fl_buf_printf(&left, "=%s", table->argument);
		fprintf(out, "%-28s", fl_buf_text(&left));
		if (left.length > 26)
			fprintf(out, "\n%28s", "");
		while ((end = strchr(text, '\n')) != NULL) {
			fprintf(out, "%.*s\n%28s", (int)(end - text), text, "");
			text = end + 1;
		}
		fprintf(out, "%s\n", text);
	}
}

static void help(const struct fl_command *command, FILE *out)
{
	fprintf(out, "Usage: %s %s\n%s\n\n", command->program, command->synopsis, command->summary);
	help_table(out, command->options);
	help_table(out, common);
	fputs("\nLong options take --name=value and --name value.\n", out);
	if (command->notes != NULL)
		fprintf(out, "\n%s\n", command->notes);
	if (command->more != NULL) {
		fl_auto_free char *more = command->more();

		fprintf(out, "\n%s", more);
	}
}

/* --help and --version. */
static int answer(struct fl_options *options, int id, FILE *out)
{
	const struct fl_command *command = options->command;
	struct fl_error err = FL_ERROR_INIT;

	if (id == ID_HELP)
		help(command, out);
	else
		fprintf(out, "%s %s\n", command->program, FL_VERSION);
	if (fl_flush(out, &err) != 0)
		options->status = fl_log_error(&err);
	return FL_OPTION_LEAVE;
}

/* getopt takes an optional argument only as --wait=30; this takes it as "--wait 30" too. */
static void take_number(struct fl_options *options)
{
	int64_t number;

	if (options->value == NULL && optind < options->argc &&
	    fl_number(options->argv[optind], 0, INT64_MAX, &number))
		options->value = options->argv[optind++];
}

static void lay_tables(const struct fl_command *command, struct option *longs, char *shorts)
{
	const struct fl_option *const tables[] = { command->options, common };
	size_t count = 0;

	*shorts++ = ':';
	for (size_t t = 0; t < FL_ARRAY_SIZE(tables); t++) {
		for (const struct fl_option *o = tables[t]; o->id != 0; o++) {
			int kind = no_argument;

			if (count == MOST_OPTIONS)
				fl_fatal("more options than MOST_OPTIONS");
			if (o->argument != NULL)
				kind = o->argument[0] == '[' ? optional_argument
							     : required_argument;
			longs[count++] = (struct option){ o->name, kind, NULL, BY_NAME | o->id };
			if (o->id > ' ')
				*shorts++ = (char)o->id;
			if (o->id > ' ' && kind == required_argument)
				*shorts++ = ':';
		}
	}
	longs[count] = (struct option){ NULL, 0, NULL, 0 };
	*shorts = '\0';
}

/*
 * Tells which option getopt refuses, and why. optind is already behind a long option. For a letter,
 * also one of several in a word, optopt is the letter; for an unknown long option it is 0.
 */
static int refuse(struct fl_options *options, int id)
{
	const char *option = options->argv[optind - 1];
	const char letter[] = { '-', (char)optopt, '\0' };
	const char *why = "is no option of this program";
	fl_auto_free char *name = NULL, *shown = NULL;
	bool is_letter = optopt != 0 && optopt < BY_NAME;

	if (id == ':')
		why = "needs a value";
	else if (optopt != 0 && !is_letter)
		why = "takes no value";
	if (is_letter)
		option = letter;
	name = fl_xstrndup(option, strcspn(option, "="));
	shown = fl_quoted(name);
	fl_options_mistake(options, "%s %s", shown, why);
	return FL_OPTION_LEAVE;
}

/* Returns true if the id is that of a common option, so that parsing goes on. */
static bool take_common(struct fl_options *options, int id)
{
	switch (id) {
	case ID_ROOT:
		/* A script gives an empty one if its variable is unset; it would mean the host. */
		if (optarg[0] != '\0')
			options->root = optarg;
		else
			fl_options_mistake(options, "--root takes a folder");
		return true;
	case ID_VERBOSE:
		fl_log_threshold(FL_DEBUG);
		return true;
	case ID_QUIET:
		fl_log_threshold(FL_WARNING);
		return true;
	default:
		return false;
	}
}

static int take_operands(struct fl_options *options)
{
	fl_auto_free char *word = NULL;

	options->operands = options->argv + optind;
	if (options->command->operands || options->operands[0] == NULL)
		return FL_OPTION_END;
	word = fl_quoted(options->operands[0]);
	fl_options_mistake(options, "'%s': operands are not taken", word);
	return FL_OPTION_LEAVE;
}

int fl_options_next(struct fl_options *options, FILE *out)
{
	struct option longs[MOST_OPTIONS + 1];
	char shorts[3 * MOST_OPTIONS];

	lay_tables(options->command, longs, shorts);
	while (options->status == FL_EXIT_OK) {
		int id = getopt_long(options->argc, options->argv, shorts, longs, NULL);

		if (id == -1)
			return take_operands(options);
		if (id == '?' || id == ':')
			return refuse(options, id);
		id &= ~BY_NAME;
		if (id == ID_HELP || id == ID_VERSION)
			return answer(options, id, out);
		if (take_common(options, id))
			continue;
		options->value = optarg;
		options->option = options->command->options;
		while (options->option->id != id)
			options->option++;
		if (options->option->argument != NULL && options->option->argument[0] == '[')
			take_number(options);
		return id;
	}
	return FL_OPTION_LEAVE;
}

bool fl_options_mistake(struct fl_options *options, const char *format, ...)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	va_list args;

	va_start(args, format);
	fl_buf_vprintf(&text, format, args);
	va_end(args);
	fl_log(FL_ERR, "%s; usage: %s %s", fl_buf_text(&text), options->command->program,
	       options->command->synopsis);
	options->status = FL_EXIT_USAGE;
	return false;
}

bool fl_options_refuse(struct fl_options *options, const char *why)
{
	fl_auto_free char *shown = fl_quoted(options->value);

	return fl_options_mistake(options, "--%s: '%s' %s", options->option->name, shown, why);
}

bool fl_options_seconds(struct fl_options *options, int64_t least, int64_t most, int64_t *seconds)
{
	return fl_number(options->value, least, most, seconds) ||
	       fl_options_mistake(options, "--%s takes whole seconds from %lld to %lld",
				  options->option->name, (long long)least, (long long)most);
}

bool fl_options_socket(struct fl_options *options, const char **path)
{
	const struct sockaddr_un *address = NULL;
	size_t most = sizeof(address->sun_path) - 1;

	*path = options->value;
	return ((*path)[0] != '\0' && strlen(*path) <= most) ||
	       fl_options_mistake(options, "--%s takes the path of a socket, 1 to %zu bytes",
				  options->option->name, most);
}

int fl_flush(FILE *out, struct fl_error *err)
{
	if (fflush(out) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "standard output");
	/* An earlier write failed, and its errno is lost. */
	if (ferror(out))
		return fl_error_set(err, FL_EXIT_SYSTEM, 0, "standard output: cannot be written");
	return 0;
}
