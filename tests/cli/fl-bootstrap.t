#!/bin/sh
# fl-bootstrap: steps 7-9, spec sections 3, 5, 8 (the override), 13 and 14.
. "$(dirname "$0")/lib.sh"

boot()
{
	run fl-bootstrap --root "$ROOT" --docker "$SOCK" "$@"
}

# fresh [NAME=VALUE...]: a tree that fl-configure has made, with this context.
fresh()
{
	variables FL_CONTROL_API_ADDRESS=127.0.0.1:9093 "TOKENTXT=$TOKEN" "$@" | make_root
	fl-configure -q --root "$ROOT" || show "fl-configure: $?"
}

# --- the call itself ----------------------------------------------------------------------------

make_root </dev/null
SOCK=$T/docker.sock
run fl-bootstrap --help
exits 0 '--help exits 0'
for option in --docker --timeout --prepare --root; do
	like "$out" "$option" "--help knows $option"
done
for mistake in --nonsense operand --timeout=x --timeout=-1 --timeout --docker --docker= \
	"--docker=$(printf %0108d 0)" '--prepare --pull'; do
	boot $mistake
	exits 64 "$mistake is a mistake"
	is "$(wc -l <"$T/err")" 1 "$mistake: one line on stderr"
done

# --- what fails before anything is made -----------------------------------------------------------

fresh
boot --timeout=1
exits 75 'no Engine: 75 after --timeout'
like "$err" 'step 7/12 .*failed' 'step 7 failed'
like "$err" "$SOCK" 'naming the socket'
start_engine --image flwr/superlink:1.25.0
printf '{"rules": [{"match": "(GET|HEAD) /_ping", "stall": true}]}\n' >"$scenario"
boot --timeout=1
exits 75 'an Engine that accepts and is silent: 75'
start_engine --image flwr/superlink:1.25.0 --api 1.12:1.20
boot --timeout=3
exits 69 'an Engine that is too old: 69'
like "$err" '1\.20' 'naming its version'
for mode in missing refused error cut; do
	fresh FLOWER_VERSION=1.26.0
	start_engine
	printf '{"pull": {"*": "%s"}}\n' "$mode" >"$scenario"
	boot --timeout=20
	exits 69 "no image at all, a pull ends as '$mode': 69"
	like "$err" 'step 8/12 .*failed' '... step 8 failed'
	is "$(asked POST /containers/create)" 0 '... nothing is created'
done
fresh
rm "$ROOT/opt/flower/config/superlink.json"
rm "$ENV_FILE"
boot --timeout=3
exits 78 'neither configuration nor context: 78'
fresh
echo '{' >"$ROOT/opt/flower/config/superlink.json"
boot --timeout=3
exits 78 'a damaged superlink.json: 78'
like "$err" 'superlink.json' 'naming it'

needs_root 'what leaves a container'

# --- the good case ------------------------------------------------------------------------------

fresh
start_engine --image flwr/superlink:1.25.0
start_journal
boot
exits 0 'image present: done'
is "$out" '' 'nothing on stdout'
for step in 7 8 9; do
	like "$err" "step $step/12 [^:]*: done, [0-9.]+ ?(us|ms|s)" "step $step: number, outcome, duration"
	like "$(cat "$ROOT/var/log/one-appliance/flower-bootstrap.log")" "step $step/12" "step $step: in the log file"
	wait_until grep -q "step $step/12" "$T/journal"
	like "$(cat "$T/journal")" "^MESSAGE=.*step $step/12" "step $step: in the journal"
done
like "$err" '--root.*through the Engine' '--root: it says that systemd is not used'
unlike "$err$(cat "$T/journal" "$ROOT/var/log/one-appliance/flower-bootstrap.log")" "$TOKEN" 'no secret anywhere'
is "$(container "c['State']['Status']")" running 'the container runs'
is "$(py "sorted(e['path'] for e in l if e['method'] == 'POST')" "$engine_journal")" \
	'["/containers/create", "/containers/flower-superlink/start", "/containers/flower-superlink/wait"]' 'one create, one start, no pull'
