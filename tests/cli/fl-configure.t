#!/bin/sh
# fl-configure: steps 2-6, spec sections 2-6, 11 and 13.
# shellcheck disable=SC2016 # dollar signs in contexts are meant as they stand
. "$(dirname "$0")/lib.sh"

conf()
{
	run fl-configure --root "$ROOT" "$@"
}

# printed WHAT <context: fl-configure --print=WHAT with this context.
printed()
{
	make_root
	conf --print="$1"
}

# value NAME: of the last --print=json (or superlink.json).
value()
{
	py "d['parameters']['$1']['value']" "${2:-$T/out}"
}

# takes NAME VALUE [RESULT]: the value is valid; refuses NAME VALUE [PATTERN]: it is not, and the
# message names the variable.
takes()
{
	printed json <<X
export $1="$2"
X
	is "$status $(value "$1")" "0 ${3-$2}" "$1 takes '$2'"
}

refuses()
{
	printed json <<X
export $1="$2"
X
	is "$status" 78 "$1 refuses '$2'"
	like "$err" "^fl-configure: .*$1:.*${3-}" "... and names it: ${3-}"
	is "$out" '' '... and prints nothing'
}

# --- the call itself ----------------------------------------------------------------------------

make_root </dev/null
run fl-configure --help
exits 0 '--help exits 0'
is "$err" '' '--help is data: nothing on stderr'
like "$out" '--dry-run' '--help knows --dry-run'
like "$out" '--context=FILE' '--help knows --context'
like "$out" 'FL_FLEET_API_ADDRESS' '--help has the parameters'
like "$out" 'flwr run --run-config' '--help says what wins over FL_NUM_ROUNDS'
run fl-configure -h
exits 0 '-h exits 0'
run fl-configure --version
exits 0 '--version exits 0'
like "$out" '^fl-configure [0-9]' '--version prints name and version'
run fl-configure -V
exits 0 '-V exits 0'
for mistake in --nonsense --print=nonsense operand --context --root '--print=' '-x' \
	--json '--json --print=env' --lock-fd=5 '--stage=configure_started --print=env' \
	'--stage=configure_started -n'; do
	# shellcheck disable=SC2086 # words
	conf $mistake
	exits 64 "$mistake is a mistake"
	is "$(wc -l <"$T/err")" 1 "$mistake: one line on stderr"
	like "$err" 'usage: fl-configure' "$mistake: the usage"
	is "$out" '' "$mistake: nothing on stdout"
done
is "$(ls "$ROOT")" run 'mistakes write nothing'
run fl-configure --root="$ROOT" --print env
exits 0 '--print WHAT and --root=DIR work as well'

# --- step 2: the context ------------------------------------------------------------------------

# no_context DESCRIPTION: 78, the file is named, nothing is written.
no_context()
{
	conf
	exits 78 "$1: 78"
	like "$err" "$ENV_FILE" "$1: the file is named"
	like "$err" 'step 2/12 .*failed' "$1: step 2 failed"
	ok "$1: nothing is written" not test -e "$ROOT/opt" -o -e "$ROOT/etc"
}

make_root </dev/null
rm -f "$ENV_FILE"
no_context 'no context'
mkdir "$ENV_FILE"
no_context 'a folder for a context'
rmdir "$ENV_FILE"
mkfifo "$ENV_FILE"
no_context 'a FIFO for a context (and it does not hang)'
rm "$ENV_FILE"
ln -s /dev/zero "$ENV_FILE"
no_context 'a device for a context'
rm "$ENV_FILE"
printf 'export FL_STRATEGY="FedAvg"\nexport X="a\000b"\n' | context
no_context 'a NUL byte'
if ! is_root; then
	context </dev/null
	chmod 0 "$ENV_FILE"
	no_context 'an unreadable context'
fi
make_root </dev/null
mkdir -p "$ROOT/var"
mv "$ROOT/run" "$ROOT/var/run"
conf
exits 78 'below --root only run/one-context is looked at'
conf --context "$ROOT/var/run/one-context/one_env" --print=env
exits 0 '--context FILE'

# print=context gives NAME=value with NUL, as env -0; here one line each, line feeds as \n.
reads()
{
	conf --print=context
	is "$status $(tr '\n\000' '~\n' <"$T/out" | sort)" "0 $1" "$2"
}

