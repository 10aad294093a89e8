#!/bin/sh
# How the programs are linked: libcurl where it is needed only, and hardened.
. "${0%/*}/../tap.sh"

all='fl-bootstrap fl-configure fl-healthcheck fl-onegate-publish'

loads_curl()
{
	ldd "$BUILD/$1" | tee /dev/stderr | grep -q libcurl
}

loads_no_curl()
{
	ldd "$BUILD/$1" && ! loads_curl "$1"
}

# libcurl needs some thirty libraries; the first program of a boot starts without them.
check 'fl-configure does not load libcurl' loads_no_curl fl-configure
for p in fl-bootstrap fl-healthcheck fl-onegate-publish; do
	check "$p loads libcurl" loads_curl "$p"
done

hardened()
{
	readelf -h "$1" | grep -E 'Type: +DYN' || return
	readelf -lW "$1" | grep GNU_RELRO || return
	readelf -dW "$1" | grep -E 'FLAGS.*NOW' || return
	readelf -lW "$1" | grep -E 'GNU_STACK.* RW ' || return
	# Every program has buffers on its stack and builds text.
	"${NM:-nm}" -D "$1" | grep __stack_chk_fail || return
	"${NM:-nm}" -D "$1" | grep -E '_chk(@|$)' | grep -v __stack_chk
}

case $BUILD in
*/san | */cov) ;;
*)
	for p in $all; do
		check "$p: PIE, full RELRO, stack protector, FORTIFY" hardened "$BUILD/$p"
	done
	;;
esac
plan
