# shellcheck shell=sh
# What all tests in shell share: TAP's results, a folder of the test's own, and the secrets that nobody may tell. A test
# sources this first, or a library that is built on it (cli/lib.sh and what stands on that), and ends with `plan`, or with
# `done_testing`, which looks for secrets first. It runs from any folder, by hand too: BUILD=/my/build sh tests/check/man.t
# Nothing here leaves the test's own folder.

set -u
SRCDIR=${SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)} || exit 1
BUILD=$(cd "${BUILD:-$SRCDIR}" && pwd) || exit 1
top=$SRCDIR
PATH=$BUILD:$PATH:/usr/sbin:/sbin
LC_ALL=C
export BUILD PATH LC_ALL
# The caller's own settings must not decide what a test sees.
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy NO_PROXY no_proxy
unset DOCKER_HOST CONTEXT_FILE JOURNAL_STREAM INVOCATION_ID NOTIFY_SOCKET BASH_ENV ENV
umask 022

# A Python that has h2 as well, if there is one: Debian's own has python3-h2.
PYTHON=python3
/usr/bin/python3 -c '' 2>/dev/null && PYTHON=/usr/bin/python3
PYTHONPATH=$top/tests PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE

scratch=$(mktemp -d "${TMPDIR:-/tmp}/fl.XXXXXX") || exit 71
tests=0 failed=0 pids='' status='' out='' err=''

clean_up()
{
	for pid in $pids; do
		kill "$pid" 2>/dev/null
	done
	for pid in $pids; do
		wait "$pid" 2>/dev/null
	done
	chmod -R u+w "$scratch" 2>/dev/null
	rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' HUP INT TERM

# --- results ------------------------------------------------------------------------------------

# result STATUS DESCRIPTION: one TAP line; 1 if it failed, so that a caller can add to it.
result()
{
	tests=$((tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests - $2"
	else
		failed=$((failed + 1))
		echo "not ok $tests - $2"
		return 1
	fi
}

# results FILE: those of a driver in another language, which writes TAP's lines without numbers.
results()
{
	while read -r line; do
		case $line in
		'ok '*) result 0 "${line#ok }" ;;
		'not ok '*) result 1 "${line#not ok }" ;;
		*) printf '%s\n' "$line" ;; # a note; echo would make line breaks of its backslashes
		esac
	done <"$1"
}

# show TEXT...: a comment below a failure, each line marked.
show()
{
	printf '%s\n' "$@" | sed 's/^/#   /; 40q' | cut -c1-300
}

# show_last: what the last `run` gave.
show_last()
{
	[ -z "$status" ] || show "exit status $status" "stdout: $out" "stderr: $err"
}

# check DESCRIPTION COMMAND...: the command succeeds; what it prints is shown if it does not.
check()
{
	description=$1
	shift
	if "$@" >"$scratch/said" 2>&1 </dev/null; then
		result 0 "$description"
	else
		result 1 "$description"
		show "failed: $*" "$(cat "$scratch/said")"
		show_last
	fi
}

# ok DESCRIPTION COMMAND...: the same, for a command that says nothing of its own.
ok()
{
	check "$@"
}

# For check: silent COMMAND... succeeds without a word; none FILE... are empty; not COMMAND... fails.
silent()
{
	"$@" >"$scratch/heard" 2>&1
	heard=$?
	cat "$scratch/heard"
	[ "$heard" = 0 ] && [ ! -s "$scratch/heard" ]
}

none()
{
	cat "$@"
	[ -z "$(cat "$@")" ]
}

not()
{
	! "$@"
}

# is GOT WANT DESCRIPTION
is()
{
	if [ "$1" = "$2" ]; then
		result 0 "$3"
	else
		result 1 "$3"
		show "got:  $1" "want: $2"
		show_last
	fi
}

# like TEXT EXTENDED-REGEXP DESCRIPTION: a line of the text matches.
like()
{
	if printf '%s\n' "$1" | grep -Eq -- "$2"; then
		result 0 "$3"
	else
		result 1 "$3"
		show "no line matches: $2" "text: $1"
		show_last
	fi
}

