#!/bin/sh
# The plug is pulled (the emulator killed) during configure, during the pull, and while it serves: the next boot serves.
. "${0%/*}/lib.sh"

again()
{
	cut_power
	forget
	power_on
	ok "power cut $1: the next boot reports READY=YES" within_limit is_attribute READY YES
	ok 'and serves' within_limit serves
	inside 'cat /etc/one-appliance/status; fl-configure --dry-run'
	like "$out" bootstrap_success 'its files are whole'
	is "$status" 0 'fl-configure finds nothing to mend'
}

case_begins
start_gate
new_disk
new_cd
power_on
ok 'it configures' within_limit holds 'test -e /run/one-context/one_env && test -s /etc/one-appliance/status && test "$(cat /etc/one-appliance/status)" != install_success'
again 'during configure'
case_ends 'power cut during configure'

case_begins
again 'while serving'
case_ends 'power cut while serving'

# A registry whose layer never comes whole: the pull is under way when the power goes.
case_begins
cut_power
ready_vm
inside 'systemctl stop flower-superlink.service; docker rm -f flower-superlink; rm -rf /opt/flower/config /opt/flower/state; echo install_success >/etc/one-appliance/status; mkdir -p /etc/docker; echo "{\"insecure-registries\": [\"10.0.2.2:5000\"]}" >/etc/docker/daemon.json; sync; systemctl poweroff'
wait "$vm_pid" 2>/dev/null
background "$PYTHON" "$top/tests/docker/fake-registry.py" --port 5000 stall
registry=$pid
forget
new_cd FLOWER_VERSION=1.26.0 FLOWER_IMAGE=10.0.2.2:5000/flwr/superlink
power_on
ok 'it pulls' within_limit grep -q stalling "$T/background.log"
cut_power
stop "$registry"
forget
power_on
ok 'power cut during the pull: the next boot falls back and reports READY=YES' within_limit is_attribute READY YES
is "$(attribute FL_VERSION)" 1.25.0 'with the version that runs'
ok 'and serves' within_limit serves
case_ends 'power cut during the pull'
done_testing