is "$(py "[e for e in l if e['path'] == '/containers/create'][0]['query']" "$engine_journal")" \
	'{"name": "flower-superlink"}' 'its name'
body=$(py "[e for e in l if e['path'] == '/containers/create'][0]['body']" "$engine_journal")
printf '%s\n' "$body" >"$T/body"
is "$(py "d['Image']" "$T/body")" flwr/superlink:1.25.0 'create: the image'
is "$(py "' '.join(d['Cmd'])" "$T/body")" "--insecure --isolation subprocess --database state/state.db \
--storage-dir state/ffs --fleet-api-address 0.0.0.0:9092 --control-api-address 0.0.0.0:9093" 'create: arguments'
is "$(py "'\n'.join(d['Env'])" "$T/body")" "$(cat "$ROOT/opt/flower/config/superlink.env")" 'create: the environment is superlink.env'
is "$(py "d['HostConfig']['PortBindings']" "$T/body")" '{"9091/tcp": [{"HostIp": "127.0.0.1", "HostPort": "9091"}], "9092/tcp": [{"HostIp": "0.0.0.0", "HostPort": "9092"}], "9093/tcp": [{"HostIp": "127.0.0.1", "HostPort": "9093"}]}' 'create: ports'
is "$(py "sorted(d['ExposedPorts'])" "$T/body")" '["9091/tcp", "9092/tcp", "9093/tcp"]' 'create: exposed ports'
is "$(py "d['HostConfig']['Binds']" "$T/body")" "[\"$ROOT/opt/flower/state:/app/state\"]" 'create: the volume'
is "$(py "[d['HostConfig'][k] for k in ('Init', 'CapDrop', 'SecurityOpt', 'LogConfig')] + [d['HostConfig']['RestartPolicy']['Name'], d['StopTimeout']]" "$T/body")" \
	'[true, ["ALL"], ["no-new-privileges"], {"Config": {"max-file": "3", "max-size": "10m"}, "Type": "json-file"}, "unless-stopped", 30]' \
	'trap 24 and hardening: init, cap-drop, no-new-privileges, log limits, restart policy, stop time-out'
files=$(granted_files)
is "$(py "d['HostConfig']['Ulimits']" "$T/body")" '[{"Hard": '"$files"', "Name": "nofile", "Soft": '"$files"'}]' \
	'trap 37: the limit of open files'
if [ "$files" -lt 65536 ]; then
	like "$err" "it may open $files files and not 65536" 'less than that is a warning'
fi
is "$(py "len(d['Labels'])" "$T/body")" 1 'create: one label, the digest'
unlike "$body" "$TOKEN" 'create: no secret'

# --- again --------------------------------------------------------------------------------------

before=$(tree "$ROOT/opt" && tree "$ROOT/etc")
ident=$(container "c['Id']")
: >"$engine_journal"
boot
exits 0 'a second run'
is "$(container "[c['Id'], c['runs']]")" "[\"$ident\", 1]" 'the container is kept and not restarted'
is "$(py "sorted(set(e['path'] for e in l if e['method'] in ('DELETE', 'POST')) - {'/containers/flower-superlink/start'})" "$engine_journal")" \
	'[]' 'nothing is created, stopped or removed'
is "$(tree "$ROOT/opt" && tree "$ROOT/etc")" "$before" 'no file is touched'
engine_call POST /containers/flower-superlink/stop
boot
is "$status $(container "[c['Id'], c['State']['Status']]")" "0 [\"$ident\", \"running\"]" 'one that was stopped is started'
boot --prepare
is "$status $(container "[c['Id'], c['runs']]")" "0 [\"$ident\", 2]" '--prepare leaves a good one alone'
engine_call POST /containers/flower-superlink/stop
boot --prepare
is "$status $(container "c['State']['Status']")" '0 exited' '--prepare starts nothing'
engine_call DELETE /containers/flower-superlink
boot --prepare
is "$status $(container "c['State']['Status']")" '0 created' '--prepare creates and starts nothing'

