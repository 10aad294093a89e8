#!/bin/sh
# The file that goes into a VM template says what the parameter table says.
. "${0%/*}/../tap.sh"

"$BUILD/fl-configure" --print=user-inputs >"$scratch/user-inputs"
check 'fl-configure --print=user-inputs prints something' test -s "$scratch/user-inputs"
check 'one-appliance/user-inputs is what the table prints' \
	diff -u "$SRCDIR/one-appliance/user-inputs" "$scratch/user-inputs"
plan
