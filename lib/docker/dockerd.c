/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/dockerd.h"

#include "base/log.h"
#include "docker/engine.h"
#include "docker/systemd.h"

#define FIRST_PAUSE (20 * FL_MS)
#define MOST_PAUSE  (100 * FL_MS) /* a new socket is found after so long at most */
#define ASK_PAUSE   (2 * FL_SEC)  /* between two calls of systemctl */
#define SHOW_AFTER  (3 * FL_SEC)  /* after so long the wait is shown */

/*
 * Limit of the first try. docker.socket accepts connections even if dockerd can never start, so a
 * try must end before systemd is asked. Each next one may take twice as long: the Engine may only
 * be slow.
 */
#define FIRST_TRY (2 * FL_SEC)

int fl_dockerd_wait(struct fl_docker *docker, const char *socket, bool ask_systemd,
		    fl_time deadline, struct fl_error *err)
{
	struct fl_backoff backoff = FL_BACKOFF_INIT(FIRST_PAUSE, MOST_PAUSE);
	struct fl_docker_service service = { .starts = 0 };
	fl_time show = fl_now() + SHOW_AFTER, ask = 0;
	int64_t patience = FIRST_TRY;
	const bool bounded = fl_now() < deadline; /* else one try gets its time */
	struct fl_error reason = FL_ERROR_INIT;   /* the last error that is no time-out */

	for (;;) {
		fl_time until = fl_now() + patience;
		int result;

		if (bounded)
			until = fl_earlier(until, deadline);
		result = fl_engine_ping(docker, until, err);
		if (result == 0) {
			fl_log_progress_end();
			return 0;
		}
		fl_log(FL_DEBUG, "not yet: %s", err->message);
		if (err->code != FL_EXIT_TIMEOUT)
			reason = *err;
		else
			patience *= 2;
		/* Waiting changes neither the rights to the socket nor the Engine's version. */
		if (err->errnum == EACCES || err->errnum == EPERM || result == FL_ENGINE_UNFIT)
			return -1;
		if (ask_systemd && fl_now() >= ask) {
			if (fl_systemd_check_docker(&service, deadline, err) != 0)
				return -1;
			ask = fl_now() + ASK_PAUSE;
		}
		if (fl_now() >= deadline)
			break;
		if (fl_now() >= show)
			fl_log_progress("waiting for the Docker Engine on %s", socket);
		fl_pause(fl_backoff_next(&backoff), deadline);
	}
	fl_log_progress_end();
	if (reason.code != FL_EXIT_OK)
		*err = reason;
	err->code = FL_EXIT_TIMEOUT;
	return fl_error_wrap(err, "the Docker Engine did not answer in time");
}
