/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a container's log, as lines of text. fl_log() makes them safe to show.
 *
 * The Engine sends frames (Docker Engine API, "Attach to a container", stream format): the stream's
 * number (0 to 3), three zero bytes, the length as 32 bits big endian, then as many bytes. What is
 * not of that form is the output of a container with a terminal, which has no frames. Flower
 * colours its lines also where there is no terminal.
 */
#ifndef FL_LOGS_H
#define FL_LOGS_H

#include "docker/docker.h"

#define FL_LOGS_MAX 65536 /* bytes of text that are kept at most, the last ones */

/*
 * Appends the last LINES lines of the container's log to OUT: stdout and stderr in order, without
 * frames, colours (ESC [ ... letter) and ASCII's control characters except line feeds; a tab is a
 * blank. At most FL_LOGS_MAX bytes, the last ones, from the start of a line if that is possible.
 */
int fl_docker_logs(struct fl_docker *docker, const char *name, int lines, struct fl_buf *out,
		   fl_time deadline, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 4, 6);

/* Leaves the last COUNT lines of TEXT; the last one may lack its end. */
void fl_logs_keep_last(struct fl_buf *text, int count) FL_NONNULL(1);

/* What takes frames and colours off a stream that comes in pieces; zeroed at first. */
struct fl_logs_decoder {
	unsigned char header[8];
	size_t have;          /* bytes of the header that have come */
	uint32_t left;        /* bytes of the frame that are still to come */
	bool raw;             /* no frames */
	unsigned char escape; /* ESC or '[', if that is where a sequence has come to */
};

/* Appends the text in LENGTH more bytes of the stream to OUT. */
void fl_logs_decode(struct fl_logs_decoder *decoder, const char *bytes, size_t length,
		    struct fl_buf *out) FL_NONNULL(1, 4);

#endif
