#!/bin/sh
# One fault at a time at each system call and at each allocation of the programs, in the situations of
# faults/situations.py: after any failure, they end with the documented status, or have done all of their work.
# The test takes at least one fault of each kind (a call on a file or a peer, and an error), and a random part of the
# others; its last line says how many there are. EVERY=1 takes all, SEED repeats a choice, and FAULTS names one
# situation for a closer look.
. "$(dirname "$0")/../cli/lib.sh"
# A PID namespace keeps the processes few: the search for SuperExec goes through all, and each call is a place for a fault.
if [ -z "${FAULTS_ALONE-}" ] && unshare -p -f --kill-child --mount-proc true 2>/dev/null; then
	rm -rf "$T"
	FAULTS_ALONE=1 exec unshare -p -f --kill-child --mount-proc sh "$0"
fi
private_net # the ports of a SuperLink, and addresses to choose from
needs_root
command -v strace >/dev/null || skip_all 'strace is not installed'
strace -f --seccomp-bpf -o "$T/trace" -e trace=close -e inject=close:error=EIO:when=1 true 2>/dev/null
grep -q INJECTED "$T/trace" || skip_all 'strace has no right to trace here'
add_link eth0 02:00:c0:00:02:0a 192.0.2.10/24 && add_link eth1 02:00:c6:33:64:0a 198.51.100.10/24 &&
	ip route add default via 198.51.100.1 || skip_all 'no right to make links'

here=$top/tests/hostile/faults
${CC:-cc} -shared -fPIC -O1 -Wall -D_GNU_SOURCE -o "$T/faults.so" "$here/faults.c" -ldl || skip_all 'no compiler'
start_superlink --fleet 9092 --control 9093 --appio 9091
LINK_CONTROL=$link_control
export LINK_CONTROL

# FAULTS is one name or nothing. The results are printed as they come, because all take minutes.
mkfifo "$T/verdicts"
"$PYTHON" "$here/faults.py" "$T" "$T/faults.so" ${FAULTS:+"$FAULTS"} >"$T/verdicts" 2>"$T/errors" &
pids="$! $pids"
results "$T/verdicts"
ok 'the faults were all made' wait "${pids%% *}"
show "$(cat "$T/errors")"
done_testing
