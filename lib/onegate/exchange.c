/* SPDX-License-Identifier: Apache-2.0 */
#include "onegate/exchange.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "onegate/onegate.h"

#define LEAST_TRY   (FL_SEC / 2) /* no try is started with less time than this left */
#define LEAST_PAUSE (FL_SEC / 4)
#define MOST_PAUSE  (4 * FL_SEC)
#define CONNECT_MS  3000 /* OneGate is on the same site; a lost SYN is sent again after 1 s */

/* One try; the caller ends the result. Only this function has the token's header line. */
static struct fl_transfer *perform(const struct fl_exchange *exchange, fl_time until)
{
	const struct fl_onegate *onegate = exchange->onegate;
	fl_auto_free char *token = fl_xasprintf("X-ONEGATE-TOKEN: %s", onegate->token);
	fl_auto_free char *vmid = fl_xasprintf("X-ONEGATE-VMID: %s", onegate->vmid);
	fl_auto_free char *type = exchange->type == NULL
					  ? NULL
					  : fl_xasprintf("Content-Type: %s", exchange->type);
	const char *headers[] = { token, vmid, type, NULL };
	struct fl_request request = {
		.method = exchange->method,
		.url = onegate->url,
		.headers = headers,
		.body = exchange->body != NULL ? fl_buf_text(exchange->body) : NULL,
		.body_length = exchange->body != NULL ? exchange->body->length : 0,
		.deadline = until,
		.connect_ms = CONNECT_MS,
	};

	return fl_http_perform(exchange->http, &request);
}

/* Whether the failure may pass by itself. */
static bool may_pass(const struct fl_response *response)
{
	enum fl_http_failure failure = response->failure;

	if (failure == FL_HTTP_OK)
		return response->status >= 500 || response->status == 429;
	return failure == FL_HTTP_RESOLVE || failure == FL_HTTP_CONNECT ||
	       failure == FL_HTTP_TIMEOUT || failure == FL_HTTP_CLOSED;
}

/*
 * The likely cause of STATUS (not 2xx) with the body ANSWER, so that an administrator knows where
 * to look. The statuses come from src/onegate/onegate-server.rb and from proxies in front of it.
 */
static const char *cause(long status, const char *answer)
{
	if (status >= 300 && status < 400)
		return "redirects are not followed; ONEGATE_ENDPOINT must be OneGate's own URL";
	switch (status) {
	case 400:
		return "ONEGATE_ENDPOINT is probably not the URL of a OneGate, or its path is "
		       "wrong";
	case 401:
		return "TOKEN=YES is missing from the VM template's CONTEXT, or the token is "
		       "another VM's";
	case 403:
		if (strstr(answer, "Host not permitted") != NULL)
			return "this OneGate takes requests by its IP address only; use that in "
			       "ONEGATE_ENDPOINT, or add the name to host_authorization in "
			       "onegate-server.conf";
		return "OneGate does not let a VM set one of these attributes (restricted_attrs "
		       "and permissions in onegate-server.conf)";
	case 404:
		return "no OneGate at this URL, or the VM is gone; compare ONEGATE_ENDPOINT with "
		       "oned.conf";
	case 405:
	case 501:
		return "not a OneGate: it does not know the method";
	case 407:
		return "a proxy answers in place of OneGate; ONEGATE_ENDPOINT must be reached "
		       "directly";
	case 413:
		return "too large for OneGate or the proxy in front of it; publish less";
	case 429:
		return "OneGate or the proxy in front of it got too many requests";
	case 500:
		return "OpenNebula refused the update; its reason is in onegate.log and oned.log";
	case 502:
	case 503:
	case 504:
		return "OneGate or OpenNebula behind it is down or starting";
	default:
		return "see onegate.log on OpenNebula's side";
	}
}

/* What to check if no answer came. */
static const char *advice(enum fl_http_failure failure)
{
	switch (failure) {
	case FL_HTTP_RESOLVE:
		return "check DNS, or put an IP address into ONEGATE_ENDPOINT";
	case FL_HTTP_CONNECT:
		return "check that OneGate runs and that this VM has a route to it";
	case FL_HTTP_TIMEOUT:
		return "check the route to OneGate and a firewall between";
	case FL_HTTP_TLS:
		return "check this VM's clock and CA certificates, and whether this port speaks "
		       "TLS";
	case FL_HTTP_PROTOCOL:
		return "ONEGATE_ENDPOINT is probably not the URL of a OneGate";
	default:
		return "check that OneGate runs";
	}
}

/* Fills ERR with what went wrong. It leaves out an answer that holds the token. */
static int explain(const struct fl_exchange *exchange, const struct fl_response *response,
		   struct fl_error *err)
{
	const struct fl_onegate *onegate = exchange->onegate;
	fl_auto_buf struct fl_buf answer = FL_BUF_INIT;
	fl_auto_free char *url = fl_quoted(onegate->url);
	fl_auto_free char *what = fl_xasprintf("%s %s", exchange->method, url);
	const char *body = fl_buf_text(&response->body);

	if (response->failure != FL_HTTP_OK) {
		fl_http_error(response, what, err);
		return fl_error_hint(err, "%s",
				     advice(response->unresolved ? FL_HTTP_RESOLVE
								 : response->failure));
	}
	if (memmem(body, response->body.length, onegate->token, strlen(onegate->token)) == NULL)
		fl_buf_quote(&answer, body, response->body.length);
	fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "%s: HTTP status %ld%s%s%s", what,
		     response->status, answer.length > 0 ? " '" : "", fl_buf_text(&answer),
		     answer.length > 0 ? "'" : "");
	return fl_error_hint(err, "%s", cause(response->status, body));
}

static bool succeeded(const struct fl_response *response)
{
	return response->failure == FL_HTTP_OK && response->status >= 200 && response->status < 300;
}

/*
 * A first try that stalls must not take all the time, but a loaded OneGate may need more than a
 * quarter of it. So each try may take twice as long as the one before.
 */
struct fl_transfer *fl_exchange_run(const struct fl_exchange *exchange, fl_time deadline,
				    struct fl_error *err)
{
	const struct fl_onegate *onegate = exchange->onegate;
	struct fl_backoff backoff = FL_BACKOFF_INIT(LEAST_PAUSE, MOST_PAUSE);
	int64_t patience = onegate->first_try;

	for (int tries = 1;; tries++) {
		fl_time started = fl_now();
		fl_auto_transfer struct fl_transfer *transfer = perform(
			exchange, fl_earlier(started + patience, deadline));
		const struct fl_response *response = fl_http_response(transfer);
		int64_t left, pause;

		if (patience < deadline - started)
			patience *= 2;
		if (succeeded(response))
			return fl_steal(&transfer);
		explain(exchange, response, err);
		if (!may_pass(response))
			return NULL;
		pause = fl_backoff_next(&backoff);
		left = deadline - fl_now() - LEAST_TRY;
		if (left <= 0) {
			fl_error_hint(err, tries == 1 ? "tried once" : "tried %d times", tries);
			return NULL;
		}
		fl_log(FL_DEBUG, "try %d: %s", tries, err->message);
		/* The last pause ends so early that one more try fits. */
		fl_pause(pause < left ? pause : left, deadline);
		if (onegate->again != NULL && !onegate->again(onegate->again_data))
			return NULL;
	}
}
