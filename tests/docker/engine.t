#!/bin/sh
# An Engine that appears late, answers slowly, comes back, dies during the pull.
. "${0%/*}/lib.sh"

real_engine
start_onegate

# --- late ---------------------------------------------------------------------------------------------
gate_variables | wipe
stop_engine
service configure
(
	sleep 3
	restart_engine
	touch "$T/restarted"
) &
late=$!
service bootstrap
exits 0 'an Engine that appears after three seconds is waited for'
like "$err" 'step 7/12.*[1-9]\.[0-9]* s' 'and the wait is told'
wait "$late"

# --- slow ---------------------------------------------------------------------------------------------
docker rm -f "$container" >/dev/null
background "$PYTHON" "$docker/slow-socket.py" "$SOCK" "$T/slow.sock" 1.5
wait_until test -S "$T/slow.sock"
DOCKER_HOST=unix://$T/slow.sock
service bootstrap
exits 0 'an Engine that lets each call wait for 1.5 s is good enough'
run fl-healthcheck --root "$ROOT"
exits 0 'for the health check too'
stop "$pid"
DOCKER_HOST=unix://$SOCK

# --- a socket where nobody answers ----------------------------------------------------------------------
background "$PYTHON" "$docker/slow-socket.py" "$SOCK" "$T/deaf.sock" 3600
wait_until test -S "$T/deaf.sock"
run fl-bootstrap --root "$ROOT" --docker "$T/deaf.sock" --timeout 2
exits 75 'an Engine that accepts and never answers: 75'
run fl-healthcheck --root "$ROOT" --docker "$T/deaf.sock"
exits 0 'trap 40: the health check does not hang on it, and finds that the SuperLink works'
stop "$pid"

# --- restarted ------------------------------------------------------------------------------------------
stop_engine
restart_engine
run fl-healthcheck --root "$ROOT" --wait=60
exits 0 'after a restart of the Engine the SuperLink serves again'
service bootstrap
exits 0 'and a bootstrap finds all in order'

# --- dies during the pull -------------------------------------------------------------------------------
"$PYTHON" "$docker/fake-registry.py" --port-file "$T/fake.port" stall >"$T/fake.log" 2>&1 &
fake=$!
pids="$pids $fake"
wait_until test -s "$T/fake.port"
gate_variables "FLOWER_IMAGE=127.0.0.1:$(cat "$T/fake.port")/flwr/superlink" FLOWER_VERSION=1.26.0 | wipe
service configure
(
	wait_until grep -q stalling "$T/fake.log"
	kill -KILL "$(cat "$T/e/docker.pid")"
) &
killer=$!
service bootstrap
wait "$killer"
ok 'an Engine that dies during the pull: 69 or 75' test "$status" = 69 -o "$status" = 75
is "$(status_file)" bootstrap_failure 'and READY=YES is not reported'
stop_engine
restart_engine
stop "$fake"
service bootstrap
exits 0 'the next boot succeeds, with the pre-baked image'
is "$(attribute FL_VERSION)" 1.25.0 'and says so'
done_testing
