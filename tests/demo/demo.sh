#!/bin/sh
# One boot of the appliance, shown step by step with a real Docker Engine and a real Flower SuperLink: what a
# context file becomes, what OneGate is told, and what two failures look like. `make demo` runs it.
#
#   BUILD=DIR demo.sh       BUILD: the folder with the built programs; KEEP=1 leaves all running at the end
#   demo.sh stop DIR        ends what KEEP=1 left running
#
# It uses the Docker Engine that runs here, if its ports and the container's name are free; else it starts a
# private one for the time of the demo (../docker/engine.sh). If neither the Engine nor a registry has the
# Flower image, it builds an equivalent one from Debian's packages and PyPI (../docker/build-image.sh). It writes
# only to its own folder below /tmp and to the cache (${XDG_CACHE_HOME:-/var/cache}/flower-appliance).

set -u
LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/sbin:/sbin:/usr/bin:/bin
umask 022
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY CONTEXT_FILE

SRCDIR=${SRCDIR:-$(cd "$(dirname -- "$0")/../.." && pwd)}
self=$SRCDIR/tests/demo/demo.sh
CACHE=${CACHE:-${XDG_CACHE_HOME:-/var/cache}/flower-appliance}
container=flower-superlink
ports='9091 9092 9093'

if [ -t 1 ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
else
	bold='' plain=''
fi

title()
{
	printf '\n%s== %s%s\n' "$bold" "$*" "$plain"
}

say()
{
	printf '%s\n' "$*"
}

die()
{
	printf 'demo: %s\n' "$*" >&2
	exit 1
}

# Shows a command line as one would type it, then runs it. stderr goes to stdout, in the order of events.
show()
{
	printf '%s$ %s%s\n' "$bold" "$*" "$plain" | sed "s|$BUILD/||g"
	"$@" 2>&1
}

#
# Starting and stopping
#

stop_all()
{
	trap '' HUP INT PIPE TERM
	[ ! -s "$dir/gate.pid" ] || ! grep -qs onegate.py "/proc/$(cat "$dir/gate.pid")/cmdline" ||
		kill "$(cat "$dir/gate.pid")"
	if [ -e "$dir/container" ]; then
		docker rm -f "$container" >/dev/null 2>&1
	fi
	[ ! -e "$dir/private" ] || "$SRCDIR/tests/docker/engine.sh" stop "$dir/engine"
	rm -rf "${dir:?}"
}

port_is_free()
{
	! grep -qi "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$1") [0-9A-F:]* 0A " /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

ports_are_free()
{
	for port in $ports; do
		port_is_free "$port" || {
			reason="port $port is taken"
			return 1
		}
	done
}

# Whether the demo can use an Engine that runs. Sets DOCKER_HOST if so, and $reason if not.
find_engine()
{
	reason='none answers'
	case ${DOCKER_HOST:-} in
	unix://*) ;;
	*) DOCKER_HOST=unix:///run/docker.sock ;;
	esac
	export DOCKER_HOST
	[ -S "${DOCKER_HOST#unix://}" ] && timeout 20 docker version >/dev/null 2>&1 || return 1
	if docker container inspect "$container" >/dev/null 2>&1; then
		reason="its container $container is not the demo's"
		return 1
	fi
	ports_are_free
}

start_engine()
{
	say "No Docker Engine to use ($reason): starting a private one"
	: >"$dir/private"
	# The images stay, for the next time. Another demo that was kept may have that folder.
	mkdir -p "$CACHE" && exec 8>"$CACHE/.engine" || die "$CACHE: cannot be written"
	data=$dir/data
	! (mkdir -p "$CACHE/engine" && exec 9>"$CACHE/engine/.lock" && flock -n 9) 2>/dev/null || data=$CACHE/engine
	exec 8>&-
	socket=$(DATA=$data "$SRCDIR/tests/docker/engine.sh" start "$dir/engine") || exit
	DOCKER_HOST=unix://$socket
	# An earlier demo that was killed may have left something in that folder.
	docker rm -f "$container" >/dev/null 2>&1
}

