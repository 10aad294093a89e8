#!/bin/sh
# kill -9, at random moments and at each system call that writes: every file is the old one or the new
# one, no success is claimed that did not happen, and the next run heals (spec sections 2, 3, 10, 11;
# trap 11). ROUNDS is the number of random kills, SEED the seed of their moments.
. "$(dirname "$0")/crashes/lib.sh"

ROUNDS=${ROUNDS:-1000}
SEED=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
note "SEED=$SEED ROUNDS=$ROUNDS"

# The cases with an Engine mostly wait: step 9 watches a container for a quarter of a second.
peers bootstrap '{}'
cases bootstrap crashes.py bootstrap --seed "$SEED" --rounds $((ROUNDS * 15 / 100))
peers calls-bootstrap '{}'
cases calls-bootstrap crashes.py calls-bootstrap
peers service-bootstrap '{"serve": true}'
cases service-bootstrap crashes.py service-bootstrap --seed "$SEED" --rounds $((ROUNDS * 5 / 100))
cases configure crashes.py configure --seed "$SEED" --rounds $((ROUNDS * 50 / 100))
finish configure
cases service-configure crashes.py service-configure --seed "$SEED" \
	--rounds $((ROUNDS - ROUNDS * 15 / 100 - ROUNDS * 5 / 100 - ROUNDS * 50 / 100))
cases calls crashes.py calls
for name in service-configure calls bootstrap calls-bootstrap service-bootstrap; do
	finish $name
done
done_testing
