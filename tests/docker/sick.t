#!/bin/sh
# A SuperLink that cannot work is not called ready: by fl-healthcheck, OneGate or the status file. The regular check restarts
# it only if that mends it, and tells that it is ready again as soon as the cause is mended. On a booted system, with a real
# SuperLink.
. "${0%/*}/lib.sh"
. "${0%/*}/box.sh"

may_hold_secrets context
state=/opt/flower/state

# sh_inside COMMANDS: by a shell on the booted system.
sh_inside()
{
	inside sh -c "$1"
}

is_ready()
{
	inside fl-healthcheck
	[ "$status" = 0 ]
}

# told: what the regular check has told OneGate and the status file, after one more.
told()
{
	inside systemctl start flower-superlink-health.service
	inside cat /etc/one-appliance/status
	echo "$(attribute FL_READY) $out"
}

is_told()
{
	[ "$(told)" = "$1" ]
}

# runs: which run of the container is under way.
runs()
{
	inside docker inspect -f '{{.State.StartedAt}}' "$container"
	echo "$out"
}

# is_sick WHAT LAYER CAUSE: the layer fails, and all say so.
is_sick()
{
	run_before=$(runs)
	ok "$1: it is not healthy" wait_until not is_ready
	exits 1 "$1: fl-healthcheck exits with 1"
	like "$err" "^fl-healthcheck: $2: .*$3" "$1: and the cause is told"
	note "$1: $(printf %s "$err" | head -n 1 | cut -c1-220)"
	ok "$1: FL_READY=NO, and the status is no success" wait_until is_told 'NO bootstrap_failure'
	is "$(runs)" "$run_before" "$1: nothing was restarted"
}

# is_well WHAT [restarted]: it is ready again, and all say so.
is_well()
{
	ok "$1: once mended, FL_READY=YES and bootstrap_success" wait_until is_told 'YES bootstrap_success'
	inside fl-healthcheck
	exits 0 "$1: fl-healthcheck exits with 0"
	case ${2-} in
	restarted) ok "$1: after a restart" test "$(runs)" != "$run_before" ;;
	*) is "$(runs)" "$run_before" "$1: without a restart" ;;
	esac
	note "$1: afterwards $(told), ${2-not restarted}"
}

start_box
inside systemctl stop flower-superlink-health.timer # each check is made by hand
gate_variables FL_CONTROL_API_ADDRESS=127.0.0.1:9093 >"$T/context"
"$docker/systemd.sh" run "$box" sh -c "mkdir -p /run/one-context $state && cat >/run/one-context/one_env &&
	mount -t tmpfs -o size=64m,nr_inodes=1000,mode=755 tmpfs $state" <"$T/context"
sh_inside 'cd / && /etc/one-appliance/service configure && /etc/one-appliance/service bootstrap'
exits 0 'a boot'

sh_inside "dd if=/dev/zero of=$state/ballast bs=4k"
is_sick 'disk full' database 'space'
sh_inside "rm $state/ballast"
is_well 'disk full'

sh_inside "mkdir $state/ballast && cd $state/ballast && seq 1000 | xargs touch"
is_sick 'inodes used up' database 'no inode free'
sh_inside "rm -r $state/ballast"
is_well 'inodes used up'

# The mount, of which the container has a copy of its own; then the file system, as the kernel does after an error.
sh_inside "mount -o remount,bind,ro $state"
is_sick 'read-only state/' database 'read-only'
sh_inside "mount -o remount,bind,rw $state"
is_well 'read-only state/'

# These two kill SuperExec, which only a restart brings back: but not while it would die again.
sh_inside 'setpriv --reuid=49999 --regid=49999 --clear-groups prlimit --nofile=64:64 \
	--pid "$(pgrep -f "^[^ ]*python3 [^ ]*/flower-superlink ")"'
exits 0 'the SuperLink may open 64 files'
background "$PYTHON" -c 'import socket, time
all = [socket.create_connection(("127.0.0.1", 9092)) for i in range(100)]
time.sleep(600)'
is_sick 'files used up' '(fleet|control|database)' 'of 64 files open'
stop "$pid"
is_well 'files used up' restarted

background "$docker/systemd.sh" run "$box" docker exec "$container" python3 -c 'import os, sqlite3, time
database = sqlite3.connect("/app/state/state.db", isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
while not os.path.exists("/app/state/unlock"):
    time.sleep(0.1)'
is_sick 'database locked' database 'database is locked; .*lslocks'
is "$(told)" 'NO bootstrap_failure' 'database locked: which does not change'
is "$(runs)" "$run_before" 'database locked: nor does a restart come'
sh_inside "touch $state/unlock"
is_well 'database locked' restarted
done_testing
