#!/bin/sh
# Other ports, other addresses, the other isolation: everything follows.
. "${0%/*}/lib.sh"

real_engine
start_onegate

# --- changed ports ----------------------------------------------------------------------------------
gate_variables FL_FLEET_API_ADDRESS=0.0.0.0:19092 FL_CONTROL_API_ADDRESS=127.0.0.1:19093 | wipe
boot
exits 0 'trap 12: it boots with other ports'
is "$(attribute FL_ENDPOINT)" 192.0.2.10:19092 'trap 12: FL_ENDPOINT follows the Fleet port'
run fl-healthcheck --root "$ROOT"
exits 0 'trap 12: the health check follows'
is "$(docker port "$container" 19092/tcp | head -n 1)" 0.0.0.0:19092 'the Fleet API is published everywhere'
is "$(docker port "$container" 19093/tcp)" 127.0.0.1:19093 'the Control API on the interface that the context names'
is "$(docker port "$container" 9091/tcp)" 127.0.0.1:9091 'ServerAppIo on loopback'
run fl-healthcheck --probe=grpc 192.0.2.10:19092
exits 0 'SuperNodes are answered on the other port'
run fl-healthcheck --probe=grpc 192.0.2.10:19093
exits 1 'flwr run is not, from outside'
run fl-healthcheck --probe=grpc 192.0.2.10:9091
exits 1 'nor is ServerAppIo'

answered=0
for try in $(seq 40); do
	run fl-healthcheck --probe=grpc 127.0.0.1:19092
	[ "$status" -ne 0 ] || answered=$((answered + 1))
done
is "$answered" 40 'trap 22: none of 40 gRPC calls is lost'

# --- which address ------------------------------------------------------------------------------------
ip route add default via 192.0.2.1 dev eth0
gate_variables FL_FLEET_API_ADDRESS=0.0.0.0:19092 ETH0_IP= | context
run fl-onegate-publish --root "$ROOT" -n
exits 0 'without ETH0_IP an address is found'
like "$out" '^FL_ENDPOINT=192\.0\.2\.10:19092$' 'trap 7: not the Docker bridge'"'"'s'
ip route del default

# --- process isolation --------------------------------------------------------------------------------
gate_variables FL_ISOLATION=process | wipe
boot
exits 0 'it boots in process isolation'
is "$(docker port "$container" 9091/tcp | head -n 1)" 0.0.0.0:9091 'ServerAppIo is published everywhere'
is "$(host_pid flower-superexec)" '' 'there is no SuperExec'
run fl-healthcheck --root "$ROOT" --json
exits 0 'the health check does not miss it'
is "$(py 'd["ready"]' "$T/out")" true 'and says so in JSON'
unlike "$out" 'superexec.*"ok":false' 'no layer superexec fails'

# --- a database in a sub-folder -----------------------------------------------------------------------
gate_variables FL_DATABASE=/app/state/db/main/runs.db | wipe
boot
exits 0 'it boots with its database in a sub-folder, which Flower itself does not make'
is "$(owner_of "$ROOT/opt/flower/state/db/main/runs.db")" 49999:49999 'the database is there'

# --- the log level --------------------------------------------------------------------------------------
gate_variables FL_LOG_LEVEL=ERROR | wipe
boot
exits 0 'it boots with a log that says nothing'
is "$(docker logs "$container" 2>&1)" '' 'trap 1: readiness is no matter of log lines'
done_testing
