/* SPDX-License-Identifier: Apache-2.0 */
/* fl-bootstrap does steps 7 to 9 of the boot: Docker, the image, and the SuperLink's container. */
#include "base/log.h"
#include "base/options.h"
#include "docker/dockerd.h"
#include "docker/systemd.h"
#include "health/mend.h"
#include "health/verdict.h"
#include "superlink/container.h"
#include "superlink/image.h"
#include "superlink/launch.h"
#include "superlink/step.h"

enum { OPT_PREPARE = 1, OPT_PULL, OPT_DOCKER, OPT_TIMEOUT, OPT_PULL_TIMEOUT, OPT_STALL_TIMEOUT };

static const struct fl_option options[] = {
	{ OPT_PREPARE, "prepare", NULL,
	  "make sure that image and container are there, start nothing\n"
	  "(the unit's ExecStartPre)" },
	{ OPT_PULL, "pull", NULL,
	  "only make sure that the pre-baked image is there\n(used by service install)" },
	{ OPT_DOCKER, "docker", "PATH", FL_DOCKER_SOCKET_HELP },
	{ OPT_TIMEOUT, "timeout", "SECONDS", "wait for the Engine at most this long (60)" },
	{ OPT_PULL_TIMEOUT, "pull-timeout", "SECONDS",
	  "pull an image for at most this long (600)" },
	{ OPT_STALL_TIMEOUT, "stall-timeout", "SECONDS",
	  "give up a pull that stalls for this long (30)" },
	{ 0, NULL, NULL, NULL },
};

static const struct fl_command command = {
	.program = "fl-bootstrap",
	.summary = "Starts the Flower SuperLink in its container.",
	.synopsis = "[-qv] [--root DIR] [--docker PATH] [--timeout SECONDS] [--prepare | --pull]",
	.options = options,
	.notes = "Exit status: 0 done, 64 usage, 69 Docker or systemd refused, 71 files,\n"
		 "75 timed out, 78 no valid configuration. See fl-bootstrap(8).",
};

struct run {
	bool prepare, pull;
	const char *socket;
	int64_t timeout, pull_timeout, stall_timeout; /* seconds */
	bool by_systemd; /* the unit starts the container, not this program */
	struct fl_paths paths;
	struct fl_settings settings;
	struct fl_http *http;
	struct fl_docker *docker;
	struct fl_image image;
};

static void free_run(struct run *run)
{
	fl_log_close();
	fl_docker_free(run->docker);
	fl_http_free(run->http);
	fl_image_free(&run->image);
	fl_settings_free(&run->settings);
	fl_paths_free(&run->paths);
}

/* Returns false if main must return the parser's status at once. */
static bool parse(struct run *run, struct fl_options *parser)
{
	int id;

	while ((id = fl_options_next(parser, stdout)) > 0) {
		switch (id) {
		case OPT_PREPARE:
			run->prepare = true;
			break;
		case OPT_PULL:
			run->pull = true;
			break;
		case OPT_DOCKER:
			fl_options_socket(parser, &run->socket);
			break;
		case OPT_TIMEOUT:
			fl_options_seconds(parser, 0, FL_SECONDS_MOST, &run->timeout);
			break;
		case OPT_PULL_TIMEOUT:
			fl_options_seconds(parser, 1, FL_SECONDS_MOST, &run->pull_timeout);
			break;
		case OPT_STALL_TIMEOUT:
			fl_options_seconds(parser, 1, FL_SECONDS_MOST, &run->stall_timeout);
			break;
		}
	}
	if (id == FL_OPTION_LEAVE)
		return false;
	if (run->prepare && run->pull)
		return fl_options_mistake(parser, "--prepare and --pull do not go together");
	fl_paths_init(&run->paths, parser->root, NULL);
	return true;
}