# unlike TEXT EXTENDED-REGEXP DESCRIPTION: there is a text, and no line of it matches.
unlike()
{
	if [ -z "$1" ]; then
		result 1 "$3"
		show 'there is nothing to look at'
	elif printf '%s\n' "$1" | grep -Eq -- "$2"; then
		result 1 "$3"
		show "a line matches: $2" "text: $1"
	else
		result 0 "$3"
	fi
}

# exits STATUS DESCRIPTION: of the last `run`.
exits()
{
	is "$status" "$1" "$2"
}

# skip DESCRIPTION REASON: where CI is set, that is a failure, unless the reason begins with "this machine": what no
# package and no right can mend. skip_all REASON: of a whole file; in CI always a failure.
skip()
{
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

note()
{
	echo "# $*"
}

plan()
{
	echo "1..$tests"
	[ "$failed" -eq 0 ] || exit 1
	exit 0
}

done_testing()
{
	look_for_secrets "$scratch"
	is "$(cat "$scratch/leaks")" '' 'no secret of the test stands where it does not belong'
	plan
}

# --- commands -----------------------------------------------------------------------------------

# run COMMAND...: at most $LIMIT seconds; sets $status, $out, $err ($scratch/out and $scratch/err have the bytes).
run()
{
	case $1 in
	fl-*)
		command -v "$1" >/dev/null || {
			echo "# $1 is not in $BUILD: run make first, or set BUILD"
			exit 1
		}
		;;
	esac
	timeout -k 2 "${LIMIT:-60}" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	status=$?
	out=$(tr -d '\000' <"$scratch/out")
	err=$(tr -d '\000' <"$scratch/err")
	case $out$err in
	*"${TOKEN%%=*}"* | *"${PASSWORD%%=*}"*) echo "output of: $*" >>"$scratch/leaks" ;;
	esac
}

# wait_until COMMAND...: tries until it succeeds, half a minute at most.
wait_until()
{
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 1500 ] || return 1
		sleep 0.02
	done
}

# background COMMAND...: sets $pid, ended with the test.
background()
{
	"$@" >>"$scratch/background.log" 2>&1 </dev/null &
	pid=$!
	pids="$pids $pid"
}

# stop PID: and wait for its end.
stop()
{
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	pids=$(printf '%s ' $pids | sed "s/\b$1\b//")
}

is_root()
{
	[ "$(id -u)" = 0 ] && grep -q '4294967295' /proc/self/uid_map
}

# --- secrets ------------------------------------------------------------------------------------

# The one token of all tests, which looks as OneGate's do, and a value for a name that holds PASSWORD. tests/run looks
# for the token as well.
TOKEN='c2VjcmV0IHRva2VuIG9mIHRoZSB0ZXN0==' PASSWORD='cGFzc3dvcmQgb2YgdGhlIHRlc3Rz'
secret_files='! -name one_env ! -name token.txt ! -name secrets ! -name leaks'

# may_hold_secrets PATTERN...: the names of more files that the test itself writes a secret into.
may_hold_secrets()
{
	for pattern in "$@"; do
		secret_files="$secret_files ! -name $pattern"
	done
}

# forms_of SECRET: as it stands, up to the first '=', which URLs and some quotings change; in base64 at each of the
# three places where it can begin; in hexadecimal.
forms_of()
{
	echo "$1"
	for before in '' x xx; do
		printf %s "$before$1" | base64 -w 0 | cut -c 5-$(((${#1} - 3) / 3 * 4))
	done
	echo "$(printf %s "$1" | od -An -v -tx1 | tr -d ' \n')" | sed 'p; y/abcdef/ABCDEF/'
}

# look_for_secrets FOLDER: adds to $scratch/leaks each file below it that holds one in any form, or in its name.
look_for_secrets()
{
	[ -d "$1" ] || return 0
	[ -s "$scratch/secrets" ] || { forms_of "${TOKEN%%=*}" && forms_of "${PASSWORD%%=*}"; } >"$scratch/secrets"
	set -f
	# shellcheck disable=SC2086 # $secret_files is words
	find "$1" -xdev \( -name "*${TOKEN%%=*}*" -print \) -o \( -type f -size +0 $secret_files \
		-exec grep -alF -f "$scratch/secrets" {} + \) >>"$scratch/leaks" 2>/dev/null
	set +f
}
