#!/bin/sh
# A boot where something is missing: it says so, never claims READY, and serves as soon as it can. Each case begins with the
# same machine, which served; contextualization runs again as after a disk's resize, which runs every script.
. "${0%/*}/lib.sh"
ready_vm

# begins: the machine as it was when it was ready.
begins()
{
	case_begins
	rm -f "$T/ssh.socket"
	# The medium in the drive is no part of what loadvm brings back.
	[ "$cd_number" = 1 ] || {
		monitor 'eject -f cd'
		monitor 'change cd /vm/cd1.iso raw'
	}
	monitor 'loadvm ready'
	forget
	within_limit holds true
	inside 'journalctl --rotate; journalctl --vacuum-time=1s'
}

# first_boot [NAME=VALUE...]: as if it had never been configured, with this context. It begins a container in a run of
# contextualization that a new NIC would stop (66-flower-superlink.rules).
first_boot()
{
	inside 'systemctl stop flower-superlink.service; docker rm -f flower-superlink; rm -rf /opt/flower/config /opt/flower/state; echo install_success >/etc/one-appliance/status'
	new_cd "$@"
	monitor 'eject -f cd'
	monitor "change cd /vm/cd$cd_number.iso raw"
	within_limit contextualized
	inside 'cat /etc/one-appliance/status'
	stage=$out
	inside 'journalctl -b -o cat -t fl-configure -t fl-bootstrap -t fl-healthcheck -t fl-onegate-publish'
	said=$out
}

boot_again()
{
	LIMIT=$VM_LIMIT
	inside 'systemctl start one-context-force.service; cat /etc/one-appliance/status'
	LIMIT=120
	stage=$(printf '%s\n' "$out" | tail -n 1)
	inside 'journalctl -b -o cat -t fl-configure -t fl-bootstrap -t fl-healthcheck -t fl-onegate-publish'
	said=$out
}

# fails PATTERN: the boot failed, said why, and nobody was told that it is ready.
fails()
{
	is "$stage" bootstrap_failure 'the boot fails'
	like "$said" "$1" 'and says why'
	is "$(attribute READY)$(attribute FL_READY)" NO 'READY is not reported, FL_READY is taken back'
}

heals()
{
	boot_again
	is "$stage" bootstrap_success 'then it boots'
	ok 'it serves' within_limit serves
	is "$(attribute READY) $(attribute FL_READY)" 'YES YES' 'and reports READY=YES'
}

begins
inside 'systemctl mask --now docker.service docker.socket'
boot_again
fails 'docker\.service'
inside 'systemctl unmask docker.service docker.socket; systemctl start docker.service'
heals
case_ends 'docker.service masked'

begins
inside 'echo "{\"nonsense\": true}" >/etc/docker/daemon.json; systemctl restart docker.service'
boot_again
fails 'docker\.(service|socket): '
inside 'rm /etc/docker/daemon.json; systemctl reset-failed docker.service docker.socket; systemctl restart docker.service'
heals
case_ends 'docker.service that ends each time'

begins
inside 'systemctl stop flower-superlink.service; fallocate -l $(df --output=avail -B1 / | tail -n 1) /fill; dd if=/dev/zero of=/fill2 bs=4k; ls /opt/flower/state; sync; df /'
boot_again
ok 'the boot fails, and no old success is left' test "$stage" != bootstrap_success
like "$said$out" 'space|disk is full' 'and says why'
is "$(attribute READY)" '' 'READY is not reported'
inside 'rm -f /fill /fill2'
heals
case_ends 'disk full'

begins
inside 'systemctl stop flower-superlink.service; rm -rf /opt/flower/state'
heals
inside 'stat -c %u:%g /opt/flower/state /opt/flower/state/state.db'
is "$(echo $out)" '49999:49999 49999:49999' 'with a new state/ of the right owner'
case_ends 'state/ lost'

begins
inside 'systemctl stop flower-superlink.service; docker rm -f flower-superlink; docker rmi -f flwr/superlink:1.25.0'
boot_again
fails 'flwr/superlink:1\.25\.0'
case_ends 'image deleted'

begins
inside 'docker rm -f flower-superlink'
heals
case_ends 'container deleted'

begins
inside 'date -s "+1 hour"'
heals
inside 'date -s "-2 hours"'
heals
case_ends 'clock an hour off'

begins
inside 'ip route del default'
heals
is "$(attribute FL_ENDPOINT)" 10.0.2.15:9092 'the endpoint is known without a default route'
case_ends 'no default route'

begins
stop "$gate_pid"
boot_again
is "$stage" bootstrap_success 'without a OneGate the boot succeeds'
like "$said" 'step 11/12 .*failed' 'and says so'
ok 'it serves' within_limit serves
start_gate
heals
case_ends 'no OneGate'

begins
stop "$gate_pid"
start_gate --fail hang:1
boot_again
is "$stage" bootstrap_success 'a OneGate that is silent at first holds nothing up'
ok 'it serves' within_limit serves
case_ends 'OneGate that answers late'
# --- another image than the one that the disk brings --------------------------------------------
begins
mkdir "$T/registry"
cat >"$T/registry.yml" <<END
version: 0.1
storage: {filesystem: {rootdirectory: $T/registry}}
http: {addr: "127.0.0.1:5000"}
END
background docker-registry serve "$T/registry.yml"
registry=$pid
LIMIT=$VM_LIMIT
inside 'mkdir -p /etc/docker; echo "{\"insecure-registries\": [\"10.0.2.2:5000\"]}" >/etc/docker/daemon.json; systemctl restart docker.service; docker tag flwr/superlink:1.25.0 10.0.2.2:5000/flwr/superlink:1.25.0-mine; docker push -q 10.0.2.2:5000/flwr/superlink:1.25.0-mine && docker rmi 10.0.2.2:5000/flwr/superlink:1.25.0-mine'
LIMIT=120
is "$status" 0 'a registry on the host has another image'
within_limit serves
first_boot FLOWER_VERSION=1.25.0-mine FLOWER_IMAGE=10.0.2.2:5000/flwr/superlink
is "$stage" bootstrap_success 'override from a registry on the host: it boots'
ok 'it serves' within_limit serves
is "$(attribute FL_VERSION)" 1.25.0 'FL_VERSION is without the suffix'
inside 'docker inspect -f "{{.Config.Image}}" flower-superlink'
is "$out" 10.0.2.2:5000/flwr/superlink:1.25.0-mine 'what was pulled runs'
stop "$registry"
case_ends 'override from a registry'

begins
inside 'iptables -I OUTPUT -d 10.0.2.99 -j DROP'
first_boot FLOWER_VERSION=1.26.0 FLOWER_IMAGE=10.0.2.99:5000/flwr/superlink
is "$stage" bootstrap_success 'a registry that is a black hole: the pre-baked image is taken'
like "$said" 'step 8/12 .*warning.*instead of' 'and named'
ok 'it serves' within_limit serves
is "$(attribute FL_VERSION)" 1.25.0 'FL_VERSION is the version that runs'
case_ends 'registry that is a black hole'
done_testing
