/* SPDX-License-Identifier: Apache-2.0 */
#include "onegate.h"

#include <string.h>

#include "atomic.h"
#include "log.h"
#include "mem.h"
#include "param.h"
#include "refusal.h"
#include "valid.h"

#define TOKEN_MAX   4096         /* bytes of token.txt; a token has 40 to 100 */
#define LEAST_TRY   (FL_SEC / 2) /* no try is started with less time than this left */
#define FIRST_PAUSE (FL_SEC / 4)
#define MOST_PAUSE  (4 * FL_SEC)
#define CONNECT_MS  3000 /* OneGate is on the same site; a lost SYN is sent again after 1 s */

struct call {
	const struct fl_onegate *onegate;
	struct fl_http *http;
	const char *method;
	const char *type; /* Content-Type of the body, NULL without one */
	const struct fl_buf *body;
};

/* The host of URL, which fl_valid_url() has accepted. */
static char *host_of(const char *url)
{
	const char *host = strstr(url, "://") + 3;
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	const char *zone;
	size_t length;

	if (host[0] != '[')
		return fl_xstrndup(host, strcspn(host, ":/"));
	host++;
	length = strcspn(host, "]");
	zone = memmem(host, length, "%25", 3); /* RFC 6874: the '%' of a zone is escaped in a URL */
	if (zone == NULL)
		return fl_xstrndup(host, length);
	fl_buf_add(&text, host, (size_t)(zone - host) + 1);
	fl_buf_add(&text, zone + 3, length - (size_t)(zone - host) - 3);
	return fl_buf_take(&text);
}

static char *url_of(const char *endpoint)
{
	size_t length = strlen(endpoint);

	while (endpoint[length - 1] == '/')
		length--;
	return fl_xasprintf("%.*s/vm", (int)length, endpoint);
}

/* The content of token.txt beside one_env, or NULL: it is usually not there (trap 16). */
static char *token_file(const char *context_path)
{
	const char *slash = strrchr(context_path, '/');
	fl_auto_free char *path = fl_xasprintf("%.*stoken.txt",
					       slash == NULL ? 0 : (int)(slash + 1 - context_path),
					       context_path);
	fl_auto_free char *text = fl_read_file(path, TOKEN_MAX, NULL);
	size_t length;

	if (text == NULL) {
		if (errno != ENOENT)
			fl_log(FL_WARNING, "%s: %m; going on without it", path);
		return NULL;
	}
	length = strlen(text);
	if (length > 0 && text[length - 1] == '\n')
		text[--length] = '\0';
	if (length > 0 && text[length - 1] == '\r')
		text[--length] = '\0';
	return length > 0 ? fl_steal(&text) : NULL;
}

static int read_token(struct fl_onegate *onegate, const struct fl_context *context,
		      const char *context_path, struct fl_error *err)
{
	const char *token;

	if (fl_param_read(FL_PARAM_TOKENTXT, context, &token, err) != 0)
		return -1;
	onegate->token = token != NULL ? fl_xstrdup(token) : token_file(context_path);
	if (onegate->token != NULL && !fl_valid_word(onegate->token))
		return fl_error_set(err, FL_EXIT_CONFIG, 0,
				    "token.txt: the token (not shown) must be printable characters "
				    "without blanks");
	return 0;
}

int fl_onegate_init(struct fl_onegate *onegate, const struct fl_context *context,
		    const char *context_path, int64_t total, struct fl_error *err)
{
	const char *endpoint, *vmid;

	if (fl_param_read(FL_PARAM_ONEGATE_ENDPOINT, context, &endpoint, err) != 0 ||
	    fl_param_read(FL_PARAM_VMID, context, &vmid, err) != 0)
		return -1;
	onegate->first_try = total * FL_SEC / 4 > FL_SEC ? total * FL_SEC / 4 : FL_SEC;
	onegate->first_pause = FIRST_PAUSE;
	if (endpoint == NULL)
		return 0;
	if (vmid == NULL)
		return fl_error_set(err, FL_EXIT_CONFIG, 0,
				    "VMID: not in the context %s, but ONEGATE_ENDPOINT is; add "
				    "TOKEN=YES to the VM template's CONTEXT",
				    context_path);
	onegate->url = url_of(endpoint);
	onegate->host = host_of(endpoint);
	onegate->vmid = fl_xstrdup(vmid);
	return read_token(onegate, context, context_path, err);
}

/* One request; the caller ends the result. The header lines with the token live only in here. */
static struct fl_transfer *perform(const struct call *call, fl_time until)
{
	const struct fl_onegate *onegate = call->onegate;
	fl_auto_free char *token = fl_xasprintf("X-ONEGATE-TOKEN: %s", onegate->token);
	fl_auto_free char *vmid = fl_xasprintf("X-ONEGATE-VMID: %s", onegate->vmid);
	fl_auto_free char *type = call->type == NULL ? NULL
						     : fl_xasprintf("Content-Type: %s", call->type);
	const char *headers[] = { token, vmid, type, NULL };
	struct fl_request request = {
		.method = call->method,
		.url = onegate->url,
		.headers = headers,
		.body = call->body != NULL ? fl_buf_text(call->body) : NULL,
		.body_length = call->body != NULL ? call->body->length : 0,
		.deadline = until,
		.connect_ms = CONNECT_MS,
	};

	return fl_http_perform(call->http, &request);
}

static bool is_passing(const struct fl_response *response)
{
	switch (response->failure) {
	case FL_HTTP_OK:
		return response->status >= 500 || response->status == 429;
	case FL_HTTP_RESOLVE:
	case FL_HTTP_CONNECT:
	case FL_HTTP_TIMEOUT:
	case FL_HTTP_CLOSED:
		return true;
	case FL_HTTP_PROTOCOL:
	case FL_HTTP_TLS:
	case FL_HTTP_OTHER:
		break;
	}
	return false;
}

