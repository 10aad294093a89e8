/* SPDX-License-Identifier: Apache-2.0 */
#include "config/param.h"

#include <string.h>

#include "base/mem.h"
#include "config/edits.h"
#include "build.h"

static const char *const strategies[] = { "FedAvg", "FedProx", "FedAdam", NULL };
static const char *const isolations[] = { "subprocess", "process", NULL };
static const char *const levels[] = { "DEBUG", "INFO", "WARNING", "ERROR", NULL };

/* Flower ignores these (flwr 1.25, flwr/common: no such name); an app may read them. */
#define APP_ONLY                                                                             \
	"not read by Flower itself: ServerApps inherit it in subprocess isolation, but the " \
	"app's own configuration and flwr run --run-config win"

/* Some programs would read a number with a leading zero as octal. */
#define COUNT_VALID "must be a whole number from 1 to 9223372036854775807, without leading zeros"

static const struct fl_param table[FL_PARAM_COUNT] = {
	[FL_PARAM_FLOWER_VERSION] = { .name = "FLOWER_VERSION",
				      .kind = FL_KIND_VERSION,
				      .fallback = FL_FLOWER_VERSION,
				      .valid = "must be a Docker tag: letters, digits, '_', '.' "
					       "and '-', at most 128",
				      .goes_to = "image tag",
				      .text = "Version of Flower: the tag of the SuperLink image" },
	[FL_PARAM_FLOWER_IMAGE] = { .name = "FLOWER_IMAGE",
				    .kind = FL_KIND_REPOSITORY,
				    .fallback = FL_FLOWER_IMAGE,
				    .valid = "must be a Docker repository in lower case, with an "
					     "optional registry "
					     "host:port in front and without a tag",
				    .goes_to = "image name",
				    .text = "SuperLink image without tag, for a private or "
					    "air-gapped registry" },
	[FL_PARAM_NUM_ROUNDS] = { .name = "FL_NUM_ROUNDS",
				  .kind = FL_KIND_INTEGER,
				  .fallback = "3",
				  .least = 1,
				  .most = INT64_MAX,
				  .env = "FL_NUM_ROUNDS",
				  .valid = COUNT_VALID,
				  .goes_to = "container environment",
				  .text = "Number of rounds; " APP_ONLY },
	[FL_PARAM_STRATEGY] = { .name = "FL_STRATEGY",
				.kind = FL_KIND_CHOICE,
				.fallback = "FedAvg",
				.choices = strategies,
				.env = "FL_STRATEGY",
				.valid = "must be one of FedAvg, FedProx, FedAdam",
				.goes_to = "container environment",
				.text = "Aggregation strategy; " APP_ONLY },
	[FL_PARAM_MIN_FIT_CLIENTS] = { .name = "FL_MIN_FIT_CLIENTS",
				       .kind = FL_KIND_INTEGER,
				       .fallback = "2",
				       .least = 1,
				       .most = INT64_MAX,
				       .env = "FL_MIN_FIT_CLIENTS",
				       .valid = COUNT_VALID,
				       .goes_to = "container environment",
				       .text = "Minimum clients for training; " APP_ONLY },
	[FL_PARAM_MIN_EVALUATE_CLIENTS] = { .name = "FL_MIN_EVALUATE_CLIENTS",
					    .kind = FL_KIND_INTEGER,
					    .fallback = "2",
					    .least = 1,
					    .most = INT64_MAX,
					    .env = "FL_MIN_EVALUATE_CLIENTS",
					    .valid = COUNT_VALID,
					    .goes_to = "container environment",
					    .text = "Minimum clients for evaluation; " APP_ONLY },
	[FL_PARAM_MIN_AVAILABLE_CLIENTS] = { .name = "FL_MIN_AVAILABLE_CLIENTS",
					     .kind = FL_KIND_INTEGER,
					     .fallback = "2",
					     .least = 1,
					     .most = INT64_MAX,
					     .env = "FL_MIN_AVAILABLE_CLIENTS",
					     .valid = COUNT_VALID,
					     .goes_to = "container environment",
					     .text = "Minimum connected clients before a "
						     "round; " APP_ONLY },
	[FL_PARAM_FLEET_API_ADDRESS] = { .name = "FL_FLEET_API_ADDRESS",
					 .kind = FL_KIND_ADDRESS,
					 .fallback = "0.0.0.0:9092",
					 .valid = "must be host:port, the host an address of this "
						  "VM, 0.0.0.0 or localhost, the "
						  "port 1 to 65535",
					 .goes_to = "--fleet-api-address, published port",
					 .text = "Where SuperNodes connect (Fleet API), "
						 "host:port" },
	[FL_PARAM_CONTROL_API_ADDRESS] = { .name = "FL_CONTROL_API_ADDRESS",
					   .kind = FL_KIND_ADDRESS,
					   .fallback = "0.0.0.0:9093",
					   .valid = "must be host:port, the host an address of "
						    "this VM, 0.0.0.0 or localhost, the "
						    "port 1 to 65535",
					   .goes_to = "--control-api-address, published port",
					   .text = "Where flwr run connects (Control API), "
						   "host:port; whoever reaches it runs "
						   "code, so 127.0.0.1:9093 is recommended" },
	[FL_PARAM_ISOLATION] = { .name = "FL_ISOLATION",
				 .kind = FL_KIND_CHOICE,
				 .fallback = "subprocess",
				 .choices = isolations,
				 .valid = "must be one of subprocess, process",
				 .goes_to = "--isolation",
				 .text = "Whether ServerApps run in the SuperLink's container "
					 "(subprocess) or elsewhere "
					 "(process)" },
	[FL_PARAM_DATABASE] = { .name = "FL_DATABASE",
				.kind = FL_KIND_DATABASE,
				.fallback = "state/state.db",
				.valid = "must be a file inside the state volume: state/... or "
					 "/app/state/... "
					 "without '..' and outside state/ffs, or all runs are lost "
					 "with the container",
				.goes_to = "--database",
				.text = "The run database, a path inside the state volume" },
	[FL_PARAM_LOG_LEVEL] = { .name = "FL_LOG_LEVEL",
				 .kind = FL_KIND_CHOICE,
				 .fallback = "INFO",
				 .choices = levels,
				 .env = "FLWR_LOG_LEVEL",
				 .valid = "must be one of DEBUG, INFO, WARNING, ERROR",
				 .goes_to = "FLWR_LOG_LEVEL in the container environment",
				 .text = "How much the SuperLink logs; DEBUG may show secrets" },
	[FL_PARAM_HEALTH_TIMEOUT] = { .name = "FL_HEALTH_TIMEOUT",
				      .kind = FL_KIND_INTEGER,
				      .fallback = "60",
				      .least = 1,
				      .most = 3600,
				      .valid = "must be whole seconds from 1 to 3600",
				      .goes_to = "step 10",
				      .text = "Seconds that the boot waits for the SuperLink" },
	[FL_PARAM_ETH0_IP] = { .name = "ETH0_IP",
			       .kind = FL_KIND_IPV4,
			       .valid = "must be an IPv4 address",
			       .goes_to = "FL_ENDPOINT",
			       .text = "Address at which SuperNodes reach this VM; default: from "
				       "the routing table" },
	[FL_PARAM_ETH0_MAC] = { .name = "ETH0_MAC",
				.kind = FL_KIND_MAC,
				.valid = "must be six pairs of hexadecimal digits separated by "
					 "colons",
				.goes_to = "FL_ENDPOINT",
				.text = "Link whose address is used if ETH0_IP cannot be used" },
	[FL_PARAM_ONEGATE_ENDPOINT] = { .name = "ONEGATE_ENDPOINT",
					.kind = FL_KIND_URL,
					.valid = "must be an http:// or https:// URL without user, "
						 "query or fragment",
					.goes_to = "step 11",
					.text = "URL of OneGate, given by OpenNebula" },
	[FL_PARAM_VMID] = { .name = "VMID",
			    .kind = FL_KIND_INTEGER,
			    .least = 0,
			    .most = INT32_MAX,
			    .valid = "must be a whole number",
			    .goes_to = "step 11",
			    .text = "Number of this VM, given by OpenNebula" },
	[FL_PARAM_TOKENTXT] = { .name = "TOKENTXT",
				.kind = FL_KIND_TEXT,
				.secret = true,
				.valid = "must be printable characters without blanks",
				.goes_to = "step 11",
				.text = "OneGate token of this VM, given by OpenNebula for "
					"TOKEN=YES" },
};

