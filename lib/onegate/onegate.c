/* SPDX-License-Identifier: Apache-2.0 */
#include "onegate/onegate.h"

#include <string.h>
#include <time.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/paramcheck.h"
#include "config/valid.h"
#include "file/file.h"
#include "onegate/exchange.h"

#define TOKEN_MAX 4096 /* bytes of token.txt; a token has 40 to 100 */
#define CLOCK_OFF 60   /* seconds that this VM's clock may differ from OneGate's */

/* The host in URL, which fl_valid_url() has accepted. */
static char *host_of(const char *url)
{
	const char *host = strstr(url, "://") + 3;

	return host[0] == '[' ? fl_xstrndup(host + 1, strcspn(host + 1, "]"))
			      : fl_xstrndup(host, strcspn(host, ":/"));
}

static char *url_of(const char *endpoint)
{
	size_t length = strlen(endpoint);

	while (endpoint[length - 1] == '/')
		length--;
	return fl_xasprintf("%.*s/vm", (int)length, endpoint);
}

/* The token in token.txt beside one_env, or NULL: the file is usually not there (trap 16). */
static char *token_file(const char *context_path)
{
	fl_auto_free char *folder = fl_folder_of(context_path);
	fl_auto_free char *path = fl_xasprintf("%s/token.txt", folder);
	fl_auto_free char *text = fl_file_read(path, TOKEN_MAX, NULL);
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
	if (endpoint == NULL)
		return 0;
	onegate->url = url_of(endpoint);
	onegate->host = host_of(endpoint);
	onegate->vmid = fl_xstrdup(vmid);
	if (read_token(onegate, context, context_path, err) != 0)
		return -1;
	/* If both are missing, no_token() says so later: TOKEN=YES brings both. */
	if (vmid == NULL && onegate->token != NULL)
		return fl_error_set(err, FL_EXIT_CONFIG, 0,
				    "VMID: not in the context %s, but ONEGATE_ENDPOINT is; add "
				    "TOKEN=YES to the VM template's CONTEXT",
				    context_path);
	return 0;
}

static int no_token(const struct fl_onegate *onegate, struct fl_error *err)
{
	fl_auto_free char *url = fl_quoted(onegate->url);

	return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
			    "%s: no OneGate token in the context (TOKENTXT) nor in token.txt; add "
			    "TOKEN=YES to the VM template's CONTEXT",
			    url);
}

/*
 * Flower refuses a SuperNode whose clock differs too much. OneGate's own server may send no Date,
 * but a proxy in front of it does.
 */
static void compare_clocks(const struct fl_response *response)
{
	fl_auto_free char *date = fl_http_header(response, "Date");
	struct tm parts = { .tm_isdst = 0 };
	const char *end = date == NULL ? NULL : strptime(date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
	long long ahead;

	if (end == NULL || *end != '\0')
		return;
	ahead = (long long)time(NULL) - (long long)timegm(&parts);
	if (ahead >= -CLOCK_OFF && ahead <= CLOCK_OFF)
		return;
	fl_log(FL_WARNING,
	       "this VM's clock is %lld s %s OneGate's, and SuperNodes whose clock differs from "
	       "this one are refused (Invalid timestamp); next: check NTP with timedatectl",
	       ahead > 0 ? ahead : -ahead, ahead > 0 ? "ahead of" : "behind");
}

int fl_onegate_publish(const struct fl_onegate *onegate, struct fl_http *http,
		       const struct fl_attributes *attributes, fl_time deadline,
		       struct fl_error *err)
{
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	struct fl_exchange exchange = {
		.onegate = onegate, .http = http, .method = "PUT", .body = &body
	};

	if (fl_attributes_encode(attributes, &body, &exchange.type, err) != 0)
		return -1;
	if (onegate->token == NULL)
		return no_token(onegate, err);
	transfer = fl_exchange_run(&exchange, deadline, err);
	if (transfer == NULL)
		return -1;
	compare_clocks(fl_http_response(transfer));
	return 0;
}

int fl_onegate_verify(const struct fl_onegate *onegate, struct fl_http *http,
		      const struct fl_attributes *attributes, fl_time deadline,
		      struct fl_error *err)
{
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	fl_auto_free char *url = fl_quoted(onegate->url);
	struct fl_exchange exchange = { .onegate = onegate, .http = http, .method = "GET" };
	const struct fl_response *response;

	if (onegate->token == NULL)
		return no_token(onegate, err);
	transfer = fl_exchange_run(&exchange, deadline, err);
	if (transfer == NULL)
		return -1;
	response = fl_http_response(transfer);
	if (response->body.truncated)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
				    "GET %s: the answer is larger than 64 KiB, so nothing can be "
				    "verified",
				    url);
	if (fl_attributes_compare(attributes, fl_buf_text(&response->body), onegate->token, err) !=
	    0)
		return fl_error_wrap(err, "GET %s", url);
	return 0;
}

char *fl_onegate_curl(const struct fl_onegate *onegate, const struct fl_attributes *attributes,
		      int64_t total, struct fl_error *err)
{
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	const char *type;

	if (fl_attributes_encode(attributes, &body, &type, err) != 0 ||
	    (onegate->vmid == NULL && no_token(onegate, err) != 0))
		return NULL;
	/* --globoff: else curl takes the brackets of an IPv6 address for a range. */
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
