#!/bin/sh
# The examples of the manual pages. `$` marks what runs in any folder, `#` what runs on an appliance.
# shellcheck disable=SC2016 # dollar signs are meant as they stand
. "$(dirname "$0")/appliance.sh"

# examples PAGE: its example lines, as a reader sees them.
examples()
{
	sed -n -e '/^\.Sh EXAMPLES/,/^\.Sh SEE/!d' -e 's/\\e/\\/g' -e '/^[$#] /p' "$BUILD/man/$1"
}

# The literal text that flower-context(5) says to save.
sed -n -e '/^\.Sh EXAMPLES/,/^\.Ed/!d' -e '/^export /p' "$BUILD/man/flower-context.5" >"$here/one_env"

documented 'service configure'
documented 'service bootstrap'
for page in fl-configure.8 fl-bootstrap.8 fl-healthcheck.8 fl-onegate-publish.8 flower-context.5 flower-appliance.7; do
	examples "$page" >"$T/examples"
	ok "$page has examples" test -s "$T/examples"
	while read -r prompt command; do
		if [ "$prompt" = '$' ]; then
			run sh -c "cd '$here' && $command"
			exits 0 "$(plain "$page: $command")"
		else
			documented "$command"
		fi
	done <"$T/examples"
	# The examples of the next page look once, at a container that has just been made.
	[ "$page" != fl-bootstrap.8 ] || documented 'fl-healthcheck --wait'
done
done_testing
