#!/bin/sh
# The power cut: at every moment of every run that writes, everything that was not synced may be lost. Each
# file is then the old one or the new one, a success is recorded only if it is true, and the next run
# heals (spec sections 2, 3, 10 and 13; trap 11). Writers with mistakes show that the test can fail.
. "$(dirname "$0")/crashes/lib.sh"

SEED=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
note "SEED=$SEED"
cases configure durable.py configure --seed "$SEED"
peers service '{"serve": true}'
cases service durable.py service --seed "$SEED"
finish configure
finish service
done_testing
