/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/logs.h"

#include <string.h>

#include "base/mem.h"
#include "docker/engine.h"

#define FRAME_HEADER 8
#define ESC          0x1b

static void take_text(struct fl_logs_decoder *decoder, unsigned char c, struct fl_buf *out)
{
	unsigned char before = decoder->escape;

	if (before == '[' && c >= '0' && c <= '?')
		return; /* parameters */
	decoder->escape = c == ESC || (before == ESC && c == '[') ? c : 0;
	if (decoder->escape == '[' || (before == '[' && c >= '@' && c <= '~'))
		return;
	if (c == '\t')
		c = ' ';
	if (c == '\n' || (c >= ' ' && c != 0x7f))
		fl_buf_putc(out, (char)c);
}

void fl_logs_decode(struct fl_logs_decoder *decoder, const char *bytes, size_t length,
		    struct fl_buf *out)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];
		unsigned char *header = decoder->header;

		if (decoder->raw || decoder->left > 0) {
			take_text(decoder, c, out);
			if (decoder->left > 0)
				decoder->left--;
			continue;
		}
		header[decoder->have++] = c;
		if (decoder->have <= 4 && (decoder->have == 1 ? c > 3 : c != 0)) {
			decoder->raw = true;
			for (size_t j = 0; j < decoder->have; j++)
				take_text(decoder, header[j], out);
		}
		if (decoder->have == FRAME_HEADER) {
			decoder->left = (uint32_t)header[4] << 24 | (uint32_t)header[5] << 16 |
					(uint32_t)header[6] << 8 | header[7];
			decoder->have = 0;
		}
	}
}

struct reader {
	struct fl_logs_decoder decoder;
	struct fl_buf *text;
};

/* Shortens TEXT to its last FL_LOGS_MAX bytes, and then to the first start of a line in them. */
static void keep_end(struct fl_buf *text)
{
	size_t drop = text->length > FL_LOGS_MAX ? text->length - FL_LOGS_MAX : 0;
	const char *line;

	if (drop == 0)
		return;
	line = memchr(text->data + drop - 1, '\n', FL_LOGS_MAX);
	if (line != NULL)
		drop = (size_t)(line + 1 - text->data);
	text->length -= drop;
	memmove(text->data, text->data + drop, text->length + 1);
}

void fl_logs_keep_last(struct fl_buf *text, int count)
{
	fl_auto_free char *all = fl_buf_take(text);
	const char *at = all + strlen(all);

	if (at > all && at[-1] == '\n')
		at--;
	while (at > all && (at[-1] != '\n' || --count > 0))
		at--;
	fl_buf_puts(text, at);
}

static bool on_body(void *data, const char *bytes, size_t length)
{
	struct reader *reader = data;

	fl_logs_decode(&reader->decoder, bytes, length, reader->text);
	if (reader->text->length > (size_t)8 * FL_LOGS_MAX)
		keep_end(reader->text);
	return true;
}

int fl_docker_logs(struct fl_docker *docker, const char *name, int lines, struct fl_buf *out,
		   fl_time deadline, struct fl_error *err)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	struct reader reader = { .text = &text };
	fl_auto_free char *tail = fl_xasprintf("/logs?stdout=1&stderr=1&tail=%d", lines);
	fl_auto_free char *path = fl_engine_container(name, tail);
	const struct fl_engine_call call = { .method = "GET",
					     .path = path,
					     .deadline = deadline,
					     .on_body = on_body,
					     .on_body_data = &reader };
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	const struct fl_response *response;

	if (fl_engine_perform(docker, &call, &transfer, err) < 0)
		return -1;
	response = fl_http_response(transfer);
	if (response->status != 200)
		return fl_engine_refused(docker, &call, response, err);
	keep_end(&text);
	fl_buf_add(out, fl_buf_text(&text), text.length);
	return 0;
}
