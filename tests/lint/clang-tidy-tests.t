#!/bin/sh
# clang-tidy over the tests' own C, as tests/.clang-tidy asks; beside clang-tidy.t, at the same time.
. "${0%/*}/lib.sh"
needs clang-tidy clang-tidy
for f in $test_sources; do
	# shellcheck disable=SC2086 # words
	check "clang-tidy: $f" clang-tidy --quiet "$f" -- $flags
done
plan
