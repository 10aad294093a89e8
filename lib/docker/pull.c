/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/pull.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "docker/engine.h"

#define LINE_LIMIT 65536 /* bytes of a line; Docker's have some hundred */
#define NAME_MOST  128   /* bytes of the name of a layer (Docker: 12) or a state (some twenty) */
#define STATE_MOST 2048  /* states that are kept: an image has at most 127 layers, each some ten */

/* One layer in one state, such as "Downloading", and how far it is in that state. */
struct state {
	char *layer;
	char *name;
	int64_t current; /* bytes; newer Engines count seconds while they extract */
	int64_t total;   /* 0 if unknown */
};

struct pull {
	struct fl_buf line; /* the beginning of a line whose end has not come yet */
	struct state *states;
	size_t count;
	fl_time moved; /* time of the last progress */
	char *refused; /* errorDetail's message */
	char *shown;   /* the last text for people */
	fl_docker_progress *progress;
	void *data;
};

static void pull_free(struct pull *pull)
{
	fl_buf_free(&pull->line);
	for (size_t i = 0; i < pull->count; i++) {
		free(pull->states[i].layer);
		free(pull->states[i].name);
	}
	free(pull->states);
	free(pull->refused);
	free(pull->shown);
}

/* A number of bytes, 0 if it is missing or negative. */
static int64_t bytes_of(const cJSON *object, const char *name)
{
	int64_t bytes = fl_json_integer(object, name);

	return bytes > 0 ? bytes : 0;
}

static struct state *find(struct pull *pull, const char *layer, const char *name)
{
	for (size_t i = 0; i < pull->count; i++) {
		if (strcmp(pull->states[i].layer, layer) == 0 &&
		    strcmp(pull->states[i].name, name) == 0)
			return &pull->states[i];
	}
	return NULL;
}

/* Whether a line shows progress: a layer in a state that is new for it, or more bytes there. */
static bool is_progress(struct pull *pull, const char *layer, const char *name, const cJSON *detail)
{
	int64_t current = bytes_of(detail, "current");
	struct state *state = find(pull, layer, name);
	struct state *download;

	/* After this line the layer goes through the same states again, which is no progress. */
	if (strncmp(name, "Retrying", 8) == 0)
		return false;
	if (strlen(layer) > NAME_MOST || strlen(name) > NAME_MOST)
		return false;
	/* The Engine reports the bytes only now and then, and never the last ones. */
	if (strcmp(name, "Download complete") == 0) {
		download = find(pull, layer, "Downloading");
		if (download != NULL)
			download->current = download->total;
	}
	if (state != NULL && current <= state->current)
		return false;
	if (state == NULL) {
		if (pull->count == STATE_MOST)
			return false;
		pull->states = fl_xgrow(pull->states, pull->count, sizeof(*state));
		state = &pull->states[pull->count++];
		*state = (struct state){ .layer = fl_xstrdup(layer), .name = fl_xstrdup(name) };
	}
	state->current = current;
	state->total = bytes_of(detail, "total");
	return true;
}

/* "3 of 7 layers, 45.2 of 94.0 MB" */
static void show(struct pull *pull)
{
	fl_auto_free char *text = NULL;
	int64_t current = 0, total = 0;
	size_t layers = 0, whole = 0;

	for (size_t i = 0; i < pull->count; i++) {
		const struct state *state = &pull->states[i];
		bool there = strcmp(state->name, "Already exists") == 0;

		layers += there || strcmp(state->name, "Pulling fs layer") == 0;
		whole += there || strcmp(state->name, "Pull complete") == 0;
		if (strcmp(state->name, "Downloading") == 0) {
			current += state->current;
			total += state->total;
		}
	}
	text = fl_xasprintf("%zu of %zu layers, %.1f of %.1f MB", whole, layers,
			    (double)current / 1e6, (double)total / 1e6);
	if (layers == 0 || (pull->shown != NULL && strcmp(pull->shown, text) == 0))
		return;
	pull->progress(pull->data, text);
	free(pull->shown);
	pull->shown = fl_steal(&text);
}

static void take_line(struct pull *pull)
{
	fl_auto_json cJSON *json = fl_json_parse(fl_buf_text(&pull->line));
	const cJSON *detail = fl_json_member(json, "errorDetail");
	const char *refused = fl_json_text(detail, "message");
	const char *layer = fl_json_text(json, "id");
	const char *status = fl_json_text(json, "status");

	if (refused == NULL)
		refused = fl_json_text(json, "error");
	if (refused == NULL && detail != NULL)
		refused = "the pull failed";
	if (refused != NULL && pull->refused == NULL)
		pull->refused = fl_xstrdup(refused);
	if (status != NULL && is_progress(pull, layer == NULL ? "" : layer, status,
					  fl_json_member(json, "progressDetail"))) {
		pull->moved = fl_now();
		show(pull);
	}
	fl_buf_reset(&pull->line);
}

/* Takes the next piece of the stream, which may end anywhere in a line. */
static bool on_body(void *data, const char *bytes, size_t length)
{
	struct pull *pull = data;

	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t piece = end == NULL ? length : (size_t)(end - bytes);

		fl_buf_add(&pull->line, bytes, piece);
		if (end != NULL) {
			take_line(pull);
			piece++;
		}
		bytes += piece;
		length -= piece;
	}
	return true;
}

int fl_docker_pull(struct fl_docker *docker, const char *repository, const char *tag,
		   fl_time deadline, int64_t stall, fl_docker_progress *progress, void *data,
		   struct fl_error *err)
{
	__attribute__((cleanup(pull_free))) struct pull pull = {
		.line = { .limit = LINE_LIMIT },
		.progress = progress,
		.data = data,
	};
	fl_auto_buf struct fl_buf path = FL_BUF_INIT;
	struct fl_engine_call call = {
		.method = "POST", .deadline = deadline, .on_body = on_body, .on_body_data = &pull
	};
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	const struct fl_response *response;

	if (fl_engine_negotiate(docker, deadline, err) < 0)
		return -1;
	fl_buf_puts(&path, "/images/create?fromImage=");
	fl_engine_quote(&path, repository, "");
	fl_buf_puts(&path, "&tag=");
	fl_engine_quote(&path, tag, "");
	call.path = fl_buf_text(&path);
	pull.moved = fl_now();
	transfer = fl_engine_send(docker, &call);
	response = fl_http_response(transfer);
	while (!fl_http_run(docker->http, transfer, pull.moved + stall)) {
		if (pull.moved + stall <= fl_now())
			return fl_error_set(err, FL_EXIT_TIMEOUT, 0,
					    "pull of %s:%s: no progress in %" PRId64 " s",
					    repository, tag, stall / FL_SEC);
	}
	if (response->failure == FL_HTTP_TIMEOUT)
		return fl_error_set(err, FL_EXIT_TIMEOUT, 0, "pull of %s:%s: not done in time%s%s",
				    repository, tag, pull.shown == NULL ? "" : ", after ",
				    pull.shown == NULL ? "" : pull.shown);
	if (pull.line.length > 0)
		take_line(&pull);
	if (pull.refused != NULL)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "pull of %s:%s: %.600s",
				    repository, tag, pull.refused);
	if (response->failure != FL_HTTP_OK || response->status != 200) {
		fl_engine_refused(docker, &call, response, err);
		return fl_error_wrap(err, "pull of %s:%s", repository, tag);
	}
	return 0;
}
