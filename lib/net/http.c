/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"

#include <string.h>
#include <strings.h>

#include "base/fatal.h"
#include "base/mem.h"
#include "net/transfer.h"

struct fl_http {
	CURLM *multi;
	struct fl_transfer *first; /* list of the transfers that the caller has not ended */
};

struct fl_http *fl_http_new(void)
{
	struct fl_http *http = fl_xcalloc(1, sizeof(*http));

	/*
	 * mem.h's functions end the process if there is no memory. With malloc(3) libcurl would
	 * send the request without the option or body that it has no memory for.
	 */
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, fl_xmalloc, free, fl_xrealloc, fl_xstrdup,
				 fl_xcalloc) == CURLE_OK)
		http->multi = curl_multi_init();
	if (http->multi == NULL)
		fl_fatal("libcurl cannot be initialised");
	return http;
}

void fl_http_free(struct fl_http *http)
{
	if (http == NULL)
		return;
	while (http->first != NULL)
		fl_http_end(http->first);
	curl_multi_cleanup(http->multi);
	curl_global_cleanup();
	free(http);
}

static void finish(struct fl_transfer *transfer, enum fl_http_failure failure, const char *reason)
{
	fl_transfer_finish(transfer, failure, reason);
	/* If the transfer is under way, this closes its connection. */
	curl_multi_remove_handle(transfer->http->multi, transfer->easy);
}

struct fl_transfer *fl_http_start(struct fl_http *http, const struct fl_request *request)
{
	struct fl_transfer *transfer = fl_transfer_new(request);

	transfer->http = http;
	transfer->next = http->first;
	if (http->first != NULL)
		http->first->previous = transfer;
	http->first = transfer;
	curl_multi_add_handle(http->multi, transfer->easy);
	return transfer;
}

/*
 * Finishes the transfers that libcurl has completed and those whose deadline has passed. Returns
 * whether there was one.
 */
static bool collect(struct fl_http *http)
{
	CURLMsg *message;
	bool ended = false;
	int left;
	fl_time now = fl_now();

	while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
		struct fl_transfer *transfer;
		char *private = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		transfer = (struct fl_transfer *)(void *)private;
		finish(transfer, fl_transfer_meaning(transfer, code),
		       code == CURLE_OK ? "the headers are not complete"
					: curl_easy_strerror(code));
		ended = true;
	}
	for (struct fl_transfer *t = http->first; t != NULL; t = t->next) {
		if (!t->done && t->deadline <= now) {
			finish(t, FL_HTTP_TIMEOUT, "no answer in time");
			ended = true;
		}
	}
	return ended;
}

bool fl_http_run(struct fl_http *http, struct fl_transfer *one, fl_time until)
{
	for (;;) {
		int running;
		fl_time wake = until;

		curl_multi_perform(http->multi, &running);
		if (collect(http) || (one != NULL && one->done) || until <= fl_now())
			break;
		for (const struct fl_transfer *t = http->first; t != NULL; t = t->next) {
			if (!t->done)
				wake = fl_earlier(wake, t->deadline);
		}
		/* libcurl ends this wait earlier if one of its own timers is due. */
		curl_multi_poll(http->multi, NULL, 0, fl_remaining_ms(wake), NULL);
	}
	return one != NULL && one->done;
}

void fl_http_finish(struct fl_http *http, struct fl_transfer *one)
{
	while (!one->done)
		fl_http_run(http, one, FL_NEVER);
}

bool fl_http_done(const struct fl_transfer *transfer)
{
	return transfer->done;
}

const struct fl_response *fl_http_response(const struct fl_transfer *transfer)
{
	return &transfer->response;
}

char *fl_http_header(const struct fl_response *response, const char *name)
{
	const char *line = fl_buf_text(&response->headers);
	size_t length = strlen(name);
	fl_auto_free char *found = NULL;

	while (*line != '\0') {
		const char *end = strchrnul(line, '\n');

		if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
			const char *first = line + length + 1, *last = end;

			while (first < last && (*first == ' ' || *first == '\t'))
				first++;
			while (last > first && (last[-1] == ' ' || last[-1] == '\t'))
				last--;
			free(found);
			found = fl_xstrndup(first, (size_t)(last - first));
		}
		line = *end == '\0' ? end : end + 1;
	}
	return fl_steal(&found);
}

int fl_http_error(const struct fl_response *response, const char *what, struct fl_error *err)
{
	const char *why = "no answer";

	switch (response->failure) {
	case FL_HTTP_CONNECT:
		if (response->errnum != 0)
			return fl_error_set(err, FL_EXIT_UNAVAILABLE, response->errnum,
					    "%s: cannot connect", what);
		why = "cannot connect";
		break;
	case FL_HTTP_TIMEOUT:
		return fl_error_set(err, FL_EXIT_TIMEOUT, 0, "%s: no answer in time%s", what,
				    response->unresolved ? ", as no name server answers" : "");
	case FL_HTTP_RESOLVE:
		why = "the host name has no address";
		break;
	case FL_HTTP_CLOSED:
		why = response->status == 0
			      ? "the connection was closed without an answer"
			      : "the connection was closed in the middle of the answer";
		break;
	case FL_HTTP_PROTOCOL:
		why = "no answer in the protocol that was asked for";
		break;
	case FL_HTTP_TLS:
		why = "no TLS connection";
		break;
	case FL_HTTP_OTHER:
		why = "the request failed";
		break;
	case FL_HTTP_OK:
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "%s: status %ld", what,
				    response->status);
	}
	return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "%s: %s (%s)", what, why,
			    response->reason);
}

void fl_http_end(struct fl_transfer *transfer)
{
	if (transfer == NULL)
		return;
	curl_multi_remove_handle(transfer->http->multi, transfer->easy);
	if (transfer->next != NULL)
		transfer->next->previous = transfer->previous;
	if (transfer->previous != NULL)
		transfer->previous->next = transfer->next;
	else
		transfer->http->first = transfer->next;
	fl_transfer_free(transfer);
}

struct fl_transfer *fl_http_perform(struct fl_http *http, const struct fl_request *request)
{
	struct fl_transfer *transfer = fl_http_start(http, request);

	fl_http_finish(http, transfer);
	return transfer;
}
