/* SPDX-License-Identifier: Apache-2.0 */
#include "readiness/readiness.h"

#include <string.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/mem.h"
#include "docker/systemd.h"
#include "health/judge.h"
#include "health/verdict.h"
#include "readiness/announcement.h"
#include "superlink/container.h"
#include "superlink/database.h"
#include "superlink/stage.h"
#include "superlink/unit.h"

#define TELL_SECONDS  4 /* for OneGate: the unit waits for it before a restart */
#define SYSTEMD_LIMIT (5 * FL_SEC)
#define ENGINE_LIMIT  (2 * FL_SEC)

struct report {
	const struct fl_paths *paths;
	struct fl_announcement announcement;
	struct fl_memory memory;
	struct fl_error unopened; /* why OneGate cannot be told anything, code 0 if it can */
	struct fl_error untold;   /* why it was not told, code 0 if it was */
	char *stage;
	bool under_way; /* a run of service */
	bool failed;    /* the stage is a failure that only a run of service can mend */
	enum fl_standing standing;
	bool restart; /* can mend it */
};

static void free_report(struct report *report)
{
	fl_memory_free(&report->memory);
	fl_announcement_free(&report->announcement);
	free(report->stage);
}

static bool is(const char *text, const char *other)
{
	return text != NULL && strcmp(text, other) == 0;
}

/* 0, or -1 with 71 or 78 if superlink.json is there but of no use. */
static int prepare(struct report *report, const char *socket, struct fl_error *err)
{
	const struct fl_paths *paths = report->paths;

	if (fl_folder_make(paths->run_dir, 0755, err) != 0)
		return -1;
	if (fl_announcement_open(&report->announcement, paths, socket, TELL_SECONDS,
				 &report->unopened) != 0 &&
	    report->announcement.docker == NULL && access(paths->json, F_OK) == 0) {
		*err = report->unopened;
		return -1;
	}
	/* Only now, as another report may have waited for OneGate meanwhile. */
	fl_memory_read(&report->memory, paths->memory);
	report->stage = fl_stage_read(paths);
	report->under_way = fl_stage_is_running(paths);
	report->failed = is(report->stage, "configure_failure") ||
			 (report->under_way && is(report->stage, FL_BOOT_FAILURE));
	return 0;
}

/*
 * Whether the container was made from another configuration than superlink.json: a boot failed
 * before it made its own, and that of an earlier one still serves.
 */
static bool is_of_another_boot(struct report *report, bool by_systemd)
{
	const struct fl_announcement *announcement = &report->announcement;
	const struct fl_docker_container *container = &announcement->health.container;
	fl_auto_free char *id = NULL, *digest = NULL;
	struct fl_error ignored = FL_ERROR_INIT;

	if (fl_docker_image_id(announcement->docker, container->image, &id, fl_now() + ENGINE_LIMIT,
			       &ignored) != 1)
		return false; /* nobody knows */
	free(fl_container_request(&announcement->publication.settings, report->paths,
				  container->image, id, by_systemd, &digest));
	return container->digest != NULL && strcmp(container->digest, digest) != 0;
}

/* Looks and judges. A run of service that has failed needs no look. */
static void look(struct report *report, bool by_systemd)
{
	struct fl_announcement *announcement = &report->announcement;
	fl_time began = fl_now();
	int64_t seconds;

	report->standing = FL_STANDING_NOT_READY;
	if (announcement->docker == NULL || (report->failed && report->under_way))
		return;
	announcement->publication.deadline = began + 2 * FL_HEALTH_TRY;
	fl_announcement_look(announcement);
	seconds = fl_settings_integer(&announcement->publication.settings, FL_PARAM_HEALTH_TIMEOUT);
	report->standing = fl_judge(&announcement->health, announcement->ready, seconds * FL_SEC,
				    began, fl_now(), &report->memory, &report->restart);
	if (report->standing == FL_STANDING_READY && is(report->stage, FL_BOOT_FAILURE) &&
	    announcement->health.inspected && is_of_another_boot(report, by_systemd))
		report->failed = true;
}

/* The boot has succeeded, or does not count as a success any more. */
static void keep_stage(const struct report *report)
{
	struct fl_error err = FL_ERROR_INIT;
	int changed = 0;

	if (report->standing == FL_STANDING_READY && !report->failed)
		changed = fl_stage_change(report->paths, FL_BOOT_FAILURE, FL_BOOT_SUCCESS, &err);
	else if (report->standing == FL_STANDING_NOT_READY)
		changed = fl_stage_change(report->paths, FL_BOOT_SUCCESS, FL_BOOT_FAILURE, &err);
	if (changed < 0)
		fl_log_error(&err);
}

/* Whether the boot has come so far that the SuperLink may be called ready. */
static bool may_be_ready(const struct report *report)
{
	return !report->under_way && !report->failed &&
	       (is(report->stage, FL_BOOT_SUCCESS) || is(report->stage, FL_BOOT_FAILURE) ||
		is(report->stage, "configure_success"));
}

/* Whether one-apps' scripts run: START_SCRIPT and the one that sets READY=YES still follow. */
static bool is_contextualizing(void)
{
	static const char *const arguments[] = { "is-active", "one-context.service", NULL };
	fl_auto_buf struct fl_buf output = FL_BUF_INIT;
	struct fl_error ignored = FL_ERROR_INIT;

	return fl_systemd_running() &&
	       fl_systemctl(arguments, &output, fl_now() + SYSTEMD_LIMIT, &ignored) != 0 &&
	       strncmp(fl_buf_text(&output), "activating", 10) == 0;
}

/* READY=YES was prevented if FL_READY=YES was, or it was taken back. */
static bool owes_ready(const struct report *report)
{
	const struct fl_told *told = &report->announcement.publication.told;

	return (!is(fl_told_get(told, "FL_READY"), "YES") ||
		is(fl_told_get(told, "READY"), "NO")) &&
	       !is_contextualizing();
}

