#!/bin/sh
# clang-tidy over the tests' own C, as tests/.clang-tidy asks; beside clang-tidy.t, at the same time.
. "${0%/*}/lib.sh"
# shellcheck disable=SC2086 # words
clang_tidy $test_sources