make_root <<'X'
export TOKENTXT="secret=="
export VMID="42"
export ONEGATE_ENDPOINT="http://169.254.16.9:5030"
export A="it's "quoted" $HOME `id` $(id) \n é"
export SSH_PUBLIC_KEY="ssh-rsa AAAA one
ssh-rsa BBBB two"
export EMPTY=""
export VMID="43"
export Z="last"
X
reads "A=it's \"quoted\" \$HOME \`id\` \$(id) \\n é
EMPTY=
ONEGATE_ENDPOINT=http://169.254.16.9:5030
SSH_PUBLIC_KEY=ssh-rsa AAAA one~ssh-rsa BBBB two
TOKENTXT=***
VMID=43
Z=last" "one-apps' shape, verbatim; a later entry wins; the token is ***"

context <<'X'
export A="first
export B="inside" or not
still A"
export C="c"
X
reads 'A=first~export B="inside" or not~still A
C=c' 'an entry inside a value belongs to it while no line of it ends in a quote'

context <<'X'
export A="first"
stray text
D=between
export C="c"
X
reads 'A=first
C=c
D=between' 'lines between two entries are entries of their own'

context <<'X'
export START_SCRIPT="#!/bin/sh
echo "hi"
echo "there"
exit 0"
export C="c"
X
reads 'C=c
START_SCRIPT=#!/bin/sh~echo "hi"~echo "there"~exit 0' 'a script is taken verbatim, lines that end in quotes included'

context <<'X'
export A="first"
D=between

# a comment
E='x'
export C="c"
X
reads 'A=first
C=c
D=between
E=x' 'entries, comments and blank lines behind an entry stand alone'

printf '# comment\nPLAIN=value\nSINGLE='\''it'\''\\'\'''\''s'\''\nDOUBLE="with \\" and \\$ escapes"\nexport W=x # end\nCR=dropped\r\nexport LAST="no newline"' | context
reads "CR=dropped
DOUBLE=with \" and \$ escapes
LAST=no newline
PLAIN=value
SINGLE=it's
W=x" 'other shapes read as a shell reads them, without expansion'

context <<'X'
A=$(touch /nonexistent/x)$HOME
export MY_PASSWORD="p1"
export API_TOKEN="p2"
export SECRET_SAUCE="p3"
export PATH="/evil"
export LD_PRELOAD="/evil.so"
X
reads 'A=$(touch /nonexistent/x)$HOME
API_TOKEN=***
LD_PRELOAD=/evil.so
MY_PASSWORD=***
PATH=/evil
SECRET_SAUCE=***' 'names with PASSWORD, TOKEN or SECRET are secret, PATH and LD_PRELOAD are data'

# --- step 3: validation -------------------------------------------------------------------------

printed json </dev/null
exits 0 'an empty context works'
is "$(py "' '.join('%s=%s' % (k, v['value']) for k, v in sorted(d['parameters'].items()))" "$T/out")" \
	"FLOWER_IMAGE=flwr/superlink FLOWER_VERSION=1.25.0 FL_CONTROL_API_ADDRESS=0.0.0.0:9093 \
FL_DATABASE=state/state.db FL_FLEET_API_ADDRESS=0.0.0.0:9092 FL_HEALTH_TIMEOUT=60 \
FL_ISOLATION=subprocess FL_LOG_LEVEL=INFO FL_MIN_AVAILABLE_CLIENTS=2 FL_MIN_EVALUATE_CLIENTS=2 \
FL_MIN_FIT_CLIENTS=2 FL_NUM_ROUNDS=3 FL_STRATEGY=FedAvg" 'the defaults of section 4'
is "$(py "sorted(set(v['origin'] for v in d['parameters'].values()))" "$T/out")" '["default"]' \
	'their origin is default'

for good in 1.25.0 1.22.0 1.25.0-py3.13-ubuntu24.04 latest 1.42.0; do takes FLOWER_VERSION "$good"; done
for bad in 'a b' .x -x "$(printf 'a%.0s' $(seq 129))" 'x:y' 'x/y' 'ü'; do
	refuses FLOWER_VERSION "$bad"
done
refuses FLOWER_VERSION 1.21.0 '1\.22'
refuses FLOWER_VERSION 0.9.0 '1\.22'
for good in flwr/superlink registry.example:5000/flwr/superlink localhost/x 127.0.0.1:5000/a/b x; do
	takes FLOWER_IMAGE "$good"
done
for bad in flwr/superlink:1.25.0 Flwr/superlink /x x/ 'a b' 'x//y' 'x@sha256:abc' ':5000/x'; do
	refuses FLOWER_IMAGE "$bad"
