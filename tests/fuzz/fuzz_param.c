/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the validators. The first byte names the parameter, the rest is its value. What
 * is accepted is of the form that its specification gives as a regular expression, to the letter
 * where that says all; and it goes into files of one line each, so it holds no control character.
 */
#include <regex.h>

#include "base/address.h"
#include "fuzz.h"
#include "config/paramcheck.h"

#define LABEL "([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])"
#define HOST  LABEL "(\\." LABEL ")*"
#define PORT  "[1-9][0-9]{0,4}"
#define RUN   "[a-z0-9]+"
/* distribution/reference v0.6, regexp.go: domain, path-component */
#define COMPONENT RUN "((\\.|__?|-+)" RUN ")*"
#define REGISTRY  "(" HOST "|\\[[0-9A-Fa-f:.]+\\])(:" PORT ")?"

static const struct form {
	const char *expression;
	bool whole; /* what matches is accepted */
} forms[] = {
	[FL_KIND_VERSION] = { "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", false },
	[FL_KIND_REPOSITORY] = { "(" REGISTRY "/)?" COMPONENT "(/" COMPONENT ")*", false },
	[FL_KIND_INTEGER] = { "0|[1-9][0-9]{0,18}", false },
	[FL_KIND_CHOICE] = { "[A-Za-z]+", false },
	[FL_KIND_ADDRESS] = { "(localhost|[0-9.]+|\\[[0-9A-Fa-f:.]+\\]):" PORT, false },
	[FL_KIND_DATABASE] = { "(/app/)?state/[ -~]+", false },
	[FL_KIND_IPV4] = { "([0-9]{1,3}\\.){3}[0-9]{1,3}", false },
	[FL_KIND_MAC] = { "([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}", true },
	[FL_KIND_URL] = { "https?://(\\[[0-9A-Fa-f:.]+(%25[A-Za-z0-9._~-]+)?\\]|[^][/:@?#]+)(:" PORT
			  ")?(/[^@?#]*)?",
			  false },
	[FL_KIND_TEXT] = { "[!-~]+", true },
};

static bool matches(const struct form *form, const char *value)
{
	static regex_t compiled[FL_ARRAY_SIZE(forms)];
	static bool known[FL_ARRAY_SIZE(forms)];
	size_t i = (size_t)(form - forms);

	if (!known[i]) {
		fl_auto_free char *anchored = fl_xasprintf("^(%s)$", form->expression);

		FUZZ_HOLDS(regcomp(&compiled[i], anchored, REG_EXTENDED | REG_NOSUB) == 0);
		known[i] = true;
	}
	return regexec(&compiled[i], value, 0, NULL, 0) == 0;
}

/* What later steps make of an accepted value. */
static void is_usable(const struct fl_param *param, const char *value)
{
	fl_auto_free char *again = NULL;
	struct fl_address address;
	bool listed = false;
	long long number;
	char *end;

	FUZZ_HOLDS(value[0] != '\0' && fuzz_is_shown(value, false));
	switch (param->kind) {
	case FL_KIND_INTEGER:
		number = strtoll(value, &end, 10);
		again = fl_xasprintf("%lld", number);
		FUZZ_HOLDS(strcmp(again, value) == 0);
		FUZZ_HOLDS(number >= param->least && number <= param->most);
		break;
	case FL_KIND_CHOICE:
		for (const char *const *choice = param->choices; *choice != NULL; choice++)
			listed = listed || strcmp(*choice, value) == 0;
		FUZZ_HOLDS(listed);
		break;
	case FL_KIND_ADDRESS:
		FUZZ_HOLDS(fl_address_parse(value, &address));
		break;
	case FL_KIND_DATABASE:
		/* Each way out of the volume has one of these. */
		again = fl_xasprintf("%s/", value);
		FUZZ_HOLDS(strstr(again, "/../") == NULL && strstr(again, "/./") == NULL);
		FUZZ_HOLDS(strstr(again, "//") == NULL);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	enum fl_param_id id = (enum fl_param_id)fuzz_choice(&in, FL_PARAM_COUNT);
	const struct fl_param *param = fl_param(id);
	const struct form *form = &forms[param->kind];
	fl_auto_free char *value = fuzz_take(&in, in.size);
	struct fl_error err = FL_ERROR_INIT;

	if (fl_param_check(id, value, &err) == 0) {
		FUZZ_HOLDS(matches(form, value));
		is_usable(param, value);
		return 0;
	}
	fuzz_refused(&err, FL_EXIT_CONFIG);
	FUZZ_HOLDS(!form->whole || !matches(form, value));
	if (param->secret) {
		struct fl_error other = FL_ERROR_INIT;

		/* Of a secret the message tells nothing: it is the same for another one. */
		FUZZ_HOLDS(fl_param_check(id, " ", &other) != 0);
		FUZZ_HOLDS(strcmp(err.message, other.message) == 0);
	}
	return 0;
}
