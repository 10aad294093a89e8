#!/bin/sh
# A private Docker Engine for a test or a demo: it shares nothing with an Engine that may run on the machine, and
# leaves nothing behind.
#
#   engine.sh start DIR [dockerd option]...   prints the path of its socket when it answers
#   engine.sh stop DIR                        stops it and its containers, undoes what it did to the network
#
# DIR gets the socket, the log and all state. DATA=FOLDER keeps the images elsewhere, so that they survive; only
# one Engine at a time can use it. Root only. It works without an init system, in a plain chroot, and without
# /proc, /sys or the control groups: it mounts what is missing in a namespace of its own.
#
# Needs dockerd, docker, iproute2, iptables, python3, util-linux (Debian: docker.io, docker-cli from 13 on).

set -u
LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/sbin:/sbin:/usr/bin:/bin
unset DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG

die()
{
	printf 'engine: %s\n' "$*" >&2
	exit 1
}

is_mounted()
{
	grep -q "^[^ ]* [^ ]* [^ ]* [^ ]* $1 " /proc/self/mountinfo 2>/dev/null
}

#
# Runs in the Engine's mount namespace, and becomes dockerd
#

mount_control_groups()
{
	! grep -q ' - cgroup2\{0,1\} ' /proc/self/mountinfo || return 0
	# Hierarchies exist in the kernel even if nobody has mounted them here. A controller belongs to one hierarchy
	# only, so they are mounted as they are: "4:cpu,cpuacct:/path", "0::/path" for v2.
	if grep -q '^[1-9]' /proc/self/cgroup; then
		mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup || return
		while IFS=: read -r id list rest; do
			case $id:$list in
			0:*) continue ;;
			*:name=*) options=none,$list ;;
			*) options=$list ;;
			esac
			mkdir "/sys/fs/cgroup/${list#name=}" &&
				mount -t cgroup -o "$options" cgroup "/sys/fs/cgroup/${list#name=}" || return
		done </proc/self/cgroup
	else
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
	fi
}

# An Engine always reads and writes below these, with any options: keys, shims' sockets, plugins.
hide_folders()
{
	for folder in /etc/docker /run/containerd /run/docker /opt/containerd; do
		[ ! -d "$folder" ] || mount -t tmpfs -o mode=755 tmpfs "$folder" || return
	done
}

# In a plain chroot the root folder is no mount point, and neither dockerd nor runc can work there ("remount /,
# flags: 0x84000: invalid argument"; docker exec would enter the outer root). So the chroot becomes the root of its
# mount namespace: setns(2) to the current namespace leads to the outer root, and pivot_root(2) does the rest.
enter_root()
{
	exec python3 - "$@" <<'END'
import ctypes, os, sys
MS_BIND, MS_REC, MS_SLAVE, MNT_DETACH, CLONE_NEWNS = 0x1000, 0x4000, 0x80000, 2, 0x20000
libc = ctypes.CDLL(None, use_errno=True)

def call(name, *args):
    if getattr(libc, name)(*args) != 0:
        errno = ctypes.get_errno()
        sys.exit("engine: %s: %s" % (name, os.strerror(errno)))

number = {"x86_64": 155, "aarch64": 41}.get(os.uname().machine)
if number is None:
    sys.exit("engine: cannot run in a chroot on this processor")
root = os.open("/", os.O_PATH | os.O_DIRECTORY)
namespace = os.open("/proc/self/ns/mnt", os.O_RDONLY)
call("setns", namespace, CLONE_NEWNS)
call("mount", b"none", b"/", None, ctypes.c_ulong(MS_REC | MS_SLAVE), None)
os.fchdir(root)
path = os.getcwd()
call("mount", b".", b".", None, ctypes.c_ulong(MS_BIND | MS_REC), None)
os.chdir(path)
call("syscall", ctypes.c_long(number), b".", b".")
call("umount2", b".", MNT_DETACH)
os.chdir("/")
os.execv(sys.argv[1], sys.argv[1:])
END
}

run_engine()
{
	dir=$1
	shift
	[ -e /proc/self/mountinfo ] || mount -t proc proc /proc || die '/proc: cannot be mounted'
	if is_mounted /; then
		mount --make-rslave / || die 'the root folder cannot be made a slave mount'
	elif [ -z "${ENGINE_ROOTED:-}" ]; then
		ENGINE_ROOTED=1
		export ENGINE_ROOTED
		enter_root "$self" run "$dir" "$@"
	fi
	[ -e /sys/kernel ] || mount -t sysfs sysfs /sys || die '/sys: cannot be mounted'
	[ -d /dev/shm ] || mkdir -p /dev/shm
	mount_control_groups || die 'the control groups cannot be mounted'
	hide_folders || die 'an empty folder cannot be mounted'
	unset ENGINE_ROOTED
	cd / && exec dockerd "$@"
}

