#!/bin/sh
# fl-onegate-publish: step 11, spec sections 8, 9 and 13.
# shellcheck disable=SC2016 # dollar signs are meant as they stand
. "$(dirname "$0")/lib.sh"
may_hold_secrets elsewhere curl.sh
appliance_net

FOUR='FL_READY=YES
FL_ENDPOINT=192.0.2.10:9092
FL_VERSION=1.25.0
FL_ROLE=superlink'

# with [NAME=VALUE...]: a configured tree whose context has OneGate, the VM's number, the token, and these.
with()
{
	variables "TOKENTXT=$TOKEN" VMID=42 "ONEGATE_ENDPOINT=$GATE" "$@" | configured
	: >"$gate_journal"
}

# configured <one_env
configured()
{
	make_root
	fl-configure -q --root "$ROOT" 2>/dev/null
}

publish()
{
	run fl-onegate-publish --root "$ROOT" --docker "$SOCK" "$@"
}

# serve: the SuperLink works, and $T/link.control rules what it answers.
serve()
{
	rm -f "$T/link.control"
	start_engine --image flwr/superlink:1.25.0
	printf '{"container": {"serve": true, "serve_options": ["--control-file", "%s"]}}\n' "$T/link.control" >"$scenario"
	configured </dev/null
	fl-bootstrap -q --root "$ROOT" --docker "$SOCK" && fl-healthcheck -q --root "$ROOT" --docker "$SOCK" --wait=30
}

# requests: METHOD of each one that came, in a line.
requests()
{
	py "' '.join(e['method'] for e in l)" "$gate_journal"
}

# another OPTION...: the stand-in anew.
another()
{
	stop "$gate_pid"
	start_onegate "$@"
}

# --- the call itself ----------------------------------------------------------------------------

needs_root
serve
start_onegate
with
run fl-onegate-publish --help
exits 0 '--help exits 0'
for option in --dry-run --verify --print-curl --json --timeout --context --root --docker --if-changed; do
	like "$out" "$option" "--help knows $option"
done
run fl-onegate-publish -V
like "$out" '^fl-onegate-publish [0-9]' '-V prints name and version'
for mistake in --nonsense --timeout=x --timeout=0 --timeout=-1 NOEQUALS =value FL-A=1 FL.A=1 'FL A=1' 1A=1; do
	publish "$mistake"
	exits 64 "$mistake is a mistake"
	is "$(wc -l <"$T/err")" 1 "$mistake: one line on stderr"
	is "$out" '' "$mistake: nothing on stdout"
done
for value in "$(printf 'a\nb')" "$(printf 'a\rb')" "$(printf 'a\tb')" "$(printf 'a\033b')" "$(printf 'a\177b')"; do
	publish "FL_A=$value"
	exits 64 'a control character in a value is refused'
	unlike "$(tr '\033\r\t\177' '@@@@' <"$T/err")" '@' 'and shown escaped'
done
publish 'FL_A=x]]>y'
exits 64 'a value that would end the CDATA section of OpenNebula'"'"'s own record is refused'
is "$(requests)" '' 'mistakes send nothing'

# --- what is sent -------------------------------------------------------------------------------

publish
exits 0 'the four attributes'
is "$out" "$FOUR" 'stdout is exactly the pairs'
is "$(requests)" PUT 'trap 14: one request'
is "$(py "l[0]['body']" "$gate_journal")" "$FOUR" 'trap 2: one pair a line (final line end below)'
is "$(py "l[0]['body'].endswith('superlink\n')" "$gate_journal")" true 'with a final line end'
is "$(py "l[0]['headers']['Content-Type'].split(';')[0]" "$gate_journal")" text/plain 'text/plain'
is "$(py "[l[0]['path'], l[0]['token_ok'], l[0]['headers']['X-ONEGATE-VMID'], l[0]['proxied']]" "$gate_journal")" \
	'["/vm", true, "42", false]' 'path, token and VMID'
is "$(stored)" 'FL_ENDPOINT=192.0.2.10:9092 FL_READY=YES FL_ROLE=superlink FL_VERSION=1.25.0' 'as OneGate has it'
like "$err" 'step 11/12 .*: done, [0-9.]+ ?(us|ms|s)' 'one step line with number, outcome and duration'
like "$(cat "$ROOT/var/log/one-appliance/flower-bootstrap.log")" 'step 11/12' 'also in the log file'

