#!/bin/sh
# lib/README.md and tests/README.md, the maps of the tree, name what is there and nothing else.
. "${0%/*}/../tap.sh"
cd "$SRCDIR" || exit 71

# same NAME FILE FILE: sorted, both hold the same lines.
same()
{
	sort -u "$2" >"$2.sorted"
	sort -u "$3" >"$3.sorted"
	check "$1" diff -u "$2.sorted" "$3.sorted"
}

ls -d lib/*/*.h | sed 's|^lib/\(.*\)/\(.*\)\.h$|\1 \2|' >"$scratch/modules"
sed -n 's/^| `\([a-z]*\)\/` |.*|\([^|]*\)|$/\1\2/p' lib/README.md | while read -r area modules; do
	for m in $modules; do
		echo "$area $m"
	done
done >"$scratch/told-modules"
same 'lib/README.md names the modules of each folder' "$scratch/modules" "$scratch/told-modules"

# A module (config/param) or one of its files (config/param.c).
grep -o '`[a-z]*/[a-z0-9][a-z0-9]*\(\.c\)\{0,1\}`' lib/README.md | tr -d '\140' | while read -r name; do
	[ -e "lib/${name%.c}.h" ] || echo "$name"
done >"$scratch/absent"
check 'each module that it speaks of is there' none "$scratch/absent"
check 'it speaks of some' grep -q 'config/param\.c' lib/README.md

ls -d tests/*/ | sed 's|^tests/||' >"$scratch/suites"
grep -o '`[a-z]*/[a-zA-Z.]*`' tests/README.md | tr -d '\140' | sed 's|/.*|/|' | grep -v -x tests/ >"$scratch/told-suites"
same 'tests/README.md names each folder of tests' "$scratch/suites" "$scratch/told-suites"

sed -n 's/^#:  *make \([a-z-]*\) .*/\1/p' Makefile | grep -E 'check|lint|fuzz|demo|bench|coverage|mutants' >"$scratch/targets"
sed -n 's/^| `make \([a-z-]*\)`.*/\1/p' tests/README.md >"$scratch/told-targets"
same 'and each target of make that tests or measures' "$scratch/targets" "$scratch/told-targets"

# The targets that it marks are those of continuous integration.
sed -n 's/^| `make \([a-z-]*\)`\* .*/\1/p' tests/README.md >"$scratch/marked"
sed -n "s/^\(one\|suite\) .*make [-A-Z0-9a-z= ]*\(check[a-z-]*\|lint\|demo\|fuzz\)\('\| .*\|\)\$/\2/p" .ci/run >"$scratch/ci"
same 'those that .ci/run calls are marked' "$scratch/marked" "$scratch/ci"
plan