done
for name in FL_NUM_ROUNDS FL_MIN_FIT_CLIENTS FL_MIN_EVALUATE_CLIENTS FL_MIN_AVAILABLE_CLIENTS; do
	for good in 1 100; do takes "$name" "$good"; done
	for bad in 0 -1 1.5 1x ' 1' '1 ' 0x10 99999999999999999999 +1 two; do refuses "$name" "$bad"; done
done
for good in FedAvg FedProx FedAdam; do takes FL_STRATEGY "$good"; done
for bad in fedavg 'FedAvg ' Fed; do refuses FL_STRATEGY "$bad" 'FedAvg, FedProx, FedAdam'; done
for name in FL_FLEET_API_ADDRESS FL_CONTROL_API_ADDRESS; do
	for good in 127.0.0.1:19090 192.0.2.7:1 0.0.0.0:65535 '[::1]:9000'; do takes "$name" "$good"; done
	for bad in 9092 :9092 0.0.0.0: 0.0.0.0:0 0.0.0.0:65536 1.2.3:9 '0.0.0.0:9094 ' \
		'0.0.0.0:+1' http://0.0.0.0:9 ::1:9092; do
		refuses "$name" "$bad"
	done
done
for good in subprocess process; do takes FL_ISOLATION "$good"; done
refuses FL_ISOLATION Subprocess
for good in state/state.db state/a/b.db /app/state/x.db; do takes FL_DATABASE "$good"; done
for bad in state.db /state/x state/../x state/ /app/x ../state/x state/a//b 'state/./x' :memory: \
	flwr-in-memory; do
	refuses FL_DATABASE "$bad"
done
refuses FL_DATABASE /tmp/state.db '.*(lost|volume)' # trap 9: and why
for good in DEBUG INFO WARNING ERROR; do takes FL_LOG_LEVEL "$good"; done
for bad in info TRACE CRITICAL; do refuses FL_LOG_LEVEL "$bad"; done
for good in 1 3600; do takes FL_HEALTH_TIMEOUT "$good"; done
for bad in 0 3601 60s -1; do refuses FL_HEALTH_TIMEOUT "$bad"; done

printed json <<'X'
export FLOWER_VERSION=""
export FLOWER_IMAGE="bad image"
export FL_NUM_ROUNDS="0"
export FL_STRATEGY="FedBest"
export FL_MIN_FIT_CLIENTS="x"
export FL_MIN_EVALUATE_CLIENTS="-3"
export FL_MIN_AVAILABLE_CLIENTS="1e3"
export FL_FLEET_API_ADDRESS="nowhere"
export FL_CONTROL_API_ADDRESS="0.0.0.0:99999"
export FL_ISOLATION="thread"
export FL_DATABASE="/etc/passwd"
export FL_LOG_LEVEL="loud"
export FL_HEALTH_TIMEOUT="never"
export FL_TLS_ENABLED="yes"
X
exits 78 'every value bad: 78'
is "$(printf '%s\n' "$err" | sed -n 's/^fl-configure: \([A-Z0-9_]*\): .*/\1/p' | sort | uniq -c |
	awk '{ print $1 $2 }' | tr '\n' ' ')" \
	"1FLOWER_IMAGE 1FL_CONTROL_API_ADDRESS 1FL_DATABASE 1FL_FLEET_API_ADDRESS 1FL_HEALTH_TIMEOUT \
1FL_ISOLATION 1FL_LOG_LEVEL 1FL_MIN_AVAILABLE_CLIENTS 1FL_MIN_EVALUATE_CLIENTS 1FL_MIN_FIT_CLIENTS \
1FL_NUM_ROUNDS 1FL_STRATEGY 1FL_TLS_ENABLED " 'each bad value is reported, in one line each'
conf
exits 78 'the same when writing'
like "$err" 'step 3/12 .*failed' 'step 3 failed'
ok 'and nothing is written' not test -e "$ROOT/opt" -o -e "$ROOT/etc"

printed json <<'X'
export ONEAPP_FL_NUM_ROUNDS="7"
export ONEAPP_FL_STRATEGY="FedProx"
export FL_STRATEGY="FedAdam"
export FL_LOG_LEVEL=""
export ONEAPP_FL_LOG_LEVEL="DEBUG"
X
is "$(value FL_NUM_ROUNDS) $(value FL_STRATEGY) $(value FL_LOG_LEVEL)" '7 FedAdam DEBUG' \
	'ONEAPP_NAME counts, the plain name wins, empty is unset'
