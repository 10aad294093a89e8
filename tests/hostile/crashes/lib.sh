# shellcheck shell=sh
# Shared by the tests that have drivers in Python. Several drivers run at once, each with its own folder below $T and
# its own peers. A driver prints TAP's lines without numbers.
. "$(dirname "$0")/../cli/lib.sh"

needs_root
appliance_net
command -v strace >/dev/null || skip_all 'strace is not installed'
"$PYTHON" -c 'import h2' 2>/dev/null || skip_all 'python3-h2 is not installed'

# peers NAME CONTAINER: starts an Engine and a OneGate for the next `cases`; $peers tells the cases where they are.
# CONTAINER is how a container behaves (engine.py, "container").
peers()
{
	mkdir "$T/$1.peers"
	home=$T T=$T/$1.peers engine_pid='' # of those before: all of them go on
	start_onegate --nic 192.0.2.10,02:00:c0:00:02:0a
	start_engine --image flwr/superlink:1.25.0 --image flwr/superlink:1.24.0
	printf '{"pull": {"*": "ok:0.05"}, "container": %s}\n' "$2" >"$scenario"
	T=$home
	peers="--engine $SOCK --journal $engine_journal --gate $GATE --gate-state $gate_state --token $TOKEN"
}

# cases NAME DRIVER WHAT [OPTION...]: runs the driver in the background, in a folder in memory if possible: on a
# busy disk it would mostly wait for fsync(2).
cases()
{
	name=$1 driver=$2
	shift 2
	mkdir "$T/$name"
	# shellcheck disable=SC2086 # words
	set -- "$PYTHON" "$top/tests/hostile/crashes/$driver" "$@" --folder "$T/$name" --build "$BUILD" \
		--service "$top/one-appliance/service" ${peers-}
	# shellcheck disable=SC2016,SC2086 # the inner shell's variables; words
	own=$(mount_options) && set -- unshare $own sh -c \
		'mount -t tmpfs trees "$1"; shift; exec "$@"' sh "$T/$name" "$@"
	"$@" >"$T/$name.out" 2>&1 </dev/null &
	pids="$pids $!"
	echo $! >"$T/$name.pid"
	peers=
}

# finish NAME: waits for the driver's end and prints its results.
finish()
{
	wait "$(cat "$T/$1.pid")"
	status=$? before=$failed
	results "$T/$1.out"
	[ "$status" -eq 0 ] || [ "$failed" -gt "$before" ] || result 1 "$1: the driver ends well, not with $status"
}
