#!/bin/sh
# one-appliance/service: the chain as one-apps calls it, spec sections 2, 3, 10, 11 and 13.
. "$(dirname "$0")/lib.sh"
may_hold_secrets changed
appliance_net # the ports are fixed: 9091, 9092, 9093

SERVICE=$top/one-appliance/service

SERVING='{"container": {"serve": true}}'

# vm [NAME=VALUE...]: a fresh tree with a context for the running OneGate.
vm()
{
	gate_variables FL_CONTROL_API_ADDRESS=127.0.0.1:9093 "$@" | make_root
}

# engine BEHAVIOUR: a fresh Engine with the image.
engine()
{
	start_engine --image flwr/superlink:1.25.0
	printf '%s\n' "$1" >"$scenario"
}

GOOD='FL_ENDPOINT=192.0.2.10:9092 FL_READY=YES FL_ROLE=superlink FL_VERSION=1.25.0'

# --- the call itself ----------------------------------------------------------------------------

SOCK=$T/docker.sock GATE=http://127.0.0.1:1
vm
service help
exits 0 'help'
like "$out" 'install \| configure \| bootstrap \| status \| help' 'lists the commands'
for mistake in '' nonsense '--nonsense configure' 'configure bootstrap' '--root' '--root= status' '--bindir= status'; do
	run dash "$SERVICE" $mistake
	exits 64 "'$mistake' is a mistake"
	is "$(wc -l <"$T/err")" 1 "'$mistake': one line on stderr"
done
run dash "$SERVICE" "$(printf '\033[2J\\033[2J\nservice: all is well%0300d' 0)"
exits 64 'a word that would clear the screen is a mistake'
is "$(wc -l <"$T/err") $(tr -d ' -~\n' <"$T/err" | wc -c)" '1 0' 'and is shown harmless, on one line'
ok 'a short one' test "$(wc -c <"$T/err")" -lt 400
service status
ok 'status before anything: not 0' test "$status" -ne 0
is "$(wc -l <"$T/err")" 1 'and one line why'
run dash "$SERVICE" --root "$ROOT" --bindir "$T" configure
exits 71 'a folder without the programs: 71'
is "$(wc -l <"$T/err")" 1 'and one line why'

# --- install ------------------------------------------------------------------------------------

service install
exits 0 'install --root'
is "$(status_file)" install_success 'its status'
for link in configure.sh:fl-configure bootstrap.sh:fl-bootstrap health-check.sh:fl-healthcheck; do
	is "$(readlink "$ROOT/opt/flower/scripts/${link%%:*}")" "$BUILD/${link#*:}" "link ${link%%:*}"
done
like "$(cat "$ROOT/etc/systemd/system/docker.service.d/flower-superlink.conf")" '^StartLimitIntervalSec=0$' \
	"the drop-in: Docker's unit never gives up"
before=$(tree "$ROOT/opt/flower/scripts")
echo half >"$ROOT/etc/systemd/system/docker.service.d/flower-superlink.conf.fl-staged"
service install
exits 0 'install again'
is "$(tree "$ROOT/opt/flower/scripts")" "$before" 'which leaves right links alone'
is "$(ls "$ROOT/etc/systemd/system/docker.service.d")" flower-superlink.conf 'and nothing beside the drop-in'
(cd "$BUILD" && ./service --root "$ROOT" --bindir . install) >/dev/null 2>&1
ok 'a relative --bindir: the links lead to the programs' test -x "$ROOT/opt/flower/scripts/configure.sh"

needs_root 'boots, failures, interruptions'

# --- the good boot ------------------------------------------------------------------------------

start_onegate --nic 192.0.2.10,02:00:c0:00:02:0a
engine "$SERVING"
vm
start_journal
service configure
exits 0 'configure'
is "$(cat "$engine_journal" 2>&1)" "cat: $engine_journal: No such file or directory" 'trap 13: it asks Docker nothing'
is "$(status_file)" configure_success 'its status'
is "$(mode_of "$ROOT/run/flower-superlink/status")" 644 'readable for everybody'
unlike "$(cat "$ROOT/etc/motd")" 'All set' 'motd: not yet'
like "$(cat "$ROOT/etc/motd")" '2/3|[Cc]onfigur' 'motd: the stage'
is "$(stored)" '' 'nothing published yet'
service bootstrap
exits 0 'bootstrap'
is "$(status_file)" bootstrap_success 'its status: READY may be reported'
is "$(grep -v '^ *$' "$ROOT/etc/motd" | tail -n 1 | sed 's/^ *//; s/ *$//')" 'All set and ready to serve 8)' "motd: one-apps' own words"
is "$(printf '%s\n' "$err" | sed -n 's|.*step \([0-9]*\)/12 .*|\1|p' | tr '\n' ' ')" '7 8 9 10 11 12 ' \
	'steps 7 to 12, in this order, one line each'
