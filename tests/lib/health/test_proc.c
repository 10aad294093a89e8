/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: openat readdir */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <dirent.h>

#include "base/wait.h"
#include "health/proc.h"
#include "scratch.h"

#define NAME "flower-superexec"

int __real_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...);
struct dirent *__real_readdir(DIR *dir);
struct dirent *__wrap_readdir(DIR *dir);

static const char *unreadable; /* a path below proc, "" for proc itself, NULL for none */

int __wrap_openat(int folder, const char *path, int flags, ...)
{
	if (unreadable == NULL || strcmp(path, unreadable) != 0)
		return __real_openat(folder, path, flags);
	errno = EMFILE;
	return -1;
}

struct dirent *__wrap_readdir(DIR *dir)
{
	if (unreadable == NULL || unreadable[0] != '\0')
		return __real_readdir(dir);
	errno = EIO;
	return NULL;
}

/* Adds a process to the proc of the test; '|' ends each of the ARGUMENTS. */
static void process(int pid, const char *comm, char state_letter, int parent, const char *arguments)
{
	fl_auto_free char *stat = fl_xasprintf("%s/%d/stat", scratch, pid);
	fl_auto_free char *line = fl_xasprintf("%d (%s) %c %d 1 1 0 -1 4194560\n", pid, comm,
					       state_letter, parent);
	fl_auto_free char *cmdline = fl_xasprintf("%s/%d/cmdline", scratch, pid);
	fl_auto_free char *words = fl_xstrdup(arguments);
	FILE *file;

	scratch_write(stat, line);
	file = fopen(cmdline, "we");
	assert_non_null(file);
	for (char *c = words; *c != '\0'; c++)
		fputc(*c == '|' ? '\0' : *c, file);
	assert_int_equal(fclose(file), 0);
}

static enum fl_process find(pid_t ancestor, pid_t *pid)
{
	struct fl_error err = FL_ERROR_INIT;
	enum fl_process found;

	assert_int_equal(fl_proc_find(scratch, ancestor, NAME, &found, pid, &err), 0);
	return found;
}

static void superlink(void)
{
	process(1, "systemd", 'S', 0, "/sbin/init|");
	process(40, "docker-init", 'S', 1, "/sbin/docker-init|--|flower-superlink|");
	process(41, "flower-superlin", 'S', 40,
		"/python/venv/bin/python3|/python/venv/bin/flower-superlink|--insecure|");
}

/* Trap 23: comm is cut to 15 bytes, and argv[0] is python's. */
static void trap_23_superexec_is_known_by_an_argument(void **state)
{
	pid_t pid = 0;

	(void)state;
	superlink();
	assert_int_equal(find(40, NULL), FL_PROCESS_ABSENT);
	process(42, "flower-superexe", 'S', 41,
		"/python/venv/bin/python3|/python/venv/bin/" NAME "|--insecure|--parent-pid|1|");
	assert_int_equal(find(40, &pid), FL_PROCESS_ALIVE);
	assert_int_equal(pid, 42);
	assert_int_equal(find(41, NULL), FL_PROCESS_ALIVE);
	assert_int_equal(find(42, NULL), FL_PROCESS_ABSENT);
}

/* Trap 23: a dead SuperExec stays in proc, with its comm and without arguments. */
static void trap_23_a_zombie_is_not_alive(void **state)
{
	(void)state;
	superlink();
	for (const char *letter = "XZ"; *letter != '\0'; letter++) {
		process(42, "flower-superexe", *letter, 41, "");
		assert_int_equal(find(40, NULL), FL_PROCESS_ZOMBIE);
	}
	process(43, "flower-superexe", 'S', 41, "/python/venv/bin/" NAME "|");
	assert_int_equal(find(40, NULL), FL_PROCESS_ALIVE);
}

