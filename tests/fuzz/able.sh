#!/bin/sh
# able.sh COMPILER FLAG...: whether the compiler can link with libFuzzer and the sanitizers; if not, what is missing.
set -u

cc=$1
shift
command -v "$cc" >/dev/null || {
	echo "fuzz: $cc is not there; what next: apt-get install clang, and again" >&2
	exit 69
}
work=$(mktemp -d) || exit 71
trap 'rm -rf "$work"' EXIT
echo 'int LLVMFuzzerTestOneInput(const char *data, unsigned long size) { return !data && size; }' >"$work/try.c"
"$cc" "$@" -o "$work/try" "$work/try.c" >"$work/log" 2>&1 && exit
cat "$work/log" >&2
version=$("$cc" -dumpversion)
echo "fuzz: $cc cannot link with libFuzzer; what next: apt-get install libclang-rt-${version%%.*}-dev" >&2
exit 69
