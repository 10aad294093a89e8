#!/bin/sh
# How the C code looks.
. "${0%/*}/../tap.sh"
cd "$SRCDIR" || exit 71

sources=$(find lib cmd tests -name '*.[ch]' | sort)

# A tab counts as eight columns.
for f in $sources; do
	expand -t 8 "$f" | grep -n -E '^.{101,}' | sed "s|^|$f:|"
done >"$scratch/wide"
check 'no line is wider than 100 columns' none "$scratch/wide"

grep -n -E '[[:blank:]]+$' $sources >"$scratch/trailing"
check 'no blanks at the end of a line' none "$scratch/trailing"
grep -n -E '^ {8}' $sources >"$scratch/spaces"
check 'indented by tabs' none "$scratch/spaces"
for f in $sources; do
	[ -z "$(tail -c 1 "$f")" ] || echo "$f"
done >"$scratch/newline"
check 'every file ends in a newline' none "$scratch/newline"
grep -n -i -w -E 'TOD[O]|FIXM[E]' $sources >"$scratch/todo"
check 'nothing is left for later' none "$scratch/todo"

# Each version of clang-format breaks lines in another way: only Debian 12's counts.
case $(clang-format --version 2>/dev/null) in
*' 14.'*) check 'clang-format finds nothing to change' clang-format --dry-run -Werror $sources ;;
'') skip 'clang-format finds nothing to change' 'clang-format is not installed' ;;
*) skip 'clang-format finds nothing to change' "this machine's clang-format is not version 14" ;;
esac
plan