static void another_containers_superexec_does_not_count(void **state)
{
	(void)state;
	superlink();
	process(50, "docker-init", 'S', 1, "/sbin/docker-init|");
	process(51, "flower-superexe", 'S', 50, "/usr/bin/" NAME "|");
	process(52, "flower-superexe", 'Z', 50, "");
	assert_int_equal(find(40, NULL), FL_PROCESS_ABSENT);
	assert_int_equal(find(50, NULL), FL_PROCESS_ALIVE);
	assert_int_equal(find(0, NULL), FL_PROCESS_ALIVE);
}

static void only_the_whole_base_name_counts(void **state)
{
	(void)state;
	superlink();
	process(42, "sh", 'S', 41, "sh|-c|exec /x/" NAME " --insecure|");
	process(43, "vi", 'S', 41, "vi|/x/" NAME ".py|/x/my-" NAME "|/" NAME "/x|");
	assert_int_equal(find(40, NULL), FL_PROCESS_ABSENT);
	process(44, NAME, 'S', 41, NAME "|");
	assert_int_equal(find(40, NULL), FL_PROCESS_ALIVE);
}

static void odd_names_and_vanished_processes_are_no_matter(void **state)
{
	fl_auto_free char *broken = fl_xasprintf("%s/60/stat", scratch);
	fl_auto_free char *open = fl_xasprintf("%s/63/stat", scratch);
	fl_auto_free char *empty = fl_xasprintf("%s/61/stat", scratch);
	fl_auto_free char *folder = fl_xasprintf("%s/62/fd", scratch);

	(void)state;
	superlink();
	process(42, "a) S 1 (b", 'S', 41, "/bin/" NAME "|");
	process(70, "ring", 'S', 71, "/bin/" NAME "|");
	process(71, "ring", 'S', 70, "ring|");
	scratch_write(broken, "60 (x");
	scratch_write(open, "63 x) Z 41 1");
	scratch_write(empty, "");
	scratch_write(folder, "");
	assert_int_equal(find(40, NULL), FL_PROCESS_ALIVE);
	assert_int_equal(find(71, NULL), FL_PROCESS_ALIVE);
	assert_int_equal(find(1, NULL), FL_PROCESS_ALIVE);
}

