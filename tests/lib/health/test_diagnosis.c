/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fl_proc_files */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "health/diagnosis.h"
#include "health/proc.h"

#define CALLING "Exception calling application: "

/* Texts that Flower 1.22 to 1.42 really prints, and a word that the advice must hold. */
static const struct {
	const char *text;
	enum fl_cause cause;
	const char *word;
} known[] = {
	{ CALLING "unable to open database file", FL_CAUSE_OWNER, "49999" },
	/* Trap 21: the database of an earlier boot has a wrong owner. */
	{ CALLING "attempt to write a readonly database", FL_CAUSE_OWNER, "49999" },
	{ "PermissionError: [Errno 13] Permission denied: '/app/state/ffs'", FL_CAUSE_OWNER,
	  "49999" },
	{ CALLING "database is locked", FL_CAUSE_LOCKED, "lslocks" },
	{ CALLING "database or disk is full", FL_CAUSE_SPACE, "space" },
	{ "OSError: [Errno 28] No space left on device", FL_CAUSE_SPACE, "space" },
	{ CALLING "disk I/O error", FL_CAUSE_DISK, "dmesg" },
	/* Trap 25: a newer Flower has upgraded the database. */
	{ CALLING "'pending_at'", FL_CAUSE_NEWER, "FLOWER_VERSION" },
	{ "alembic.util.exc.CommandError: Can't locate revision identified by 'a1b2'",
	  FL_CAUSE_NEWER, "FLOWER_VERSION" },
	{ CALLING "file is not a database", FL_CAUSE_DAMAGE, "damaged" },
	{ CALLING "database disk image is malformed", FL_CAUSE_DAMAGE, "damaged" },
	/* Trap 30: a processor below x86-64-v2. */
	{ "RuntimeError: NumPy was built with baseline optimizations: (X86_V2) but your machine "
	  "doesn't support: (X86_V2).",
	  FL_CAUSE_PROCESSOR, "host-passthrough" },
	/* Trap 27: Flower 1.29 and later do not know --storage-dir. */
	{ "flower-superlink: error: unrecognized arguments: --storage-dir state/ffs",
	  FL_CAUSE_ARGUMENTS, "FLOWER_VERSION" },
	{ "RuntimeError: Failed to bind to address 10.0.0.1:9092", FL_CAUSE_ADDRESS, "address" },
	{ "OSError: [Errno 12] Cannot allocate memory", FL_CAUSE_MEMORY, "4096" },
	{ "OSError: [Errno 30] Read-only file system: '/app/state/x'", FL_CAUSE_READONLY,
	  "read-only" },
	{ "OSError: [Errno 122] Disk quota exceeded", FL_CAUSE_SPACE, "space" },
	{ "OSError: [Errno 24] Too many open files", FL_CAUSE_FILES, "SuperNodes" },
	{ "posix_engine_listener.cc:164] File descriptor limit reached. Retrying.", FL_CAUSE_FILES,
	  "daemon.json" },
	{ CALLING "no such table: run", FL_CAUSE_NONE, "" },
	{ "", FL_CAUSE_NONE, "" },
};

static void known_texts_have_a_cause_and_advice(void **state)
{
	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(known); i++) {
		fl_auto_buf struct fl_buf out = FL_BUF_INIT;

		assert_int_equal(fl_diagnosis_of_text(known[i].text), known[i].cause);
		fl_diagnosis_explain(known[i].cause, "/the/state", &out);
		assert_non_null(strstr(fl_buf_text(&out), known[i].word));
		assert_int_equal(out.length == 0, known[i].cause == FL_CAUSE_NONE);
		/* Its own words, and no other cause's behind them. */
		assert_int_equal(strchr(fl_buf_text(&out), ';') == NULL, out.length == 0);
		assert_ptr_equal(strchr(fl_buf_text(&out), ';'), strrchr(fl_buf_text(&out), ';'));
	}
}

static void advice_on_files_names_the_folder(void **state)
{
	static const enum fl_cause causes[] = {
		FL_CAUSE_OWNER, FL_CAUSE_READONLY, FL_CAUSE_SPACE,
		FL_CAUSE_DISK,  FL_CAUSE_NEWER,    FL_CAUSE_DAMAGE
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(causes); i++) {
		fl_auto_buf struct fl_buf out = FL_BUF_INIT;

		fl_diagnosis_explain(causes[i], "/the/state", &out);
		assert_non_null(strstr(fl_buf_text(&out), "/the/state"));
		assert_true(fl_diagnosis_is_final(causes[i]));
	}
	assert_false(fl_diagnosis_is_final(FL_CAUSE_NONE));
	assert_false(fl_diagnosis_is_final(FL_CAUSE_ARGUMENTS));
	assert_false(fl_diagnosis_is_final(FL_CAUSE_FILES));
	assert_false(fl_diagnosis_is_final(FL_CAUSE_LOCKED));
}

