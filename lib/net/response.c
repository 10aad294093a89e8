/* SPDX-License-Identifier: Apache-2.0 */
#include "net/response.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"

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
