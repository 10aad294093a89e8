/* SPDX-License-Identifier: Apache-2.0 */
/* fl-bootstrap: steps 7 to 9 of the boot, until the SuperLink's container runs. */

#include "base/log.h"
#include "base/options.h"
#include "docker/dockerd.h"
#include "docker/logs.h"
#include "docker/systemd.h"
#include "health/verdict.h"
#include "superlink/container.h"
#include "superlink/database.h"
#include "superlink/image.h"
#include "superlink/launch.h"
#include "superlink/step.h"
#include "superlink/unit.h"

enum { OPT_PREPARE = 1, OPT_PULL, OPT_DOCKER, OPT_TIMEOUT, OPT_PULL_TIMEOUT, OPT_STALL_TIMEOUT };

static const struct fl_option options[] = {
	{ OPT_PREPARE, "prepare", NULL,
	  "make sure of image and container and start nothing\n(the unit's ExecStartPre)" },
	{ OPT_PULL, "pull", NULL,
	  "only make sure of the pre-baked image\n(used by service install)" },
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

struct arguments {
	bool prepare;
	bool pull;
	const char *docker;
	int64_t timeout; /* seconds */
	int64_t pull_timeout;
	int64_t stall_timeout;
};

/* What one run works on. */
struct run {
	struct fl_paths paths;
	struct fl_settings settings;
	struct fl_http *http;
	struct fl_docker *docker;
	struct fl_image image;
	struct fl_image_limits limits;
	const char *socket;
	bool by_systemd;
};

static int wait_for_docker(struct run *run, const struct arguments *args)
{
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_DOCKER);

	run->docker = fl_docker_new(run->http, run->socket);
	if (fl_dockerd_wait(run->docker, run->socket, run->by_systemd, fl_deadline(args->timeout),
			    &err) != 0)
		return fl_step_failed(&step, &err);
	fl_step_done(&step, "Docker Engine %s on %s", fl_docker_version(run->docker), run->socket);
	return FL_EXIT_OK;
}

/*
 * The unit restarts a SuperLink that ended, and a registry that cannot be reached must not hold
 * that up again: where a container is there, what it can run from is there as well. A boot pulls.
 */
static bool restarts(const struct run *run, const struct arguments *args)
{
	fl_auto_container struct fl_docker_container container = { .exists = false };
	struct fl_error ignored = FL_ERROR_INIT;

	return args->prepare &&
	       fl_docker_inspect(run->docker, FL_CONTAINER_NAME, &container,
				 fl_deadline(args->timeout), &ignored) == 0 &&
	       container.exists;
}

static int choose_image(struct run *run, const struct arguments *args)
{
	const struct fl_image_limits no_pull = { .pull = 0 };
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_IMAGE);
	int result = -1;

	if (args->pull)
		result = fl_image_prebaked(run->docker, &run->limits, &run->image, &err);
	else if (restarts(run, args))
		result = fl_image_choose(run->docker, &run->paths, &run->settings, &no_pull,
					 &run->image, &err);
	if (result != 0 && !args->pull)
		result = fl_image_choose(run->docker, &run->paths, &run->settings, &run->limits,
					 &run->image, &err);
	if (result != 0)
		return fl_step_failed(&step, &err);
	if (run->image.fallback)
		fl_step_warned(&step, "%s, the pre-baked image, instead of %s:%s",
			       run->image.reference,
			       fl_settings_get(&run->settings, FL_PARAM_FLOWER_IMAGE),
			       fl_settings_get(&run->settings, FL_PARAM_FLOWER_VERSION));
	else
		fl_step_done(&step, "%s, %s", run->image.reference,
			     run->image.pulled ? "pulled" : "present");
	return FL_EXIT_OK;
}

/* A container that does not come up says why in its log: its end goes below the step's line. */
static int start_failed(const struct run *run, const struct fl_step *step, struct fl_error *err)
{
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	int status;

	fl_verdict_add_cause(run->docker, run->paths.state_dir, &log, err);
	status = (int)fl_step_failed(step, err);
	fl_verdict_show_log(&log);
	return status;
}

