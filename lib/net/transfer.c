/* SPDX-License-Identifier: Apache-2.0 */
#include "net/transfer.h"

#include <string.h>

#include "base/mem.h"
#include "build.h"

#define BODY_LIMIT   65536 /* bytes of an answer's body that are kept by default */
#define BUFFER_HTTP2 65536
#define HEADER_LIMIT 65536 /* bytes of an answer's header and trailer lines that are kept */
/*
 * Bytes of header and trailer lines, 1xx answers included, after which the transfer fails: libcurl
 * keeps each line itself and has no limit for trailers.
 */
#define HEADER_MOST (256 * FL_KIB)

static int on_resolve(void *resolver, void *reserved, void *data)
{
	struct fl_transfer *transfer = data;

	(void)resolver, (void)reserved;
	transfer->resolving = true;
	return 0;
}

static curl_socket_t on_open(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct fl_transfer *transfer = data;

	(void)purpose;
	transfer->resolving = false;
	/*
	 * libcurl does not check whether its own fcntl(2) made the socket non-blocking. A read from
	 * a blocking one would pass every deadline.
	 */
	return socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
		      address->protocol);
}

/* libcurl may read megabytes in one call, and http.c looks at the time only between two calls. */
static bool is_late(struct fl_transfer *transfer)
{
	transfer->late = fl_now() >= transfer->deadline;
	return transfer->late;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *data)
{
	struct fl_transfer *transfer = data;
	struct fl_buf *headers = &transfer->response.headers;
	size_t length = size * count, kept = length;

	transfer->header_bytes += length;
	if (transfer->header_bytes > HEADER_MOST || is_late(transfer))
		return 0;
	/* A second status line: the answer before it was 1xx. */
	if (length >= 5 && memcmp(bytes, "HTTP/", 5) == 0) {
		fl_buf_reset(headers);
		transfer->headed = false;
	}
	transfer->headed |= length <= 2; /* an empty line ends the headers */
	while (kept > 0 && (bytes[kept - 1] == '\n' || bytes[kept - 1] == '\r'))
		kept--;
	if (kept > 0) {
		fl_buf_add(headers, bytes, kept);
		fl_buf_putc(headers, '\n');
	}
	return length;
}

static size_t on_write(char *bytes, size_t size, size_t count, void *data)
{
	struct fl_transfer *transfer = data;
	struct fl_response *response = &transfer->response;
	size_t length = size * count;

	if (is_late(transfer))
		return 0;
	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &response->status);
	if (transfer->on_body != NULL && response->status == 200) {
		transfer->stopped = !transfer->on_body(transfer->on_body_data, bytes, length);
	} else {
		fl_buf_add(&response->body, bytes, length);
		transfer->stopped = response->body.truncated;
	}
	return transfer->stopped ? 0 : length;
}

/* curl_slist_append() returns NULL only for lack of memory, which ends the process (http.c). */
static void add_header(struct fl_transfer *transfer, const char *line)
{
	transfer->headers = curl_slist_append(transfer->headers, line);
}

static void set_headers(struct fl_transfer *transfer, const struct fl_request *request)
{
	for (const char *const *line = request->headers; line != NULL && *line != NULL; line++)
		add_header(transfer, *line);
	/* libcurl would send a form's type if the request has none. */
	add_header(transfer, "Content-Type:");
	/* No "Expect: 100-continue": libcurl would wait a second for servers that ignore it. */
	add_header(transfer, "Expect:");
	curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
}

