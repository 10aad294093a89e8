/* SPDX-License-Identifier: Apache-2.0 */
#include "health/verdict.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "docker/logs.h"
#include "superlink/container.h"

#define ASK_TIME (2 * FL_SEC) /* for one request to the Engine, such as for the log */

#define LINES_SHOWN    10  /* of the container's log */
#define LINES_SEARCHED 100 /* for a known cause: a traceback is long */

#define EXIT_KILLED 137           /* 128 + SIGKILL */
#define OOM_TIME    (100 * FL_MS) /* an Engine that restarts the container answers late */

/* Whether the kernel killed the container for lack of memory, which docker/end.h does not tell. */
static bool is_oom_killed(const struct fl_health *health, const struct fl_health_check *check)
{
	fl_auto_container struct fl_docker_container now = { .exists = false };
	struct fl_error ignored = FL_ERROR_INIT;

	if (health->container.oom_killed || health->container.exit_code != EXIT_KILLED)
		return health->container.oom_killed;
	return fl_docker_inspect(check->docker, FL_CONTAINER_NAME, &now, fl_now() + OOM_TIME,
				 &ignored) == 0 &&
	       now.exists && now.oom_killed;
}

static enum fl_cause cause_of(const struct fl_health *health, const struct fl_health_check *check,
			      enum fl_layer_id failure, const char *log)
{
	enum fl_cause cause = FL_CAUSE_NONE;

	if (failure == FL_LAYER_CONTAINER)
		cause = fl_diagnosis_of_exit(health->container.exit_code,
					     is_oom_killed(health, check));
	if (cause == FL_CAUSE_NONE)
		cause = fl_diagnosis_of_log(log);
	if (health->layers[FL_LAYER_DATABASE].state == FL_LAYER_HOLDS &&
	    fl_diagnosis_is_final(cause))
		return FL_CAUSE_NONE; /* the log has an old cause; the database works now */
	return cause;
}

/* Adds "why; what to do" to WHY if the cause is known, and the end of the log to LOG. */
static void examine(const struct fl_health *health, const struct fl_health_check *check,
		    enum fl_layer_id failure, struct fl_buf *log, struct fl_buf *why)
{
	struct fl_error ignored = FL_ERROR_INIT;
	enum fl_cause cause = health->cause;

	if (health->inspected && health->container.exists) {
		if (fl_docker_logs(check->docker, FL_CONTAINER_NAME, LINES_SEARCHED, log,
				   fl_now() + ASK_TIME, &ignored) != 0)
			fl_buf_reset(log);
		/* The answer of the database is better than the log, which has old causes too. */
		if (cause == FL_CAUSE_NONE && !health->refused)
			cause = cause_of(health, check, failure, fl_buf_text(log));
		fl_logs_keep_last(log, LINES_SHOWN);
	}
	cause = fl_diagnosis_of_files(cause, check->proc, health->container.pid, why);
	fl_diagnosis_explain(cause, check->state_dir, why);
}

/* What fails besides an Engine that does not answer. */
static void add_failures(const struct fl_health *health, struct fl_error *err)
{
	for (int id = 0; id < FL_LAYER_COUNT; id++) {
		if (health->layers[id].applies && health->layers[id].state == FL_LAYER_FAILS)
			fl_error_hint(err, "%s: %s", fl_layer_name((enum fl_layer_id)id),
				      health->layers[id].detail);
	}
}

int fl_verdict_error(const struct fl_health *health, const struct fl_health_check *check,
		     enum fl_exit code, struct fl_buf *log, struct fl_error *err)
{
	enum fl_layer_id failure = fl_health_failure(health);
	fl_auto_buf struct fl_buf why = FL_BUF_INIT;

	examine(health, check, failure, log, &why);
	if (failure == FL_LAYER_COUNT)
		fl_error_set(err, code, 0, "no layer was checked in time");
	else
		fl_error_set(err, code, 0, "%s: %s", fl_layer_name(failure),
			     health->layers[failure].detail);
	if (failure == FL_LAYER_CONTAINER && health->layers[failure].state == FL_LAYER_UNKNOWN)
		add_failures(health, err);
	return why.length == 0 ? -1 : fl_error_hint(err, "%s", fl_buf_text(&why));
}

