#!/bin/sh
# What the library calls. Only main and log.c print, only main exits, only systemd.c starts a process
# (systemctl), and some functions of the C library are never right in a program that root runs at boot.
. "${0%/*}/../tap.sh"

"${NM:-nm}" -A -u "$BUILD/libflctx.a" 2>/dev/null | sed 's/^[^:]*://' >"$scratch/all"

# calls ALLOWED-OBJECT NAME...: the undefined names among NAME outside one object, with FORTIFY's and the
# C99 forms of each.
calls()
{
	allowed=$1
	shift
	for f; do
		sed -n -E "/^$allowed:/d; s/ +U (__)?(isoc[0-9]+_)?($f)(_chk)?(@.*)?\$/ \\3/p" "$scratch/all"
	done
}

calls fatal.o exit _exit _Exit quick_exit abort >"$scratch/exits"
# Messages leave through log, by write(2); data goes to the stream that the program names.
calls none perror printf vprintf puts putchar stdout stderr err errx warn warnx >"$scratch/prints"
calls systemd.o fork vfork execve execv execvp execvpe execl execlp posix_spawn posix_spawnp system popen \
	clone >"$scratch/spawns"
# No bounds, no errors, or state shared by the whole process.
calls none gets strcpy strcat sprintf vsprintf stpcpy strtok atoi atol atoll sscanf fscanf tmpnam mktemp \
	tempnam setenv putenv localtime gmtime ctime alloca rand srand >"$scratch/unsafe"
calls none sleep usleep >"$scratch/sleeps"

check 'the archive has objects to look at' test -s "$scratch/all"
check 'only fatal.o ends the process' none "$scratch/exits"
check 'nothing prints behind the back of log.o' none "$scratch/prints"
check 'only systemd.o starts a process' none "$scratch/spawns"
check 'no function without bounds or without errors' none "$scratch/unsafe"
check 'no sleep that a deadline does not bound' none "$scratch/sleeps"

# Each name that other files can use has the prefix.
"${NM:-nm}" -A -g --defined-only "$BUILD/libflctx.a" 2>/dev/null | sed 's/^[^:]*://' |
	grep -E ' [TDBRVWC] ' | grep -v -E ' (fl_|__|_?a[sm]an|\.|DW\.ref)' >"$scratch/names"
check 'every global name starts with fl_' none "$scratch/names"
plan
