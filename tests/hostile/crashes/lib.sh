# shellcheck shell=sh
# Shared by the tests that have drivers in Python. Several drivers run at once, each with its own folder below $T and
# its own peers. A driver prints TAP's lines without numbers.
. "$(dirname "$0")/../cli/lib.sh"

# appliance_net: all that the programs need: root, fixed ports, an address; the test is skipped without.
appliance_net()
{
	private_net
	is_root || skip_all 'needs root: it writes files of other owners'
	command -v strace >/dev/null || skip_all 'strace is not installed'
	"$PYTHON" -c 'import h2' 2>/dev/null || skip_all 'python3-h2 is not installed'
	add_link eth0 02:00:c0:00:02:0a 192.0.2.10/24 || skip_all 'no right to make links'
	ip route add default via 192.0.2.1
}

# peers NAME CONTAINER: starts an Engine and a OneGate for the next `cases`; $peers tells the cases where they are.
# CONTAINER is how a container behaves (engine.py, "container").
peers()
{
	mkdir "$T/$1.peers"
	home=$T T=$T/$1.peers
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
	status=$? failures=0
	while read -r line; do
		case $line in
		'ok '*) result 0 "${line#ok }" ;;
		'not ok '*)
			failures=$((failures + 1))
			result 1 "${line#not ok }"
			;;
		*) printf '%s\n' "$line" ;; # a note; echo would make line breaks of its backslashes
		esac
	done <"$T/$1.out"
	[ "$status" -eq 0 ] || [ "$failures" -gt 0 ] || result 1 "$1: the driver ends well, not with $status"
}
