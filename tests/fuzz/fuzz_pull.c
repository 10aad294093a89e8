/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the stream of a pull. The first byte chooses the status or why there is none,
 * the second the size of the pieces that it comes in, which make no difference: the outcome, the
 * words and what is shown of the progress are the same. No success if a line tells of an error.
 */
/* wrap: socket curl_multi_poll clock_gettime poll */
#include "base/json.h"
#include "peer.h"
#include "docker/pull.h"

static void progress(void *data, const char *text)
{
	FUZZ_HOLDS(fuzz_is_shown(text, false));
	fl_buf_puts(data, text);
	fl_buf_putc(data, '\n');
}

static int pull(size_t piece, struct fl_buf *shown, struct fl_error *err)
{
	fl_auto_http struct fl_http *http = peer_http();
	fl_auto_docker struct fl_docker *docker = peer_docker(http, 41);
	int result;

	peer.piece = piece;
	result = fl_docker_pull(docker, "flwr/superlink", "1.25.0", FL_NEVER, 9 * FL_SEC, progress,
				shown, err);
	if (result != 0)
		peer_refused(err);
	return result;
}

static bool tells_of_error(const char *body)
{
	fl_auto_free char *lines = fl_xstrdup(body);
	char *rest = NULL;

	for (char *line = strtok_r(lines, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		fl_auto_json cJSON *json = fl_json_parse(line);

		if (fl_json_text(json, "error") != NULL ||
		    fl_json_member(json, "errorDetail") != NULL)
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const long statuses[] = { 200, 404, 500 };
	struct fuzz_input in = { data, size };
	fl_auto_buf struct fl_buf whole = FL_BUF_INIT, pieces = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT, again = FL_ERROR_INIT;
	size_t answer = fuzz_choice(&in, FL_ARRAY_SIZE(statuses) + 3);
	size_t piece = fuzz_choice(&in, 64) + 1, length = in.size;
	fl_auto_free char *body = fuzz_take(&in, length);
	long status = peer_chooses(statuses, FL_ARRAY_SIZE(statuses), answer, "\r\n", body, length);
	int result;

	result = pull(0, &whole, &err);
	FUZZ_HOLDS(pull(piece, &pieces, &again) == result);
	FUZZ_HOLDS(strcmp(err.message, again.message) == 0);
	FUZZ_HOLDS(strcmp(fl_buf_text(&whole), fl_buf_text(&pieces)) == 0);
	/* A NUL hides the rest of its line from cJSON, and of the text from this one. */
	if (result == 0)
		FUZZ_HOLDS((status == 200 || status == 0) && !tells_of_error(body));
	return 0;
}
