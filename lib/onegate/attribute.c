/* SPDX-License-Identifier: Apache-2.0 */
#include "onegate/attribute.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

/* The characters that escape_attr damages in plain text: it puts a quote beside each of them. */
static const char damaged[] = ",[]\\\"";

/* The characters that XML takes as they are; '=' is not one, because escape_attr changes it. */
static const char xml_plain[] = UPPER "abcdefghijklmnopqrstuvwxyz" DIGIT " ._:/-";

/* RESTRICTED_ATTRS of onegate-server.rb, which looks for them in plain text only. */
static const char *const restricted[] = { "SCHED_REQUIREMENTS", "SERVICE_ID", "ROLE_NAME" };

static bool is_name(const char *name)
{
	return name[0] != '\0' && strchr(DIGIT, name[0]) == NULL &&
	       name[strspn(name, UPPER DIGIT "_")] == '\0';
}

static int check_value(const char *name, const char *value, struct fl_error *err)
{
	const char *at = value;

	while (*at != '\0') {
		uint32_t c = fl_utf8_next(&at);

		if (c == FL_UTF8_NONE)
			return fl_error_set(err, FL_EXIT_USAGE, 0, "%s: the value is no UTF-8",
					    name);
		if (fl_utf8_is_control(c))
			return fl_error_set(err, FL_EXIT_USAGE, 0,
					    "%s: a control character or line break in the value "
					    "(U+%04X)",
					    name, (unsigned)c);
	}
	if (strstr(value, "]]>") != NULL)
		return fl_error_set(err, FL_EXIT_USAGE, 0,
				    "%s: a value with \"]]>\" would break OpenNebula's record of "
				    "this VM",
				    name);
	return 0;
}

int fl_attributes_add(struct fl_attributes *attributes, const char *name, const char *value,
		      struct fl_error *err)
{
	fl_auto_buf struct fl_buf shown = FL_BUF_INIT;

	if (!is_name(name)) {
		fl_buf_quote(&shown, name, strlen(name));
		return fl_error_set(err, FL_EXIT_USAGE, 0,
				    "'%s': a name takes A to Z, 0 to 9 and '_', and starts with no "
				    "digit",
				    fl_buf_text(&shown));
	}
	if (fl_attributes_get(attributes, name) != NULL)
		return fl_error_set(err, FL_EXIT_USAGE, 0, "%s: given twice", name);
	if (check_value(name, value, err) != 0)
		return -1;
	attributes->list = fl_xgrow(attributes->list, attributes->count, sizeof(*attributes->list));
	attributes->list[attributes->count++] = (struct fl_attribute){ .name = fl_xstrdup(name),
								       .value = fl_xstrdup(value) };
	return 0;
}

int fl_attributes_parse(struct fl_attributes *attributes, const char *word, struct fl_error *err)
{
	const char *equal = strchr(word, '=');
	fl_auto_buf struct fl_buf shown = FL_BUF_INIT;
	fl_auto_free char *name = NULL;

	if (equal == NULL) {
		fl_buf_quote(&shown, word, strlen(word));
		return fl_error_set(err, FL_EXIT_USAGE, 0, "'%s': must be NAME=VALUE",
				    fl_buf_text(&shown));
	}
	name = fl_xstrndup(word, (size_t)(equal - word));
	return fl_attributes_add(attributes, name, equal + 1, err);
}

const char *fl_attributes_get(const struct fl_attributes *attributes, const char *name)
{
	for (size_t i = 0; i < attributes->count; i++) {
		if (strcmp(attributes->list[i].name, name) == 0)
			return attributes->list[i].value;
	}
	return NULL;
}

/* The first attribute whose value would be damaged in plain text, or NULL. */
static const struct fl_attribute *not_plain(const struct fl_attributes *attributes)
{
	for (size_t i = 0; i < attributes->count; i++) {
		const char *c = attributes->list[i].value;

		while (*c != '\0' && (unsigned char)*c < 0x80 && strchr(damaged, *c) == NULL)
			c++;
		if (*c != '\0')
			return &attributes->list[i];
	}
	return NULL;
}

static bool is_restricted(const char *name)
{
	for (size_t i = 0; i < FL_ARRAY_SIZE(restricted); i++) {
		if (strcmp(restricted[i], name) == 0)
			return true;
	}
	return false;
}

static void add_xml_text(struct fl_buf *body, const char *value)
{
	const char *at = value;

	while (*at != '\0') {
		uint32_t c = fl_utf8_next(&at);

		if (c < 0x80 && strchr(xml_plain, (int)c) != NULL)
			fl_buf_putc(body, (char)c);
		else
			fl_buf_printf(body, "&#%u;", (unsigned)c);
	}
}