#
# Network: a bridge with a name and a subnet that nobody else has
#

# The other Engine's chains. Two Engines cannot share them: each removes the other's when it starts.
has_docker_chains()
{
	iptables -w -t filter -S DOCKER >/dev/null 2>&1 || iptables -w -t nat -S DOCKER >/dev/null 2>&1
}

make_bridge()
{
	bridge=br-fl$$
	ip link add "$bridge" type bridge 2>/dev/null ||
		die 'cannot make a bridge interface: the kernel or this container does not allow it'
	echo "$bridge" >"$dir/bridge"
	for net in 172.29.0 172.29.64 172.28.0 172.28.64 192.168.231 192.168.232 10.231.7 10.232.7; do
		! ip -4 -o addr show | grep -qF " $net." || continue
		! ip -4 route show | grep -qF "$net." || continue
		ip addr add "$net.1/24" dev "$bridge" && ip link set "$bridge" up && return
	done
	die 'no free subnet for the bridge'
}

# Sets iptables to the options that dockerd needs here.
choose_iptables()
{
	iptables=true
	[ -z "${OWN_IPTABLES:-}" ] || return 0
	if ! iptables -w -t nat -S >/dev/null 2>&1; then
		# Kernels without nf_tables still have the old interface, and the other way round.
		if iptables-legacy -w -t nat -S >/dev/null 2>&1; then
			mkdir -p "$dir/bin" && ln -sf "$(command -v iptables-legacy)" "$dir/bin/iptables" &&
				ln -sf "$(command -v ip6tables-legacy)" "$dir/bin/ip6tables" || die "$dir/bin: cannot be made"
			PATH=$dir/bin:$PATH
		else
			iptables=false
		fi
	fi
	! has_docker_chains || iptables=false
	[ "$iptables" = true ] || case " $* " in
	*' --userland-proxy=false '*) die 'without the userland proxy iptables are needed, which another Engine uses' \
		'or the kernel lacks; what next: unshare --net' ;;
	esac
}

save_network()
{
	[ "$iptables" = true ] || return 0
	iptables-save >"$dir/iptables" 2>/dev/null
	for file in ip_forward conf/all/route_localnet; do
		echo "$file $(cat "/proc/sys/net/ipv4/$file" 2>/dev/null)"
	done >"$dir/sysctl"
}

# If the Engine was started in another network namespace than this one, its rules vanish with that namespace, and
# the rules here belong to somebody else.
is_our_network()
{
	[ "$(readlink /proc/self/ns/net)" = "$(cat "$dir/network" 2>/dev/null)" ]
}

# Removes every rule that names a chain of Docker's or the bridge, then the chains, then dockerd's settings.
restore_network()
{
	if [ -e "$dir/iptables" ]; then
		[ ! -d "$dir/bin" ] || PATH=$dir/bin:$PATH
		for table in raw filter nat; do
			iptables -w -t "$table" -S 2>/dev/null | grep '^-A' | grep -e DOCKER -e " $bridge\( \|\$\)" |
				sed "s/^-A/iptables -w -t $table -D/" | sh 2>/dev/null
			iptables -w -t "$table" -S 2>/dev/null | sed -n "s/^-N \(DOCKER.*\)/iptables -w -t $table -X \1/p" | sh
		done
		policy=$(sed -n '/^\*filter/,/^COMMIT/s/^:FORWARD \([A-Z]*\).*/\1/p' "$dir/iptables")
		# If there was no filter table before, the policy was ACCEPT.
		iptables -w -P FORWARD "${policy:-ACCEPT}"
		while read -r file value; do
			[ -z "$value" ] || echo "$value" >"/proc/sys/net/ipv4/$file"
		done <"$dir/sysctl"
		rm -rf "${dir:?}/iptables" "$dir/sysctl" "${dir:?}/bin"
	fi
	if [ -n "$bridge" ]; then
		ip link del "$bridge" 2>/dev/null
		rm -f "$dir/bridge"
	fi
}

#
# Processes
#

# Prints the processes of the Engine: those in its mount namespace (dockerd, containerd, shims), and after
# them, when asked for all, the children of these, which are the containers' first processes.
engine_processes()
{
	[ -s "$dir/namespace" ] || return 0
	namespace=$(cat "$dir/namespace")
	for proc in /proc/[0-9]*; do
		[ "$(readlink "$proc/ns/mnt" 2>/dev/null)" != "$namespace" ] || echo "${proc#/proc/}"
	done
}

children()
{
	for proc in /proc/[0-9]*; do
		parent=$(sed 's/.*) . \([0-9]*\) .*/\1/' "$proc/stat" 2>/dev/null) || continue
		case " $* " in
		*" $parent "*) echo "${proc#/proc/}" ;;
		esac
	done
}

