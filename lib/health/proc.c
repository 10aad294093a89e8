/* SPDX-License-Identifier: Apache-2.0 */
#include "health/proc.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/number.h"

#define COMM_LENGTH 15            /* TASK_COMM_LEN - 1, proc_pid_comm(5) */
#define READ_MAX    (64 * FL_KIB) /* the program's name is among the first few arguments */

struct process {
	pid_t pid;
	pid_t parent;
	char state;
	bool zombie_of_program; /* a zombie whose comm is the program's name, cut to 15 bytes */
};

struct table {
	struct process *rows; /* owned */
	size_t count;
};

static void free_table(struct table *table)
{
	free(table->rows);
}

/* The errors of open(2) and read(2) if the process has gone or is hidden from this user. */
static bool is_gone(int errnum)
{
	return errnum == ENOENT || errnum == ESRCH || errnum == EACCES || errnum == EPERM;
}

/* Reads the file NAME of process PID. 1, 0 if the process has gone, or -1 with errno. */
static int read_of(int proc, const char *pid, const char *name, struct fl_buf *out)
{
	fl_auto_free char *path = fl_xasprintf("%s/%s", pid, name);
	fl_auto_close int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);

	fl_buf_reset(out);
	if (fd >= 0 && fl_buf_read(out, fd) == 0)
		return 1;
	return is_gone(errno) ? 0 : -1;
}

/* Parses "PID (COMM) STATE PPID ...", proc_pid_stat(5). COMM may hold anything, also ") R 1". */
static bool parse_stat(char *text, const char *program, struct process *process)
{
	char *open = strchr(text, '(');
	char *close = strrchr(text, ')');
	char *end;
	int64_t parent;

	if (open == NULL || close == NULL || close < open || strlen(close) < 5 || close[1] != ' ' ||
	    close[3] != ' ')
		return false;
	*close = '\0';
	process->state = close[2];
	end = strchr(close + 4, ' ');
	if (end == NULL)
		return false;
	*end = '\0';
	if (!fl_number(close + 4, 0, INT32_MAX, &parent))
		return false;
	process->parent = (pid_t)parent;
	process->zombie_of_program = (process->state == 'Z' || process->state == 'X') &&
				     strncmp(open + 1, program, COMM_LENGTH) == 0;
	return true;
}

/* 0, or -1 with errno. */
static int read_table(DIR *dir, const char *program, struct table *table)
{
	fl_auto_buf struct fl_buf text = { .limit = READ_MAX };
	const struct dirent *entry;

	while (errno = 0, (entry = readdir(dir)) != NULL) {
		struct process process = { .pid = 0 };
		int64_t pid;

		if (!fl_number(entry->d_name, 1, INT32_MAX, &pid))
			continue;
		if (read_of(dirfd(dir), entry->d_name, "stat", &text) < 0)
			return -1;
		if (text.length == 0)
			continue;
		process.pid = (pid_t)pid;
		if (!parse_stat(text.data, program, &process))
			continue;
		table->rows = fl_xgrow(table->rows, table->count, sizeof(*table->rows));
		table->rows[table->count++] = process;
	}
	return errno == 0 ? 0 : -1;
}

static const struct process *row_of(const struct table *table, pid_t pid)
{
	for (size_t i = 0; i < table->count; i++) {
		if (table->rows[i].pid == pid)
			return &table->rows[i];
	}
	return NULL;
}

/* Bounded, because the table is no snapshot: an id that was used anew could make it a ring. */
static bool is_below(const struct table *table, const struct process *process, pid_t ancestor)
{
	for (size_t i = 0; process != NULL && i < table->count; i++) {
		if (process->parent == ancestor)
			return true;
		process = row_of(table, process->parent);
	}
	return false;
}

static bool has_argument(const struct fl_buf *cmdline, const char *program)
{
	const char *word = fl_buf_text(cmdline);
	const char *end = word + cmdline->length;

	for (; word < end; word += strlen(word) + 1) {
		if (strcmp(basename(word), program) == 0)
			return true;
	}
	return false;
}

