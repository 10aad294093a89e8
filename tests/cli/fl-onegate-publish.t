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

# with [NAME=VALUE...]: a context with OneGate, the VM's number, the token, and these.
with()
{
	variables "TOKENTXT=$TOKEN" VMID=42 "ONEGATE_ENDPOINT=$GATE" "$@" | make_root
	: >"$gate_journal"
}

publish()
{
	run fl-onegate-publish --root "$ROOT" "$@"
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

start_onegate
with
run fl-onegate-publish --help
exits 0 '--help exits 0'
for option in --dry-run --verify --print-curl --json --timeout --context --root; do
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
run sh -c 'fl-onegate-publish --root "$1" >&-' sh "$ROOT"
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
publish
is "$(printf '%s\n' "$out" | sed -n '2p')" 'FL_ENDPOINT=192.0.2.10:19092' 'trap 12: FL_ENDPOINT follows the fleet port'
with
publish | grep FL_ENDPOINT >/dev/null
ok 'it can be piped' sh -c 'fl-onegate-publish --root "$1" 2>/dev/null | grep -q ^FL_ENDPOINT=' sh "$ROOT"

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
		fl-onegate-publish --root "$ROOT" --timeout=2
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
	run env "$name=http://127.0.0.1:1" fl-onegate-publish --root "$ROOT"
	exits 0 "trap 10: $name is not used"
done
is "$(py "[e['proxied'] for e in l]" "$gate_journal")" '[false, false, false, false]' 'trap 10: straight to OneGate'
run env -i HOME=/ no_such=1 "$BUILD/fl-onegate-publish" --root "$ROOT"
exits 0 'an empty environment does'

# --- no OneGate, no token -----------------------------------------------------------------------

make_root </dev/null
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
make_root <<X
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
make_root </dev/null
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
run fl-onegate-publish --root "$ROOT" --timeout=21
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
background fl-onegate-publish --root "$ROOT" --timeout=5
wait_until test -s "$gate_journal"
unlike "$(tr '\0' ' ' <"/proc/$pid/cmdline")" "$TOKEN" 'the token is no argument'
unlike "$(tr '\0' '\n' <"/proc/$pid/environ")" "$TOKEN" 'nor in the environment'
is "$(cat "/proc/$pid/task/$pid/children")" '' 'no child process'
stop "$pid"

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
