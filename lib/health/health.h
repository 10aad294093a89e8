/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the SuperLink works (spec section 7): one look at all layers, in order. The first layer
 * that fails is reported. The layers behind it are not tried, because each needs the one before.
 *
 *   container  it runs                                    Engine API
 *   fleet      it answers SuperNodes                      a gRPC call on the Fleet port
 *   control    it answers `flwr run`                      the same on the Control port
 *   database   it can open and write the run database     the call that SuperExec makes, and the
 *                                                         free space, which no answer shows
 *   superexec  SuperExec lives and can carry out runs     its process, below the container's
 *
 * An Engine that is late or answers with an error says nothing about the container (trap 40). That
 * layer is then unknown, and the SuperLink works if all others hold. If one of them fails, the
 * unknown layer is reported first, because a dead Engine would explain the rest.
 *
 * An open port proves nothing: Docker's userland proxy accepts before the program inside listens
 * (trap 1), and a SuperLink that cannot write its state answers on every port while its SuperExec
 * dies (traps 18, 21). The Flower version that the container was made from decides which layers
 * apply and how they are asked (config/flower.h).
 */
#ifndef FL_HEALTH_H
#define FL_HEALTH_H

#include "config/settings.h"
#include "docker/docker.h"
#include "health/diagnosis.h"
#include "health/proc.h"

/*
 * The most that one look takes, in nanoseconds. The SuperLink waits 5 s for a database that another
 * process has locked, and then says so.
 */
#define FL_HEALTH_TRY (6 * FL_SEC)

enum fl_layer_id {
	FL_LAYER_CONTAINER,
	FL_LAYER_FLEET,
	FL_LAYER_CONTROL,
	FL_LAYER_DATABASE,
	FL_LAYER_SUPEREXEC,
	FL_LAYER_COUNT,
};

enum fl_layer_state {
	FL_LAYER_UNTRIED,
	FL_LAYER_HOLDS,
	FL_LAYER_FAILS,
	FL_LAYER_UNKNOWN, /* container only: the Engine did not answer */
};

struct fl_layer {
	bool applies; /* to this isolation */
	enum fl_layer_state state;
	char *detail; /* owned; NULL while untried */
	int64_t took; /* nanoseconds of the last look */
};

/* What was found. */
struct fl_health {
	struct fl_layer layers[FL_LAYER_COUNT];
	struct fl_docker_container container; /* of the last look that the Engine answered */
	bool inspected;                       /* the Engine answered when it was asked last */
	bool lost;        /* the Engine says that the container runs, but it has no process */
	bool closed_port; /* the layer fleet or control fails, as nobody listens on its port */
	bool refused; /* the database call got a gRPC status other than 0, or space is lacking */
	bool logged;  /* the database call left a line in the SuperLink's log */
	enum fl_cause cause;       /* why it was refused, if that is known */
	enum fl_process superexec; /* as seen last */
};

#define FL_HEALTH_INIT             \
	{                          \
		.inspected = false \
	}

/* What to look at, and with what; everything is borrowed. */
struct fl_health_check {
	struct fl_http *http;
	struct fl_docker *docker;
	const struct fl_settings *settings;
	const char *proc;      /* FL_PROC */
	const char *state_dir; /* on the host */
	int64_t connect_ms;    /* most milliseconds for one connect, 0 for no limit of its own */
	int64_t call;    /* most nanoseconds for a call on the Fleet or Control port, 0 likewise */
	bool by_systemd; /* systemd has the SuperLink's unit, and may start the container */
	struct fl_transfer *end; /* of fl_end_ask(): the container's end stops the look; or NULL */
};

/* The Flower version of the container's image, or the configured one if no container is known. */
const struct fl_flower *fl_health_flower(const struct fl_health *health,
					 const struct fl_health_check *check) FL_NONNULL(1, 2);

/* The layer's name as above. */
const char *fl_layer_name(enum fl_layer_id id);

/*
 * Looks at the container alone: asks the Engine, for 2 s and half of the time until DEADLINE at
 * most, and decides by the image which layers apply. Clears the other layers unless the run of the
 * last look goes on, or may go on. Returns whether to ask them: the container runs, or the Engine
 * did not answer.
 */
bool fl_health_container(struct fl_health *health, const struct fl_health_check *check,
			 fl_time deadline) FL_MUST_CHECK FL_NONNULL(1, 2);

/* Notes that the container has ended (docker/end.h), without asking the Engine. */
void fl_health_container_ended(struct fl_health *health, const struct fl_health_check *check,
			       int64_t exit_code) FL_NONNULL(1, 2);

/* Sets the state of layer ID and its detail. */
void fl_health_set(struct fl_health *health, enum fl_layer_id id, enum fl_layer_state state,
		   const char *format, ...) FL_PRINTF(4, 5) FL_NONNULL(1, 4);

/* Makes layer FIRST and all behind it untried again. */
void fl_health_clear(struct fl_health *health, int first) FL_NONNULL(1);

/*
 * The layer to report: the first that fails, or FL_LAYER_CONTAINER if that one is unknown and
 * another fails. FL_LAYER_COUNT if none fails.
 */
enum fl_layer_id fl_health_failure(const struct fl_health *health) FL_NONNULL(1);

void fl_health_free(struct fl_health *health) FL_NONNULL(1);

#define fl_auto_health __attribute__((cleanup(fl_health_free)))

#endif