registry_answers()
{
	python3 - "$1" 2>/dev/null <<'END'
import sys, urllib.error, urllib.request
first = sys.argv[1].split("/")[0]
host = first if "." in first or ":" in first else "registry-1.docker.io"
try:
    urllib.request.urlopen("https://%s/v2/" % host, timeout=5)
except urllib.error.HTTPError as error:
    sys.exit(error.code != 401)
except OSError:
    sys.exit(1)
END
}

get_image()
{
	if docker image inspect "$image" >/dev/null 2>&1; then
		say "$image is there already"
	elif registry_answers "$image" && say "Pulling $image" && timeout 900 docker pull -q "$image"; then
		:
	else
		say "No registry has $image: building an equivalent one from Debian's packages and PyPI"
		tag=${image##*:}
		set -- "$SRCDIR/tests/docker/build-image.sh" "${tag%%-*}" "$image"
		[ -z "${DEMO_NETWORK:-}" ] || set -- nsenter --net=/proc/self/fd/7 "$@"
		CACHE=$CACHE "$@" || die "no image $image"
	fi
}

start_onegate()
{
	# Each run gets a token of its own, as OneGate makes them; no argument list holds it.
	head -c 24 /dev/urandom | base64 >"$dir/token"
	# Descriptor 9 and others stay this script's own.
	python3 "$SRCDIR/tests/standin/onegate.py" --port-file "$dir/gate.port" --token-file "$dir/token" --vmid 42 \
		--journal "$dir/gate.journal" --state "$dir/gate.state" </dev/null >"$dir/gate.log" 2>&1 &
	echo $! >"$dir/gate.pid"
	tenths=100
	until [ -s "$dir/gate.port" ]; do
		tenths=$((tenths - 1))
		[ "$tenths" -gt 0 ] || die "the OneGate stand-in does not start: $(cat "$dir/gate.log")"
		sleep 0.1
	done
	gate=http://127.0.0.1:$(cat "$dir/gate.port")
}

attributes()
{
	python3 -c 'import json, sys
for name, value in sorted(json.load(open(sys.argv[1])).items()):
    print("    %s=%s" % (name, value))' "$dir/gate.state" 2>/dev/null || say '    (none)'
}

requests()
{
	python3 -c 'import json, sys
for line in open(sys.argv[1]):
    entry = json.loads(line)
    if entry["method"] == sys.argv[2]:
        print("    %s %s -> %s" % (entry["method"], entry["path"], entry["status"]))
        for pair in str(entry.get("body") or "").splitlines():
            print("        " + pair)' "$dir/gate.journal" "$1"
}

#
# Contexts
#

# As the contextualization writes one_env: export NAME="value", the value as it is.
good_context()
{
	cat <<END
export FL_CONTROL_API_ADDRESS="127.0.0.1:9093"
export FL_LOG_LEVEL="INFO"
export FL_NUM_ROUNDS="5"
export FL_STRATEGY="FedProx"
export ETH0_IP="$address"
export ONEGATE_ENDPOINT="$gate"
export REPORT_READY="YES"
export SSH_PUBLIC_KEY="ssh-ed25519 AAAAC3NzaC1lZDI1 o'neil@laptop
ssh-ed25519 AAAAC3NzaC1lZDI2 "second key" \$(touch $dir/executed)"
export TOKENTXT="$(cat "$dir/token")"
export VMID="42"
END
}

bad_context()
{
	cat <<END
export FL_NUM_ROUNDS="0"
export FL_DATABASE="/tmp/state.db"
export FL_TLS_ENABLED="YES"
export VMID="42"
END
}

put_context()
{
	mkdir -p "$1/run/one-context"
	cat >"$1/run/one-context/one_env"
	chmod 0400 "$1/run/one-context/one_env"
}

# An address for SuperNodes: the one that the machine sends from, else any but loopback and Docker's.
find_address()
{
	address=$(ip -4 route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p')
	[ -n "$address" ] || address=$(ip -4 -o addr show scope global 2>/dev/null |
		grep -v -e ' docker0 ' -e ' br-' -e ' veth' | sed -n '1s/.*inet \([0-9.]*\).*/\1/p')
	if [ -z "$address" ]; then
		say "This machine has no address but loopback: no SuperNode could connect, so step 11 will say so"
		address=127.0.0.1
	fi
}

# The steps as the log files have them, as a table: "step N/12 NAME: OUTCOME, DURATION: details".
step_table()
{
	sed -n 's/.*step \([0-9]*\)\/12 \([^:]*\): \([^,]*\), \([^:]*\): .*/\1:\2:\4:\3/p' \
		"$root/var/log/one-appliance/flower-configure.log" "$root/var/log/one-appliance/flower-bootstrap.log" |
		awk -F: '{ printf "    %2d  %-24s %9s  %s\n", $1, $2, $3, $4 }'
}

#
# The demo
#

explain_supernode()
{
	title 'Connecting a SuperNode'
	cat <<END
A SuperNode needs FL_ENDPOINT and nothing else (Flower: pip install flwr):
    flower-supernode --insecure --superlink $address:9092 \\
        --node-config "partition-id=0 num-partitions=2"
On another VM of the same OneFlow service FL_ENDPOINT comes from OneGate. Runs are started on this machine,
as the context says 127.0.0.1 for the Control API; the app's pyproject.toml has
    [tool.flwr.federations.appliance]
    address = "127.0.0.1:9093"
    insecure = true
and then: flwr run . appliance --stream
END
}

fail_with_bad_context()
{
	title 'Failure 1: a context with three errors'
	bad_context | put_context "$dir/bad"
	sed 's/^/    /' "$dir/bad/run/one-context/one_env"
	show "$BUILD/service" --root "$dir/bad" --bindir "$BUILD" configure
	status=$?
	say "exit status $status (78: invalid context); status file: $(cat "$dir/bad/etc/one-appliance/status")"
	[ "$status" = 78 ] || die 'the bad context was not refused with 78'
	[ ! -e "$dir/bad/opt/flower/config/superlink.json" ] || die 'the bad context was written'
	say 'Nothing was written to opt/flower. All three errors are named at once.'
}

fail_with_bad_state()
{
	title 'Failure 2: a SuperLink that cannot write its state'
	say "state/ is given to root behind the appliance's back; then the VM boots again."
	docker stop "$container" >/dev/null && chown -R 0:0 "$root/opt/flower/state" || die 'cannot prepare the failure'
	show "$BUILD/service" --root "$root" --bindir "$BUILD" bootstrap
	status=$?
	say "exit status $status (69: Docker, or here the SuperLink, refused); status file: $(cat "$root/etc/one-appliance/status")"
	[ "$status" = 69 ] || die 'the broken SuperLink was not told with 69'
	say 'A look at the port alone would have said yes:'
	show "$BUILD/fl-healthcheck" -v --probe=grpc 127.0.0.1:9092
	say 'What OneGate holds now, so that nobody is sent to it:'
	attributes
}

mend()
{
	title 'Mended: the next configure gives state/ back'
	show "$BUILD/service" --root "$root" --bindir "$BUILD" configure &&
		show "$BUILD/service" --root "$root" --bindir "$BUILD" bootstrap || die 'the SuperLink was not mended'
}

demo()
{
	title 'Docker Engine and Flower image'
	if find_engine; then
		say "Using the Docker Engine on ${DOCKER_HOST#unix://}"
	else
		start_engine
	fi
	say "Engine $(docker version --format '{{.Server.Version}}, API {{.Server.APIVersion}}')"
	: >"$dir/empty"
	image=$("$BUILD/fl-configure" --context "$dir/empty" --print=json 2>"$dir/log" | python3 -c 'import json, sys
of = json.load(sys.stdin)["parameters"]
print("%s:%s" % (of["FLOWER_IMAGE"]["value"], of["FLOWER_VERSION"]["value"]))')
	[ -n "$image" ] || die 'fl-configure --print=json names no image'
	get_image
	start_onegate
	find_address

	title 'The context that OpenNebula gives the VM (one_env; hostile values are only text)'
	good_context | put_context "$root"
	sed -e 's/^\(export TOKENTXT=\).*/\1"***"/' -e 's/^/    /' "$root/run/one-context/one_env"

	title 'Boot: the twelve steps'
	: >"$dir/container"
	show "$BUILD/service" --root "$root" --bindir "$BUILD" configure &&
		show "$BUILD/service" --root "$root" --bindir "$BUILD" bootstrap || die 'the boot failed'
	[ ! -e "$dir/executed" ] || die 'a context value was executed'

	title 'The steps with their durations'
	step_table

	title 'What OneGate was sent, and holds'
	requests PUT
	say '  attributes of VM 42:'
	attributes

	title 'Health, layer by layer'
	show "$BUILD/fl-healthcheck" --root "$root" -v || die 'not healthy'
	explain_supernode
	fail_with_bad_context
	fail_with_bad_state
}

if [ "${1:-}" = stop ]; then
	dir=${2:-}
	[ -e "$dir/demo" ] || die 'usage: demo.sh stop DIR'
	DOCKER_HOST=$(cat "$dir/demo")
	export DOCKER_HOST
	stop_all
	exit
fi

[ "$(id -u)" = 0 ] || die 'must be root (Docker, ownership of the state folder); what next: sudo make demo'
BUILD=${BUILD:-$SRCDIR}
for command in docker python3 ip flock timeout; do
	command -v "$command" >/dev/null || die "$command is missing; what next: ./configure --install-deps"
done
for program in service fl-configure fl-bootstrap fl-healthcheck fl-onegate-publish; do
	[ -x "$BUILD/$program" ] || die "$BUILD/$program is missing; what next: make"
done

# The ports are fixed: if they are taken, the whole demo moves to a network namespace of its own.
reason=''
if [ -z "${DEMO_NETWORK:-}" ] && ! ports_are_free; then
	say "$reason: the demo runs in a network namespace of its own"
	# The way back to this network, to fetch images and packages.
	exec 7</proc/self/ns/net
	DEMO_NETWORK=own exec unshare --net "$self" "$@"
fi
if [ -n "${DEMO_NETWORK:-}" ]; then
	ip link set lo up && ip link add eth0 type veth peer name eth0-peer && ip link set eth0-peer up &&
		ip addr add 192.0.2.10/24 dev eth0 && ip link set eth0 up ||
		die 'the network namespace cannot be set up'
	DOCKER_HOST=unix:///nonexistent
fi

started=$(date +%s)
dir=$(mktemp -d /tmp/fl-demo.XXXXXX) || exit 1
chmod 755 "$dir"
root=$dir/root
trap stop_all EXIT
trap 'exit 130' HUP INT PIPE TERM
demo
if [ -n "${KEEP:-}" ]; then
	mend
	trap - EXIT
	echo "$DOCKER_HOST" >"$dir/demo"
	title 'Left running'
	cat <<END
SuperLink    Fleet API $address:9092, Control API 127.0.0.1:9093
files        $root
Engine       DOCKER_HOST=$DOCKER_HOST docker logs -f $container
health       DOCKER_HOST=$DOCKER_HOST $BUILD/fl-healthcheck --root $root -v
OneGate      $gate, journal $dir/gate.journal
to stop it   $self stop $dir
END
	[ -z "${DEMO_NETWORK:-}" ] || say "network      nsenter --net=/proc/$(cat "$dir/gate.pid")/ns/net COMMAND"
else
	title 'Removing what was started'
	stop_all
	trap - EXIT
fi
say "Done in $(($(date +%s) - started)) s"
