/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes, and the two forms of the body that sets them. */
#include "onegate/attribute.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

/*
 * OneGate's escape_attr (src/onegate/onegate-server.rb, the same in 6.10 to 7.4), character by
 * character: how OneGate changes a body before oned reads it.
 */
static char *escape_attr(const char *attr)
{
	struct fl_buf out = FL_BUF_INIT;
	size_t length = strlen(attr);
	bool escape = false;

	for (size_t i = 0; i < length; i++) {
		char c = attr[i], before = attr[i == 0 ? length - 1 : i - 1], after = attr[i + 1];

		/* NOLINTNEXTLINE(bugprone-branch-clone): the branches are those of the original */
		if (c == '=' && escape) {
			fl_buf_putc(&out, c);
		} else if (c == '=' && after != '[' && after != '"') {
			fl_buf_puts(&out, "=\"");
			escape = true;
		} else if (strchr(",[]\\\n", c) != NULL && before != '"' &&
			   !((c == '[' || c == ']') && before == '=')) {
			fl_buf_putc(&out, '"');
			fl_buf_putc(&out, c);
			if (c != ',' && c != '[')
				escape = false;
		} else {
			fl_buf_putc(&out, c);
		}
	}
	if (escape && out.data[out.length - 1] != ']' && out.data[out.length - 1] != '"')
		fl_buf_putc(&out, '"');
	return fl_buf_take(&out);
}

static void add(struct fl_attributes *attributes, const char *name, const char *value)
{
	struct fl_error err = FL_ERROR_INIT;

	assert_int_equal(fl_attributes_add(attributes, name, value, &err), 0);
}

static void test_names(void **state)
{
	static const char *const good[] = { "FL_READY", "A", "_", "A1_", "READY" };
	static const char *const bad[] = { "",     "1A",  "fl_ready", "FL-A", "FL.A",
					   "FL A", "A\n", "Ä",        "A[" };
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(good); i++)
		add(&attributes, good[i], "x");
	for (size_t i = 0; i < FL_ARRAY_SIZE(bad); i++) {
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(fl_attributes_add(&attributes, bad[i], "x", &err), -1);
		assert_int_equal(err.code, FL_EXIT_USAGE);
		assert_non_null(strstr(err.message, "a name takes A to Z"));
	}
	assert_int_equal(attributes.count, FL_ARRAY_SIZE(good));
}

static void test_twice(void **state)
{
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	add(&attributes, "A", "1");
	assert_int_equal(fl_attributes_add(&attributes, "A", "2", &err), -1);
	assert_int_equal(err.code, FL_EXIT_USAGE);
	assert_string_equal(err.message, "A: given twice");
	assert_string_equal(fl_attributes_get(&attributes, "A"), "1");
	assert_null(fl_attributes_get(&attributes, "B"));
}

static void test_values(void **state)
{
	static const struct {
		const char *value, *message;
	} bad[] = {
		{ "a\nFL_B=1", "A: a control character or line break in the value (U+000A)" },
		{ "a\r", "A: a control character or line break in the value (U+000D)" },
		{ "\t", "A: a control character or line break in the value (U+0009)" },
		{ "\033[31m", "A: a control character or line break in the value (U+001B)" },
		{ "\177", "A: a control character or line break in the value (U+007F)" },
		{ "\xc2\x85", "A: a control character or line break in the value (U+0085)" },
		{ "\xe2\x80\xa8", "A: a control character or line break in the value (U+2028)" },
		{ "\xef\xbf\xbf", "A: a control character or line break in the value (U+FFFF)" },
		{ "\xff", "A: the value is no UTF-8" },
		{ "\x80", "A: the value is no UTF-8" },
		{ "\xc3", "A: the value is no UTF-8" },
		{ "\xc0\xaf", "A: the value is no UTF-8" },
		{ "\xe0\x80\x8a", "A: the value is no UTF-8" },
		{ "\xed\xa0\x80", "A: the value is no UTF-8" },
		{ "\xf4\x90\x80\x80", "A: the value is no UTF-8" },
		{ "x]]>y", "A: a value with \"]]>\" would break OpenNebula's record of this VM" },
	};
	static const char *const good[] = {
		"", " ", "a=b", "%41$x`'&<>#", "ä€\U0001f33b", "[fd00::1]:9092", "]] >", "~"
	};
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(bad); i++) {
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(fl_attributes_add(&attributes, "A", bad[i].value, &err), -1);
		assert_int_equal(err.code, FL_EXIT_USAGE);
		assert_string_equal(err.message, bad[i].message);
	}
	assert_int_equal(attributes.count, 0);
	for (size_t i = 0; i < FL_ARRAY_SIZE(good); i++) {
		fl_auto_attributes struct fl_attributes one = FL_ATTRIBUTES_INIT;

		add(&one, "A", good[i]);
		assert_string_equal(fl_attributes_get(&one, "A"), good[i]);
	}
}

