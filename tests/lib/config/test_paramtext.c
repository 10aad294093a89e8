/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/param.h"
#include "config/paramtext.h"

static void the_texts_have_every_parameter(void **state)
{
	fl_auto_free char *table = fl_paramtext_table(), *mdoc = fl_paramtext_mdoc();

	(void)state;
	for (unsigned i = 0; i < FL_PARAM_COUNT; i++) {
		const struct fl_param *param = fl_param((enum fl_param_id)i);
		fl_auto_free char *entry = fl_xasprintf(".It Ev %s\n%.5s", param->name,
							param->text);

		assert_non_null(strstr(table, param->name));
		assert_non_null(strstr(table, param->text));
		assert_non_null(strstr(mdoc, entry));
	}
	assert_non_null(strstr(mdoc, ".It Ev VMID\n"
				     "Number of this VM, given by OpenNebula\n"
				     ".br\nDefault:\nnone\n.br\nValid:\nmust be a whole number\n"
				     ".br\nGoes to:\nstep 11\n"));
	assert_non_null(strstr(mdoc, "\n\\-\\-isolation\n"));
	/* Spec section 4: the help names the parameters that Flower itself does not read. */
	assert_non_null(strstr(table, "not read by Flower itself"));
}

/* one_helper.rb of OpenNebula takes three or five fields; four are an error. */
static void user_inputs_have_five_fields(void **state)
{
	fl_auto_free char *text = fl_paramtext_user_inputs();
	char *rest = NULL;
	unsigned inputs = 0;

	(void)state;
	assert_non_null(strstr(text, " FL_NUM_ROUNDS = \"O|number|"));
	assert_non_null(strstr(text, " FL_ISOLATION = \"O|list|"));
	assert_non_null(strstr(text, "|subprocess,process|subprocess\""));
	assert_non_null(strstr(text, " FL_HEALTH_TIMEOUT = \"O|range|"));
	assert_non_null(strstr(text, "|1..3600|60\" ]\nINPUTS_ORDER = \"FLOWER_VERSION,"));
	assert_non_null(strstr(text, ",FL_HEALTH_TIMEOUT\"\n"));
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		const char *value = strstr(line, " = \"O|");
		int bars = 0;

		if (value == NULL)
			continue;
		inputs++;
		for (; *value != '\0'; value++)
			bars += *value == '|';
		assert_int_equal(bars, 4);
	}
	assert_int_equal(inputs, FL_PARAM_CONFIG_COUNT);
}

static void the_manual_has_no_long_line_and_no_stray_macro(void **state)
{
	fl_auto_free char *text = fl_paramtext_mdoc();
	char *rest = NULL;

	(void)state;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		assert_true(strlen(line) <= 80);
		assert_true(line[0] != '\'');
		/* roff would take the dot for the end of a sentence. */
		assert_true(line[strlen(line) - 1] != '.');
		if (line[0] == '.')
			assert_true(strncmp(line, ".It ", 4) == 0 || strcmp(line, ".br") == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_texts_have_every_parameter),
		cmocka_unit_test(user_inputs_have_five_fields),
		cmocka_unit_test(the_manual_has_no_long_line_and_no_stray_macro),
	};

	return cmocka_run_group_tests_name("paramtext", tests, NULL, NULL);
}