static void set_method(CURL *easy, const struct fl_request *request)
{
	const char *body = request->body;

	/*
	 * If there is no body, HTTP/1.1 needs "Content-Length: 0" (RFC 9110, 8.6), which an empty
	 * one gives. HTTP/2 needs no body at all, not even an empty one: see grpc.h on trap 22.
	 */
	if (body == NULL && !request->http2 && strcmp(request->method, "POST") == 0)
		body = "";
	if (body != NULL) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)request->body_length);
		curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body);
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void set_options(struct fl_transfer *transfer, const struct fl_request *request)
{
	CURL *easy = transfer->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->reason);
	curl_easy_setopt(easy, CURLOPT_URL, request->url);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
	/* libcurl does not wait for a name server's answer when a transfer ends. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	if (request->unix_socket != NULL)
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request->unix_socket);
	/* A proxy of the environment must not get the calls to OneGate and Docker (trap 10). */
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "flower-appliance/" FL_VERSION);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_ms);
	curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, on_resolve);
	curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, transfer);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
	if (request->http2) {
		curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
				 (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
		/*
		 * libcurl 7.88 reads 32 KiB from the socket at once. If its buffer takes less, it
		 * may then wait for more although the rest has come: one answer of 22 KiB in 15.
		 */
		curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)BUFFER_HTTP2);
		/* Each call connects, as a new client does. */
		curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	} else {
		curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	}
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	set_headers(transfer, request);
	set_method(easy, request);
}

struct fl_transfer *fl_transfer_new(const struct fl_request *request)
{
	struct fl_transfer *transfer = fl_xcalloc(1, sizeof(*transfer));

	transfer->on_body = request->on_body;
	transfer->on_body_data = request->on_body_data;
	transfer->deadline = request->deadline;
	transfer->response.body.limit = request->limit != 0 ? request->limit : BODY_LIMIT;
	transfer->response.headers.limit = HEADER_LIMIT;
	transfer->easy = curl_easy_init(); /* never NULL: lack of memory ends the process */
	set_options(transfer, request);
	return transfer;
}

enum fl_http_failure fl_transfer_meaning(const struct fl_transfer *transfer, CURLcode code)
{
	if (transfer->header_bytes > HEADER_MOST)
		return FL_HTTP_PROTOCOL;
	if (transfer->late)
		return FL_HTTP_TIMEOUT;
	switch (code) {
	case CURLE_OK:
		/* libcurl 7.88 sees no error if the peer closes in the middle of the headers. */
		return transfer->headed ? FL_HTTP_OK : FL_HTTP_CLOSED;
	case CURLE_WRITE_ERROR:
		return transfer->stopped ? FL_HTTP_OK : FL_HTTP_OTHER;
	case CURLE_COULDNT_RESOLVE_HOST:
		return FL_HTTP_RESOLVE;
	case CURLE_COULDNT_CONNECT:
		return FL_HTTP_CONNECT;
	case CURLE_OPERATION_TIMEDOUT:
		return FL_HTTP_TIMEOUT;
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return FL_HTTP_CLOSED;
#if LIBCURL_VERSION_NUM >= 0x080600
	case CURLE_TOO_LARGE: /* libcurl 8.14 ends with the 5,000th header line */
#endif
	case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 */
	case CURLE_WEIRD_SERVER_REPLY:
		return FL_HTTP_PROTOCOL;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return FL_HTTP_TLS;
	default:
		return FL_HTTP_OTHER;
	}
}

void fl_transfer_finish(struct fl_transfer *transfer, enum fl_http_failure failure,
			const char *reason)
{
	struct fl_response *response = &transfer->response;
	long number = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &response->status);
	response->unresolved = failure == FL_HTTP_TIMEOUT && transfer->resolving;
	curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &number);
	response->errnum = failure == FL_HTTP_CONNECT ? (int)number : 0;
	response->failure = failure;
	if (failure != FL_HTTP_OK)
		snprintf(response->reason, sizeof(response->reason), "%s",
			 transfer->header_bytes > HEADER_MOST ? "too many header lines"
			 : transfer->reason[0] != '\0'        ? transfer->reason
							      : reason);
	transfer->done = true;
}

void fl_transfer_free(struct fl_transfer *transfer)
{
	curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->headers);
	fl_buf_free(&transfer->response.body);
	fl_buf_free(&transfer->response.headers);
	free(transfer);
}
