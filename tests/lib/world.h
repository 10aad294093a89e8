/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An Engine, a container and a SuperLink on a clock of their own, for the tests of lib/health: the
 * answers follow from that clock, and no test waits.
 * The test that includes this names the functions to wrap:
 *   fl_now fl_pause fl_http_start fl_http_run fl_http_done fl_http_response fl_http_end
 *   fl_docker_inspect fl_docker_logs fl_proc_find fl_proc_is_gone fl_proc_files
 *   fl_space_look
 */
#ifndef FL_TESTS_WORLD_H
#define FL_TESTS_WORLD_H

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "config/resolve.h"
#include "docker/engine.h"
#include "docker/logs.h"
#include "health/health.h"
#include "health/space.h"

struct fl_transfer {
	struct fl_response response;
	fl_time done_at;
};

/* When things happen, in milliseconds from the start; FL_NEVER for never. */
static struct {
	fl_time now; /* nanoseconds */
	int64_t engine_at, made_at, started_at, listens_at, control_at, died_at, restarted_at;
	int64_t away_at, away_ms;                 /* so long the Engine answers with errors */
	int64_t inspect_ms;                       /* so long an inspect takes, 0 for 1 */
	int64_t lost_at;                          /* the Engine closes the wait for the end */
	int64_t process_gone_at, process_back_at; /* the container's, in /proc */
	int64_t superexec_at, superexec_gone_at;
	bool superexec_zombie; /* after its end */
	pid_t ancestor;        /* below which it was looked for last */
	bool paused, oom_killed, restarting;
	int64_t exit_code;
	const char *error; /* State.Error */
	const char *image;
	const char *refusal; /* grpc-message of the database call, NULL for status 0 */
	int64_t refused_until;
	struct fl_proc_files files;  /* of the container */
	enum fl_cause full;          /* what fl_space_look() finds */
	bool hangs;                  /* the database call gets no answer */
	int http_status;             /* of GET /health */
	int64_t slow_until, slow_ms; /* so long takes each call until then */
	const char *log;
	struct fl_buf calls; /* a letter each: i(nspect), f(leet), c(ontrol), d(atabase), h(ttp) */
} world;

static struct fl_settings settings;
static struct fl_transfer *waiting; /* for the container's end */

static inline int world_reset(void **state)
{
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
	struct fl_context *context = NULL;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fl_buf_free(&world.calls);
	memset(&world, 0, sizeof(world));
	world.died_at = world.restarted_at = world.lost_at = world.away_at = FL_NEVER;
	world.superexec_gone_at = world.refused_until = FL_NEVER;
	world.process_gone_at = world.process_back_at = FL_NEVER;
	world.http_status = 200;
	world.error = world.log = "";
	world.image = "flwr/superlink:1.25.0-py3.13-ubuntu24.04";
	waiting = NULL;
	fl_settings_free(&settings);
	if (fl_context_parse("test", "", 0, &context, &err) != 0)
		return -1;
	fl_resolve(&settings, context, &findings);
	fl_context_free(context);
	return 0;
}

/* Replaces a setting's value. */
static inline void world_set(enum fl_param_id id, const char *value)
{
	free(settings.of[id].value);
	settings.of[id].value = fl_xstrdup(value);
}

static inline int world_end(void **state)
{
	(void)state;
	fl_buf_free(&world.calls);
	fl_settings_free(&settings);
	return 0;
}

static inline struct fl_health_check world_check(void)
{
	static struct fl_docker docker = { .http = (struct fl_http *)&world };

	/* The wrapped functions do not use these pointers. */
	return (struct fl_health_check){ .http = docker.http,
					 .docker = &docker,
					 .settings = &settings,
					 .proc = "/proc",
					 .state_dir = "/the/state" };
}

static inline bool since(int64_t ms)
{
	return ms != FL_NEVER && world.now >= ms * FL_MS;
}

static inline bool up(void)
{
	return (since(world.started_at) && !since(world.died_at)) || since(world.restarted_at);
}

/* Of the container's present run. */
static inline pid_t world_pid(void)
{
	int64_t run = since(world.restarted_at) ? world.restarted_at
		      : since(world.started_at) ? world.started_at
						: 0;

	return (pid_t)(100 + run);
}

static inline int count_calls(char letter)
{
	int count = 0;

	for (const char *c = fl_buf_text(&world.calls); *c != '\0'; c++)
		count += *c == letter;
	return count;
}