echo runs >"$ROOT/opt/flower/state/state.db.keep"
context <<'X'
export FL_NUM_ROUNDS="9"
export FL_CONTROL_API_ADDRESS="127.0.0.1:9093"
X
rm -f "$ROOT/opt/flower/config/booted"
fl-configure -q --root "$ROOT"
boot
exits 0 'another configuration'
is "$(container "'FL_NUM_ROUNDS=9' in c['Config']['Env']")" true 'another digest: the container is replaced'
is "$(cat "$ROOT/opt/flower/state/state.db.keep")" runs 'state/ is not touched'
engine_call DELETE '/containers/flower-superlink?force=1'
engine_call POST '/containers/create?name=flower-superlink' '{"Image": "flwr/superlink:1.25.0"}' >/dev/null
boot
is "$status $(container "[len(c['Config']['Labels']), c['State']['Status']]")" '0 [1, "running"]' \
	'a container of that name without our label is replaced'

# --- step 7: the daemon -------------------------------------------------------------------------

stop "$engine_pid"
fresh
start_engine --image flwr/superlink:1.25.0 --after 0.8
boot --timeout=15
exits 0 'an Engine that appears late'
fresh
start_engine --image flwr/superlink:1.25.0
printf '{"rules": [{"match": "(GET|HEAD) /_ping", "status": 500, "times": 2}]}\n' >"$scenario"
boot --timeout=15
exits 0 'an Engine that is not ready yet'
start_engine --image flwr/superlink:1.25.0
printf '{"rules": [{"match": ".*", "delay": 0.15}]}\n' >"$scenario"
boot
exits 0 'an Engine that answers slowly'
for api in 1.12:1.41=v1.44 1.44:1.52=v1.41; do
	start_engine --image flwr/superlink:1.25.0 --api "${api%=*}"
	like "$(engine_call GET "/${api#*=}/info")" 'too (new|old)' "naive: the pinned ${api#*=} is refused by API ${api%=*}"
	: >"$engine_journal"
	boot
	exits 0 "trap 8: an Engine with API ${api%=*}"
	is "$(py "[e for e in l if e.get('status', 0) == 400]" "$engine_journal")" '[]' '... without a refused version'
	is "$(container "c['State']['Status']")" running '... and the container runs'
done

# host.t tries the callers for whom DOCKER_HOST does not count.
start_engine --image flwr/superlink:1.25.0
run env DOCKER_HOST="unix://$SOCK" fl-bootstrap --root "$ROOT" --timeout=3
exits 0 'DOCKER_HOST if it is unix://'
run env DOCKER_HOST="unix://$T/nowhere.sock" fl-bootstrap --root "$ROOT" --docker "$SOCK"
exits 0 '--docker wins'

# --- step 8: the image --------------------------------------------------------------------------

# overrides MODE: FLOWER_VERSION=1.26.0, which a pull gives in this mode; 1.25.0 is there.
overrides()
{
	fresh FLOWER_VERSION=1.26.0
	start_engine --image flwr/superlink:1.25.0
	printf '{"pull": {"flwr/superlink:1.26.0": "%s"}}\n' "$1" >"$scenario"
	boot --timeout=20
}

overrides ok
exits 0 'an override that can be pulled'
is "$(container "[c['Config']['Image'], c['State']['Status']]")" '["flwr/superlink:1.26.0", "running"]' 'runs'
is "$(py "[e['query'] for e in l if e['path'] == '/images/create']" "$engine_journal")" \
	'[{"fromImage": "flwr/superlink", "tag": "1.26.0"}]' 'pulled once'
boot
is "$status $(asked POST /images/create)" '0 1' 'the second run does not pull again'
overrides error
is "$(engine_call POST '/images/create?fromImage=flwr/superlink&tag=1.26.0' | grep -c errorDetail)" 1 \
	'naive: the pull answers 200 and fails in the stream'
for mode in missing refused error cut; do
	overrides "$mode"
	exits 0 "trap 26: a pull that ends as '$mode': the boot goes on"
	is "$(container "[c['Config']['Image'], c['State']['Status']]")" '["flwr/superlink:1.25.0", "running"]' \
		'... with the pre-baked version'
	like "$err" 'step 8/12 .*warning' '... and a warning'
	like "$err" '1\.26\.0' '... that names what could not be pulled'
	case $mode in
	missing) like "$err" 'manifest unknown' '... with the cause' ;;
	refused) like "$err" 'connection refused' '... with the cause' ;;
	error) like "$err" 'unexpected EOF' '... with the cause from the stream' ;;
	esac
	like "$err" '1\.25\.0' '... and what runs instead'
