#!/bin/sh
# The whole chain with a real Engine and a real SuperLink: zero configuration, then again, then changed.
. "${0%/*}/lib.sh"

start_onegate
gate_variables | make_root
service configure
exits 0 'trap 13: configure succeeds without Docker'
real_engine

# --- first boot -----------------------------------------------------------------------------------
service bootstrap
exits 0 'bootstrap with an empty configuration succeeds'
is "$(status_file)" bootstrap_success 'the status file lets READY=YES be reported'
like "$err" 'step 7/12 .*API 1\.[0-9]+' 'trap 8: the API version is negotiated with the real Engine'
for step in 7 8 9 10 11 12; do
	is "$(printf '%s\n' "$err" | grep -c "step $step/12 ")" 1 "step $step is told once"
done
is "$(puts)" 1 'trap 14: OneGate got exactly one PUT'
is "$(attribute FL_READY)" YES 'FL_READY is published'
is "$(attribute FL_ENDPOINT)" 192.0.2.10:9092 'FL_ENDPOINT is published'
is "$(attribute FL_VERSION)" 1.25.0 'FL_VERSION is published'
is "$(attribute FL_ROLE)" superlink 'FL_ROLE is published'
run fl-healthcheck --root "$ROOT"
exits 0 'the health check says so too'
is "$(inspect '{{.State.Running}}')" true 'the container runs'
files=$(granted_files)
is "$(awk '/^Max open files/ { print $4, $5 }' "/proc/$(host_pid flower-superlink)/limits")" "$files $files" \
	'trap 37: the SuperLink may open as many files as 500 SuperNodes need, or as this system grants'
unlike "$(cat "$ROOT"/var/log/one-appliance/* "$ROOT"/etc/one-appliance/* "$ROOT"/opt/flower/config/*)" \
	"$TOKEN" 'the token stands in no file that was written'

# --- processes --------------------------------------------------------------------------------------
# programs COMMAND...: how many programs it executes, itself included.
programs()
{
	timeout 60 strace -f -qq -e trace=execve -e status=successful -o "$T/strace" "$@" >/dev/null 2>&1
	grep -c 'execve(' "$T/strace"
}
is "$(programs "$BUILD/fl-configure" --root "$ROOT")" 1 'fl-configure starts no other program'
is "$(programs "$BUILD/fl-bootstrap" --root "$ROOT")" 1 'nor does fl-bootstrap below --root'
is "$(programs "$BUILD/fl-healthcheck" --root "$ROOT" --wait)" 1 'nor fl-healthcheck'
is "$(programs "$BUILD/fl-onegate-publish" --root "$ROOT")" 1 'nor fl-onegate-publish'

# --- equivalent to the printed command --------------------------------------------------------------
describe()
{
	docker inspect -f '{{json .HostConfig.Binds}} {{json .HostConfig.PortBindings}} {{json .HostConfig.RestartPolicy}}
{{json .HostConfig.LogConfig}} {{json .HostConfig.CapDrop}} {{json .HostConfig.SecurityOpt}} {{json .HostConfig.Init}}
{{json .Config.Cmd}} {{json .Config.Image}} {{json .Config.StopTimeout}} {{json .Config.Entrypoint}} {{json .Config.User}}
{{json .HostConfig.NetworkMode}} {{json .HostConfig.Privileged}} {{json .HostConfig.Ulimits}}' "$1"
	docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' "$1" | sort
}
describe "$container" >"$T/by-api"
fl-configure --root "$ROOT" --print=docker-run >"$T/command"
docker rename "$container" made-by-api
run sh "$T/command"
exits 0 'the command that --print=docker-run prints can be pasted'
describe "$container" >"$T/by-hand"
is "$(diff "$T/by-api" "$T/by-hand")" '' 'and makes the same container'
docker rm -f "$container" >/dev/null
docker rename made-by-api "$container"

