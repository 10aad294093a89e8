#!/bin/sh
# Root file systems from Debian's packages, as tar files that are kept: roots.sh appliance|tools prints the path of one.
#
#   appliance  what the image is made of: the packages in the file `packages`
#   tools      the programs that write a disk, and QEMU for the tests: the same versions on every machine
#
# Variables: SUITE=trixie MIRROR=URL CACHE=DIR, REFRESH=1 to fetch it anew. A changed list of packages is another file.
set -eu
LC_ALL=C
export LC_ALL
here=$(dirname "$(readlink -f -- "$0")")
SUITE=${SUITE:-trixie}
CACHE=${CACHE:-${XDG_CACHE_HOME:-/var/cache}/flower-appliance}

die()
{
	printf 'image: %s\n' "$*" >&2
	exit 69
}

case ${1-} in
appliance)
	packages=$(sed 's/#.*//' "$here/packages" | tr -s '\n ' ',,')
	set -- image-root --include="${packages#,}" --dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright'
	;;
tools)
	SUITE=trixie
	set -- image-tools --include=grub-pc-bin,grub-efi-amd64-bin,grub-common,e2fsprogs,fdisk,dosfstools,mtools,qemu-utils \
		--include=qemu-system-x86,seabios,ovmf,xorriso,openssh-client
	;;
*)
	echo 'usage: roots.sh appliance | tools' >&2
	exit 64
	;;
esac

mkdir -p "$CACHE"
tar=$CACHE/$1-$SUITE-$(printf '%s\n' "$@" | cksum | cut -d' ' -f1).tar
shift
if [ ! -s "$tar" ] || [ -n "${REFRESH-}" ]; then
	trap 'rm -f "$tar.$$" "$tar.log"' EXIT
	trap 'exit 130' HUP INT PIPE TERM
	# mmdebstrap hands apt the line `cat >&FD`, and dash knows descriptors up to 9 only.
	mmdebstrap --quiet --format=tar --variant=minbase "$@" "$SUITE" "$tar.$$" ${MIRROR:+"$MIRROR"} 2>"$tar.log" \
		3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || {
		cat "$tar.log" >&2
		die "mmdebstrap cannot make Debian $SUITE; what next: MIRROR=URL of a mirror that can be reached"
	}
	mv "$tar.$$" "$tar"
fi
printf '%s\n' "$tar"
