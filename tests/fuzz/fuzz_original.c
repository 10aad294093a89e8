/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: one_env and context.sh.local, which it was made from. The first byte names a
 * parameter, the rest is a script. If both files have both, nothing is found. If one_env ends
 * behind the script, the parameter is missing, and it alone. And the rest is tried as the whole of
 * context.sh.local.
 */
#include "base/buf.h"
#include "config/original.h"
#include "config/param.h"
#include "folder.h"

/* NAME=VALUE as one-contextd has it, or as one-apps exports it. */
static void put(struct fl_buf *out, const char *name, const char *value, bool exported)
{
	if (exported) {
		fl_buf_printf(out, "export %s=\"%s\"\n", name, value);
		return;
	}
	fl_buf_printf(out, "%s=", name);
	fl_buf_shell(out, value);
	fl_buf_putc(out, '\n');
}

/* The finding there is, a fresh string, or NULL. */
static char *find(const struct fl_buf *original, const struct fl_buf *one_env)
{
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
	fl_auto_context struct fl_context *context = NULL;
	fl_auto_free char *path = NULL;
	struct fl_error err = FL_ERROR_INIT;

	folder_make("context");
	path = fl_xasprintf("%s/context/one_env", folder);
	folder_write("context/one_env", 0, fl_buf_text(one_env), one_env->length);
	folder_write("context/context.sh.local", 0, fl_buf_text(original), original->length);
	FUZZ_HOLDS(fl_context_read(path, &context, &err) == 0);
	fl_original_compare(path, context, &findings);
	FUZZ_HOLDS(findings.count <= 1 && findings.errors == findings.count);
	if (findings.count == 0)
		return NULL;
	FUZZ_HOLDS(fuzz_is_shown(findings.list[0].text, false));
	return fl_xstrdup(findings.list[0].text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	const char *name = fl_param((enum fl_param_id)fuzz_choice(&in, FL_PARAM_COUNT))->name;
	const struct fl_buf any = { .data = (char *)(uintptr_t)in.data, .length = in.size };
	fl_auto_buf struct fl_buf original = FL_BUF_INIT, one_env = FL_BUF_INIT;
	fl_auto_free char *script = fuzz_take(&in, in.size);
	fl_auto_free char *wanted = fl_xasprintf("%s: missing in ", name);
	fl_auto_free char *cut = NULL;
	/* A line that ends in a quote may end the value; whoever edits the file quotes better. */
	bool exported = strstr(script, "\"\n") == NULL && strstr(script, "\"\r\n") == NULL;

	put(&original, "START_SCRIPT", script, false);
	put(&original, name, "1", false);
	put(&one_env, "START_SCRIPT", script, exported);
	cut = find(&original, &one_env);
	FUZZ_HOLDS(cut != NULL && strncmp(cut, wanted, strlen(wanted)) == 0);
	put(&one_env, name, "1", exported);
	FUZZ_HOLDS(find(&original, &one_env) == NULL);
	free(find(&any, &one_env));
	return 0;
}
