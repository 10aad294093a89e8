#!/bin/sh
# A boot with something missing: it says so, never claims READY, and serves as soon as it can. Each case begins with the
# same VM, whose SuperLink served before.
. "${0%/*}/ready.sh"
ready_vm

begins
inside 'systemctl mask --now docker.service docker.socket'
boot_again
fails 'docker\.service'
inside 'systemctl unmask docker.service docker.socket; systemctl start docker.service'
heals
case_ends 'docker.service masked'

begins
inside 'systemctl stop flower-superlink.service; fallocate -l $(df --output=avail -B1 / | tail -n 1) /fill; dd if=/dev/zero of=/fill2 bs=4k; ls /opt/flower/state; sync; df /'
boot_again
ok 'the boot fails, and no old success is left' test "$stage" != bootstrap_success
like "$said$out" 'space|disk is full' 'and says why'
is "$(attribute READY)" NO 'READY=YES of the good boot is taken back'
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
done_testing
