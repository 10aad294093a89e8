#!/bin/sh
# Spec section 12: each trap that needs neither Docker nor a VM. `naive` lines show that the stand-in
# really has the trap, as the naive way falls into it; `trap N` lines that the programs do not. The
# programs' own tests go into detail: grep for "trap N" in tests/.
# shellcheck disable=SC2016 # dollar signs are meant as they stand
. "$(dirname "$0")/lib.sh"
may_hold_secrets env.one env.two
private_net
is_root || skip_all 'needs root: it writes files of other owners'
add_link docker0 02:42:00:00:00:01 172.17.0.1/16 || skip_all 'no right to make links'
add_link eth0 02:00:c0:00:02:0a 192.0.2.10/24
ip route add default via 192.0.2.1

SERVICE=$top/one-appliance/service
NAIVE=$T/naive
mkdir "$NAIVE"

# with [NAME=VALUE...]: a fresh tree with a context for the OneGate.
with()
{
	{
		printf 'export %s="%s"\n' TOKENTXT "$TOKEN" VMID 42 ONEGATE_ENDPOINT "$GATE" \
			FL_CONTROL_API_ADDRESS 127.0.0.1:9093
		for pair in "$@"; do
			printf 'export %s="%s"\n' "${pair%%=*}" "${pair#*=}"
		done
	} | make_root
}

configured()
{
	with "$@"
	run fl-configure -q --root "$ROOT"
}

# naive_put BODY: what curl -d sends, as text/plain so that the form type does not matter.
naive_put()
{
	"$PYTHON" -c '
import sys, urllib.request
request = urllib.request.Request(sys.argv[1] + "/vm", sys.argv[3].encode(), {
    "X-ONEGATE-TOKEN": sys.argv[2], "X-ONEGATE-VMID": "42", "Content-Type": "text/plain"}, method="PUT")
urllib.request.urlopen(request, timeout=5)' "$GATE" "$TOKEN" "$1"
}

GATE=http://127.0.0.1:1

# Traps 1, 12, 18, 21, 22, 23: what health is.
start_superlink --fleet 9092 --control 9093 --appio 9091 --journal "$T/link.journal"
echo '{"fleet.mode": "reset"}' >"$link_control"
# On a loaded machine the reset may overtake it.
ok 'naive: nc -z succeeds while nothing listens in the container' \
	wait_until "$PYTHON" -c 'import socket; socket.create_connection(("127.0.0.1", 9092), 5)'
run fl-healthcheck --probe=grpc 127.0.0.1:9092
exits 1 'trap 1: the health check does not'
echo '{}' >"$link_control"
if command -v curl >/dev/null && curl -V | grep -q HTTP2; then
	lost=0
	for number in 1 2 3 4 5 6; do
		printf '\0\0\0\0\0' | curl -s --max-time 10 --http2-prior-knowledge -H 'te: trailers' --data-binary @- \
			-o "$T/none" http://127.0.0.1:9092/grpc.health.v1.Health/Check || lost=$((lost + 1))
	done
	ok 'naive: a call with a body loses answers' test "$lost" -gt 0
fi
lost=0
for number in 1 2 3 4 5 6; do
	fl-healthcheck -q --probe=grpc 127.0.0.1:9092 || lost=$((lost + 1))
done
is "$lost" 0 'trap 22: without a body none is lost'
stop "$link_pid"

# up BEHAVIOUR...: a configured tree and a container on a fresh Engine.
up()
{
	[ -z "${engine_pid-}" ] || stop "$engine_pid"
	start_engine --image flwr/superlink:1.25.0
	printf '{"container": {"serve": true, %s}}\n' "$1" >"$scenario"
	shift
	configured "$@"
	run fl-bootstrap -q --root "$ROOT" --docker "$SOCK"
}

# serving: until the server inside answers.
serving()
{
	wait_until fl-healthcheck -q --probe=grpc 127.0.0.1:9093
}

health()
{
	run fl-healthcheck --root "$ROOT" --docker "$SOCK" "$@"
}

