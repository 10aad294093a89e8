#!/bin/sh
# fl-healthcheck --report: what OneGate, status and motd say after the boot, spec sections 3, 6 and 8.
. "$(dirname "$0")/lib.sh"
may_hold_secrets changed
appliance_net # the ports are fixed: 9091, 9092, 9093
needs_root

report()
{
	run fl-healthcheck --root "$ROOT" --docker "$SOCK" --report
}

# puts: the requests that changed something at OneGate, in all.
puts()
{
	py 'len([e for e in l if e["method"] == "PUT"])' "$gate_journal"
}

# told: FL_READY, READY and the status, as others see them.
told()
{
	echo "$(attribute FL_READY) $(attribute READY) $(status_file)"
}

# reports WANTED DESCRIPTION: after one report.
reports()
{
	report
	is "$(told)" "$1" "$2"
}

# control JSON: changes the server inside the container.
control()
{
	printf '%s\n' "$1" >"$T/link.new"
	mv "$T/link.new" "$T/link.control"
}

SERVING='{"container": {"serve": true, "restart": "no", "serve_options": ["--control-file", "'$T/link.control'"]}}'

# start, stop_container: as people do it.
start()
{
	engine_call POST /containers/flower-superlink/start >/dev/null
	wait_until fl-healthcheck --root "$ROOT" --docker "$SOCK" -q
}

stop_container()
{
	engine_call POST '/containers/flower-superlink/stop?t=1' >/dev/null
	wait_until sh -c "grep -q '\"Running\": false' '$engine_state'"
}

# vm [NAME=VALUE...]: a VM that has booted.
vm()
{
	gate_variables REPORT_READY=YES FL_CONTROL_API_ADDRESS=127.0.0.1:9093 "$@" >"$T/context"
	make_root <"$T/context"
	start_engine --image flwr/superlink:1.25.0
	printf '%s\n' "$SERVING" >"$scenario"
	service configure
	service bootstrap
}

SOCK=$T/docker.sock
start_onegate
: >"$gate_journal"
make_root </dev/null
report
exits 0 'nothing is configured: nothing to say'
is "$out$err$(puts)" '0' 'and nothing is said or sent'
run fl-healthcheck --root "$ROOT" --report --wait
exits 64 '--report looks once'

gate_variables FL_CONTROL_API_ADDRESS=127.0.0.1:9093 | make_root
start_engine --image flwr/superlink:1.25.0
service configure
report
is "$status $(puts)" '1 0' 'a first boot under way has nothing to take back'

vm
exits 0 'a boot'
report
exits 0 'it is ready'
is "$err" '' 'which is no news'
is "$(told)" 'YES  bootstrap_success' 'OneGate knows it, and READY is left to the contextualization'
is "$(puts)" 1 'so nothing is sent'

# --- it ends, it is back --------------------------------------------------------------------------
stop_container
report
exits 1 'U2, F5: the container has ended'
is "$(told)" 'NO NO bootstrap_failure' 'U2, F5: OneGate and the status say so'
like "$err" '^fl-healthcheck: not ready: container: ' 'so does one line'
unlike "$err" 'step [0-9]' 'which is no step of a boot'
like "$(cat "$ROOT/etc/motd")" 'APPLIANCE ERROR' 'U3: motd too'
sent=$(puts)
report
is "$err$(puts)" "$sent" 'nothing is said or sent while nothing changes'
start
reports 'YES YES bootstrap_success' 'it serves again: all of them say so'
like "$(cat "$ROOT/etc/motd")" 'All set' 'motd too'
is "$(stored)" 'FL_ENDPOINT=192.0.2.10:9092 FL_READY=YES FL_ROLE=superlink FL_VERSION=1.25.0 READY=YES' 'with its endpoint'
sent=$(puts)
report
is "$err$(puts)" "$sent" 'and nothing is sent while nothing changes'

kill -KILL "$(host_pid_of flower-superexec 2>/dev/null || pgrep -f "$T.*/flower-superexec" | head -n 1)"
reports 'NO NO bootstrap_failure' 'SuperExec has died'
stop_container
start
reports 'YES YES bootstrap_success' 'and is back'

