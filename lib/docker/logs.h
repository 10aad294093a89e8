/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a container's log, as lines of text: it shows why a SuperLink ended. fl_log() makes
 * them safe to print.
 *
 * The Engine sends frames (Docker Engine API, "Attach to a container", stream format): the stream's
 * number (0 to 3), three zero bytes, the length as 32 bits big endian, then as many bytes. If the
 * container has a terminal, it sends the output without frames. Flower colours its lines also
 * without a terminal.
 */
#ifndef FL_LOGS_H
#define FL_LOGS_H

#include "docker/docker.h"

#define FL_LOGS_MAX 65536 /* most bytes of text; the last ones are kept */

/*
 * Appends the last LINES lines of the container's log to OUT: stdout and stderr in order, without
 * frames, colours (ESC [ ... letter) and ASCII's control characters but line feeds. A tab becomes
 * a blank. If this is more than FL_LOGS_MAX bytes, OUT gets the last ones, if possible from the
 * start of a line. 0, or -1 (docker.h).
 */
int fl_docker_logs(struct fl_docker *docker, const char *name, int lines, struct fl_buf *out,
		   fl_time deadline, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 4, 6);

/* Keeps only the last COUNT lines of TEXT. The last one may lack its line feed. */
void fl_logs_keep_last(struct fl_buf *text, int count) FL_NONNULL(1);

/* How far a stream that comes in pieces is decoded; all zero at first. */
struct fl_logs_decoder {
	unsigned char header[8];
	size_t have;          /* bytes of the header that have come */
	uint32_t left;        /* bytes of the frame that are still to come */
	bool raw;             /* the stream has no frames */
	unsigned char escape; /* within a sequence: its last byte if that is ESC or '[', else 0 */
};

/* Decodes the next LENGTH bytes of the stream: appends their text to OUT. */
void fl_logs_decode(struct fl_logs_decoder *decoder, const char *bytes, size_t length,
		    struct fl_buf *out) FL_NONNULL(1, 4);

#endif
