#!/bin/sh
# Builds the suite and packs its install tree: build-suite.sh CHECKOUT TAR. The recipe calls it, on packer's machine.
set -eu
[ -x "$1/configure" ] || {
	echo "build-suite: $1: not a checkout of the Flower SuperLink appliance; what next: PKR_VAR_suite=DIR" >&2
	exit 69
}
suite=$(cd "$1" && pwd)
tar=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT PIPE TERM
mkdir "$work/build"
cd "$work/build"
"$suite/configure"
make all
make install DESTDIR="$work/tree"
tar -C "$work/tree" --owner=0 --group=0 --numeric-owner -cf "$tar" .
