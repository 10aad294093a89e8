/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/end.h"

#include "base/json.h"
#include "base/mem.h"
#include "docker/engine.h"

struct fl_transfer *fl_end_ask(struct fl_docker *docker, const char *name)
{
	/* The Engine answers this even if a restart policy is about to start it again. */
	fl_auto_free char *path = fl_engine_container(name, "/wait?condition=not-running");
	const struct fl_engine_call call = { .method = "POST", .path = path, .deadline = FL_NEVER };

	return fl_engine_send(docker, &call);
}

int64_t fl_end_code(const struct fl_transfer *end)
{
	const struct fl_response *response;
	fl_auto_json cJSON *json = NULL;
	int64_t code;

	if (end == NULL || !fl_http_done(end))
		return -1;
	response = fl_http_response(end);
	if (response->failure != FL_HTTP_OK || response->status != 200)
		return -1;
	/* {"StatusCode":137}; -1 is an error of the Engine. */
	json = fl_json_parse(fl_buf_text(&response->body));
	if (!cJSON_IsNumber(fl_json_member(json, "StatusCode")))
		return -1;
	code = fl_json_integer(json, "StatusCode");
	return code >= 0 && code <= 255 ? code : -1;
}

int64_t fl_end_await(struct fl_docker *docker, struct fl_transfer *end, fl_time until)
{
	int64_t code;

	if (end != NULL)
		fl_http_run(docker->http, end, until);
	code = fl_end_code(end);
	if (code < 0)
		fl_pause(until - fl_now(), until); /* END was NULL or had failed */
	return code;
}
