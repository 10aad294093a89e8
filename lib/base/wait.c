/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wait.h"

#include <limits.h>
#include <poll.h>
#include <sys/random.h>
#include <time.h>

fl_time fl_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (fl_time)now.tv_sec * FL_SEC + now.tv_nsec;
}

fl_time fl_deadline(int64_t seconds)
{
	return fl_now() + seconds * FL_SEC;
}

fl_time fl_earlier(fl_time a, fl_time b)
{
	return a < b ? a : b;
}

int fl_remaining_ms(fl_time deadline)
{
	fl_time left;

	if (deadline == FL_NEVER)
		return INT_MAX;
	left = deadline - fl_now();
	if (left <= 0)
		return 0;
	left = (left + FL_MS - 1) / FL_MS;
	return left > INT_MAX ? INT_MAX : (int)left;
}

int64_t fl_backoff_next(struct fl_backoff *backoff)
{
	int64_t pause = backoff->next;
	uint32_t random = 0;

	backoff->next = pause * 2 < backoff->most ? pause * 2 : backoff->most;
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		random = 0; /* early in a boot there is no entropy; a full pause does no harm */
	return pause - (int64_t)((uint64_t)(pause / 4) * random / UINT32_MAX);
}

void fl_pause(int64_t nanoseconds, fl_time deadline)
{
	fl_time until = fl_earlier(fl_now() + nanoseconds, deadline);

	while (fl_now() < until)
		poll(NULL, 0, fl_remaining_ms(until));
}

char *fl_duration(char out[static FL_DURATION_SIZE], int64_t nanoseconds)
{
	if (nanoseconds < 10 * FL_MS)
		snprintf(out, FL_DURATION_SIZE, "%.1f ms", (double)nanoseconds / (double)FL_MS);
	else if (nanoseconds < FL_SEC)
		snprintf(out, FL_DURATION_SIZE, "%lld ms", (long long)(nanoseconds / FL_MS));
	else
		snprintf(out, FL_DURATION_SIZE, "%.1f s", (double)nanoseconds / (double)FL_SEC);
	return out;
}
