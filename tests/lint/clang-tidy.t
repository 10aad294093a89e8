#!/bin/sh
# clang-tidy, as .clang-tidy asks.
. "${0%/*}/lib.sh"
# shellcheck disable=SC2086 # words
clang_tidy $sources
