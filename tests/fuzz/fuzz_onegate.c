/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: OneGate's answers. The first byte chooses the question, the second the status
 * or why there is none; the rest is the body. Only a 2xx is a success, each refusal has its words,
 * and the token is in none of them. GET confirms the attributes that were stored, whatever they
 * hold, and no others. And the rest may be the context that says where OneGate is.
 */
/* wrap: socket curl_multi_poll clock_gettime poll */
#include <arpa/inet.h>

#include "context/context.h"
#include "onegate/onegate.h"
#include "peer.h"

static char url[] = "http://192.0.2.1:5030/vm", host[] = "192.0.2.1", vmid[] = "42";
static char token[] = "TOPSECRET8f7a";

static const struct fl_onegate known = {
	.url = url, .host = host, .vmid = vmid, .token = token, .first_try = FL_SEC
};
static long status; /* 0 if there is no answer, or one that is no HTTP by itself */

/* An answer of the known OneGate may hold its token. The URL of another may hold any text. */
static void refused(const struct fl_error *err, const struct fl_onegate *onegate)
{
	peer_refused(err);
	FUZZ_HOLDS(onegate != &known || strstr(err->message, token) == NULL);
}

static int put(const struct fl_onegate *onegate, const struct fl_attributes *attributes)
{
	fl_auto_http struct fl_http *http = peer_http();
	struct fl_error err = FL_ERROR_INIT;
	int result = fl_onegate_publish(onegate, http, attributes, fl_deadline(5), &err);

	FUZZ_HOLDS(status == 0 || (result == 0) == (status >= 200 && status < 300));
	if (result != 0)
		refused(&err, onegate);
	return result;
}

static int get(const struct fl_attributes *attributes)
{
	fl_auto_http struct fl_http *http = peer_http();
	struct fl_error err = FL_ERROR_INIT;
	int result = fl_onegate_verify(&known, http, attributes, fl_deadline(5), &err);

	FUZZ_HOLDS(result != 0 || status == 0 || (status >= 200 && status < 300));
	if (result != 0)
		refused(&err, &known);
	return result;
}

/* The record of a VM whose user has set what the lines of BODY say. */
static void get_stored(char *body)
{
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;
	fl_auto_free char *template = NULL;
	fl_auto_free char *answer = NULL;
	fl_auto_free char *changed = NULL;
	struct fl_error err = FL_ERROR_INIT;

	for (char *save = NULL, *line = strtok_r(body, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		if (fl_attributes_parse(&attributes, line, &err) != 0)
			err.code = FL_EXIT_OK;
	}
	template = fl_attributes_json(&attributes);
	answer = fl_xasprintf("{\"VM\":{\"NAME\":\"x\",\"USER_TEMPLATE\":%s}}", template);
	status = 200;
	peer_answers(status, "\r\n", answer, strlen(answer));
	if (strlen(answer) < 64 * FL_KIB)
		FUZZ_HOLDS(get(&attributes) == 0);
	if (attributes.count == 0)
		return;
	changed = fl_xasprintf("%s.", attributes.list[0].value);
	free(attributes.list[0].value);
	attributes.list[0].value = fl_steal(&changed);
	FUZZ_HOLDS(get(&attributes) != 0);
}

/*
 * COMMAND does not depend on the token. To search the token in it says less: the URL may hold the
 * same text.
 */
static void holds_no_token(const char *command, const struct fl_onegate *onegate,
			   const struct fl_attributes *attributes)
{
	static char no_word[] = "a token with blanks is in no context";
	struct fl_onegate other = *onegate;
	fl_auto_free char *same = NULL;
	struct fl_error err = FL_ERROR_INIT;

	other.token = no_word;
	same = fl_onegate_curl(&other, attributes, 20, &err);
	FUZZ_HOLDS(same != NULL && strcmp(same, command) == 0);
}

/* A OneGate that a context names: what is accepted of it is fit for libcurl and for a shell. */
static void put_by_context(const char *text, const struct fl_attributes *attributes)
{
	fl_auto_onegate struct fl_onegate onegate = FL_ONEGATE_INIT;
	fl_auto_context struct fl_context *context = NULL;
	fl_auto_free char *command = NULL;
	struct fl_error err = FL_ERROR_INIT;
	struct in_addr four;

	FUZZ_HOLDS(fl_context_parse("fuzz", text, strlen(text), &context, &err) == 0);
	if (fl_onegate_init(&onegate, context, "/dev/null", 20, &err) != 0) {
		fuzz_refused(&err, FL_EXIT_CONFIG);
		return;
	}
	if (onegate.url == NULL)
		return;
	FUZZ_HOLDS(fuzz_is_shown(onegate.host, false) && onegate.host[0] != '\0');
	command = fl_onegate_curl(&onegate, attributes, 20, &err);
	if (command == NULL)
		fuzz_refused(&err, FL_EXIT_UNAVAILABLE);
	else
		fuzz_is_command(command, "FL_READY=YES\n", onegate.url);
	if (command != NULL && onegate.token != NULL)
		holds_no_token(command, &onegate, attributes);
	/* No name is looked up here, and no TLS is spoken. */
	if (inet_pton(AF_INET, onegate.host, &four) != 1 || strncmp(onegate.url, "http:", 5) != 0)
		return;
	status = onegate.token != NULL ? 204 : 404;
	peer_answers(status, "\r\n", "", 0);
	put(&onegate, attributes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const long statuses[] = { 200, 204, 307, 400, 401, 403, 404, 405,
					 407, 413, 429, 500, 501, 502, 599 };
	struct fuzz_input in = { data, size };
	fl_auto_attributes struct fl_attributes ready = FL_ATTRIBUTES_INIT;
	struct fl_error err = FL_ERROR_INIT;
	size_t question = fuzz_choice(&in, 4), answer = fuzz_choice(&in, 32), length = in.size;
	fl_auto_free char *body = fuzz_take(&in, length);

	FUZZ_HOLDS(fl_attributes_add(&ready, "FL_READY", "YES", &err) == 0);
	status = peer_chooses(statuses, FL_ARRAY_SIZE(statuses), answer, "\r\n", body, length);
	if (question == 0)
		(void)!put(&known, &ready);
	else if (question == 1)
		(void)!get(&ready);
	else if (question == 2)
		get_stored(body);
	else
		put_by_context(body, &ready);
	return 0;
}