done
# A start is no success: the version is noted when it was ready (state.t).
fresh
start_engine --image flwr/superlink:1.25.0
printf '{"rules": [{"match": "POST /containers/.*/start", "stall": true}]}\n' >"$scenario"
background fl-bootstrap --root "$ROOT" --docker "$SOCK"
wait_until grep -q '"path": "/containers/flower-superlink/start"' "$engine_journal"
kill -9 "$pid"
wait "$pid"
ok 'killed while it starts: no version is noted' not test -e "$ROOT/opt/flower/state/state.db.flower-version"

# A pull that stalls, in a layer or before the first byte, is given up and cancelled.
for mode in stall silent; do
	fresh FLOWER_VERSION=1.26.0
	start_engine --image flwr/superlink:1.25.0
	printf '{"pull": {"*": "%s"}}\n' "$mode" >"$scenario"
	boot --stall-timeout=1
	exits 0 "trap 26: a pull that ends as '$mode': the boot goes on"
	is "$(container "c['Config']['Image']")" flwr/superlink:1.25.0 '... with the pre-baked version'
	wait_until grep -q '"cancelled": "pull"' "$engine_journal"
	like "$(cat "$engine_journal")" '"cancelled": "pull"' '... and the pull is cancelled'
done
fresh FLOWER_VERSION=1.26.0
start_engine --image flwr/superlink:1.25.0
printf '{"pull": {"*": "ok:30"}}\n' >"$scenario"
boot --pull-timeout=1
is "$status $(container "c['Config']['Image']")" '0 flwr/superlink:1.25.0' \
	'a pull that makes progress, but not within its deadline'
# The pre-baked Flower is newer than the one that was asked for: after it the older one cannot use the database.
fresh FLOWER_VERSION=1.24.0
start_engine --image flwr/superlink:1.25.0
for pull in missing ok missing; do
	printf '{"pull": {"*": "%s"}, "container": {"serve": true}}\n' "$pull" >"$scenario"
	boot
	fl-healthcheck -q --root "$ROOT" --docker "$SOCK" --wait=20
	is "$status $(container "c['Config']['Image']")" '0 flwr/superlink:1.25.0' \
		"a fallback from an older version lasts, where the next pull would be '$pull'"
done
boot --prepare
exits 0 'and the unit can start it again'
overrides die
ok 'an Engine that dies during the pull: 69 or 75' test "$status" = 69 -o "$status" = 75

fresh
start_engine
printf '{"pull": {"flwr/superlink:1.25.0": "ok"}}\n' >"$scenario"
boot
exits 0 'the pre-baked image is missing but can be pulled'
make_root </dev/null
start_engine
boot --pull
exits 69 '--pull, and there is no such image: 69'
printf '{"pull": {"flwr/superlink:1.25.0": "ok"}}\n' >"$scenario"
boot --pull
is "$status $(asked POST /images/create) $(asked POST '/containers/.*')" '0 2 0' \
	'--pull fetches the pre-baked image without a configuration, and makes no container'