# --- the same context again -------------------------------------------------------------------------
before=$(cd "$ROOT/opt" && find . -path ./flower/state/\* -o -printf '%p %M %U:%G %s %T@ %i\n' | sort)
unit_before=$(stat -c '%i %Y %s' "$ROOT/etc/systemd/system/flower-superlink.service")
running=$(inspect '{{.Id}} {{.State.StartedAt}} {{.State.Pid}}')
boot
exits 0 'the second run succeeds'
is "$(attribute FL_ENDPOINT)" 192.0.2.10:9092 'and publishes the same'
like "$err" 'unchanged' 'configure says that nothing changed'
is "$(inspect '{{.Id}} {{.State.StartedAt}} {{.State.Pid}}')" "$running" 'the running container is not restarted'
is "$(cd "$ROOT/opt" && find . -path ./flower/state/\* -o -printf '%p %M %U:%G %s %T@ %i\n' | sort)" "$before" \
	'no file is rewritten and no modification time changed'
is "$(stat -c '%i %Y %s' "$ROOT/etc/systemd/system/flower-superlink.service")" "$unit_before" 'nor is the unit'

# --- a changed context ------------------------------------------------------------------------------
json=$(cat "$ROOT/opt/flower/config/superlink.json")
gate_variables FL_NUM_ROUNDS=9 FL_FLEET_API_ADDRESS=0.0.0.0:9999 | context
boot
exits 0 'a changed context does not fail the boot'
like "$err" 'FL_NUM_ROUNDS' 'the first variable that differs is named'
like "$err" 'FL_FLEET_API_ADDRESS' 'the second one too'
is "$(cat "$ROOT/opt/flower/config/superlink.json")" "$json" 'the old configuration stands'
is "$(inspect '{{.Id}} {{.State.StartedAt}} {{.State.Pid}}')" "$running" 'and its container too'
is "$(attribute FL_ENDPOINT)" 192.0.2.10:9092 'and what OneGate is told'
gate_variables | context

# --- what the container may do to the host ----------------------------------------------------------
echo secret >"$T/outside"
chmod 600 "$T/outside"
docker exec "$container" ln -s "$T/outside" /app/state/planted
docker exec "$container" ln "/app/state/state.db" /app/state/hard
service configure
exits 0 'configure goes on where the container planted links'
is "$(stat -c '%U %a' "$T/outside")" 'root 600' 'trap 6: a planted symbolic link is not followed'

# --- container lost, state kept ---------------------------------------------------------------------
database=$ROOT/opt/flower/state/state.db
inode=$(stat -c %i "$database")
docker rm -f "$container" >/dev/null
boot
exits 0 'a removed container is made again'
is "$(stat -c %i "$database")" "$inode" 'trap 28: with the same database, not moved aside'
run fl-healthcheck --root "$ROOT"
exits 0 'and the SuperLink works on it'

# --- the unit's ExecStartPre ----------------------------------------------------------------------
docker rm -f "$container" >/dev/null
run fl-bootstrap --root "$ROOT" --prepare
exits 0 '--prepare makes sure of image and container'
is "$(inspect '{{.State.Status}}')" created 'and starts nothing'
run fl-bootstrap --root "$ROOT" --prepare
exits 0 'again'
is "$(inspect '{{.State.Status}}')" created 'nothing'

# --- another container of that name -----------------------------------------------------------------
docker rm -f "$container" >/dev/null
docker create --name "$container" --entrypoint sleep "$prebaked" 1000 >/dev/null
boot
exits 0 'a container made from something else is replaced'
like "$(inspect '{{json .Config.Cmd}}')" 'isolation' 'by the right one'

# --- stopping ---------------------------------------------------------------------------------------
# Without --init PID 1 ignores SIGTERM in its first moments: docker waits 30 s and kills it (137). One program makes both
# calls, because a second docker would start too late for those moments.
docker stop "$container" >/dev/null
run "$PYTHON" -c '
import shared, sys
for call in "start", "stop":
    print(shared.ask(sys.argv[1], "POST", "/containers/%s/%s" % (shared.CONTAINER, call))[0])' "$SOCK"
is "$(echo $out)" '204 204' 'it is started, and stopped at once'
unlike "$(inspect '{{.State.ExitCode}}')" '^137$' 'trap 24: a stop right after the start is not a kill'

done_testing