static void an_ancestor_must_be_there(void **state)
{
	struct fl_error err = FL_ERROR_INIT;
	enum fl_process found = FL_PROCESS_ALIVE;

	(void)state;
	superlink();
	assert_int_equal(fl_proc_find(scratch, 99, NAME, &found, NULL, &err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_int_equal(found, FL_PROCESS_ALIVE);
	assert_int_equal(fl_proc_find("/no/such/proc", 1, NAME, &found, NULL, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
}

static void a_process_is_gone_if_proc_is_there_without_it(void **state)
{
	(void)state;
	superlink();
	assert_true(fl_proc_is_gone(scratch, 99));
	assert_false(fl_proc_is_gone("/no/such/proc", 99));
	assert_false(fl_proc_is_gone(FL_PROC, getpid()));
}

/* Gives process PID a limit, and OPEN open files. */
static void open_files(int pid, const char *most, int open)
{
	fl_auto_free char *limits = fl_xasprintf("%s/%d/limits", scratch, pid);
	fl_auto_free char *text = fl_xasprintf("Limit                     Soft Limit  Hard Limit\n"
					       "Max open files            %-11s 999999  files\n",
					       most);

	scratch_write(limits, text);
	for (int i = 0; i < open; i++) {
		fl_auto_free char *path = fl_xasprintf("%s/%d/fd/%d", scratch, pid, i);

		scratch_write(path, "");
	}
}

static void the_process_nearest_to_its_limit_counts(void **state)
{
	struct fl_proc_files files;

	(void)state;
	superlink();
	assert_int_equal(fl_proc_files(scratch, 40).most, 0);
	assert_int_equal(fl_proc_files("/no/such/proc", 40).most, 0);
	open_files(1, "10", 10); /* not of the container */
	open_files(40, "1024", 3);
	open_files(41, "16", 12);
	process(42, "flower-superexe", 'S', 41, "/python/venv/bin/" NAME "|");
	open_files(42, "1024", 20);
	process(43, "worker", 'S', 41, "x|");
	open_files(43, "unlimited", 5);
	files = fl_proc_files(scratch, 40);
	assert_int_equal(files.open, 12);
	assert_int_equal(files.most, 16);
	/* A container without docker-init. */
	files = fl_proc_files(scratch, 42);
	assert_int_equal(files.open, 20);
	assert_int_equal(files.most, 1024);
}

/* If SuperExec was seen before, "absent" would end the wait although it lives. */
static void what_cannot_be_read_is_not_absent(void **state)
{
	static const char *const paths[] = { "", "42/stat", "42/cmdline" };

	(void)state;
	superlink();
	process(42, "flower-superexe", 'S', 41, "/python/venv/bin/" NAME "|");
	for (size_t i = 0; i < FL_ARRAY_SIZE(paths); i++) {
		struct fl_error err = FL_ERROR_INIT;
		enum fl_process found = FL_PROCESS_ALIVE;

		unreadable = paths[i];
		assert_int_equal(fl_proc_find(scratch, 40, NAME, &found, NULL, &err), -1);
		unreadable = NULL;
		assert_int_equal(err.code, FL_EXIT_SYSTEM);
		assert_int_equal(found, FL_PROCESS_ALIVE);
	}
}

/* In the kernel's own proc: a child whose file has that name, alive and then dead. */
static void the_kernel_agrees(void **state)
{
	fl_auto_free char *path = fl_xasprintf("%s/" NAME, scratch);
	struct fl_error err = FL_ERROR_INIT;
	enum fl_process found = FL_PROCESS_ABSENT;
	fl_time deadline = fl_deadline(10);
	siginfo_t info;
	pid_t pid = 0;
	pid_t child;

	(void)state;
	assert_int_equal(symlink("/bin/sleep", path), 0);
	child = fork();
	if (child == 0) {
		execl(path, path, "1000", (char *)NULL);
		_exit(127);
	}
	while (found != FL_PROCESS_ALIVE && fl_now() < deadline)
		assert_int_equal(fl_proc_find(FL_PROC, getpid(), NAME, &found, &pid, &err), 0);
	assert_int_equal(found, FL_PROCESS_ALIVE);
	assert_int_equal(pid, child);
	kill(child, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(fl_proc_find(FL_PROC, getpid(), NAME, &found, NULL, &err), 0);
	assert_int_equal(found, FL_PROCESS_ZOMBIE);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(fl_proc_find(FL_PROC, getpid(), NAME, &found, NULL, &err), 0);
	assert_int_equal(found, FL_PROCESS_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(trap_23_superexec_is_known_by_an_argument, scratch_empty),
		cmocka_unit_test_setup(trap_23_a_zombie_is_not_alive, scratch_empty),
		cmocka_unit_test_setup(another_containers_superexec_does_not_count, scratch_empty),
		cmocka_unit_test_setup(only_the_whole_base_name_counts, scratch_empty),
		cmocka_unit_test_setup(odd_names_and_vanished_processes_are_no_matter,
				       scratch_empty),
		cmocka_unit_test_setup(an_ancestor_must_be_there, scratch_empty),
		cmocka_unit_test_setup(a_process_is_gone_if_proc_is_there_without_it,
				       scratch_empty),
		cmocka_unit_test_setup_teardown(the_process_nearest_to_its_limit_counts, NULL,
						NULL),
		cmocka_unit_test_setup(what_cannot_be_read_is_not_absent, scratch_empty),
		cmocka_unit_test_setup(the_kernel_agrees, scratch_empty),
	};

	return cmocka_run_group_tests_name("proc", tests, scratch_make, scratch_remove);
}
