#!/bin/sh
# Who may include whom: lib/'s folders have one direction, and its modules no circle.
#   TREE=DIR  judges DIR/lib and DIR/libflctx.a instead (the test tries itself on trees that break the rule)
. "${0%/*}/../tap.sh"
own=$0

# The third column of the page is the rule.
sed -n 's/^| `\([a-z]*\)\/` |[^|]*|\([^|]*\)|.*/\1:\2/p' "$SRCDIR/lib/README.md" >"$scratch/may"

# Each include of a folder that the file's own folder may not use.
upward()
{
	for f in "$1"/lib/*/*.[ch]; do
		area=${f#"$1"/lib/} area=${area%%/*}
		sed -n 's|^#include "\([a-z]*\)/.*|\1|p' "$f" | sort -u | while read -r other; do
			[ "$other" = "$area" ] || grep -q "^$area:.* $other\( \|\$\)" "$scratch/may" ||
				echo "${f#"$1"/} includes $other/"
		done
	done
}

# Pairs of objects of which the first calls the second.
calls()
{
	"${NM:-nm}" -A -g "$1" | sed 's/^[^:]*://' | awk '
		{ split($1, at, ":") }
		/ [TDRB] fl_/ { home[$NF] = at[1] }
		/ U fl_/ { wants[at[1], $NF] }
		END { for (w in wants) { split(w, p, SUBSEP)
			if (p[2] in home && home[p[2]] != p[1]) print p[1], home[p[2]] } }' | sort -u
}

# tsort(1)'s message about a circle, or nothing if there is none.
circle()
{
	calls "$1" >"$scratch/calls"
	test -s "$scratch/calls" || echo 'no calls between objects were found'
	tsort "$scratch/calls" 2>"$scratch/loop" >/dev/null
	cat "$scratch/loop"
}

twice()
{
	find "$1/lib" -name '*.c' -exec basename {} \; | sort | uniq -d
}

if [ -n "${TREE-}" ]; then
	upward "$TREE"
	circle "$TREE/libflctx.a"
	twice "$TREE"
	exit
fi

upward "$SRCDIR" >"$scratch/up"
check 'lib/README.md has a rule for each folder' test "$(wc -l <"$scratch/may")" -eq "$(ls -d "$SRCDIR"/lib/*/ | wc -l)"
check 'each folder includes only what stands below it' none "$scratch/up"
circle "$BUILD/libflctx.a" >"$scratch/circle"
check 'no circle of modules' none "$scratch/circle"
twice "$SRCDIR" >"$scratch/twice"
check 'no two modules of one name' none "$scratch/twice"

# broken NAME PATTERN COMMAND: in a copy of lib/ that COMMAND changes (its folder is $t), the rule is broken.
broken()
{
	t=$scratch/tree
	rm -rf "$t"
	mkdir "$t" && cp -r "$SRCDIR/lib" "$t" && cp "$BUILD/libflctx.a" "$t"
	eval "$3"
	TREE=$t sh "$own" >"$scratch/answer" 2>&1
	check "$1" grep "$2" "$scratch/answer"
}

# object AREA/NAME TEXT: the module's object is what TEXT compiles to.
object()
{
	echo "$2" | ${CC:-cc} -c -o "$t/${1#*/}.o" -x c - && "${AR:-ar}" r "$t/libflctx.a" "$t/${1#*/}.o" 2>/dev/null
}

broken 'an include that leads upwards is seen' '^lib/net/http.c includes docker/$' \
	'echo "#include \"docker/engine.h\"" >>"$t/lib/net/http.c"'
broken 'a circle is seen' 'wait.o' \
	'object base/wait "int fl_log(int); int fl_now(void); int fl_now(void) { return fl_log(1); }"'
broken 'a second module of one name is seen' '^http.c$' ': >"$t/lib/base/http.c"'
plan
