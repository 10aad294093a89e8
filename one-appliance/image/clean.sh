#!/bin/sh
# Removes from ROOT what only the build needs: clean.sh ROOT. build.sh calls it.
set -eu
root=$1

rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/resolv.conf" "$root/var/lib/dbus/machine-id" "$root/etc/hosts.bak"
# systemd fills an empty machine-id at the first boot. If the file were missing, systemd would apply its presets then.
: >"$root/etc/machine-id"
echo localhost >"$root/etc/hostname"
chmod 644 "$root/etc/hostname"
printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' >"$root/etc/hosts"
rm -rf "$root"/var/lib/docker/network "$root"/var/lib/docker/engine-id "$root"/var/lib/docker/runtimes \
	"$root"/var/lib/docker/tmp "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb \
	"$root"/var/cache/debconf/*-old "$root"/root/.docker "$root"/tmp/* "$root"/var/tmp/*
find "$root/var/log" -type f -delete
# root has no password: the context brings SSH keys.
chroot "$root" passwd -q -l root