with
publish --json
is "$(py "d == dict(p.split('=', 1) for p in '''$FOUR'''.split('\n'))" "$T/out")" true '--json: one object'
with
publish -q
is "$status $err" '0 ' '-q is silent when all is well'
is "$out" "$FOUR" 'but for the data'
run sh -c 'fl-onegate-publish --root "$1" --docker "$2" >&-' sh "$ROOT" "$SOCK"
exits 71 'a closed stdout takes no data: 71'
like "$err" 'standard output' 'and says so'
with
publish -n
is "$status $out" "0 $FOUR" '-n prints the pairs'
is "$(requests)" '' '-n sends nothing'
with
publish --print-curl
exits 0 '--print-curl'
is "$(requests)" '' '--print-curl sends nothing'
like "$out" '^curl ' 'prints a command'
unlike "$out$err" "$TOKEN" 'without the token'
like "$out" "$GATE/vm" 'with the URL'
if command -v curl >/dev/null; then
	# The command names no token: a variable or a word to be replaced takes its place.
	sed 's/X-ONEGATE-TOKEN: [^"'\'']*/X-ONEGATE-TOKEN: '"$TOKEN"'/' "$T/out" >"$T/curl.sh"
	run sh "$T/curl.sh"
	is "$(py "[l[0]['body'].split('\n'), l[0]['status']] == ['''$FOUR'''.split('\n') + [''], 200]" "$gate_journal")" \
		true 'the command does the same'
fi

with
publish MY_A=1 MY_B='two words' 'MY_C=x=y&z%41+#;|$(id)'
is "$out" 'MY_A=1
MY_B=two words
MY_C=x=y&z%41+#;|$(id)' 'operands instead of the four'
is "$(stored)" 'FL_ENDPOINT=192.0.2.10:9092 FL_READY=YES FL_ROLE=superlink FL_VERSION=1.25.0 MY_A=1 MY_B=two words MY_C=x=y&z%41+#;|$(id)' \
	'with their values as they are'
with FL_FLEET_API_ADDRESS=0.0.0.0:19092 FLOWER_VERSION=1.24.0-py3.13 FL_CONTROL_API_ADDRESS=127.0.0.1:9093
publish -n
is "$(printf '%s\n' "$out" | sed -n '2p')" 'FL_ENDPOINT=192.0.2.10:19092' 'trap 12: FL_ENDPOINT follows the fleet port'
with
publish | grep FL_ENDPOINT >/dev/null
ok 'it can be piped' sh -c 'fl-onegate-publish --root "$1" --docker "$2" 2>/dev/null | grep -q ^FL_ENDPOINT=' sh "$ROOT" "$SOCK"

# --- every OneGate ------------------------------------------------------------------------------

# keeps NAME=VALUE...: the values come out as they went in, all from one request.
keeps()
{
	with
	publish --verify "$@"
	exits 0 "$version: $*"
	for pair in "$@"; do
		is "$(py "d.get('${pair%%=*}')" "$gate_state")" "${pair#*=}" "$version: $pair"
	done
}

for version in 6.10 7.0.0 7.0.1 7.2 7.4 newest; do
	another --personality "$version"
	with
	publish --verify
	is "$status $out" "0 $FOUR" "$version: the four attributes, verified"
	is "$(requests)" 'PUT GET' "$version: one PUT, one GET"
	is "$(stored)" 'FL_ENDPOINT=192.0.2.10:9092 FL_READY=YES FL_ROLE=superlink FL_VERSION=1.25.0' "$version: stored"
	keeps 'FL_A=[2001:db8::1]:9092' 'FL_B=a,b' 'FL_C=C:\new\x' 'FL_D=say "hi"' 'FL_E="' 'FL_F=\' "FL_G=<&>'" \
		'FL_H=[x]' 'FL_I=ü€' 'FL_J=x=y'
	keeps FL_K=x 'FL_L=#%&+;' 'FL_M=two words' 'FL_N=ü€'
	with
	publish FL_EMPTY= FL_B=x
	is "$status $(py "[d.get('FL_EMPTY'), d.get('FL_B')]" "$gate_state")" '0 ["", "x"]' "$version: an empty value"
	with
	publish FL_B=x FL_EMPTY=
	is "$status $(py "d.get('FL_EMPTY')" "$gate_state")" '0 ' "$version: an empty value at the end"
	with
	publish --verify 'FL_C=a,b' FL_EMPTY2=
	if [ "$status" -eq 0 ]; then
		is "$(py "d.get('FL_EMPTY2')" "$gate_state")" '' "$version: an empty value beside a special one is kept"
	else
		is "$out" '' "$version: an empty value beside a special one is refused or found missing"
	fi
	with
	publish SERVICE_ID=3 FL_Z=1
	is "$status $out" '69 ' "$version: a restricted attribute: 69"
	is "$(requests)" PUT "$version: not tried again"
	like "$err" 'SERVICE_ID|restricted' "$version: with the cause"
	is "$(py "'FL_Z' in d" "$gate_state")" false "$version: nothing applied"
