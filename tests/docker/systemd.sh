#!/bin/sh
# Debian 13 with systemd as PID 1 and a Docker Engine, in namespaces of its own: a booted system at native speed,
# like a VM's user space. It stays in the caller's network namespace.
#
#   systemd.sh start DIR        prints the process id of its PID 1, as this machine counts, when it is booted
#   systemd.sh run DIR COMMAND  runs a command in it
#   systemd.sh stop DIR
#
# DIR/root is its root folder; it may be filled between `systemd.sh prepare DIR` and start. The packages are
# kept in ${XDG_CACHE_HOME:-/var/cache}/flower-appliance. Needs root, mmdebstrap, util-linux.

set -u
LC_ALL=C
export LC_ALL
umask 022
CACHE=${CACHE:-${XDG_CACHE_HOME:-/var/cache}/flower-appliance}
packages=systemd,systemd-sysv,dbus,docker.io,docker-cli,iptables,iproute2,procps,libcurl4t64,libcjson1

die()
{
	printf 'systemd: %s\n' "$*" >&2
	exit 1
}

prepare()
{
	base=$CACHE/systemd-trixie.tar
	mkdir -p "$CACHE" "$dir/root" || exit
	# Another test may be making it.
	exec 9>"$base.lock" && flock 9 || exit
	if [ ! -s "$base" ]; then
		# mmdebstrap hands apt the line `cat >&FD`, and dash knows descriptors up to 9 only.
		mmdebstrap --quiet --format=tar --variant=minbase --include="$packages" trixie "$base.new" \
			${MIRROR:+"$MIRROR"} 2>"$CACHE/mmdebstrap.log" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || {
			cat "$CACHE/mmdebstrap.log" >&2
			die 'mmdebstrap cannot make Debian trixie with systemd'
		}
		mv "$base.new" "$base"
	fi
	tar -C "$dir/root" --numeric-owner --xattrs --xattrs-include='*' -xf "$base" || die "$dir/root: cannot be made"
	ln -sf /lib/systemd/system/multi-user.target "$dir/root/etc/systemd/system/default.target"
	rm -f "$dir/root/etc/resolv.conf"
	: >"$dir/root/etc/machine-id"
}

# drop_groups PATTERN: in a mount namespace with the control groups on $dir/group; one in use stays.
drop_groups()
{
	find "$dir/group" -mindepth 1 -maxdepth 1 -name "$1" | while read -r group; do
		grep -q '^populated 0' "$group/cgroup.events" && find "$group" -depth -type d -exec rmdir {} +
	done
	:
}

# In the mount namespace: makes a control group, which PID 1 sees as the root. It must be a new one: a killed run may
# have left a group with controllers enabled for its children, and such a group takes no process (cgroups(7), "no
# internal processes").
enter_group()
{
	mkdir -p "$dir/group" && mount -t cgroup2 cgroup2 "$dir/group" || die 'no control groups'
	drop_groups 'fl-systemd-*'
	group=$(mktemp -d "$dir/group/fl-systemd-XXXXXX") && echo 0 >"$group/cgroup.procs" || die "$group: cannot be entered"
	exec unshare --cgroup "$self" boot "$dir"
}

boot()
{
	root=$dir/root
	mount --bind "$root" "$root" && mount -t proc proc "$root/proc" && mount -t sysfs sysfs "$root/sys" &&
		mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup" && mount -t tmpfs -o mode=755 tmpfs "$root/run" &&
		mount -t tmpfs -o mode=755 tmpfs "$root/dev" && mkdir "$root/dev/pts" "$root/dev/shm" &&
		mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts" &&
		mount -t tmpfs tmpfs "$root/dev/shm" && ln -s pts/ptmx "$root/dev/ptmx" || die 'mounting failed'
	for node in null:3 zero:5 full:7 random:8 urandom:9; do
		mknod -m 666 "$root/dev/${node%:*}" c 1 "${node#*:}" || die 'mknod failed'
	done
	mknod -m 666 "$root/dev/tty" c 5 0
	umount "$dir/group"
	cd "$root" && pivot_root . mnt && umount -l /mnt || die 'pivot_root failed'
	exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=journal
}

start()
{
	setsid unshare --mount --propagation private --pid --fork --kill-child --uts --ipc "$self" group "$dir" \
		</dev/null >"$dir/boot.log" 2>&1 &
	echo $! >"$dir/unshare.pid"
	tenths=900
	until state=$(inside systemctl is-system-running 2>/dev/null) || [ "$state" = degraded ]; do
		tenths=$((tenths - 1))
		[ "$tenths" -gt 0 ] && kill -0 "$(cat "$dir/unshare.pid")" 2>/dev/null || {
			inside systemctl list-jobs >&2
			cat "$dir/boot.log" >&2
			die 'systemd did not boot'
		}
		sleep 0.1
	done
	init_pid
}

init_pid()
{
	unshare=$(cat "$dir/unshare.pid" 2>/dev/null) && cat "/proc/$unshare/task/$unshare/children" 2>/dev/null |
		tr -d ' '
}

inside()
{
	init=$(init_pid)
	[ -n "$init" ] || return 1
	nsenter --target "$init" --mount --pid --uts --ipc --cgroup env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# In a mount namespace: the group of a PID 1 that has ended.
leave()
{
	mount -t cgroup2 cgroup2 "$dir/group" && drop_groups 'fl-systemd-*'
}

stop()
{
	[ -s "$dir/unshare.pid" ] || return 0
	# unshare ignores SIGTERM. If it dies, PID 1 dies too, and everything in its namespaces.
	kill -KILL "$(cat "$dir/unshare.pid")" 2>/dev/null
	tenths=100
	while [ -e "/proc/$(cat "$dir/unshare.pid")" ] && [ "$tenths" -gt 0 ]; do
		tenths=$((tenths - 1))
		sleep 0.1
	done
	rm -f "$dir/unshare.pid"
	mkdir -p "$dir/group"
	unshare --mount "$self" leave "$dir" 2>/dev/null
	:
}

self=$(readlink -f -- "$0")
command=${1:-} dir=${2:-}
[ -n "$dir" ] || {
	echo 'usage: systemd.sh prepare|start|stop DIR | systemd.sh run DIR COMMAND...' >&2
	exit 64
}
shift 2
case $command in
prepare | start | stop | boot | leave) "$command" ;;
pid) init_pid ;;
group) enter_group ;;
run) inside "$@" ;;
*) exit 64 ;;
esac
