#!/bin/sh
# Each row of the twelve steps' failure column (spec section 3), by `service` as the contextualization calls it.
. "${0%/*}/lib.sh"

start_onegate

# unwritten DESCRIPTION: nothing of the appliance is below opt.
unwritten()
{
	is "$(find "$ROOT/opt" -type f 2>/dev/null)" '' "$1"
}

wipe </dev/null
rm "$ENV_FILE"
service configure
exits 78 'steps 1 and 2: no one_env: 78'
like "$err" 'one_env' 'step 2: the file is named'
unwritten 'step 2: nothing is written'
is "$(status_file)" configure_failure 'step 2: the status file says so'

wipe <<'END'
export FL_NUM_ROUNDS="none"
export FL_STRATEGY="FedMagic"
export FL_DATABASE="/var/lib/state.db"
END
service configure
exits 78 'step 3: bad values: 78'
for variable in FL_NUM_ROUNDS FL_STRATEGY FL_DATABASE; do
	is "$(printf '%s\n' "$err" | grep -c "$variable")" 1 "step 3: $variable is reported on one line"
done
unwritten 'step 3: nothing is written'

gate_variables | wipe
mkdir -p "$ROOT/opt/flower/config/superlink.env/in-the-way"
service configure
exits 71 'step 4: superlink.env cannot be written: 71'
ok 'step 4: what was there stands' test -d "$ROOT/opt/flower/config/superlink.env/in-the-way"

gate_variables | wipe
mkdir -p "$ROOT/opt/flower"
echo 'in the way' >"$ROOT/opt/flower/state"
service configure
exits 71 'step 5: state/ cannot be made: 71'
is "$(cat "$ROOT/opt/flower/state")" 'in the way' 'step 5: what was there stands'

gate_variables | wipe
mkdir -p "$ROOT/etc/systemd/system/flower-superlink.service/in-the-way"
service configure
exits 71 'step 6: the unit cannot be written: 71'

gate_variables | wipe
service configure
exits 0 'configure succeeds'
export DOCKER_HOST="unix://$T/nobody.sock"
run fl-bootstrap --root "$ROOT" --timeout 1
exits 75 'step 7: no Docker Engine: 75'
like "$err" 'step 7/12' 'step 7: the step is named'

real_engine
docker tag "$prebaked" test/kept:1 && docker rmi "$prebaked" >/dev/null
service bootstrap
exits 69 'step 8: the pre-baked image is missing, and no registry answers: 69'
like "$err" 'step 8/12' 'step 8: the step is named'
is "$(status_file)" bootstrap_failure 'step 8: READY=YES is not reported'
docker tag test/kept:1 "$prebaked" && docker rmi test/kept:1 >/dev/null

background "$PYTHON" -m http.server --bind 0.0.0.0 9092 --directory "$T/root/run/systemd"
ok 'another program takes the port' wait_until "$PYTHON" -c 'import socket; socket.create_connection(("127.0.0.1", 9092))'
blocker=$pid
service bootstrap
exits 69 'step 9: a port is taken: 69'
like "$err" '9092' 'step 9: the port is named'
stop "$blocker"
service bootstrap
exits 0 'step 9: when it is free the next run succeeds'

# health.t and state.t test step 10; this tests only that READY is not reported after its failure.
puts=$(puts)
docker stop "$container" >/dev/null
chown -R 0:0 "$ROOT/opt/flower/state"
service bootstrap
exits 69 'step 10: the SuperLink does not work: 69'
is "$(status_file)" bootstrap_failure 'trap 15, step 12: READY=YES is not reported'
is "$(attribute FL_READY)" NO 'step 12: and FL_READY of the earlier boot is taken back'
is "$(puts)" $((puts + 1)) 'step 11 was not run'
service configure

stop "$gate_pid"
service bootstrap
exits 0 'step 11: without OneGate the appliance serves'
like "$err" 'step 11/12 .*(failed|warning)' 'step 11: the failure is told'
is "$(status_file)" bootstrap_success 'step 12: READY=YES is reported'

variables VMID=42 ETH0_IP=192.0.2.10 | context
service bootstrap
exits 0 'trap 17: a VM without OneGate boots as well'
is "$(status_file)" bootstrap_success 'trap 17: and is ready'
done_testing
