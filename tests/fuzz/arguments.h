/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four targets for command lines. Each of them defines PROGRAM, the source of its program, and
 * includes this. The input is the words behind the program's name, a line each.
 *
 * The parse ends; a mistake is told in one line that can be shown and has the status 64; an option
 * that takes a value has one; and operands are words of the line.
 */
#ifndef FL_FUZZ_ARGUMENTS_H
#define FL_FUZZ_ARGUMENTS_H

#include "fuzz.h"
#include "base/log.h"
#include "base/options.h"

/* The program itself is not run: what is wanted is its table of options, which is its own. */
int not_run(int argc, char **argv);
#define main not_run
#include PROGRAM /* NOLINT(bugprone-suspicious-include) */
#undef main

#define WORDS_MOST 64

static size_t errors_told;

static void on_line(void *data, enum fl_level level, const char *line)
{
	(void)data;
	FUZZ_HOLDS(fuzz_is_shown(line, false));
	if (level == FL_ERR) {
		FUZZ_HOLDS(strstr(line, "; usage: fl-") != NULL);
		errors_told++;
	}
}

/* The words of the input; the caller frees the text that they stand in. */
static int split(char *text, char **words)
{
	static char name[] = "program";
	int count = 1;

	words[0] = name;
	for (char *save = NULL, *word = strtok_r(text, "\n", &save);
	     word != NULL && count < WORDS_MOST; word = strtok_r(NULL, "\n", &save))
		words[count++] = word;
	words[count] = NULL;
	return count;
}

static const struct fl_option *option_of(const struct fl_command *of, int id)
{
	const struct fl_option *option = of->options;

	while (option->id != 0 && option->id != id)
		option++;
	return option;
}

static void take_option(const struct fl_options *parser, int id)
{
	const struct fl_option *option = option_of(parser->command, id);
	struct fl_options copy = *parser; /* a mistake would end the parse */
	int64_t seconds = 0;

	FUZZ_HOLDS(option->id == id && parser->option == option);
	if (option->argument == NULL)
		FUZZ_HOLDS(parser->value == NULL);
	else if (option->argument[0] != '[')
		FUZZ_HOLDS(parser->value != NULL);
	if (parser->value == NULL || option->argument == NULL)
		return;
	if (strstr(option->argument, "SECONDS") != NULL &&
	    fl_options_seconds(&copy, 1, 3600, &seconds))
		FUZZ_HOLDS(seconds >= 1 && seconds <= 3600 && parser->value[0] != '\0');
}

static void parse_words(const struct fl_command *of, int count, char **words, FILE *out)
{
	struct fl_options parser;
	size_t before;
	int id;

	fl_log_set_sink(on_line, NULL);
	fl_options_begin(&parser, of, count, words);
	for (int rounds = 0;; rounds++) {
		/* A cluster of short options has more of them than words. */
		FUZZ_HOLDS(rounds < 1 << 20);
		before = errors_told;
		id = fl_options_next(&parser, out);
		if (id <= 0)
			break;
		take_option(&parser, id);
	}
	FUZZ_HOLDS(parser.root == NULL || parser.root[0] != '\0');
	if (id == FL_OPTION_LEAVE) {
		FUZZ_HOLDS(parser.status == FL_EXIT_OK || parser.status == FL_EXIT_USAGE);
		FUZZ_HOLDS((parser.status == FL_EXIT_USAGE) == (errors_told == before + 1));
	} else {
		FUZZ_HOLDS(id == FL_OPTION_END);
		FUZZ_HOLDS(parser.operands > words && parser.operands <= words + count);
	}
	fl_log_set_sink(NULL, NULL);
	fl_log_threshold(FL_INFO);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	fl_auto_free char *text = fuzz_text(data, size);
	char *words[WORDS_MOST + 1];
	int count = split(text, words);

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "we");
	FUZZ_HOLDS(nowhere != NULL);
	parse_words(&command, count, words, nowhere);
	return 0;
}

#endif
