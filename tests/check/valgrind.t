#!/bin/sh
# The four programs under valgrind, in runs that succeed and in runs that fail: no wrong access, no leak, and only
# the standard descriptors stay open.
. "${0%/*}/../cli/lib.sh"
command -v valgrind >/dev/null || skip_all 'valgrind is not installed'
appliance_net

LIMIT=60

# clean WANTED NAME PROGRAM...: exit status and silence of valgrind, which gives 97 for what it finds.
clean()
{
	wanted=$1 name=$2
	shift 2
	run valgrind -q --error-exitcode=97 --leak-check=full --show-leak-kinds=definite,indirect,possible \
		--errors-for-leak-kinds=definite,indirect,possible --log-file="$T/valgrind" "$@"
	cat "$T/valgrind" >>"$T/err"
	is "$status:$(wc -l <"$T/valgrind")" "$wanted:0" "$name" || show "$(cat "$T/valgrind")"
}

at()
{
	wanted=$1 name=$2 program=$3
	shift 3
	clean "$wanted" "$name" "$BUILD/$program" --root "$ROOT" "$@"
}

clean 0 'fl-configure --help' "$BUILD/fl-configure" --help
clean 64 'a mistake in the call' "$BUILD/fl-configure" --nonsense

make_root <<'END'
export FL_NUM_ROUNDS="none"
export FL_STRATEGY="FedSomething"
export FL_TLS_ENABLED="YES"
export SSH_PUBLIC_KEY="ssh-rsa AAAA a@b
ssh-rsa "quoted" $(id) c@d"
END
at 78 'fl-configure: three errors' fl-configure

start_onegate
start_engine --image flwr/superlink:1.25.0
echo '{"container": {"serve": true}}' >"$scenario"
gate_variables FL_NUM_ROUNDS=5 | make_root
at 1 'fl-configure -n' fl-configure -n
for what in docker-run env unit json context variables user-inputs; do
	at 0 "fl-configure --print=$what" fl-configure --print="$what"
done
clean 1 'fl-healthcheck --probe=tcp, nobody there' "$BUILD/fl-healthcheck" --probe=tcp 127.0.0.1:1
at 1 'fl-onegate-publish, not configured yet' fl-onegate-publish --docker "$SOCK"
at 0 'fl-onegate-publish, its own attributes in XML' fl-onegate-publish 'FL_ENDPOINT=[2001:db8::1]:9092'
at 0 'fl-onegate-publish --print-curl' fl-onegate-publish --print-curl

needs_root 'a boot'
at 0 'fl-configure: fresh' fl-configure
at 0 'fl-configure: unchanged' fl-configure
at 1 'fl-healthcheck: no container' fl-healthcheck --docker "$SOCK"
at 0 'fl-bootstrap' fl-bootstrap --docker "$SOCK"
at 0 'fl-bootstrap, again' fl-bootstrap --docker "$SOCK" -v
at 0 'fl-healthcheck --wait' fl-healthcheck --docker "$SOCK" --wait=30 --json
# With --wait, as a single look may take more than its 5 seconds under valgrind on a loaded machine.
at 0 'fl-healthcheck -v' fl-healthcheck --docker "$SOCK" --wait=30 -v
at 0 'fl-onegate-publish --verify' fl-onegate-publish --docker "$SOCK" --verify --timeout=60
clean 0 'fl-healthcheck --probe=grpc' "$BUILD/fl-healthcheck" --probe=grpc 127.0.0.1:9092
at 75 'fl-bootstrap: no Engine' fl-bootstrap --docker "$T/none.sock" --timeout=1
done_testing
