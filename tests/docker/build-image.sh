#!/bin/sh
# Gives the Engine an image equivalent to the official flwr/superlink:VERSION if no Docker registry can be
# reached: the root file system from Debian's packages, Flower from PyPI. As in Flower's own Dockerfile: a
# virtual environment /python/venv owned by app, user app (49999:49999), HOME and WORKDIR /app,
# PYTHONUNBUFFERED, PYTHONDONTWRITEBYTECODE, entry point flower-superlink. Differs: the base is Debian 13
# (official: Ubuntu 24.04 with a Python from pyenv), the dependencies are PyPI's newest, one layer.
#
#   build-image.sh VERSION [REPOSITORY:TAG]      as root; DOCKER_HOST says which Engine
#
# Variables: CACHE=DIR   base, wheels and finished image are kept there [${XDG_CACHE_HOME:-/var/cache}/flower-appliance]
#            MIRROR=URL  Debian mirror [mmdebstrap's own]
#            SUITE=trixie PYTHON=3.13 (they belong together)
# If the cache holds the finished image, it only calls `docker load`.
#
# Needs docker, mmdebstrap, python3 with pip; debian-archive-keyring if the distribution is not Debian.

set -eu
LC_ALL=C
export LC_ALL
umask 022

VERSION=${1:?usage: build-image.sh VERSION [REPOSITORY:TAG]}
IMAGE=${2:-flwr/superlink:$VERSION}
CACHE=${CACHE:-${XDG_CACHE_HOME:-/var/cache}/flower-appliance}
SUITE=${SUITE:-trixie} PYTHON=${PYTHON:-3.13}

say()
{
	printf 'build-image: %s\n' "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

! docker image inspect "$IMAGE" >/dev/null 2>&1 || exit 0

mkdir -p "$CACHE"
CACHE=$(cd "$CACHE" && pwd)
base=$CACHE/base-$SUITE.tar
wheels=$CACHE/wheels-$VERSION
# The name depends on the content, so that an interrupted or changed build never counts as a finished one.
saved=$CACHE/superlink-$VERSION-$SUITE.tar
work=$CACHE/root.$$

exec 9>"$CACHE/.lock"
flock -w 900 9 || die "$CACHE/.lock: another build holds it for 15 minutes"
trap 'rm -rf "$work" "$base.new" "$saved.new" "$wheels.new"' EXIT
trap 'exit 130' HUP INT PIPE TERM

if [ -s "$saved" ]; then
	say "$IMAGE from $saved"
	docker load -q -i "$saved" >/dev/null
	[ "$IMAGE" = "flwr/superlink:$VERSION" ] || docker tag "flwr/superlink:$VERSION" "$IMAGE"
	exit 0
fi

if [ ! -s "$base" ]; then
	say "1 of 4: Debian $SUITE"
	# mmdebstrap hands apt the line `cat >&FD`, and dash knows descriptors up to 9 only: they must be free.
	mmdebstrap --quiet --format=tar --variant=minbase --include=python3-venv,ca-certificates,libsqlite3-0 \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' "$SUITE" "$base.new" ${MIRROR:+"$MIRROR"} \
		2>"$CACHE/mmdebstrap.log" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || {
		# In a plain chroot it prints harmless messages, so its output is shown only if it fails.
		cat "$CACHE/mmdebstrap.log" >&2
		die "mmdebstrap cannot make Debian $SUITE; what next: MIRROR=URL of a Debian mirror that can be reached"
	}
	mv "$base.new" "$base"
fi

if [ ! -d "$wheels" ]; then
	say "2 of 4: Flower $VERSION from PyPI"
	platforms=
	for tag in 2_28 2_27 2_24 2_17 2014 2_12 2_5 1; do
		case $tag in
		*_*) platforms="$platforms --platform manylinux_${tag}_$(uname -m)" ;;
		*) platforms="$platforms --platform manylinux${tag}_$(uname -m)" ;;
		esac
	done
	rm -rf "$wheels.new"
	python3 -m pip download -q --disable-pip-version-check -d "$wheels.new" --only-binary=:all: \
		--python-version "$PYTHON" --implementation cp $platforms "flwr==$VERSION" >&2 ||
		die "pip cannot download flwr $VERSION from PyPI"
	mv "$wheels.new" "$wheels"
fi

say '3 of 4: root file system'
mkdir -p "$work/wheels" "$work/app" "$work/python"
tar -C "$work" --numeric-owner -xf "$base"
cp "$wheels"/*.whl "$work/wheels/"
inside()
{
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$work" "$@"
}
inside groupadd -g 49999 app
inside useradd -u 49999 -g 49999 -d /app -M -s /bin/bash app
inside python3 -m venv /python/venv
inside /python/venv/bin/pip install -q --no-index --find-links /wheels "flwr==$VERSION"
rm -rf "$work/wheels" "$work/var/cache/apt" "$work/var/lib/apt/lists" "$work/root/.cache"
chown -R 49999:49999 "$work/python" "$work/app"

say "4 of 4: $IMAGE"
tar -C "$work" --numeric-owner -c . | docker import \
	--change 'ENV PATH=/python/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
	--change 'ENV PYTHONUNBUFFERED=1' --change 'ENV PYTHONDONTWRITEBYTECODE=1' \
	--change 'ENV PYTHONIOENCODING=UTF-8' --change 'ENV LANG=C.UTF-8' --change 'ENV LC_ALL=C.UTF-8' \
	--change 'ENV HOME=/app' --change 'ENV DEBIAN_FRONTEND=noninteractive' \
	--change 'WORKDIR /app' --change 'USER app' --change 'ENTRYPOINT ["flower-superlink"]' \
	- "flwr/superlink:$VERSION" >/dev/null
docker save -o "$saved.new" "flwr/superlink:$VERSION"
mv "$saved.new" "$saved"
[ "$IMAGE" = "flwr/superlink:$VERSION" ] || docker tag "flwr/superlink:$VERSION" "$IMAGE"
