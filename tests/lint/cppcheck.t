#!/bin/sh
# cppcheck over all files at once, so that it sees all callers of a function.
#   missingIncludeSystem  the system's headers are not read: what cppcheck knows of libc is in its own library file
. "${0%/*}/lib.sh"
needs cppcheck cppcheck
# shellcheck disable=SC2086 # words
check 'cppcheck' silent cppcheck --quiet --enable=warning,style,performance,portability --std=c11 --inline-suppr \
	--error-exitcode=1 --suppress=missingIncludeSystem -D_GNU_SOURCE "-I$BUILD" -Ilib $sources
# The tests apart: many of them have a main() and stand-ins of the library's functions.
#   shadowFunction  a test's function may have the name of a local variable in a header of the tests
# shellcheck disable=SC2086 # words
check 'cppcheck: the tests' silent cppcheck --quiet --enable=warning,style,performance,portability --std=c11 --inline-suppr \
	--error-exitcode=1 --suppress=missingIncludeSystem --suppress=shadowFunction -D_GNU_SOURCE "-I$BUILD" -Ilib -Itests/lib $test_sources
plan
