#!/bin/sh
# Puts the Flower image into the store of ROOT's own Docker Engine and runs `service install` there: flower.sh ROOT.
# build.sh calls it, in its namespaces. The Engine starts no container, so it needs neither a bridge nor iptables. But it
# needs a mount namespace with ROOT as its root, because it cannot unpack an image in a plain chroot.
set -eu
root=$1
# default VARIABLE: prints the default that the suite has for it.
default()
{
	chroot "$root" /usr/bin/fl-configure --print=user-inputs | sed -n "s/^  $1 = \".*|\(.*\)\".*/\1/p"
}
VERSION=$(default FLOWER_VERSION)
reference=$(default FLOWER_IMAGE):$VERSION
unshare=

die()
{
	printf 'image: %s\n' "$*" >&2
	exit 69
}

stop_engine()
{
	if [ -n "$unshare" ]; then
		kill -TERM "$(cat "$root/run/docker.pid" 2>/dev/null)" 2>/dev/null || :
		wait "$unshare" 2>/dev/null || :
		unshare=
	fi
	umount -R "$root" 2>/dev/null || :
}
trap stop_engine EXIT

mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
# The Engine needs control groups, although it starts nothing.
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null:3 zero:5 full:7 random:8 urandom:9; do
	mknod -m 666 "$root/dev/${node%:*}" c 1 "${node#*:}"
done
: >"$root/etc/resolv.conf"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"

# shellcheck disable=SC2016 # $1 is the inner shell's
unshare --mount --propagation private sh -c '
	cd "$1" && pivot_root . mnt && umount -l /mnt &&
		exec /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/sbin/dockerd --bridge=none --iptables=false \
			--ip6tables=false --storage-driver=overlay2' sh "$root" >"$root/run/dockerd.log" 2>&1 </dev/null &
unshare=$!
DOCKER_HOST=unix://$root/run/docker.sock
export DOCKER_HOST
tenths=600
until version=$(docker version -f '{{.Server.Version}}' 2>/dev/null); do
	tenths=$((tenths - 1))
	if ! kill -0 "$unshare" 2>/dev/null || [ "$tenths" -le 0 ]; then
		tail -n 20 "$root/run/dockerd.log" >&2
		die "the image's Docker Engine does not start (its log is above)"
	fi
	sleep 0.1
done
[ "${version%%.*}" -ge 24 ] || die "Docker Engine $version: the appliance needs 24"

if [ -n "${FLOWER_TAR-}" ]; then
	docker load -q -i "$FLOWER_TAR" >/dev/null
	docker image inspect "$reference" >/dev/null 2>&1 || die "FLOWER_TAR=$FLOWER_TAR: has no $reference"
elif ! docker pull -q "$reference" >/dev/null 2>&1; then
	"$SRCDIR/tests/docker/build-image.sh" "$VERSION" "$reference"
fi

env -u DOCKER_HOST chroot "$root" /etc/one-appliance/service install 2>"$root/run/install.log" || {
	cat "$root/run/install.log" >&2
	die 'service install failed'
}
