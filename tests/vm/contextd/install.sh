#!/bin/sh
# Installs the stand-in for OpenNebula's contextualization packages in ROOT: install.sh ROOT.
#
# It does the same as one-apps' packages (context-linux and appliances/scripts, read at commit ae5a43e): units, lock, order
# of the scripts, their environment, one_env's quoting, output held back until a script ends, a new run after a changed CD,
# a NIC that comes or goes, or a disk's new size. It has no passwords, swap, partitions (systemd-repart grows the root), IPv6,
# other hypervisors' context, or other ways to configure a network than ip. The image's own net-90 and net-99 replace the
# package's.
set -eu
root=$1
here=$(dirname "$(readlink -f -- "$0")")
mkdir -p "$root/usr/sbin" "$root/etc/one-context.d" "$root/usr/lib/systemd/system" "$root/usr/lib/udev/rules.d"
cp "$here/one-contextd" "$here/one-context-run" "$root/usr/sbin/"
cp "$here"/loc-* "$here"/net-* "$here"/../../../one-appliance/image/one-context/net-* "$root/etc/one-context.d/"
chmod 755 "$root/usr/sbin/one-contextd" "$root/usr/sbin/one-context-run" "$root"/etc/one-context.d/*
cp "$here/65-context.rules" "$root/usr/lib/udev/rules.d/"

# unit NAME DESCRIPTION UNIT-LINES SERVICE-LINES
unit()
{
	printf '[Unit]\nDescription=%s\n%b\n[Service]\n%b' "$2" "$3" "$4" >"$root/usr/lib/systemd/system/$1.service"
}

once='Type=oneshot\nRemainAfterExit=yes\n'
unit one-context-local 'OpenNebula pre-networking contextualization (stand-in)' \
	'DefaultDependencies=no\nWants=dev-sr0.device network-pre.target local-fs.target\nBefore=network-pre.target\nAfter=local-fs.target dev-sr0.device\nConditionPathExists=!/run/one-context/context.sh.local\n' \
	"${once}ExecStart=/usr/sbin/one-contextd local\n"
unit one-context-online 'OpenNebula early-networking contextualization (stand-in)' \
	'Requires=one-context-local.service\nAfter=one-context-local.service systemd-networkd.service\nWants=network.target\nBefore=network.target\nConditionPathExists=!/run/one-context/context.sh.online\n' \
	"${once}ExecStart=/usr/sbin/one-contextd online\n"
unit one-context 'OpenNebula contextualization (stand-in)' \
	'Requires=one-context-local.service one-context-online.service\nAfter=multi-user.target one-context-local.service one-context-online.service\nWants=network-online.target\nAfter=network-online.target\nConditionPathExists=!/run/one-context/context.sh.network\n' \
	"${once}ExecStart=/usr/sbin/one-contextd network\n"
again='After=one-context.service\nRequisite=one-context.service\nConditionPathExists=/run/one-context/context.sh.network\nStartLimitIntervalSec=0\n'
unit one-context-reconfigure 'OpenNebula reconfiguration (stand-in)' \
	"${again}Conflicts=one-context-reconfigure-delayed.service\n" \
	'Type=oneshot\nEnvironment=TIMEOUT=0\nExecStart=/usr/sbin/one-context-run\n'
unit one-context-reconfigure-delayed 'OpenNebula delayed reconfiguration (stand-in)' "$again" \
	'Type=forking\nExecStart=/usr/sbin/one-context-run\n'
unit one-context-force 'OpenNebula forced reconfiguration (stand-in)' "$again" \
	'Type=oneshot\nEnvironment=TIMEOUT=0\nExecStart=/usr/sbin/one-context-run force\n'
for unit in one-context-local one-context-online one-context; do
	mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
	ln -sf "/usr/lib/systemd/system/$unit.service" "$root/etc/systemd/system/multi-user.target.wants/"
done
