/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: a container's log. The first byte is the size of the pieces that the stream
 * comes in, which makes no difference. The text has no control character of ASCII but line feeds;
 * and plain text that is put into frames comes out as it went in.
 */
/* wrap: socket curl_multi_poll clock_gettime poll */
#include "docker/logs.h"
#include "peer.h"

#define LINES 5 /* that are kept of the text */

static void read_log(const char *bytes, size_t length, size_t piece, struct fl_buf *out)
{
	fl_auto_http struct fl_http *http = peer_http();
	fl_auto_docker struct fl_docker *docker = peer_docker(http, 41);
	struct fl_error err = FL_ERROR_INIT;

	peer_answers(200, "\r\n", bytes, length);
	peer.piece = piece;
	FUZZ_HOLDS(fl_docker_logs(docker, "flower-superlink", LINES, out, FL_NEVER, &err) == 0);
	FUZZ_HOLDS(out->length <= FL_LOGS_MAX);
}

static void is_safe(const struct fl_buf *text)
{
	for (size_t i = 0; i < text->length; i++) {
		unsigned char c = (unsigned char)text->data[i];

		FUZZ_HOLDS((c >= ' ' && c != 0x7f) || c == '\n');
	}
}

/* Frames of up to PIECE bytes of TEXT, by turns of stdout and stderr. */
static void put_into_frames(const char *text, size_t length, size_t piece, struct fl_buf *out)
{
	for (size_t at = 0, stream = 1; at < length; at += piece, stream = 3 - stream) {
		size_t size = length - at < piece ? length - at : piece;
		const unsigned char header[] = {
			(unsigned char)stream, 0, 0, 0, 0, 0, (unsigned char)(size >> 8),
			(unsigned char)size
		};

		fl_buf_add(out, header, sizeof(header));
		fl_buf_add(out, text + at, size);
	}
}

static void keeps_plain_text(char *text, size_t length, size_t piece)
{
	fl_auto_buf struct fl_buf frames = FL_BUF_INIT, out = FL_BUF_INIT;

	for (size_t i = 0; i < length; i++) {
		if (text[i] != '\n' && (text[i] < ' ' || text[i] > '~'))
			text[i] = '?';
	}
	put_into_frames(text, length, piece, &frames);
	read_log(fl_buf_text(&frames), frames.length, piece + 3, &out);
	FUZZ_HOLDS(length > FL_LOGS_MAX || strcmp(fl_buf_text(&out), text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	size_t piece = fuzz_choice(&in, 256) + 1;
	size_t length = in.size;
	fl_auto_free char *bytes = fuzz_take(&in, length);
	fl_auto_buf struct fl_buf whole = FL_BUF_INIT, pieces = FL_BUF_INIT;
	size_t lines = 0;

	read_log(bytes, length, 0, &whole);
	read_log(bytes, length, piece, &pieces);
	FUZZ_HOLDS(strcmp(fl_buf_text(&whole), fl_buf_text(&pieces)) == 0);
	is_safe(&whole);
	fl_logs_keep_last(&whole, LINES);
	for (size_t i = 0; i < whole.length; i++)
		lines += whole.data[i] == '\n' && i + 1 < whole.length;
	FUZZ_HOLDS(lines < LINES);
	keeps_plain_text(bytes, length, piece);
	return 0;
}
