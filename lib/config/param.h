/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of parameters (spec section 4). Parsing, validation, --help, the man page,
 * --print=variables and the VM template's USER_INPUTS all use it, so that they cannot differ.
 */
#ifndef FL_PARAM_H
#define FL_PARAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "context/context.h"

/* First the configuration, which superlink.json holds; then what each boot reads again. */
enum fl_param_id {
	FL_PARAM_FLOWER_VERSION,
	FL_PARAM_FLOWER_IMAGE,
	FL_PARAM_NUM_ROUNDS,
	FL_PARAM_STRATEGY,
	FL_PARAM_MIN_FIT_CLIENTS,
	FL_PARAM_MIN_EVALUATE_CLIENTS,
	FL_PARAM_MIN_AVAILABLE_CLIENTS,
	FL_PARAM_FLEET_API_ADDRESS,
	FL_PARAM_CONTROL_API_ADDRESS,
	FL_PARAM_ISOLATION,
	FL_PARAM_DATABASE,
	FL_PARAM_LOG_LEVEL,
	FL_PARAM_HEALTH_TIMEOUT,
	FL_PARAM_ETH0_IP,
	FL_PARAM_ETH0_MAC,
	FL_PARAM_ONEGATE_ENDPOINT,
	FL_PARAM_VMID,
	FL_PARAM_TOKENTXT,
	FL_PARAM_COUNT,
};

#define FL_PARAM_CONFIG_COUNT FL_PARAM_ETH0_IP /* parameters below this one are configuration */

enum fl_param_kind {
	FL_KIND_VERSION,    /* Docker tag of a Flower version that is supported */
	FL_KIND_REPOSITORY, /* Docker repository without tag */
	FL_KIND_INTEGER,    /* least to most */
	FL_KIND_CHOICE,     /* exactly one of choices */
	FL_KIND_ADDRESS,    /* host:port, see lib/base/address.h */
	FL_KIND_DATABASE,   /* path inside the state volume */
	FL_KIND_IPV4,
	FL_KIND_MAC,
	FL_KIND_URL,  /* http or https */
	FL_KIND_TEXT, /* printable characters */
};

struct fl_param {
	const char *name;
	enum fl_param_kind kind;
	const char *fallback; /* the default, or NULL */
	int64_t least;        /* FL_KIND_INTEGER */
	int64_t most;
	const char *const *choices; /* FL_KIND_CHOICE, ended by NULL */
	const char *env;     /* name in the container's environment, NULL if it goes elsewhere */
	const char *valid;   /* the rule, for people: "must be ..." */
	const char *goes_to; /* where it is used, for people */
	const char *text;    /* description, one line, no '|' and no double quote */
	bool secret;
};

/* The table's entry of ID. */
const struct fl_param *fl_param(enum fl_param_id id);

/* The id of NAME without any prefix, or FL_PARAM_COUNT. */
enum fl_param_id fl_param_find(const char *name) FL_NONNULL(1);

/* A parameter of a later phase, of which only the name is known. */
struct fl_placeholder {
	const char *name;
	int phase;
};

/* The placeholder NAME, or NULL. */
const struct fl_placeholder *fl_placeholder_find(const char *name) FL_NONNULL(1);

/* The known name (parameter or placeholder) with the fewest edits from NAME; never NULL. */
const char *fl_param_nearest(const char *name) FL_NONNULL(1);

/* Where a value came from. */
enum fl_origin { FL_ORIGIN_DEFAULT, FL_ORIGIN_CONTEXT, FL_ORIGIN_ONEAPP };

/* "default", "context", "ONEAPP_ prefix". */
const char *fl_origin_text(enum fl_origin origin);

/*
 * The value of ID in CONTEXT, unchecked and borrowed: that of NAME, else that of ONEAPP_NAME (the
 * marketplace's convention). NULL if both are unset or empty. ORIGIN may be NULL.
 */
const char *fl_param_lookup(enum fl_param_id id, const struct fl_context *context,
			    enum fl_origin *origin) FL_NONNULL(2);

#endif
