#!/bin/sh
# README.md is right: its commands run, its tables agree with the Makefile, configure and lib/. Blocks marked `sh`
# run one after the other in one shell, those marked `sh appliance` as on an appliance. .ci/run runs the two
# marked `sh big`.
. "$(dirname "$0")/appliance.sh"
readme=$top/README.md

# section TITLE: its lines.
section()
{
	awk -v title="## $1" '/^## / { on = $0 == title } on' "$readme"
}

# first_column: the code words in the first column of the tables on stdin, one a line.
first_column()
{
	sed -n 's/^| \(`[^|]*`\) *|.*/\1/p' | tr ',' '\n' | sed -n 's/^ *`\([^`]*\)` *$/\1/p'
}

# --- the two commands ---------------------------------------------------------------------------

awk '/^```sh big$/ { on = 1; next } /^```/ { on = 0 } on' "$readme" >"$T/big"
is "$(cat "$T/big")" './configure --install-deps && make demo
./configure --install-deps && make check' 'the two commands'
ok 'continuous integration runs the one' grep -q "'./configure --install-deps && make check'" "$top/.ci/run"
ok 'continuous integration runs the other' sh -c "grep -qE ' [0-9]+ ./configure --install-deps ' '$top/.ci/run' &&
	grep -qE ' [0-9]+ make demo\$' '$top/.ci/run'"

# --- blocks -------------------------------------------------------------------------------------

# The script stops at the first block that fails; each block that ran to its end leaves its number.
on_appliance 'fl-configure -q'
awk -v bin="$BIN" '
	/^```sh( appliance)?$/ { on = 1; n++; away = / appliance/; if (away) print "("; if (away) print "PATH=" bin ":$PATH"; next }
	/^```/ && on { on = 0; if (away) print ")"; print "echo " n " >>../done"; next }
	/^```/ { next }
	on { print }
	END { print "# " n }' "$readme" >"$T/blocks"
blocks=$(sed -n '$s/# //p' "$T/blocks")
: >"$T/done"
ok 'there are blocks' test "${blocks:-0}" -gt 5
if command -v docker >/dev/null; then
	LIMIT=60 run sh -c "cd '$here' && TMPDIR='$T' && export TMPDIR && set -e && . ../blocks"
else
	sed -i '/^docker rm/d' "$T/blocks"
	LIMIT=60 run sh -c "cd '$here' && TMPDIR='$T' && export TMPDIR && set -e && . ../blocks"
fi
number=1
while [ "$number" -le "${blocks:-0}" ]; do
	ok "block $number runs" grep -qx "$number" "$T/done"
	number=$((number + 1))
done
is "$(py 'd.get("MODEL_ROUND")' "$gate_state")" 17 'the block for the appliance published what it says'
ok 'everything is removed in the end' sh -c "! ls -d '$T'/tmp.* 2>/dev/null"

# --- where to look ------------------------------------------------------------------------------

on_appliance 'service configure'
exits 0 'an appliance is configured'
on_appliance 'service bootstrap'
exits 0 'and boots'
section 'When it does not boot' | sed -n 's/^| [^|]* | \(.*\) |$/\1/p' | tr '\140' '\n' |
	grep -E '^(fl-|/etc/one-appliance/service|cat|docker|journalctl|systemctl) ?' >"$T/commands"
ok 'the table has commands' test "$(wc -l <"$T/commands")" -gt 10
while read -r command; do
	documented "$command"
done <"$T/commands"

# --- tables -------------------------------------------------------------------------------------

# same LIST LIST NAME: the two lists hold the same lines in any order; shows the difference.
same()
{
	sort -u "$1" >"$1.sorted" && sort -u "$2" >"$2.sorted" && difference=$(diff "$1.sorted" "$2.sorted")
	is "$difference" '' "$3"
}

section 'Building' | first_column >"$T/told"
grep '^--' "$T/told" | sed 's/=.*//' >"$T/told-options"
"$top/configure" --help | sed -n 's/^ *\(-h, \)\{0,1\}\(--[a-z-]*\).*/\2/p' | grep -v -x -e --help >"$T/options"
same "$T/options" "$T/told-options" 'the table of configure names every option'

# The default in the table is the one in --help, [in brackets].
"$top/configure" --help | awk '
	/^ *--[a-z-]*=/ { option = $1; sub(/=.*/, "", option) }
	/^ *--[a-z-]* |^[A-Z]/ { option = "" }
	option != "" && /\[.*\]$/ { sub(/.*\[/, ""); sub(/\]$/, ""); print option " " $0; option = "" }' >"$T/defaults"
section 'Building' | sed -n 's/^| `\(--[a-z-]*\)=[A-Z]*` | `\([^`]*\)` |.*/\1 \2/p' >"$T/told-defaults"
same "$T/defaults" "$T/told-defaults" 'and the default of each'

{
	sed -n 's/^\([A-Z]*\) ?=.*/\1/p; s/^[a-z ]*ifeq (\$(\([A-Z]*\)),1)/\1/p' "$top/Makefile"
	sed -n "s/.*KEEP='\\\$(KEEP)'.*/KEEP/p; s/^D = \\\$(\(DESTDIR\))/\1/p" "$top/Makefile"
	printf '%s\n' CC CFLAGS CPPFLAGS LDFLAGS AR NM
} >"$T/variables"
grep -x '[A-Z]*' "$T/told" >"$T/told-variables"
same "$T/variables" "$T/told-variables" 'the table of make variables names every one'

sed -n 's/^#:  *\(make\( [a-z-]*\)\{0,1\}\)  .*/\1/p' "$top/Makefile" | sed 's/ *$//' >"$T/targets"
printf 'make %s\n' distclean help >>"$T/targets"
grep '^make' "$T/told" >"$T/told-targets"
same "$T/targets" "$T/told-targets" 'the table of targets names every one'

for page in $(grep -o '[a-z-]*([578])' "$readme" | sort -u); do
	name=${page%(*} part=${page#*(}
	ok "$page is there" test -f "$top/man/$name.${part%)}.in"
done

# An out-of-tree build; make -n only prints its commands.
mkdir "$T/b"
LIMIT=60 run sh -c "unset MAKEFLAGS MAKELEVEL MFLAGS; cd '$T/b' && '$top/configure' && make -n"
exits 0 'configure and make in another folder'
done_testing
