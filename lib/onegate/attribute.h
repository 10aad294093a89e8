/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes of the VM's user template, and the body of the request that sets them.
 *
 * OneGate rewrites the body of PUT /vm before it hands it to oned (escape_attr in
 * src/onegate/onegate-server.rb) and oned reads it by a grammar of its own
 * (src/parsers/template_parser.l) or, where it starts with '<', as XML (src/template/Template.cc).
 * Checked against the sources of OpenNebula 6.10, 7.0, 7.2 and 7.4. What neither form carries
 * unharmed is refused here, before anything is sent.
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
 * Adds an attribute. 0, or -1 with 64: a name that OneGate would store in another spelling (it
 * turns lower case into upper case) or not at all, one that is there already; a value with a
 * control character or a line break, that is no UTF-8, or that holds "]]>", which would break the
 * VM's own record, as oned writes values between "<![CDATA[" and "]]>" (include/NebulaUtil.h).
 */
int fl_attributes_add(struct fl_attributes *attributes, const char *name, const char *value,
		      struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

/* The same for a word "NAME=VALUE"; the first '=' parts it. */
int fl_attributes_parse(struct fl_attributes *attributes, const char *word, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/* The value of NAME, borrowed, or NULL. */
const char *fl_attributes_get(const struct fl_attributes *attributes, const char *name)
	FL_NONNULL(1, 2);

/*
 * Adds the request's body to BODY: one NAME=value a line with a final line feed, or, where a value
 * holds what OneGate damages in that form (, [ ] \ " or a character beyond ASCII), one XML document
 * with numeric character references. *TYPE is its Content-Type, a constant. 0, or -1 with 64: what
 * the XML form cannot carry, an empty value (oned drops it) or a name that OneGate guards in plain
 * text alone.
 */
int fl_attributes_encode(const struct fl_attributes *attributes, struct fl_buf *body,
			 const char **type, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

/* "NAME=value" lines, or one JSON object in a line; a fresh string that ends in a line feed. */
char *fl_attributes_text(const struct fl_attributes *attributes) FL_MUST_CHECK FL_NONNULL(1);
char *fl_attributes_json(const struct fl_attributes *attributes) FL_MUST_CHECK FL_NONNULL(1);

/*
 * Whether ANSWER, the JSON text of GET /vm, holds every attribute with its value in
 * VM.USER_TEMPLATE. 0, or -1 with 69 and the first one that differs; what is stored instead is not
 * shown if it holds SECRET.
 */
int fl_attributes_compare(const struct fl_attributes *attributes, const char *answer,
			  const char *secret, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

void fl_attributes_free(struct fl_attributes *attributes) FL_NONNULL(1);

#define fl_auto_attributes __attribute__((cleanup(fl_attributes_free)))

#endif