static void the_last_word_counts(void **state)
{
	(void)state;
	assert_int_equal(fl_diagnosis_of_text("file is not a database\ndatabase or disk is full\n"),
			 FL_CAUSE_SPACE);
	assert_int_equal(fl_diagnosis_of_text("database or disk is full\nfile is not a database\n"
					      "database or disk is full\nthe end\n"),
			 FL_CAUSE_SPACE);
}

/* A container keeps its log over restarts, so the log may name a cause that is mended by now. */
static void what_was_mended_does_not_count(void **state)
{
	(void)state;
	assert_int_equal(fl_diagnosis_of_log("INFO : Starting Flower SuperLink\n"
					     "INFO : Starting Fleet API (gRPC-rere) on 0.0.0.0\n"
					     "unable to open database file\n"),
			 FL_CAUSE_OWNER);
	assert_int_equal(fl_diagnosis_of_log("unable to open database file\n"
					     "INFO : Starting Flower SuperLink\n"
					     "INFO : Starting Fleet API (gRPC-rere) on 0.0.0.0\n"),
			 FL_CAUSE_NONE);
	/* A run that has begun but not started its servers proves nothing. */
	assert_int_equal(fl_diagnosis_of_log("INFO : Starting Flower SuperLink\n"
					     "unrecognized arguments: --x\n"
					     "INFO : Starting Flower SuperLink\n"),
			 FL_CAUSE_ARGUMENTS);
	assert_int_equal(fl_diagnosis_of_log("no such word\n"), FL_CAUSE_NONE);
}

static void an_end_tells_something(void **state)
{
	(void)state;
	assert_int_equal(fl_diagnosis_of_exit(137, true), FL_CAUSE_MEMORY);
	assert_int_equal(fl_diagnosis_of_exit(137, false), FL_CAUSE_NONE);
	assert_int_equal(fl_diagnosis_of_exit(132, false), FL_CAUSE_PROCESSOR);
	assert_int_equal(fl_diagnosis_of_exit(1, false), FL_CAUSE_NONE);
	assert_int_equal(fl_diagnosis_of_exit(0, false), FL_CAUSE_NONE);
}

static struct fl_proc_files files;

struct fl_proc_files __wrap_fl_proc_files(const char *proc, pid_t ancestor);
struct fl_proc_files __wrap_fl_proc_files(const char *proc, pid_t ancestor)
{
	assert_string_equal(proc, "/the/proc");
	assert_int_equal(ancestor, 42);
	return files;
}

/* Trap 37: "unable to open database file" is also what SQLite says of one file too many. */
static void trap_37_used_up_files_are_no_matter_of_ownership(void **state)
{
	static const struct {
		enum fl_cause cause;
		pid_t pid;
		struct fl_proc_files files;
		enum fl_cause result;
		const char *words;
	} cases[] = {
		{ FL_CAUSE_OWNER,
		  42,
		  { 1024, 1024 },
		  FL_CAUSE_FILES,
		  "the SuperLink has 1024 of 1024 files open; " },
		{ FL_CAUSE_FILES,
		  42,
		  { 95, 100 },
		  FL_CAUSE_FILES,
		  "the SuperLink has 95 of 100 files open; " },
		{ FL_CAUSE_FILES, 42, { 94, 100 }, FL_CAUSE_FILES, "" },
		{ FL_CAUSE_OWNER, 42, { 94, 100 }, FL_CAUSE_OWNER, "" },
		{ FL_CAUSE_OWNER, 42, { 0, 0 }, FL_CAUSE_OWNER, "" },
		{ FL_CAUSE_OWNER, 0, { 9, 9 }, FL_CAUSE_OWNER, "" },
		{ FL_CAUSE_SPACE, 42, { 9, 9 }, FL_CAUSE_SPACE, "" },
		{ FL_CAUSE_NONE,
		  42,
		  { 9, 9 },
		  FL_CAUSE_FILES,
		  "the SuperLink has 9 of 9 files open; " },
		{ FL_CAUSE_NONE, 42, { 8, 9 }, FL_CAUSE_NONE, "" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_buf struct fl_buf out = FL_BUF_INIT;

		files = cases[i].files;
		assert_int_equal(fl_diagnosis_of_files(cases[i].cause, "/the/proc", cases[i].pid,
						       &out),
				 cases[i].result);
		assert_string_equal(fl_buf_text(&out), cases[i].words);
		assert_int_equal(fl_diagnosis_of_files(cases[i].cause, "/the/proc", cases[i].pid,
						       NULL),
				 cases[i].result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts_have_a_cause_and_advice),
		cmocka_unit_test(advice_on_files_names_the_folder),
		cmocka_unit_test(the_last_word_counts),
		cmocka_unit_test(what_was_mended_does_not_count),
		cmocka_unit_test(an_end_tells_something),
		cmocka_unit_test(trap_37_used_up_files_are_no_matter_of_ownership),
	};

	return cmocka_run_group_tests_name("diagnosis", tests, NULL, NULL);
}
