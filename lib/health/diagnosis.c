/* SPDX-License-Identifier: Apache-2.0 */
#include "health/diagnosis.h"

#include <inttypes.h>
#include <string.h>

#include "health/proc.h"
#include "superlink/container.h"

#define FILES_SHARE 20 /* that part of the limit may be free when a file cannot be opened */

/* flower-superlink 1.22 to 1.36 prints one line for each server it starts; this is the last. */
#define SERVERS_STARTED "Starting Fleet API"

struct sign {
	const char *text;
	enum fl_cause cause;
};

static const struct sign signs[] = {
	{ "unable to open database file", FL_CAUSE_OWNER },
	{ "Too many open files", FL_CAUSE_FILES },
	{ "File descriptor limit reached", FL_CAUSE_FILES }, /* gRPC's, each second */
	{ "attempt to write a readonly database", FL_CAUSE_OWNER },
	{ "Permission denied", FL_CAUSE_OWNER },
	{ "Read-only file system", FL_CAUSE_READONLY },
	{ "database is locked", FL_CAUSE_LOCKED },
	{ "database or disk is full", FL_CAUSE_SPACE },
	{ "No space left on device", FL_CAUSE_SPACE },
	{ "Disk quota exceeded", FL_CAUSE_SPACE },
	{ "disk I/O error", FL_CAUSE_DISK },
	{ "'pending_at'", FL_CAUSE_NEWER },
	{ "Can't locate revision identified by", FL_CAUSE_NEWER }, /* alembic, 1.26 and later */
	{ "file is not a database", FL_CAUSE_DAMAGE },
	{ "database disk image is malformed", FL_CAUSE_DAMAGE },
	{ "NumPy was built with baseline optimizations", FL_CAUSE_PROCESSOR },
	{ "unrecognized arguments:", FL_CAUSE_ARGUMENTS },
	{ "Failed to bind to address", FL_CAUSE_ADDRESS },
	{ "Cannot allocate memory", FL_CAUSE_MEMORY },
};

enum fl_cause fl_diagnosis_of_text(const char *text)
{
	enum fl_cause cause = FL_CAUSE_NONE;
	const char *latest = NULL;

	for (size_t i = 0; i < FL_ARRAY_SIZE(signs); i++) {
		for (const char *at = text; (at = strstr(at, signs[i].text)) != NULL; at++) {
			if (latest == NULL || at > latest) {
				latest = at;
				cause = signs[i].cause;
			}
		}
	}
	return cause;
}

enum fl_cause fl_diagnosis_of_log(const char *log)
{
	const char *latest = log;

	for (const char *at = log; (at = strstr(at, SERVERS_STARTED)) != NULL; at++)
		latest = at;
	return fl_diagnosis_of_text(latest);
}

enum fl_cause fl_diagnosis_of_exit(int64_t exit_code, bool oom_killed)
{
	if (oom_killed)
		return FL_CAUSE_MEMORY;
	/* 128 + SIGILL: an instruction that the processor does not have. */
	return exit_code == 132 ? FL_CAUSE_PROCESSOR : FL_CAUSE_NONE;
}

enum fl_cause fl_diagnosis_of_files(enum fl_cause cause, const char *proc, pid_t pid,
				    struct fl_buf *out)
{
	struct fl_proc_files files;

	if (pid <= 0 ||
	    (cause != FL_CAUSE_NONE && cause != FL_CAUSE_OWNER && cause != FL_CAUSE_FILES))
		return cause;
	files = fl_proc_files(proc, pid);
	if (files.most == 0 || files.open < files.most - files.most / FILES_SHARE)
		return cause;
	if (out != NULL)
		fl_buf_printf(out, "the SuperLink has %" PRId64 " of %" PRId64 " files open; ",
			      files.open, files.most);
	return FL_CAUSE_FILES;
}

bool fl_diagnosis_is_final(enum fl_cause cause)
{
	return cause == FL_CAUSE_OWNER || cause == FL_CAUSE_READONLY || cause == FL_CAUSE_SPACE ||
	       cause == FL_CAUSE_DISK || cause == FL_CAUSE_NEWER || cause == FL_CAUSE_DAMAGE;
}

void fl_diagnosis_explain(enum fl_cause cause, const char *state_dir, struct fl_buf *out)
{
	switch (cause) {
	case FL_CAUSE_NONE:
		break;
	case FL_CAUSE_OWNER:
		fl_buf_printf(out,
			      "UID %d, the container's user, cannot write its state; "
			      "`chown -R %d:%d %s` or fl-configure mends that unless the file "
			      "system is read-only",
			      FL_CONTAINER_UID, FL_CONTAINER_UID, FL_CONTAINER_UID, state_dir);
		break;
	case FL_CAUSE_FILES:
		fl_buf_puts(out, "no more files can be opened; connect fewer SuperNodes, or give "
				 "containers a larger limit with default-ulimits in "
				 "/etc/docker/daemon.json and make the container again");
		break;
	case FL_CAUSE_READONLY:
		fl_buf_printf(
			out,
			"the file system of %s is read-only; mount it writable, after a look at "
			"dmesg if the kernel has made it so",
			state_dir);
		break;
	case FL_CAUSE_LOCKED:
		fl_buf_printf(out,
			      "the database in %s was locked, by another process or a busy "
			      "SuperLink; `lslocks` names who holds it",
			      state_dir);
		break;
	case FL_CAUSE_SPACE:
		fl_buf_printf(out, "no disk space is left for %s; make room or enlarge the disk",
			      state_dir);
		break;
	case FL_CAUSE_DISK:
		fl_buf_printf(out,
			      "reading or writing below %s failed; look for a full or failing disk "
			      "with df and dmesg",
			      state_dir);
		break;
	case FL_CAUSE_NEWER:
		fl_buf_printf(out,
			      "a newer Flower has upgraded the database in %s, and an older one "
			      "cannot use it; set FLOWER_VERSION to the newer version again, or "
			      "restore a copy from before the upgrade",
			      state_dir);
		break;
	case FL_CAUSE_DAMAGE:
		fl_buf_printf(out,
			      "the database in %s is damaged or is no database; restore a copy, or "
			      "move it away to start anew without the past runs and SuperNodes",
			      state_dir);
		break;
	case FL_CAUSE_PROCESSOR:
		fl_buf_puts(out, "the virtual processor is older than x86-64-v2; give the VM "
				 "template CPU_MODEL=[MODEL=\"host-passthrough\"]");
		break;
	case FL_CAUSE_ARGUMENTS:
		fl_buf_puts(out, "this Flower does not know one of its arguments; set "
				 "FLOWER_VERSION to a version that is supported");
		break;
	case FL_CAUSE_MEMORY:
		fl_buf_puts(out, "memory ran out; give the VM more (4096 MB at least)");
		break;
	case FL_CAUSE_ADDRESS:
		fl_buf_puts(out, "an address cannot be bound inside the container; check "
				 "FL_FLEET_API_ADDRESS and FL_CONTROL_API_ADDRESS");
		break;
	}
}