up '"superexec": "zombie:0.3"'
serving
superexec=$(cat "$SOCK.d/0/superexec")
wait_until grep -q ' Z ' "/proc/$superexec/stat"
run fl-healthcheck --probe=grpc 127.0.0.1:9092
exits 0 'naive: gRPC answers with a dead SuperExec'
health
exits 1 'trap 18: the health check sees a SuperExec that died'
is "$(cat "/proc/$superexec/comm")" flower-superexe 'naive: a match on comm finds the zombie (and only cut to 15 bytes)'
like "$err" '[Ss]uper[Ee]xec' 'trap 23: a zombie does not count'
up '"serve_options": ["--database", "attempt to write a readonly database"], "superexec": "dies:0.6"'
serving
ok 'naive: ports, gRPC and (for 0.3 s) SuperExec are green' fl-healthcheck -q --probe=grpc 127.0.0.1:9092
health
exits 1 'trap 21: a database of a wrong owner is seen'
like "$err" 'readonly.*49999|49999.*readonly' 'trap 21: with the cause'
up '"superexec": "yes"' FL_FLEET_API_ADDRESS=127.0.0.1:19092
serving
run fl-healthcheck --probe=tcp 127.0.0.1:9092
exits 1 'naive: the fixed port 9092 does not answer'
health --wait=10
exits 0 'trap 12: the health check follows FL_FLEET_API_ADDRESS'
is "$(container "sorted(c['HostConfig']['PortBindings'])")" '["19092/tcp", "9091/tcp", "9093/tcp"]' \
	'trap 12: so does the published port'
run fl-onegate-publish --root "$ROOT" -n
like "$out" '^FL_ENDPOINT=192\.0\.2\.10:19092$' 'trap 12: and FL_ENDPOINT'
up '"serve": false, "exit": 1, "exit_after": 0.4, "log": ["RuntimeError: NumPy was built with baseline optimizations: (X86_V2) but your machine does not support it"]'
health --wait=10
exits 69 'trap 30: a processor below x86-64-v2 ends the wait'
like "$err" 'x86-64-v2' 'trap 30: and is named'
is "$(container "c['HostConfig']['Init']")" true 'trap 24: the container has an init'

# Traps 2, 10, 14, 16: OneGate.
start_onegate
with
naive_put 'FL_READY=YES&FL_ENDPOINT=192.0.2.10:9092'
is "$(cat "$gate_state")" '{"FL_READY": "YES&FL_ENDPOINT=192.0.2.10:9092"}' 'naive: joined by & it is ONE attribute'
run fl-onegate-publish --root "$ROOT"
is "$(py "sorted(d)" "$gate_state")" '["FL_ENDPOINT", "FL_READY", "FL_ROLE", "FL_VERSION"]' 'trap 2: four attributes'
is "$(py "len([e for e in l if e['method'] == 'PUT']) - 1" "$gate_journal")" 1 'trap 14: in one request'
is "$(py "l[-1]['body'].startswith('FL_READY=YES') and 'FL_ENDPOINT=' in l[-1]['body']" "$gate_journal")" true \
	'trap 14: FL_READY never without its endpoint'
real=$GATE real_pid=$gate_pid
cp "$gate_journal" "$T/real.journal"
start_onegate # plays the proxy
proxy=$GATE proxy_journal=$gate_journal
GATE=$real
http_proxy=$proxy naive_put FL_X=1 2>/dev/null
is "$(py "l[-1]['proxied']" "$proxy_journal")" true 'naive: http_proxy captures the call'
: >"$proxy_journal"
run env http_proxy="$proxy" HTTP_PROXY="$proxy" ALL_PROXY="$proxy" fl-onegate-publish --root "$ROOT"
is "$status $(cat "$proxy_journal" | grep -c proxied\":\ true)" '0 0' 'trap 10: no proxy is used'
stop "$real_pid"
GATE=$proxy
with
ok 'naive: /run/one-context/token.txt is absent' not test -e "$ROOT/run/one-context/token.txt"
run fl-onegate-publish --root "$ROOT"
exits 0 'trap 16: the token is TOKENTXT in one_env'

# Traps 4 and 5: what a value may do.
with "START_SCRIPT=\$(touch $NAIVE/run)\`touch $NAIVE/run\`" 'FL_STRATEGY=FedAvg
EVIL=injected' 
sh -c ". '$ENV_FILE'" 2>/dev/null
ok 'naive: sourcing one_env runs what a value says' test -e "$NAIVE/run"
rm -f "$NAIVE/run"
run fl-configure --root "$ROOT" -n
ok 'trap 4: fl-configure does not' not test -e "$NAIVE/run"
is "$(sh -c ". '$ENV_FILE' 2>/dev/null; echo \"FL_STRATEGY=\$FL_STRATEGY\"" | grep -c '^EVIL=injected')" 1 \
	'naive: a line break in a value makes a line of an env file'
exits 78 'trap 5: fl-configure refuses it'
with 'FL_DATABASE=state/%n$HOME.db'
run fl-configure -q --root "$ROOT"
is "$status $(grep -c 'HOME' "$ROOT/etc/systemd/system/flower-superlink.service")" '0 0' 'trap 5: no value in the unit'

