#!/bin/sh
# The manual pages: mandoc finds nothing to say, and a page and its program know the same options. In these
# pages Fl marks an option of the page's own program and nothing else.
. "${0%/*}/tap.sh"

pages='flower-context.5 flower-appliance.7 fl-bootstrap.8 fl-configure.8 fl-healthcheck.8 fl-onegate-publish.8'
programs='fl-bootstrap fl-configure fl-healthcheck fl-onegate-publish'

filled_in()
{
	test -s "$1" && ! grep -n '@[a-z_]*@' "$1"
}

# References between the pages are looked up where man would look.
mkdir "$scratch/man" "$scratch/man/man5" "$scratch/man/man7" "$scratch/man/man8"
for page in $pages; do
	cp "$BUILD/man/$page" "$scratch/man/man${page##*.}/" 2>/dev/null
done

for page in $pages; do
	if command -v mandoc >/dev/null; then
		check "$page: mandoc -T lint is silent" silent \
			env MANPATH="$scratch/man:" mandoc -T lint -W base "$BUILD/man/$page"
	else
		skip "$page: mandoc -T lint is silent" 'no mandoc'
	fi
	check "$page: every @name@ is filled in" filled_in "$BUILD/man/$page"
done

# One option a line, sorted: -h, --help.
options_of_page()
{
	sed -n 's/.*/ & /; s/ Fl /\n&/gp' "$1" | sed -n 's/^ Fl \(-\{0,1\}[A-Za-z][A-Za-z-]*\).*/-\1/p' | sort -u
}

options_of_help()
{
	"$1" --help | sed 's/[^A-Za-z-]--*/\n&/g' | sed -n 's/^[^A-Za-z-]\(-\{1,2\}[A-Za-z][A-Za-z-]*\).*/\1/p' |
		sort -u
}

same_options()
{
	sed -n '/^\.Sh EXAMPLES/q; s/^\./ /; p' "$BUILD/man/$1.8" >"$scratch/page"
	options_of_page "$scratch/page" >"$scratch/in-page"
	options_of_help "$BUILD/$1" >"$scratch/in-help"
	test -s "$scratch/in-help" && diff -u "$scratch/in-page" "$scratch/in-help"
}

for p in $programs; do
	check "$p: the page and --help name the same options" same_options "$p"
done
plan
