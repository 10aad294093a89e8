/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the body for OneGate. The input is lines NAME=VALUE. What is accepted and
 * encoded is stored as it went in: the text form by what OneGate and oned do with it (oned.h),
 * the XML form by its rules; what is printed, as lines and as JSON, tells the same.
 */
#include "onegate/attribute.h"
#include "base/json.h"
#include "oned.h"

/* VALUE stands at *AT, up to the next tag: as ASCII, or by references. *AT is then at the tag. */
static void read_value(const char **at, const char *value)
{
	while (*value != '\0') {
		unsigned long c = (unsigned char)**at;
		char *end;

		FUZZ_HOLDS(c < 0x80 && strchr("<\n", (int)c) == NULL);
		if (c == '&') {
			FUZZ_HOLDS((*at)[1] == '#');
			c = strtoul(*at + 2, &end, 10);
			FUZZ_HOLDS(*end == ';');
			*at = end;
		}
		FUZZ_HOLDS(c == fl_utf8_next(&value));
		++*at;
	}
	FUZZ_HOLDS(**at == '<');
}

static void skip(const char **at, const char *before, const char *name, const char *behind)
{
	fl_auto_free char *wanted = fl_xasprintf("%s%s%s", before, name, behind);

	FUZZ_HOLDS(strncmp(*at, wanted, strlen(wanted)) == 0);
	*at += strlen(wanted);
}

static void read_back_xml(const struct fl_attributes *attributes, const char *at)
{
	fl_auto_buf struct fl_buf escaped = FL_BUF_INIT;

	/* OneGate rewrites this body as well. */
	oned_escape(at, &escaped);
	FUZZ_HOLDS(strcmp(fl_buf_text(&escaped), at) == 0);
	skip(&at, "<", "TEMPLATE", ">");
	for (size_t i = 0; i < attributes->count; i++) {
		skip(&at, "<", attributes->list[i].name, ">");
		read_value(&at, attributes->list[i].value);
		skip(&at, "</", attributes->list[i].name, ">");
	}
	skip(&at, "</", "TEMPLATE", ">");
	FUZZ_HOLDS(*at == '\0');
}

static void is_same(const struct fl_attributes *a, const struct fl_attributes *b)
{
	FUZZ_HOLDS(a->count == b->count);
	for (size_t i = 0; i < a->count; i++) {
		FUZZ_HOLDS(strcmp(a->list[i].name, b->list[i].name) == 0);
		FUZZ_HOLDS(strcmp(a->list[i].value, b->list[i].value) == 0);
	}
}

static void read_back_plain(const struct fl_attributes *attributes, const char *body)
{
	fl_auto_attributes struct fl_attributes stored = FL_ATTRIBUTES_INIT;

	FUZZ_HOLDS(oned_store(body, &stored));
	is_same(attributes, &stored);
}

/* stdout's two forms. */
static void read_back_printed(const struct fl_attributes *attributes)
{
	fl_auto_attributes struct fl_attributes lines = FL_ATTRIBUTES_INIT;
	fl_auto_attributes struct fl_attributes members = FL_ATTRIBUTES_INIT;
	fl_auto_free char *text = fl_attributes_text(attributes);
	fl_auto_free char *printed = fl_attributes_json(attributes);
	fl_auto_json cJSON *json = fl_json_parse(printed);
	struct fl_error err = FL_ERROR_INIT;

	for (char *save = NULL, *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save))
		FUZZ_HOLDS(fl_attributes_parse(&lines, line, &err) == 0);
	is_same(attributes, &lines);
	FUZZ_HOLDS(strchr(printed, '\n') == printed + strlen(printed) - 1);
	for (const cJSON *member = json->child; member != NULL; member = member->next)
		FUZZ_HOLDS(fl_attributes_add(&members, member->string, member->valuestring, &err) ==
			   0);
	is_same(attributes, &members);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;
	fl_auto_free char *text = fuzz_text(data, size);
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	struct fl_error err;
	const char *type;

	for (char *save = NULL, *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		err = (struct fl_error)FL_ERROR_INIT;
		if (fl_attributes_parse(&attributes, line, &err) != 0)
			fuzz_refused(&err, FL_EXIT_USAGE);
	}
	if (attributes.count == 0)
		return 0;
	read_back_printed(&attributes);
	err = (struct fl_error)FL_ERROR_INIT;
	if (fl_attributes_encode(&attributes, &body, &type, &err) != 0)
		fuzz_refused(&err, FL_EXIT_USAGE);
	else if (strcmp(type, "application/xml") == 0)
		read_back_xml(&attributes, fl_buf_text(&body));
	else
		read_back_plain(&attributes, fl_buf_text(&body));
	return 0;
}
