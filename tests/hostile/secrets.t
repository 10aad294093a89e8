#!/bin/sh
# The token leaves in one way: as a header of a request to OneGate. strace sees every name of a file, every argument,
# every environment and every byte that is written or sent; nor is there a core when a program crashes. What the other
# tests leave is looked at by tests/tap.sh, which is tried here as well.
. "$(dirname "$0")/../cli/lib.sh"
needs_root
appliance_net # the ports are fixed: 9091, 9092, 9093
command -v strace >/dev/null || skip_all 'strace is not installed'
may_hold_secrets 'strace.*'

start_engine --image flwr/superlink:1.25.0
start_onegate
: >"$gate_journal"
echo '{"container": {"serve": true}}' >"$scenario"
gate_variables FL_CONTROL_API_ADDRESS=127.0.0.1:9093 "MY_PASSWORD=$PASSWORD" "FL_API_TOKEN=$PASSWORD" \
	"CLIENT_SECRET=$PASSWORD" | make_root
start_journal

# told: the lines of the last trace that hold a secret, without the requests to OneGate.
told()
{
	grep -aF -e "${TOKEN%%=*}" -e "$PASSWORD" "$T/strace.out" |
		grep -avE "^[0-9]+ +sendto\([0-9]+<TCP:\[[0-9.:]+->${GATE#http://}\]>, \"(PUT|GET) /vm HTTP/1\.1.*X-ONEGATE-TOKEN: "
}

requests()
{
	grep -c '"method"' "$gate_journal"
}

# traced NAME COMMAND...: no system call holds a secret, but each request to OneGate holds it once.
traced()
{
	traced_name=$1 before=$(requests)
	shift
	run strace -f -qq -v -yy -s 65536 -o "$T/strace.out" \
		-e trace=execve,execveat,%file,write,writev,pwrite64,pwritev,sendto,sendmsg,sendmmsg,sendfile "$@"
	ok "$traced_name: done" test "$status" -eq 0
	is "$(told | cut -c1-200)" '' "$traced_name: no secret in a file, a name, an argument, an environment or a message"
	is "$(grep -acF "X-ONEGATE-TOKEN: $TOKEN" "$T/strace.out")" $(($(requests) - before)) \
		"$traced_name: only its requests to OneGate ($(($(requests) - before))) have the token"
	note "$traced_name: $(wc -l <"$T/strace.out") system calls"
}

traced fl-configure fl-configure -v --root "$ROOT"
traced 'fl-configure --print=context' fl-configure -v --root "$ROOT" --print=context
traced fl-bootstrap fl-bootstrap -v --root "$ROOT" --docker "$SOCK"
traced fl-healthcheck fl-healthcheck -v --wait=30 --root "$ROOT" --docker "$SOCK"
traced fl-onegate-publish fl-onegate-publish -v --verify --root "$ROOT" --docker "$SOCK"
traced 'fl-onegate-publish -n' fl-onegate-publish -v -n --root "$ROOT"
traced 'fl-onegate-publish --print-curl' fl-onegate-publish -v --print-curl --root "$ROOT"
SERVICE="$top/one-appliance/service --root $ROOT --bindir $BUILD"
traced 'service configure' env DOCKER_HOST="unix://$SOCK" dash $SERVICE configure
traced 'service bootstrap' env DOCKER_HOST="unix://$SOCK" dash $SERVICE bootstrap
traced 'service status' dash $SERVICE status

# As one-contextd calls it, with every variable of the context in the environment.
run strace -f -qq -v -s 65536 -o "$T/strace.out" -e trace=execve \
	env TOKENTXT="$TOKEN" MY_PASSWORD="$PASSWORD" CONTEXT_FILE="$ENV_FILE" dash $SERVICE configure
exits 0 'service configure with the secrets in its environment'
is "$(grep -a 'execve("[^"]*/fl-' "$T/strace.out" | grep -acF -e "$TOKEN" -e "$PASSWORD")" 0 'hands them to no program'
ok 'of which it runs three' test "$(grep -ac 'execve("[^"]*/fl-' "$T/strace.out")" -eq 3

# --- a OneGate that repeats the token -----------------------------------------------------------

# An answer that repeats the request, as a proxy's error page may.
background "$PYTHON" -c '
import http.server, sys
class Echo(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        text = str(self.headers).encode()
        self.send_response(400, self.headers["X-ONEGATE-TOKEN"])
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Echo)
with open(sys.argv[1], "w") as out:
    out.write("%d\n" % server.server_port)
server.serve_forever()' "$T/echo.port"
wait_until test -s "$T/echo.port"
GATE=http://127.0.0.1:$(cat "$T/echo.port")
gate_variables | context
run fl-onegate-publish -v --root "$ROOT"
exits 69 'a OneGate that repeats the request'
unlike "$out$err" "${TOKEN%%=*}" 'is not repeated'

# --- crashes ------------------------------------------------------------------------------------

# crash COMMAND...: sends SIGSEGV at its first message, when it has read the context; prints how it ended.
mkdir "$T/cores"
crash()
{
	{
		(cd "$T/cores" && prlimit --core=unlimited:unlimited \
			strace -o "$T/strace.crash" -e trace=write -e inject=write:signal=SEGV:when=1 "$@")
	} >/dev/null 2>&1
	tail -n 1 "$T/strace.crash"
}

if [ "$(crash /bin/echo x)" = '+++ killed by SIGSEGV (core dumped) +++' ]; then
	rm -f "$T/cores"/*
	for command in "fl-configure -v" "fl-bootstrap -v --docker $T/none --timeout 1" "fl-healthcheck -v --docker $T/none" \
		"fl-onegate-publish -v"; do
		# shellcheck disable=SC2086 # words
		is "$(crash $command --root "$ROOT")" '+++ killed by SIGSEGV +++' "${command%% *} leaves no core"
	done
	is "$(ls "$T/cores")" '' 'and no file'
else
	skip 'no core of a crash' 'this machine keeps none'
fi

# --- the search in the other tests --------------------------------------------------------------

mkdir "$T/try"
for form in "raw $TOKEN" "URL $(printf %s "$TOKEN" | sed 's/=/%3D/g')" "base64 $(printf %s "$TOKEN" | base64 -w 0)" \
	"base64+1 $(printf %s "x$TOKEN" | base64 -w 0)" "base64+2 $(printf %s "xy$TOKEN" | base64 -w 0)" \
	"hex $(printf %s "$TOKEN" | od -An -v -tx1 | tr -d ' \n')" "password $PASSWORD"; do
	printf 'a\0b%s c' "${form#* }" >"$T/try/file"
	look_for_secrets "$T/try"
	is "$(cat "$T/leaks")" "$T/try/file" "a file that holds a secret is found: ${form%% *}"
	: >"$T/leaks"
done
rm -r "$T/try"
run echo "x${TOKEN}x"
is "$(cat "$T/leaks")" "output of: echo x${TOKEN}x" 'and so is the output of a program'
: >"$T/leaks"
: >"$T/out"

# The runner finds what a test prints, whether or not that test fails.
printf 'echo "1..1"\necho "ok 1 - fine"\necho "# %s" >&2\n' "$TOKEN" >"$T/strace.t"
run env -u FL_RUN_LOGS COUNTS= sh "$top/tests/run" -j 1 "$T/strace.t"
is "$status $(grep -c 'counted as one failure' "$T/out")" '1 1' 'a test that prints the token fails'
: >"$T/leaks"
: >"$T/out"
done_testing
