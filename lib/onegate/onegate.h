/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OneGate, OpenNebula's door for a VM to its own record: PUT /vm and GET /vm
 * (src/onegate/onegate-server.rb of OpenNebula 6.10 to 7.4).
 *
 * The token is sent to the endpoint in a header and goes nowhere else: not into messages, argument
 * lists or files. Requests that failed for a passing reason are made again until the deadline.
 */
#ifndef FL_ONEGATE_H
#define FL_ONEGATE_H

#include "context/context.h"
#include "net/http.h"
#include "onegate/attribute.h"

struct fl_onegate {
	char *url;  /* of the VM's record: the endpoint and "/vm"; NULL if the context names none */
	char *host; /* in it, an IPv6 address without brackets; NULL together with url */
	char *vmid; /* decimal; NULL only if there is no token either */
	char *token;       /* secret; NULL if there is none */
	int64_t first_try; /* nanoseconds for the first try; each next one gets twice as many */
};

#define FL_ONEGATE_INIT                                                \
	{                                                              \
		.url = NULL, .host = NULL, .vmid = NULL, .token = NULL \
	}

/*
 * Reads ONEGATE_ENDPOINT, VMID and the token (TOKENTXT, else the file token.txt beside
 * CONTEXT_PATH without its final line end) and sets the patience for TOTAL seconds. No endpoint
 * and no token are no errors here. 0, or -1 with 78: a bad value, or no VMID to go with a token.
 */
int fl_onegate_init(struct fl_onegate *onegate, const struct fl_context *context,
		    const char *context_path, int64_t total, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

/*
 * Sets all ATTRIBUTES in one PUT. No connection, a time-out, 5xx and 429 are tried again until
 * DEADLINE, with growing pauses. 0, or -1: 64 from the encoding, 69 for no token or a refusal (with
 * its likely cause), 75 where the last try timed out.
 */
int fl_onegate_publish(const struct fl_onegate *onegate, struct fl_http *http,
		       const struct fl_attributes *attributes, fl_time deadline,
		       struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

/* Reads the record back (GET, tried again like the PUT) and compares. 0, or -1 with 69 or 75. */
int fl_onegate_verify(const struct fl_onegate *onegate, struct fl_http *http,
		      const struct fl_attributes *attributes, fl_time deadline,
		      struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

/*
 * The curl command that makes the same request, over several lines, to be pasted into a shell that
 * has the token in $TOKENTXT; a fresh string. NULL with 64 from the encoding, or 69 if there is
 * neither token nor VMID.
 */
char *fl_onegate_curl(const struct fl_onegate *onegate, const struct fl_attributes *attributes,
		      int64_t total, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 4);

void fl_onegate_free(struct fl_onegate *onegate) FL_NONNULL(1);

#define fl_auto_onegate __attribute__((cleanup(fl_onegate_free)))

#endif
