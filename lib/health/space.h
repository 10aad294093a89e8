/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the state's file system can be written. A full one does not show in what the SuperLink
 * answers: it reads, and fails only when somebody starts a run (trap 33).
 */
#ifndef FL_SPACE_H
#define FL_SPACE_H

#include "health/diagnosis.h"

/*
 * Looks at the file system of FOLDER as a user other than root sees it. FL_CAUSE_SPACE if less than
 * 32 MiB or no inode is free, FL_CAUSE_READONLY if nobody may write to it, else FL_CAUSE_NONE, also
 * if there is no such FOLDER. *DETAIL says what was found; the caller frees it.
 */
enum fl_cause fl_space_look(const char *folder, char **detail) FL_MUST_CHECK FL_NONNULL(1, 2);

#endif
