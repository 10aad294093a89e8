/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/step.h"

#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"
#include "base/log.h"

static const char *const names[] = {
	[FL_STEP_BOOT] = "boot and contextualize", [FL_STEP_CONTEXT] = "read context",
	[FL_STEP_VALIDATE] = "validate",           [FL_STEP_FILES] = "write configuration",
	[FL_STEP_FOLDERS] = "prepare folders",     [FL_STEP_UNIT] = "write unit",
	[FL_STEP_DOCKER] = "wait for Docker",      [FL_STEP_IMAGE] = "choose image",
	[FL_STEP_START] = "start container",       [FL_STEP_HEALTH] = "wait for SuperLink",
	[FL_STEP_PUBLISH] = "publish to OneGate",  [FL_STEP_READY] = "report ready",
};

struct fl_step fl_step_begin(enum fl_step_number number)
{
	return (struct fl_step){ .number = number, .started = fl_now() };
}

static void log_end(const struct fl_step *step, enum fl_level level, const char *outcome,
		    const char *details)
{
	char duration[FL_DURATION_SIZE];

	fl_log(level, "step %d/%d %s: %s, %s: %s", (int)step->number, (int)FL_STEP_COUNT,
	       names[step->number], outcome, fl_duration(duration, fl_now() - step->started),
	       details);
}

FL_PRINTF(4, 0)
static void log_done(const struct fl_step *step, enum fl_level level, const char *outcome,
		     const char *format, va_list args)
{
	fl_auto_buf struct fl_buf details = FL_BUF_INIT;

	fl_buf_vprintf(&details, format, args);
	log_end(step, level, outcome, fl_buf_text(&details));
}

enum fl_exit fl_step_done(const struct fl_step *step, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_done(step, FL_INFO, "done", format, args);
	va_end(args);
	return FL_EXIT_OK;
}

enum fl_exit fl_step_warned(const struct fl_step *step, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_done(step, FL_WARNING, "done with a warning", format, args);
	va_end(args);
	return FL_EXIT_OK;
}

enum fl_exit fl_step_failed(const struct fl_step *step, const struct fl_error *err)
{
	log_end(step, FL_ERR, "failed", err->message);
	return err->code;
}

/*
 * Step 1 ends when contextualization has written one_env, so the file's age gives its duration. The
 * duration is unknown if somebody wrote the file by hand, or if the clock was set since.
 */
void fl_step_boot(const struct fl_paths *paths)
{
	struct fl_step step = fl_step_begin(FL_STEP_BOOT);
	struct timespec up, now;
	struct stat info;
	int64_t age, took = 0;

	if (stat(paths->context, &info) != 0)
		return; /* step 2 reports it */
	clock_gettime(CLOCK_BOOTTIME, &up);
	clock_gettime(CLOCK_REALTIME, &now);
	age = now.tv_sec - info.st_mtim.tv_sec; /* seconds: a file may be centuries old */
	if (age >= 0 && age < up.tv_sec && fl_paths_is_host(paths))
		took = (up.tv_sec - age) * FL_SEC + up.tv_nsec - now.tv_nsec + info.st_mtim.tv_nsec;
	step.started -= took;
	fl_step_done(&step, "contextualization wrote %s%s", paths->context,
		     took > 0 ? ", counted from power-on" : "");
}