# Trap 6: planted links.
configured
touch "$T/shadow"
chown 0:0 "$T/shadow"
mkdir "$T/outside"
touch "$T/outside/file"
ln -s "$T/shadow" "$ROOT/opt/flower/state/link"
ln -s "$T/outside" "$ROOT/opt/flower/state/folder"
mkfifo "$ROOT/opt/flower/state/fifo"
find -L "$ROOT/opt/flower/state" -exec chown 49999:49999 {} +
is "$(owner_of "$T/shadow") $(owner_of "$T/outside/file")" '49999:49999 49999:49999' 'naive: chown follows planted links'
chown 0:0 "$T/shadow" "$T/outside" "$T/outside/file"
chown -h 0:0 "$ROOT/opt/flower/state/link" "$ROOT/opt/flower/state/folder"
run fl-configure -q --root "$ROOT"
is "$status $(owner_of "$T/shadow") $(owner_of "$T/outside") $(owner_of "$T/outside/file")" '0 0:0 0:0 0:0' \
	'trap 6: fl-configure does not'
rm -rf "$ROOT/opt/flower/state"
ln -s "$T/outside" "$ROOT/opt/flower/state"
run fl-configure -q --root "$ROOT"
is "$(owner_of "$T/outside") $(owner_of "$T/outside/file")" '0:0 0:0' 'trap 6: nor where state/ itself is a link'

# Trap 7: the first address.
is "$(ip -4 -o addr show scope global | awk '{ sub("/.*", "", $4); print $4; exit }')" 172.17.0.1 \
	'naive: the first address is that of docker0'
with
run fl-onegate-publish --root "$ROOT" -n
like "$out" '^FL_ENDPOINT=192\.0\.2\.10:9092$' 'trap 7: it is never published'

