#!/bin/sh
# The manual pages: mandoc finds nothing to say, and a page and its program know the same options. In these
# pages Fl marks an option of the page's own program and nothing else.
. "${0%/*}/../tap.sh"

pages='flower-context.5 flower-appliance.7 fl-bootstrap.8 fl-configure.8 fl-healthcheck.8 fl-onegate-publish.8'
programs='fl-bootstrap fl-configure fl-healthcheck fl-onegate-publish'

filled_in()
{
	test -s "$1" && ! grep -n '@[a-z_]*@' "$1"
}

# mandoc's complaints about missing pages are left out: they depend on what is installed here.
lint()
{
	mandoc -T lint -W base "$1" >"$scratch/lint" 2>&1
	grep -v 'STYLE: referenced manual not found' "$scratch/lint" >"$scratch/found"
	none "$scratch/found"
}

references()
{
	sed -n 's/^\.Xr \(fl[a-z-]*\) \([0-9]\).*/\1.\2/p' "$1" | sort -u | while read -r other; do
		test -s "$BUILD/man/$other" || echo "$other"
	done >"$scratch/dangling"
	none "$scratch/dangling"
}

for page in $pages; do
	if command -v mandoc >/dev/null; then
		check "$page: mandoc -T lint is silent" lint "$BUILD/man/$page"
	else
		skip "$page: mandoc -T lint is silent" 'mandoc is not installed'
	fi
	check "$page: the pages it refers to are there" references "$BUILD/man/$page"
	check "$page: every @name@ is filled in" filled_in "$BUILD/man/$page"
done

# One option a line, sorted: --help, -h. `Fl qv` is two.
options_of_page()
{
	sed -n 's/.*/ & /; s/ Fl /\n&/gp' "$1" |
		sed -n 's/^ Fl \(-\{0,1\}[A-Za-z][A-Za-z-]*\).*/-\1/p' |
		sed '/^-[A-Za-z]/{ s/^-//; s/./-&\n/g; s/\n$//; }' | sort -u
}

# In --help an option stands at the start of an indented line, maybe behind its short form.
options_of_help()
{
	"$1" --help | sed -n 's/^ \{1,6\}\(-.*\)/\1/p' | sed 's/  .*//; s/, /\n/' |
		sed -n 's/^\(-\{1,2\}[A-Za-z][A-Za-z-]*\).*/\1/p' | sort -u
}

same_options()
{
	sed -n '/^\.Sh EXAMPLES/q; s/^\./ /; p' "$BUILD/man/$1.8" >"$scratch/page"
	options_of_page "$scratch/page" >"$scratch/in-page"
	options_of_help "$BUILD/$1" >"$scratch/in-help"
	test -s "$scratch/in-help" && diff -u "$scratch/in-page" "$scratch/in-help"
}

# Nothing of ours can keep one-apps from it, so the reader must know.
for page in README.md man/flower-appliance.7.in man/flower-context.5.in; do
	like "$(sed 's/^\.[A-Z][a-z] //; s/`//g' "$SRCDIR/$page" | tr -s '\n ' ' ')" \
		'net-99-report-ready sources one_env as a shell script.*\$\(command\) is executed there' \
		"trap 31: $page says that net-99 executes one_env"
done

for p in $programs; do
	check "$p: the page and --help name the same options" same_options "$p"
done
plan