/* Milliseconds since the start. */
static inline int64_t world_ms(void)
{
	return world.now / FL_MS;
}

fl_time __wrap_fl_now(void);
fl_time __wrap_fl_now(void)
{
	return world.now;
}

void __wrap_fl_pause(int64_t nanoseconds, fl_time deadline);
void __wrap_fl_pause(int64_t nanoseconds, fl_time deadline)
{
	if (nanoseconds > 0)
		world.now = fl_earlier(world.now + nanoseconds, deadline);
}

int __wrap_fl_docker_inspect(struct fl_docker *docker, const char *name,
			     struct fl_docker_container *container, fl_time deadline,
			     struct fl_error *err);
int __wrap_fl_docker_inspect(struct fl_docker *docker, const char *name,
			     struct fl_docker_container *container, fl_time deadline,
			     struct fl_error *err)
{
	int64_t run = world_pid() - 100;

	(void)docker, (void)name;
	fl_buf_putc(&world.calls, 'i');
	*container = (struct fl_docker_container){ .exists = since(world.made_at) };
	world.now += (world.inspect_ms != 0 ? world.inspect_ms : 1) * FL_MS;
	if (world.now > deadline) {
		world.now = deadline;
		return fl_error_set(err, FL_EXIT_TIMEOUT, 0, "no Engine in time");
	}
	if (!since(world.engine_at) ||
	    (since(world.away_at) && !since(world.away_at + world.away_ms)))
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "no Engine");
	if (!container->exists)
		return 0;
	container->id = fl_xstrdup("id");
	container->image = fl_xstrdup(world.image);
	container->status = fl_xstrdup(world.restarting       ? "restarting"
				       : world.paused         ? "paused"
				       : up()                 ? "running"
				       : since(world.died_at) ? "exited"
							      : "created");
	container->started_at = fl_xasprintf("%" PRId64, since(world.started_at) ? run : -1);
	container->error = fl_xstrdup(world.error);
	container->running = up();
	container->restarting = world.restarting;
	container->pid = up() ? (pid_t)(100 + run) : 0;
	container->exit_code = since(world.died_at) ? world.exit_code : 0;
	container->oom_killed = world.oom_killed && since(world.died_at);
	return 0;
}

int __wrap_fl_docker_logs(struct fl_docker *docker, const char *name, int lines, struct fl_buf *out,
			  fl_time deadline, struct fl_error *err);
int __wrap_fl_docker_logs(struct fl_docker *docker, const char *name, int lines, struct fl_buf *out,
			  fl_time deadline, struct fl_error *err)
{
	(void)docker, (void)name, (void)lines, (void)deadline, (void)err;
	fl_buf_puts(out, world.log);
	return 0;
}

static inline void answer(struct fl_response *response, int status, const char *message)
{
	response->status = 200;
	fl_buf_printf(&response->headers, "grpc-status: %d\ngrpc-message: %s\n", status, message);
}

struct fl_transfer *__wrap_fl_http_start(struct fl_http *http, const struct fl_request *request);
struct fl_transfer *__wrap_fl_http_start(struct fl_http *http, const struct fl_request *request)
{
	struct fl_transfer *transfer = fl_xcalloc(1, sizeof(*transfer));
	struct fl_response *response = &transfer->response;
	bool control = strstr(request->url, ":9093/") != NULL;
	/* Trap 32: ListRuns with limit 0, or Flower 1.31 deletes objects of runs. */
	static const char list_runs[] = { 0, 0, 0, 0, 2, 0x10, 0 }, list_apps[] = { 0, 0, 0, 0, 0 };
	const char *message = control ? list_runs : list_apps;
	size_t length = control ? sizeof(list_runs) : sizeof(list_apps);
	bool database = strstr(request->url, control ? "ListRuns" : "ListAppsToLaunch") != NULL &&
			request->body_length == length &&
			memcmp(request->body, message, length) == 0;

