/* SPDX-License-Identifier: Apache-2.0 */
#include "onegate/refusal.h"

#include <string.h>

const char *fl_refusal_cause(long status, const char *answer)
{
	if (status >= 300 && status < 400)
		return "redirects are not followed; ONEGATE_ENDPOINT must be OneGate's own URL";
	switch (status) {
	case 400:
		return "ONEGATE_ENDPOINT is probably not the URL of a OneGate, or has a path too "
		       "many";
	case 401:
		return "TOKEN=YES is missing from the VM template's CONTEXT, or the token is "
		       "another "
		       "VM's";
	case 403:
		if (strstr(answer, "Host not permitted") != NULL)
			return "this OneGate takes requests by its IP address only; use that in "
			       "ONEGATE_ENDPOINT, or add the name to host_authorization in "
			       "onegate-server.conf";
		return "an attribute that a VM may not set itself (restricted_attrs and "
		       "permissions in "
		       "onegate-server.conf)";
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
		return "too much for OneGate or the proxy in front of it; publish less";
	case 429:
		return "OneGate or the proxy in front of it has had too many requests";
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

const char *fl_refusal_advice(enum fl_http_failure failure)
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