static const struct fl_placeholder placeholders[] = {
	{ "FL_TLS_ENABLED", 2 }, { "FL_SSL_CA_CERTFILE", 2 }, { "FL_SSL_CERTFILE", 2 },
	{ "FL_SSL_KEYFILE", 2 }, { "ML_FRAMEWORK", 3 },       { "FL_GPU_ENABLED", 6 },
};

const struct fl_param *fl_param(enum fl_param_id id)
{
	return &table[id];
}

enum fl_param_id fl_param_find(const char *name)
{
	unsigned id = 0;

	while (id < FL_PARAM_COUNT && strcmp(table[id].name, name) != 0)
		id++;
	return (enum fl_param_id)id;
}

const struct fl_placeholder *fl_placeholder_find(const char *name)
{
	for (size_t i = 0; i < FL_ARRAY_SIZE(placeholders); i++) {
		if (strcmp(placeholders[i].name, name) == 0)
			return &placeholders[i];
	}
	return NULL;
}

const char *fl_param_nearest(const char *name)
{
	const char *nearest = table[0].name;
	size_t fewest = fl_edits(name, nearest);

	for (size_t i = 1; i < FL_PARAM_CONFIG_COUNT + FL_ARRAY_SIZE(placeholders); i++) {
		const char *known = i < FL_PARAM_CONFIG_COUNT
					    ? table[i].name
					    : placeholders[i - FL_PARAM_CONFIG_COUNT].name;
		size_t distance = fl_edits(name, known);

		if (distance < fewest) {
			fewest = distance;
			nearest = known;
		}
	}
	return nearest;
}

const char *fl_origin_text(enum fl_origin origin)
{
	static const char *const names[] = { [FL_ORIGIN_DEFAULT] = "default",
					     [FL_ORIGIN_CONTEXT] = "context",
					     [FL_ORIGIN_ONEAPP] = "ONEAPP_ prefix" };

	return names[origin];
}

const char *fl_param_lookup(enum fl_param_id id, const struct fl_context *context,
			    enum fl_origin *origin)
{
	fl_auto_free char *prefixed = fl_xasprintf("ONEAPP_%s", fl_param(id)->name);
	const char *value = fl_context_get(context, fl_param(id)->name);
	enum fl_origin from = FL_ORIGIN_CONTEXT;

	if (value == NULL) {
		value = fl_context_get(context, prefixed);
		from = value != NULL ? FL_ORIGIN_ONEAPP : FL_ORIGIN_DEFAULT;
	}
	if (origin != NULL)
		*origin = from;
	return value;
}
