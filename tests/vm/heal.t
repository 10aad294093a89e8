#!/bin/sh
# Each way to end a SuperLink on a booted VM: it serves again, the unit says so, and a stopped SuperLink stays stopped.
# tests/docker/systemd.t tests the same at native speed; under emulation Python's start alone takes 10 to 45 s.
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
heals 'exit 0' "kill -TERM \$($server)"
# Python cannot import flwr, so the SuperLink ends with 1 until there is a new container.
case_begins
before=$(started)
inside 'p=$('"$server"'); for f in /proc/$p/root/python/venv/lib/python3*/site-packages/flwr/__init__.py; do echo "raise SystemExit(1)" >$f; done; kill -KILL $p'
ok 'exit 1: it ends again and again' within_limit holds 'test "$(journalctl -b -o cat -u flower-superlink.service | grep -c "Main process exited.*status=1/")" -ge 2'
inside 'docker rm -f flower-superlink'
ok 'and a new container serves' within_limit serves_anew
case_ends "exit 1, $took s"
inside 'journalctl -b -o cat -u flower-superlink.service | grep "Main process exited" | sort | uniq -c'
note "$(printf '%s\n' "$out" | sed '2,$s/^/# /')"
heals 'trap 18: kill -9 of SuperExec, which nothing but the health timer sees' 'pkill -KILL -f flower-superexec'
heals 'out of memory' 'g=/sys/fs/cgroup$(sed s/0::// /proc/$('"$server"')/cgroup); echo 60M >"$g/memory.max"; echo 0 >"$g/memory.swap.max"'
heals 'docker stop' 'docker stop flower-superlink'
heals 'docker kill' 'docker kill flower-superlink'
heals 'docker restart' 'docker restart flower-superlink'
heals 'docker rm -f' 'docker rm -f flower-superlink'
heals 'docker.service restarted' 'systemctl restart docker.service'
heals 'kill -9 of dockerd' 'systemctl kill -s KILL docker.service'
case_begins
inside 'systemctl kill --kill-whom=main -s KILL containerd.service; sleep 5'
ok 'kill -9 of containerd: it goes on serving' within_limit serves
case_ends 'kill -9 of containerd'
heals 'kill -9 of containerd with its shims, which nothing but the health timer sees' 'systemctl kill -s KILL containerd.service'

case_begins
inside 'systemctl stop flower-superlink.service; sleep 25; docker inspect -f "{{.State.Running}}" flower-superlink; systemctl is-active flower-superlink.service'
is "$(echo $out)" 'false inactive' 'systemctl stop stays stopped, whatever the health timer thinks'
inside 'systemctl start flower-superlink.service'
ok 'and systemctl start starts it' within_limit serves
case_ends 'systemctl stop'
done_testing
