/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the stream of events. The first byte is the size of the pieces that it comes
 * in, which makes no difference; the first line is the moment to begin at, the rest is the stream.
 * An event comes of a line, in order, and at its end the stream is lost.
 */
/* wrap: fl_http_start fl_http_perform fl_http_run fl_http_finish fl_http_done fl_http_response */
/* wrap: fl_http_end */
#include "docker/events.h"
#include "peer.h"

/* The events as letters, each end with its exit status. */
static void read_all(const char *since, size_t piece, struct fl_buf *out)
{
	struct fl_docker docker = PEER_DOCKER(41);
	fl_auto_events struct fl_docker_events *events = NULL;
	enum fl_docker_event event;
	int64_t exit_code = -2;

	peer.piece = piece;
	peer.done = true;
	events = fl_docker_events_open(&docker, "flower-superlink", since);
	/* All of it first, as more events than are kept give way to later ones. */
	while (!__wrap_fl_http_run(docker.http, NULL, FL_NEVER))
		;
	while ((event = fl_docker_events_next(events, FL_NEVER, &exit_code)) != FL_EVENT_LOST) {
		FUZZ_HOLDS(event == FL_EVENT_START || event == FL_EVENT_DIE);
		FUZZ_HOLDS(event != FL_EVENT_DIE || (exit_code >= -1 && exit_code <= 255));
		fl_buf_printf(out, event == FL_EVENT_START ? "start " : "die %d ", (int)exit_code);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	size_t piece = fuzz_choice(&in, 256) + 1;
	fl_auto_free char *since = fuzz_line(&in);
	fl_auto_free char *body = NULL;
	fl_auto_buf struct fl_buf whole = FL_BUF_INIT, pieces = FL_BUF_INIT;
	size_t lines = 0, events = 0;

	peer.failure = FL_HTTP_OK;
	peer.status = 200;
	peer.length = in.size;
	peer.body = body = fuzz_take(&in, in.size);
	read_all(since[0] == '\0' ? NULL : since, 0, &whole);
	read_all(since[0] == '\0' ? NULL : since, piece, &pieces);
	FUZZ_HOLDS(strcmp(fl_buf_text(&whole), fl_buf_text(&pieces)) == 0);
	for (size_t i = 0; i < peer.length; i++)
		lines += body[i] == '\n';
	for (const char *c = fl_buf_text(&whole); *c != '\0'; c++)
		events += *c == 's' || *c == 'd';
	FUZZ_HOLDS(events <= lines);
	return 0;
}