fresh FLOWER_IMAGE=127.0.0.1:5000/my/superlink FLOWER_VERSION=1.25.0
start_engine
printf '{"pull": {"127.0.0.1:5000/my/superlink:1.25.0": "ok"}}\n' >"$scenario"
boot
exits 0 'a private registry with a port'
is "$(py "[e['query'] for e in l if e['path'] == '/images/create'][0]" "$engine_journal")" \
	'{"fromImage": "127.0.0.1:5000/my/superlink", "tag": "1.25.0"}' 'name and tag are told apart'
is "$(container "c['Config']['Image']")" 127.0.0.1:5000/my/superlink:1.25.0 'it runs'

# --- the database's version ---------------------------------------------------------------------

fresh FLOWER_VERSION=1.26.0
start_engine --image flwr/superlink:1.25.0 --image flwr/superlink:1.26.0
printf '{"container": {"serve": true}}\n' >"$scenario"
boot
run fl-healthcheck --root "$ROOT" --docker "$SOCK" --wait=20
exits 0 'a newer Flower is ready'
start_engine --image flwr/superlink:1.25.0
boot
exits 69 'trap 25: an older image on its database: 69'
like "$err" '1\.26\.0' 'naming the version that the database is of'
is "$(asked POST '/containers/.*')" 0 'before anything is created or started'
fresh
echo database >"$ROOT/opt/flower/state/state.db"
boot
exits 0 'a database without a note is left to the health check'
ok 'trap 28: state/ is never moved aside' test -s "$ROOT/opt/flower/state/state.db"

# --- step 9: create and start -------------------------------------------------------------------

fresh
start_engine --image flwr/superlink:1.25.0
printf '{"container": {"start_error": "driver failed programming external connectivity: Error starting userland proxy: listen tcp4 0.0.0.0:9092: bind: address already in use"}}\n' >"$scenario"
boot
exits 69 'a port that is taken: 69'
like "$err" 'step 9/12 .*failed' 'step 9 failed'
like "$err" '9092.*address already in use' "with the Engine's reason"
printf '{}\n' >"$scenario"
boot
is "$status $(container "c['State']['Status']")" '0 running' 'and the next run heals'
for policy in no yes; do
	fresh
	start_engine --image flwr/superlink:1.25.0
	printf '{"container": {"exit": 3, "exit_after": 0.05, "restart": "%s", "last_words": ["\\u001b[91mit ends\\u001b[0m here"]}}\n' $policy >"$scenario"
	boot
	exits 69 "a container that exits at once (restarted: $policy): 69"
	like "$err" 'it ends here' 'with the end of its log, colours stripped'
	like "$err" '3' 'and its exit code'
done
fresh
start_engine --image flwr/superlink:1.25.0
printf '{"rules": [{"match": "POST /containers/create", "status": 500, "message": "bad \\u001b[2J\\r\\nstep 12/12 report ready: done"}]}\n' >"$scenario"
boot
exits 69 'an Engine with an odd tongue'
unlike "$(tr '\033\r' '@@' <"$T/err")" '@|^step 12' 'puts no control character and no line into ours'
fresh
start_engine --image flwr/superlink:1.25.0
printf '{"rules": [{"match": "POST /containers/create", "status": 500, "message": "no space left on device"}]}\n' >"$scenario"
boot
exits 69 'create is refused: 69'
like "$err" 'no space left on device' "with the Engine's reason"
fresh
start_engine --image flwr/superlink:1.25.0
printf '{"rules": [{"match": "POST /containers/create", "body": "{\\"Id\\": 5}", "status": 201, "type": "application/json"}]}\n' >"$scenario"
boot
exits 69 'an answer without sense is refused'

done_testing