done

# --- refusals and failures ----------------------------------------------------------------------

another
with
context <<X
export TOKENTXT="another=="
export VMID="42"
export ONEGATE_ENDPOINT="$GATE"
X
publish
is "$status $out" '69 ' 'a wrong token: 69, nothing published'
like "$err" '401.*TOKEN=YES' 'with the likely cause'
is "$(requests)" PUT 'and no second try'
unlike "$err" 'another==' 'the token is not shown'
another --fail=400:1 --fail=403:1 --fail=404:1 --fail=405:1 --fail=500:1 --fail=ok:1 --fail=502:1 \
	--fail=ok:1 --fail=503:1 --fail=ok:1 --fail=504:1 --fail=ok:1 --fail=429:1 --fail=ok:1 --fail=503:2
for code in 400 403 404 405; do
	with
	publish
	is "$status $out $(requests)" '69  PUT' "$code is final"
	like "$err" "$code" "$code is named"
done
for code in 500 502 503 504 429; do
	with
	publish
	is "$status $(requests)" '0 PUT PUT' "$code is tried again"
done
with
publish
is "$status $(requests)" '0 PUT PUT PUT' 'and again'
is "$out" "$FOUR" 'what was published is printed once'
another --fail=close:1 --fail=reset:1
with
publish
is "$status $(requests)" '0 PUT PUT PUT' 'lost connections are tried again'
another --fail=503
with
publish --timeout=1
is "$status $out" '69 ' 'retries used up: 69'
ok 'with more than one try' test "$(grep -c PUT "$gate_journal")" -gt 1
# A silent name server costs no more time than a silent OneGate, and the message says which one it is.
if own=$(mount_options) && [ -f /etc/resolv.conf ]; then
	background "$PYTHON" -c 'import signal, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
open(sys.argv[1], "w").write("bound")
signal.pause()' "$T/dns"
	wait_until test -s "$T/dns"
	with ONEGATE_ENDPOINT=http://onegate.example.org:5030
	echo 'nameserver 127.0.0.1' >"$T/resolv.conf"
	# shellcheck disable=SC2086 # words
	run unshare $own sh -c 'mount --bind "$1/resolv.conf" /etc/resolv.conf && shift && exec "$@"' sh "$T" \
		fl-onegate-publish --root "$ROOT" --docker "$SOCK" --timeout=2
	is "$status $out" '75 ' 'a silent name server: 75'
	like "$err" 'name server.*DNS' 'with the cause'
	stop "$pid"
else
	skip 'a silent name server' 'no right to make a mount namespace'
fi
another --fail=stall
with
publish --timeout 1
is "$status $out" '75 ' 'no answer: 75'
another --fail=slow
with
publish --timeout=1
is "$status $out" '75 ' 'an answer that drips: 75'
another --fail=refuse
with
publish --timeout=1
is "$status $out" '69 ' 'no connection: 69'
like "$err" "$GATE" 'naming the URL'
another --fail=garbage
with
publish --timeout=1
is "$status $out" '69 ' 'no HTTP: 69'
another
elsewhere=$GATE elsewhere_pid=$gate_pid
cp "$gate_journal" "$T/elsewhere.journal" 2>/dev/null
start_onegate --fail=redirect --redirect-to "$elsewhere/vm"
with
publish --timeout=1
is "$status $out" '69 ' 'a redirect: 69'
is "$(requests)" PUT 'is final'
stop "$elsewhere_pid"
another --fail=huge
with
publish --timeout=2
ok 'a huge answer does no harm' test "$status" -eq 0 -o "$status" -eq 69
another --fail=huge --fail-method=GET
with
publish --verify --timeout=2
is "$status $out" '69 ' 'a huge answer to --verify: 69'
another --fail=forget
with
publish --verify --timeout=2
is "$status $out" '69 ' '--verify: 200 but nothing stored: 69'
like "$err" 'FL_READY' 'naming what is missing'
another --fail=503:1 --fail-method=GET
with
publish --verify
is "$status $out" "0 $FOUR" '--verify is tried again as well'

