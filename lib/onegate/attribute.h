/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes of the VM's user template, and the body of the request that sets them.
 *
 * OneGate rewrites the body of PUT /vm before it gives it to oned (escape_attr in
 * src/onegate/onegate-server.rb). oned parses it with its own grammar
 * (src/parsers/template_parser.l), or as XML if it starts with '<' (src/template/Template.cc).
 * Checked against the sources of OpenNebula 6.10, 7.0, 7.2 and 7.4. If a value would be damaged in
 * both forms, this module refuses it before anything is sent.
 */
#ifndef FL_ATTRIBUTE_H
#define FL_ATTRIBUTE_H

#include "base/buf.h"
#include "base/error.h"

struct fl_attribute {
	char *name;  /* [A-Z_][A-Z0-9_]*, owned */
	char *value; /* UTF-8 without control characters, owned */
};

struct fl_attributes {
	struct fl_attribute *list; /* owned, in the order they were added */
	size_t count;
};

#define FL_ATTRIBUTES_INIT               \
	{                                \
		.list = NULL, .count = 0 \
	}

/*
 * Adds an attribute. 0, or -1 with 64 if
 *  - the name is there already, or OneGate would not store it as it is (it turns lower case into
 *    upper case);
 *  - the value is no UTF-8, or has a control character or a line break;
 *  - the value holds "]]>", which would break the VM's record: oned writes values between
 *    "<![CDATA[" and "]]>" (include/NebulaUtil.h).
 */
int fl_attributes_add(struct fl_attributes *attributes, const char *name, const char *value,
		      struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

/* The same for a word "NAME=VALUE", split at the first '='. */
int fl_attributes_parse(struct fl_attributes *attributes, const char *word, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/* The value of NAME, borrowed, or NULL. */
const char *fl_attributes_get(const struct fl_attributes *attributes, const char *name)
	FL_NONNULL(1, 2);

/*
 * Adds the request's body to BODY: NAME=value lines. If a value has a character that OneGate
 * damages in that form (, [ ] \ " or one beyond ASCII), the body is an XML document with numeric
 * character references instead. *TYPE is its Content-Type, a constant. 0, or -1 with 64: XML cannot
 * carry an empty value (oned drops it), nor a name that OneGate restricts in plain text only.
 */
int fl_attributes_encode(const struct fl_attributes *attributes, struct fl_buf *body,
			 const char **type, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

/* "NAME=value" lines, or one JSON object in a line; a fresh string that ends in a line feed. */
char *fl_attributes_text(const struct fl_attributes *attributes) FL_MUST_CHECK FL_NONNULL(1);
char *fl_attributes_json(const struct fl_attributes *attributes) FL_MUST_CHECK FL_NONNULL(1);

/*
 * Checks that ANSWER, the JSON text of GET /vm, has every attribute with its value in
 * VM.USER_TEMPLATE. 0, or -1 with 69 and the first one that differs. The message shows what is
 * stored instead, unless that holds SECRET.
 */
int fl_attributes_compare(const struct fl_attributes *attributes, const char *answer,
			  const char *secret, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

void fl_attributes_free(struct fl_attributes *attributes) FL_NONNULL(1);

#define fl_auto_attributes __attribute__((cleanup(fl_attributes_free)))

#endif
