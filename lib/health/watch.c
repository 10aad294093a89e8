/* SPDX-License-Identifier: Apache-2.0 */
#include "health/watch.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "docker/end.h"
#include "docker/systemd.h"
#include "health/layers.h"
#include "superlink/container.h"
#include "superlink/unit.h"

/*
 * A pause is a hundredth of the time waited so far, within these bounds. So ready is seen 50 ms
 * late at most, half of that in the median; looks come each 10 ms in the first second only.
 */
#define PAUSE_SHARE 100
#define PAUSE_LEAST (10 * FL_MS)
#define PAUSE_MOST  (50 * FL_MS)

#define PAUSE_ABSENT (100 * FL_MS) /* no Engine, or no container that runs */
#define PAUSE_LOGGED FL_SEC        /* if each call leaves a line in the SuperLink's log */
/* Docker hears of an end within milliseconds, unless the shim that reports it died as well. */
#define LOST_FOR FL_SEC

#define QUIET_AT_FIRST (2 * FL_SEC) /* most starts are over by then */

#define UNIT_EACH    FL_SEC /* while the container does not run */
#define INSPECT_EACH FL_SEC /* in case the Engine does not report the container's end */

/* This machine answers a connect at once; the kernel repeats a lost SYN only after a second. */
#define CONNECT_MS 300

/*
 * The lost SYN may also be docker-proxy's: it accepts before the container's network is up, and
 * then holds the call for that second (measured: 1.03 s, then a reset). A call may take a quarter
 * of the time that the container has been seen running, so that a slow machine gets the time it
 * needs.
 */
#define CALL_SHARE 4
#define CALL_LEAST (250 * FL_MS)

struct watch {
	struct fl_health *health;
	struct fl_health_check check; /* `end` in it is owned */
	char *started_at;             /* owned; of the run that is watched, NULL before the first */
	fl_time inspect_at;           /* when to inspect the container again */
	fl_time unit_at;              /* when to ask systemd again */
	fl_time began;                /* when the wait began */
	fl_time seen;                 /* when the container was first seen running */
	fl_time lost; /* when its process was first missing, FL_NEVER if it is there */
	bool superexec_seen;
	bool ended; /* waiting longer cannot help */
};

static void cleanup_watch(struct watch *watch)
{
	fl_log_progress_end();
	fl_http_end(watch->check.end);
	free(watch->started_at);
}

/* Waits until UNTIL for the end of the run that is watched. Returns whether it has come. */
static bool await_end(struct watch *watch, fl_time until)
{
	int64_t exit_code = fl_end_await(watch->check.docker, watch->check.end, until);

	if (exit_code < 0)
		return false;
	/* No inspect: the Engine is busy with the container now and would answer late. */
	fl_health_container_ended(watch->health, &watch->check, exit_code);
	watch->ended = true;
	return true;
}

/* Ends the wait, because the run that was watched is over. Returns false for the caller. */
static bool end_wait(struct watch *watch, const char *what)
{
	fl_health_set(watch->health, FL_LAYER_CONTAINER, FL_LAYER_FAILS, "%s", what);
	watch->ended = true;
	return false;
}

/*
 * Ends the wait for a container that does not run, unless systemd will start it. Only its unit does
 * that: an Engine that will restart it says so (`restarting`).
 */
static void await_start(struct watch *watch, fl_time until)
{
	bool by_systemd = watch->check.by_systemd;
	fl_auto_free char *detail = NULL;

	if (fl_now() < watch->unit_at)
		return;
	watch->unit_at = fl_now() + UNIT_EACH;
	if (by_systemd && fl_systemd_active(FL_UNIT_NAME, until))
		return;
	detail = fl_xstrdup(watch->health->layers[FL_LAYER_CONTAINER].detail);
	fl_health_set(watch->health, FL_LAYER_CONTAINER, FL_LAYER_FAILS,
		      "%s, and nothing will start it; next: %s", detail,
		      by_systemd ? "systemctl start " FL_UNIT_NAME : "fl-bootstrap");
	watch->ended = true;
}

/* Asks the Engine. Returns whether to ask the layers: its run goes on, or may go on. */
static bool look_at_container(struct watch *watch, fl_time until)
{
	struct fl_health *health = watch->health;
	const struct fl_docker_container *container = &health->container;
	bool runs = fl_health_container(health, &watch->check, until);

	if (!health->inspected)
		return runs;
	if (watch->started_at != NULL && !container->exists)
		return end_wait(watch, "it was removed during the wait");
	watch->ended = container->restarting ||
		       (container->exists && strcmp(container->status, "dead") == 0) ||
		       (watch->started_at != NULL && !container->running);
	if (!watch->ended && !container->running)
		await_start(watch, until);
	if (watch->ended || !container->running)
		return false;
	if (watch->started_at == NULL) {
		watch->started_at = fl_xstrdup(container->started_at);
		watch->seen = fl_now();
		watch->check.end = fl_end_ask(watch->check.docker, FL_CONTAINER_NAME);
	} else if (strcmp(watch->started_at, container->started_at) != 0) {
		return end_wait(watch, "it was restarted during the wait");
	}
	return runs;
}

