#!/bin/sh
# Changes while a program works: the container moves its folders during the walk of root's programs, and several
# runs of these programs work at once.
. "$(dirname "$0")/../cli/lib.sh"
needs_root
appliance_net
here=$(cd "$(dirname "$0")/races" && pwd)
OUTSIDE=$T/outside
chmod 0711 "$T"

# races WHAT [ARGUMENT...]: the results of races/races.py.
races()
{
	LIMIT=600 run "$PYTHON" "$here/races.py" "$@"
	exits 0 "races.py $1"
	results "$T/out"
}

start_onegate --nic 192.0.2.10,02:00:c0:00:02:0a
start_engine --image flwr/superlink:1.25.0
printf '{"container": {"serve": true}}\n' >"$scenario"
gate_variables FL_DATABASE=state/runs/state.db FL_CONTROL_API_ADDRESS=127.0.0.1:9093 | make_root
run fl-configure -q --root "$ROOT"
run fl-bootstrap -q --root "$ROOT" --docker "$SOCK"
exits 0 'a tree with a container'
run fl-healthcheck -q --root "$ROOT" --docker "$SOCK" --wait=30
exits 0 'whose SuperLink serves'

# --- the walk -----------------------------------------------------------------------------------

if "$PYTHON" -c 'import sys; sys.path.insert(0, sys.argv[1]); import stops; sys.exit(not stops.possible())' "$here"; then
	races moments "$ROOT" "$OUTSIDE" "$SOCK"
	races pairs "$ROOT"
else
	skip 'each moment of the walk' 'no right to trace processes'
fi
races loop "$ROOT" "$OUTSIDE" 200

# --- several runs of service --------------------------------------------------------------------

# Wrappers of the programs: those that do the work count themselves in $T/working and wait for $T/go.
mkdir "$T/bin"
for program in fl-configure fl-bootstrap fl-healthcheck fl-onegate-publish; do
	cat >"$T/bin/$program" <<-SCRIPT
		#!/bin/sh
		case " \$* " in
		*' --stage'*) ;;
		*)
			echo $program >>"$T/working"
			until [ -e "$T/go" ]; do sleep 0.02; done
			;;
		esac
		exec "$BUILD/$program" "\$@"
	SCRIPT
	chmod 0755 "$T/bin/$program"
done

# One run of service, in a script of its own so that several are started within a millisecond.
cat >"$T/one" <<-SCRIPT
	#!/bin/sh
	DOCKER_HOST=unix://$SOCK sh "$top/one-appliance/service" --root "$ROOT" --bindir "$T/bin" "\$1" 2>"$T/said.\$2"
	echo "\$? \$1" >"$T/end.new.\$2"
	mv "$T/end.new.\$2" "$T/end.\$2"
SCRIPT

# ended N: whether N of the runs have ended.
ended()
{
	[ "$(find "$T" -maxdepth 1 -name 'end.[0-9]*' | wc -l)" -ge "$1" ]
}

# at_once STAGE...: starts these runs of service one after the other, while the first that got the lock is held.
at_once()
{
	rm -f "$T"/end.* "$T"/said.* "$T/go" "$T/working"
	number=0
	for stage in "$@"; do
		number=$((number + 1))
		background sh "$T/one" "$stage" "$number"
	done
	wait_until test -s "$T/working"
	wait_until ended $((number - 1))
	held=$(cat "$ROOT/etc/one-appliance/status")
	others=$(cut -d' ' -f1 "$T"/end.[0-9]* | sort | uniq -c | tr -s ' ')
	said=$(cat "$T"/said.* | grep -c 'another run of service is under way')
	: >"$T/go"
	wait_until ended "$number"
	winner=$(cat "$T"/end.[0-9]* | grep -v '^75 ')
	is "$others, $said" " $((number - 1)) 75, $((number - 1))" "$*: one works, the others end with 75 and say why"
	is "$held; $winner; $(cat "$ROOT/etc/one-appliance/status")" \
		"${winner#* }_started; 0 ${winner#* }; ${winner#* }_success" "$*: the status is the winner's"
	is "$(sort "$T/working" | tr '\n' ' ')" "$(programs_of "${winner#* }")" "$*: no program ran twice"
	runs=$((runs + number))
}

programs_of()
{
	case $1 in
	configure) echo 'fl-configure ' ;;
	*) echo 'fl-bootstrap fl-healthcheck fl-onegate-publish ' ;;
	esac
}

