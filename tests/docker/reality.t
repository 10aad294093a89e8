#!/bin/sh
# For how long OneGate is wrong about a SuperLink that is killed, stopped, broken, late or moved (reality.py), on a booted
# system whose timer runs, with the scripts of the contextualization; and how a SuperLink heals that is killed at any moment.
# ROUNDS=20 AWAY=60 KILLS=50 STAY=20 gives figures to publish; ONLY='crash loop|kills' runs what has such a name.
. "${0%/*}/lib.sh"
. "${0%/*}/box.sh"

start_box
printf %s "$TOKEN" >"$T/token.txt"
"$PYTHON" "$docker/reality.py" --box "$box" --gate "${GATE#http://}" --journal "$gate_journal" --token-file "$T/token.txt" \
	--only "${ONLY-}" --rounds "${ROUNDS:-1}" --kills "${KILLS:-3}" --away "${AWAY:-5}" \
	--stay "${STAY:-5}" >"$T/rows"
is "$?" 0 'all scenarios were run'
results "$T/rows"
done_testing
