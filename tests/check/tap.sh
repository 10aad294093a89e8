# Sourced by the checks of this folder, which `make check` runs by tests/run with SRCDIR and BUILD set.
# POSIX sh. Each check is one TAP line; the plan is counted, not typed.

: "${SRCDIR:?}" "${BUILD:?}"
BUILD=${BUILD%/}
number=0
scratch=$(mktemp -d) || exit 71
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' HUP INT TERM

# check NAME COMMAND...: passes when the command succeeds; what it prints is shown when it does not.
check()
{
	name=$1
	shift
	number=$((number + 1))
	if "$@" >"$scratch/said" 2>&1 </dev/null; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed -n '1,40s/^/# /p' "$scratch/said"
	fi
}

# silent COMMAND...: for check, succeeds when the command succeeds without a word.
silent()
{
	"$@" >"$scratch/heard" 2>&1
	status=$?
	cat "$scratch/heard"
	[ "$status" = 0 ] && [ ! -s "$scratch/heard" ]
}

# none FILE...: for check, succeeds when the files are empty; shows them.
none()
{
	cat "$@"
	[ -z "$(cat "$@")" ]
}

# skip NAME REASON
skip()
{
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}

# Last line of every check file.
plan()
{
	echo "1..$number"
}