/* No line feed anywhere: escape_attr would put a quote in front of it. */
static int encode_xml(const struct fl_attributes *attributes, const char *reason,
		      struct fl_buf *body, struct fl_error *err)
{
	fl_buf_puts(body, "<TEMPLATE>");
	for (size_t i = 0; i < attributes->count; i++) {
		const struct fl_attribute *a = &attributes->list[i];

		if (a->value[0] == '\0' || is_restricted(a->name))
			return fl_error_set(
				err, FL_EXIT_USAGE, 0,
				"%s: %s cannot go with %s in one request, because the "
				"latter has a character that OneGate's plain text cannot "
				"carry; publish the two in separate calls",
				a->name,
				a->value[0] == '\0' ? "an empty value" : "a restricted attribute",
				reason);
		fl_buf_printf(body, "<%s>", a->name);
		add_xml_text(body, a->value);
		fl_buf_printf(body, "</%s>", a->name);
	}
	fl_buf_puts(body, "</TEMPLATE>");
	return 0;
}

int fl_attributes_encode(const struct fl_attributes *attributes, struct fl_buf *body,
			 const char **type, struct fl_error *err)
{
	const struct fl_attribute *special = not_plain(attributes);
	fl_auto_free char *text = NULL;

	if (special != NULL) {
		*type = "application/xml";
		return encode_xml(attributes, special->name, body, err);
	}
	*type = "text/plain";
	text = fl_attributes_text(attributes);
	fl_buf_puts(body, text);
	return 0;
}

char *fl_attributes_text(const struct fl_attributes *attributes)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;

	for (size_t i = 0; i < attributes->count; i++)
		fl_buf_printf(&text, "%s=%s\n", attributes->list[i].name,
			      attributes->list[i].value);
	return fl_buf_take(&text);
}

char *fl_attributes_json(const struct fl_attributes *attributes)
{
	fl_auto_json cJSON *object = fl_json_object();
	fl_auto_free char *printed = NULL;

	for (size_t i = 0; i < attributes->count; i++)
		cJSON_AddStringToObject(object, attributes->list[i].name,
					attributes->list[i].value);
	printed = fl_json_print(object, false);
	return fl_xasprintf("%s\n", printed);
}

static int compare_one(const struct fl_attribute *wanted, const cJSON *stored, const char *secret,
		       struct fl_error *err)
{
	fl_auto_buf struct fl_buf shown = FL_BUF_INIT;
	const char *text = cJSON_GetStringValue(stored);

	if (stored == NULL)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
				    "%s: OneGate took the request and did not store it",
				    wanted->name);
	/* An empty attribute comes back as {}: to_hash (xml_element.rb) finds no text. */
	if (text == NULL && wanted->value[0] == '\0' && cJSON_IsObject(stored) &&
	    stored->child == NULL)
		return 0;
	if (text != NULL && strcmp(text, wanted->value) == 0)
		return 0;
	if (text == NULL)
		text = "(no text)";
	else if (strstr(text, secret) != NULL)
		text = "(not shown: it holds the token)";
	fl_buf_quote(&shown, text, strlen(text));
	return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
			    "%s: OneGate has stored '%s' instead of what was sent", wanted->name,
			    fl_buf_text(&shown));
}

int fl_attributes_compare(const struct fl_attributes *attributes, const char *answer,
			  const char *secret, struct fl_error *err)
{
	fl_auto_json cJSON *json = fl_json_parse(answer);
	const cJSON *vm = fl_json_member(json, "VM");
	const cJSON *stored = fl_json_member(vm, "USER_TEMPLATE");

	if (!cJSON_IsObject(stored))
		return fl_error_set(
			err, FL_EXIT_UNAVAILABLE, 0,
			"the answer to GET is not OneGate's: no VM.USER_TEMPLATE in it");
	for (size_t i = 0; i < attributes->count; i++) {
		const struct fl_attribute *wanted = &attributes->list[i];

		if (compare_one(wanted, fl_json_member(stored, wanted->name), secret, err) != 0)
			return -1;
	}
	return 0;
}

void fl_attributes_free(struct fl_attributes *attributes)
{
	for (size_t i = 0; i < attributes->count; i++) {
		fl_cleanup_free(&attributes->list[i].name);
		fl_cleanup_free(&attributes->list[i].value);
	}
	fl_cleanup_free(&attributes->list);
	attributes->list = NULL;
	attributes->count = 0;
}
