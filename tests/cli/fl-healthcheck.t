#!/bin/sh
# fl-healthcheck: step 10, spec sections 7 and 13.
. "$(dirname "$0")/lib.sh"
private_net # the ports are fixed: 9091, 9092, 9093

health()
{
	run fl-healthcheck --root "$ROOT" --docker "$SOCK" "$@"
}

# up BEHAVIOUR [ISOLATION]: a container on a fresh Engine, started, with the behaviour in the Engine's
# scenario; the server inside listens if the behaviour says "serve".
up()
{
	rm -f "$T/link.control"
	start_engine --image "flwr/superlink:${version-1.25.0}" ${engine_options-}
	printf '{"container": %s}\n' "$1" >"$scenario"
	create
	engine_call POST /containers/flower-superlink/start >/dev/null
}

create()
{
	engine_call POST /containers/create?name=flower-superlink "$("$PYTHON" -c '
import json, sys
fleet, control, isolation, version = sys.argv[1:]
ports = {"9091/tcp": "9091", fleet + "/tcp": fleet, control + "/tcp": control}
print(json.dumps({
    "Image": "flwr/superlink:" + version,
    "Cmd": ["--insecure", "--isolation", isolation, "--fleet-api-address", "0.0.0.0:" + fleet,
            "--control-api-address", "0.0.0.0:" + control],
    "ExposedPorts": {p: {} for p in ports},
    "HostConfig": {"RestartPolicy": {"Name": "unless-stopped"},
                   "PortBindings": {p: [{"HostIp": "127.0.0.1", "HostPort": h}]
                                    for p, h in ports.items()}}}))' \
		"${fleet_port:-9092}" "${control_port:-9093}" "${isolation:-subprocess}" "${version-1.25.0}")" >/dev/null
}

# served [MORE]: a behaviour with the server inside, ruled by $T/link.control.
served()
{
	printf '{"serve": true, "serve_options": ["--control-file", "%s", "--journal", "%s"%s]%s}' \
		"$T/link.control" "$T/link.journal" "${serve_more-}" "${1:+, $1}"
}

# control JSON: changes the server inside.
control()
{
	printf '%s\n' "$1" >"$T/link.control.new"
	mv "$T/link.control.new" "$T/link.control"
}

ready()
{
	fl-healthcheck --root "$ROOT" --docker "$SOCK" -q 2>/dev/null
}

# configured <context: runs fl-configure, so that later steps find its files. Without root it cannot change the
# owner of state/, but it writes superlink.json.
configured()
{
	make_root
	fl-configure -q --root "$ROOT" 2>/dev/null
}

configured </dev/null
SOCK=$T/docker.sock

# --- the call itself ----------------------------------------------------------------------------

run fl-healthcheck --help
exits 0 '--help exits 0'
for option in --wait --probe --docker --json --root; do
	like "$out" "$option" "--help knows $option"
done
run fl-healthcheck -V
like "$out" '^fl-healthcheck [0-9]' '-V prints name and version'
for mistake in --nonsense --probe=udp --wait=x --wait=-1 --docker= '--probe=tcp 1.2.3.4' '--probe=grpc :9' \
	'--probe=grpc 127.0.0.1:70000' '--probe=tcp a:1 b:2'; do
	# shellcheck disable=SC2086 # words
	run fl-healthcheck $mistake
	exits 64 "$mistake is a mistake"
	is "$(wc -l <"$T/err")" 1 "$mistake: one line on stderr"
done

# --- single probes ------------------------------------------------------------------------------

start_superlink --journal "$T/link.journal"
run fl-healthcheck --probe=grpc "127.0.0.1:$FLEET"
is "$status $out$err" '0 ' '--probe=grpc: any gRPC status counts, 12 is the normal one; silent'
run fl-healthcheck --probe grpc "localhost:$FLEET"
exits 0 'a host name does'
if command -v curl >/dev/null && curl -V | grep -q HTTP2; then
	lost=0
	for number in 1 2 3 4 5 6; do
		printf '\0\0\0\0\0' | curl -s --max-time 10 --http2-prior-knowledge -H 'te: trailers' --data-binary @- \
			-o "$T/none" "http://127.0.0.1:$FLEET/grpc.health.v1.Health/Check" || lost=$((lost + 1))
	done
	ok 'naive: a call with a body loses answers' test "$lost" -gt 0
