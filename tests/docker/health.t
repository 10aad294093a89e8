#!/bin/sh
# fl-healthcheck says what is not healthy, and why.
. "${0%/*}/lib.sh"

real_engine
start_onegate

# seconds_of COMMAND...: runs it; sets $seconds.
seconds_of()
{
	began=$(date +%s%N)
	"$@"
	seconds=$(awk -v ns="$(($(date +%s%N) - began))" 'BEGIN { printf "%.2f", ns / 1e9 }')
}

# --- a container that never listens -----------------------------------------------------------------
variant silent sh -c 'exec sleep 1000'
gate_variables FLOWER_IMAGE=test/silent FL_HEALTH_TIMEOUT=3 | wipe
boot
exits 75 'a container that never listens: 75'
like "$err" 'fleet' 'the first layer that fails is named'
is "$(status_file)" bootstrap_failure 'READY=YES is not reported'
unlike "$(cat "$gate_state" 2>/dev/null)" 'FL_READY": *"YES' 'nor published'
run fl-healthcheck --probe=tcp 127.0.0.1:9092
exits 0 'trap 1: a plain connect succeeds, as docker-proxy accepts'
run fl-healthcheck --root "$ROOT"
exits 1 'trap 1: the health check is not taken in'
run fl-healthcheck --probe=grpc 127.0.0.1:9092
exits 1 'trap 1: nor is one gRPC call'

# --- a container that exits at once -----------------------------------------------------------------
variant exits sh -c 'echo "the reason of its death" >&2; exit 3'
gate_variables FLOWER_IMAGE=test/exits | wipe
seconds_of boot
exits 69 'a container that exits at once: 69'
like "$err" 'the reason of its death' 'with the end of its log'
like "$err" '(status|code) 3|exit(ed)? .*3' 'and its exit status'
is "$(status_file)" bootstrap_failure 'READY=YES is not reported'
note "told after $seconds s"

# --- a container that dies while waited for ---------------------------------------------------------
variant late sh -c 'sleep 2; echo "died late" >&2; exit 4'
gate_variables FLOWER_IMAGE=test/late | wipe
service configure
run fl-bootstrap --root "$ROOT"
exits 0 'a container that dies after two seconds is started'
seconds_of run fl-healthcheck --root "$ROOT" --wait=60
exits 69 'its death ends the wait: 69'
like "$err" 'died late' 'with the end of its log'
note "waited $seconds s of 60"

# --- a SuperExec that died --------------------------------------------------------------------------
gate_variables | wipe
boot
exits 0 'a good boot'
run fl-healthcheck --root "$ROOT"
exits 0 'it is healthy'
kill -KILL "$(host_pid flower-superexec)"
ok 'its SuperExec is killed' wait_until test -z "$(host_pid flower-superexec)"
run fl-healthcheck --probe=grpc 127.0.0.1:9092
exits 0 'trap 18: the ports still answer'
run fl-healthcheck --root "$ROOT"
exits 1 'trap 18, trap 23: a dead SuperExec, a zombie with its comm, is found'
like "$out$err" '[sS]uper[eE]xec' 'and named'
run fl-healthcheck --root "$ROOT" --json
exits 1 'the same in JSON'
is "$(py '[x["name"] for x in d["layers"] if not x["ok"]][0]' "$T/out")" superexec 'the layer is superexec'
service bootstrap
exits 0 'service bootstrap restarts the container, and serves'
like "$err" 'warning: .*SuperExec has died.*restart' 'and says why'
ok 'by a SuperExec that lives' test -n "$(host_pid flower-superexec)"

# --- all files open -----------------------------------------------------------------------------------
# Trap 37: each connection of a SuperNode is a file, and newer Engines give 1024.
docker rm -f "$container" >/dev/null
fl-configure --root "$ROOT" --print=docker-run 2>/dev/null |
	sed "s|^  $prebaked |  --ulimit nofile=64:64 &|" >"$T/create"
sh "$T/create" >/dev/null && docker start "$container" >/dev/null
run fl-healthcheck --root "$ROOT" --wait=60
exits 0 'a container that may open 64 files'
background "$PYTHON" -c '
import socket, time
all = [socket.create_connection(("127.0.0.1", 9092)) for i in range(100)]
time.sleep(600)'
ok 'a hundred clients connect' wait_until sh -c "docker logs $container 2>&1 | grep 'descriptor limit'"
run fl-healthcheck --root "$ROOT"
exits 1 'trap 37: it takes no more calls'
like "$err" 'the SuperLink has 64 of 64 files open; .*SuperNodes' 'and the cause is told'
unlike "$err" 49999 'which is no matter of ownership'
stop "$pid"
run fl-healthcheck --root "$ROOT" --wait=60
exits 0 'it is healthy when they have gone'
boot
exits 0 'a boot'

# --- stopped and missing ----------------------------------------------------------------------------
docker stop "$container" >/dev/null
run fl-healthcheck --root "$ROOT" --json
exits 1 'a stopped container is not healthy'
is "$(py '[x["name"] for x in d["layers"] if not x["ok"]][0]' "$T/out")" container 'the layer is container'
run fl-onegate-publish --root "$ROOT"
is "$status $out $(attribute FL_READY)" '1 FL_READY=NO NO' 'trap 41: who publishes then tells OneGate FL_READY=NO'
like "$err" 'step 11/12 .*: failed, .*: container: ' 'and why'
docker rm "$container" >/dev/null
run fl-healthcheck --root "$ROOT"
exits 1 'nor is one that does not exist'
done_testing