unlike "$err" 'step [0-9]*/12 [^:]*: (failed|done with)' 'all of them done'
is "$(sed -n 's|.*step \([0-9]*\)/12 .*|\1|p' "$ROOT"/var/log/one-appliance/*.log | sort -n | tr '\n' ' ')" \
	'1 2 3 4 5 6 7 8 9 10 11 12 ' 'all steps in the log files'
wait_until grep -q 'step 12/12' "$T/journal"
is "$(sed -n 's|^MESSAGE=.*step \([0-9]*\)/12 .*|\1|p' "$T/journal" | tr '\n' ' ')" \
	'1 2 3 4 5 6 7 8 9 10 11 12 ' 'and in the journal'
is "$(stored)" "$GOOD" 'published'
is "$(py "[e['method'] for e in l]" "$gate_journal")" '["PUT"]' 'trap 14: exactly one PUT, after the health check'
is "$(py "l[0]['body']" "$gate_journal")" 'FL_READY=YES
FL_ENDPOINT=192.0.2.10:9092
FL_VERSION=1.25.0
FL_ROLE=superlink' 'with the four attributes'
service status
exits 0 'status'
like "$out" 'bootstrap_success' 'shows the stage'
for word in 192.0.2.10:9092 1.25.0 superlink /opt/flower; do
	like "$(cat "$ROOT/etc/one-appliance/config")" "$word" "the report has $word"
	like "$out" "$word" "status prints $word"
done
unlike "$(cat "$ROOT/etc/one-appliance/config" "$ROOT/etc/motd" "$T/journal" "$ROOT"/var/log/one-appliance/*)$out$err" \
	"$TOKEN" 'the token is nowhere'
is "$(grep -rl -- "$TOKEN" "$ROOT" | sed "s|$ROOT/||")" run/one-context/one_env 'in no file but the context'
unlike "$(cat "$engine_journal")" "$TOKEN" 'and not told the Engine'

# --- in mid-life: the same context again --------------------------------------------------------

files()
{
	tree "$ROOT/opt" | grep -v ' \./flower/state/'
	tree "$ROOT/etc/systemd"
}

files >/dev/null
before=$(files)
ident=$(container "c['Id']")
service configure
exits 0 'configure again'
like "$err" 'unchanged' 'says unchanged'
service bootstrap
exits 0 'bootstrap again'
is "$(files)" "$before" 'no file is rewritten, no modification time changed'
is "$(container "[c['Id'], c['runs']]")" "[\"$ident\", 1]" 'the container is not restarted'
is "$(status_file)" bootstrap_success 'success again'

printf 'export FL_NUM_ROUNDS="8"\n' >"$T/more"
cat "$ENV_FILE" "$T/more" >"$T/changed"
context <"$T/changed"
service configure
exits 0 'a changed context: configure succeeds'
like "$err" 'FL_NUM_ROUNDS' 'and names the variable'
service bootstrap
exits 0 'bootstrap too'
is "$(files)" "$before" 'the old configuration stands'
is "$(container "[c['Id'], c['runs']]")" "[\"$ident\", 1]" 'the container too'

# --- failures -----------------------------------------------------------------------------------

# Readiness is never out of date: OneGate still has YES of the boot before.
is "$(stored)" "$GOOD" 'OneGate has FL_READY=YES'
printf '{"container": {"serve": true, "serve_options": ["--mode", "fleet=reset"]}}\n' >"$scenario"
engine_call DELETE '/containers/flower-superlink?force=1'
vm FL_HEALTH_TIMEOUT=1
service configure
service bootstrap
exits 75 'trap 15: a health check that fails fails bootstrap: 75'
is "$(status_file)" bootstrap_failure 'trap 15: so READY is not reported'
like "$err" 'step 10/12 .*failed' 'step 10 failed'
unlike "$err" 'step 1[12]/12 .*: done' 'nothing is published as ready'
ok 'FL_READY=YES of the boot before does not stay' test "$(py "d['FL_READY']" "$gate_state")" != YES
unlike "$(cat "$ROOT/etc/motd")" 'All set' 'motd does not say ready'

