#!/bin/sh
# gcc's own analyser: paths to leaks, double frees, null pointers.
. "${0%/*}/lib.sh"
needs gcc gcc
for f in $sources; do
	# shellcheck disable=SC2086 # words
	check "gcc -fanalyzer: $f" silent gcc $flags -O2 -fanalyzer -c -o "$scratch/out.o" "$f"
done
# -Wno-analyzer-possible-null-argument: without memory a test may end in any way
for f in $test_sources; do
	# shellcheck disable=SC2086 # words
	check "gcc -fanalyzer: $f" silent gcc $flags -O2 -fanalyzer -Wno-analyzer-possible-null-argument -c \
		-o "$scratch/out.o" "$f"
done
plan