void fl_verdict_add_cause(struct fl_docker *docker, const char *state_dir, struct fl_buf *log,
			  struct fl_error *err)
{
	const struct fl_health_check check = { .docker = docker,
					       .proc = FL_PROC,
					       .state_dir = state_dir };
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;
	fl_auto_buf struct fl_buf why = FL_BUF_INIT;
	struct fl_error ignored = FL_ERROR_INIT;

	health.inspected = fl_docker_inspect(docker, FL_CONTAINER_NAME, &health.container,
					     fl_now() + ASK_TIME, &ignored) == 0;
	examine(&health, &check, FL_LAYER_CONTAINER, log, &why);
	if (why.length > 0)
		fl_error_hint(err, "%s", fl_buf_text(&why));
}

void fl_verdict_show_log(const struct fl_buf *log)
{
	fl_auto_free char *text = fl_xstrdup(fl_buf_text(log));
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		fl_log(FL_ERR, "container log: %s", line);
}

/* In the order of enum fl_layer_state. */
static const char *const words[] = { "not tried", "holds", "fails", "unknown" };

static void log_layers(const struct fl_health *health)
{
	for (int id = 0; id < FL_LAYER_COUNT; id++) {
		const struct fl_layer *layer = &health->layers[id];
		const char *name = fl_layer_name((enum fl_layer_id)id);
		char took[FL_DURATION_SIZE];

		if (layer->applies && layer->state == FL_LAYER_UNTRIED)
			fl_log(FL_DEBUG, "layer %s: %s", name, words[layer->state]);
		else if (layer->applies)
			fl_log(FL_DEBUG, "layer %s: %s, %s: %s", name, words[layer->state],
			       fl_duration(took, layer->took), layer->detail);
	}
}

enum fl_exit fl_verdict_tell(const struct fl_health *health, const struct fl_health_check *check,
			     enum fl_exit status, const struct fl_step *step)
{
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	struct fl_error err = FL_ERROR_INIT;

	log_layers(health);
	if (status == FL_EXIT_OK && step != NULL && health->inspected)
		fl_step_done(step, "%s is ready, all layers hold", health->container.image);
	else if (status == FL_EXIT_OK && step != NULL)
		fl_step_done(step, "the SuperLink is ready, although Docker does not answer: %s",
			     health->layers[FL_LAYER_CONTAINER].detail);
	if (status == FL_EXIT_OK)
		return status;
	fl_verdict_error(health, check, status, &log, &err);
	if (step != NULL)
		fl_step_failed(step, &err);
	else
		fl_log_error(&err);
	fl_verdict_show_log(&log);
	return status;
}

static char *print(const cJSON *object)
{
	fl_auto_free char *text = fl_json_print(object, false);

	return fl_xasprintf("%s\n", text);
}

static void add_layer(cJSON *list, const char *name, enum fl_layer_state state, const char *detail)
{
	cJSON *layer = cJSON_CreateObject();

	cJSON_AddStringToObject(layer, "name", name);
	if (state == FL_LAYER_UNTRIED || state == FL_LAYER_UNKNOWN)
		cJSON_AddNullToObject(layer, "ok");
	else
		cJSON_AddBoolToObject(layer, "ok", state == FL_LAYER_HOLDS);
	if (detail == NULL)
		cJSON_AddNullToObject(layer, "detail");
	else
		cJSON_AddStringToObject(layer, "detail", detail);
	cJSON_AddItemToArray(list, layer);
}

char *fl_verdict_json(const struct fl_health *health)
{
	fl_auto_json cJSON *object = fl_json_object();
	cJSON *list = cJSON_CreateArray();
	bool ready = true;

	for (int id = 0; id < FL_LAYER_COUNT; id++) {
		const struct fl_layer *layer = &health->layers[id];

		if (!layer->applies)
			continue;
		ready = ready &&
			(layer->state == FL_LAYER_HOLDS || layer->state == FL_LAYER_UNKNOWN);
		add_layer(list, fl_layer_name((enum fl_layer_id)id), layer->state, layer->detail);
	}
	cJSON_AddBoolToObject(object, "ready", ready);
	cJSON_AddItemToObject(object, "layers", list);
	return print(object);
}

char *fl_verdict_json_one(const char *name, bool ok, const char *detail)
{
	fl_auto_json cJSON *object = fl_json_object();

	cJSON_AddBoolToObject(object, "ready", ok);
	add_layer(cJSON_AddArrayToObject(object, "layers"), name,
		  ok ? FL_LAYER_HOLDS : FL_LAYER_FAILS, detail);
	return print(object);
}
