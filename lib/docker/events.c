/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/events.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "docker/engine.h"

#define LINE_LIMIT 65536 /* bytes of an event; Docker's have less than a thousand */
#define QUEUE_MOST 64    /* events that wait for being asked for; the oldest give way */
#define PING_TIME  5     /* seconds for the version's negotiation where that was not done */

struct event {
	enum fl_docker_event kind;
	int64_t exit_code;
};

struct fl_docker_events {
	struct fl_docker *docker;
	struct fl_transfer *transfer; /* NULL if it could not be opened */
	char *name;
	struct fl_buf line;
	struct event queue[QUEUE_MOST];
	size_t count;
};

static bool is(const char *text, const char *wanted)
{
	return text != NULL && strcmp(text, wanted) == 0;
}

static void take_line(struct fl_docker_events *events)
{
	fl_auto_json cJSON *json = fl_json_parse(fl_buf_text(&events->line));
	const cJSON *actor = fl_json_member(json, "Actor");
	const cJSON *attributes = fl_json_member(actor, "Attributes");
	const char *action = fl_json_text(json, "Action");
	const char *code = fl_json_text(attributes, "exitCode");
	struct event event = { .kind = FL_EVENT_NONE, .exit_code = -1 };

	/* The Engine's filter takes the beginning of a name for the name. */
	if (is(fl_json_text(json, "Type"), "container") &&
	    (is(fl_json_text(attributes, "name"), events->name) ||
	     is(fl_json_text(actor, "ID"), events->name))) {
		if (is(action, "start"))
			event.kind = FL_EVENT_START;
		if (is(action, "die"))
			event.kind = FL_EVENT_DIE;
		if (code == NULL || !fl_number(code, 0, 255, &event.exit_code))
			event.exit_code = -1;
	}
	if (event.kind != FL_EVENT_NONE) {
		if (events->count == QUEUE_MOST)
			memmove(&events->queue[0], &events->queue[1],
				--events->count * sizeof(events->queue[0]));
		events->queue[events->count++] = event;
	}
	fl_buf_reset(&events->line);
}

static bool on_body(void *data, const char *bytes, size_t length)
{
	struct fl_docker_events *events = data;

	if (fl_http_response(events->transfer)->status != 200)
		return false; /* the Engine refuses, which is as good as gone */
	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t piece = end == NULL ? length : (size_t)(end - bytes);

		fl_buf_add(&events->line, bytes, piece);
		if (end != NULL) {
			take_line(events);
			piece++;
		}
		bytes += piece;
		length -= piece;
	}
	return true;
}

/*
 * The Engine wants seconds since 1970 with a fraction where its inspect gives RFC 3339, always in
 * UTC: "2026-11-23T16:49:35.167580416Z". False if it is of another form.
 */
static bool add_since(struct fl_buf *path, const char *since)
{
	struct tm when = { .tm_isdst = 0 };
	const char *rest = strptime(since, "%Y-%m-%dT%H:%M:%S", &when);
	size_t digits = 0;

	if (rest != NULL && *rest == '.')
		digits = strspn(rest + 1, "0123456789");
	if (rest == NULL || (*rest == '.' && (digits == 0 || digits > 9)) ||
	    strcmp(rest + (digits > 0 ? digits + 1 : 0), "Z") != 0)
		return false;
	fl_buf_printf(path, "&since=%" PRId64, (int64_t)timegm(&when));
	if (digits > 0) /* always nine digits: the Engine reads them as nanoseconds */
		fl_buf_printf(path, ".%.*s%.*s", (int)digits, rest + 1, (int)(9 - digits),
			      "00000000");
	return true;
}

struct fl_docker_events *fl_docker_events_open(struct fl_docker *docker, const char *name,
					       const char *since)
{
	struct fl_docker_events *events = fl_xcalloc(1, sizeof(*events));
	fl_auto_buf struct fl_buf path = FL_BUF_INIT;
	fl_auto_free char *filters = NULL;
	struct fl_engine_call call = {
		.method = "GET", .deadline = FL_NEVER, .on_body = on_body, .on_body_data = events
	};
	struct fl_error unused = FL_ERROR_INIT;

	events->docker = docker;
	events->name = fl_xstrdup(name);
	events->line.limit = LINE_LIMIT;
	/* A container's name has no character that JSON would quote. */
	filters = fl_xasprintf("{\"type\":[\"container\"],\"event\":[\"start\",\"die\"],"
			       "\"container\":[\"%s\"]}",
			       name);
	fl_buf_puts(&path, "/events?filters=");
	fl_engine_quote(&path, filters, "");
	if ((since != NULL && !add_since(&path, since)) ||
	    fl_engine_negotiate(docker, fl_deadline(PING_TIME), &unused) < 0)
		return events;
	call.path = fl_buf_text(&path);
	events->transfer = fl_engine_send(docker, &call);
	return events;
}

void fl_docker_events_close(struct fl_docker_events *events)
{
	if (events == NULL)
		return;
	fl_http_end(events->transfer);
	fl_buf_free(&events->line);
	free(events->name);
	free(events);
}

enum fl_docker_event fl_docker_events_next(struct fl_docker_events *events, fl_time until,
					   int64_t *exit_code)
{
	struct event event;

	if (events->count == 0 && events->transfer != NULL)
		fl_http_run(events->docker->http, events->transfer, 0);
	while (events->count == 0) {
		if (events->transfer == NULL || fl_http_done(events->transfer))
			return FL_EVENT_LOST;
		if (until <= fl_now())
			return FL_EVENT_NONE;
		fl_http_run(events->docker->http, events->transfer, until);
	}
	event = events->queue[0];
	memmove(&events->queue[0], &events->queue[1], --events->count * sizeof(events->queue[0]));
	if (exit_code != NULL && event.kind == FL_EVENT_DIE)
		*exit_code = event.exit_code;
	return event.kind;
}