/* Step 7. */
static enum fl_exit wait_for_docker(struct run *run)
{
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_DOCKER);

	run->docker = fl_docker_new(run->http, run->socket);
	if (fl_dockerd_wait(run->docker, run->socket, run->by_systemd, fl_deadline(run->timeout),
			    &err) != 0)
		return fl_step_failed(&step, &err);
	return fl_step_done(&step, "Docker Engine %s on %s", fl_docker_version(run->docker),
			    run->socket);
}

/* Step 8. */
static enum fl_exit choose_image(struct run *run)
{
	const struct fl_image_limits limits = { .pull = run->pull_timeout * FL_SEC,
						.stall = run->stall_timeout * FL_SEC,
						.restart = run->prepare };
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_IMAGE);
	int result = run->pull ? fl_image_prebaked(run->docker, &limits, &run->image, &err)
			       : fl_image_choose(run->docker, &run->paths, &run->settings, &limits,
						 &run->image, &err);

	if (result != 0)
		return fl_step_failed(&step, &err);
	if (run->image.fallback)
		return fl_step_warned(&step, "%s, the pre-baked image, instead of %s:%s",
				      run->image.reference,
				      fl_settings_get(&run->settings, FL_PARAM_FLOWER_IMAGE),
				      fl_settings_get(&run->settings, FL_PARAM_FLOWER_VERSION));
	return fl_step_done(&step, "%s, %s", run->image.reference,
			    run->image.pulled ? "pulled" : "present");
}

/* Step 9. */
static enum fl_exit start_container(struct run *run)
{
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_START);
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	bool replaced = false, started = false;

	if (fl_launch_create(run->docker, &run->paths, &run->settings, &run->image, run->by_systemd,
			     run->prepare, &replaced, &err) != 0)
		return fl_step_failed(&step, &err);
	if (!run->prepare && !replaced && fl_mend_needs_restart(run->docker, &run->settings)) {
		fl_log(FL_WARNING, "container " FL_CONTAINER_NAME
				   ": its SuperExec has died, and only a restart starts it again");
		if (fl_launch_stop(run->docker, run->by_systemd, &err) != 0)
			return fl_step_failed(&step, &err);
	}
	if (!run->prepare && fl_launch_start(run->docker, run->by_systemd, &started, &err) != 0) {
		/* If the container does not come up, its log says why. */
		fl_verdict_add_cause(run->docker, run->paths.state_dir, &log, &err);
		fl_step_failed(&step, &err);
		fl_verdict_show_log(&log);
		return err.code;
	}
	if (!run->prepare && !run->by_systemd)
		fl_log(FL_INFO,
		       "%s: the container is started through the Engine, the unit is only written",
		       fl_paths_is_host(&run->paths) ? "systemd is not running"
						     : "--root is given");
	return fl_step_done(&step, "%s %s, %s", FL_CONTAINER_NAME,
			    replaced ? "made" : "kept, because nothing has changed",
			    run->prepare ? "the unit starts it"
			    : started    ? "started"
					 : "it runs already");
}

static enum fl_exit bootstrap(struct run *run)
{
	struct fl_error err = FL_ERROR_INIT;
	enum fl_exit status;

	fl_log_open(run->paths.bootstrap_log, run->paths.journal);
	if (!run->pull &&
	    fl_settings_require(&run->settings, run->paths.json, &err) != FL_SETTINGS_READ)
		return fl_log_error(&err);
	run->by_systemd = fl_paths_is_host(&run->paths) && fl_systemd_running();
	run->http = fl_http_new();
	status = wait_for_docker(run);
	if (status == FL_EXIT_OK)
		status = choose_image(run);
	if (status == FL_EXIT_OK && !run->pull)
		status = start_container(run);
	return status;
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(free_run))) struct run run = { .socket = fl_docker_default_socket(),
							      .timeout = 60,
							      .pull_timeout = 600,
							      .stall_timeout = 30 };
	struct fl_options parser;

	fl_options_begin(&parser, &command, argc, argv);
	return (int)(parse(&run, &parser) ? bootstrap(&run) : parser.status);
}
