#!/bin/sh
# Signals at each step of a boot, to the one process and to its whole group: the run ends as failed,
# the lock is free, OneGate is told, no program lives on, nothing is left over, the next run heals.
. "$(dirname "$0")/../cli/lib.sh"
needs_root
appliance_net # the ports are fixed: 9091, 9092, 9093

# Wrappers of the programs: the one that $T/hold names waits before (or after) its work until $T/go exists.
mkdir "$T/bin"
for program in fl-configure fl-bootstrap fl-healthcheck fl-onegate-publish; do
	cat >"$T/bin/$program" <<-SCRIPT
		#!/bin/sh
		hold() {
			echo \$\$ >"$T/held"
			until [ -e "$T/go" ]; do sleep 0.02; done
		}
		name=$program
		case "\$*" in
		*--stage=*) name=\${*#*--stage=} name=\${name%% *} ;;
		*FL_READY=NO*) name=withdraw ;;
		esac
		read -r place held <"$T/hold" 2>/dev/null
		[ "\$held" = "\$name" ] || exec "$BUILD/$program" "\$@"
		[ "\$place" != before ] || hold
		"$BUILD/$program" "\$@"
		status=\$?
		[ "\$place" != behind ] || hold
		exit \$status
	SCRIPT
	chmod 0755 "$T/bin/$program"
done

# in_a_group COMMAND...: runs it in a process group of its own. SIGINT is not ignored there, as it is in a
# shell's background job. Sets $pid, which is also the group.
in_a_group()
{
	background env --default-signal=INT setsid "$@"
}

# left_over: temporary files below the tree, and processes of the group.
left_over()
{
	find "$ROOT" -name '*.fl-??????'
	gone "$1" || echo "a process of group $1"
}

gone()
{
	! kill -0 -- "-$1" 2>/dev/null
}

number_of()
{
	case $1 in
	HUP) echo 129 ;;
	INT) echo 130 ;;
	TERM) echo 143 ;;
	esac
}

cases=0

# fresh [NAME=VALUE...]: a tree, an Engine and a OneGate that still has FL_READY=YES of a boot before.
fresh()
{
	start_engine --image flwr/superlink:1.25.0
	printf '{"container": {"serve": true}}\n' >"$scenario"
	gate_variables FL_CONTROL_API_ADDRESS=127.0.0.1:9093 "FLOWER_VERSION=${version:-1.25.0}" | make_root
	run fl-configure -q --root "$ROOT"
	fl-onegate-publish -q --root "$ROOT" FL_READY=YES >"$T/out"
	rm -f "$T/hold" "$T/held" "$T/go"
}

# interrupted POINT STAGE SIGNAL WHOM SEEN...: service STAGE gets SIGNAL as soon as SEEN succeeds.
interrupted()
{
	where=$1 stage=$2 signal=$3 whom=$4
	shift 4
	in_a_group env DOCKER_HOST="unix://$SOCK" dash "$top/one-appliance/service" --root "$ROOT" --bindir "$T/bin" "$stage"
	group=$pid
	wait_until "$@" || show "$where was not reached"
	case $whom in
	one) kill -s "$signal" "$group" ;;
	group) kill -s "$signal" -- "-$group" ;;
	esac
	: >"$T/go"
	wait "$group"
	ended=$?
	wait_until gone "$group"
	is "$ended $(status_file) $(left_over "$group" | tr '\n' ' ')" "$(number_of "$signal") ${stage}_failure " \
		"$where, SIG$signal to $whom: the stage failed, nothing is left"
	is "$(attribute FL_READY)" NO "$where, SIG$signal to $whom: OneGate is told"
	cases=$((cases + 1))
}

# heals POINT: the same tree boots now.
heals()
{
	rm -f "$T/hold"
	printf '{"container": {"serve": true}}\n' >"$scenario"
	for stage in configure bootstrap; do
		run env DOCKER_HOST="unix://$SOCK" dash "$top/one-appliance/service" --root "$ROOT" --bindir "$T/bin" "$stage"
	done
	is "$status $(status_file) $(attribute FL_READY)" '0 bootstrap_success YES' "$1: and the next boot heals"
}

start_onegate --nic 192.0.2.10,02:00:c0:00:02:0a

# Each case gets the next of these, so that each point gets several of them.
turn=0
next_how()
{
	turn=$((turn % 6 + 1))
	how=$(echo 'TERM group,HUP one,INT group,TERM one,HUP group,INT one' | cut -d, -f$turn)
}

# --- service, at each program's begin and end ---------------------------------------------------

