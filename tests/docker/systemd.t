#!/bin/sh
# The whole chain on a booted system: the suite installed by `make install`, systemd as PID 1, Docker as its
# packages start it, the unit made, enabled and started by fl-bootstrap; then ways to end the SuperLink.
. "${0%/*}/lib.sh"
. "${0%/*}/box.sh"

start_box
inside mkdir -p /run/one-context
gate_variables | "$docker/systemd.sh" run "$box" sh -c 'cat >/run/one-context/one_env; chmod 400 /run/one-context/one_env'
# one-contextd sets CONTEXT_FILE and exports every context variable.
inside env CONTEXT_FILE=/run/one-context/context.sh DOCKER_HOST=unix:///nonexistent /etc/one-appliance/service configure
exits 0 'service configure succeeds'
inside env CONTEXT_FILE=/run/one-context/context.sh DOCKER_HOST=unix:///nonexistent /etc/one-appliance/service bootstrap
exits 0 'service bootstrap succeeds, whatever DOCKER_HOST says below one-contextd'
is "$(attribute FL_READY)" YES 'OneGate is told'
inside systemctl is-active flower-superlink.service
is "$out" active 'the unit is active'
inside systemctl is-enabled flower-superlink.service
is "$out" enabled 'and enabled'
inside docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' flower-superlink
is "$out" no 'trap 34: Docker does not start the container again, as the unit does'
inside systemd-analyze verify --man=no flower-superlink.service
is "$status$out$err" 0 'systemd-analyze verify finds nothing'
inside journalctl -q -o cat -t fl-healthcheck
like "$out" 'step 10/12' 'the steps are in the journal'
inside cat /etc/one-appliance/status
is "$out" bootstrap_success 'the status file lets READY=YES be reported'

# --- again ------------------------------------------------------------------------------------------
started()
{
	"$docker/systemd.sh" run "$box" docker inspect -f '{{.Id}} {{.State.StartedAt}}' flower-superlink 2>&1
}
reloads()
{
	"$docker/systemd.sh" run "$box" journalctl -q -o cat _PID=1 | grep -c '^Reloading'
}
before=$(started) reloads=$(reloads)
inside /etc/one-appliance/service configure
inside /etc/one-appliance/service bootstrap
exits 0 'contextualization runs again in mid-life'
is "$(started)" "$before" 'and nothing is restarted'
is "$(reloads)" "$reloads" 'nor does systemd read its units again'
inside pkill -KILL -f flower-superexec
inside /etc/one-appliance/service bootstrap
exits 0 'after the death of SuperExec service bootstrap serves again'
ok 'by a restart of the container' not test "$(started)" = "$before"
inside systemctl is-active flower-superlink.service
is "$out" active 'and the unit is active'

# --- ways to end it ---------------------------------------------------------------------------------
serves()
{
	[ "$(started)" != "$before" ] && serves_still
}

serves_still()
{
	"$docker/systemd.sh" run "$box" systemctl -q is-active flower-superlink && "$docker/systemd.sh" run "$box" fl-healthcheck
}

# heals WHAT COMMAND...
heals()
{
	what=$1
	shift
	before=$(started)
	: >"$T/states"
	inside "$@"
	began=$(date +%s%N)
	tries=0
	# A deadline for one that never comes back, no bound on how fast it is.
	until "$docker/systemd.sh" run "$box" systemctl is-active flower-superlink >>"$T/states"
		serves >/dev/null 2>&1 || [ "$tries" -ge 600 ]; do
		tries=$((tries + 1))
		sleep 0.2
	done
	ok "$what: it serves again, and the unit is active" serves
	note "after $((($(date +%s%N) - began) / 1000000)) ms; on the way: $(sort -u "$T/states" | tr '\n' ' ')"
	unlike "$(cat "$T/states")" '^failed$' "$what: the unit does not fail"
}