# Traps 8, 13, 25, 26, 27, 28: the Engine.
for api in 1.12:1.41=v1.44 1.44:1.52=v1.41; do
	stop "$engine_pid"
	start_engine --image flwr/superlink:1.25.0 --api "${api%=*}"
	like "$(engine_call GET "/${api#*=}/info")" 'too (new|old)' "naive: the pinned version ${api#*=} is refused by API ${api%=*}"
	: >"$engine_journal"
	with
	run env DOCKER_HOST="unix://$SOCK" fl-configure -q --root "$ROOT"
	is "$status $(cat "$engine_journal")" '0 ' 'trap 13: configure does not ask Docker for anything'
	run fl-bootstrap --root "$ROOT" --docker "$SOCK"
	exits 0 "trap 8: fl-bootstrap agrees with API ${api%=*}"
done
configured FLOWER_VERSION=1.26.0
printf '{"pull": {"*": "error"}}\n' >"$scenario"
is "$(engine_call POST '/images/create?fromImage=flwr/superlink&tag=1.26.0' | grep -c errorDetail)" 1 \
	'naive: the pull answers 200 and fails in the stream'
run fl-bootstrap --root "$ROOT" --docker "$SOCK"
is "$status $(container "c['Config']['Image']")" '0 flwr/superlink:1.25.0' 'trap 26: it counts as failed'
configured
mkdir -p "$ROOT/opt/flower/state"
"$PYTHON" -c '
import sqlite3, sys
link = sqlite3.connect(sys.argv[1])
link.execute("create table alembic_version (version_num varchar(32))")
link.commit()' "$ROOT/opt/flower/state/state.db"
chown 49999:49999 "$ROOT/opt/flower/state/state.db"
before=$(tree "$ROOT/opt/flower/state")
: >"$engine_journal"
run fl-bootstrap --root "$ROOT" --docker "$SOCK"
is "$status $(grep -c '"method": "POST"' "$engine_journal")" '69 0' 'trap 25: 1.25.0 on an upgraded database is refused before it starts'
is "$(tree "$ROOT/opt/flower/state")" "$before" 'trap 28: and the database is not moved aside'
with FLOWER_VERSION=1.29.0
run fl-configure -q --root "$ROOT" --print=docker-run
unlike "$out" 'storage-dir' 'trap 27: no --storage-dir from 1.29 on'
with FLOWER_VERSION=1.28.0
run fl-configure -q --root "$ROOT" --print=docker-run
like "$out" 'storage-dir state/ffs' 'trap 27: but before'

# Trap 9.
with FL_DATABASE=/tmp/state.db
run fl-configure -q --root "$ROOT"
exits 78 'trap 9: a database outside the volume is refused'
like "$err" 'FL_DATABASE.*(lost|volume)' 'trap 9: and why'

# Trap 11: a file is never written where it stands: the old one, which has a second name here, stays as it was.
configured FL_NUM_ROUNDS=1
file=$ROOT/opt/flower/config/superlink.env
cp "$file" "$T/one"
for name in superlink.env superlink.json; do
	ln "$ROOT/opt/flower/config/$name" "$T/old.$name"
done
sum=$(cat "$T"/old.superlink.* | sha256sum)
printf 'export FL_NUM_ROUNDS="2"\n' | context
run fl-configure -q --root "$ROOT"
like "$(cat "$file")" '^FL_NUM_ROUNDS=2$' 'a new superlink.env'
is "$(cat "$T"/old.superlink.* | sha256sum)" "$sum" 'trap 11: the old files are replaced, not overwritten'
# And killed at any moment, it is the old one or the new one. 60 runs that alternate.
configured FL_NUM_ROUNDS=1
sed 's/FL_NUM_ROUNDS=1/FL_NUM_ROUNDS=2/' "$T/one" >"$T/two"
sed 's/FL_CONTROL_API_ADDRESS="127.0.0.1:9093"/FL_CONTROL_API_ADDRESS="127.0.0.1:9093"\nexport FL_NUM_ROUNDS="2"/; /FL_NUM_ROUNDS="1"/d' \
	"$ENV_FILE" >"$T/env.two"
cp "$ENV_FILE" "$T/env.one"
"$PYTHON" -c '
import subprocess, sys, time
root, env, folder = sys.argv[1:]
half = 0
for number in range(60):
    source = "%s/env.%s" % (folder, ("one", "two")[number % 2])
    child = subprocess.Popen(["fl-configure", "-q", "--root", root, "--context", source])
    time.sleep(number % 20 * 0.0003)
    child.kill()
    child.wait()
    text = open(env).read()
    half += text not in (open(folder + "/one").read(), open(folder + "/two").read())
print(half)' "$ROOT" "$file" "$T" >"$T/half"
is "$(cat "$T/half")" 0 'trap 11: 60 times kill -9: never half a file'
run fl-configure -q --root "$ROOT"
is "$status $(find "$ROOT/opt/flower/config" -type f | wc -l)" '0 2' 'trap 11: the next run leaves nothing behind'

# Traps 3 and 29: the unit.
run fl-configure --root "$ROOT" --print=unit
like "$out" '^RestartForceExitStatus=0$' 'trap 3: exit 0 restarts as well'
like "$out" '^WantedBy=.*docker\.service' 'trap 3: a stop and start of docker.service brings it back'
like "$(printf '%s\n' "$out" | sed -n '/^ExecStop=/{p;q;}')" 'is-active --quiet docker.service$' \
	'trap 29: ExecStop first asks whether dockerd lives'

# Trap 15, 17: the status file decides, and OneGate does not.
stop "$engine_pid"
start_engine --image flwr/superlink:1.25.0
printf '{"container": {"serve": true, "serve_options": ["--mode", "reset"]}}\n' >"$scenario"
with FL_HEALTH_TIMEOUT=1
run env DOCKER_HOST="unix://$SOCK" sh "$SERVICE" --root "$ROOT" --bindir "$BUILD" configure
run env DOCKER_HOST="unix://$SOCK" sh "$SERVICE" --root "$ROOT" --bindir "$BUILD" bootstrap
exits 75 'trap 15: a health check that fails fails service bootstrap'
is "$(cat "$ROOT/etc/one-appliance/status")" bootstrap_failure 'trap 15: so net-99 does not report READY'
printf '{"container": {"serve": true}}\n' >"$scenario"
make_root </dev/null
run env DOCKER_HOST="unix://$SOCK" sh "$SERVICE" --root "$ROOT" --bindir "$BUILD" configure
run env DOCKER_HOST="unix://$SOCK" sh "$SERVICE" --root "$ROOT" --bindir "$BUILD" bootstrap
is "$status $(cat "$ROOT/etc/one-appliance/status")" '0 bootstrap_success' 'trap 17: without OneGate it succeeds'

# Traps 19 and 20 (docker.service failed, docker-cli) are in host.t. Trap 31: net-99 sources one_env.
for page in README.md man/flower-appliance.7.in man/flower-context.5.in; do
	like "$(sed 's/^\.[A-Z][a-z] //; s/`//g' "$top/$page" | tr -s '\n ' ' ')" \
		'net-99-report-ready sources one_env as a shell script.*\$\(command\) is executed there' \
		"trap 31: $page says that net-99 executes one_env"
done

done_testing