# Waits at most $1 tenths of a second until no process of the Engine is left.
wait_gone()
{
	tenths=$1
	while [ -n "$(engine_processes)" ]; do
		tenths=$((tenths - 1))
		[ "$tenths" -gt 0 ] || return 1
		sleep 0.1
	done
}

reap()
{
	left=$(engine_processes | tr '\n' ' ')
	[ -n "$left" ] || return 0
	# A dockerd that was killed leaves containerd, shims and containers. The containers end first, because they
	# would be orphans without their shims.
	# shellcheck disable=SC2046,SC2086 # lists of numbers
	kill -KILL $(children $left) $left 2>/dev/null
	wait_gone 100
}

forget_folders()
{
	[ -e "$dir/folders" ] || return 0
	while read -r folder; do
		rmdir "$folder" 2>/dev/null
	done <"$dir/folders"
	rm -f "$dir/folders"
}

start()
{
	[ "$(id -u)" = 0 ] || die 'must be root'
	for command in dockerd docker ip iptables python3 unshare flock; do
		command -v "$command" >/dev/null || die "$command is missing; what next: ./configure --install-deps"
	done
	# The longest socket is DIR/exec/containerd/containerd.sock.ttrpc, and a socket's path has 107 bytes.
	[ ${#dir} -le 65 ] || die "$dir: the path is too long for the sockets in it (at most 65 bytes)"
	data=${DATA:-$dir/data}
	stop_all
	mkdir -p "$dir" "$data" || die "$dir: cannot be made"
	exec 9>"$data/.lock" || die "$data/.lock: cannot be written"
	flock -n 9 || die "$data: another Engine uses this folder"

	: >"$dir/folders"
	for folder in /etc/docker /run/containerd /run/docker /opt/containerd; do
		[ -d "$folder" ] || { mkdir -p "$folder" && echo "$folder" >>"$dir/folders"; }
	done
	trap 'stop_all' EXIT
	trap 'exit 130' HUP INT PIPE TERM
	bridge=''
	readlink /proc/self/ns/net >"$dir/network"
	choose_iptables "$@"
	save_network
	make_bridge
	echo '{}' >"$dir/daemon.json"
	rm -f "$dir/docker.sock" "$dir/docker.pid"
	setsid unshare --mount --propagation unchanged "$self" run "$dir" --config-file "$dir/daemon.json" \
		--data-root "$data" --exec-root "$dir/exec" --pidfile "$dir/docker.pid" -H "unix://$dir/docker.sock" \
		--bridge "$bridge" --iptables="$iptables" "$@" </dev/null >>"$dir/docker.log" 2>&1 &
	engine=$!

	tenths=600
	until [ -S "$dir/docker.sock" ] && docker -H "unix://$dir/docker.sock" version >/dev/null 2>&1; do
		tenths=$((tenths - 1))
		namespace=$(readlink "/proc/$engine/ns/mnt" 2>/dev/null)
		[ "$namespace" = "$(readlink /proc/self/ns/mnt)" ] || echo "$namespace" >"$dir/namespace"
		[ "$tenths" -gt 0 ] && kill -0 "$engine" 2>/dev/null || {
			tail -n 15 "$dir/docker.log" >&2
			die "dockerd did not start (the end of $dir/docker.log is above)"
		}
		sleep 0.1
	done
	readlink "/proc/$engine/ns/mnt" >"$dir/namespace"
	trap - EXIT HUP INT PIPE TERM
	echo "$dir/docker.sock"
}

stop_all()
{
	bridge=$(cat "$dir/bridge" 2>/dev/null)
	pid=$(cat "$dir/docker.pid" 2>/dev/null)
	# The number may belong to another process by now.
	if [ -n "$pid" ] && engine_processes | grep -x "$pid" >/dev/null; then
		kill -TERM "$pid"
		# dockerd gives its containers their stop time-outs and takes its containerd with it.
		wait_gone 400
	fi
	reap
	! is_our_network || restore_network
	forget_folders
	rm -f "$dir/docker.pid" "$dir/docker.sock" "$dir/namespace" "$dir/daemon.json" \
		"$dir/network" "$dir/bridge" "$dir/iptables" "$dir/sysctl"
	rm -rf "$dir/exec"
}

self=$(readlink -f -- "$0")
case ${1:-}:${2:-} in
start:?* | stop:?* | run:?*) ;;
*)
	echo 'usage: engine.sh start DIR [dockerd option]... | engine.sh stop DIR' >&2
	exit 64
	;;
esac
command=$1
case $2 in
/*) dir=$2 ;;
*) dir=$(pwd)/$2 ;;
esac
shift 2
case $command in
start) start "$@" ;;
stop) stop_all ;;
run) run_engine "$dir" "$@" ;;
esac
