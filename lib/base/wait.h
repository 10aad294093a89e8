/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deadlines and pauses. When a program starts, it turns a time-out into one moment of
 * CLOCK_MONOTONIC and passes that down: the wall clock jumps while a VM boots, the monotonic clock
 * does not (clock_gettime(2)).
 */
#ifndef FL_WAIT_H
#define FL_WAIT_H

#include <stdint.h>

#include "base/macro.h"

#define FL_MS  INT64_C(1000000)    /* nanoseconds in a millisecond */
#define FL_SEC INT64_C(1000000000) /* nanoseconds in a second */

/* A moment of CLOCK_MONOTONIC in nanoseconds. */
typedef int64_t fl_time;

#define FL_NEVER INT64_MAX

/* Now. */
fl_time fl_now(void);

/* SECONDS from now. */
fl_time fl_deadline(int64_t seconds);

/* The earlier of two moments. */
fl_time fl_earlier(fl_time a, fl_time b);

/* Whole milliseconds until DEADLINE, rounded up, 0 if it has passed, at most INT_MAX (poll(2)). */
int fl_remaining_ms(fl_time deadline);

/*
 * Pauses that double from FIRST to MOST nanoseconds, each shortened at random by up to a quarter
 * so that many VMs of one boot do not call in step.
 */
struct fl_backoff {
	int64_t next; /* nanoseconds; the next pause */
	int64_t most;
};

#define FL_BACKOFF_INIT(first, limit)            \
	{                                        \
		.next = (first), .most = (limit) \
	}

/* The next pause in nanoseconds. */
int64_t fl_backoff_next(struct fl_backoff *backoff) FL_NONNULL(1);

/* Sleeps NANOSECONDS, but not past DEADLINE. Returns at once for 0 or less. */
void fl_pause(int64_t nanoseconds, fl_time deadline);

/* "1.2 s", "45 ms" or "0.3 ms" for people; OUT has FL_DURATION_SIZE bytes and is returned. */
#define FL_DURATION_SIZE 32
char *fl_duration(char out[static FL_DURATION_SIZE], int64_t nanoseconds);

#endif
