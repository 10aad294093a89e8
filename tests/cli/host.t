#!/bin/sh
# The programs without --root: systemd's part (step 9, trap 19) and service install (trap 20), on a
# copy of this machine's folders (overlays in a mount namespace) with a systemctl and an apt-get that
# write down what they were asked for. Nothing of the machine itself is changed.
. "$(dirname "$0")/lib.sh"
needs_root
if [ -z "${FL_PRIVATE_HOST-}" ]; then
	own=$(mount_options) || skip_all 'no right to make a mount namespace'
	rm -rf "$T"
	# shellcheck disable=SC2086 # words
	FL_PRIVATE_HOST=1 exec unshare $own -n sh "$0"
fi
ip link set lo up

laid()
{
	mount -t tmpfs none /run && mkdir -p /run/over /run/one-context || return 1
	for folder in /usr/bin /usr/sbin /etc /opt /var; do
		name=$(echo "$folder" | tr / _)
		mkdir "/run/over/$name" "/run/over/$name.work" &&
			mount -t overlay -o "lowerdir=$folder,upperdir=/run/over/$name,workdir=/run/over/$name.work" \
				none "$folder" || return 1
	done
}

laid 2>/dev/null || skip_all 'no right to mount overlays'
SYSTEMCTL=$(sed -n 's/^#define FL_SYSTEMCTL "\(.*\)"/\1/p' "$BUILD/build.h")
SYSTEMCTL=${SYSTEMCTL:-/usr/bin/systemctl}
rm -rf /opt/flower /etc/one-appliance /etc/systemd/system/flower-superlink.service /var/log/one-appliance
ROOT=/
ENV_FILE=/run/one-context/one_env
ENGINE_SOCKET=/run/docker.sock

# systemctl writes its arguments to $T/asked; $T/docker-state is docker.service; `start` of the unit
# starts the container, as the unit would.
cat >"$SYSTEMCTL" <<X
#!/bin/sh
echo "\$*" >>"$T/asked"
[ ! -e /proc/\$\$/fd/9 ] || echo descriptor 9 >>"$T/asked"
case \$1 in
show)
	case \$* in
	*flower-superlink*) cat "$T/unit-state" ;;
	*) cat "$T/docker-state" ;;
	esac
	;;
start | restart) exec "$PYTHON" "$top/tests/shared.py" "$ENGINE_SOCKET" POST /containers/flower-superlink/start ;;
esac
X
chmod 0755 "$SYSTEMCTL"

unit_is()
{
	printf 'LoadState=%s\nUnitFileState=%s\nNeedDaemonReload=%s\n' "$1" "$2" "$3" >"$T/unit-state"
}
unit_is not-found '' no

docker_is()
{
	printf 'LoadState=%s\nActiveState=%s\nResult=%s\n' "$1" "$2" "$3" >"$T/docker-state"
	: >"$T/asked"
}

# --- systemd is there ---------------------------------------------------------------------------

mkdir -p /run/systemd/system
context <<'X'
export FL_CONTROL_API_ADDRESS="127.0.0.1:9093"
X
start_journal
run fl-configure
exits 0 'fl-configure on the host'
is "$(mode_of /opt/flower/config/superlink.env) $(mode_of /etc/systemd/system/flower-superlink.service)" '640 644' \
	'files in their places'
wait_until grep -q 'step 6/12' "$T/journal"
like "$(cat "$T/journal")" '^MESSAGE=step 6/12' 'the journal of the host'
for state in 'loaded failed exit-code' 'masked inactive success' 'not-found inactive success'; do
	# shellcheck disable=SC2086 # three words
	docker_is $state
	began=$(date +%s)
	run fl-bootstrap --timeout=15
	exits 69 "trap 19: docker.service is $state: 69"
	ok 'trap 19: at once, not after the time-out' test $(($(date +%s) - began)) -lt 8
	like "$err" 'step 7/12 .*failed.*docker\.service: (failed|masked|not installed)' 'trap 19: and why'
done
docker_is loaded activating success
run fl-bootstrap --timeout=1
exits 75 'one that is still starting is waited for'

start_engine --image flwr/superlink:1.25.0
printf '{"container": {"serve": true}}\n' >"$scenario"
docker_is loaded active success
run fl-bootstrap 9</etc # as service's lock is
exits 0 'fl-bootstrap under systemd, /run/docker.sock by default'
is "$(grep -vE '^show ' "$T/asked" | tr '\n' ';')" \
	'daemon-reload;enable --quiet flower-superlink.service;start flower-superlink.service;' \
	'step 9: daemon-reload, enable, start, and none of them holds the lock of service'
is "$(asked POST /containers/flower-superlink/start)" 1 'the unit starts it, not fl-bootstrap'
is "$(py "[e for e in l if e['path'] == '/containers/create'][0]['body']['HostConfig']['RestartPolicy']" "$engine_journal")" \
	'{"Name": "no"}' 'trap 34: and the unit alone starts it again, not Docker'
