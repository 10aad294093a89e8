#!/bin/sh
# Docker Engine, OneGate and SuperLink that misbehave: peers/cases.py has the cases, peers/http1.py and
# peers/http2.py the misdeeds. ONLY='step 7|publish' runs the cases whose name matches.
. "$(dirname "$0")/../cli/lib.sh"
needs_root
appliance_net

start_superlink --fleet 9092 --control 9093 --appio 9091
start_onegate
start_engine --image flwr/superlink:1.25.0
mkdir "$T/peers"
LIMIT=880
run "$PYTHON" "$top/tests/hostile/peers/peers.py" --build "$BUILD" --folder "$T/peers" --engine "$SOCK" \
	--scenario "$scenario" --gate "${GATE##*:}" --token "$TOKEN" --results "$T/results" --only "${ONLY-}"
exits 0 'all cases were run'
results "$T/results"
done_testing
