/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/limit.h"

#include <string.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "base/number.h"
#include "file/file.h"

#define NR_OPEN "/proc/sys/fs/nr_open" /* the most that the kernel grants any process */

/*
 * runc sets the container's limit and is root on this system, as this program is: the kernel grants
 * it no more. So the limit is tried here.
 */
unsigned fl_limit_files(void)
{
	fl_auto_free char *text = fl_file_read(NR_OPEN, 32, NULL);
	int64_t most = FL_LIMIT_FILES;
	struct rlimit own, wanted;

	if (text != NULL)
		text[strcspn(text, "\n")] = '\0';
	if (text == NULL || !fl_number(text, 1, FL_LIMIT_FILES, &most))
		most = FL_LIMIT_FILES;
	if (getrlimit(RLIMIT_NOFILE, &own) != 0 || own.rlim_max >= (rlim_t)most)
		return (unsigned)most;
	wanted = (struct rlimit){ own.rlim_cur, (rlim_t)most };
	return (unsigned)(setrlimit(RLIMIT_NOFILE, &wanted) == 0 ? wanted : own).rlim_max;
}
