/* SPDX-License-Identifier: Apache-2.0 */
#include "base/start.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "base/fatal.h"

void fl_start(void)
{
	/* stdout is data: if it was closed, writing to it must fail and not seem to succeed. */
	static const int modes[] = { O_RDONLY, O_RDONLY, O_WRONLY };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	for (int fd = 0; fd <= 2; fd++) {
		/* open(2) gives the lowest free descriptor, which is FD itself. */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) < 0)
			fl_fatal("/dev/null cannot be opened");
	}
	/*
	 * RLIMIT_CORE would not do: the kernel ignores it if cores are piped to a program, and
	 * systemctl would inherit it.
	 */
	prctl(PR_SET_DUMPABLE, 0);
	umask(077);
	sigemptyset(&ignore.sa_mask);
	sigaction(SIGPIPE, &ignore, NULL);
}
