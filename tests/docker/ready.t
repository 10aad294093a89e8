#!/bin/sh
# fl-healthcheck says ready only after the SuperLink works, with Docker's userland proxy on (the default) and off.
# ROUNDS=N starts for each; the test prints the figures and does not judge them, as they depend on the machine.
. "${0%/*}/lib.sh"

# figures COLUMN
figures()
{
	awk -v column="$1" '{ print $column }' "$T/out" | sort -n |
		awk '{ v[NR] = $1 } END { printf "%s, %s, %s", v[1], v[int((NR + 1) / 2)], v[NR] }'
}

measure()
{
	wipe </dev/null
	boot
	exits 0 "proxy $1: the SuperLink boots"
	run "$PYTHON" "$docker/truth.py" --socket "$SOCK" --root "$ROOT" --check "$BUILD/fl-healthcheck" \
		--rounds "${ROUNDS:-5}"
	exits 0 "proxy $1: each start is seen"
	is "$(awk '$3 != 0' "$T/out")" '' "proxy $1: ready is told at each start"
	is "$(awk '$1 < 0' "$T/out")" '' "proxy $1: and never before it is true"
	note "proxy $1, $(grep -c . "$T/out") starts, milliseconds until ready was told (minimum, median, maximum):"
	note "  since the observer's last look that found it not ready: $(figures 1)"
	note "  since the end of its first look that found it ready: $(figures 2)"
	docker rm -f "$container" >/dev/null
}

LIMIT=200
real_engine
measure on
stop_engine
restart_engine --userland-proxy=false
measure off
done_testing