/* The first boot of this VM has told nothing yet that could be wrong. */
static bool is_first_boot(const struct report *report)
{
	return access(report->paths->booted, F_OK) != 0 && !is(report->stage, FL_BOOT_SUCCESS) &&
	       !is(report->stage, FL_BOOT_FAILURE);
}

static int tell_onegate(struct report *report, struct fl_error *err)
{
	struct fl_announcement *announcement = &report->announcement;
	struct fl_publication *publication = &announcement->publication;
	bool ready = report->standing == FL_STANDING_READY && may_be_ready(report);
	bool not_ready = report->failed ||
			 (report->standing == FL_STANDING_NOT_READY && !is_first_boot(report));

	/* An Engine that does not answer does not say which version runs, so nothing is told. */
	if ((!ready && !not_ready) || (ready && !announcement->health.inspected &&
				       is(fl_told_get(&publication->told, "FL_READY"), "YES")))
		return 0;
	if (report->unopened.code != FL_EXIT_OK) {
		*err = report->unopened;
		return -1;
	}
	publication->if_changed = true;
	publication->deadline = fl_deadline(TELL_SECONDS);
	announcement->ready = ready;
	announcement->also_ready = fl_publication_reports_ready(publication) &&
				   (!ready || owes_ready(report));
	return fl_announcement_tell(announcement, report->paths, err);
}

/* The report for people names the endpoint, and whether OneGate knows it. */
static void keep_report(struct report *report)
{
	const struct fl_publication *publication = &report->announcement.publication;
	bool failed = report->untold.code != FL_EXIT_OK;
	struct fl_error err = FL_ERROR_INIT;

	if (may_be_ready(report) && publication->endpoint != NULL &&
	    (publication->sent || failed) &&
	    fl_publication_report(publication, report->paths, failed ? &report->untold : NULL,
				  &err) != 0)
		fl_log_error(&err);
}

static void restart(void)
{
	static const char *const arguments[] = { "try-restart", "--no-block", FL_UNIT_NAME, NULL };
	struct fl_error err = FL_ERROR_INIT;

	fl_log(FL_WARNING, "restarting " FL_UNIT_NAME);
	if (fl_systemctl(arguments, NULL, fl_now() + SYSTEMD_LIMIT, &err) != 0)
		fl_log_error(&err);
}

/* Why a SuperLink is not ready. The container's log is in the unit's journal already. */
static void explain(const struct report *report, struct fl_error *err)
{
	const struct fl_announcement *announcement = &report->announcement;
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;

	if (announcement->health.layers[FL_LAYER_CONTAINER].detail == NULL)
		fl_error_set(err, FL_EXIT_NO, 0, "the last run of service failed");
	else
		fl_verdict_error(&announcement->health, &announcement->check, FL_EXIT_NO, &log,
				 err);
}

/* One line when the standing changes; else only with -v. */
static void say(struct report *report)
{
	static const char *const names[] = { "ready", "silent", "not ready" };
	enum fl_layer_id failure = fl_health_failure(&report->announcement.health);
	fl_auto_free char *now = fl_xasprintf("%s %s %d", names[report->standing],
					      failure == FL_LAYER_COUNT ? ""
									: fl_layer_name(failure),
					      (int)report->untold.code);
	bool news = !is(report->memory.said, now) &&
		    (is(report->stage, FL_BOOT_SUCCESS) || is(report->stage, FL_BOOT_FAILURE)) &&
		    !report->under_way;
	struct fl_error err = FL_ERROR_INIT;

	if (report->standing == FL_STANDING_READY) {
		fl_log(news && report->memory.said[0] != '\0' ? FL_NOTICE : FL_DEBUG,
		       "ready: all layers hold");
	} else if (news || fl_log_get_threshold() == FL_DEBUG) {
		explain(report, &err);
		fl_log(news ? FL_ERR : FL_DEBUG, "%s: %s%s", names[report->standing], err.message,
		       report->standing == FL_STANDING_SILENT
			       ? "; it counts as ready until FL_HEALTH_TIMEOUT has passed"
			       : "");
	}
	/* Also to the person whose run of service has failed. */
	if (report->untold.code != FL_EXIT_OK)
		fl_log((news || (report->failed && report->under_way)) &&
				       report->untold.code != FL_EXIT_NO
			       ? FL_WARNING
			       : FL_DEBUG,
		       "%s", report->untold.message);
	if (news)
		fl_memory_set(&report->memory.said, now);
}

enum fl_exit fl_readiness_report(const struct fl_paths *paths, const char *socket, bool by_systemd)
{
	__attribute__((cleanup(free_report))) struct report report = {
		.paths = paths, .announcement = FL_ANNOUNCEMENT_INIT
	};
	const struct fl_announcement *announcement = &report.announcement;
	struct fl_error err = FL_ERROR_INIT;

	if (prepare(&report, socket, &err) != 0)
		return fl_log_error(&err);
	if (announcement->docker == NULL && !report.failed)
		return FL_EXIT_OK;
	look(&report, by_systemd);
	keep_stage(&report);
	fl_ignore(tell_onegate(&report, &report.untold));
	if (report.standing == FL_STANDING_READY) {
		keep_report(&report);
		fl_database_ready(paths, &announcement->publication.settings,
				  announcement->health.container.image);
	}
	say(&report);
	if (report.restart && by_systemd)
		restart();
	if (fl_memory_write(&report.memory, paths->memory, &err) != 0)
		return fl_log_error(&err);
	return report.standing == FL_STANDING_READY && !report.failed ? FL_EXIT_OK : FL_EXIT_NO;
}