fi
for number in 1 2 3 4 5 6; do
	run fl-healthcheck --probe=grpc "127.0.0.1:$FLEET"
	exits 0 "trap 22: no answer is lost ($number)"
done
like "$(cat "$T/link.journal")" '"method": "POST", "path": "/grpc.health.v1.Health/Check"' 'the call that is made'
run fl-healthcheck --probe=tcp "127.0.0.1:$FLEET"
exits 0 '--probe=tcp'
run fl-healthcheck --probe=grpc --json "127.0.0.1:$FLEET"
is "$status $(py "d['ready']" "$T/out")" '0 true' '--json'
for mode in reset http1 hang mute; do
	printf '{"mode": "%s"}\n' "$mode" >"$link_control"
	case $mode in hang | mute) continue ;; esac
	run fl-healthcheck --probe=grpc "127.0.0.1:$FLEET"
	is "$status $out" '1 ' "--probe=grpc: $mode is not ready"
	like "$err" "127\.0\.0\.1:$FLEET" 'naming the address'
done
printf '{"mode": "hang"}\n' >"$link_control"
run fl-healthcheck --probe=tcp "127.0.0.1:$FLEET"
exits 0 'trap 1: a plain connect succeeds where nothing answers'
printf '{"mode": "reset"}\n' >"$link_control"
run fl-healthcheck --probe=grpc --json "127.0.0.1:$FLEET"
is "$status $(py "d['ready']" "$T/out")" '1 false' '--json when not ready'
printf '{"mode": "hang"}\n' >"$link_control"
run fl-healthcheck --wait=1 --probe=grpc "127.0.0.1:$FLEET"
exits 75 '--wait=1 on a server that is silent: 75'
printf '{"mode": "reset"}\n' >"$link_control"
background sh -c "sleep 0.5; echo '{}' >'$link_control'"
run fl-healthcheck --wait=15 --probe=grpc "127.0.0.1:$FLEET"
exits 0 '--wait: until it answers'
run fl-healthcheck --wait 15 --probe=tcp "127.0.0.1:$FLEET"
exits 0 '--wait SECONDS'
stop "$link_pid"
for probe in tcp grpc; do
	run fl-healthcheck --probe=$probe "127.0.0.1:$FLEET"
	exits 1 "--probe=$probe: a closed port"
	run fl-healthcheck --wait=1 --probe=$probe "127.0.0.1:$FLEET"
	exits 75 "--probe=$probe --wait=1: a closed port"
done

# --- all layers ---------------------------------------------------------------------------------

up "$(served)"
wait_until ready
health
is "$status $out$err" '0 ' 'healthy: 0, silent'
health -v
for layer in container fleet control database superexec; do
	like "$err" "$layer" "-v shows $layer"
done
health --json
exits 0 '--json when ready'
is "$(py "[d['ready'], [(e['name'], e['ok']) for e in d['layers']], all(isinstance(e['detail'], str) for e in d['layers'])]" "$T/out")" \
	'[true, [["container", true], ["fleet", true], ["control", true], ["database", true], ["superexec", true]], true]' \
	'--json: the layers in their order'
health --wait=5
exits 0 '--wait when it is ready'
before=$(cat "$ROOT/var/log/one-appliance/flower-bootstrap.log")
like "$before" 'step 10/12 .*: done' 'its step is in the log file'
health -q --wait=5
is "$(cat "$ROOT/var/log/one-appliance/flower-bootstrap.log")$err" "$before" \
	'-q, as the health timer calls it each 10 s: good news fill no log'
