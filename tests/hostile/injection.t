#!/bin/sh
# Hostile values at every place where a value can come in: each variable of the context in each shape of an entry,
# hostile names, operands, words of command lines. injection/payloads.py holds the values, rules.py the rules that no run
# may break; injection.py runs the programs.

# The test makes hundreds of small trees, so it makes them in memory: nobody needs them after a power cut.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$(dirname "$0")/../cli/lib.sh"
needs_root
appliance_net

start_engine --image flwr/superlink:1.25.0 --set 'pull={"*": "ok"}'
start_onegate --personality 7.2
printf %s "$TOKEN" >"$T/token.txt"

mkdir "$T/trees"
LIMIT=600
TOP=$top
export TOP
run env TOKEN_FILE="$T/token.txt" "$PYTHON" "$top/tests/hostile/injection/injection.py" "$T/trees" "$SOCK" "$engine_state" \
	"$engine_journal" "$GATE" "$gate_state" "$gate_journal"
exits 0 'the driver has come to its end'
results "$T/out"
done_testing
