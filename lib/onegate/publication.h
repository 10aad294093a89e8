/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fl-onegate-publish publishes: pairs of the caller's own, or the four attributes of a
 * SuperLink that is ready (step 11).
 */
#ifndef FL_PUBLICATION_H
#define FL_PUBLICATION_H

#include "base/wait.h"
#include "config/paths.h"
#include "config/settings.h"
#include "onegate/onegate.h"

/* All zero before fl_publication_prepare(), but for attributes. */
struct fl_publication {
	struct fl_attributes attributes; /* the caller's own; none: the SuperLink's */
	struct fl_context *context;      /* owned, like all the rest */
	struct fl_onegate onegate;
	struct fl_settings settings; /* of the SuperLink, like the next two */
	char *version;               /* of the Flower that runs; NULL until it is known */
	char *endpoint;              /* HOST:PORT; NULL until it is known, or without an address */
	fl_time deadline;            /* for everything */
};

/*
 * Reads the context and, if there are no attributes yet, adds FL_READY, FL_ENDPOINT, FL_VERSION and
 * FL_ROLE. TIMEOUT: seconds for that and for sending them. TO_SEND: there must be a OneGate, and if
 * there is none, the address is told to nobody and may be missing. 0, or -1: 1 if the context names
 * no OneGate, 69 if no address can be chosen, 71, 78 for a bad context or configuration.
 */
int fl_publication_prepare(struct fl_publication *publication, const struct fl_paths *paths,
			   bool to_send, int64_t timeout, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 5);

/* Sends the attributes and, with VERIFY, reads them back. 0, or -1 as onegate.h says. */
int fl_publication_send(const struct fl_publication *publication, bool verify, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

/*
 * Writes the report for people (superlink/report.h): what was published, or that nothing was
 * because of FAILURE (NULL if there was none). Without a known version there is nothing to report.
 * 0, or -1 with 71.
 */
int fl_publication_report(const struct fl_publication *publication, const struct fl_paths *paths,
			  const struct fl_error *failure, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 4);

void fl_publication_free(struct fl_publication *publication) FL_NONNULL(1);

#endif