unlike "$(sed -n 's/.*"path": "\([^"]*\)".*/\1/p' "$T/link.journal")" 'ListRuns' \
	"no Control call that leaves a line in the server's log"
DOCKER_HOST=unix://$SOCK run env DOCKER_HOST="unix://$SOCK" fl-healthcheck --root "$ROOT"
exits 0 'DOCKER_HOST if it is unix://'

# fails_at LAYER DESCRIPTION [PATTERN]: one try: 1, this layer is the first that is not ok.
fails_at()
{
	health --json
	is "$status $(py "[d['ready'], [e['name'] for e in d['layers'] if not e['ok']][0]]" "$T/out")" \
		"1 [false, \"$1\"]" "$2: $1 is the layer"
	like "$(py "[e['detail'] for e in d['layers'] if not e['ok']][0]" "$T/out") $err" "${3:-.}" "... with its cause"
}

control '{"fleet.mode": "reset"}'
fails_at fleet 'trap 1: docker-proxy accepts for nothing'
control '{"control.mode": "reset"}'
fails_at control 'Control not there'
control '{"fleet.mode": "http1"}'
fails_at fleet 'something else on the Fleet port'
for row in 'unable to open database file|49999' 'attempt to write a readonly database|49999' \
	"database or disk is full|space" "'pending_at'|newer" 'file is not a database|damage'; do
	control "{\"database\": \"${row%%|*}\"}"
	fails_at database "trap 21: ${row%%|*}" "${row#*|}"
	health --wait=20
	exits 69 '... and with --wait it ends the wait early'
	like "$err" "${row#*|}" '... with the cause'
done
control '{"database": "hang"}'
health --wait=1
exits 75 'a database that never answers: 75'
like "$err" 'database' 'naming the layer'
control '{"database": "status:16"}'
fails_at database 'another status'
control '{}'
health
exits 0 'all is well again'

# Trap 32: ListRuns of Flower 1.29 to 1.36 with thirty thousand runs, 11 MB.
version=1.31.0
up "$(served)"
unset version
control '{"runs": 30000}'
wait_until ready
health
is "$status $err" '0 ' 'trap 32: a database of many runs is healthy'
control '{"runs": 30000, "unlimited": "yes"}'
health
is "$status $err" '0 ' 'trap 32: also if the answer has all of them'
control '{"runs": 60, "unlimited": "yes"}'
for number in $(seq 60); do
	ready || break
done
is "$number" 60 'no answer of 22 KiB is left unread, as libcurl 7.88 does with one in fifteen'

# SuperExec.
up "$(served)"
wait_until ready
kill -9 "$(cat "$SOCK.d/0/superexec")"
ok 'naive: gRPC answers with a dead SuperExec' fl-healthcheck --probe=grpc 127.0.0.1:9092
fails_at superexec 'traps 18 and 23: SuperExec was killed, its zombie stays'
is "$(cat "/proc/$(cat "$SOCK.d/0/superexec")/comm" 2>/dev/null)" flower-superexe 'trap 23: comm is cut'
up "$(served '"superexec": "no"')"
wait_until fl-healthcheck -q --probe=grpc 127.0.0.1:9093
fails_at superexec 'no SuperExec at all'
health --wait=1
exits 75 'and with --wait=1: 75'
up "$(served '"superexec": "late:0.6"')"
health --wait=15
exits 0 'a SuperExec that comes late is waited for'
serve_more=', "--ready-after", "0.8"'
up "$(served '"superexec": "dies:0.3"')"
serve_more=''
health --wait=15
exits 69 'trap 18: a dead SuperExec ends the wait: 69'
like "$err" 'SuperExec|superexec' 'with the cause'

# Process isolation has no SuperExec.
configured <<'X'
export FL_ISOLATION="process"
X
up "$(served '"superexec": "no"')"
health --wait=15 --json
is "$status $(py "[e['name'] for e in d['layers']]" "$T/out")" \
	'0 ["container", "fleet", "control", "database"]' 'process isolation: no superexec layer'

# Trap 12: other ports.
configured <<'X'
export FL_FLEET_API_ADDRESS="127.0.0.1:19092"
export FL_CONTROL_API_ADDRESS="127.0.0.1:19093"
X
fleet_port=19092 control_port=19093
up "$(served)"
health --wait=15
exits 0 'trap 12: the probes follow the configured ports'
unset fleet_port control_port
health --probe=tcp
exits 0 '--probe=tcp without HOST:PORT: the Fleet port'
health --probe=grpc
exits 0 '--probe=grpc without HOST:PORT: the same'

# --- the container ------------------------------------------------------------------------------

configured </dev/null
up "$(served)"
wait_until ready
engine_call POST /containers/flower-superlink/stop
fails_at container 'stopped'
health --wait=60
exits 69 'U13: a stopped container is not waited for: nothing starts it'
like "$err" 'does not run: exited, .*, and nothing will start it; next: fl-bootstrap' '... which is told'
engine_call DELETE /containers/flower-superlink
fails_at container 'no container' 'fl-bootstrap|No such container|no container'
health --wait=60
exits 69 'nor is one that is not there'
create
health --wait=60
exits 69 'nor one that was made but not started'

# dies LOG... : a container that dies once it is watched; the wait of 30 s must not last.
dies()
{
	up "{\"restart\": \"no\", \"last_words\": [$1]}"
	(wait_until asked POST '/containers/flower-superlink/wait' && kill -9 "$(container "c['State']['Pid']")") >/dev/null &
	health --wait=30
	wait "$!"
	exits 69 'a container that dies ends the wait: 69'
	like "$err" 'ended with exit status 137 during the wait' 'early'
}

dies '"\u001b[91mERROR\u001b[0m: the end", "line \u0007 two"'
like "$err" 'ERROR: the end' 'with the end of its log, colours stripped'
unlike "$(tr '\033\007' '@@' <"$T/err")" '@' 'and nothing that could harm a terminal'
dies '"RuntimeError: NumPy was built with baseline optimizations: (X86_V2) but your machine doesn'\''t support:"'
like "$err" 'x86-64-v2|host-passthrough' 'trap 30: the processor is named as the cause'
dies '"flower-superlink: error: unrecognized arguments: --storage-dir state/ffs"'
like "$err" 'storage-dir' 'trap 27: the log tells'
up '{"exit": 1, "exit_after": 0.3, "last_words": ["crash"]}'
health --wait=30
exits 69 'a container that restarts for ever ends the wait as well'
dies '"PermissionError: [Errno 13] Permission denied: '\''/app/state/ffs'\''"'
like "$err" '49999' 'Permission denied: the owner is named'
serve_more=', "--ready-after", "1"'
up "$(served)"
serve_more=''
fails_at fleet 'trap 1: not ready while nothing listens yet'
health --wait=15
exits 0 'then it is ready'

# --- the Engine ---------------------------------------------------------------------------------

for api in 1.12:1.41 1.24:1.52 1.44:1.54; do
	engine_options="--api $api"
	up "$(served)"
	wait_until ready
	health
	exits 0 "trap 8: an Engine with API $api"
	is "$(py "all(e['status'] < 400 for e in l if 'status' in e)" "$engine_journal")" true '... without a refused call'
done
engine_options=''
up "$(served)"
wait_until ready
# engine RULE: what happens to an inspect, with the container as it is.
engine()
{
	printf '{"container": %s, "rules": [{"match": "GET /containers/[^/]*/json", %s}]}\n' "$(served)" "$1" >"$scenario"
}

# Trap 40: that says nothing about the SuperLink.
for rule in '"status": 500' '"stall": true' '"body": "<html>"'; do
	engine "$rule"
	health --json
	is "$status $(py "[d['ready'], d['layers'][0]['ok'], all(e['ok'] for e in d['layers'][1:])]" "$T/out")" \
		'0 [true, null, true]' "trap 40: an Engine with $rule: the container is unknown, the SuperLink works"
	like "$(py "d['layers'][0]['detail']" "$T/out")" "$SOCK" '... with the reason'
done
engine '"status": 500'
health --wait=5
is "$status $(tail -n 1 "$ROOT/var/log/one-appliance/flower-bootstrap.log" | grep -c 'failure made for the test')" '0 1' \
	'--wait is over as well, and its step tells of the Engine'
control '{"fleet.mode": "reset"}'
fails_at container 'an Engine that fails, and a port as well' 'failure made for the test'
like "$err" 'failure made for the test.*; fleet: 127' '... both are told'
health --wait=1
exits 75 'and with --wait=1: 75'

# One inspect after SuperExec was seen.
for rule in '"status": 500' '"stall": true'; do
	up "$(served)"
	wait_until ready
	control '{"database": "database is locked"}'
	rm -f "$T/link.journal"
	(
		wait_until grep -q ListAppsToLaunch "$T/link.journal"
		engine "$rule, \"times\": 1"
		wait_until "$PYTHON" -c 'import json, sys; sys.exit(not any(
			json.loads(line).get("status") in (0, 500) for line in open(sys.argv[1])))' "$engine_journal"
		control '{}'
	) &
	health --wait=30
	wait "$!"
	is "$status" 0 "trap 40: one inspect with $rule after SuperExec was seen ends no wait"
done
stop "$engine_pid"
health
ok 'no Engine: not ready' test "$status" = 69 -o "$status" = 1
like "$err" "$SOCK" 'naming the socket'
is "$out" '' 'nothing on stdout'

done_testing
