#!/bin/sh
# Makes a root file system from Debian's or Ubuntu's packages and prints the path of its tar file: roots.sh appliance|tools
#
#   appliance  the root file system of the image, with the packages in the file `packages`
#   tools      the programs that write a disk, and QEMU for the tests: the same versions on every machine
#
# The tar file stays in CACHE for the next call, under a name that depends on the list of packages.
# Variables: SUITE=trixie MIRROR=URL CACHE=DIR, REFRESH=1 to fetch it again.
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
	packages=$(sed 's/#.*//' "$here/packages" | awk -v suite="$SUITE" 'NF && ($2 == "" || $2 == suite) { print $1 }' |
		paste -s -d ,)
	set -- image-root --include="$packages" --dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright'
	# Half of the packages are in Ubuntu's universe; Debian has no such part.
	[ "$SUITE" != noble ] || set -- "$@" --components=main,universe
	;;
tools)
	# If SUITE is Ubuntu's, MIRROR has no packages of Debian.
	[ "$SUITE" = trixie ] || MIRROR=
	SUITE=trixie
	set -- image-tools --include=grub-pc-bin,grub-efi-amd64-bin,grub-common,e2fsprogs,fdisk,dosfstools,mtools,qemu-utils \
		--include=qemu-system-x86,seabios,ovmf,xorriso,openssh-client,ruby-rspec-core,ruby-rspec-expectations
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
	new=$(mktemp "$tar.XXXXXX")
	trap 'rm -f "$new" "$new.log"' EXIT
	trap 'exit 143' HUP INT PIPE TERM
	# mmdebstrap gives apt the line `cat >&FD`, and dash knows descriptors up to 9 only, so 3 to 9 must be free.
	mmdebstrap --quiet --format=tar --variant=minbase "$@" "$SUITE" "$new" ${MIRROR:+"$MIRROR"} 2>"$new.log" \
		3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || {
		cat "$new.log" >&2
		die "mmdebstrap cannot make $SUITE; what next: MIRROR=URL of a mirror that can be reached, or SUITE=trixie"
	}
	chmod 644 "$new"
	mv "$new" "$tar"
fi
printf '%s\n' "$tar"