static void test_parse(void **state)
{
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(fl_attributes_parse(&attributes, "A=b=c", &err), 0);
	assert_int_equal(fl_attributes_parse(&attributes, "E=", &err), 0);
	assert_string_equal(fl_attributes_get(&attributes, "A"), "b=c");
	assert_string_equal(fl_attributes_get(&attributes, "E"), "");
	assert_int_equal(fl_attributes_parse(&attributes, "NO\033", &err), -1);
	assert_int_equal(err.code, FL_EXIT_USAGE);
	assert_string_equal(err.message, "'NO\\x1b': must be NAME=VALUE");
	assert_int_equal(fl_attributes_parse(&attributes, "=x", &err), -1);
	assert_int_equal(err.code, FL_EXIT_USAGE);
}

/* Trap 2: with '&' between pairs oned makes one attribute. Trap 14: all pairs go together. */
static void test_plain(void **state)
{
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;
	const char *type = NULL;

	(void)state;
	add(&attributes, "FL_READY", "YES");
	add(&attributes, "FL_ENDPOINT", "10.0.0.5:9092");
	add(&attributes, "FL_EMPTY", "");
	add(&attributes, "FL_ROLE", "super link=&<'$%#");
	assert_int_equal(fl_attributes_encode(&attributes, &body, &type, &err), 0);
	assert_string_equal(type, "text/plain");
	assert_string_equal(fl_buf_text(&body), "FL_READY=YES\nFL_ENDPOINT=10.0.0.5:9092\n"
						"FL_EMPTY=\nFL_ROLE=super link=&<'$%#\n");
	fl_auto_free char *oned = escape_attr(fl_buf_text(&body));
	assert_string_equal(oned, "FL_READY=\"YES\"\nFL_ENDPOINT=\"10.0.0.5:9092\"\n"
				  "FL_EMPTY=\"\"\nFL_ROLE=\"super link=&<'$%#\"\n");
}

/* Every printable character of ASCII arrives, in each place, in one of the two forms. */
static void test_round_trip(void **state)
{
	(void)state;
	for (int c = ' '; c <= '~'; c++) {
		for (unsigned place = 0; place < 4; place++) {
			fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;
			fl_auto_buf struct fl_buf body = FL_BUF_INIT;
			fl_auto_free char *value = fl_xasprintf("%s%c%s",
								(place & 1) != 0 ? "a" : "", c,
								(place & 2) != 0 ? "b" : "");
			fl_auto_free char *plain = fl_xasprintf("A=\"%s\"\nB=\"1\"\n", value);
			fl_auto_free char *xml = fl_xasprintf(
				"<TEMPLATE><A>%s&#%d;%s</A><B>1</B></TEMPLATE>",
				(place & 1) != 0 ? "a" : "", c, (place & 2) != 0 ? "b" : "");
			struct fl_error err = FL_ERROR_INIT;
			const char *type;

			add(&attributes, "A", value);
			add(&attributes, "B", "1");
			assert_int_equal(fl_attributes_encode(&attributes, &body, &type, &err), 0);
			fl_auto_free char *oned = escape_attr(fl_buf_text(&body));
			assert_string_equal(oned, strchr(",[]\\\"", c) != NULL ? xml : plain);
		}
	}
}

static void test_xml(void **state)
{
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;
	const char *type = NULL;

	(void)state;
	add(&attributes, "FL_ENDPOINT", "[fd00::1]:9092");
	add(&attributes, "FL_TEXT", "a=<b>&é€\U0001f33b");
	assert_int_equal(fl_attributes_encode(&attributes, &body, &type, &err), 0);
	assert_string_equal(type, "application/xml");
	assert_string_equal(fl_buf_text(&body),
			    "<TEMPLATE><FL_ENDPOINT>&#91;fd00::1&#93;:9092</FL_ENDPOINT>"
			    "<FL_TEXT>a&#61;&#60;b&#62;&#38;&#233;&#8364;&#127803;</FL_TEXT>"
			    "</TEMPLATE>");
	fl_auto_free char *oned = escape_attr(fl_buf_text(&body));
	assert_string_equal(oned, fl_buf_text(&body));
}

