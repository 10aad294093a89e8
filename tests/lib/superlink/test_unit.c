/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "superlink/unit.h"
#include "build.h"

static void it_has_the_lines_of_the_specification(void **state)
{
	static const char *const lines[] = {
		"\nAfter=docker.service\nRequires=docker.service\nStartLimitIntervalSec=0\n",
		"\nExecStartPre=" FL_BINDIR "/fl-bootstrap --prepare\n",
		"\nExecStart=" FL_DOCKER_CLI " start -a flower-superlink\n",
		/* Trap 29: without the first line a dead dockerd blocks the stop for 90 s. */
		"\nExecStop=" FL_SYSTEMCTL " is-active --quiet docker.service\n"
		"ExecStop=" FL_DOCKER_CLI " stop flower-superlink\n"
		"ExecStopPost=" FL_SYSTEMCTL " is-active --quiet docker.service\n"
		"ExecStopPost=-" FL_DOCKER_CLI " stop flower-superlink\n"
		"ExecStopPost=-" FL_BINDIR "/fl-healthcheck --report\n",
		/* Trap 3: an exit with 0 would leave the unit inactive. */
		"\nRestart=on-failure\nRestartForceExitStatus=0\nRestartSec=5s\n",
		"\nTimeoutStartSec=infinity\n",
		"\nWantedBy=multi-user.target docker.service\n",
	};
	fl_auto_free char *text = fl_unit_text();

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(lines); i++) {
		if (strstr(text, lines[i]) == NULL)
			fail_msg("'%s' is not in:\n%s", lines[i], text);
	}
}

/* one-context.service is after multi-user.target, so this would be a cycle (spec section 6). */
static void it_does_not_wait_for_contextualization(void **state)
{
	fl_auto_free char *text = fl_unit_text();

	(void)state;
	assert_null(strstr(text, "one-context"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_has_the_lines_of_the_specification),
		cmocka_unit_test(it_does_not_wait_for_contextualization),
	};

	return cmocka_run_group_tests_name("unit", tests, NULL, NULL);
}
