/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the Engine's answers. The first byte says which call was made, the second the
 * status or why there is none; then come header lines, a blank line and the body. Each call ends in
 * what its header says, or in an error with words, and only the right statuses are a success.
 */
/* wrap: socket curl_multi_poll clock_gettime poll fl_error_hint */
#include <stdarg.h>

#include "docker/docker.h"
#include "peer.h"

#define DEADLINE (100 * FL_SEC)

enum call { PING, INSPECT, IMAGE, CREATE, START, REMOVE, CALL_COUNT };

static long status;

static void succeeded(bool good, long a, long b)
{
	FUZZ_HOLDS(!good || status == 0 || status == a || status == b);
}

static int inspect(struct fl_docker *docker, struct fl_error *err)
{
	fl_auto_container struct fl_docker_container container = { .exists = false };
	int result = fl_docker_inspect(docker, "name", &container, DEADLINE, err);

	succeeded(result == 0, container.exists ? 200 : 404, 0);
	FUZZ_HOLDS(result == 0 || !container.exists);
	if (!container.exists)
		return result;
	FUZZ_HOLDS(container.id != NULL && container.image != NULL && container.status != NULL);
	FUZZ_HOLDS(container.started_at != NULL && container.error != NULL && container.pid >= 0);
	return result;
}

static int image(struct fl_docker *docker, struct fl_error *err)
{
	fl_auto_free char *id = NULL;
	int result = fl_docker_image_id(docker, "name:tag", &id, DEADLINE, err);

	succeeded(result >= 0, result == 1 ? 200 : 404, 0);
	FUZZ_HOLDS((result == 1) == (id != NULL));
	return result < 0 ? -1 : 0;
}

int __real_fl_error_hint(struct fl_error *err, const char *format, ...);
int __wrap_fl_error_hint(struct fl_error *err, const char *format, ...) FL_PRINTF(2, 3);

/* A port that is named as taken stands in the Engine's words, which are all that ERR has as yet. */
int __wrap_fl_error_hint(struct fl_error *err, const char *format, ...)
{
	fl_auto_buf struct fl_buf hint = FL_BUF_INIT;
	va_list args;

	va_start(args, format);
	fl_buf_vprintf(&hint, format, args);
	va_end(args);
	if (strncmp(format, "port %d ", 8) == 0) {
		const char *digits = fl_buf_text(&hint) + 5;
		fl_auto_free char *port = fl_xstrndup(digits, strspn(digits, "0123456789"));

		FUZZ_HOLDS(strstr(err->message, port) != NULL);
	}
	return __real_fl_error_hint(err, "%s", fl_buf_text(&hint));
}

static int ping(struct fl_docker *docker, struct fl_error *err)
{
	int result = fl_engine_ping(docker, DEADLINE, err);

	succeeded(result == 0, 200, 0);
	FUZZ_HOLDS(result != 0 ||
		   (docker->minor >= FL_DOCKER_API_LEAST && docker->minor <= FL_DOCKER_API_MOST));
	FUZZ_HOLDS(result != 0 || fl_docker_version(docker)[0] != '\0');
	return result;
}

static int make(enum call call, struct fl_error *err)
{
	fl_auto_http struct fl_http *http = peer_http();
	fl_auto_docker struct fl_docker *docker = peer_docker(http, call == PING ? 0 : 41);
	int result;

	switch (call) {
	case INSPECT:
		return inspect(docker, err);
	case IMAGE:
		return image(docker, err);
	case CREATE:
		result = fl_docker_create(docker, "name", "{}", DEADLINE, err);
		succeeded(result == 0, 201, 0);
		return result;
	case START:
		result = fl_docker_start(docker, "name", DEADLINE, err);
		succeeded(result == 0, 204, 304);
		return result;
	case REMOVE:
		result = fl_docker_remove(docker, "name", DEADLINE, err);
		succeeded(result == 0, 204, 404);
		return result;
	default:
		return ping(docker, err);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const long statuses[] = { 200, 204, 201, 304, 400, 403, 404, 409, 500, 503 };
	struct fuzz_input in = { data, size };
	enum call call = (enum call)fuzz_choice(&in, CALL_COUNT);
	size_t answer = fuzz_choice(&in, FL_ARRAY_SIZE(statuses) + 3);
	struct fl_error err = FL_ERROR_INIT;

	status = peer_chooses(statuses, FL_ARRAY_SIZE(statuses), answer, "", (const char *)in.data,
			      in.size);
	if (make(call, &err) != 0)
		peer_refused(&err);
	return 0;
}