/* Whether PROCESS runs PROGRAM: 1 or 0, or -1 with errno. */
static int runs(int proc, const struct process *process, const char *program,
		struct fl_buf *cmdline)
{
	char name[16];
	int there;

	if (process->state == 'Z' || process->state == 'X')
		return 0;
	snprintf(name, sizeof(name), "%ld", (long)process->pid);
	there = read_of(proc, name, "cmdline", cmdline);
	return there == 1 ? has_argument(cmdline, program) : there;
}

int fl_proc_find(const char *proc, pid_t ancestor, const char *program, enum fl_process *found,
		 pid_t *pid, struct fl_error *err)
{
	fl_auto_closedir DIR *dir = opendir(proc);
	__attribute__((cleanup(free_table))) struct table table = { .rows = NULL };
	fl_auto_buf struct fl_buf cmdline = { .limit = READ_MAX };
	enum fl_process best = FL_PROCESS_ABSENT;

	if (dir == NULL || read_table(dir, program, &table) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s", proc);
	if (ancestor != 0 && row_of(&table, ancestor) == NULL)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
				    "%s/%ld: no such process; is the Engine on this machine and in "
				    "its process namespace?",
				    proc, (long)ancestor);
	for (size_t i = 0; i < table.count; i++) {
		const struct process *process = &table.rows[i];
		int it_runs;

		if (ancestor != 0 && !is_below(&table, process, ancestor))
			continue;
		if (process->zombie_of_program)
			best = FL_PROCESS_ZOMBIE;
		it_runs = runs(dirfd(dir), process, program, &cmdline);
		if (it_runs < 0)
			return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s", proc);
		if (it_runs) {
			*found = FL_PROCESS_ALIVE;
			if (pid != NULL)
				*pid = process->pid;
			return 0;
		}
	}
	*found = best;
	return 0;
}

/* The entries of PID/fd, or -1. */
static int64_t count_files(int proc, const char *pid)
{
	fl_auto_free char *path = fl_xasprintf("%s/fd", pid);
	fl_auto_close int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fl_auto_closedir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int64_t count = 0;

	if (dir == NULL)
		return -1;
	(void)fl_steal_fd(&fd); /* the stream closes it */
	while ((entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '.';
	return count;
}

/* "Max open files   1024   4096   files": soft limit, hard limit. 0 for none. */
static int64_t limit_of_files(const struct fl_buf *limits)
{
	static const char name[] = "Max open files";
	const char *line = strstr(fl_buf_text(limits), name);
	fl_auto_free char *number = NULL;
	int64_t most;

	if (line == NULL)
		return 0;
	line += sizeof(name) - 1;
	line += strspn(line, " ");
	number = fl_xstrndup(line, strcspn(line, " "));
	return fl_number(number, 1, INT32_MAX, &most) ? most : 0;
}

struct fl_proc_files fl_proc_files(const char *proc, pid_t ancestor)
{
	fl_auto_closedir DIR *dir = opendir(proc);
	__attribute__((cleanup(free_table))) struct table table = { .rows = NULL };
	fl_auto_buf struct fl_buf limits = { .limit = READ_MAX };
	struct fl_proc_files nearest = { .most = 0 };

	if (dir == NULL || read_table(dir, "", &table) != 0)
		return nearest;
	for (size_t i = 0; i < table.count; i++) {
		const struct process *process = &table.rows[i];
		struct fl_proc_files files;
		char name[16];

		if (process->pid != ancestor && !is_below(&table, process, ancestor))
			continue;
		snprintf(name, sizeof(name), "%ld", (long)process->pid);
		files.open = count_files(dirfd(dir), name);
		files.most = read_of(dirfd(dir), name, "limits", &limits) == 1
				     ? limit_of_files(&limits)
				     : 0;
		if (files.open >= 0 && files.most > 0 &&
		    files.open * nearest.most >= nearest.open * files.most)
			nearest = files;
	}
	return nearest;
}

bool fl_proc_is_gone(const char *proc, pid_t pid)
{
	fl_auto_close int dir = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[16];

	snprintf(name, sizeof(name), "%ld", (long)pid);
	return dir >= 0 && faccessat(dir, name, F_OK, 0) != 0 && errno == ENOENT;
}
