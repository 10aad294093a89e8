#!/bin/sh
# Ways to end a SuperLink on a booted VM, one of each kind: it serves again, and a stopped SuperLink stays stopped.
# tests/docker/systemd.t tries all ways at native speed; under emulation Python's start alone takes 10 to 45 s.
. "${0%/*}/ready.sh"
ready_vm

started()
{
	inside 'docker inspect -f "{{.Id}} {{.State.StartedAt}}" flower-superlink; pgrep -f "[f]lower-superexec"'
	printf '%s' "$out"
}

# The order matters: a SuperLink that serves before the old one has ended proves nothing.
serves_anew()
{
	[ "$(started)" != "$before" ] && serves
}

# heals NAME SCRIPT
heals()
{
	case_begins
	before=$(started)
	inside "$2"
	ok "$1: it serves again" within_limit serves_anew
	case_ends "$1, $took s"
}

server='pgrep -f "python3 [^ ]*flower-superlink" | head -n 1'
heals 'kill -9 of the SuperLink' "kill -KILL \$($server)"
heals 'trap 18: kill -9 of SuperExec, which nothing but the health timer sees' 'pkill -KILL -f flower-superexec'
heals 'out of memory' 'g=/sys/fs/cgroup$(sed s/0::// /proc/$('"$server"')/cgroup); echo 60M >"$g/memory.max"; echo 0 >"$g/memory.swap.max"'
heals 'docker stop' 'docker stop flower-superlink'
heals 'kill -9 of dockerd' 'systemctl kill -s KILL docker.service'

case_begins
inside 'systemctl stop flower-superlink.service; sleep 25; docker inspect -f "{{.State.Running}}" flower-superlink; systemctl is-active flower-superlink.service'
is "$(echo $out)" 'false inactive' 'systemctl stop stays stopped, whatever the health timer thinks'
inside 'systemctl start flower-superlink.service'
ok 'and systemctl start starts it' within_limit serves
case_ends 'systemctl stop'
done_testing