is "$(py "d['parameters']['FL_NUM_ROUNDS']['origin']" "$T/out")" 'ONEAPP_ prefix' 'the origin says so'
is "$(py "d['parameters']['FL_STRATEGY']['origin']" "$T/out")" 'context' 'and context'
printed json <<'X'
export ONEAPP_FL_NUM_ROUNDS="none"
X
exits 78 'a bad ONEAPP_ value: 78'
like "$err" 'ONEAPP_FL_NUM_ROUNDS' 'named as it stands in the context'

# warns NAME VALUE PATTERN: exit 0 with a line on stderr; -q keeps it.
warns()
{
	make_root <<X
export $1="$2"
X
	conf -q --print=json
	exits 0 "$1=$2 is taken"
	like "$err" "^fl-configure: .*$3" "... with a warning: $3"
}

warns FL_NUM_ROUND 5 'FL_NUM_ROUND:.*FL_NUM_ROUNDS'
warns FLOWER_VERSIONS 1 'FLOWER_VERSIONS:.*FLOWER_VERSION\?'
warns ONEAPP_FL_STRATEGI 1 'FL_STRATEGY'
warns FL_MIN_AVAILABLE_CLIENTS 1 'FL_MIN_AVAILABLE_CLIENTS:.*FL_MIN_FIT_CLIENTS'
warns FL_CONTROL_API_ADDRESS 0.0.0.0:9093 '127\.0\.0\.1:9093'
warns FLOWER_VERSION 1.99.0 'untested'
warns FLOWER_VERSION nightly 'untested'
make_root <<'X'
export FL_CONTROL_API_ADDRESS="127.0.0.1:9093"
X
conf -q --print=json
is "$err" '' 'a Control API on loopback needs no warning'

for name in FL_SSL_CA_CERTFILE FL_SSL_CERTFILE FL_SSL_KEYFILE ML_FRAMEWORK FL_GPU_ENABLED; do
	printed json <<X
export $name="x"
X
	is "$status $(printf '%s\n' "$err" | grep -c "$name")" '0 1' "$name: one informative line"
	conf -q --print=json
	unlike "$err" "$name" "$name: no warning"
done
for yes in YES yes TRUE true 1 ON on; do refuses FL_TLS_ENABLED "$yes" 'TLS'; done
takes_tls_no()
{
	printed json <<X
export FL_TLS_ENABLED="$1"
X
	exits 0 "FL_TLS_ENABLED=$1 is fine"
}
for no in NO false 0; do takes_tls_no "$no"; done
printed json <<'X'
export ONEAPP_FL_TLS_ENABLED="YES"
X
exits 78 'ONEAPP_FL_TLS_ENABLED=YES is an error as well'

printed json <<'X'
export FL_FLEET_API_ADDRESS="0.0.0.0:9095"
export FL_CONTROL_API_ADDRESS="127.0.0.1:9095"
X
exits 78 'two services on one port: 78'
like "$err" 'FL_FLEET_API_ADDRESS.*FL_CONTROL_API_ADDRESS' 'both are named'
refuses FL_FLEET_API_ADDRESS 0.0.0.0:9091 9091
refuses FL_CONTROL_API_ADDRESS 127.0.0.1:9091 9091
refuses FL_CONTROL_API_ADDRESS 0.0.0.0:9092 9092

# One odd variable never hides the others, however long it is.
{ printf 'export FIRST="'; head -c 10000000 /dev/zero | tr '\0' x; printf '"\nexport FL_NUM_ROUNDS="4"\n'; } |
	{ make_root; }
conf --print=json
is "$status $(value FL_NUM_ROUNDS)" '0 4' 'a value of 10 MB hides nothing'

# No value harms a terminal or a log.
printf 'export FL_STRATEGY="x\033[31mred\n\rline\007%%s%%n"\n' | { make_root; }
conf --print=json
exits 78 'control characters in a value: 78'
unlike "$(tr '\033\r\007' '@@@' <"$T/err")" '@' 'are shown escaped'
is "$(wc -l <"$T/err")" "$(grep -c '^fl-configure: ' "$T/err")" 'no line is injected'
{ printf 'export FL_STRATEGY="'; head -c 100000 /dev/zero | tr '\0' x; printf '"\n'; } | { make_root; }
conf --print=json
exits 78 'a value of 100,000 bytes: 78'
ok 'at most 200 characters of it are shown' test "$(wc -c <"$T/err")" -lt 800

# --- what is printed ----------------------------------------------------------------------------

