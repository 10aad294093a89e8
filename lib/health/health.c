/* SPDX-License-Identifier: Apache-2.0 */
#include "health/health.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "superlink/container.h"

#define INSPECT_MOST (2 * FL_SEC)

static const char *const names[] = { "container", "fleet", "control", "database", "superexec" };
_Static_assert(FL_ARRAY_SIZE(names) == FL_LAYER_COUNT, "a name for each layer");

const char *fl_layer_name(enum fl_layer_id id)
{
	return names[id];
}

static void set_detail(struct fl_layer *layer, enum fl_layer_state state, char *detail)
{
	free(layer->detail);
	layer->detail = detail;
	layer->state = state;
}

void fl_health_set(struct fl_health *health, enum fl_layer_id id, enum fl_layer_state state,
		   const char *format, ...)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	va_list args;
	char *detail;

	va_start(args, format);
	fl_buf_vprintf(&text, format, args);
	va_end(args);
	/* Much of it comes from outside, and it goes to terminals and into JSON. */
	detail = fl_buf_take(&text);
	fl_utf8_flatten(detail);
	set_detail(&health->layers[id], state, detail);
}

void fl_health_clear(struct fl_health *health, int first)
{
	for (int id = first; id < FL_LAYER_COUNT; id++)
		set_detail(&health->layers[id], FL_LAYER_UNTRIED, NULL);
}

const struct fl_flower *fl_health_flower(const struct fl_health *health,
					 const struct fl_health_check *check)
{
	if (health->container.image != NULL)
		return fl_flower_for(fl_flower_tag(health->container.image), NULL);
	return fl_flower_for(fl_settings_get(check->settings, FL_PARAM_FLOWER_VERSION), NULL);
}

/* Whether FOUND is the container of the last look, and was not restarted since. */
static bool is_same_run(const struct fl_health *health, const struct fl_docker_container *found)
{
	const struct fl_docker_container *known = &health->container;

	return found->exists && known->exists && found->pid == known->pid &&
	       strcmp(found->id, known->id) == 0 &&
	       strcmp(found->started_at, known->started_at) == 0;
}

static void decide_layers(struct fl_health *health, const struct fl_health_check *check)
{
	for (int id = FL_LAYER_CONTAINER + 1; id < FL_LAYER_COUNT; id++)
		health->layers[id].applies = true;
	health->layers[FL_LAYER_SUPEREXEC].applies = fl_settings_subprocess(check->settings);
}

static void forget(struct fl_health *health, const struct fl_health_check *check)
{
	fl_health_clear(health, FL_LAYER_CONTAINER + 1);
	decide_layers(health, check);
	health->closed_port = false;
	health->refused = false;
	health->logged = false;
	health->cause = FL_CAUSE_NONE;
}

static void judge_container(struct fl_health *health, const struct fl_health_check *check)
{
	const struct fl_docker_container *c = &health->container;

	health->lost = c->exists && c->running && c->pid > 0 &&
		       fl_proc_is_gone(check->proc, c->pid);
	if (!c->exists)
		fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_FAILS,
			      "there is no container %s, which fl-bootstrap makes",
			      FL_CONTAINER_NAME);
	else if (c->restarting)
		fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_FAILS,
			      "it ends and is restarted again and again (exit status %" PRId64
			      ", %" PRId64 " restarts)",
			      c->exit_code, c->restart_count);
	else if (strcmp(c->status, "created") == 0)
		fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_FAILS,
			      "it was made but not started%s%s", c->error[0] == '\0' ? "" : ": ",
			      c->error);
	else if (!c->running || c->pid <= 0)
		fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_FAILS,
			      "it does not run: %s, exit status %" PRId64 "%s%s", c->status,
			      c->exit_code, c->error[0] == '\0' ? "" : ", ", c->error);
	else if (strcmp(c->status, "running") != 0)
		fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_FAILS, "it is %s", c->status);
	else if (health->lost)
		fl_health_set(
			health, FL_LAYER_CONTAINER, FL_LAYER_FAILS,
			"Docker says that it runs as process %ld, but there is no such process: "
			"Docker has lost the container, and `systemctl restart "
			"flower-superlink.service` starts it again; or Docker is not on this "
			"machine or not in its process namespace",
			(long)c->pid);
	else
		fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_HOLDS, "%s runs as process %ld",
			      c->image, (long)c->pid);
}

bool fl_health_container(struct fl_health *health, const struct fl_health_check *check,
			 fl_time deadline)
{
	struct fl_layer *layer = &health->layers[FL_LAYER_CONTAINER];
	struct fl_docker_container found = { .exists = false };
	struct fl_error err = FL_ERROR_INIT;
	fl_time start = fl_now();

	layer->applies = true;
	health->lost = false;
	/* A late Engine leaves time for the other layers. */
	deadline = fl_earlier(start + INSPECT_MOST, start + (deadline - start) / 2);
	health->inspected = fl_docker_inspect(check->docker, FL_CONTAINER_NAME, &found, deadline,
					      &err) == 0;
	if (health->inspected) {
		bool same_run = is_same_run(health, &found);

		fl_docker_container_free(&health->container);
		health->container = found;
		judge_container(health, check);
		if (!same_run || layer->state != FL_LAYER_HOLDS)
			forget(health, check);
	} else {
		fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_UNKNOWN, "%s", err.message);
		decide_layers(health, check);
	}
	layer->took = fl_now() - start;
	return layer->state != FL_LAYER_FAILS;
}

void fl_health_container_ended(struct fl_health *health, const struct fl_health_check *check,
			       int64_t exit_code)
{
	health->container.running = false;
	health->container.pid = 0;
	health->container.exit_code = exit_code;
	forget(health, check);
	fl_health_set(health, FL_LAYER_CONTAINER, FL_LAYER_FAILS,
		      "it ended with exit status %" PRId64 " during the wait", exit_code);
}

enum fl_layer_id fl_health_failure(const struct fl_health *health)
{
	for (int id = 0; id < FL_LAYER_COUNT; id++) {
		if (health->layers[id].applies && health->layers[id].state == FL_LAYER_FAILS)
			return health->layers[FL_LAYER_CONTAINER].state == FL_LAYER_UNKNOWN
				       ? FL_LAYER_CONTAINER
				       : (enum fl_layer_id)id;
	}
	return FL_LAYER_COUNT;
}

void fl_health_free(struct fl_health *health)
{
	fl_health_clear(health, FL_LAYER_CONTAINER);
	fl_docker_container_free(&health->container);
}