# Trap 10: a proxy in the environment.
another
with
for name in http_proxy HTTP_PROXY all_proxy ALL_PROXY; do
	run env "$name=http://127.0.0.1:1" fl-onegate-publish --root "$ROOT" --docker "$SOCK"
	exits 0 "trap 10: $name is not used"
done
is "$(py "[e['proxied'] for e in l]" "$gate_journal")" '[false, false, false, false]' 'trap 10: straight to OneGate'
run env -i HOME=/ no_such=1 "$BUILD/fl-onegate-publish" --root "$ROOT" --docker "$SOCK"
exits 0 'an empty environment does'

# --- no OneGate, no token -----------------------------------------------------------------------

configured </dev/null
publish
is "$status $out" '1 ' 'trap 17: no OneGate: 1, nothing published'
like "$err" 'ONEGATE_ENDPOINT' 'and why'
publish -n MY_A=1
is "$status $out" '0 MY_A=1' 'no OneGate: -n shows the pairs all the same'
for options in --print-curl '-n --print-curl'; do
	publish $options MY_A=1
	is "$status $out" '1 ' "no OneGate: $options has no command to show"
	like "$err" 'ONEGATE_ENDPOINT' 'and says why'
done
configured <<X
export VMID="42"
export ONEGATE_ENDPOINT="$GATE"
X
: >"$gate_journal"
publish
is "$status $out" '69 ' 'an endpoint without a token: 69'
like "$err" 'TOKEN=YES' 'with the cause'
is "$(requests)" '' 'nothing is sent'
printf 'export ONEGATE_ENDPOINT="%s"\n' "$GATE" | context
publish
is "$status $out" '69 ' 'the same where VMID is missing as well'
like "$err" 'TOKEN=YES' 'with the cause'
printf 'export VMID="42"\nexport ONEGATE_ENDPOINT="%s"\n' "$GATE" | context
printf '%s\n' "$TOKEN" >"$ROOT/run/one-context/token.txt"
publish
is "$status $out" "0 $FOUR" 'token.txt beside one_env'
printf 'export TOKENTXT="%s"\nexport VMID="42"\nexport ONEGATE_ENDPOINT="%s"\n' "$TOKEN" "$GATE" | context
rm "$ROOT/run/one-context/token.txt"
publish
exits 0 'trap 16: no token.txt, TOKENTXT in one_env'
for bad in VMID=x ONEGATE_ENDPOINT=nowhere ONEGATE_ENDPOINT=ftp://x ETH0_IP=1.2.3 ETH0_IP=host "TOKENTXT=a b"; do
	with "$bad"
	publish
	is "$status $out" '78 ' "$bad: 78"
	like "$err" "${bad%%=*}" 'named'
	is "$(requests)" '' 'nothing is sent'
done
with "TOKENTXT=secret word"
publish -v
unlike "$err" 'secret word' 'a bad token is not shown'
configured </dev/null
rm "$ENV_FILE"
publish
exits 78 'no context: 78'
with
mv "$ENV_FILE" "$T/elsewhere"
publish --context "$T/elsewhere"
exits 0 '--context FILE'
with "ONEGATE_ENDPOINT=$GATE/"
publish
exits 0 'an endpoint with a final slash'
is "$(py "l[0]['path']" "$gate_journal")" /vm 'is no double one'
publish --timeout=21
like "$status" '^(0|64)$' 'a total above 20 s is refused or taken'

# --- long values --------------------------------------------------------------------------------

long=$(printf %0700d 0)
with "ONEGATE_ENDPOINT=$GATE/$long"
publish
exits 69 'a long path in ONEGATE_ENDPOINT'
like "$err" 'HTTP status 400.*its path is wrong' 'leaves room for the cause'