printed env <<'X'
export FL_NUM_ROUNDS="5"
export FL_LOG_LEVEL="DEBUG"
export SECRET="x"
X
is "$out" 'FL_NUM_ROUNDS=5
FL_STRATEGY=FedAvg
FL_MIN_FIT_CLIENTS=2
FL_MIN_EVALUATE_CLIENTS=2
FL_MIN_AVAILABLE_CLIENTS=2
FLWR_LOG_LEVEL=DEBUG
FLWR_TELEMETRY_ENABLED=0' '--print=env'
echo 'export FLOWER_VERSION="1.36.0"' | printed env
is "$(tail -n 1 "$T/out")" FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION=1 'trap 38: from 1.36 on, as FLOWER_VERSION says'
is "$(ls "$ROOT")" run '--print writes nothing'

# arguments: the words of the printed command, as a shell reads them, one a line.
arguments()
{
	(
		# shellcheck disable=SC2317 # called by the printed command
		docker() { printf '%s\n' "$@"; }
		. "$T/out"
	) | tr '\n' ' '
}

files=$(granted_files)
printed docker-run </dev/null
is "$(arguments)" "create --name flower-superlink --restart unless-stopped --init \
-p 127.0.0.1:9091:9091 -p 0.0.0.0:9092:9092 -p 0.0.0.0:9093:9093 \
-v $ROOT/opt/flower/state:/app/state --env-file $ROOT/opt/flower/config/superlink.env \
--cap-drop ALL --security-opt no-new-privileges --ulimit nofile=$files:$files --stop-timeout 30 \
--log-driver json-file --log-opt max-size=10m --log-opt max-file=3 \
flwr/superlink:1.25.0 \
--insecure --isolation subprocess --database state/state.db --storage-dir state/ffs \
--fleet-api-address 0.0.0.0:9092 --control-api-address 0.0.0.0:9093 " "--print=docker-run is section 5's command"
printed docker-run <<'X'
export FLOWER_VERSION="1.24.0-py3.13-ubuntu24.04"
export FLOWER_IMAGE="127.0.0.1:5000/my/superlink"
export FL_FLEET_API_ADDRESS="192.0.2.7:19092"
export FL_CONTROL_API_ADDRESS="127.0.0.1:19093"
export FL_ISOLATION="process"
export FL_DATABASE="state/my runs/$(id) 'x'.db"
X
is "$(arguments)" "create --name flower-superlink --restart unless-stopped --init \
-p 0.0.0.0:9091:9091 -p 192.0.2.7:19092:19092 -p 127.0.0.1:19093:19093 \
-v $ROOT/opt/flower/state:/app/state --env-file $ROOT/opt/flower/config/superlink.env \
--cap-drop ALL --security-opt no-new-privileges --ulimit nofile=$files:$files --stop-timeout 30 \
--log-driver json-file --log-opt max-size=10m --log-opt max-file=3 \
127.0.0.1:5000/my/superlink:1.24.0-py3.13-ubuntu24.04 \
--insecure --isolation process --database state/my runs/\$(id) 'x'.db --storage-dir state/ffs \
--fleet-api-address 0.0.0.0:19092 --control-api-address 0.0.0.0:19093 " \
	'other addresses, process isolation, registry; quoted so that it can be pasted'
conf -v --print=docker-run
unlike "$out" '^(fl-configure|step)' 'stdout is data only, also with -v'

printed unit </dev/null
for line in '[Unit]' 'Description=Flower SuperLink' 'After=docker.service' 'Requires=docker.service' \
	'StartLimitIntervalSec=0' '[Service]' 'ExecStart=/usr/bin/docker start -a flower-superlink' \
	'ExecStop=/usr/bin/docker stop flower-superlink' \
	'ExecStopPost=-/usr/bin/docker stop flower-superlink' 'Restart=on-failure' \
	'RestartForceExitStatus=0' 'RestartSec=5s' 'TimeoutStartSec=infinity' '[Install]' \
	'WantedBy=multi-user.target docker.service'; do
	ok "the unit has $line" grep -Fxq -- "$line" "$T/out"
done
like "$out" '^ExecStartPre=/.*/fl-bootstrap --prepare$' 'the unit has ExecStartPre with a full path'
is "$(grep -cE '^ExecStop(Post)?=/.*systemctl is-active --quiet docker.service$' "$T/out")" 2 \
	'trap 29: a dead dockerd is looked for before each docker stop'
like "$(sed -n '/^ExecStop=/p' "$T/out" | head -n 1)" is-active 'trap 29: and first'
unlike "$out" 'one-context' 'no ordering against one-context (a cycle)'
cp "$T/out" "$T/unit"
printed unit <<'X'
export FLOWER_VERSION="1.26.0"
export FL_FLEET_API_ADDRESS="0.0.0.0:19092"
export FL_DATABASE="state/%i$x.db"
X
ok 'trap 5: no context value stands in the unit' cmp -s "$T/out" "$T/unit"

