#!/bin/sh
# Things that a container may plant in its own folders: links of all kinds, devices, pipes, odd names,
# deep trees. The programs run as root, and must change nothing outside these folders.
. "$(dirname "$0")/../cli/lib.sh"
needs_root
here=$(cd "$(dirname "$0")/races" && pwd)

OUTSIDE=$T/outside STATE=$ROOT/opt/flower/state

# canaries: makes new files outside, which belong to root and which nobody may touch.
canaries()
{
	rm -rf "$OUTSIDE"
	mkdir -p "$OUTSIDE/folder"
	chmod 0700 "$OUTSIDE" "$OUTSIDE/folder"
	echo 'root:secret:1::::::' >"$OUTSIDE/shadow"
	cp "$OUTSIDE/shadow" "$OUTSIDE/folder/file"
	echo 1.25.0 >"$OUTSIDE/note" # what fl-bootstrap would write, of another owner
	chmod 0600 "$OUTSIDE/shadow" "$OUTSIDE/folder/file" "$OUTSIDE/note"
	cp /bin/true "$OUTSIDE/setuid"
	chmod 4755 "$OUTSIDE/setuid"
	ln -s shadow "$OUTSIDE/link"
}

# No ctime: a further name changes it. races/links.py compares it.
seen()
{
	find "$OUTSIDE" -printf '%p %M %U:%G %s %T@ %i\n' | sort
}

# fresh: an empty state/.
fresh()
{
	chattr -R -f -i "$STATE" 2>/dev/null
	rm -rf "$STATE"
	run fl-configure -q --root "$ROOT"
}

canaries
start_engine --image flwr/superlink:1.25.0
make_root <<'X'
export FL_DATABASE="state/runs/state.db"
export FL_CONTROL_API_ADDRESS="127.0.0.1:9093"
X
run fl-configure --root "$ROOT"
exits 0 'a configured tree'
run fl-bootstrap --root "$ROOT" --docker "$SOCK"
exits 0 'with a container'

# --- every kind of thing at every name ----------------------------------------------------------

# The naive way, to show that the canaries notice a change.
ln -s "$OUTSIDE/folder" "$STATE/link"
ln "$OUTSIDE/shadow" "$STATE/hard"
before=$(seen)
find -L "$STATE" -exec chown 49999:49999 {} + 2>/dev/null
is "$(owner_of "$OUTSIDE/folder/file") $(owner_of "$OUTSIDE/shadow")" '49999:49999 49999:49999' \
	'naive: a chown of paths follows the link, and goes through the hard link'
ok 'naive: which the canaries show' test "$before" != "$(seen)"
rm "$STATE/hard"
canaries

"$PYTHON" "$here/links.py" "$ROOT" "$OUTSIDE" "$SOCK" >"$T/kinds" 2>"$T/err"
is "$(cat "$T/err")" '' 'all kinds are planted'
results "$T/kinds"

# --- what keeps its owner is named --------------------------------------------------------------

fresh
ln "$OUTSIDE/shadow" "$STATE/hard"
mknod "$STATE/device" b 7 250
touch "$STATE/plain"
run fl-configure --root "$ROOT"
exits 0 'a hard link and a device: configure goes on'
is "$(owner_of "$STATE/hard") $(owner_of "$STATE/device") $(owner_of "$STATE/plain")" '0:0 0:0 49999:49999' \
	'only the plain file is given to the container'
like "$err" "warning: $STATE/(hard|device) keeps its owner: .*; so do 1 more below $STATE" 'which is said, with one of them'
run fl-configure -n --root "$ROOT"
is "$status $out" '0 ' 'so that a further run would change nothing'
rm "$STATE/hard"
ln "$STATE/plain" "$STATE/second"
run fl-configure --root "$ROOT"
unlike "$err" 'plain|second' "two names of a file that is the container's already are no matter"

# --- names --------------------------------------------------------------------------------------

fresh
mkdir "$STATE/names"
"$PYTHON" -c '
import os, sys
folder, target = map(os.fsencode, sys.argv[1:])
names = [b"line\nstep 6 forged: done", b"\x1b[2J\x1b]0;title\x07", b"\x9b31m", b"\xff\xfe", b"x" * 255,
         "\u202e\u2028\u00e9".encode(), b"-rf", b" ", b"$(touch x)`id`", b"%n%s%n", b"\r\r", b"\x7f", b"\"\x27\\"]
