#!/bin/sh
# clang-tidy, as .clang-tidy asks.
. "${0%/*}/lib.sh"
needs clang-tidy clang-tidy
for f in $sources; do
	# shellcheck disable=SC2086 # words
	check "clang-tidy: $f" clang-tidy --quiet "$f" -- $flags
done
plan