printed variables </dev/null
for name in FLOWER_VERSION FLOWER_IMAGE FL_NUM_ROUNDS FL_STRATEGY FL_MIN_FIT_CLIENTS \
	FL_MIN_EVALUATE_CLIENTS FL_MIN_AVAILABLE_CLIENTS FL_FLEET_API_ADDRESS FL_CONTROL_API_ADDRESS \
	FL_ISOLATION FL_DATABASE FL_LOG_LEVEL FL_HEALTH_TIMEOUT ETH0_IP ONEGATE_ENDPOINT VMID TOKENTXT; do
	like "$out" "$name" "--print=variables has $name"
done
rm "$ENV_FILE"
conf --print=variables
exits 0 '--print=variables needs no context'
conf --print=user-inputs
exits 0 '--print=user-inputs needs no context'
like "$out" 'FL_STRATEGY *= *"O\|list\|.*\|FedAvg,FedProx,FedAdam\|FedAvg"' 'USER_INPUTS: a list'
like "$out" 'FL_NUM_ROUNDS *= *"O\|(number|text)\|.*\|3"' 'USER_INPUTS: a number'
unlike "$out" 'TOKENTXT|VMID' 'USER_INPUTS: not what OpenNebula sets itself'
conf --print=unit
exits 0 '--print=unit needs no context'
conf --print=env
exits 78 '--print=env needs one'

# --- long values and words ----------------------------------------------------------------------

long=$(printf %0201d 0)
printf 'export FLOWER_IMAGE="%s"\nexport FL_DATABASE="state/%s"\n' "$long" "$long" | make_root
conf -v -n
exits 1 'long values are taken'
unlike "$err" "$long|state/$long" '-v shows at most 200 characters of each'
for mistake in "--$long" "$long" "--print=$long" "--stage=$long"; do
	conf "$mistake"
	exits 64 'a long word is a mistake'
	unlike "$err" "$long" 'which is not shown whole'
done

# --- secrets ------------------------------------------------------------------------------------

make_root <<X
export TOKENTXT="$TOKEN"
export MY_PASSWORD="$PASSWORD"
export FL_TOKEN="$PASSWORD"
X
for what in docker-run env unit json context variables user-inputs; do
	conf -v --print="$what"
	unlike "$out$err" "$TOKEN|$PASSWORD" "no secret in --print=$what"
done
ok 'fl-configure does not load libcurl' not sh -c \
	'LD_TRACE_LOADED_OBJECTS=1 fl-configure 2>/dev/null | grep -q libcurl'

# --- steps 4 to 6: files ------------------------------------------------------------------------

needs_root 'writing, owners and modes'

make_root <<X
export TOKENTXT="$TOKEN"
X
start_journal
conf -v
exits 0 'zero configuration'
is "$out" '' 'nothing on stdout'
unlike "$err" "$TOKEN" 'no secret on stderr'
for step in 2 3 4 5 6; do
	like "$err" "step $step/12 [^:]*: done, [0-9.]+ ?(us|ms|s)" "step $step: number, outcome, duration"
	like "$(cat "$ROOT/var/log/one-appliance/flower-configure.log")" "step $step/12" "step $step: in the log file"
	wait_until grep -q "step $step/12" "$T/journal"
	like "$(cat "$T/journal")" "^MESSAGE=.*step $step/12" "step $step: in the journal"
done
like "$(cat "$T/journal")" '^SYSLOG_IDENTIFIER=fl-configure$' 'the journal knows the program'
unlike "$(cat "$T/journal" "$ROOT/var/log/one-appliance/flower-configure.log")" "$TOKEN" \
	'no secret in log and journal'
O=$ROOT/opt/flower
is "$(mode_of "$O/config/superlink.env") $(owner_of "$O/config/superlink.env")" '640 0:0' 'superlink.env'
is "$(mode_of "$O/config/superlink.json") $(owner_of "$O/config/superlink.json")" '640 0:0' 'superlink.json'
is "$(mode_of "$O/state") $(owner_of "$O/state")" '750 49999:49999' 'state/'
is "$(mode_of "$O/certs") $(owner_of "$O/certs")" '700 49999:49999' 'certs/'
UNIT=$ROOT/etc/systemd/system/flower-superlink.service
is "$(mode_of "$UNIT") $(owner_of "$UNIT")" '644 0:0' 'the unit'
ok "the unit is --print=unit's" cmp -s "$UNIT" "$T/unit"
conf --print=env
ok "superlink.env is --print=env's" cmp -s "$O/config/superlink.env" "$T/out"
conf --print=json
ok "superlink.json is --print=json's" cmp -s "$O/config/superlink.json" "$T/out"
is "$(find "$ROOT/opt" "$ROOT/etc" -type f | sed "s|$ROOT/||" | sort | tr '\n' ' ')" \
	'etc/systemd/system/flower-superlink.service opt/flower/config/superlink.env opt/flower/config/superlink.json ' \
	'no other file (and no temporary one)'
