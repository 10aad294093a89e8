#!/usr/bin/env bash
# Takes back what let packer in. The password itself goes with postprocess.sh.

exec 1>&2
set -eux -o pipefail

rm -f /etc/ssh/sshd_config.d/00-packer.conf
printf 'PasswordAuthentication no\nPermitRootLogin prohibit-password\nUseDNS no\n' >/etc/ssh/sshd_config.d/10-appliance.conf
sshd -t
sync
