/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fl_file_read getrlimit setrlimit */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/mem.h"
#include "file/file.h"
#include "superlink/limit.h"

char *__wrap_fl_file_read(const char *path, size_t limit, size_t *length);
int __wrap_getrlimit(int resource, struct rlimit *limit);
int __wrap_setrlimit(int resource, const struct rlimit *limit);

static const char *nr_open;
static struct rlimit own;
static bool may_raise;

char *__wrap_fl_file_read(const char *path, size_t limit, size_t *length)
{
	(void)limit, (void)length;
	assert_string_equal(path, "/proc/sys/fs/nr_open");
	return nr_open == NULL ? NULL : fl_xstrdup(nr_open);
}

int __wrap_getrlimit(int resource, struct rlimit *limit)
{
	assert_int_equal(resource, RLIMIT_NOFILE);
	*limit = own;
	return 0;
}

int __wrap_setrlimit(int resource, const struct rlimit *limit)
{
	assert_int_equal(resource, RLIMIT_NOFILE);
	assert_int_equal(limit->rlim_cur, own.rlim_cur);
	if (!may_raise)
		return -1;
	own = *limit;
	return 0;
}

static void as_much_as_the_kernel_grants(void **state)
{
	static const struct {
		const char *nr_open;
		rlim_t hard;
		bool may_raise;
		unsigned files;
	} cases[] = {
		{ "1048576\n", 1048576, true, 65536 }, { "1048576\n", 4096, true, 65536 },
		{ "1048576\n", 4096, false, 4096 },    { "20000\n", 1048576, true, 20000 },
		{ "20000\n", 4096, true, 20000 },      { "20000\n", 4096, false, 4096 },
		{ NULL, RLIM_INFINITY, true, 65536 },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		nr_open = cases[i].nr_open;
		own = (struct rlimit){ 1024, cases[i].hard };
		may_raise = cases[i].may_raise;
		assert_int_equal(fl_limit_files(), cases[i].files);
		assert_int_equal(own.rlim_cur, 1024);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_much_as_the_kernel_grants),
	};

	return cmocka_run_group_tests_name("limit", tests, NULL, NULL);
}
