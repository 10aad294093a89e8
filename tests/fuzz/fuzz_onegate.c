/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: OneGate's answers. The first byte chooses between PUT and GET, the second the
 * status or why there is none; the rest is the body. Only a 2xx is a success, each refusal has its
 * words, and the token is in none of them. GET confirms the attributes that were stored, whatever
 * they hold, and no others.
 */
/* wrap: fl_http_start fl_http_perform fl_http_run fl_http_finish fl_http_done fl_http_response */
/* wrap: fl_http_end */
#include "onegate/onegate.h"
#include "peer.h"

static char url[] = "http://192.0.2.1:5030/vm", host[] = "192.0.2.1", vmid[] = "42";
static char token[] = "TOPSECRET8f7a";

static const struct fl_onegate onegate = { .url = url, .host = host, .vmid = vmid, .token = token };

static void refused(const struct fl_error *err)
{
	fuzz_refused(err, peer.failure == FL_HTTP_TIMEOUT ? FL_EXIT_TIMEOUT : FL_EXIT_UNAVAILABLE);
	FUZZ_HOLDS(strstr(err->message, token) == NULL);
}

static bool succeeded(void)
{
	return peer.failure == FL_HTTP_OK && peer.status >= 200 && peer.status < 300;
}

/* The deadline has passed, so there is one try. */
static void put(const struct fl_attributes *attributes)
{
	struct fl_error err = FL_ERROR_INIT;
	int result = fl_onegate_publish(&onegate, (struct fl_http *)&peer, attributes, 0, &err);

	FUZZ_HOLDS((result == 0) == succeeded());
	if (result != 0)
		refused(&err);
}

static int get(const struct fl_attributes *attributes, const char *body)
{
	struct fl_error err = FL_ERROR_INIT;
	int result;

	peer.body = body;
	peer.length = strlen(body);
	result = fl_onegate_verify(&onegate, (struct fl_http *)&peer, attributes, 0, &err);
	FUZZ_HOLDS(result != 0 || succeeded());
	if (result != 0)
		refused(&err);
	return result;
}

/* The record of a VM whose user has set what the lines of BODY say. */
static void get_stored(const char *body)
{
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;
	fl_auto_free char *lines = fl_xstrdup(body);
	fl_auto_free char *template = NULL;
	fl_auto_free char *answer = NULL;
	fl_auto_free char *changed = NULL;
	struct fl_error err = FL_ERROR_INIT;

	for (char *save = NULL, *line = strtok_r(lines, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		if (fl_attributes_parse(&attributes, line, &err) != 0)
			err.code = FL_EXIT_OK;
	}
	template = fl_attributes_json(&attributes);
	answer = fl_xasprintf("{\"VM\":{\"NAME\":\"x\",\"USER_TEMPLATE\":%s}}", template);
	peer.failure = FL_HTTP_OK;
	peer.status = 200;
	if (strlen(answer) < 64 * FL_KIB)
		FUZZ_HOLDS(get(&attributes, answer) == 0);
	if (attributes.count == 0)
		return;
	changed = fl_xasprintf("%s.", attributes.list[0].value);
	free(attributes.list[0].value);
	attributes.list[0].value = fl_steal(&changed);
	FUZZ_HOLDS(get(&attributes, answer) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const long statuses[] = { 200, 204, 307, 400, 401, 403, 404, 405,
					 407, 413, 429, 500, 501, 502, 599 };
	struct fuzz_input in = { data, size };
	fl_auto_attributes struct fl_attributes ready = FL_ATTRIBUTES_INIT;
	fl_auto_free char *body = NULL;
	struct fl_error err = FL_ERROR_INIT;
	size_t question = fuzz_choice(&in, 3), answer = fuzz_choice(&in, 32);

	FUZZ_HOLDS(fl_attributes_add(&ready, "FL_READY", "YES", &err) == 0);
	peer.failure = answer < FL_ARRAY_SIZE(statuses)
			       ? FL_HTTP_OK
			       : (enum fl_http_failure)(1 + answer % FL_HTTP_OTHER);
	peer.status = answer < FL_ARRAY_SIZE(statuses) ? statuses[answer] : 0;
	peer.piece = 0;
	peer.length = in.size;
	peer.body = body = fuzz_take(&in, in.size);
	if (question == 0)
		put(&ready);
	else if (question == 1)
		get(&ready, body);
	else
		get_stored(body);
	return 0;
}
