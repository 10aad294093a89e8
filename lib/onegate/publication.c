/* SPDX-License-Identifier: Apache-2.0 */
#include "onegate/publication.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "onegate/endpoint.h"
#include "superlink/report.h"

#define LOOKUP 5 /* seconds for looking up OneGate's name, so that time is left for the request */
#define ROLE   "superlink"

int fl_publication_open(struct fl_publication *publication, const struct fl_paths *paths,
			bool to_send, int64_t timeout, struct fl_error *err)
{
	struct fl_onegate *onegate = &publication->onegate;
	struct fl_error untold = FL_ERROR_INIT;

	publication->to_send = to_send;
	if (fl_context_read(paths->context, &publication->context, err) != 0 ||
	    fl_onegate_init(onegate, publication->context, paths->context, timeout, err) != 0)
		return -1;
	if (to_send && onegate->url != NULL &&
	    fl_told_open(&publication->told, paths, onegate, &untold) != 0)
		fl_log(FL_DEBUG, "%s; going on without it", untold.message);
	publication->deadline = fl_deadline(timeout);
	return 0;
}

int fl_publication_has_onegate(const struct fl_publication *publication,
			       const struct fl_paths *paths, struct fl_error *err)
{
	if (publication->onegate.url != NULL)
		return 0;
	return fl_error_set(err, FL_EXIT_NO, 0,
			    "nothing published: this VM has no OneGate, as there is no "
			    "ONEGATE_ENDPOINT in %s",
			    paths->context);
}

bool fl_publication_reports_ready(const struct fl_publication *publication)
{
	const char *value = fl_context_get(publication->context, "REPORT_READY");

	return value != NULL && strcmp(value, "YES") == 0;
}

int fl_publication_describe(struct fl_publication *publication, const char *image,
			    struct fl_error *err)
{
	fl_time deadline = fl_earlier(publication->deadline, fl_deadline(LOOKUP));
	const char *told = fl_told_get(&publication->told, "FL_VERSION");
	struct fl_endpoint endpoint;

	fl_cleanup_free(&publication->version);
	publication->version = image == NULL && told != NULL
				       ? fl_xstrdup(told)
				       : fl_endpoint_version(&publication->settings, image);
	if (fl_endpoint_find(&publication->settings, publication->context,
			     publication->onegate.host, deadline, &endpoint, err) != 0)
		return -1;
	fl_cleanup_free(&publication->endpoint);
	publication->endpoint = fl_address_text(&endpoint.address);
	publication->loopback = endpoint.loopback;
	fl_log(FL_DEBUG, "endpoint %s%s%s: %s", publication->endpoint,
	       endpoint.link[0] != '\0' ? " on " : "", endpoint.link, endpoint.rule);
	return 0;
}

int fl_publication_add_ready(struct fl_publication *publication, const char *image,
			     struct fl_error *err)
{
	struct fl_attributes *attributes = &publication->attributes;

	if (fl_publication_describe(publication, image, err) != 0) {
		if (err->code != FL_EXIT_UNAVAILABLE || publication->onegate.url != NULL ||
		    !publication->to_send)
			return -1;
		fl_log(FL_WARNING, "%s", err->message);
		return 0; /* fl_publication_tell() says that there is no OneGate */
	}
	if (fl_attributes_add(attributes, "FL_READY", "YES", err) != 0 ||
	    fl_attributes_add(attributes, "FL_ENDPOINT", publication->endpoint, err) != 0 ||
	    fl_attributes_add(attributes, "FL_VERSION", publication->version, err) != 0)
		return -1;
	return fl_attributes_add(attributes, "FL_ROLE", ROLE, err);
}

int fl_publication_tell(struct fl_publication *publication, const struct fl_paths *paths,
			struct fl_error *err)
{
	const struct fl_onegate *onegate = &publication->onegate;
	const struct fl_attributes *attributes = &publication->attributes;
	fl_auto_http struct fl_http *http = NULL;

	publication->sent = false;
	if (fl_publication_has_onegate(publication, paths, err) != 0)
		return -1;
	if (publication->if_changed && fl_told_holds(&publication->told, attributes))
		return 0;
	fl_told_forget(&publication->told, attributes);
	http = fl_http_new();
	if (fl_onegate_publish(onegate, http, attributes, publication->deadline, err) != 0)
		return -1;
	if (publication->verify &&
	    fl_onegate_verify(onegate, http, attributes, publication->deadline, err) != 0)
		return -1;
	fl_told_add(&publication->told, attributes);
	publication->sent = true;
	return 0;
}

static char *outcome(const struct fl_publication *publication, const struct fl_error *failure)
{
	fl_auto_free char *url = NULL;

	if (failure != NULL)
		return fl_xasprintf("no, %s", publication->onegate.url == NULL
						      ? "this VM has no OneGate"
						      : failure->message);
	url = fl_quoted(publication->onegate.url);
	return fl_xasprintf("yes, to %s", url);
}

int fl_publication_report(const struct fl_publication *publication, const struct fl_paths *paths,
			  const struct fl_error *failure, struct fl_error *err)
{
	fl_auto_free char *onegate = outcome(publication, failure);
	const struct fl_report report = { .endpoint = publication->endpoint,
					  .version = publication->version,
					  .role = ROLE,
					  .onegate = onegate };
	size_t changed = 0;

	if (publication->version == NULL)
		return 0;
	if (fl_report_write(&report, paths, &publication->settings, &changed, err) != 0)
		return -1;
	fl_log(FL_DEBUG, "report %s: %s", paths->report, changed == 0 ? "unchanged" : "written");
	return 0;
}

void fl_publication_free(struct fl_publication *publication)
{
	fl_told_close(&publication->told);
	fl_context_free(publication->context);
	fl_onegate_free(&publication->onegate);
	fl_attributes_free(&publication->attributes);
	fl_settings_free(&publication->settings);
	fl_cleanup_free(&publication->version);
	fl_cleanup_free(&publication->endpoint);
}
