# shellcheck shell=sh
# What the TAP tests of the programs share, on top of ../tap.sh: a tree below --root, the stand-ins of Engine, OneGate and
# SuperLink, a network of the test's own. Nothing here leaves the test's own folder $T and the loopback device; every
# command is bounded.
. "$(dirname "$0")/../tap.sh"
T=$scratch
standin=$top/tests/standin
ROOT=$T/root
ENV_FILE=$ROOT/run/one-context/one_env

# private_net: runs the whole test again in a network namespace of its own, with loopback up, for
# tests that need fixed ports (9091) or addresses. If that is not permitted, the test is skipped.
private_net()
{
	[ -z "${FL_PRIVATE_NET-}" ] || return 0
	if unshare $([ "$(id -u)" = 0 ] || echo -r) -n sh -c 'ip link set lo up' 2>/dev/null; then
		rm -rf "$T"
		FL_PRIVATE_NET=1 exec unshare $([ "$(id -u)" = 0 ] || echo -r) -n \
			sh -c 'ip link set lo up && exec sh "$@"' sh "$0"
	fi
	skip_all 'no right to make a network namespace'
}

# mount_options: unshare(1)'s options for a mount namespace whose mounts nobody else sees; fails if
# that is not permitted. In a plain chroot / is no mount point and cannot be made private, so there the
# mounts must be private already.
mount_options()
{
	if unshare -m true 2>/dev/null; then
		echo -m
	elif unshare -m --propagation unchanged true 2>/dev/null &&
		! grep -q ' shared:' /proc/self/mountinfo; then
		echo -m --propagation unchanged
	else
		return 1
	fi
}

# add_link NAME MAC ADDRESS/LENGTH...: a link of that name in the private network, up.
add_link()
{
	ip link add "$1" address "$2" type veth peer name "veth-$1" &&
		ip link set "$1" up && ip link set "veth-$1" up || return 1
	name=$1
	shift 2
	for address in "$@"; do
		ip addr add "$address" dev "$name" || return 1
	done
}

# appliance_net: the private network with an address and a default route, as a VM has them.
appliance_net()
{
	private_net
	add_link eth0 02:00:c0:00:02:0a 192.0.2.10/24 && ip route add default via 192.0.2.1 ||
		skip_all 'no right to make links'
}

# needs_root [DESCRIPTION]: what comes from here on, or the whole file.
needs_root()
{
	is_root && return
	[ "$tests" -gt 0 ] || skip_all 'needs root: it writes files of other owners'
	skip "$1" 'needs root: it writes files of other owners'
	done_testing
}

# --- the tree below --root ----------------------------------------------------------------------

# make_root <one_env: a fresh tree $ROOT with this context, $ENV_FILE.
make_root()
{
	look_for_secrets "$ROOT"
	chmod -R u+w "$ROOT" 2>/dev/null
	rm -rf "$ROOT"
	mkdir -p "$ROOT/run/one-context"
	context
}

# context <one_env: replaces the context of $ROOT.
context()
{
	rm -f "$ENV_FILE"
	cat >"$ENV_FILE"
	chmod 0400 "$ENV_FILE"
}

# variables NAME=VALUE...: a context, as one-apps writes it. gate_variables: with these, of a VM whose OneGate is $GATE.
variables()
{
	for pair in "$@"; do
		printf 'export %s="%s"\n' "${pair%%=*}" "${pair#*=}"
	done
}

gate_variables()
{
	variables "TOKENTXT=$TOKEN" VMID=42 "ONEGATE_ENDPOINT=$GATE" ETH0_IP=192.0.2.10 "$@"
}

# service COMMAND: as a person calls it, so that DOCKER_HOST names the Engine; below $ROOT.
service()
{
	run env DOCKER_HOST="${DOCKER_HOST-unix://${SOCK-}}" "$BUILD/service" --root "$ROOT" --bindir "$BUILD" "$@"
}

status_file()
{
	cat "$ROOT/etc/one-appliance/status" 2>&1
}

# tree FOLDER: every path with mode, owner, size, time and inode: equal means nothing was touched.
tree()
{
	(cd "$1" && find . -printf '%p %M %U:%G %s %T@ %i\n' | sort)
}

# granted_files: how many files the container may open (trap 37): 65536, or as many as root may have here.
# shellcheck disable=SC3045 # every sh of Debian has these options
granted_files()
{
	if (ulimit -n 65536) 2>/dev/null; then
		echo 65536
	else
		ulimit -Hn
	fi
}

mode_of()
{
	stat -c %a "$1" 2>&1
}

owner_of()
{
	stat -c %u:%g "$1" 2>&1
}