engine "$SERVING"
vm
service configure
service bootstrap
is "$status $(py "d['FL_READY']" "$gate_state")" '0 YES' 'ready again'
if own=$(mount_options); then
	# shellcheck disable=SC2016,SC2086 # the inner shell's variables; words
	run unshare $own sh -c 'mount -t tmpfs -o size=64k none "$1/run/flower-superlink" || exit
		echo bootstrap_success >"$1/run/flower-superlink/status"
		head -c 100000 /dev/zero >"$1/run/flower-superlink/fill" 2>/dev/null
		dash "$2" --root "$1" --bindir "$3" configure
		status=$?
		cat "$1/etc/one-appliance/status"
		exit "$status"' sh "$ROOT" "$SERVICE" "$BUILD"
	exits 71 'a disk without room for the status: 71'
	unlike "$out" success 'the success of the boot before does not stay'
	ok 'neither does FL_READY=YES' test "$(py "d['FL_READY']" "$gate_state")" != YES
	service bootstrap
	is "$status $(py "d['FL_READY']" "$gate_state")" '0 YES' 'and ready again'
	# shellcheck disable=SC2016,SC2086 # the inner shell's variables; words
	run unshare $own sh -c 'mount --bind "$1" "$1" && mount -t tmpfs none "$1/run/flower-superlink" &&
		mount -o remount,bind,ro "$1" || exit
		dash "$2" --root "$1" --bindir "$3" configure
		status=$?
		cat "$1/etc/one-appliance/status"
		exit "$status"' sh "$ROOT" "$SERVICE" "$BUILD"
	ok 'trap 36: a root file system that turned read-only: the boot fails' test "$status" -ne 0
	is "$out" configure_failure 'trap 36: and the success of an earlier boot does not stand'
else
	skip 'a disk without room for the status' 'no right to mount'
fi
rm "$ROOT/opt/flower/config/booted"
sed 's/9093/99999/' "$ENV_FILE" >"$T/changed"
context <"$T/changed"
service configure
is "$status $(status_file)" '78 configure_failure' 'a bad context: 78'
service status
is "$status $(printf '%s\n' "$out" | sed -n '1,2p')" '0 configure_failure
Of the last boot that succeeded:' 'status does not pass the old report off as the present'
ok 'FL_READY=YES does not stay' test "$(py "d['FL_READY']" "$gate_state")" != YES
vm
rm "$ENV_FILE"
service configure
is "$status $(status_file)" '78 configure_failure' 'no context: 78'
ok 'and nothing is written' not test -e "$ROOT/opt/flower/config"
vm
service configure
is "$status $(status_file)" '0 configure_success' 'a first boot that failed can be repeated'
engine '{"container": {"exit": 1, "exit_after": 0.05, "restart": "no", "last_words": ["the last words"]}}'
service bootstrap
is "$status $(status_file)" '69 bootstrap_failure' 'a container that exits at once: 69'
like "$err" 'the last words' 'with the end of its log'
engine '{"container": {"serve": true, "serve_options": ["--ready-after", "0.8"], "superexec": "dies:0.3"}}'
service bootstrap
is "$status $(status_file)" '69 bootstrap_failure' 'trap 18: a dead SuperExec: 69'
engine '{}'
printf '{"rules": [{"match": "POST /containers/create", "status": 500, "message": "refused"}]}\n' >"$scenario"
service bootstrap
is "$status $(status_file)" '69 bootstrap_failure' 'the Engine refuses: 69'
like "$err" 'step 9/12 .*failed' 'step 9 failed'

# FL_VERSION is the version that runs.
engine "$SERVING"
vm FLOWER_VERSION=1.26.0
service configure
service bootstrap
is "$status $(py "d['FL_VERSION']" "$gate_state")" '0 1.25.0' 'after a fallback FL_VERSION is the version that runs'
like "$(cat "$ROOT/etc/one-appliance/config")" '1\.25\.0' 'also in the report'
vm
service bootstrap
is "$status $(status_file)" '78 bootstrap_failure' 'bootstrap without configure: 78'
like "$err" 'superlink.json' 'names what is missing'

# --- without OneGate ----------------------------------------------------------------------------

engine "$SERVING"
vm
context <<'X'
export FL_CONTROL_API_ADDRESS="127.0.0.1:9093"
X
service configure
service bootstrap
is "$status $(status_file)" '0 bootstrap_success' 'trap 17: no OneGate at all: the appliance succeeds'
like "$err" 'step 11/12' 'step 11 says so'
stop "$gate_pid"
start_onegate --fail=401
vm
service configure
service bootstrap
is "$status $(status_file)" '0 bootstrap_success' 'a OneGate that refuses is a warning only'
like "$err" 'step 11/12 .*(warning|failed)' 'said so'
like "$err" 'TOKEN=YES' 'with the cause'