/* One look. It inspects the container only once a second, because the Engine reports the end. */
static bool look(struct watch *watch, fl_time until)
{
	struct fl_health *health = watch->health;
	bool holds;

	if (fl_now() >= watch->inspect_at) {
		if (!look_at_container(watch, until))
			return false;
		/* An Engine that is late gets half of the time, the layers the rest. */
		watch->inspect_at = fl_now() + (health->inspected
							? INSPECT_EACH
							: health->layers[FL_LAYER_CONTAINER].took);
	}
	watch->check.call = (fl_now() - watch->seen) / CALL_SHARE;
	if (watch->check.call < CALL_LEAST)
		watch->check.call = CALL_LEAST;
	holds = fl_layers_look(health, &watch->check, until);
	return !await_end(watch, 0) && holds;
}

/* Sets `ended` if waiting longer cannot help. */
static void judge(struct watch *watch)
{
	struct fl_health *health = watch->health;
	const struct fl_layer *database = &health->layers[FL_LAYER_DATABASE];
	struct fl_error ignored = FL_ERROR_INIT;
	fl_auto_free char *detail = NULL;

	if (watch->ended)
		return;
	watch->lost = health->lost ? fl_earlier(watch->lost, fl_now()) : FL_NEVER;
	if ((health->lost && fl_now() - watch->lost >= LOST_FOR) ||
	    (health->refused && fl_diagnosis_is_final(health->cause))) {
		watch->ended = true;
		return;
	}
	/* Trap 40: without the Engine's word, the container may just have been restarted. */
	if (!health->inspected)
		return;
	/* Any other failure of the database may pass, unless SuperExec has died of it. */
	if (database->state == FL_LAYER_FAILS && health->layers[FL_LAYER_SUPEREXEC].applies)
		fl_ignore(fl_layers_superexec(health, &watch->check, NULL, &ignored));
	if (health->superexec == FL_PROCESS_ALIVE)
		watch->superexec_seen = true;
	else if (health->superexec == FL_PROCESS_ZOMBIE || watch->superexec_seen)
		watch->ended = true;
	if (watch->ended && database->state == FL_LAYER_FAILS) {
		detail = fl_xstrdup(database->detail);
		fl_health_set(health, FL_LAYER_DATABASE, FL_LAYER_FAILS,
			      "%s, and flower-superexec has died", detail);
	}
}

static void pause_between(struct watch *watch, fl_time deadline)
{
	const struct fl_health *health = watch->health;
	int64_t pause = (fl_now() - watch->began) / PAUSE_SHARE;

	if (pause < PAUSE_LEAST)
		pause = PAUSE_LEAST;
	if (pause > PAUSE_MOST)
		pause = PAUSE_MOST;
	if (health->layers[FL_LAYER_CONTAINER].state != FL_LAYER_HOLDS)
		pause = PAUSE_ABSENT;
	else if (health->layers[FL_LAYER_DATABASE].state == FL_LAYER_FAILS && health->logged)
		pause = PAUSE_LOGGED;
	await_end(watch, fl_earlier(deadline, fl_now() + pause));
}

/*
 * Puts back what the look before the last one found: layer FAILURE failed with DETAIL. The deadline
 * cut the last look short, so it may have failed at any layer, only for lack of time.
 */
static void restore(struct fl_health *health, enum fl_layer_id failure, const char *detail)
{
	enum fl_layer_id cut = fl_health_failure(health);

	if (failure == FL_LAYER_COUNT || cut > failure ||
	    health->layers[failure].state == FL_LAYER_UNKNOWN)
		return;
	for (int id = (int)cut; id < (int)failure; id++)
		fl_health_set(health, (enum fl_layer_id)id, FL_LAYER_HOLDS,
			      "it held in the last full look");
	fl_health_set(health, failure, FL_LAYER_FAILS, "%s", detail);
}

/*
 * Whether the last look found a container that has run and ended. That does not end a wait, because
 * the unit may start it again. But if the time is up, the container is dead and not slow.
 */
static bool has_died(const struct fl_health *health)
{
	return health->inspected && health->container.exists &&
	       strcmp(health->container.status, "exited") == 0;
}

static void show_progress(const struct watch *watch, fl_time deadline)
{
	enum fl_layer_id failure = fl_health_failure(watch->health);
	int64_t waited = fl_now() - watch->began, whole = deadline - watch->began;

	if (failure != FL_LAYER_COUNT && waited >= QUIET_AT_FIRST)
		fl_log_progress("waiting for the SuperLink, %d of %d s: %s: %s",
				(int)(waited / FL_SEC), (int)((whole + FL_SEC / 2) / FL_SEC),
				fl_layer_name(failure), watch->health->layers[failure].detail);
}

enum fl_exit fl_watch(struct fl_health *health, const struct fl_health_check *check,
		      fl_time deadline)
{
	__attribute__((cleanup(cleanup_watch))) struct watch watch = {
		.health = health, .check = *check, .began = fl_now(), .lost = FL_NEVER
	};

	watch.seen = watch.began;
	watch.check.end = NULL;
	watch.check.connect_ms = CONNECT_MS;
	do {
		enum fl_layer_id failure = fl_health_failure(health);
		fl_auto_free char *detail = failure == FL_LAYER_COUNT
						    ? NULL
						    : fl_xstrdup(health->layers[failure].detail);
		fl_time start = fl_now();

		if (look(&watch, fl_earlier(start + FL_HEALTH_TRY, deadline)))
			return FL_EXIT_OK;
		judge(&watch);
		if (watch.ended)
			break;
		if (fl_now() >= deadline && deadline - start < FL_SEC)
			restore(health, failure, detail);
		show_progress(&watch, deadline);
		pause_between(&watch, deadline);
	} while (!watch.ended && fl_now() < deadline);
	return watch.ended || has_died(health) ? FL_EXIT_UNAVAILABLE : FL_EXIT_TIMEOUT;
}