unlike "$(cat "$O/config/superlink.env" "$O/config/superlink.json" "$UNIT")" "$TOKEN|TOKENTXT" \
	'no secret in a file'

before=$(tree "$ROOT/opt" && tree "$ROOT/etc")
conf
exits 0 'a second run'
like "$err" 'unchanged' 'says unchanged'
is "$(tree "$ROOT/opt" && tree "$ROOT/etc")" "$before" 'and touches nothing: no time, no inode'
conf -n
exits 0 '-n: nothing would change'
is "$out" '' '-n: no file named'

# -n on a fresh tree, and on one with a single difference.
make_root <<'X'
export FL_CONTROL_API_ADDRESS="127.0.0.1:9093"
X
conf -n
exits 1 '-n on a fresh tree: something would change'
for file in opt/flower/config/superlink.env opt/flower/config/superlink.json opt/flower/state \
	opt/flower/certs etc/systemd/system/flower-superlink.service; do
	like "$out" "^(.* )?$ROOT/$file( .*)?$" "-n names $file"
done
is "$(find "$ROOT" -path "$ROOT/run" -prune -o -type f -print)" '' '-n writes nothing'
conf --quiet
is "$status $err" '0 ' '-q is silent when all is well'
conf --dry-run
exits 0 '--dry-run after it'
O=$ROOT/opt/flower UNIT=$ROOT/etc/systemd/system/flower-superlink.service
echo x >>"$UNIT"
conf -n
exits 1 '-n: the unit was changed by hand'
is "$out" "$UNIT" '-n names it alone'
ok '-n leaves it' grep -qx x "$UNIT"

# Owner, mode and content are mended on every run.
chmod 0666 "$O/config/superlink.env"
chown 1:1 "$O/config/superlink.json"
echo 'EVIL=1' >>"$O/config/superlink.env"
chown 0:0 "$O/state"
chmod 0755 "$O/certs"
echo old >"$O/state/state.db"
mkdir "$O/state/ffs"
echo x >"$O/state/ffs/app"
conf
exits 0 'a run over a tree that was tampered with'
is "$(mode_of "$O/config/superlink.env") $(owner_of "$O/config/superlink.json")" '640 0:0' 'mode and owner are mended'
unlike "$(cat "$O/config/superlink.env")" EVIL 'content is mended'
unlike "$(cat "$UNIT")" '^x$' 'the unit too'
is "$(owner_of "$O/state") $(owner_of "$O/state/state.db") $(owner_of "$O/state/ffs/app") $(mode_of "$O/certs")" \
	'49999:49999 49999:49999 49999:49999 700' 'trap 21: folders and what is in them, recursively'
is "$(cat "$O/state/state.db")" old 'state/ keeps its content'

# FL_DATABASE in a folder: configure makes it, as Flower makes none.
make_root <<'X'
export FL_DATABASE="state/deep/er/runs.db"
X
conf
is "$status $(owner_of "$ROOT/opt/flower/state/deep") $(owner_of "$ROOT/opt/flower/state/deep/er")" \
	'0 49999:49999 49999:49999' "the database's folders are made for 49999"

# Section 11: before the first good boot a context may be corrected; after it the configuration is fixed.
context <<'X'
export FL_NUM_ROUNDS="5"
X
conf
is "$status $(value FL_NUM_ROUNDS "$ROOT/opt/flower/config/superlink.json")" '0 5' \
	'before the first good boot another context is taken'
: >"$ROOT/opt/flower/config/booted" # what a bootstrap that succeeded leaves
chmod 0640 "$ROOT/opt/flower/config/booted"
before=$(tree "$ROOT/opt" && tree "$ROOT/etc")
context <<'X'
export FL_NUM_ROUNDS="6"
export FL_STRATEGY="FedAdam"
export ETH0_IP="192.0.2.99"
export VMID="77"
X
conf
exits 0 'after it another one is not, and that is no failure'
for name in FL_NUM_ROUNDS FL_STRATEGY; do
	like "$err" "$name" "the change of $name is told"
