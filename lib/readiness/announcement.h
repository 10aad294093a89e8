/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells OneGate what is true of this SuperLink now (spec section 8): looks at it first, and
 * announces the ready one with its endpoint, and of any other only FL_READY=NO. If OneGate does not
 * take that at once, each further try begins with another look.
 */
#ifndef FL_ANNOUNCEMENT_H
#define FL_ANNOUNCEMENT_H

#include "health/health.h"
#include "onegate/publication.h"

struct fl_announcement {
	struct fl_publication publication; /* the caller sets if_changed and verify */
	bool also_ready;                   /* tell OpenNebula's own READY as well; likewise */
	struct fl_http *http;              /* owned, like the next two */
	struct fl_docker *docker;
	struct fl_health_check check;
	struct fl_health health;
	bool ready;          /* as seen last */
	struct fl_error why; /* why it is not, after fl_announcement_tell() */
};

#define FL_ANNOUNCEMENT_INIT                                                                  \
	{                                                                                     \
		.publication = FL_PUBLICATION_INIT, .health = FL_HEALTH_INIT, .ready = false, \
		.why = FL_ERROR_INIT                                                          \
	}

/*
 * Prepares a look at the SuperLink below PATHS through the Engine's SOCKET, and opens the
 * publication for TIMEOUT seconds. Without a superlink.json no SuperLink was ever started there:
 * `docker` stays NULL, and there is nothing to look at. 0, or -1 with 78: if superlink.json is
 * invalid (`docker` stays NULL), as what cannot be judged is not told; or for a bad context, with
 * which one can look but not tell.
 */
int fl_announcement_open(struct fl_announcement *announcement, const struct fl_paths *paths,
			 const char *socket, int64_t timeout, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

/* Looks, for half of the time that is left at most. Returns and sets `ready`. */
bool fl_announcement_look(struct fl_announcement *announcement) FL_NONNULL(1);

/*
 * Tells OneGate what was seen. If the SuperLink dies before OneGate has taken that, `ready` is
 * false in the end, and that is what OneGate is told. 0, or -1: 1 if there is no OneGate, else as
 * in publication.h.
 */
int fl_announcement_tell(struct fl_announcement *announcement, const struct fl_paths *paths,
			 struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/*
 * Both, as step 11 of the boot: logs how it ended, to the boot's log file as well, and writes the
 * report for people. Returns the exit status: 1 if the SuperLink is not ready or there is no
 * OneGate, else that of what failed.
 */
enum fl_exit fl_announcement_run(struct fl_announcement *announcement, const struct fl_paths *paths,
				 const char *socket, int64_t timeout)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

void fl_announcement_free(struct fl_announcement *announcement) FL_NONNULL(1);

#define fl_auto_announcement __attribute__((cleanup(fl_announcement_free)))

#endif
