/* SPDX-License-Identifier: Apache-2.0 */
#include "config/paramtext.h"

#include <string.h>

#include "base/buf.h"
#include "config/param.h"

char *fl_paramtext_table(void)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;

	for (unsigned i = 0; i < FL_PARAM_COUNT; i++) {
		const struct fl_param *param = fl_param((enum fl_param_id)i);

		fl_buf_printf(&text, "%s\n  %s.\n  default: %s\n  valid:   %s\n  goes to: %s\n",
			      param->name, param->text,
			      param->fallback != NULL ? param->fallback : "none", param->valid,
			      param->goes_to);
	}
	fl_buf_puts(
		&text,
		"\nONEAPP_NAME is accepted for every NAME; the plain name wins. Empty is unset.\n");
	return fl_buf_take(&text);
}

#define ROFF_COLUMNS 72 /* mandoc's lint wants lines of at most 80 bytes */

/* Adds a word. roff reads a backslash as an escape and a dash as a hyphen. */
static void roff_word(struct fl_buf *text, const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (word[i] == '\\')
			fl_buf_puts(text, "\\e");
		else if (word[i] == '-')
			fl_buf_puts(text, "\\-");
		else
			fl_buf_putc(text, word[i]);
	}
}

/* Adds WORDS in short lines. A dot or quote at the start of a line would begin a macro. */
static void roff(struct fl_buf *text, const char *words)
{
	size_t column = 0;

	while (words[0] != '\0') {
		size_t length = strcspn(words, " ");

		if (column > 0 && column + length >= ROFF_COLUMNS) {
			/* roff would take a dot there for the end of a sentence. */
			fl_buf_puts(text, text->data[text->length - 1] == '.' ? "\\&\n" : "\n");
			column = 0;
		}
		if (column > 0)
			fl_buf_putc(text, ' ');
		else if (words[0] == '.' || words[0] == '\'')
			fl_buf_puts(text, "\\&");
		roff_word(text, words, length);
		column += length + 1;
		words += length;
		words += strspn(words, " ");
	}
	fl_buf_putc(text, '\n');
}

char *fl_paramtext_mdoc(void)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;

	for (unsigned i = 0; i < FL_PARAM_COUNT; i++) {
		const struct fl_param *param = fl_param((enum fl_param_id)i);

		fl_buf_printf(&text, ".It Ev %s\n", param->name);
		roff(&text, param->text);
		fl_buf_puts(&text, ".br\nDefault:\n");
		roff(&text, param->fallback != NULL ? param->fallback : "none");
		fl_buf_puts(&text, ".br\nValid:\n");
		roff(&text, param->valid);
		fl_buf_puts(&text, ".br\nGoes to:\n");
		roff(&text, param->goes_to);
	}
	return fl_buf_take(&text);
}

static void user_input(struct fl_buf *text, const struct fl_param *param)
{
	const char *type = "text";
	fl_auto_buf struct fl_buf params = FL_BUF_INIT;

	if (param->kind == FL_KIND_CHOICE) {
		type = "list";
		for (const char *const *choice = param->choices; *choice != NULL; choice++)
			fl_buf_printf(&params, "%s%s", choice == param->choices ? "" : ",",
				      *choice);
	} else if (param->kind == FL_KIND_INTEGER && param->most < INT64_MAX) {
		type = "range";
		fl_buf_printf(&params, "%lld..%lld", (long long)param->least,
			      (long long)param->most);
	} else if (param->kind == FL_KIND_INTEGER) {
		type = "number";
	}
	fl_buf_printf(text, "  %s = \"O|%s|%s|%s|%s\"", param->name, type, param->text,
		      fl_buf_text(&params), param->fallback);
}

char *fl_paramtext_user_inputs(void)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;

	fl_buf_puts(&text, "USER_INPUTS = [\n");
	for (unsigned i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		user_input(&text, fl_param((enum fl_param_id)i));
		fl_buf_puts(&text, i + 1 < FL_PARAM_CONFIG_COUNT ? ",\n" : " ]\n");
	}
	fl_buf_puts(&text, "INPUTS_ORDER = \"");
	for (unsigned i = 0; i < FL_PARAM_CONFIG_COUNT; i++)
		fl_buf_printf(&text, "%s%s", i == 0 ? "" : ",",
			      fl_param((enum fl_param_id)i)->name);
	fl_buf_puts(&text, "\"\n");
	return fl_buf_take(&text);
}
