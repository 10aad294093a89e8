#!/bin/sh
# Runs command lines of README.md as a newcomer does: in a new, minimal root file system of Debian
# (mmdebstrap's minbase: apt and nothing else), as root, in a clone of what is committed here.
#
#   fresh.sh [--pivot] SUITE COMMAND...     SUITE: bookworm, trixie
#
# Each COMMAND is one line for sh in the clone's folder. They run one after the other until one fails; the
# exit status is that of the last one run. The root is a plain chroot with /proc, /sys and /dev mounted; with
# --pivot it is the root of its mount namespace, as in a container. Everything runs in a PID namespace of its own,
# so that no process can be left. It is a failure if a network link is left; fresh.sh names it.
#
# The new root gets this machine's settings for package registries: resolv.conf and hosts, apt's settings for
# fetching, own certificates, pip's configuration, the environment variables of pip, TLS and proxies.
#
# Variables: CACHE=DIR  bootstrapped roots are kept there [${XDG_CACHE_HOME:-/var/cache}/flower-appliance]
#            MIRROR=URL Debian mirror [mmdebstrap's own]
#            WORKDIR=DIR the root is made there, 5 GB [/var/tmp]
#            SHARE=DIR  a folder of this machine that is seen inside under the same name, e.g. a cache
#
# Needs root, git, mmdebstrap, util-linux.

set -u
LC_ALL=C
export LC_ALL
umask 022

say()
{
	printf 'fresh: %s\n' "$*" >&2
}

die()
{
	say "$*"
	exit 71
}

#
# In the namespaces
#

# Variables that say how to reach a registry, as words for env(1), one a line. If a value is a file of this
# machine, the file is copied.
settings()
{
	env | grep -i -e '^PIP_' -e '^[a-z]*_proxy=' -e '^SSL_CERT_FILE=' -e '^REQUESTS_CA_BUNDLE=' \
		-e '^CURL_CA_BUNDLE=' | while IFS='=' read -r name value; do
		case $value in
		/*)
			# A folder of this machine, such as pip's find-links, does not exist there.
			[ -f "$value" ] || continue
			mkdir -p "$root/etc/host" && cp -L "$value" "$root/etc/host/$name" || continue
			value=/etc/host/$name
			;;
		esac
		printf '%s=%s\n' "$name" "$value"
	done
}

inside()
{
	pivot=$1 root=$2
	shift 2
	if [ "$pivot" = yes ]; then
		mount --bind "$root" "$root" || die "$root: cannot be mounted"
	fi
	mount -t proc proc "$root/proc" && mount -t sysfs sysfs "$root/sys" && mount --rbind /dev "$root/dev" &&
		mount -t tmpfs -o mode=755 tmpfs "$root/run" || die "$root: proc, sys, dev or run cannot be mounted"
	if [ -n "${SHARE:-}" ]; then
		mkdir -p "$SHARE" "$root$SHARE" && mount --bind "$SHARE" "$root$SHARE" || die "$SHARE: cannot be mounted"
	fi
	settings >"$root.env"
	exec 3<"$root.env"
	set -- chroot . env -i HOME=/root TERM=dumb LANG=C.UTF-8 \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		sh -c 'while IFS= read -r line; do export "$line"; done <&3; exec 3<&-
cd /root/flower-superlink-appliance || exit 71
for line; do
	printf "fresh: # %s\n" "$line" >&2
	sh -c "$line" </dev/null || exit
done' sh "$@"
	cd "$root" || exit 71
	if [ "$pivot" = yes ]; then
		pivot_root . mnt && umount -l /mnt || die 'pivot_root failed'
	fi
	"$@"
}

#
# Outside
#

make_root()
{
	base=$CACHE/fresh-$suite.tar
	if [ ! -s "$base" ]; then
		say "bootstrapping $suite"
		# mmdebstrap hands apt the line `cat >&FD`, and dash knows descriptors up to 9 only.
		mmdebstrap --quiet --format=tar --variant=minbase "$suite" "$base.$$" ${MIRROR:+"$MIRROR"} \
			3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || {
			rm -f "$base.$$"
			die "mmdebstrap cannot make $suite"
		}
		mv "$base.$$" "$base"
	fi
	mkdir -p "$root" && tar -C "$root" --numeric-owner --xattrs --xattrs-include='*' -xf "$base" ||
		die "$root: cannot be made"
	rm -f "$root/etc/resolv.conf" "$root/etc/hosts"
	cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
	for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/* /etc/apt/auth.conf /etc/apt/auth.conf.d/*; do
		! grep -qs -e 'Acquire::\(Check\|http\|ftp\|cdrom\|Retries\|Allow\|ForceIPv\)' -e '^machine' "$file" ||
			cp "$file" "$root/$file"
	done
	mkdir -p "$root/usr/local/share/ca-certificates"
	cp -L /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null
	for file in /etc/pip.conf "${HOME:-/root}/.config/pip/pip.conf" "${HOME:-/root}/.pip/pip.conf"; do
		[ ! -f "$file" ] || cp -L "$file" "$root/etc/pip.conf"
	done
	git clone -q --no-hardlinks "$source" "$root/root/flower-superlink-appliance" || die "$source: cannot be cloned"
	# git refuses a folder of another owner; in the new root everything belongs to root.
	chown -R 0:0 "$root/root/flower-superlink-appliance"
}

interfaces()
{
	ip -o link 2>/dev/null | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | grep -v '^veth' | sort
	iptables-save 2>/dev/null | grep -e '^-A' | sort
}

remove_root()
{
	# If unshare dies, the first process of the PID namespace dies too, and then everything in it.
	# unshare itself ignores SIGTERM.
	[ -z "$child" ] || { kill -KILL "$child" && wait "$child"; } 2>/dev/null
	# All mounts were in the namespace that is gone; if one is left, it is not entered.
	rm -rf --one-file-system "$top"
}

if [ "${1:-}" = --inside ]; then
	shift
	inside "$@"
	exit
fi

pivot=no
if [ "${1:-}" = --pivot ]; then
	pivot=yes
	shift
fi
[ $# -ge 2 ] || {
	echo 'usage: fresh.sh [--pivot] SUITE COMMAND...' >&2
	exit 64
}
[ "$(id -u)" = 0 ] || die 'must be root'
suite=$1
shift
self=$(readlink -f -- "$0")
source=$(dirname -- "$self")/../..
CACHE=${CACHE:-${XDG_CACHE_HOME:-/var/cache}/flower-appliance}
mkdir -p "$CACHE" || exit 71
top=$(mktemp -d "${WORKDIR:-/var/tmp}/fresh.XXXXXX") || exit 71
root=$top/root
child=
trap remove_root EXIT
trap 'exit 130' HUP INT PIPE TERM
make_root
before=$(interfaces)
started=$(date +%s)
unshare --mount --pid --fork --kill-child --propagation private "$self" --inside "$pivot" "$root" "$@" &
child=$!
wait "$child"
status=$?
child=
say "exit status $status after $(($(date +%s) - started)) s"
after=$(interfaces)
if [ "$before" != "$after" ]; then
	say 'left behind on the network:'
	printf '%s\n' "$before" >"$top/before"
	printf '%s\n' "$after" | diff "$top/before" - >&2
	[ "$status" != 0 ] || status=71
fi
exit "$status"
