#!/bin/sh
# A context that changes: another CD in a running VM, a NIC attached, another CD at the next boot. The configuration stays.
. "${0%/*}/ready.sh"
ready_vm

frozen()
{
	inside 'docker inspect -f "{{.Id}} {{.State.StartedAt}}" flower-superlink; stat -c "%n %Y %i" /opt/flower/config/* /etc/systemd/system/flower-superlink.service; cat /opt/flower/config/superlink.env'
	printf '%s' "$out"
}

# --- the CD swapped while it runs ---------------------------------------------------------------
case_begins
before=$(frozen)
inside 'date +%s >/run/began; journalctl --rotate; journalctl --vacuum-time=1s' # only what comes from here on
change_cd FL_NUM_ROUNDS=9 FL_STRATEGY=FedAdam
ok 'contextualization runs again' within_limit contextualized
ok 'with what the CD says' holds 'grep -q FL_NUM_ROUNDS /run/one-context/one_env'
is "$(frozen)" "$before" 'nothing restarts, no file is written'
inside 'journalctl -b -o cat -t fl-configure'
like "$out" 'FL_NUM_ROUNDS' 'the change is named'
like "$out" 'FL_STRATEGY' 'each one'
inside 'cat /etc/one-appliance/status'
is "$out" bootstrap_success 'and the boot is still a good one'
case_ends 'context CD swapped'

# --- a NIC added --------------------------------------------------------------------------------
case_begins
monitor 'netdev_add user,id=net1,net=10.9.0.0/24'
monitor 'device_add virtio-net-pci,netdev=net1,mac=02:00:0a:09:00:05,id=nic1'
change_cd FL_NUM_ROUNDS=9 FL_STRATEGY=FedAdam ETH1_MAC=02:00:0a:09:00:05 ETH1_IP=10.9.0.5 ETH1_MASK=255.255.255.0
ok 'the new NIC has its address' within_limit holds 'ip -o address | grep -q 10.9.0.5 && ! test -d /run/one-context/one-context.lock'
ok 'it serves' within_limit serves
is "$(frozen)" "$before" 'nothing restarts'
is "$(attribute FL_ENDPOINT)" 10.0.2.15:9092 'FL_ENDPOINT stays'
case_ends 'NIC added'

# --- another CD at the next boot ----------------------------------------------------------------
case_begins
inside 'systemctl poweroff'
wait "$vm_pid" 2>/dev/null
new_cd FL_NUM_ROUNDS=0 FL_FLEET_API_ADDRESS=0.0.0.0:19099
power_on
ok 'a bad context at a later boot: the contextualization ends' within_limit contextualized
inside 'cat /etc/one-appliance/status'
is "$out" configure_failure 'the boot fails'
is "$(attribute READY) $(attribute FL_READY)" 'NO NO' 'READY and FL_READY of the good boot are taken back'
inside 'journalctl -b -o cat -t fl-configure'
like "$out" "FL_NUM_ROUNDS: '0'" 'the journal has the reason'
case_ends 'bad context at a later boot'

case_begins
cut_power
new_cd FL_NUM_ROUNDS=9 FL_FLEET_API_ADDRESS=0.0.0.0:19099
power_on
ok 'a good but other context at a later boot: READY=YES' within_limit is_attribute READY YES
is "$(attribute FL_ENDPOINT)" 10.0.2.15:9092 'with the configuration that stands'
inside 'journalctl -b -o cat -t fl-configure'
like "$out" 'FL_FLEET_API_ADDRESS' 'what differs is named'
case_ends 'changed context at a later boot'
done_testing