# --- the token ----------------------------------------------------------------------------------

with
start_journal
publish -v
unlike "$out$err$(cat "$T/journal" "$ROOT/var/log/one-appliance/"*)" "$TOKEN" 'the token is in no output, log or journal'
is "$(grep -rl -- "$TOKEN" "$ROOT" | sed "s|$ROOT/||")" run/one-context/one_env 'and in no file but the context'
another --fail=stall
with
background fl-onegate-publish --root "$ROOT" --docker "$SOCK" --timeout=5
wait_until test -s "$gate_journal"
unlike "$(tr '\0' ' ' <"/proc/$pid/cmdline")" "$TOKEN" 'the token is no argument'
unlike "$(tr '\0' '\n' <"/proc/$pid/environ")" "$TOKEN" 'nor in the environment'
is "$(cat "/proc/$pid/task/$pid/children")" '' 'no child process'
stop "$pid"

# --- what is true now ---------------------------------------------------------------------------

GONE='FL_READY=NO'

# gone DESCRIPTION [PATTERN]: publish says that the SuperLink is not ready, and why, and tells OneGate so.
gone()
{
	: >"$gate_journal"
	publish
	is "$status $out" "1 $GONE" "$1: 1, FL_READY=NO"
	like "$err" "step 11/12 .*: failed, .*: ${2-container}" 'with the cause'
	is "$(py "[e['body'] for e in l]" "$gate_journal")" '["FL_READY=NO\n"]' 'alone, in one request'
}

another
with
publish -q
printf '{"control.mode": "reset"}\n' >"$T/link.control"
gone 'a SuperLink that does not answer' control
is "$(stored)" "FL_ENDPOINT=192.0.2.10:9092 FL_READY=NO FL_ROLE=superlink FL_VERSION=1.25.0" 'as OneGate has it'
like "$(cat "$ROOT/etc/one-appliance/config")" 'published *= no, control: ' 'the report says so'
publish --json
is "$status $(py d "$T/out")" '1 {"FL_READY": "NO"}' 'and --json'
publish -n
is "$status $out" "0 $FOUR" '-n looks at nothing'
rm "$T/link.control"
publish
is "$status $out" "0 $FOUR" 'when it serves again: the four attributes'
engine_call POST '/containers/flower-superlink/stop?t=1' >/dev/null
gone 'trap 41: after docker stop'
publish MY_A=1
is "$status $out" '0 MY_A=1' 'operands are published without a look'
rm "$ROOT/opt/flower/config/superlink.json"
gone 'a tree that was never configured' '.*superlink\.json'
echo half >"$ROOT/opt/flower/config/superlink.json"
: >"$gate_journal"
publish
is "$status $out $(requests)" '78  ' 'an invalid superlink.json: what cannot be judged is not told'
configured </dev/null
publish
is "$status $out" '1 ' 'no OneGate, not ready: 1'
like "$err" 'failed, .*: container' 'and why'
another --fail=503
with
publish --timeout=1
is "$status $out" '69 ' 'not ready, and OneGate does not take that: 69'
like "$err" 'container: ' 'why it is not ready'
like "$(tail -n 1 "$T/err")" '503' 'and what OneGate said, last'

# It dies while OneGate is down: FL_READY=YES is not tried again.
serve
another --fail=stall:1
with
background fl-onegate-publish --root "$ROOT" --docker "$SOCK" --timeout=8
wait_until test -s "$gate_journal"
printf '{"fleet.mode": "reset"}\n' >"$T/link.control"
wait "$pid"
is "$? $(stored)" '1 FL_READY=NO' 'a SuperLink that dies between two tries'
is "$(py "[e['body'].split('\\n')[0] for e in l]" "$gate_journal")" '["FL_READY=YES", "FL_READY=NO"]' 'is announced once only'
rm "$T/link.control"

# --- what OneGate was told ----------------------------------------------------------------------

