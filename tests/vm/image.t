#!/bin/sh
# The image as a file: size, manifest, disk layout; it holds nothing of the machine that built it.
. "${0%/*}/lib.sh"

manifest=${IMAGE%.qcow2}.json
ok 'at most 3 GB' test "$(stat -c %s "$IMAGE")" -le 3000000000
note "$(stat -c %s "$IMAGE") bytes"
is "$(py "d['size'], d['sha256'], d['md5']" "$manifest")" \
	"[$(stat -c %s "$IMAGE"), \"$(sha256sum <"$IMAGE" | cut -d' ' -f1)\", \"$(md5sum <"$IMAGE" | cut -d' ' -f1)\"]" \
	'the manifest has its size and checksums'
is "$(py "[f['reference'] for f in d['flower']]" "$manifest")" '["flwr/superlink:1.25.0"]' 'the Flower image'
is "$(py "d['suite']" "$manifest")" "$("$BUILD/fl-configure" --version | sed 's/.* //')" "the suite's version"
ok 'the packages' test "$(py "len(d['packages'])" "$manifest")" -gt 100
is "$(py "d['packages']['docker.io'].split('.')[0] >= '24'" "$manifest")" true 'Docker Engine 24 or newer'

tool qemu-img convert -O raw "/image/${IMAGE##*/}" /vm/disk.raw
is "$(tool sfdisk -J /vm/disk.raw | py "[p['name'] for p in json.load(open('/dev/stdin'))['partitiontable']['partitions']], ''")" \
	'[["bios", "esp", "root"], ""]' 'GPT with a partition for each firmware, the root last'
start=$(tool sfdisk -J /vm/disk.raw | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["partitiontable"]["partitions"][2]["start"])')

# on_disk COMMAND: of debugfs, on the root file system.
on_disk()
{
	tool debugfs -R "$1" "/vm/disk.raw?offset=$((start * 512))" 2>/dev/null
}
unlike "$(on_disk 'ls /etc/ssh')" 'ssh_host' 'no host keys'
is "$(on_disk 'cat /etc/machine-id')" '' 'no machine-id'
unlike "$(on_disk 'ls /etc')" 'resolv\.conf' 'no resolv.conf'
is "$(on_disk 'cat /etc/shadow' | awk -F: '$2 !~ /^[!*]/' | wc -l)" 0 'no passwords'
is "$(on_disk 'ls -p /var/log' | awk -F/ '$3 ~ /^10/' | wc -l)" 0 'no logs'
unlike "$(on_disk 'cat /etc/apt/sources.list')" 'localhost|127\.|proxy' "Debian's own mirrors"
like "$(on_disk 'stat /etc/one-appliance/status')" '"\.\./\.\./run/flower-superlink/status"' 'the status is a link into /run'
done_testing