run fl-configure --print=docker-run
like "$out" '^docker create --name flower-superlink --restart no ' '--print=docker-run says so, too'
is "$(container "c['State']['Status']")" running 'it runs'
docker_is loaded active success
run fl-bootstrap --prepare
is "$status $(cat "$T/asked")" '0 ' '--prepare asks nothing of systemd'
docker_is loaded active success
unit_is loaded enabled no
run fl-bootstrap
is "$status $(container "c['runs']")" '0 1' 'a second run restarts nothing'
is "$(grep -vE '^show ' "$T/asked")" 'start flower-superlink.service' 'and asks systemd for neither daemon-reload nor enable'
context <<'X'
export FL_CONTROL_API_ADDRESS="127.0.0.1:9093"
export FL_NUM_ROUNDS="9"
X
run fl-configure
docker_is loaded active success
run fl-bootstrap
exits 0 'another configuration'
like "$(grep -n . "$T/asked" | tr '\n' ';')" 'stop flower-superlink.service;.*start flower-superlink.service' \
	'the unit is stopped before the container is replaced'
printf '#!/bin/sh\necho "$*" >>%s\n[ "$1" != enable ] || { echo "Failed to enable unit: no"; exit 1; }\n' "$T/asked" >"$SYSTEMCTL"
run fl-bootstrap
exits 69 'systemd refuses: 69'
like "$err" 'enable.*Failed to enable unit: no' 'with its reason'
run env DOCKER_HOST=unix:///nowhere CONTEXT_FILE=/run/one-context/context.sh.network fl-healthcheck --wait=10
exits 0 'DOCKER_HOST of the context is not used below one-contextd'
run env DOCKER_HOST=tcp://127.0.0.1:1 fl-healthcheck --wait=10
exits 0 'nor is one of another kind'

# --- a OneGate that has a name ------------------------------------------------------------------

echo '127.0.0.1 onegate.example' >>/etc/hosts
for version in 7.2 newest; do
	start_onegate --personality "$version"
	printf 'export TOKENTXT="%s"\nexport VMID="42"\nexport ONEGATE_ENDPOINT="%s"\n' "$TOKEN" \
		"http://onegate.example:${GATE##*:}" | context
	run fl-onegate-publish MY_A=1
	if [ "$version" = newest ]; then
		exits 0 "$version: a OneGate with a name"
	else
		exits 69 "$version takes no Host that is a name: 69"
		like "$err" '403.*IP address' '... with the cause'
	fi
	stop "$gate_pid"
done
context <<'X'
export FL_CONTROL_API_ADDRESS="127.0.0.1:9093"
X

# --- systemd is not there -----------------------------------------------------------------------

rm -rf /run/systemd/system
engine_call DELETE '/containers/flower-superlink?force=1'
: >"$T/asked"
run fl-bootstrap
exits 0 'without systemd'
is "$(cat "$T/asked")" '' 'systemctl is not called'
is "$(container "c['State']['Status']")" running 'the container is started through the Engine'
like "$err" 'systemd is not running' 'and it says so'

# --- trap 20: install on Debian 13 --------------------------------------------------------------

rm -f /usr/bin/docker /usr/sbin/dockerd
cat >/usr/bin/apt-get <<X
#!/bin/sh
echo "\$*" >>"$T/apt"
case " \$* " in *' docker.io '*) : >/usr/sbin/dockerd; chmod 0755 /usr/sbin/dockerd ;; esac
case " \$* " in *' docker-cli '*) : >/usr/bin/docker; chmod 0755 /usr/bin/docker ;; esac
X
chmod 0755 /usr/bin/apt-get
printf '#!/bin/sh\necho "$*" >>%s\n' "$T/asked" >"$SYSTEMCTL"
mkdir -p /run/systemd/system
docker_is loaded active success
run sh "$top/one-appliance/service" --bindir "$BUILD" install
exits 0 'install'
like "$(cat "$T/apt")" ' docker\.io' 'trap 20: Docker is installed'
ok 'trap 20: and the client, where it is a package of its own' test -x /usr/bin/docker
is "$(cat /etc/one-appliance/status)" install_success 'its status'
is "$(readlink /opt/flower/scripts/health-check.sh)" "$BUILD/fl-healthcheck" 'READY_SCRIPT_PATH names the health check'
like "$(cat /etc/systemd/system/docker.service.d/flower-superlink.conf)" '^StartLimitIntervalSec=0$' 'the drop-in for Docker'
like "$(cat "$T/asked")" 'enable .*flower-superlink-health.timer' 'the regular health check'
: >"$T/apt"
run sh "$top/one-appliance/service" --bindir "$BUILD" install
is "$status $(cat "$T/apt")" '0 ' 'a second install installs nothing'
run /opt/flower/scripts/health-check.sh --wait=10
exits 0 'health-check.sh works as READY_SCRIPT does it'
like "$(sh "$top/one-appliance/service" --bindir "$BUILD" status)" 'install_success' 'service status'

done_testing
