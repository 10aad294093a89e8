#!/bin/sh
# Step 8 with a real registry, and with registries that fail in every way there is.
. "${0%/*}/lib.sh"

real_engine
start_onegate
start_registry 5050
private=127.0.0.1:5050/flwr/superlink
docker tag "$prebaked" "$private:1.26.0"
docker push -q "$private:1.26.0" >/dev/null
docker rmi "$private:1.26.0" >/dev/null

# override IMAGE VERSION: a fresh tree whose context asks for it.
override()
{
	gate_variables "FLOWER_IMAGE=$1" "FLOWER_VERSION=$2" | wipe
}

# falls_back WHAT: the boot succeeds with the pre-baked version and says so.
falls_back()
{
	boot
	exits 0 "$1: the boot goes on with the pre-baked image"
	is "$(inspect '{{.Config.Image}}')" "$prebaked" "$1: that is what runs"
	is "$(attribute FL_VERSION)" 1.25.0 "$1: and what OneGate is told"
	like "$err" 'step 8/12.*warning' "$1: with a warning"
}

# --- a private registry with a port ------------------------------------------------------------------
override "$private" 1.26.0
boot
exits 0 'an override is pulled from a private registry with a port'
is "$(inspect '{{.Config.Image}}')" "$private:1.26.0" 'it is what runs'
is "$(attribute FL_VERSION)" 1.26.0 'its version is what OneGate is told'

# --- an older one on the same database ---------------------------------------------------------------
stop "$registry_pid"
docker rm -f "$container" >/dev/null
docker rmi "$private:1.26.0" >/dev/null
boot
exits 69 'trap 25: a fallback to an older Flower on its database is refused: 69'
like "$err" '1\.26\.0' 'trap 25: the newer version is named'
like "$(inspect '{{.State.Running}}')" 'No such|false' 'trap 25: nothing was started'

# --- fallbacks ----------------------------------------------------------------------------------------
override "$private" 1.26.0
falls_back 'a registry that is down'

start_registry 5050
override "$private" 1.27.0
falls_back 'a tag that does not exist'

# fake MODE: a registry that has a manifest, and layers that never come whole.
fake()
{
	rm -f "$T/fake.port"
	background "$PYTHON" "$docker/fake-registry.py" --port-file "$T/fake.port" "$1"
	wait_until test -s "$T/fake.port"
	fake=127.0.0.1:$(cat "$T/fake.port")/flwr/superlink
}

fake wrong
override "$fake" 1.26.0
falls_back 'trap 26: a pull that answers 200 and fails in the stream'
stop "$pid"

fake stall
override "$fake" 1.26.0
LIMIT=110 falls_back 'trap 26: a layer that stalls for ever'
ok 'trap 26: the Engine was told to cancel the pull' wait_until grep -q 'context canceled' "$T/e/docker.log"
stop "$pid"

# --- no pre-baked image to fall back to ---------------------------------------------------------------
docker tag "$prebaked" test/kept:1 && docker rm -f "$container" >/dev/null && docker rmi "$prebaked" >/dev/null
override "$private" 1.27.0
boot
exits 69 'neither the override nor the pre-baked image: 69'
like "$err" "$private:1.27.0|1\.27\.0" 'both are named: the override'
like "$err" "$prebaked" 'and the pre-baked one'

# --- the override is there already --------------------------------------------------------------------
docker tag test/kept:1 "$private:1.28.0"
stop "$registry_pid"
override "$private" 1.28.0
boot
exits 0 'an override that is present needs no registry'
is "$(attribute FL_VERSION)" 1.28.0 'and is what runs'
docker rm -f "$container" >/dev/null
docker tag test/kept:1 "$prebaked"
docker rmi test/kept:1 "$private:1.28.0" >/dev/null
done_testing