heals 'the SuperLink is killed' pkill -KILL -f '^[^ ]*python3 [^ ]*flower-superlink'
heals 'trap 3: the SuperLink exits 0' pkill -TERM -f '^[^ ]*python3 [^ ]*flower-superlink'
heals 'trap 3: docker stop' docker stop flower-superlink
heals 'docker kill' docker kill flower-superlink
heals 'docker restart' docker restart flower-superlink
heals 'docker rm -f' docker rm -f flower-superlink
heals 'docker.service is restarted' systemctl restart docker.service
heals 'docker.service is stopped and started' sh -c 'systemctl stop docker.service docker.socket; sleep 1; systemctl start docker.service'
heals 'trap 29: dockerd is killed' systemctl kill -s KILL docker.service
# The unit is still active when it is stopped, as its docker is frozen and does not see that dockerd has gone. A docker stop
# would wait for the next dockerd, whose start takes this stop's place.
inside sh -c 'pkill -STOP -f "^/usr/bin/docker start -a"; systemctl kill -s KILL docker.service; exec systemctl stop flower-superlink.service'
exits 0 'trap 29: systemctl stop does not wait for a dockerd that is dead'
inside systemctl start flower-superlink.service
before=none
ok 'and systemctl start serves again' wait_until serves
# Python cannot import flwr, so the SuperLink ends with 1 until there is a new container.
heals 'exit 1, again and again' sh -c 'p=$(pgrep -f "^[^ ]*python3 [^ ]*flower-superlink" | head -n 1)
	for f in /proc/$p/root/python/venv/lib/python3*/site-packages/flwr/__init__.py; do echo "raise SystemExit(1)" >$f; done
	kill -KILL $p
	until [ "$(journalctl -q -o cat -u flower-superlink.service | grep -c "Main process exited.*status=1/")" -ge 2 ]; do sleep 0.2; done
	docker rm -f flower-superlink'
inside sh -c 'systemctl kill --kill-whom=main -s KILL containerd.service; sleep 1; until systemctl -q is-active containerd; do sleep 0.1; done; sleep 1'
ok 'containerd is killed: it goes on serving' serves_still
inside systemctl start flower-superlink-health.timer
# Docker still says that the container runs, but its process is gone.
heals 'containerd is killed with its shims, with the timer running' systemctl kill -s KILL containerd.service
heals 'trap 18: SuperExec is killed, with the timer running' pkill -KILL -f 'flower-superexec'

inside journalctl -q -o cat --no-pager _SYSTEMD_UNIT=flower-superlink-health.service + UNIT=flower-superlink-health.service
unlike "$out" '^(Starting|Started|Finished) flower-superlink-health|: done' 'good health leaves no line in the journal'
like "$out" 'superexec' 'a SuperExec that died does'

# A slow SuperLink: it is silent for longer than FL_HEALTH_TIMEOUT, and a restart would make it begin again.
before=$(started)
inside sed -i '/FL_HEALTH_TIMEOUT/,/value/s/"60"/"2"/' /opt/flower/config/superlink.json
inside sh -c 'pkill -STOP -f "^[^ ]*python3 [^ ]*flower-superlink"; journalctl -q --rotate --vacuum-time=1s'
gave_up()
{
	inside journalctl -q -o cat -t fl-healthcheck
	printf '%s\n' "$out" | grep -q '^not ready: fleet: '
}
ok 'a SuperLink that is slow: the health check says so' wait_until gave_up
sleep 1
inside pkill -CONT -f '^[^ ]*python3 [^ ]*flower-superlink'
ok 'it answers at last' wait_until serves_still
is "$(started)" "$before" 'and was not restarted meanwhile'
inside sed -i '/FL_HEALTH_TIMEOUT/,/value/s/"2"/"60"/' /opt/flower/config/superlink.json

inside systemctl stop flower-superlink.service
# A restart that is still to come (RestartSec=5s) shows as activating.
inside systemctl show --property=ActiveState --value flower-superlink.service
is "$out" inactive 'systemctl stop: no restart is to come'
inside docker inspect -f '{{.State.Running}}' flower-superlink
is "$out" false 'systemctl stop stays stopped'
inside systemctl start flower-superlink.service
before=none
ok 'systemctl start serves again' wait_until serves

# --- trap 19 ----------------------------------------------------------------------------------------
inside systemctl stop docker.service docker.socket
inside sh -c 'mkdir -p /run/systemd/system/docker.service.d && printf "[Service]\nExecStart=\nExecStart=/bin/false\nRestart=no\n" >/run/systemd/system/docker.service.d/fails.conf && systemctl daemon-reload; systemctl start docker.service'
began=$(date +%s)
inside /usr/bin/fl-bootstrap
ok 'trap 19: docker.service failed: not waited for' test "$status" = 69 -o "$status" = 75
like "$err" 'docker\.service' 'trap 19: and named'
note "told after $(($(date +%s) - began)) s"

# Docker's own unit restarts for ever, and docker.socket accepts connections meanwhile.
inside sh -c 'rm /run/systemd/system/docker.service.d/fails.conf; systemctl daemon-reload; echo "{\"nonsense\": true}" >/etc/docker/daemon.json; systemctl reset-failed; systemctl --no-block start docker.service'
inside /usr/bin/fl-bootstrap
exits 69 'trap 19: docker.service ends each time: not waited for'
like "$err" 'docker\.(service|socket): .*journalctl -u docker' 'trap 19: and named'
inside sh -c 'rm /etc/docker/daemon.json; systemctl reset-failed docker.service docker.socket; systemctl restart docker.service'
inside /usr/bin/fl-bootstrap
exits 0 'and when it is mended, it boots'
done_testing