# --- one at a time, interruptions ---------------------------------------------------------------

engine "$SERVING"
printf '{"rules": [{"match": "(GET|HEAD) /_ping", "stall": true}]}\n' >"$scenario"
vm
service configure
# A shell's background job ignores SIGINT; this one does not.
bootstrap_in_background()
{
	background env DOCKER_HOST="unix://$SOCK" "$PYTHON" -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv("/bin/sh", ["sh"] + sys.argv[1:])' "$SERVICE" --root "$ROOT" --bindir "$BUILD" bootstrap
	first=$pid
	wait_until grep -q bootstrap_started "$ROOT/etc/one-appliance/status"
}

# Any user can lock a file that he can open.
ok 'trap 36: only root can open the lock' test "$(mode_of "$ROOT/run/flower-superlink/lock")" = 600
flock "$ROOT/etc/one-appliance" dash "$SERVICE" --root "$ROOT" --bindir "$BUILD" configure 2>/dev/null
is $? 0 'trap 36: a lock that a user holds does not stop a boot'
bootstrap_in_background
wait_until grep -q _ping "$engine_journal"
service configure
exits 75 'a second run at the same time: 75'
is "$(status_file)" bootstrap_started 'which leaves the status of the first'
like "$(cat "$ROOT/etc/motd")" '3/3|[Bb]ootstrap' 'motd: the stage'
for signal in TERM INT HUP; do
	[ "$signal" = TERM ] || bootstrap_in_background
	wait_until grep -q . "/proc/$first/task/$first/children"
	child=$(cat "/proc/$first/task/$first/children")
	kill -s "$signal" "$first"
	wait "$first"
	status=$?
	ok "SIG$signal: the run fails" test "$status" -gt 128
	is "$(status_file)" bootstrap_failure "SIG$signal: leaves failure"
	for one in $child; do
		ok "SIG$signal: its program is gone" wait_until not test -d "/proc/$one"
	done
done
printf '%s\n' "$SERVING" >"$scenario"
service bootstrap
is "$status $(status_file)" '0 bootstrap_success' 'the lock is free again, the next run heals'

# Steps are logged when they end, not when the run does.
printf '{"container": {"serve": true, "serve_options": ["--mode", "reset"]}}\n' >"$scenario"
engine_call DELETE '/containers/flower-superlink?force=1'
vm
service configure
bootstrap_in_background
wait_until grep -q 'step 9/12 .*: done' "$ROOT/var/log/one-appliance/flower-bootstrap.log"
like "$(tail -n 5 "$ROOT/var/log/one-appliance/flower-bootstrap.log")" 'step 9/12 .*: done' 'step 9 is in the log while step 10 waits'
kill -0 "$first"
is $? 0 'which it still does'
kill "$first"
wait "$first"
is "$(status_file)" bootstrap_failure 'SIGTERM in step 10: failure'

# --- a hostile environment ----------------------------------------------------------------------

mkdir "$T/evil"
for program in fl-configure fl-bootstrap fl-healthcheck fl-onegate-publish env cat mkdir systemctl docker; do
	printf '#!/bin/sh\necho %s >>"%s"\n' "$program" "$T/evil/called" >"$T/evil/$program"
	chmod 0755 "$T/evil/$program"
done
echo "echo ENV >>$T/evil/called" >"$T/evil/env.sh"
vm 'EVIL=$(touch '"$T/evil/called"')`touch '"$T/evil/called"'`'
run env PATH="$T/evil:/usr/bin" ENV="$T/evil/env.sh" BASH_ENV="$T/evil/env.sh" bindir="$T/evil" root=/nowhere \
	LD_PRELOAD="$T/evil/none.so" IFS=/ CONTEXT_FILE=/run/one-context/context.sh.network \
	DOCKER_HOST="unix://$T/nowhere" stage=evil child=1 \
	/usr/bin/dash "$SERVICE" --root "$ROOT" --bindir "$BUILD" configure
exits 0 'one-contextd exports every context variable'
is "$(cat "$T/evil/called" 2>&1)" "cat: $T/evil/called: No such file or directory" 'trap 4: none of it is executed'
is "$(status_file)" configure_success 'configure does its work'
unlike "$(cat "$SERVICE")" '\. [^ ]*one_env|source |eval ' 'trap 4: nothing sources one_env'

done_testing
