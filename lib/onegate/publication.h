/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fl-onegate-publish publishes: the pairs of its command line, or the four attributes of a
 * SuperLink that is ready (step 11). It gathers them, sends them and writes the report about it.
 */
#ifndef FL_PUBLICATION_H
#define FL_PUBLICATION_H

#include "base/wait.h"
#include "config/paths.h"
#include "config/settings.h"
#include "onegate/onegate.h"

/* Before fl_publication_prepare() all is zero, except the attributes of the command line. */
struct fl_publication {
	struct fl_attributes attributes; /* of the command line, else the SuperLink's */
	struct fl_context *context;      /* owned, like the rest but the image */
	struct fl_onegate onegate;
	struct fl_settings settings; /* of the SuperLink, like the next two */
	const char *image;           /* of the container, borrowed, NULL: not known */
	char *version;               /* of the Flower that runs; NULL until it is known */
	char *endpoint;              /* HOST:PORT; NULL until it is known, or without an address */
	fl_time deadline;            /* for everything */
};

/*
 * Reads the context and, if there are no attributes yet, adds FL_READY, FL_ENDPOINT, FL_VERSION and
 * FL_ROLE. TIMEOUT: seconds for this and for sending. With TO_SEND the context must name a OneGate;
 * if it names none, a missing address is only a warning. 0, or -1: 1 if there is no OneGate, 69 if
 * no address can be chosen, 71, 78 for a bad context or configuration.
 */
int fl_publication_prepare(struct fl_publication *publication, const struct fl_paths *paths,
			   bool to_send, int64_t timeout, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 5);

/* Sends the attributes and, with VERIFY, reads them back. 0, or -1 as onegate.h says. */
int fl_publication_send(const struct fl_publication *publication, bool verify, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

/*
 * Writes the report for people (superlink/report.h): what was published, or that FAILURE prevented
 * it (NULL if there was none). Writes nothing if the version is not known. 0, or -1 with 71.
 */
int fl_publication_report(const struct fl_publication *publication, const struct fl_paths *paths,
			  const struct fl_error *failure, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 4);

void fl_publication_free(struct fl_publication *publication) FL_NONNULL(1);

#endif
