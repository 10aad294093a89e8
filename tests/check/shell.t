#!/bin/sh
# The shell scripts: the ones that say sh are POSIX, as dash reads them.
. "${0%/*}/../tap.sh"
cd "$SRCDIR" || exit 71

# Files whose first line names a shell, and the libraries that they source.
for f in configure .ci/run $(find one-appliance tests -type f | sort); do
	[ -f "$f" ] || continue
	case $(head -n 1 "$f" | tr -d '\0') in
	'#!/bin/sh'*) echo "sh $f" ;;
	'#!/bin/bash'* | '#!/usr/bin/env bash'*) echo "bash $f" ;;
	*)
		case $f in *.sh) echo "sh $f" ;; esac
		;;
	esac
done >"$scratch/list"

while read -r shell f; do
	check "$f: $shell reads it" silent "$shell" -n "$f"
done <"$scratch/list"

# Left out: variables that come from, or go to, a file that is sourced; words that are split on purpose.
if command -v shellcheck >/dev/null; then
	for shell in sh bash; do
		check "shellcheck, $shell" silent shellcheck -s "$shell" -S warning -e SC2154,SC2034,SC2046 \
			$(sed -n "s/^$shell //p" "$scratch/list")
	done
else
	skip 'shellcheck' 'shellcheck is not installed'
fi
plan