done
unlike "$err" 'ETH0_IP|VMID|FL_LOG_LEVEL' 'what each boot reads, and what is the same, is not'
conf -q
like "$err" 'FL_NUM_ROUNDS' 'it is a warning'
is "$(tree "$ROOT/opt" && tree "$ROOT/etc")" "$before" 'nothing was touched'
is "$(value FL_NUM_ROUNDS "$ROOT/opt/flower/config/superlink.json")" 5 'the old configuration stands'
conf -n
exits 0 '-n knows that too'
context <<'X'
export FL_NUM_ROUNDS="none"
X
conf
exits 78 'a bad value is refused all the same'
context <<'X'
export FL_NUM_ROUNDS="5"
export ETH0_IP="192.0.2.1"
X
conf -q
is "$status $err" "0 $(printf '%s\n' "$err" | grep FL_CONTROL)" 'the same context again, with another address: no word of it'

# --- a one_env that one-apps cut short --------------------------------------------------------------
make_root <<'X'
export VMID="42"
export CA_CERT="c2Vj
9abc==
"
X
cat >"$ROOT/run/one-context/context.sh.local" <<'X'
CA_CERT='c2Vj
9abc==
'
FL_NUM_ROUNDS='5'
FL_STRATEGY='FedAdam'
VMID='42'
X
conf
exits 78 'a one_env that lacks what the context has: 78, not defaults that stand for ever'
like "$err" 'FL_NUM_ROUNDS, FL_STRATEGY: missing in .*one_env, although .*context\.sh\.local has them' 'it names them'
is "$(ls "$ROOT/opt" 2>/dev/null)" '' 'nothing is written'

# --- failures of the system: 71, the old files stand --------------------------------------------

# breaks DESCRIPTION FILE: 71, names the file; the old files of $before_files stand.
breaks()
{
	conf
	exits 71 "$1: 71"
	like "$err" "$2" "$1: names $2"
	is "$(find "$ROOT" -name '.*' -type f -o -name '*.tmp*' -o -name '*.new')" '' "$1: no temporary file is left"
}

make_root </dev/null
echo file >"$ROOT/opt"
breaks 'a file where opt is to be' "$ROOT/opt"
like "$err" 'step 4/12 .*failed' 'step 4 failed'
make_root </dev/null
mkdir -p "$ROOT/opt/flower"
echo file >"$ROOT/opt/flower/state"
breaks 'a file where state/ is to be' "$ROOT/opt/flower/state"
like "$err" 'step 5/12 .*failed' 'step 5 failed'
make_root </dev/null
mkdir -p "$ROOT/etc/systemd/system/flower-superlink.service"
breaks 'a folder where the unit is to be' "$ROOT/etc/systemd/system/flower-superlink.service"
like "$err" 'step 6/12 .*failed' 'step 6 failed'
make_root </dev/null
mkdir -p "$ROOT/opt/flower/config/superlink.env"
breaks 'a folder where superlink.env is to be' "$ROOT/opt/flower/config/superlink.env"
make_root </dev/null
conf
cp -a "$ROOT/opt/flower/config" "$T/config.old"
context <<'X'
export FL_NUM_ROUNDS="9"
X
if own=$(mount_options); then
	# A full disk: the new files have no room, the old ones stand.
	# shellcheck disable=SC2086 # words
	unshare $own sh -c 'mount -t tmpfs -o size=64k,nr_inodes=64 none "$1/opt/flower/config" &&
		cp -a "$2"/. "$1/opt/flower/config/" && { head -c 100000 /dev/zero >"$1/opt/flower/config/fill" || :; } 2>/dev/null
		fl-configure --root "$1"; status=$?
		rm -f "$1/opt/flower/config/fill"
		diff -r "$2" "$1/opt/flower/config" && exit "$status"' sh "$ROOT" "$T/config.old" >"$T/out" 2>"$T/err"
	status=$? out=$(cat "$T/out") err=$(cat "$T/err")
	exits 71 'trap 11: a full disk: 71, and the old files stand untouched'
	like "$err" 'No space left' 'trap 11: with the cause'
else
	skip 'trap 11: a full disk' 'no right to mount'
fi
if [ -w /dev/full ]; then
	run sh -c 'fl-configure --print=variables >/dev/full'
	exits 71 'stdout on a full disk: 71'
	like "$err" 'standard output' 'with the cause'
fi

done_testing
