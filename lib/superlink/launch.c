/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/launch.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "docker/end.h"
#include "docker/systemd.h"
#include "superlink/container.h"
#include "superlink/limit.h"
#include "superlink/unit.h"

#define ENGINE_LIMIT  (60 * FL_SEC)  /* for one order to the Engine; a start takes 0.3 s */
#define SYSTEMD_LIMIT (120 * FL_SEC) /* for a systemctl that waits for a job, its stop included */
#define START_LIMIT   (60 * FL_SEC)  /* from the order to start until the container runs */

/*
 * How long a started container must run before the step ends: one that cannot run its program ends
 * within milliseconds. It does not delay the boot, as no SuperLink listens before 0.5 s.
 */
#define SETTLE (250 * FL_MS)

#define CREATE_TRIES 3 /* another run may take the name before each one */

#define ASK_AGAIN (50 * FL_MS) /* between two inspects until the container runs */

static int stop_the_unit(struct fl_error *err)
{
	static const char *const stop[] = { "stop", FL_UNIT_NAME, NULL };

	return fl_systemctl(stop, NULL, fl_now() + SYSTEMD_LIMIT, err);
}

/* What the container must be made from. */
struct wanted {
	const char *request;
	const char *digest;
	bool stop_unit;
};

/* 1 if it was made, 0 if the right one exists, or the error of fl_docker_create(). */
static int create_once(struct fl_docker *docker, const struct wanted *wanted, struct fl_error *err)
{
	fl_auto_container struct fl_docker_container old = { .exists = false };
	unsigned files = fl_limit_files();
	int result;

	if (fl_docker_inspect(docker, FL_CONTAINER_NAME, &old, fl_now() + ENGINE_LIMIT, err) != 0)
		return -1;
	if (old.exists && old.digest != NULL && strcmp(old.digest, wanted->digest) == 0)
		return 0;
	if (old.exists) {
		fl_log(FL_INFO, "replacing container " FL_CONTAINER_NAME
				": it was made from something else");
		/* The unit must not restart between the removal and the new container. */
		if (wanted->stop_unit && stop_the_unit(err) != 0)
			return -1;
		/* By its id: another run may have given the name to a new container by now. */
		if (fl_docker_remove(docker, old.id, fl_now() + ENGINE_LIMIT, err) != 0)
			return -1;
	}
	if (files < FL_LIMIT_FILES)
		fl_log(FL_WARNING,
		       "container " FL_CONTAINER_NAME
		       ": it may open %u files and not %d, as the kernel grants this system no "
		       "more; each SuperNode costs up to twenty",
		       files, FL_LIMIT_FILES);
	result = fl_docker_create(docker, FL_CONTAINER_NAME, wanted->request,
				  fl_now() + ENGINE_LIMIT, err);
	return result == 0 ? 1 : result;
}

/*
 * The unit's ExecStartPre and service's bootstrap may run at the same time, as both follow a boot.
 * The later one finds the name taken, inspects again, and finds the container that it would make.
 */
int fl_launch_create(struct fl_docker *docker, const struct fl_paths *paths,
		     const struct fl_settings *settings, const struct fl_image *image,
		     bool by_systemd, bool prepare, bool *replaced, struct fl_error *err)
{
	fl_auto_free char *digest = NULL;
	fl_auto_free char *request = fl_container_request(settings, paths, image->reference,
							  image->id, by_systemd, &digest);
	const struct wanted wanted = { request, digest, by_systemd && !prepare };
	int made = create_once(docker, &wanted, err);

	for (int tries = 1; made == FL_DOCKER_TAKEN && tries < CREATE_TRIES; tries++)
		made = create_once(docker, &wanted, err);
	*replaced = made > 0;
	return made < 0 ? -1 : 0;
}

/* The unit first, so that it does not start the container again at once. */
int fl_launch_stop(struct fl_docker *docker, bool by_systemd, struct fl_error *err)
{
	if (by_systemd && stop_the_unit(err) != 0)
		return -1;
	return fl_docker_stop(docker, FL_CONTAINER_NAME, fl_now() + ENGINE_LIMIT, err);
}

/*
 * Makes systemd know the unit file as it is, and start it at each boot. Neither is done without
 * need: daemon-reload and enable take up to two seconds, and this runs again in mid-life. A changed
 * file may have other links ([Install]), so it is enabled again.
 */
