/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OneGate, the service of OpenNebula through which a VM reads and changes its own record: GET /vm
 * and PUT /vm (src/onegate/onegate-server.rb of OpenNebula 6.10 to 7.4).
 *
 * The token goes to the endpoint in a header and nowhere else: not into messages, argument lists or
 * files.
 */
#ifndef FL_ONEGATE_H
#define FL_ONEGATE_H

#include "context/context.h"
#include "net/http.h"
#include "onegate/attribute.h"

struct fl_onegate {
	char *url;  /* of the VM's record: the endpoint and "/vm"; NULL if the context names none */
	char *host; /* in the URL, IPv6 without brackets; NULL together with url */
	char *vmid; /* decimal; NULL only if there is no token either */
	char *token;       /* secret; NULL if there is none */
	int64_t first_try; /* nanoseconds for the first try; each next one gets twice as many */
	bool (*again)(void *data); /* whether to try again after a failure; NULL: always */
	void *again_data;          /* borrowed */
};

#define FL_ONEGATE_INIT                                                \
	{                                                              \
		.url = NULL, .host = NULL, .vmid = NULL, .token = NULL \
	}

/*
 * Reads ONEGATE_ENDPOINT, VMID and the token (TOKENTXT, else the file token.txt beside CONTEXT_PATH
 * without its final line end). The first try gets a quarter of TOTAL seconds. A missing endpoint or
 * token is no error here. 0, or -1 with 78: a bad value, or a token without a VMID.
 */
int fl_onegate_init(struct fl_onegate *onegate, const struct fl_context *context,
		    const char *context_path, int64_t total, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

/*
 * Sets all ATTRIBUTES in one PUT, and tries again as exchange.h says. 0, or -1: 64 from
 * fl_attributes_encode(), 69 for no token or a refusal (with its likely cause), 75 if the last try
 * timed out. It warns if the answer's Date and this VM's clock differ by more than a minute.
 */
int fl_onegate_publish(const struct fl_onegate *onegate, struct fl_http *http,
		       const struct fl_attributes *attributes, fl_time deadline,
		       struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

/* Reads the record back with GET, in the same way, and compares. 0, or -1 with 69 or 75. */
int fl_onegate_verify(const struct fl_onegate *onegate, struct fl_http *http,
		      const struct fl_attributes *attributes, fl_time deadline,
		      struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

/*
 * The curl command that makes the same request, over several lines, for a shell that has the token
 * in $TOKENTXT; a fresh string. NULL with 64 from fl_attributes_encode(), or with 69 if there is
 * neither token nor VMID.
 */
char *fl_onegate_curl(const struct fl_onegate *onegate, const struct fl_attributes *attributes,
		      int64_t total, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 4);

void fl_onegate_free(struct fl_onegate *onegate) FL_NONNULL(1);

#define fl_auto_onegate __attribute__((cleanup(fl_onegate_free)))

#endif