another
with
publish --if-changed
is "$status $out $(requests)" "0 $FOUR PUT" '--if-changed: nothing was told yet'
publish --if-changed
is "$status $out $(requests)" '0  PUT' '--if-changed: nothing changed, nothing sent, nothing printed'
publish
is "$status $out $(requests)" "0 $FOUR PUT PUT" 'without it everything is sent'
publish --if-changed FL_ROLE=superlink
is "$status $out $(requests)" '0  PUT PUT' 'operands that OneGate was told'
publish --if-changed FL_ROLE=other
publish --if-changed
is "$out $(requests)" "$FOUR PUT PUT PUT PUT" 'and others, after which the four are told again'
printf '{"fleet.mode": "reset"}\n' >"$T/link.control"
publish --if-changed
is "$status $out" "1 $GONE" 'FL_READY=NO is news'
publish --if-changed
is "$status $out" '1 ' 'once'
rm "$T/link.control"
publish --if-changed
is "$status $out" "0 $FOUR" 'and so is FL_READY=YES then'
is "$(mode_of "$ROOT/run/flower-superlink/onegate")" 600 "only root may read what was told, and lock it"
variables "TOKENTXT=$TOKEN" VMID=43 "ONEGATE_ENDPOINT=$GATE" | context
publish --if-changed
is "$status $out" '69 ' 'another VM was told nothing yet'
another --fail=stall:1
with
publish --timeout=1
: >"$gate_journal"
publish --if-changed
is "$status $out $(requests)" "0 $FOUR PUT" 'what may have got lost is told again'

# Two at once do not cross: the second begins when the first has told.
another --fail=stall:1
with
background fl-onegate-publish --root "$ROOT" --docker "$SOCK" --timeout=4
first=$pid
wait_until test -s "$gate_journal"
publish --if-changed
is "$status $out $(requests)" '0  PUT PUT' 'two at once: the second has nothing left to tell'
wait "$first"
is "$?" 0 'as the first has told it'

# --- section 9: which address -------------------------------------------------------------------

another
# endpoint ADDRESS DESCRIPTION [NAME=VALUE...]: FL_ENDPOINT's address with this context.
endpoint()
{
	address=$1 description=$2
	shift 2
	with "$@"
	publish -n -v
	is "$(printf '%s\n' "$out" | sed -n 's/^FL_ENDPOINT=\(.*\):[0-9]*$/\1/p')" "$address" "$description"
}

ip link set eth0 down
ip link delete eth0
# Trap 7: docker0 comes first in every list.
add_link docker0 02:42:00:00:00:01 172.17.0.1/16
add_link br-1234 02:42:00:00:00:02 172.18.0.1/16
add_link eth0 02:00:c0:00:02:0a 192.0.2.10/24
add_link eth1 02:00:c6:33:64:07 198.51.100.7/24
ip addr add 169.254.9.9/16 dev eth1
ip route add default via 198.51.100.1
endpoint 192.0.2.10 'ETH0_IP, if a link carries it' ETH0_IP=192.0.2.10
like "$err" 'ETH0_IP' '-v says so'
endpoint 192.0.2.10 'ETH0_IP that no link carries: the address of the link with ETH0_MAC' \
	ETH0_IP=192.0.2.77 ETH0_MAC=02:00:c0:00:02:0a
like "$err" 'ETH0_MAC' '-v says so'
endpoint 192.0.2.10 'ETH0_MAC in capitals' ETH0_MAC=02:00:C0:00:02:0A
endpoint 192.0.2.10 'the address towards OneGate' ONEGATE_ENDPOINT=http://192.0.2.50:5030
like "$err" 'OneGate' '-v says so'
endpoint 198.51.100.7 'trap 7: OneGate on loopback: that of the default route, not docker0'
like "$err" 'default route' '-v says so'
endpoint 198.51.100.7 'never docker0, even if ETH0_IP says so' ETH0_IP=172.17.0.1
endpoint 198.51.100.7 'never loopback' ETH0_IP=127.0.0.1
endpoint 198.51.100.7 'never link-local' ETH0_IP=169.254.9.9
endpoint 198.51.100.7 'never docker0 towards OneGate' ONEGATE_ENDPOINT=http://172.17.0.5:5030
endpoint 198.51.100.7 'a link-local OneGate: never the link-local address' ONEGATE_ENDPOINT=http://169.254.16.9:5030
ip route del default
ip link set eth0 down
ip link set eth1 down
with
publish
is "$status $out" '69 ' 'no address: nothing is published'
like "$err" '172\.17\.0\.1|docker0' 'with the candidates'
is "$(requests)" '' 'and nothing is sent'

done_testing
