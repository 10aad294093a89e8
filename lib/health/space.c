/* SPDX-License-Identifier: Apache-2.0 */
#include "health/space.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/mem.h"

#define LEAST_MIB 32

enum fl_cause fl_space_look(const char *folder, char **detail)
{
	struct statvfs info;
	uint64_t mib;

	if (statvfs(folder, &info) != 0) {
		*detail = fl_xasprintf("%s: %s", folder, strerror(errno));
		return FL_CAUSE_NONE;
	}
	mib = (uint64_t)info.f_bavail * info.f_frsize / FL_MIB;
	if ((info.f_flag & ST_RDONLY) != 0) {
		*detail = fl_xasprintf("%s is on a file system that is read-only", folder);
		return FL_CAUSE_READONLY;
	}
	/* btrfs and others count no inodes. */
	if (info.f_files != 0 && info.f_favail == 0) {
		*detail = fl_xasprintf("%s has no inode free, of %" PRIu64, folder,
				       (uint64_t)info.f_files);
		return FL_CAUSE_SPACE;
	}
	*detail = fl_xasprintf("%s has %" PRIu64 " MiB free%s", folder, mib,
			       mib < LEAST_MIB ? ", and needs 32" : "");
	return mib < LEAST_MIB ? FL_CAUSE_SPACE : FL_CAUSE_NONE;
}
