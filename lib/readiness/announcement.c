/* SPDX-License-Identifier: Apache-2.0 */
#include "readiness/announcement.h"

#include "base/log.h"
#include "base/mem.h"
#include "health/layers.h"
#include "health/verdict.h"

bool fl_announcement_look(struct fl_announcement *announcement)
{
	fl_time now = fl_now();
	/* The other half is for telling what was seen. */
	fl_time half = now + (announcement->publication.deadline - now) / 2;

	announcement->ready = fl_layers_try(&announcement->health, &announcement->check,
					    fl_earlier(now + FL_HEALTH_TRY, half));
	return announcement->ready;
}

static bool look_again(void *data)
{
	return fl_announcement_look(data);
}

int fl_announcement_open(struct fl_announcement *announcement, const struct fl_paths *paths,
			 const char *socket, int64_t timeout, struct fl_error *err)
{
	struct fl_publication *publication = &announcement->publication;
	enum fl_settings_state state = fl_settings_require(&publication->settings, paths->json,
							   err);

	if (state == FL_SETTINGS_DAMAGED || state == FL_SETTINGS_UNKNOWN)
		return -1;
	if (state == FL_SETTINGS_ABSENT) {
		announcement->why = *err;
		announcement->why.code = FL_EXIT_NO;
	} else {
		announcement->http = fl_http_new();
		announcement->docker = fl_docker_new(announcement->http, socket);
		announcement->check = (struct fl_health_check){ .http = announcement->http,
								.docker = announcement->docker,
								.settings = &publication->settings,
								.proc = FL_PROC,
								.state_dir = paths->state_dir };
	}
	return fl_publication_open(publication, paths, true, timeout, err);
}

/* The one place where what is told is put together. */
static int tell(struct fl_announcement *announcement, const struct fl_paths *paths,
		struct fl_error *err)
{
	struct fl_publication *publication = &announcement->publication;
	struct fl_attributes *attributes = &publication->attributes;
	const char *image = announcement->health.container.image;
	bool ready = announcement->ready;

	fl_attributes_free(attributes);
	publication->onegate.again = ready ? look_again : NULL;
	publication->onegate.again_data = announcement;
	if ((ready ? fl_publication_add_ready(publication, image, err)
		   : fl_attributes_add(attributes, "FL_READY", "NO", err)) != 0)
		return -1;
	if (announcement->also_ready &&
	    fl_attributes_add(attributes, "READY", ready ? "YES" : "NO", err) != 0)
		return -1;
	return fl_publication_tell(publication, paths, err);
}

/* Finds out why the SuperLink is not ready, and what the report says of it in any case. */
static void explain(struct fl_announcement *announcement)
{
	fl_auto_buf struct fl_buf log = FL_BUF_INIT;
	struct fl_error ignored = FL_ERROR_INIT;

	if (announcement->docker == NULL)
		return;
	fl_verdict_error(&announcement->health, &announcement->check, FL_EXIT_NO, &log,
			 &announcement->why);
	fl_ignore(fl_publication_describe(&announcement->publication,
					  announcement->health.container.image, &ignored));
}

int fl_announcement_tell(struct fl_announcement *announcement, const struct fl_paths *paths,
			 struct fl_error *err)
{
	bool was_ready = announcement->ready;
	int result = tell(announcement, paths, err);

	if (was_ready && !announcement->ready)
		result = tell(announcement, paths, err);
	if (!announcement->ready)
		explain(announcement);
	return result;
}

/* Logs how the step ended. FAILURE is why OneGate was not told, or NULL. */
static enum fl_exit conclude(const struct fl_announcement *announcement, const struct fl_step *step,
			     const struct fl_error *failure)
{
	const struct fl_publication *publication = &announcement->publication;
	fl_auto_free char *url = NULL;

	if (failure != NULL && failure->code != FL_EXIT_NO) {
		if (!announcement->ready)
			fl_log(FL_WARNING, "%s", announcement->why.message);
		return fl_step_failed(step, failure);
	}
	if (!announcement->ready)
		return fl_step_failed(step, &announcement->why);
	if (failure != NULL) {
		fl_step_done(step, "%s", failure->message);
		return FL_EXIT_NO;
	}
	if (publication->loopback)
		fl_log(FL_WARNING,
		       "FL_FLEET_API_ADDRESS is loopback; no SuperNode outside this VM can reach "
		       "the endpoint");
	url = fl_quoted(publication->onegate.url);
	return fl_step_done(step, "%s, Flower %s, to %s%s", publication->endpoint,
			    publication->version, url,
			    !publication->sent    ? ", which was told so already"
			    : publication->verify ? ", verified"
						  : "");
}

enum fl_exit fl_announcement_run(struct fl_announcement *announcement, const struct fl_paths *paths,
				 const char *socket, int64_t timeout)
{
	struct fl_step step = fl_step_begin(FL_STEP_PUBLISH);
	struct fl_error err = FL_ERROR_INIT, report_err = FL_ERROR_INIT;
	const struct fl_error *failure = NULL;
	enum fl_exit status;

	fl_log_open(paths->bootstrap_log, paths->journal);
	if (fl_announcement_open(announcement, paths, socket, timeout, &err) != 0)
		return fl_step_failed(&step, &err);
	if (announcement->docker != NULL)
		fl_announcement_look(announcement);
	if (fl_announcement_tell(announcement, paths, &err) != 0)
		failure = &err;
	status = conclude(announcement, &step, failure);
	if (!announcement->ready)
		failure = &announcement->why;
	/* Also if this failed: the report says as well where this SuperLink's files are. */
	if (fl_publication_report(&announcement->publication, paths, failure, &report_err) != 0) {
		fl_log_error(&report_err);
		if (status == FL_EXIT_OK || status == FL_EXIT_NO)
			status = report_err.code;
	}
	return status;
}

void fl_announcement_free(struct fl_announcement *announcement)
{
	fl_health_free(&announcement->health);
	fl_docker_free(announcement->docker);
	fl_http_free(announcement->http);
	fl_publication_free(&announcement->publication);
}