	(void)http;
	if (strstr(request->url, "/wait?") != NULL) {
		int64_t end = since(world.restarted_at) ? FL_NEVER : world.died_at;

		transfer->done_at = fl_earlier(end, world.lost_at);
		if (transfer->done_at != FL_NEVER)
			transfer->done_at *= FL_MS;
		response->failure = world.lost_at < end ? FL_HTTP_CLOSED : FL_HTTP_OK;
		response->status = 200;
		fl_buf_printf(&response->body, "{\"StatusCode\":%" PRId64 "}\n", world.exit_code);
		waiting = transfer;
		return transfer;
	}
	fl_buf_putc(&world.calls, database ? 'd' : !request->http2 ? 'h' : control ? 'c' : 'f');
	transfer->done_at = world.now + (since(world.slow_until) ? 1 : world.slow_ms) * FL_MS;
	if (!up()) {
		/* Nobody publishes the port. */
		response->failure = FL_HTTP_CONNECT;
		response->errnum = ECONNREFUSED;
	} else if (!since(control ? world.control_at : world.listens_at)) {
		/* Trap 1: docker-proxy accepts, then resets. */
		response->failure = FL_HTTP_CLOSED;
		snprintf(response->reason, sizeof(response->reason), "reset");
	} else if (!request->http2) {
		response->status = world.http_status;
	} else if (!database) {
		answer(response, 12, "Method not found!");
	} else if (world.hangs) {
		transfer->done_at = request->deadline;
		response->failure = FL_HTTP_TIMEOUT;
	} else if (world.refusal != NULL && !since(world.refused_until)) {
		answer(response, 2, world.refusal);
	} else {
		answer(response, 0, "");
	}
	if (transfer->done_at > request->deadline) {
		transfer->done_at = request->deadline;
		response->failure = FL_HTTP_TIMEOUT;
	}
	return transfer;
}

bool __wrap_fl_http_run(struct fl_http *http, struct fl_transfer *one, fl_time until);
bool __wrap_fl_http_run(struct fl_http *http, struct fl_transfer *one, fl_time until)
{
	(void)http;
	until = fl_earlier(until, one->done_at);
	if (waiting != NULL && waiting->done_at > world.now)
		until = fl_earlier(until, waiting->done_at);
	world.now = until > world.now ? until : world.now;
	return world.now >= one->done_at;
}

bool __wrap_fl_http_done(const struct fl_transfer *transfer);
bool __wrap_fl_http_done(const struct fl_transfer *transfer)
{
	return world.now >= transfer->done_at;
}

const struct fl_response *__wrap_fl_http_response(const struct fl_transfer *transfer);
const struct fl_response *__wrap_fl_http_response(const struct fl_transfer *transfer)
{
	return &transfer->response;
}

void __wrap_fl_http_end(struct fl_transfer *transfer);
void __wrap_fl_http_end(struct fl_transfer *transfer)
{
	if (transfer == NULL)
		return;
	if (transfer == waiting)
		waiting = NULL;
	fl_buf_free(&transfer->response.body);
	fl_buf_free(&transfer->response.headers);
	free(transfer);
}

enum fl_cause __wrap_fl_space_look(const char *folder, char **detail);
enum fl_cause __wrap_fl_space_look(const char *folder, char **detail)
{
	*detail = fl_xasprintf("%s has %d MiB free", folder, world.full == FL_CAUSE_NONE ? 99 : 3);
	return world.full;
}

struct fl_proc_files __wrap_fl_proc_files(const char *proc, pid_t ancestor);
struct fl_proc_files __wrap_fl_proc_files(const char *proc, pid_t ancestor)
{
	(void)proc;
	return ancestor == world_pid() ? world.files : (struct fl_proc_files){ .most = 0 };
}

bool __wrap_fl_proc_is_gone(const char *proc, pid_t pid);
bool __wrap_fl_proc_is_gone(const char *proc, pid_t pid)
{
	(void)proc, (void)pid;
	return since(world.process_gone_at) && !since(world.process_back_at);
}

int __wrap_fl_proc_find(const char *proc, pid_t ancestor, const char *program,
			enum fl_process *found, pid_t *pid, struct fl_error *err);
int __wrap_fl_proc_find(const char *proc, pid_t ancestor, const char *program,
			enum fl_process *found, pid_t *pid, struct fl_error *err)
{
	(void)proc, (void)program;
	world.ancestor = ancestor;
	if (ancestor != 0 && (!up() || ancestor != world_pid()))
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "no such process");
	*found = FL_PROCESS_ABSENT;
	if (!up() || !since(world.superexec_at))
		return 0;
	if (since(world.superexec_gone_at)) {
		*found = world.superexec_zombie ? FL_PROCESS_ZOMBIE : FL_PROCESS_ABSENT;
		return 0;
	}
	*found = FL_PROCESS_ALIVE;
	if (pid != NULL)
		*pid = 777;
	return 0;
}

#endif
