/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: what peers answer. The first byte says which question was asked, the second the
 * status, the rest is the body: the Engine's objects, its errors, and the VM as OneGate tells it.
 * All ends in a value or in an error of status 69 with words.
 */
/* wrap: fl_http_start fl_http_run fl_http_response fl_http_end fl_http_finish */
#include "attribute.h"
#include "docker.h"
#include "engine.h"
#include "fuzz.h"
#include "http.h"
#include "refusal.h"

static struct fl_response answer;

struct fl_transfer *__wrap_fl_http_start(struct fl_http *http, const struct fl_request *request);
struct fl_transfer *__wrap_fl_http_start(struct fl_http *http, const struct fl_request *request)
{
	(void)http, (void)request;
	return (struct fl_transfer *)&answer;
}

bool __wrap_fl_http_run(struct fl_http *http, const struct fl_transfer *transfer, fl_time until);
bool __wrap_fl_http_run(struct fl_http *http, const struct fl_transfer *transfer, fl_time until)
{
	(void)http, (void)transfer, (void)until;
	return true;
}

void __wrap_fl_http_finish(struct fl_http *http, struct fl_transfer *one);
void __wrap_fl_http_finish(struct fl_http *http, struct fl_transfer *one)
{
	(void)http, (void)one;
}

const struct fl_response *__wrap_fl_http_response(const struct fl_transfer *transfer);
const struct fl_response *__wrap_fl_http_response(const struct fl_transfer *transfer)
{
	(void)transfer;
	return &answer;
}

void __wrap_fl_http_end(struct fl_transfer *transfer);
void __wrap_fl_http_end(struct fl_transfer *transfer)
{
	(void)transfer;
}

static void ask_engine(unsigned question)
{
	/* Nobody looks into http. */
	struct fl_docker docker = { .http = (struct fl_http *)&answer,
				    .socket = fl_xstrdup("/engine"),
				    .minor = 41 };
	struct fl_docker_container container = { .exists = false };
	struct fl_error err = FL_ERROR_INIT;
	fl_auto_free char *id = NULL;
	int result;

	switch (question) {
	case 0:
		result = fl_docker_inspect(&docker, "name", &container, FL_NEVER, &err);
		break;
	case 1:
		result = fl_docker_image_id(&docker, "name:tag", &id, FL_NEVER, &err) < 0 ? -1 : 0;
		break;
	default:
		result = fl_docker_start(&docker, "name", FL_NEVER, &err);
	}
	if (result != 0)
		fuzz_refused(&err, FL_EXIT_UNAVAILABLE);
	fl_docker_container_free(&container);
	free(docker.socket);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const long statuses[] = { 200, 204, 201, 304, 400, 403, 404, 409, 500, 503 };
	fl_auto_attributes struct fl_attributes attributes = FL_ATTRIBUTES_INIT;
	fl_auto_free char *text = NULL;
	struct fl_error err = FL_ERROR_INIT;

	if (size < 2)
		return 0;
	text = fuzz_text(data + 2, size - 2);
	answer = (struct fl_response){ .failure = FL_HTTP_OK,
				       .status = statuses[data[1] % FL_ARRAY_SIZE(statuses)] };
	fl_buf_puts(&answer.body, text);
	if (data[0] % 4 < 3) {
		ask_engine(data[0] % 4);
	} else {
		FUZZ_HOLDS(fl_attributes_add(&attributes, "FL_READY", "YES", &err) == 0);
		if (fl_attributes_compare(&attributes, text, &err) != 0)
			fuzz_refused(&err, FL_EXIT_UNAVAILABLE);
		FUZZ_HOLDS(fl_refusal_cause(answer.status, text) != NULL);
	}
	fl_buf_free(&answer.body);
	return 0;
}
