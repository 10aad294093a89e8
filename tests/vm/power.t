#!/bin/sh
# The plug is pulled (the emulator killed) during configure, during the pull, and while it serves: the next boot serves.
. "${0%/*}/ready.sh"

again()
{
	cut_power
	from_now
	power_on
	ok "power cut $1: the next boot reports READY=YES" within_limit is_told READY=YES
	ok 'and serves' within_limit serves
	inside 'cat /etc/one-appliance/status; fl-configure --dry-run'
	like "$out" bootstrap_success 'its files are whole'
	is "$status" 0 'fl-configure finds nothing to mend'
}

ready_vm
case_begins
unconfigure
trust_registry
inside 'sync; systemctl --no-block start one-context-force.service
	until [ "$(cat /etc/one-appliance/status)" != install_success ]; do :; done'
again 'during configure'
case_ends 'power cut during configure'

case_begins
again 'while serving'
case_ends 'power cut while serving'

# A registry whose layer never comes whole: the pull still runs when the power is cut.
case_begins
background "$PYTHON" "$top/tests/docker/fake-registry.py" --port 5000 stall
registry=$pid
unconfigure
change_cd FLOWER_VERSION=1.26.0 FLOWER_IMAGE=10.0.2.2:5000/flwr/superlink
ok 'it pulls' within_limit grep -q stalling "$T/background.log"
cut_power
stop "$registry"
from_now
power_on
ok 'power cut during the pull: the next boot falls back and reports READY=YES' within_limit is_told READY=YES
is "$(attribute FL_VERSION)" 1.25.0 'with the version that runs'
ok 'and serves' within_limit serves
case_ends 'power cut during the pull'
done_testing
