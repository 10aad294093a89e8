/* SPDX-License-Identifier: Apache-2.0 */
/* The one_env that one-apps' generator writes from context variables. */
#ifndef FL_TESTS_GENERATOR_H
#define FL_TESTS_GENERATOR_H

#include <string.h>

#include "base/buf.h"

struct variable {
	const char *name;
	const char *value;
};

static inline const char *look_up(const struct variable *variables, size_t count, const char *name,
				  size_t length)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(variables[i].name) == length &&
		    memcmp(variables[i].name, name, length) == 0)
			return variables[i].value;
	}
	return "";
}

static inline void write_entry(struct fl_buf *out, const struct variable *variables, size_t count,
			       const char *name, size_t length)
{
	fl_buf_printf(out, "export %.*s=\"%s\"\n", (int)length, name,
		      look_up(variables, count, name, length));
}

/*
 * Writes what one-apps' context-linux/src/etc/one-context.d/loc-16-gen-env writes for VARIABLES:
 * three fixed entries, and one for each line of context.sh (NAME='value', quotes as '\'' there)
 * that matches ^[a-zA-Z_0-9-]*=, lines of multi-line values included.
 */
static inline void generate(struct fl_buf *out, const struct variable *variables, size_t count)
{
	static const char *const fixed[] = { "TOKENTXT", "VMID", "ONEGATE_ENDPOINT" };
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";
	fl_auto_buf struct fl_buf context_sh = FL_BUF_INIT;
	const char *line;

	for (size_t i = 0; i < FL_ARRAY_SIZE(fixed); i++)
		write_entry(out, variables, count, fixed[i], strlen(fixed[i]));
	for (size_t i = 0; i < count; i++) {
		fl_buf_printf(&context_sh, "%s='", variables[i].name);
		for (const char *at = variables[i].value; *at != '\0'; at++)
			fl_buf_printf(&context_sh, *at == '\'' ? "'\\''" : "%c", *at);
		fl_buf_puts(&context_sh, "'\n");
	}
	for (line = fl_buf_text(&context_sh); *line != '\0'; line = strchr(line, '\n') + 1) {
		size_t length = strspn(line, letters);

		if (line[length] == '=' && length > 0)
			write_entry(out, variables, count, line, length);
	}
}

#endif
