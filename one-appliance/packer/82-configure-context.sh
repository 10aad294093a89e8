#!/usr/bin/env bash
# Enables the service in the contextualization. The diversion keeps this net-99-report-ready also when the package is upgraded.
# It executes nothing of the context. one-apps' own sources the context, and ends if a value has a quote (set -o errexit).

exec 1>&2
set -eux -o pipefail

dpkg-divert --local --rename --divert /var/lib/one-context/net-99-report-ready.package --add /etc/one-context.d/net-99-report-ready
mv /etc/one-appliance/net-90-service-appliance /etc/one-context.d/
mv /etc/one-appliance/net-99-report-ready /etc/one-context.d/

chown root:root /etc/one-context.d/*
chmod u=rwx,go=rx /etc/one-context.d/*

sync