# py EXPRESSION [FILE]: the expression's value (print) where `d` is the JSON document in FILE, `l` the
# list of its lines' documents where it is a journal.
py()
{
	"$PYTHON" -c '
import json, sys
text = open(sys.argv[2], encoding="utf-8").read() if len(sys.argv) > 2 else ""
d = l = None
try:
    d = json.loads(text)
except ValueError:
    pass
try:
    l = [json.loads(line) for line in text.splitlines()]
except ValueError:
    pass
value = eval(sys.argv[1])
print(value if isinstance(value, str) else json.dumps(value, sort_keys=True))' "$@" 2>&1
}

# --- stand-ins ----------------------------------------------------------------------------------

# start_journal: journald's socket below $ROOT; its datagrams are appended to $T/journal.
start_journal()
{
	mkdir -p "$ROOT/run/systemd/journal"
	: >"$T/journal"
	background "$PYTHON" -c '
import socket, sys
link = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
link.bind(sys.argv[1])
while True:
    data = link.recv(1 << 20)
    with open(sys.argv[2], "ab") as out:
        out.write(data + b"\n")' "$ROOT/run/systemd/journal/socket" "$T/journal"
	wait_until test -S "$ROOT/run/systemd/journal/socket"
}

# start_onegate [OPTION...]: sets $GATE (its URL), $gate_pid, $gate_journal, $gate_state.
start_onegate()
{
	gate_journal=$T/gate.journal gate_state=$T/gate.state
	rm -f "$T/gate.port" "$gate_journal" "$gate_state"
	background "$PYTHON" "$standin/onegate.py" --port-file "$T/gate.port" --token "$TOKEN" \
		--journal "$gate_journal" --state "$gate_state" "$@"
	gate_pid=$pid
	wait_until test -s "$T/gate.port" || show "$(cat "$T/background.log")"
	GATE=http://127.0.0.1:$(cat "$T/gate.port")
}

# stored: all that the OneGate holds; attribute NAME: one of it.
stored()
{
	py "' '.join('%s=%s' % p for p in sorted(d.items()))" "$gate_state"
}

attribute()
{
	py "d.get('$1', '')" "$gate_state"
}

# start_engine [OPTION...]: a fresh one in the place of any before; sets $SOCK, $engine_pid, $engine_journal, $engine_state, $scenario.
start_engine()
{
	[ -z "${engine_pid-}" ] || stop "$engine_pid"
	SOCK=${ENGINE_SOCKET:-$T/docker.sock} engine_journal=$T/engine.journal engine_state=$T/engine.state
	scenario=$T/engine.scenario
	rm -f "$SOCK" "$engine_journal" "$engine_state" "$scenario"
	background "$PYTHON" "$standin/engine.py" --socket "$SOCK" --journal "$engine_journal" \
		--state "$engine_state" --scenario "$scenario" "$@"
	engine_pid=$pid
	case " $*" in *' --after'*) return 0 ;; esac
	wait_until test -S "$SOCK" || show "$(cat "$T/background.log")"
}

# asked METHOD PATH-REGEXP: the number of such requests to the Engine (path without version).
asked()
{
	grep -cE "\"method\": \"$1\", \"path\": \"$2\"" "$engine_journal"
}

# engine_call METHOD PATH [JSON]: a request of the test's own; prints the answer's body.
engine_call()
{
	"$PYTHON" "$top/tests/shared.py" "$SOCK" "$@"
}

# container FIELD: of flower-superlink, a Python expression on its inspect document `c`.
container()
{
	py "(lambda c: $1)(d['containers'].get('flower-superlink'))" "$engine_state"
}

# start_superlink [OPTION...]: sets $FLEET, $CONTROL, $APPIO, $link_pid; ports of its own unless
# the options name some. $link_control is its --control-file.
start_superlink()
{
	"$PYTHON" -c 'import h2' 2>/dev/null || skip_all 'python3-h2 is not installed'
	link_control=$T/link.control
	rm -f "$T/link.port" "$link_control"
	case " $*" in *' --fleet'* | *' --control'* | *' --appio'*) ;; *) set -- --fleet 0 --control 0 --appio 0 "$@" ;; esac
	background "$PYTHON" "$standin/superlink.py" --port-file "$T/link.port" \
		--control-file "$link_control" "$@"
	link_pid=$pid
	wait_until test -s "$T/link.port" || show "$(cat "$T/background.log")"
	read -r FLEET CONTROL APPIO <"$T/link.port"
}

# start_registry PORT: a real one, Debian's, whose images are kept below $T; sets $registry_pid. An Engine takes what is on
# 127.0.0.0/8 without TLS.
start_registry()
{
	command -v docker-registry >/dev/null || skip_all 'docker-registry is not installed'
	mkdir -p "$T/registry"
	printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "127.0.0.1:%s"}\n' \
		"$T/registry" "$1" >"$T/registry.yml"
	background docker-registry serve "$T/registry.yml"
	registry_pid=$pid
	wait_until "$PYTHON" -c 'import shared, sys; sys.exit(shared.ask(sys.argv[1], "GET", "/v2/")[0] != 200)' "127.0.0.1:$1"
}
