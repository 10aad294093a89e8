# shellcheck shell=sh
# What the TAP tests of the programs share. A test sources this first, ends with `done_testing`, and
# runs from any folder, by hand too: BUILD=/my/build sh tests/cli/fl-configure.t
# Nothing here leaves the test's own folder $T and the loopback device; every command is bounded.

set -u
top=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)} || exit 1
BUILD=${BUILD:-$top}
BUILD=$(cd "$BUILD" && pwd) || exit 1
standin=$top/tests/standin
PATH=$BUILD:$PATH:/usr/sbin:/sbin
LC_ALL=C
export BUILD PATH LC_ALL
# The caller's own settings must not decide what a test sees.
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy NO_PROXY no_proxy
unset DOCKER_HOST CONTEXT_FILE JOURNAL_STREAM INVOCATION_ID NOTIFY_SOCKET BASH_ENV ENV
umask 022

T=$(mktemp -d "${TMPDIR:-/tmp}/fl.XXXXXX") || exit 1

# private_net: runs the whole test again in a network namespace of its own, with loopback up, for
# tests that need fixed ports (9091) or addresses; without the right to, the test is skipped.
private_net()
{
	[ -z "${FL_PRIVATE_NET-}" ] || return 0
	if unshare $([ "$(id -u)" = 0 ] || echo -r) -n sh -c 'ip link set lo up' 2>/dev/null; then
		rm -rf "$T"
		FL_PRIVATE_NET=1 exec unshare $([ "$(id -u)" = 0 ] || echo -r) -n \
			sh -c 'ip link set lo up && exec sh "$@"' sh "$0"
	fi
	rm -rf "$T"
	echo '1..0 # SKIP no right to make a network namespace'
	exit 0
}

# mount_options: unshare(1)'s options for a mount namespace whose mounts nobody else sees; fails if
# there is no right to one. In a plain chroot / is no mount point, so that it cannot be made private;
# there the mounts must be private already.
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

ROOT=$T/root
ENV_FILE=$ROOT/run/one-context/one_env
tests=0 failed=0 pids='' status=0 out='' err=''

# A Python that has h2 as well, if there is one: Debian's own has python3-h2.
PYTHON=python3
/usr/bin/python3 -c '' 2>/dev/null && PYTHON=/usr/bin/python3

clean_up()
{
	for pid in $pids; do
		kill "$pid" 2>/dev/null
	done
	for pid in $pids; do
		wait "$pid" 2>/dev/null
	done
	chmod -R u+w "$T" 2>/dev/null
	rm -rf "$T"
}
trap clean_up EXIT
trap 'exit 130' HUP INT TERM

# --- results ------------------------------------------------------------------------------------