# --- silence --------------------------------------------------------------------------------------
control '{"mode": "mute"}'
report
exits 1 'it is silent'
is "$(told)" 'YES YES bootstrap_success' 'which may be for a moment only: nothing is told'
like "$err" 'silent: fleet: ' 'and one line says so'
sed -i '/FL_HEALTH_TIMEOUT/,/value/s/"60"/"1"/' "$ROOT/opt/flower/config/superlink.json"
reports 'NO NO bootstrap_failure' 'silent for longer than FL_HEALTH_TIMEOUT'
control '{}'
reports 'YES YES bootstrap_success' 'it answers again'
control '{"database": "database is locked"}'
reports 'YES YES bootstrap_success' 'a database that is locked for a moment'
sleep 1
reports 'NO NO bootstrap_failure' 'and for longer'
control '{}'
reports 'YES YES bootstrap_success' 'it answers again'
control '{"database": "database disk image is malformed"}'
reports 'NO NO bootstrap_failure' 'a database that is damaged is no matter of time'
control '{}'
reports 'YES YES bootstrap_success' 'mended'

# --- the Engine -----------------------------------------------------------------------------------
sent=$(puts)
for rule in '"status": 500, "message": "broken"' '"delay": 3'; do
	printf '{"rules": [{"match": "GET /containers/.*/json", %s}]}\n' "$rule" >"$scenario"
	reports 'YES YES bootstrap_success' "trap 40: an Engine that answers with $rule says nothing about the SuperLink"
	is "$(puts)" "$sent" 'and nothing is sent'
done
printf '%s\n' "$SERVING" >"$scenario"

# --- OneGate --------------------------------------------------------------------------------------
kill -STOP "$gate_pid"
stop_container
report
exits 1 'OneGate is away'
like "$err" 'warning: PUT .*/vm: ' 'one line says that it could not be told'
report
is "$err" '' 'but only once'
is "$(status_file)" bootstrap_failure 'the status does not wait for OneGate'
kill -CONT "$gate_pid"
reports 'NO NO bootstrap_failure' 'it is told when it is back'
start
kill -STOP "$gate_pid"
report
kill -CONT "$gate_pid"
reports 'YES YES bootstrap_success' 'also the good news'
ip addr add 192.0.2.77/24 dev eth0
context <<X
$(sed 's/192\.0\.2\.10/192.0.2.77/' "$T/context")
X
report
is "$(attribute FL_ENDPOINT)" 192.0.2.77:9092 'another address is told'

# --- boots ----------------------------------------------------------------------------------------
# O4: step 10 runs out of time, and the SuperLink serves later.
control '{"mode": "mute"}'
vm FL_HEALTH_TIMEOUT=1
is "$status $(told)" '75 NO NO bootstrap_failure' 'O3: a boot that failed takes back READY=YES of an earlier one'
control '{}'
reports 'YES YES bootstrap_success' 'O4: it serves later: that completes the boot'
ok 'the configuration stands from now on' test -e "$ROOT/opt/flower/config/booted"
like "$(cat "$ROOT/etc/one-appliance/config")" '192\.0\.2\.10:9092' 'the report names the endpoint'
like "$(cat "$ROOT/opt/flower/state/state.db.flower-version")" '^1\.25\.0$' 'F7: the version is noted'

sed 's/9093/99999/' "$T/context" >"$T/bad"
rm "$ROOT/opt/flower/config/booted"
context <"$T/bad"
service configure
is "$status $(told)" '78 NO NO configure_failure' 'a later boot with a bad context'
reports 'NO NO configure_failure' 'which serves all the same, but its boot has failed'

vm
report
is "$(told)" 'YES NO bootstrap_success' 'the next boot: READY is again left to the contextualization'
exec 9<>"$ROOT/run/flower-superlink/lock"
run fl-configure --root "$ROOT" --stage=configure_started --lock-fd=9
stop_container
reports 'NO NO configure_started' 'while a run of service is under way, readiness is taken back'
start
reports 'NO NO configure_started' 'but not given'
exec 9<&-

sed -i '/REPORT_READY/d' "$T/context"
context <"$T/context"
service configure
service bootstrap
run fl-onegate-publish --root "$ROOT" READY=YES
stop_container
report
is "$(attribute FL_READY) $(attribute READY)" 'NO YES' 'without REPORT_READY=YES nobody touches READY'
rm "$T/context" "$T/bad" # which hold the token
done_testing