static void test_xml_refuses(void **state)
{
	static const struct {
		const char *name, *value, *part;
	} cases[] = {
		{ "EMPTY", "", "EMPTY: an empty value cannot go with LIST" },
		{ "SERVICE_ID", "5", "SERVICE_ID: a restricted attribute cannot go with LIST" },
		{ "ROLE_NAME", "x", "ROLE_NAME: a restricted attribute" },
		{ "SCHED_REQUIREMENTS", "x", "SCHED_REQUIREMENTS: a restricted attribute" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;
		fl_auto_buf struct fl_buf body = FL_BUF_INIT;
		struct fl_error err = FL_ERROR_INIT;
		const char *type;

		add(&attributes, cases[i].name, cases[i].value);
		assert_int_equal(fl_attributes_encode(&attributes, &body, &type, &err), 0);
		add(&attributes, "LIST", "a,b");
		assert_int_equal(fl_attributes_encode(&attributes, &body, &type, &err), -1);
		assert_int_equal(err.code, FL_EXIT_USAGE);
		assert_non_null(strstr(err.message, cases[i].part));
	}
}

static void test_output(void **state)
{
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;

	(void)state;
	add(&attributes, "A", "1");
	add(&attributes, "B", "say \"é\"");
	fl_auto_free char *text = fl_attributes_text(&attributes);
	fl_auto_free char *json = fl_attributes_json(&attributes);
	assert_string_equal(text, "A=1\nB=say \"é\"\n");
	assert_string_equal(json, "{\"A\":\"1\",\"B\":\"say \\\"é\\\"\"}\n");
}

static void test_compare(void **state)
{
	static const struct {
		const char *answer, *message; /* NULL: it matches */
	} cases[] = {
		{ "{\"VM\":{\"USER_TEMPLATE\":{\"A\":\"1\",\"E\":\"\",\"Z\":\"x\"}}}", NULL },
		{ "{\"VM\":{\"USER_TEMPLATE\":{\"A\":\"1\",\"E\":{}}}}", NULL },
		{ "{\"VM\":{\"USER_TEMPLATE\":{\"A\":\"1\"}}}",
		  "E: OneGate took the request and did not store it" },
		{ "{\"VM\":{\"USER_TEMPLATE\":{}}}",
		  "A: OneGate took the request and did not store it" },
		{ "{\"VM\":{\"USER_TEMPLATE\":{\"A\":\"1&E=\\n\"}}}",
		  "A: OneGate has stored '1&E=\\n' instead of what was sent" },
		{ "{\"VM\":{\"USER_TEMPLATE\":{\"A\":[\"1\",\"1\"]}}}",
		  "A: OneGate has stored '(no text)' instead of what was sent" },
		{ "{\"VM\":{\"USER_TEMPLATE\":{\"A\":{}}}}",
		  "A: OneGate has stored '(no text)' instead of what was sent" },
		{ "{\"VM\":{\"USER_TEMPLATE\":{\"A\":\"1\",\"E\":{\"X\":\"1\"}}}}",
		  "E: OneGate has stored '(no text)' instead of what was sent" },
		{ "{\"VM\":{\"USER_TEMPLATE\":[]}}",
		  "the answer to GET is not OneGate's: no VM.USER_TEMPLATE in it" },
		{ "[]", "the answer to GET is not OneGate's: no VM.USER_TEMPLATE in it" },
		{ "", "the answer to GET is not OneGate's: no VM.USER_TEMPLATE in it" },
	};
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;

	(void)state;
	add(&attributes, "A", "1");
	add(&attributes, "E", "");
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		struct fl_error err = FL_ERROR_INIT;
		int want = cases[i].message == NULL ? 0 : -1;

		assert_int_equal(fl_attributes_compare(&attributes, cases[i].answer, "s3cret",
						       &err),
				 want);
		assert_int_equal(err.code, want == 0 ? FL_EXIT_OK : FL_EXIT_UNAVAILABLE);
		assert_string_equal(err.message, want == 0 ? "" : cases[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),  cmocka_unit_test(test_twice),
		cmocka_unit_test(test_values), cmocka_unit_test(test_parse),
		cmocka_unit_test(test_plain),  cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_xml),    cmocka_unit_test(test_xml_refuses),
		cmocka_unit_test(test_output), cmocka_unit_test(test_compare),
	};

	return cmocka_run_group_tests_name("attribute", tests, NULL, NULL);
}
