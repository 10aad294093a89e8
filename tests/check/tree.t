#!/bin/sh
# The shape of the source tree.
. "${0%/*}/../tap.sh"
cd "$SRCDIR" || exit 71

# An in-tree build leaves its files at the top, so git is asked where it can be.
if git rev-parse --git-dir >/dev/null 2>&1; then
	git ls-files
else
	find . -type f ! -path './.git/*' ! -name '*.o' | sed 's|^\./||'
fi >"$scratch/files"

sed 's|/.*||' "$scratch/files" | sort -u | grep -v '^\.' | grep -v -x -E \
	'Makefile|configure|cmd|lib|man|tests|one-appliance|README\.md|LICENSE|CHANGELOG\.md' >"$scratch/top"
git rev-parse --git-dir >/dev/null 2>&1 || : >"$scratch/top"
check 'the top folder holds what it is meant to hold' none "$scratch/top"

# Values of Makefile lists, one a line.
list()
{
	sed -n "/^$1 :=/,/[^\\\\]\$/p" Makefile | sed "s/^$1 :=//; s/\\\\\$//" | tr -s ' \t' '\n' | sed '/^$/d'
}

list LIB | sort >"$scratch/listed"
list LIB >"$scratch/as-listed"
sed -n 's|^lib/\(.*\)\.c$|\1|p' "$scratch/files" | sort >"$scratch/modules"
check 'the Makefile lists every module of lib/, and no other' diff -u "$scratch/modules" "$scratch/listed"
check 'the list is sorted' diff -u "$scratch/as-listed" "$scratch/listed"

# each_has FOLDER PREFIX ENDING: for each AREA/NAME a file FOLDER/AREA/PREFIX NAME.ENDING.
each_has()
{
	while read -r m; do
		[ -f "$1/${m%/*}/$2${m#*/}.$3" ] || echo "$1/${m%/*}/$2${m#*/}.$3"
	done <"$scratch/modules" >"$scratch/absent"
	none "$scratch/absent"
}
check 'each module has its header' each_has lib '' h
check 'each module has its test' each_has tests/lib test_ c

sed -n 's|^tests/lib/\(.*\)/test_\(.*\)\.c$|\1/\2|p' "$scratch/files" | sort >"$scratch/tested"
check 'each test has its module' diff -u "$scratch/modules" "$scratch/tested"

for f in lib/*/*.h; do
	guard=FL_$(basename "$f" .h | tr 'a-z-' 'A-Z_')_H
	grep -q "^#ifndef $guard\$" "$f" && grep -q "^#define $guard\$" "$f" || echo "$f: $guard"
done >"$scratch/guards"
check 'each header is guarded by its own name' none "$scratch/guards"

for f in lib/*/*.c; do
	first=$(sed -n 's/^#include //p;' "$f" | sed 1q)
	own=${f#lib/}
	[ "$first" = "\"${own%.c}.h\"" ] || echo "$f: $first"
done >"$scratch/own"
check 'each module includes its own header first' none "$scratch/own"

find lib cmd -name "*.[ch]" | sort | while read -r f; do
	case $f in cmd/*) most=200 ;; *) most=300 ;; esac
	n=$(wc -l <"$f")
	[ "$n" -le "$most" ] || echo "$f: $n lines"
done >"$scratch/long"
check 'no module is longer than 300 lines, and no program than 200' none "$scratch/long"

# Each header stands on its own.
for f in lib/*/*.h; do
	printf '#include "%s"\n' "${f#lib/}"
done | while read -r line; do
	echo "$line" | ${CC:-cc} -std=c17 -D_GNU_SOURCE -Wall -Werror -Ilib -I"$BUILD" -I"$BUILD/.." \
		-I/usr/include/cjson -fsyntax-only -x c - || echo "$line"
done >"$scratch/alone" 2>&1
check 'each header compiles on its own' none "$scratch/alone"
plan
