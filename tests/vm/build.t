#!/bin/sh
# Building the image: refused calls, interrupted builds, a second build, and a build with a package in the place of
# OpenNebula's own. `make check-vm` has built an image before, so everything is in the caches.
. "${0%/*}/lib.sh"
build=$top/one-appliance/image/build.sh

# builds [NAME=VALUE...]: runs it into $T/built, with its work below $T/work; sets $status, $out, $err.
builds()
{
	run env SRCDIR="$top" BUILDROOT="${BUILDROOT:-$BUILD}" WORKDIR="$T/work" CACHE="$CACHE" "$@" "$build" "$T/built"
}
mkdir "$T/built" "$T/work"

# --- what it refuses ----------------------------------------------------------------------------
builds CONTEXT=
exits 64 'without CONTEXT it refuses'
like "$err" 'CONTEXT=FILE or URL' 'and says what next'
builds CONTEXT=/nonexistent.deb
exits 69 'a package that is not there'
builds CONTEXT=stand-in SUITE=bookworm
exits 69 'a release with too old a Docker Engine'
like "$err" '20\.10' 'which is named'
builds CONTEXT=stand-in SUITE=buster
exits 64 'a release that it does not know'
builds CONTEXT=stand-in FLOWER_TAR=/nonexistent.tar
exits 69 'a Flower image that is not there'
is "$(ls "$T/built" "$T/work")" "$T/built:

$T/work:" 'nothing was begun'

# --- interrupted --------------------------------------------------------------------------------
# begins STEP: a build in the background that has come to this step; sets $pid.
begins()
{
	background env SRCDIR="$top" BUILDROOT="${BUILDROOT:-$BUILD}" WORKDIR="$T/work" CACHE="$CACHE" CONTEXT=stand-in \
		"$build" "$T/built"
	wait_until grep -q "image: $1 of 6" "$T/background.log"
}

left()
{
	ls "$T/built" "$T/work"
	grep -c "$T/work" /proc/self/mountinfo
	pgrep -f "$T/work" || :
}
nothing="$T/built:

$T/work:
0"
for step in 1 3 4 5 6; do
	: >"$T/background.log"
	begins "$step"
	sleep 0.5
	kill -TERM "$pid"
	wait "$pid"
	is "$?" 143 "interrupted in step $step"
	is "$(left)" "$nothing" 'no file, mount or process is left'
done
: >"$T/background.log"
begins 4
kill -KILL "$pid"
wait "$pid" 2>/dev/null
none_runs()
{
	! pgrep -f "$T/work"
}
ok 'killed by SIGKILL: it leaves no process' wait_until none_runs
ok 'but its folder' test -n "$(ls "$T/work")"

# --- again, with a package ----------------------------------------------------------------------
# As OpenNebula's: one-contextd and the scripts, and a post-installation script that enables the units.
mkdir -p "$T/deb/DEBIAN"
"$top/tests/vm/contextd/install.sh" "$T/deb"
rm -r "$T/deb/etc/systemd"
sed -i 's/stand-in/package/' "$T/deb/usr/lib/systemd/system/one-context.service"
cat >"$T/deb/DEBIAN/control" <<'END'
Package: one-context
Version: 7.2.0-1
Architecture: all
Maintainer: tests <tests@example.org>
Depends: util-linux, bash, procps, openssh-server
Description: contextualization in the place of OpenNebula's
END
cat >"$T/deb/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
mkdir -p /etc/systemd/system/multi-user.target.wants
for unit in one-context-local one-context-online one-context; do
	ln -sf "/usr/lib/systemd/system/$unit.service" /etc/systemd/system/multi-user.target.wants/
done
END
chmod 755 "$T/deb/DEBIAN/postinst"
dpkg-deb --root-owner-group -b "$T/deb" "$T/one-context.deb" >/dev/null

began=$(date +%s)
run nsenter --net=/proc/self/fd/7 env SRCDIR="$top" BUILDROOT="${BUILDROOT:-$BUILD}" WORKDIR="$T/work" CACHE="$CACHE" \
	CONTEXT="$T/one-context.deb" "$build" "$T/built"
exits 0 'a build with a package'
note "from the caches: $(($(date +%s) - began)) s"
is "$(ls "$T/work")" '' 'the folder of the one that was killed is gone'
manifest=$T/built/flower-superlink.json
is "$(py "d['packages']['one-context'], d['packages']['openssh-server'] != ''" "$manifest")" '["7.2.0-1", true]' \
	'has it, with what it depends on'
mv "$T/built/flower-superlink.qcow2" "$T/mine.qcow2"
tool qemu-img convert -O raw /vm/mine.qcow2 /vm/mine.raw
start=$(tool sfdisk -J /vm/mine.raw | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["partitiontable"]["partitions"][2]["start"])')
on_disk()
{
	tool debugfs -R "$1" "/vm/mine.raw?offset=$((start * 512))" 2>/dev/null
}
like "$(on_disk 'cat /usr/lib/systemd/system/one-context.service')" '\(package\)' "the package's files"
is "$(on_disk 'cat /etc/one-context.d/net-90-service-appliance' | cksum)" \
	"$(cksum <"$top/one-appliance/image/one-context/net-90-service-appliance")" 'and the script that calls the service'
is "$(on_disk 'cat /etc/one-context.d/net-99-report-ready' | cksum)" \
	"$(cksum <"$top/one-appliance/image/one-context/net-99-report-ready")" 'and the one that reports READY'
like "$(on_disk 'cat /var/lib/dpkg/diversions')" '^/etc/one-context\.d/net-99-report-ready$' 'which an upgrade of the package leaves alone'
is "$(on_disk 'ls -p /var/tmp' | grep -c deb)" 0 'without the package file'
unlike "$(on_disk 'ls /usr/sbin')" 'policy-rc' 'and without what kept apt from starting daemons'
done_testing
