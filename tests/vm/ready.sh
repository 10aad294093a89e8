# shellcheck shell=sh
# A VM whose SuperLink serves, and functions that configure and boot it again, on top of lib.sh. The contextualization runs
# again as after a disk's resize, which runs every script, or as after a changed CD.
. "${0%/*}/lib.sh"

# A VM whose SuperLink serves, saved with its memory, so that a case does not have to boot. The first test that needs it
# makes it. Its CD has the key for ssh.
PREPARED=${PREPARED:-$BUILD/vm/prepared}
is_prepared()
{
	[ -s "$PREPARED/disk.qcow2" ] && [ -n "$(find "$PREPARED/disk.qcow2" -newer "$IMAGE")" ]
}

# ready_vm: starts a VM whose SuperLink serves and which has reported READY=YES.
ready_vm()
{
	mkdir -p "${PREPARED%/*}"
	exec 8>>"$PREPARED.lock"
	flock 8
	if is_prepared; then
		flock -u 8
		cp "$PREPARED/disk.qcow2" "$PREPARED/cd1.iso" "$PREPARED/key" "$PREPARED/key.pub" "$PREPARED/gate.state" "$T/"
		start_gate
		cd_number=1
		power_on -loadvm ready
	else
		start_gate
		new_disk 24G
		new_cd
		power_on
		within_limit is_attribute READY YES
		keep_ready_vm
		flock -u 8 # closing is not enough: the background processes have the descriptor as well
	fi
	exec 8>&-
	ok 'a machine that serves' within_limit serves
}

keep_ready_vm()
{
	within_limit contextualized && within_limit serves || return
	monitor 'savevm ready'
	rm -rf "$PREPARED" "$PREPARED.new"
	mkdir -p "$PREPARED.new"
	cp "$T/disk.qcow2" "$T/cd1.iso" "$T/key" "$T/key.pub" "$gate_state" "$PREPARED.new/"
	mv "$PREPARED.new" "$PREPARED"
}

# insert_cd NUMBER: inserts a CD that new_cd made. The guest may have locked the tray.
insert_cd()
{
	monitor 'eject -f cd'
	monitor "change cd /vm/cd$1.iso raw"
}

# begins: brings back the VM and OneGate as they were when the VM was ready.
begins()
{
	case_begins
	rm -f "$T/ssh.socket"
	# loadvm does not bring back the medium in the drive.
	[ "$cd_number" = 1 ] || insert_cd 1
	monitor 'loadvm ready'
	stop "$gate_pid"
	cp "$PREPARED/gate.state" "$gate_state"
	start_gate
	within_limit holds true
	inside 'journalctl --rotate; journalctl --vacuum-time=1s'
}

# change_cd [NAME=VALUE...]: inserts another context CD, so the contextualization runs again.
change_cd()
{
	new_cd "$@"
	insert_cd "$cd_number"
}

# unconfigure: as if it had never been configured.
unconfigure()
{
	inside 'systemctl stop flower-superlink.service; docker rm -f flower-superlink; rm -rf /opt/flower/config /opt/flower/state; echo install_success >/etc/one-appliance/status'
}

# trust_registry: the Engine takes the registry on the host without TLS, once it has started again.
trust_registry()
{
	inside 'mkdir -p /etc/docker; echo "{\"insecure-registries\": [\"10.0.2.2:5000\"]}" >/etc/docker/daemon.json'
}

# listen: sets $said to the programs' messages since the VM booted or its journal was emptied.
listen()
{
	inside 'journalctl -b -o cat -t fl-configure -t fl-bootstrap -t fl-healthcheck -t fl-onegate-publish'
	said=$out
}

# first_boot [NAME=VALUE...]: boots as if it had never been configured, with this context. The contextualization then starts
# a container, and a new NIC would stop this run (66-flower-superlink.rules).
first_boot()
{
	unconfigure
	change_cd "$@"
	within_limit contextualized
	inside 'cat /etc/one-appliance/status'
	stage=$out
	listen
}

boot_again()
{
	inside 'systemctl start one-context-force.service; cat /etc/one-appliance/status'
	stage=$(printf '%s\n' "$out" | tail -n 1)
	listen
}

# fails PATTERN: the boot failed and said why, and what the boot before has reported is taken back.
fails()
{
	is "$stage" bootstrap_failure 'the boot fails'
	like "$said" "$1" 'and says why'
	is "$(attribute READY) $(attribute FL_READY)" 'NO NO' 'READY and FL_READY of the good boot are taken back'
}

heals()
{
	boot_again
	is "$stage" bootstrap_success 'then it boots'
	ok 'it serves' within_limit serves
	is "$(attribute READY) $(attribute FL_READY)" 'YES YES' 'and reports READY=YES'
}
