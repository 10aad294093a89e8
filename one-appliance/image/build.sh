#!/bin/sh
# Builds the appliance's disk image, flower-superlink.qcow2, and flower-superlink.json, its manifest:
#
#   build.sh OUTPUT-FOLDER        as root; `make image` builds the suite and calls this
#
#   1  root file system        mmdebstrap, from Debian's or Ubuntu's packages
#   2  suite                   make install
#   3  contextualization       OpenNebula's package, or the tests' own with CONTEXT=stand-in
#   4  Flower image            into the store of the image's own Docker Engine; service install
#   5  disk                    GPT with a boot loader for BIOS and for UEFI
#   6  qcow2, manifest
#
# The build runs in its own namespaces and below WORKDIR. An interrupted build leaves no process, mount or file behind. If a
# build was killed by SIGKILL, the next one removes its folder. CACHE keeps what is fetched; REFRESH=1 fetches it again.
#
# Variables: CONTEXT=FILE|URL|stand-in  OpenNebula's contextualization package (.deb); must be given
#            SUITE=trixie|noble MIRROR=URL   Debian 13 or Ubuntu 24.04 [mmdebstrap's own mirror]
#            FLOWER_TAR=FILE            the Flower image as `docker save` writes it [Docker Hub, else built here]
#            DISK_SIZE=20G              of the virtual disk
#            CACHE=DIR WORKDIR=DIR REFRESH=1

set -eu
LC_ALL=C
export LC_ALL
umask 022

self=$(readlink -f -- "$0")
here=${self%/*}
SRCDIR=${SRCDIR:-${here%/*/*}}
SUITE=${SUITE:-trixie} DISK_SIZE=${DISK_SIZE:-20G} CONTEXT=${CONTEXT-}
CACHE=${CACHE:-${XDG_CACHE_HOME:-/var/cache}/flower-appliance}
WORKDIR=${WORKDIR:-/var/tmp}
UBUNTU_KEYRING=/usr/share/keyrings/ubuntu-archive-keyring.gpg
name=flower-superlink

say()
{
	printf 'image: %s\n' "$*" >&2
}

die()
{
	code=$1
	shift
	say "$*"
	exit "$code"
}

check_call()
{
	[ -d "${out:=${1-}}" ] || die 64 'usage: build.sh OUTPUT-FOLDER, one that exists'
	[ "$(id -u)" = 0 ] || die 69 'must be root: it makes namespaces and files of other owners'
	case $SUITE in
	trixie) ;;
	noble)
		[ -e "$UBUNTU_KEYRING" ] ||
			die 69 "SUITE=noble: $UBUNTU_KEYRING, which verifies Ubuntu's packages, is missing;" \
				'what next: build on Ubuntu, with its package ubuntu-keyring, or SUITE=trixie'
		;;
	bookworm) die 69 'SUITE=bookworm: its Docker Engine is 20.10, and the appliance needs 24; what next: SUITE=trixie' ;;
	*) die 64 "SUITE=$SUITE: not known; what next: SUITE=trixie or SUITE=noble" ;;
	esac
	case $CONTEXT in
	'') die 64 "CONTEXT is not set: a VM without OpenNebula's contextualization packages never boots the SuperLink;" \
		'what next: CONTEXT=FILE or URL of one-context_VERSION.deb (https://github.com/OpenNebula/one-apps/releases),' \
		"or CONTEXT=stand-in for an image that only this project's tests can use" ;;
	stand-in | http://* | https://*) ;;
	*) [ -r "$CONTEXT" ] || die 69 "CONTEXT=$CONTEXT: no such file" ;;
	esac
	[ -z "${FLOWER_TAR-}" ] || [ -r "$FLOWER_TAR" ] || die 69 "FLOWER_TAR=$FLOWER_TAR: no such file"
	case $CONTEXT in
	http*) curl=curl ;;
	*) curl= ;;
	esac
	for command in mmdebstrap unshare setpriv flock python3 docker $curl; do
		command -v "$command" >/dev/null || die 69 "$command is missing; what next: ./configure --install-deps"
	done
}

# unpack TAR FOLDER
unpack()
{
	mkdir -p "$2"
	tar -C "$2" --numeric-owner --xattrs --xattrs-include='*' -xf "$1"
}

