#!/bin/sh
# Takes from ROOT what belongs to the build and to no VM: clean.sh ROOT. Called by build.sh.
set -eu
root=$1

rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/resolv.conf" "$root/var/lib/dbus/machine-id" "$root/etc/hosts.bak"
# An empty one is filled at the first boot; a missing one would make that boot a "first boot" with presets.
: >"$root/etc/machine-id"
echo localhost >"$root/etc/hostname"
chmod 644 "$root/etc/hostname"
printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' >"$root/etc/hosts"
rm -rf "$root"/var/lib/docker/network "$root"/var/lib/docker/engine-id "$root"/var/lib/docker/runtimes \
	"$root"/var/lib/docker/tmp "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb \
	"$root"/var/cache/debconf/*-old "$root"/root/.docker "$root"/tmp/* "$root"/var/tmp/*
find "$root/var/log" -type f -delete
# No password at all: keys come from the context.
chroot "$root" passwd -q -l root