static int start_container(struct run *run, const struct arguments *args)
{
	struct fl_error err = FL_ERROR_INIT;
	struct fl_step step = fl_step_begin(FL_STEP_START);
	bool replaced = false, started = false;

	if (fl_launch_create(run->docker, &run->paths, &run->settings, &run->image,
			     run->by_systemd && !args->prepare, &replaced, &err) != 0)
		return fl_step_failed(&step, &err);
	/* Before the start: whatever ends this run, no Flower uses the database without a note. */
	if (fl_database_note(&run->paths, &run->settings, run->image.tag,
			     run->image.fallback
				     ? fl_settings_get(&run->settings, FL_PARAM_FLOWER_VERSION)
				     : NULL,
			     &err) != 0)
		return fl_step_failed(&step, &err);
	if (!args->prepare &&
	    fl_launch_start(run->docker, run->by_systemd ? FL_LAUNCH_SYSTEMD : FL_LAUNCH_ENGINE,
			    &started, &err) != 0)
		return start_failed(run, &step, &err);
	if (!args->prepare && !run->by_systemd)
		fl_log(FL_INFO,
		       "%s: the container is started through the Engine, the unit is only "
		       "written",
		       fl_paths_is_host(&run->paths) ? "systemd is not running"
						     : "--root is given");
	fl_step_done(&step, "%s %s, %s", FL_CONTAINER_NAME,
		     replaced ? "made" : "kept, nothing of it has changed",
		     args->prepare ? "the unit starts it"
		     : started     ? "started"
				   : "it runs already");
	return FL_EXIT_OK;
}

static int bootstrap(struct run *run, const struct arguments *args)
{
	struct fl_error err = FL_ERROR_INIT;
	int status;

	fl_log_open(run->paths.bootstrap_log, run->paths.journal);
	if (!args->pull &&
	    fl_settings_require(&run->settings, run->paths.json, &err) != FL_SETTINGS_READ) {
		fl_log_error(&err);
		return err.code;
	}
	run->by_systemd = fl_paths_is_host(&run->paths) && fl_systemd_running();
	run->socket = args->docker != NULL ? args->docker : fl_docker_default_socket();
	run->limits.pull = args->pull_timeout * FL_SEC;
	run->limits.stall = args->stall_timeout * FL_SEC;
	run->http = fl_http_new();
	status = wait_for_docker(run, args);
	if (status == FL_EXIT_OK)
		status = choose_image(run, args);
	if (status == FL_EXIT_OK && !args->pull)
		status = start_container(run, args);
	return status;
}

static void free_run(struct run *run)
{
	fl_log_close();
	fl_docker_free(run->docker);
	fl_http_free(run->http);
	fl_image_free(&run->image);
	fl_settings_free(&run->settings);
	fl_paths_free(&run->paths);
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(free_run))) struct run run = { .http = NULL };
	struct arguments args = { .timeout = 60, .pull_timeout = 600, .stall_timeout = 30 };
	struct fl_options parser;
	int id;

	fl_options_begin(&parser, &command, argc, argv);
	while ((id = fl_options_next(&parser, stdout)) != FL_OPTION_END) {
		switch (id) {
		case OPT_PREPARE:
			args.prepare = true;
			break;
		case OPT_PULL:
			args.pull = true;
			break;
		case OPT_DOCKER:
			fl_options_socket(&parser, &args.docker);
			break;
		case OPT_TIMEOUT:
			fl_options_seconds(&parser, 0, FL_SECONDS_MOST, &args.timeout);
			break;
		case OPT_PULL_TIMEOUT:
			fl_options_seconds(&parser, 1, FL_SECONDS_MOST, &args.pull_timeout);
			break;
		case OPT_STALL_TIMEOUT:
			fl_options_seconds(&parser, 1, FL_SECONDS_MOST, &args.stall_timeout);
			break;
		default:
			return parser.status;
		}
	}
	if (args.prepare && args.pull) {
		fl_options_mistake(&parser, "--prepare and --pull do not go together");
		return parser.status;
	}
	fl_paths_init(&run.paths, parser.root, NULL);
	return bootstrap(&run, &args);
}
