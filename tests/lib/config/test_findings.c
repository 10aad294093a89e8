/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "config/findings.h"

static void collect(void *data, enum fl_level level, const char *line)
{
	fl_buf_printf(data, "%d %s\n", level, line);
}

static void keeps_every_line_in_order(void **state)
{
	struct fl_findings findings = FL_FINDINGS_INIT;
	fl_auto_buf struct fl_buf lines = FL_BUF_INIT;

	(void)state;
	fl_findings_add(&findings, FL_ERR, "%s: %d", "first", 1);
	fl_findings_add(&findings, FL_WARNING, "second");
	fl_findings_add(&findings, FL_INFO, "third");
	fl_findings_add(&findings, FL_ERR, "fourth");
	assert_int_equal(findings.count, 4);
	assert_int_equal(findings.errors, 2);

	fl_log_set_sink(collect, &lines);
	fl_findings_log(&findings);
	fl_log_set_sink(NULL, NULL);
	assert_string_equal(fl_buf_text(&lines), "3 first: 1\n4 second\n6 third\n3 fourth\n");

	fl_findings_free(&findings);
	assert_int_equal(findings.count, 0);
	assert_int_equal(findings.errors, 0);
	fl_findings_free(&findings);
}

/* A value from outside is an argument, never a format. */
static void takes_no_format_from_a_value(void **state)
{
	struct fl_findings findings = FL_FINDINGS_INIT;
	fl_auto_buf struct fl_buf lines = FL_BUF_INIT;

	(void)state;
	fl_findings_add(&findings, FL_WARNING, "%s", "100%s %n");
	fl_log_set_sink(collect, &lines);
	fl_findings_log(&findings);
	fl_log_set_sink(NULL, NULL);
	assert_string_equal(fl_buf_text(&lines), "4 100%s %n\n");
	fl_findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_every_line_in_order),
		cmocka_unit_test(takes_no_format_from_a_value),
	};

	return cmocka_run_group_tests_name("findings", tests, NULL, NULL);
}