fresh
for point in 'configure behind configure_started' 'configure before fl-configure' \
	'configure behind configure_success' 'bootstrap behind bootstrap_started' 'bootstrap before fl-bootstrap' \
	'bootstrap before fl-healthcheck' 'bootstrap before fl-onegate-publish' 'bootstrap before bootstrap_success' \
	'bootstrap behind bootstrap_success'; do
	for time in first second; do
		rm -f "$T/held" "$T/go"
		fl-onegate-publish -q --root "$ROOT" FL_READY=YES >"$T/out"
		echo "${point#* }" >"$T/hold"
		next_how
		# shellcheck disable=SC2086 # two words
		interrupted "${point#* }, $time time" "${point%% *}" $how test -s "$T/held"
	done
done
heals 'after all of these'

# --- bootstrap, in the middle of what it waits for ----------------------------------------------

# With these rules the Engine never answers; its journal shows the request as soon as it is held.
for rule in '(GET|HEAD) /_ping' 'GET /images/.*' 'POST /containers/create' 'POST /containers/.*/start' \
	'GET /containers/flower-superlink/json'; do
	fl-onegate-publish -q --root "$ROOT" FL_READY=YES >"$T/out"
	engine_call DELETE '/containers/flower-superlink?force=1' >"$T/out" 2>&1
	: >"$engine_journal"
	printf '{"container": {"serve": true}, "rules": [{"match": "%s", "stall": true}]}\n' "$rule" >"$scenario"
	next_how
	# shellcheck disable=SC2086
	interrupted "$rule" bootstrap $how grep -q '"status": 0' "$engine_journal"
	wait_until grep -q '"cancelled": "request"' "$engine_journal"
	is $? 0 "$rule: the connection is closed"
done
heals 'after all of these'
printf '{"container": {"serve": true, "serve_options": ["--mode", "reset"]}}\n' >"$scenario"
engine_call DELETE '/containers/flower-superlink?force=1'
: >"$ROOT/var/log/one-appliance/flower-bootstrap.log"
interrupted 'waiting for health' bootstrap TERM one grep -q 'step 9/12 .*: done' \
	"$ROOT/var/log/one-appliance/flower-bootstrap.log"
version=1.26.0
fresh
for mode in stall silent ok:600; do
	fl-onegate-publish -q --root "$ROOT" FL_READY=YES >"$T/out"
	: >"$engine_journal"
	printf '{"container": {"serve": true}, "pull": {"*": "%s"}}\n' "$mode" >"$scenario"
	next_how
	# shellcheck disable=SC2086
	interrupted "a pull ($mode)" bootstrap $how grep -q '"path": "/images/create"' "$engine_journal"
	wait_until grep -q '"cancelled": "pull"' "$engine_journal"
	is $? 0 "a pull ($mode): the connection is closed, so that the Engine gives it up"
done
heals 'after all pulls'
note "$cases interrupted runs of service"

# --- the programs alone -------------------------------------------------------------------------

# alone NAME SIGNAL SEEN -- COMMAND...: the command dies by the signal itself; a shell sees 128 + n.
alone()
{
	name=$1 signal=$2 seen=$3
	shift 4
	in_a_group "$@"
	group=$pid
	wait_until sh -c "$seen"
	kill -s "$signal" "$group"
	wait "$group"
	is "$? $(left_over "$group" | tr '\n' ' ')" "$(number_of "$signal") " "$name alone, SIG$signal: dies by it, nothing is left"
	alone=$((alone + 1))
}

alone=0
fresh
for signal in TERM INT HUP; do
	: >"$engine_journal"
	printf '{"rules": [{"match": "POST /containers/create", "stall": true}]}\n' >"$scenario"
	alone fl-bootstrap $signal "grep -q '\"status\": 0' '$engine_journal'" -- fl-bootstrap --root "$ROOT" --docker "$SOCK"
	: >"$engine_journal"
	printf '{"rules": [{"match": "GET /containers/flower-superlink/json", "stall": true}]}\n' >"$scenario"
	alone fl-healthcheck $signal "grep -q '\"status\": 0' '$engine_journal'" -- fl-healthcheck --wait=60 --root "$ROOT" --docker "$SOCK"
done
stop "$gate_pid"
start_onegate --fail=stall
gate_variables | context
echo '{}' >"$scenario"
for signal in TERM INT HUP; do
	: >"$gate_journal"
	alone fl-onegate-publish $signal "test -s '$gate_journal'" -- fl-onegate-publish --root "$ROOT" --docker "$SOCK"
done
note "$alone programs alone"

done_testing