static int enable_unit(fl_time deadline, struct fl_error *err)
{
	static const char *const show[] = { "show",
					    "--property=LoadState,NeedDaemonReload,UnitFileState",
					    FL_UNIT_NAME, NULL };
	static const char *const reload[] = { "daemon-reload", NULL };
	static const char *const enable[] = { "enable", "--quiet", FL_UNIT_NAME, NULL };
	fl_auto_buf struct fl_buf said = FL_BUF_INIT;
	struct fl_error ignored = FL_ERROR_INIT;
	bool known = fl_systemctl(show, &said, deadline, &ignored) == 0 &&
		     strstr(fl_buf_text(&said), "LoadState=loaded\n") != NULL &&
		     strstr(fl_buf_text(&said), "NeedDaemonReload=no\n") != NULL;

	if (!known && fl_systemctl(reload, NULL, deadline, err) != 0)
		return -1;
	if (known && strstr(fl_buf_text(&said), "UnitFileState=enabled\n") != NULL)
		return 0;
	return fl_systemctl(enable, NULL, deadline, err);
}

static int start_by_systemd(struct fl_error *err)
{
	static const char *const start[] = { "start", FL_UNIT_NAME, NULL };
	fl_time deadline = fl_now() + SYSTEMD_LIMIT;

	if (enable_unit(deadline, err) != 0)
		return -1;
	if (fl_systemctl(start, NULL, deadline, err) != 0)
		return fl_error_hint(err, "journalctl -u " FL_UNIT_NAME " shows why");
	return 0;
}

static int died(int64_t exit_code, struct fl_error *err)
{
	return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
			    "container " FL_CONTAINER_NAME " ended at once with exit code %lld",
			    (long long)exit_code);
}

/* Whether NOW shows the end of a run that began after BEFORE. */
static bool has_ended(const struct fl_docker_container *before,
		      const struct fl_docker_container *now)
{
	bool later = before->started_at == NULL || strcmp(before->started_at, now->started_at) != 0;

	return later && (now->restarting || strcmp(now->status, "exited") == 0 ||
			 strcmp(now->status, "dead") == 0);
}

/*
 * Waits until the container has run for SETTLE. The unit starts it a moment after systemctl has
 * returned. The Engine reports an end by itself (end.h), and is asked again in case it does not.
 */
static int await_settled(struct fl_docker *docker, const struct fl_docker_container *before,
			 struct fl_error *err)
{
	fl_auto_transfer struct fl_transfer *end = NULL;
	fl_time deadline = fl_now() + START_LIMIT;
	bool ran = false;

	for (;;) {
		fl_auto_container struct fl_docker_container now = { .exists = false };
		int64_t pause, exit_code;

		if (fl_docker_inspect(docker, FL_CONTAINER_NAME, &now, deadline, err) != 0)
			return -1;
		if (!now.exists)
			return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
					    "container " FL_CONTAINER_NAME " is gone");
		if (has_ended(before, &now))
			return died(now.exit_code, err);
		if (now.running && ran)
			return 0;
		if (fl_now() >= deadline)
			return fl_error_set(err, FL_EXIT_TIMEOUT, 0,
					    "container " FL_CONTAINER_NAME
					    " is '%s' and does not start",
					    now.status);
		ran = now.running;
		if (ran && end == NULL)
			end = fl_end_ask(docker, FL_CONTAINER_NAME);
		pause = ran ? SETTLE : ASK_AGAIN;
		exit_code = fl_end_await(docker, end, fl_earlier(deadline, fl_now() + pause));
		if (exit_code >= 0)
			return died(exit_code, err);
	}
}

int fl_launch_start(struct fl_docker *docker, bool by_systemd, bool *started, struct fl_error *err)
{
	fl_auto_container struct fl_docker_container before = { .exists = false };
	int result;

	if (fl_docker_inspect(docker, FL_CONTAINER_NAME, &before, fl_now() + ENGINE_LIMIT, err) !=
	    0)
		return -1;
	*started = !before.running || before.restarting;
	result = by_systemd
			 ? start_by_systemd(err)
			 : fl_docker_start(docker, FL_CONTAINER_NAME, fl_now() + ENGINE_LIMIT, err);
	return result == 0 && *started ? await_settled(docker, &before, err) : result;
}