/* What went wrong, in ERR; a string the peer sent back could hold the token, so it is left out then. */
static int explain(const struct call *call, const struct fl_response *response,
		   struct fl_error *err)
{
	const struct fl_onegate *onegate = call->onegate;
	fl_auto_buf struct fl_buf answer = FL_BUF_INIT;
	fl_auto_free char *what = fl_xasprintf("%s %s", call->method, onegate->url);
	const char *body = fl_buf_text(&response->body);

	if (response->failure != FL_HTTP_OK) {
		fl_http_error(response, what, err);
		return fl_error_hint(err, "%s", fl_refusal_advice(response->failure));
	}
	if (strstr(body, onegate->token) == NULL)
		fl_buf_quote(&answer, body, response->body.length);
	fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "%s: HTTP status %ld%s%s%s", what,
		     response->status, answer.length > 0 ? " '" : "", fl_buf_text(&answer),
		     answer.length > 0 ? "'" : "");
	return fl_error_hint(err, "%s", fl_refusal_cause(response->status, body));
}

static bool succeeded(const struct fl_response *response)
{
	return response->failure == FL_HTTP_OK && response->status >= 200 && response->status < 300;
}

/*
 * Tries CALL until it succeeds, is refused for good, or DEADLINE is near. A stalled first try must
 * not eat all the time, and a loaded OneGate needs more than a quarter of it: so each try may take
 * twice as long as the one before. The PUT sets values, so that it does no harm to repeat it.
 */
static struct fl_transfer *persist(const struct call *call, fl_time deadline, struct fl_error *err)
{
	struct fl_backoff backoff = FL_BACKOFF_INIT(call->onegate->first_pause, MOST_PAUSE);
	int64_t patience = call->onegate->first_try;

	for (int tries = 1;; tries++, patience *= 2) {
		fl_time started = fl_now();
		fl_auto_transfer struct fl_transfer *transfer = perform(
			call, fl_earlier(started + patience, deadline));
		const struct fl_response *response = fl_http_response(transfer);
		int64_t left, pause;

		if (succeeded(response))
			return fl_steal(&transfer);
		explain(call, response, err);
		if (!is_passing(response))
			return NULL;
		pause = fl_backoff_next(&backoff);
		left = deadline - fl_now() - LEAST_TRY;
		if (left <= 0) {
			fl_error_hint(err, "tried %d times", tries);
			return NULL;
		}
		fl_log(FL_DEBUG, "try %d: %s", tries, err->message);
		/* The last pause ends where one more try still fits. */
		fl_pause(pause < left ? pause : left, deadline);
	}
}

static int no_token(const struct fl_onegate *onegate, struct fl_error *err)
{
	return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
			    "%s: no OneGate token in the context (TOKENTXT) nor in token.txt; add "
			    "TOKEN=YES to the VM template's CONTEXT",
			    onegate->url);
}

int fl_onegate_publish(const struct fl_onegate *onegate, struct fl_http *http,
		       const struct fl_attributes *attributes, fl_time deadline,
		       struct fl_error *err)
{
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	struct call call = { .onegate = onegate, .http = http, .method = "PUT", .body = &body };

	if (fl_attributes_encode(attributes, &body, &call.type, err) != 0)
		return -1;
	if (onegate->token == NULL)
		return no_token(onegate, err);
	transfer = persist(&call, deadline, err);
	return transfer != NULL ? 0 : -1;
}

int fl_onegate_verify(const struct fl_onegate *onegate, struct fl_http *http,
		      const struct fl_attributes *attributes, fl_time deadline,
		      struct fl_error *err)
{
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	struct call call = { .onegate = onegate, .http = http, .method = "GET" };
	const struct fl_response *response;

	if (onegate->token == NULL)
		return no_token(onegate, err);
	transfer = persist(&call, deadline, err);
	if (transfer == NULL)
		return -1;
	response = fl_http_response(transfer);
	if (response->body.truncated)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
				    "GET %s: the answer is larger than 64 KiB, so nothing can be "
				    "verified",
				    onegate->url);
	if (fl_attributes_compare(attributes, fl_buf_text(&response->body), err) != 0)
		return fl_error_wrap(err, "GET %s", onegate->url);
	return 0;
}

char *fl_onegate_curl(const struct fl_onegate *onegate, const struct fl_attributes *attributes,
		      int64_t total, struct fl_error *err)
{
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	const char *type;

	if (fl_attributes_encode(attributes, &body, &type, err) != 0)
		return NULL;
	/* --globoff: curl would take the brackets of an IPv6 address for a range. */
	fl_buf_printf(
		&text,
		"curl --fail --silent --show-error --globoff --noproxy '*' --max-time %lld \\\n"
		"  --request PUT --header 'Content-Type: %s' \\\n"
		"  --header \"X-ONEGATE-TOKEN: $TOKENTXT\" --header 'X-ONEGATE-VMID: %s' \\\n"
		"  --data-binary ",
		(long long)total, type, onegate->vmid);
	fl_buf_shell(&text, fl_buf_text(&body));
	fl_buf_puts(&text, " \\\n  ");
	fl_buf_shell(&text, onegate->url);
	fl_buf_putc(&text, '\n');
	return fl_buf_take(&text);
}

void fl_onegate_free(struct fl_onegate *onegate)
{
	fl_cleanup_free(&onegate->url);
	fl_cleanup_free(&onegate->host);
	fl_cleanup_free(&onegate->vmid);
	if (onegate->token != NULL)
		explicit_bzero(onegate->token, strlen(onegate->token));
	fl_cleanup_free(&onegate->token);
	*onegate = (struct fl_onegate)FL_ONEGATE_INIT;
}
