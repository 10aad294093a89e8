/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One message to OneGate: the four attributes of a SuperLink that is ready, FL_READY=NO, or any
 * pairs. Who sends one opens it, looks at the SuperLink, adds the attributes, tells OneGate, and
 * frees it. From opening to freeing nobody else tells OneGate anything (told.h), so what is said is
 * what was seen last.
 */
#ifndef FL_PUBLICATION_H
#define FL_PUBLICATION_H

#include "base/wait.h"
#include "config/paths.h"
#include "config/settings.h"
#include "onegate/told.h"

struct fl_publication {
	/* The caller fills these. */
	struct fl_attributes attributes; /* what is told */
	struct fl_settings settings;     /* of the SuperLink, if it is described */
	bool if_changed;                 /* send nothing if OneGate was told so already */
	bool verify;                     /* read the attributes back */
	/* The functions below fill these. */
	struct fl_context *context; /* owned, like the rest */
	struct fl_onegate onegate;
	struct fl_told told;
	bool to_send;
	fl_time deadline; /* for everything */
	char *version;    /* of the Flower that runs; NULL until it is known */
	char *endpoint;   /* HOST:PORT; NULL until it is known, or without an address */
	bool loopback;    /* no SuperNode outside this VM can reach the endpoint */
	bool sent;        /* OneGate has confirmed a request with the attributes */
};

#define FL_PUBLICATION_INIT          \
	{                            \
		.told = FL_TOLD_INIT \
	}

/*
 * Reads the context. With TO_SEND it also waits until nobody else tells this OneGate anything. Then
 * the TIMEOUT seconds begin. A context without a OneGate is no error yet. 0, or -1 with 78.
 */
int fl_publication_open(struct fl_publication *publication, const struct fl_paths *paths,
			bool to_send, int64_t timeout, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 5);

/* 0 if the context names a OneGate, else -1 with 1. */
int fl_publication_has_onegate(const struct fl_publication *publication,
			       const struct fl_paths *paths, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/* Whether the context asks for OpenNebula's own READY, as net-99-report-ready tests it. */
bool fl_publication_reports_ready(const struct fl_publication *publication) FL_NONNULL(1);

/*
 * Finds out version and endpoint of a SuperLink with the settings whose container was made from
 * IMAGE. If that is NULL, as the Engine did not answer, it is the version that OneGate was told
 * last, else the configured one. 0, or -1: 69 if no address can be chosen, 71, 78.
 */
int fl_publication_describe(struct fl_publication *publication, const char *image,
			    struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 3);

/*
 * The same, and adds FL_READY=YES, FL_ENDPOINT, FL_VERSION and FL_ROLE. If there is no OneGate to
 * send them to, a missing address is only a warning.
 */
int fl_publication_add_ready(struct fl_publication *publication, const char *image,
			     struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 3);

/*
 * Tells OneGate the attributes, as onegate.h says, and notes that. If `if_changed` and OneGate was
 * told all of them already, `sent` stays false. 0, or -1: 1 if there is no OneGate, else as in
 * onegate.h.
 */
int fl_publication_tell(struct fl_publication *publication, const struct fl_paths *paths,
			struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/*
 * Writes the report for people (superlink/report.h): what was published, or that FAILURE prevented
 * it (NULL if there was none). Writes nothing if the version is not known. 0, or -1 with 71.
 */
int fl_publication_report(const struct fl_publication *publication, const struct fl_paths *paths,
			  const struct fl_error *failure, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 4);

/* Frees all, and lets others tell OneGate. */
void fl_publication_free(struct fl_publication *publication) FL_NONNULL(1);

#define fl_auto_publication __attribute__((cleanup(fl_publication_free)))

#endif