build()
{
	trap 'exit 143' HUP INT PIPE TERM
	mkdir -p "$CACHE"
	root=$work/root
	export CACHE SRCDIR SUITE

	say "1 of 6: root file system, $SUITE"
	base=$("$here/roots.sh" appliance)
	unpack "$base" "$root"
	base=$("$here/roots.sh" tools)
	unpack "$base" "$work/tools"

	say '2 of 6: the suite'
	make -s -C "${BUILDROOT:-$out}" install DESTDIR="$root" >"$work/install.log" 2>&1 || {
		cat "$work/install.log" >&2
		die 71 'make install failed'
	}
	mkdir -p "$root/etc/repart.d" "$root/etc/containerd"
	cp "$here/50-root.conf" "$root/etc/repart.d/"
	cp "$here/containerd.toml" "$root/etc/containerd/config.toml"
	for program in fl-configure fl-bootstrap fl-healthcheck fl-onegate-publish; do
		chroot "$root" "/usr/bin/$program" --version >/dev/null ||
			die 69 "$program does not run on $SUITE; what next: build it on that release"
	done

	say "3 of 6: contextualization, $CONTEXT"
	"$here/context.sh" "$root" "$CONTEXT"

	say '4 of 6: the Flower image'
	"$here/flower.sh" "$root"
	"$here/clean.sh" "$root"

	say "5 of 6: disk of $DISK_SIZE"
	mkdir "$work/tools/root-fs" "$work/tools/work"
	mount -t proc proc "$work/tools/proc"
	mount --bind "$root" "$work/tools/root-fs"
	mount --bind "$here" "$work/tools/mnt"
	DISK_SIZE=$DISK_SIZE chroot "$work/tools" /mnt/disk.sh /root-fs /work

	say '6 of 6: qcow2 and manifest'
	chroot "$work/tools" qemu-img convert -c -O qcow2 -o compression_type=zstd /work/disk.raw /work/disk.qcow2
	mv "$work/tools/work/disk.qcow2" "$out/$name.qcow2.new"
	python3 "$here/manifest.py" "$root" "$out/$name.qcow2.new" "$name.qcow2" >"$out/$name.json.new"
	mv "$out/$name.qcow2.new" "$out/$name.qcow2"
	mv "$out/$name.json.new" "$out/$name.json"
	umount "$work/tools/root-fs" "$work/tools/mnt" "$work/tools/proc"
	say "$out/$name.qcow2, $(($(stat -c %s "$out/$name.qcow2") / 1000000)) MB"
}

check_call "$@"
out=$(cd "$1" && pwd)
if [ -n "${FL_IMAGE_WORK-}" ]; then
	work=$FL_IMAGE_WORK
	build
	exit
fi

# Each build holds a lock on its folder. If nobody holds the lock, the build was killed, and its folder is removed.
for old in "$WORKDIR"/fl-image.*; do
	[ ! -d "$old" ] || flock -n "$old" rm -rf "$old" || :
done
work=$(mktemp -d "$WORKDIR/fl-image.XXXXXX")
trap 'rm -rf "$work"' EXIT
exec 8<"$work"
flock 8

# The build is a process group of its own, so this shell passes a signal on. If a process of it does not end, it dies with
# its namespace, which dies with this shell.
interrupted()
{
	trap '' HUP INT PIPE TERM
	kill -TERM "-$namespace" 2>/dev/null || :
	tenths=100
	while kill -0 "$namespace" 2>/dev/null && [ "$tenths" -gt 0 ]; do
		tenths=$((tenths - 1))
		sleep 0.1
	done
	kill -KILL "$namespace" 2>/dev/null || :
	wait "$namespace" || :
	exit "$1"
}
# shellcheck disable=SC2016 # $0 and $@ are the inner shell's
FL_IMAGE_WORK=$work setsid setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child \
	sh -c 'mount -t proc proc /proc && exec "$0" "$@"' "$self" "$out" </dev/null &
namespace=$!
trap 'interrupted 129' HUP
trap 'interrupted 130' INT
trap 'interrupted 141' PIPE
trap 'interrupted 143' TERM
wait "$namespace"
