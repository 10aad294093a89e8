#!/usr/bin/env bash
# Installs Docker Engine, the programs' libraries and the suite. Then `service install` pulls the Flower image.

exec 1>&2
set -eux -o pipefail
export DEBIAN_FRONTEND=noninteractive

apt-get -q update
apt-get -q -y --no-install-recommends install docker.io iptables ca-certificates libcurl4 libcjson1 man-db
# On Debian 13 a package of its own holds the client.
command -v docker || apt-get -q -y --no-install-recommends install docker-cli
# Docker does not use containerd's CRI plugin, and it would listen on a port of its own.
printf 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n' >/etc/containerd/config.toml
systemctl restart containerd.service docker.service
version=$(docker version --format '{{.Server.Version}}')
[ "${version%%.*}" -ge 24 ] || {
	echo "Docker Engine $version is too old: the appliance needs 24"
	exit 69
}

tar -C / --no-same-owner --keep-directory-symlink -xf /var/tmp/suite.tar
rm /var/tmp/suite.tar
# The programs were built on another machine: check that they run here.
for program in fl-configure fl-bootstrap fl-healthcheck fl-onegate-publish; do
	"$program" --version
done
systemctl daemon-reload
/etc/one-appliance/service install

apt-get clean
rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_*
find /var/log -type f -delete
sync