# result STATUS DESCRIPTION: one TAP line; 1 where it failed, so that a caller can add to it.
result()
{
	tests=$((tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests - $2"
	else
		failed=$((failed + 1))
		echo "not ok $tests - $2"
		return 1
	fi
}

# show TEXT...: a comment below a failure, each line marked.
show()
{
	printf '%s\n' "$@" | sed 's/^/#   /' | cut -c1-300
}

# show_last: what the last `run` gave.
show_last()
{
	show "exit status $status" "stdout: $out" "stderr: $err"
}

# ok DESCRIPTION COMMAND...: the command succeeds.
ok()
{
	description=$1
	shift
	if "$@"; then
		result 0 "$description"
	else
		result 1 "$description"
		show "failed: $*"
		show_last
	fi
}

not()
{
	! "$@"
}

# is GOT WANT DESCRIPTION
is()
{
	if [ "$1" = "$2" ]; then
		result 0 "$3"
	else
		result 1 "$3"
		show "got:  $1" "want: $2"
		show_last
	fi
}

# like TEXT EXTENDED-REGEXP DESCRIPTION: a line of the text matches.
like()
{
	if printf '%s\n' "$1" | grep -Eq -- "$2"; then
		result 0 "$3"
	else
		result 1 "$3"
		show "no line matches: $2" "text: $1"
		show_last
	fi
}

# unlike TEXT EXTENDED-REGEXP DESCRIPTION: there is a text, and no line of it matches.
unlike()
{
	if [ -z "$1" ]; then
		result 1 "$3"
		show 'there is nothing to look at'
	elif printf '%s\n' "$1" | grep -Eq -- "$2"; then
		result 1 "$3"
		show "a line matches: $2" "text: $1"
	else
		result 0 "$3"
	fi
}

# exits STATUS DESCRIPTION: of the last `run`.
exits()
{
	is "$status" "$1" "$2"
}

skip()
{
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

note()
{
	echo "# $*"
}

done_testing()
{
	look_for_secrets "$T"
	is "$(cat "$T/leaks")" '' 'no secret of the test stands where it does not belong'
	echo "1..$tests"
	[ "$failed" -eq 0 ] || exit 1
	exit 0
}

# run COMMAND...: at most $LIMIT seconds; sets $status, $out, $err ($T/out and $T/err have the bytes).
run()
{
	case $1 in
	fl-*)
		command -v "$1" >/dev/null || {
			echo "# $1 is not in $BUILD: run make first, or set BUILD"
			exit 1
		}
		;;
	esac
	timeout -k 2 "${LIMIT:-60}" "$@" >"$T/out" 2>"$T/err" </dev/null
	status=$?
	out=$(tr -d '\000' <"$T/out")
	err=$(tr -d '\000' <"$T/err")
	case $out$err in
	*"${TOKEN%%=*}"* | *"${PASSWORD%%=*}"*) echo "output of: $*" >>"$T/leaks" ;;
	esac
}

# --- secrets ------------------------------------------------------------------------------------

# The one token of all tests, which looks as OneGate's do, and a value for a name that holds PASSWORD. tests/run looks
# for the token as well.
TOKEN='c2VjcmV0IHRva2VuIG9mIHRoZSB0ZXN0==' PASSWORD='cGFzc3dvcmQgb2YgdGhlIHRlc3Rz'
secret_files='! -name one_env ! -name token.txt ! -name secrets ! -name leaks'

# may_hold_secrets PATTERN...: the names of more files that the test itself writes a secret into.
may_hold_secrets()
{
	for pattern in "$@"; do
		secret_files="$secret_files ! -name $pattern"
	done
}

# forms_of SECRET: as it stands, up to the first '=', which URLs and some quotings change; in base64 at each of the
# three places where it can begin; in hexadecimal.
forms_of()
{
	echo "$1"
	for before in '' x xx; do
		printf %s "$before$1" | base64 -w 0 | cut -c 5-$(((${#1} - 3) / 3 * 4))
	done
	echo "$(printf %s "$1" | od -An -v -tx1 | tr -d ' \n')" | sed 'p; y/abcdef/ABCDEF/'
}

# look_for_secrets FOLDER: adds to $T/leaks each file below it that holds one in any form, or in its name.
look_for_secrets()
{
	[ -d "$1" ] || return 0
	[ -s "$T/secrets" ] || { forms_of "${TOKEN%%=*}" && forms_of "${PASSWORD%%=*}"; } >"$T/secrets"
	set -f
	# shellcheck disable=SC2086 # $secret_files is words
	find "$1" -xdev \( -name "*${TOKEN%%=*}*" -print \) -o \( -type f -size +0 $secret_files \
		-exec grep -alF -f "$T/secrets" {} + \) >>"$T/leaks" 2>/dev/null
	set +f
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

# tree FOLDER: every path with mode, owner, size, time and inode: equal means nothing was touched.
tree()
{
	(cd "$1" && find . -printf '%p %M %U:%G %s %T@ %i\n' | sort)
}

mode_of()
{
	stat -c %a "$1" 2>&1
}

owner_of()
{
	stat -c %u:%g "$1" 2>&1
}

is_root()
{
	[ "$(id -u)" = 0 ] && grep -q '4294967295' /proc/self/uid_map
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

# wait_until COMMAND...: tries until it succeeds, half a minute at most.
wait_until()
{
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 1500 ] || return 1
		sleep 0.02
	done
}

# background COMMAND...: sets $pid, ended with the test.
background()
{
	"$@" >>"$T/background.log" 2>&1 </dev/null &
	pid=$!
	pids="$pids $pid"
}

# stop PID: and wait for its end.
stop()
{
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	pids=$(printf '%s ' $pids | sed "s/\b$1\b//")
}

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

# start_engine [OPTION...]: sets $SOCK, $engine_pid, $engine_journal, $engine_state, $scenario.
start_engine()
{
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
	"$PYTHON" -c '
import http.client, socket, sys
link = http.client.HTTPConnection("engine", timeout=10)
link.sock = socket.socket(socket.AF_UNIX)
link.sock.connect(sys.argv[1])
body = sys.argv[4] if len(sys.argv) > 4 else None
link.request(sys.argv[2], sys.argv[3], body, {"Content-Type": "application/json"})
answer = link.getresponse()
sys.stdout.write(answer.read().decode())
sys.exit(answer.status >= 400)' "$SOCK" "$@"
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
