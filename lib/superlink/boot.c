/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/boot.h"

#include <sys/stat.h>
#include <time.h>

#include "superlink/step.h"

/*
 * Step 1 is over when contextualization has written one_env; how long that took is told by the
 * file's age. A context made by hand, or a clock that was set since, says nothing of the boot.
 */
void fl_boot_log(const struct fl_paths *paths)
{
	struct fl_step step = fl_step_begin(FL_STEP_BOOT);
	struct timespec up, now;
	struct stat info;
	int64_t age, took = 0;

	if (stat(paths->context, &info) != 0)
		return; /* step 2 says what is wrong */
	clock_gettime(CLOCK_BOOTTIME, &up);
	clock_gettime(CLOCK_REALTIME, &now);
	age = now.tv_sec - info.st_mtim.tv_sec; /* seconds: a file's time may be centuries away */
	if (age >= 0 && age < up.tv_sec && fl_paths_is_host(paths))
		took = (up.tv_sec - age) * FL_SEC + up.tv_nsec - now.tv_nsec + info.st_mtim.tv_nsec;
	step.started -= took;
	fl_step_done(&step, "contextualization wrote %s%s", paths->context,
		     took > 0 ? ", counted from power-on" : "");
}
