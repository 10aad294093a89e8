/* SPDX-License-Identifier: Apache-2.0 */
#include "config/paramcheck.h"

#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/number.h"
#include "config/flower.h"
#include "config/valid.h"

static bool is_choice(const struct fl_param *param, const char *value)
{
	for (const char *const *choice = param->choices; *choice != NULL; choice++) {
		if (strcmp(*choice, value) == 0)
			return true;
	}
	return false;
}

/* Docker publishes a port on an address. Of all names only localhost always means the same one. */
static bool is_publish_address(const char *value)
{
	struct fl_address address;

	return fl_address_parse(value, &address) &&
	       (fl_address_is_ip(&address) || strcmp(address.host, "localhost") == 0);
}

static bool is_valid(const struct fl_param *param, const char *value)
{
	int64_t number;

	switch (param->kind) {
	case FL_KIND_VERSION:
		return fl_valid_tag(value);
	case FL_KIND_REPOSITORY:
		return fl_valid_repository(value);
	case FL_KIND_INTEGER:
		return fl_number(value, param->least, param->most, &number);
	case FL_KIND_CHOICE:
		return is_choice(param, value);
	case FL_KIND_ADDRESS:
		return is_publish_address(value);
	case FL_KIND_DATABASE:
		return fl_valid_database(value);
	case FL_KIND_IPV4:
		return fl_valid_ipv4(value);
	case FL_KIND_MAC:
		return fl_valid_mac(value);
	case FL_KIND_URL:
		return fl_valid_url(value);
	case FL_KIND_TEXT:
		return fl_valid_word(value);
	}
	return false;
}

/* Adds "write it as FedAvg" if only the case differs. */
static void hint_choice(const struct fl_param *param, const char *value, struct fl_error *err)
{
	for (const char *const *choice = param->choices; *choice != NULL; choice++) {
		if (strcasecmp(*choice, value) == 0)
			fl_error_hint(err, "write it as %s", *choice);
	}
}

int fl_param_check(enum fl_param_id id, const char *value, struct fl_error *err)
{
	const struct fl_param *param = fl_param(id);
	fl_auto_free char *shown = fl_quoted(value);
	struct fl_version version;

	if (!is_valid(param, value)) {
		if (param->secret)
			return fl_error_set(err, FL_EXIT_CONFIG, 0, "%s: the value (not shown) %s",
					    param->name, param->valid);
		fl_error_set(err, FL_EXIT_CONFIG, 0, "%s: '%s' %s", param->name, shown,
			     param->valid);
		if (param->kind == FL_KIND_CHOICE)
			hint_choice(param, value, err);
		return -1;
	}
	if (param->kind == FL_KIND_VERSION && fl_version_parse(value, &version) &&
	    fl_version_too_old(&version))
		return fl_error_set(
			err, FL_EXIT_CONFIG, 0,
			"%s: '%s' is too old; the oldest version that works here is 1.%d.0",
			param->name, value, FL_FLOWER_OLDEST_MINOR);
	return 0;
}

int fl_param_read(enum fl_param_id id, const struct fl_context *context, const char **value,
		  struct fl_error *err)
{
	*value = fl_param_lookup(id, context, NULL);
	return *value == NULL ? 0 : fl_param_check(id, *value, err);
}
