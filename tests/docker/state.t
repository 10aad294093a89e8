#!/bin/sh
# A state folder that cannot be used: the ports are open and answer, but the SuperLink would never carry out a run.
. "${0%/*}/lib.sh"

# A volume of its own that is nearly full. The Engine sees only what was mounted before it started.
full=$T/full/opt/flower/state
mkdir -p "$full"
mount -t tmpfs -o size=64m,nr_inodes=1000,mode=755 tmpfs "$full" && mounts=$full
real_engine
start_onegate

# broken WHAT CAUSE: bootstrap fails and names the cause.
broken()
{
	service bootstrap
	exits 69 "$1: 69"
	like "$err" "$2" "$1: the cause is told"
	is "$(status_file)" bootstrap_failure "$1: READY=YES is not reported"
	is "$(inspect '{{.State.Running}}')" true "$1: although the container runs"
	run fl-healthcheck --probe=grpc 127.0.0.1:9092
	exits 0 "$1: and its ports answer"
	run fl-healthcheck --root "$ROOT"
	exits 1 "$1: a single check says no as well"
	docker rm -f "$container" >/dev/null
}

# unusable WHAT CAUSE: trap 33. The SuperLink answers all calls, and is not healthy.
unusable()
{
	run fl-healthcheck --root "$ROOT"
	exits 1 "trap 33: $1"
	like "$err" "database: .*$2" "$1: the cause is told"
	run fl-healthcheck --root "$ROOT" --wait=30
	exits 69 "$1: waiting does not help"
}

state=$T/root/opt/flower/state

gate_variables | wipe
service configure
chown 0:0 "$state"
broken 'trap 18: state/ of the wrong owner' 49999
service configure
service bootstrap
exits 0 'trap 18: configure mends the owner'
is "$(attribute FL_READY)" YES 'and OneGate is told'

docker rm -f "$container" >/dev/null
chown -R 0:0 "$state"
broken 'trap 21: an earlier boot'\''s database of the wrong owner' 49999
is "$(attribute FL_READY)" NO 'FL_READY=YES of the earlier boot does not stay standing'
service configure
service bootstrap
exits 0 'trap 21: configure mends the owner of all'
docker rm -f "$container" >/dev/null

rm -f "$state"/state.db*
echo 'this is no database, only a text that stands where one should be' >"$state/state.db"
chown 49999:49999 "$state/state.db"
broken 'a database that is damaged' 'not a database|damage'
is "$(head -c 7 "$state/state.db")" 'this is' 'trap 28: it is not moved aside'

# --- no space -----------------------------------------------------------------------------------------
rm -f "$state"/state.db*
if [ -n "$mounts" ]; then
	ROOT=$T/full
	mkdir -p "$ROOT/run/one-context"
	gate_variables >"$ROOT/run/one-context/one_env"
	service configure
	exits 0 'configure with a small volume succeeds'
	dd if=/dev/zero of="$full/ballast" bs=4k 2>/dev/null
	broken 'a disk that is full' '[Ss]pace|full'

	# Trap 33: a database that is there already. Every call succeeds, and no run is ever taken.
	rm "$full/ballast"
	service bootstrap
	exits 0 'with room again: 0'
	dd if=/dev/zero of="$full/ballast" bs=4k 2>/dev/null
	unusable 'a disk that has filled up' 'space'
	rm "$full/ballast"
	mkdir "$full/ballast"
	(cd "$full/ballast" && seq 1000 | xargs touch) 2>/dev/null
	unusable 'inodes used up' 'no inode free'
	rm -r "$full/ballast"
	mount -o remount,bind,ro "$full"
	unusable 'a read-only state/' 'read-only'
	mount -o remount,bind,rw "$full"
	run fl-healthcheck --root "$ROOT"
	exits 0 'trap 33: all is mended'
	docker rm -f "$container" >/dev/null
	ROOT=$T/root
else
	skip 'a disk that is full' 'no right to mount'
fi

# --- trap 25: a database of a newer Flower ------------------------------------------------------------
gate_variables | wipe
service configure
service bootstrap
is "$(cat "$state/state.db.flower-version")" 1.25.0 'the version that was ready is noted beside the database'
docker rm -f "$container" >/dev/null
echo 1.31.0 >"$state/state.db.flower-version"
sum=$(sha256sum <"$state/state.db")
service bootstrap
exits 69 'trap 25: an older image than the highest one that was ready: 69'
like "$err" 'newer.*1\.31\.0' 'trap 25: the newer version is named'
like "$(inspect '{{.State.Running}}')" 'No such|false' 'trap 25: before anything was started'
is "$(sha256sum <"$state/state.db")" "$sum" 'trap 25, trap 28: the database is not touched'

# again VARIABLE...: another context before the first success; state/ stays.
again()
{
	docker rm -f "$container" >/dev/null 2>&1
	rm -rf "$ROOT/opt/flower/config"
	gate_variables "$@" | context
	boot
}
docker tag "$prebaked" "${prebaked%:*}:latest"
again FLOWER_VERSION=latest
exits 0 'a tag that is no version is let through'
again
exits 69 'trap 25: after it the highest version still counts: 69'
rm -f "$state"/state.db*
variant exits false
docker tag test/exits:1.25.0 test/exits:1.28.0
again FLOWER_IMAGE=test/exits FLOWER_VERSION=1.28.0
exits 69 'an image of a newer Flower that does not run: 69'
again
exits 0 'an older one is not refused after it, as the newer one never was ready'
done_testing