for name in names:
    os.mkdir(os.path.join(folder, name))
    os.link(target, os.path.join(folder, name, name))
print(len(names))' "$STATE/names" "$OUTSIDE/shadow" >"$T/count"
before=$(seen)
: >"$ROOT/var/log/one-appliance/flower-configure.log"
for number in $(seq "$(cat "$T/count")"); do
	run fl-configure --root "$ROOT" # names one; then that one goes
	unlike "$(tr '\001-\010\013-\037\177' '\001' <"$T/err")" "$(printf '\001')" "name $number: no control character"
	unlike "$err" '^[^f]|forged: done *$' "name $number: no forged line"
	note "name $number: $(printf '%s\n' "$err" | grep -a 'keeps' | cut -c1-160 | cat -v | sed "s|$STATE|STATE|g")"
	"$PYTHON" -c '
import os, sys
folder = os.fsencode(sys.argv[1])
name = os.listdir(folder)[-1]
os.unlink(os.path.join(folder, name, name))
os.rmdir(os.path.join(folder, name))' "$STATE/names"
done
is "$(seen)" "$before" 'and the canary stays as it was'

# --- a deep tree --------------------------------------------------------------------------------

fresh
# at_bottom PYTHON: runs it in the last of 10000 nested folders, which it makes if they are missing.
at_bottom()
{
	"$PYTHON" -c '
import os, subprocess, sys
os.chdir(sys.argv[1])
for level in range(10000):
    if not os.path.isdir("d" * 100):
        os.mkdir("d" * 100)
    os.chdir("d" * 100)
exec(sys.argv[2])' "$STATE" "$1"
}

at_bottom 'os.close(os.open("bottom", os.O_CREAT, 0o600))'
began=$(date +%s%N)
run fl-configure --root "$ROOT"
exits 0 '10000 levels of folders'
note "10000 levels in $((($(date +%s%N) - began) / 1000000)) ms"
is "$(at_bottom 'print(os.stat("bottom").st_uid)')" 49999 'are given to the last one'
run fl-configure -n --root "$ROOT"
exits 0 'and once is enough'
if at_bottom 'os.chown("bottom", 0, 0); sys.exit(subprocess.call(["chattr", "+i", "bottom"]))' 2>/dev/null; then
	run fl-configure --root "$ROOT"
	exits 71 'what cannot be given, down there: 71'
	like "$err" "$STATE/.*/bottom: owner: Operation not permitted" 'the reason is not lost behind a path of a megabyte'
	unlike "$err" 'run this as root' 'and root is not told to be root'
	at_bottom 'subprocess.call(["chattr", "-i", "bottom"])'
else
	skip 'what cannot be given, down there' "this machine's file system has no immutable files"
fi

# --- what the administrator mounts --------------------------------------------------------------

fresh
if own=$(mount_options); then
	mkdir "$STATE/ffs" "$STATE/ro" "$T/disk"
	touch "$T/disk/app"
	# shellcheck disable=SC2016,SC2086 # the inner shell's variables; words
	run unshare $own sh -c 'mount --bind "$1" "$3/ffs" && mount -t tmpfs -o ro none "$3/ro" &&
		fl-configure --root "$2"' sh "$T/disk" "$ROOT" "$STATE"
	exits 71 'a read-only file system of root on state/ro: 71'
	like "$err" "$STATE/ro: owner: Read-only file system" 'named'
	rmdir "$STATE/ro"
	# shellcheck disable=SC2016,SC2086
	run unshare $own sh -c 'mount --bind "$1" "$3/ffs" && fl-configure --root "$2"' sh "$T/disk" "$ROOT" "$STATE"
	is "$status $(owner_of "$T/disk/app")" '0 49999:49999' 'a disk that is mounted on state/ffs is part of the volume'
else
	skip 'file systems mounted below state/' 'no right to mount'
fi

# --- not as root --------------------------------------------------------------------------------

fresh
mkdir "$STATE/locked"
chmod 0 "$STATE/locked"
chmod 0711 "$T"
chown -hR 49999:49999 "$ROOT"
run setpriv --reuid=49999 --regid=49999 --clear-groups "$(command -v fl-configure)" --root "$ROOT"
exits 71 'a folder of mode 0 where the caller is not root: 71'
like "$err" "$STATE/locked: open: Permission denied" 'named'

done_testing