runs=0
engine_call DELETE '/containers/flower-superlink?force=1'
c=configure b=bootstrap
at_once $c $c
at_once $c $b
at_once $b $c
at_once $b $b
at_once $b $c $b
at_once $c $b $b $c
at_once $b $b $b $c $c
at_once $c $c $c $b $b $b
at_once $b $c $b $c $b $c $b
at_once $c $b $c $b $c $b $c $b
note "$runs runs of service in ten orders, 2 to 8 at once"

# --- ExecStartPre and service -------------------------------------------------------------------

# together OPTIONS OPTIONS: two fl-bootstrap at once; sets $ends.
together()
{
	# shellcheck disable=SC2086 # words
	fl-bootstrap --root "$ROOT" --docker "$SOCK" $1 >/dev/null 2>"$T/said.1" </dev/null &
	one=$!
	# shellcheck disable=SC2086
	fl-bootstrap --root "$ROOT" --docker "$SOCK" $2 >/dev/null 2>"$T/said.2" </dev/null &
	other=$!
	wait "$one"
	ends=$?
	wait "$other"
	ends="$ends $?"
}

# The Engine creates only after both have asked for it, so both have seen no container, or an old one.
for first in none old; do
	for orders in '--prepare|' '|--prepare' '|' '--prepare|--prepare'; do
		start_engine --image flwr/superlink:1.25.0
		[ "$first" = none ] || engine_call POST '/containers/create?name=flower-superlink' \
			'{"Image": "flwr/superlink:1.25.0"}' >"$T/out"
		printf '{"container": {"serve": true}, "rules": [{"match": "POST /containers/create", "meet": 2, "times": 2}]}\n' \
			>"$scenario"
		together "${orders%|*}" "${orders#*|}"
		is "$ends $(py "len(d['containers'])" "$engine_state") $(asked POST /containers/create)" \
			"0 0 1 $([ $first = none ] && echo 2 || echo 3)" \
			"fl-bootstrap twice, '$orders', $first container before: both succeed with one container"
		runs=$((runs + 2))
	done
done

# --- fl-onegate-publish -------------------------------------------------------------------------

run fl-bootstrap -q --root "$ROOT" --docker "$SOCK"
run fl-healthcheck -q --root "$ROOT" --docker "$SOCK" --wait=30
: >"$gate_journal"
jobs=
for number in 1 2 3 4 5 6 7 8; do
	fl-onegate-publish -q --root "$ROOT" --docker "$SOCK" >"$T/said.$number" 2>&1 </dev/null &
	jobs="$jobs $!"
done
ends=
for job in $jobs; do
	wait "$job"
	ends="$ends$? "
done
is "$ends" '0 0 0 0 0 0 0 0 ' 'eight fl-onegate-publish at once all succeed'
is "$(py "[len(l), len(set(e['body'] for e in l))]" "$gate_journal")" '[8, 1]' 'each with all four attributes'
is "$(cat "$T"/said.[1-8] | sort | uniq -c | awk '{ print $1 }' | sort -u)" 8 'and each prints them'
is "$(find "$ROOT/etc" "$ROOT/opt/flower/config" -name '*.fl-*' | wc -l)" 0 'no temporary file is left'
like "$(cat "$ROOT/etc/one-appliance/config")" '192\.0\.2\.10:9092' 'the report is whole'

done_testing
