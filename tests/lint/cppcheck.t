#!/bin/sh
# cppcheck over all of it at once, so that it sees what is called from where.
#   missingIncludeSystem  the system's headers are not read: what cppcheck knows of libc is in its own library file
. "${0%/*}/lib.sh"
needs cppcheck cppcheck
# shellcheck disable=SC2086 # words
check 'cppcheck' silent cppcheck --quiet --enable=warning,style,performance,portability --std=c11 --inline-suppr \
	--error-exitcode=1 --suppress=missingIncludeSystem -D_GNU_SOURCE "-I$BUILD" -Ilib $sources
plan
