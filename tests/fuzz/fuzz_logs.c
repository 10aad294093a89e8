/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: a container's log. The first byte is the size of the pieces that the stream
 * comes in; its text is the same whatever they are, and has no control character but line feeds.
 */
#include "fuzz.h"
#include "logs.h"

static void decode(const uint8_t *data, size_t size, size_t piece, struct fl_buf *out)
{
	struct fl_logs_decoder decoder = { .have = 0 };

	for (size_t at = 0; at < size; at += piece) {
		size_t length = size - at < piece ? size - at : piece;
		fl_auto_free char *exact = fl_xstrndup("", 0);

		exact = realloc(exact, length);
		memcpy(exact, data + at, length);
		fl_logs_decode(&decoder, exact, length, out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fl_auto_buf struct fl_buf whole = FL_BUF_INIT, pieces = FL_BUF_INIT;

	if (size < 2)
		return 0;
	decode(data + 1, size - 1, size, &whole);
	decode(data + 1, size - 1, (size_t)data[0] + 1, &pieces);
	FUZZ_HOLDS(whole.length == pieces.length);
	FUZZ_HOLDS(strcmp(fl_buf_text(&whole), fl_buf_text(&pieces)) == 0);
	for (size_t i = 0; i < whole.length; i++)
		FUZZ_HOLDS((unsigned char)whole.data[i] >= ' ' || whole.data[i] == '\n');
	fl_logs_keep_last(&whole, data[0] % 8);
	return 0;
}
