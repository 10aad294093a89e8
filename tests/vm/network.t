#!/bin/sh
# A boot while the network, OneGate or a registry is missing, silent or late. Each case begins with the same VM, whose
# SuperLink served before.
. "${0%/*}/ready.sh"
ready_vm

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
start_gate --fail stall:1
boot_again
is "$stage" bootstrap_success 'a OneGate that is silent at first holds nothing up'
ok 'it serves' within_limit serves
case_ends 'OneGate that answers late'

# --- another image than the one on the disk -----------------------------------------------------
begins
start_registry 5000
trust_registry
inside 'systemctl restart docker.service; docker tag flwr/superlink:1.25.0 10.0.2.2:5000/flwr/superlink:1.25.0-mine; docker push -q 10.0.2.2:5000/flwr/superlink:1.25.0-mine && docker rmi 10.0.2.2:5000/flwr/superlink:1.25.0-mine'
is "$status" 0 'a registry on the host has another image'
within_limit serves
first_boot FLOWER_VERSION=1.25.0-mine FLOWER_IMAGE=10.0.2.2:5000/flwr/superlink
is "$stage" bootstrap_success 'override from a registry on the host: it boots'
ok 'it serves' within_limit serves
is "$(attribute FL_VERSION)" 1.25.0 'FL_VERSION is without the suffix'
inside 'docker inspect -f "{{.Config.Image}}" flower-superlink'
is "$out" 10.0.2.2:5000/flwr/superlink:1.25.0-mine 'what was pulled runs'
stop "$registry_pid"
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
