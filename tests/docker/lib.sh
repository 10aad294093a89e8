# shellcheck shell=sh
# What the tests with a real Docker Engine share, on top of ../cli/lib.sh. A test sources this first. It runs
# as root in a network namespace of its own, so the SuperLink's fixed ports are free and several tests may run
# side by side; the Engine is a private one (engine.sh) whose images are kept below the cache folder.

if [ "$(id -u)" != 0 ]; then
	echo '1..0 # SKIP must be root'
	exit 0
fi
if [ -z "${FL_PRIVATE_NET-}" ]; then
	# The way back to this network, to fetch images and packages.
	exec 7</proc/self/ns/net
	FL_PRIVATE_NET=1 exec unshare --net sh -c 'ip link set lo up && exec sh "$@"' sh "$0"
fi
. "$(dirname "$0")/../cli/lib.sh"

for program in service fl-configure fl-bootstrap fl-healthcheck fl-onegate-publish; do
	[ -x "$BUILD/$program" ] || {
		echo "Bail out! $BUILD/$program is missing; what next: make, or BUILD=DIR"
		exit 1
	}
done

docker=$top/tests/docker
CACHE=${CACHE:-${XDG_CACHE_HOME:-/var/cache}/flower-appliance}
prebaked=flwr/superlink:1.25.0
container=flower-superlink
LIMIT=90

docker_clean_up()
{
	trap '' HUP INT PIPE TERM
	# A test may have stopped the Engine in another way; this removes the rest.
	"$docker/engine.sh" stop "$T/e"
	for mount in ${mounts-}; do
		umount -l "$mount"
	done
	clean_up
}
trap docker_clean_up EXIT
trap 'exit 130' HUP INT PIPE TERM

# real_engine [DOCKERD OPTION...]: sets $SOCK and DOCKER_HOST; the image $prebaked is there, and nothing else.
real_engine()
{
	SOCK=
	mkdir -p "$CACHE"
	for number in 1 2 3 4 5 6; do
		# It is this test's until it ends, also while no Engine runs.
		exec 8>"$CACHE/engine-$number.lock"
		flock -n 8 || continue
		SOCK=$(DATA=$CACHE/engine-$number "$docker/engine.sh" start "$T/e" "$@" 2>"$T/engine.err" 8>&-) && break
		grep -q 'another Engine uses' "$T/engine.err" || break
	done
	if [ -z "$SOCK" ]; then
		sed 's/^/# /' "$T/engine.err"
		echo 'Bail out! no Docker Engine'
		exit 1
	fi
	engine_data=$CACHE/engine-$number
	DOCKER_HOST=unix://$SOCK
	export DOCKER_HOST
	# An earlier test that was killed may have left these.
	docker ps -aq | xargs -r docker rm -f >/dev/null
	docker image ls --format '{{.Repository}}:{{.Tag}}' | grep -vx "$prebaked" | xargs -r docker rmi -f >/dev/null
	CACHE=$CACHE nsenter --net=/proc/self/fd/7 "$docker/build-image.sh" "${prebaked##*:}" 2>"$T/image.err" || {
		sed 's/^/# /' "$T/image.err"
		echo 'Bail out! no Flower image'
		exit 1
	}
}

stop_engine()
{
	"$docker/engine.sh" stop "$T/e"
}

# The same Engine again, with its containers and images.
restart_engine()
{
	DATA=$engine_data "$docker/engine.sh" start "$T/e" "$@" >/dev/null
}

# boot: configure and bootstrap; the status of the first that failed, the messages of both.
boot()
{
	service configure
	[ "$status" -eq 0 ] || return 0
	configure_err=$err
	service bootstrap
	err=$configure_err
	err=$err$(printf '\n.')
	err=${err%.}$(tr -d '\000' <"$T/err")
}

# wipe: no container, and a fresh tree with the context on stdin.
wipe()
{
	docker rm -f "$container" >/dev/null 2>&1
	make_root
}

# variant NAME COMMAND...: an image test/NAME:1.25.0 that runs the command instead of the SuperLink.
variant()
{
	variant_name=$1
	shift
	entry=$("$PYTHON" -c 'import json, sys; print(json.dumps(sys.argv[1:]))' "$@")
	docker rm -f variant >/dev/null 2>&1
	docker create --name variant "$prebaked" >/dev/null &&
		docker commit --change "ENTRYPOINT $entry" variant "test/$variant_name:1.25.0" >/dev/null &&
		docker rm variant >/dev/null
}

# inspect FORMAT: of the SuperLink's container.
inspect()
{
	docker inspect -f "$1" "$container" 2>&1
}

puts()
{
	py 'len([e for e in l if e["method"] == "PUT"])' "$gate_journal"
}

# host_pid NAME: the process in the container with this word's base name among its arguments.
host_pid()
{
	docker top "$container" -eo pid,args | awk -v name="$1" 'NR > 1 {
		for (i = 2; i <= NF; i++) { n = split($i, part, "/"); if (part[n] == name) { print $1; exit } } }'
}

add_link eth0 02:00:c0:00:02:0a 192.0.2.10/24 || skip_all 'no right to make links'
