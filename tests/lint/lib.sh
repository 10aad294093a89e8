# shellcheck shell=sh
# What the static analysers share, on top of ../tap.sh: `make lint` runs them. Each file is one test.
. "${0%/*}/../tap.sh"
cd "$SRCDIR" || exit 71

# The compiler's flags, for the tools that read C.
flags="-std=c17 -D_GNU_SOURCE -I$BUILD -Ilib -Itests/lib $CPPFLAGS"

# needs COMMAND PACKAGE
needs()
{
	command -v "$1" >/dev/null || {
		echo "1..0 # SKIP $1 is not installed (package $2)"
		exit 0
	}
}

sources=$(echo lib/*/*.c cmd/*.c)
test_sources=$(echo tests/*/*.c tests/*/*/*.c)

# clang_tidy FILE...: by the .clang-tidy that is nearest to each.
clang_tidy()
{
	needs clang-tidy clang-tidy
	for f; do
		# shellcheck disable=SC2086 # words
		check "clang-tidy: $f" clang-tidy --quiet "$f" -- $flags
	done
	plan
}
