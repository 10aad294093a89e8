/* SPDX-License-Identifier: Apache-2.0 */
#include "config/review.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"

/* Whether the context's value of ID was invalid, so that the settings hold the default. */
static bool was_invalid(const struct fl_settings *settings, const struct fl_context *context,
			enum fl_param_id id)
{
	return settings->of[id].origin == FL_ORIGIN_DEFAULT &&
	       fl_param_lookup(id, context, NULL) != NULL;
}

/* For a Flower that serves the Control API on the Fleet port, which SuperNodes must reach. */
static void warn_of_one_port(const struct fl_settings *settings, const struct fl_context *context,
			     struct fl_findings *findings)
{
	const char *version = fl_settings_get(settings, FL_PARAM_FLOWER_VERSION);

	if (was_invalid(settings, context, FL_PARAM_FLEET_API_ADDRESS))
		return;
	fl_findings_add(findings, FL_WARNING,
			"FL_FLEET_API_ADDRESS: Flower %s serves the Control API there as well, and "
			"whoever reaches %s runs code in the SuperLink; keep it in a network that "
			"you trust",
			version, fl_settings_get(settings, FL_PARAM_FLEET_API_ADDRESS));
	if (settings->of[FL_PARAM_CONTROL_API_ADDRESS].origin != FL_ORIGIN_DEFAULT)
		fl_findings_add(findings, FL_WARNING,
				"FL_CONTROL_API_ADDRESS: has no effect with Flower %s", version);
}

static void check_ports(const struct fl_settings *settings, const struct fl_context *context,
			struct fl_findings *findings)
{
	static const enum fl_param_id services[] = { FL_PARAM_FLEET_API_ADDRESS,
						     FL_PARAM_CONTROL_API_ADDRESS };
	struct fl_address fleet = fl_settings_address(settings, services[0]);
	struct fl_address control = fl_settings_address(settings, services[1]);
	const struct fl_flower *flower = fl_flower_for(fl_settings_get(settings,
								       FL_PARAM_FLOWER_VERSION),
						       NULL);

	for (size_t i = 0; i < FL_ARRAY_SIZE(services); i++) {
		if (fl_settings_address(settings, services[i]).port == FL_APPIO_PORT)
			fl_findings_add(findings, FL_ERR,
					"%s: port %d is the ServerAppIo API's; choose another one",
					fl_param(services[i])->name, FL_APPIO_PORT);
	}
	if (was_invalid(settings, context, services[1]))
		return;
	if (fleet.port == control.port && !was_invalid(settings, context, services[0]))
		fl_findings_add(
			findings, FL_ERR,
			"FL_FLEET_API_ADDRESS and FL_CONTROL_API_ADDRESS: both have port %u; "
			"give each service a port of its own",
			(unsigned)fleet.port);
	if (flower->arguments == FL_ARGUMENTS_ONE_PORT)
		warn_of_one_port(settings, context, findings);
	else if (fl_address_is_any(&control))
		fl_findings_add(
			findings, FL_WARNING,
			"FL_CONTROL_API_ADDRESS: %s lets whoever reaches port %u run code in "
			"the SuperLink; 127.0.0.1:%u is recommended",
			fl_settings_get(settings, FL_PARAM_CONTROL_API_ADDRESS),
			(unsigned)control.port, (unsigned)control.port);
}

static void check_clients(const struct fl_settings *settings, const struct fl_context *context,
			  struct fl_findings *findings)
{
	static const enum fl_param_id wanted[] = { FL_PARAM_MIN_FIT_CLIENTS,
						   FL_PARAM_MIN_EVALUATE_CLIENTS };
	int64_t available = fl_settings_integer(settings, FL_PARAM_MIN_AVAILABLE_CLIENTS);

	if (was_invalid(settings, context, FL_PARAM_MIN_AVAILABLE_CLIENTS))
		return;
	for (size_t i = 0; i < FL_ARRAY_SIZE(wanted); i++) {
		int64_t needed = fl_settings_integer(settings, wanted[i]);

		if (available < needed && !was_invalid(settings, context, wanted[i]))
			fl_findings_add(
				findings, FL_WARNING,
				"FL_MIN_AVAILABLE_CLIENTS: %lld is below %s of %lld; a round "
				"may start with too few clients",
				(long long)available, fl_param(wanted[i])->name, (long long)needed);
	}
}

static void check_version(const struct fl_settings *settings, struct fl_findings *findings)
{
	const char *tag = fl_settings_get(settings, FL_PARAM_FLOWER_VERSION);
	struct fl_version version;
	bool tested, newer = fl_version_parse(tag, &version);

	fl_flower_for(tag, &tested);
	if (!tested)
		fl_findings_add(findings, FL_WARNING,
				"FLOWER_VERSION: '%s' %s; it is untested and is started like %s",
				tag, newer ? "is newer than these tools know" : "names no version",
				newer ? "the newest version they know" : "1.25");
}

static bool is_one_of(const char *value, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (strcasecmp(value, *words) == 0)
			return true;
	}
	return false;
}

/*
 * Whether VALUE clearly declines TLS. Any other value is an error: a user who asks for encryption
 * must never get a server without it.
 */
static bool check_tls(const char *name, const char *value, struct fl_findings *findings)
{
	static const char *const yes[] = { "YES", "TRUE", "1", "ON", NULL };
	static const char *const no[] = { "NO", "FALSE", "0", "OFF", NULL };
	fl_auto_free char *shown = fl_quoted(value);

	if (is_one_of(value, no))
		return true;
	if (is_one_of(value, yes))
		fl_findings_add(findings, FL_ERR,
				"%s: '%s' asks for TLS, but there is none yet (phase 2); leave it "
				"unset to run without encryption, in a network that you trust",
				name, shown);
	else
		fl_findings_add(findings, FL_ERR, "%s: '%s' must be YES or NO", name, shown);
	return false;
}

static void check_name(const char *name, const char *value, const struct fl_context *context,
		       struct fl_findings *findings)
{
	const char *plain = strncmp(name, "ONEAPP_", 7) == 0 ? name + 7 : name;
	const struct fl_placeholder *placeholder = fl_placeholder_find(plain);
	fl_auto_free char *shown = fl_quoted(name);

	if (placeholder != NULL) {
		if (plain != name && fl_context_get(context, plain) != NULL)
			return; /* the plain name wins */
		if (strcmp(plain, "FL_TLS_ENABLED") != 0 || check_tls(name, value, findings))
			fl_findings_add(findings, FL_INFO,
					"%s: has no effect yet, it belongs to phase %d", name,
					placeholder->phase);
	} else if ((strncmp(plain, "FL_", 3) == 0 || strncmp(plain, "FLOWER_", 7) == 0) &&
		   fl_param_find(plain) == FL_PARAM_COUNT) {
		fl_findings_add(findings, FL_WARNING,
				"%s: unknown variable, not used; did you mean %s?", shown,
				fl_param_nearest(plain));
	}
}

void fl_review(const struct fl_settings *settings, const struct fl_context *context,
	       struct fl_findings *findings)
{
	check_ports(settings, context, findings);
	check_clients(settings, context, findings);
	check_version(settings, findings);
	for (size_t i = 0; i < fl_context_count(context); i++) {
		if (fl_context_value(context, i)[0] != '\0')
			check_name(fl_context_name(context, i), fl_context_value(context, i),
				   context, findings);
	}
}
