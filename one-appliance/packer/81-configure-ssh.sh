#!/usr/bin/env bash
# Removes the SSH settings that let packer in. postprocess.sh removes the password.

exec 1>&2
set -eux -o pipefail

rm -f /etc/ssh/sshd_config.d/00-packer.conf
printf 'PasswordAuthentication no\nPermitRootLogin prohibit-password\nUseDNS no\n' >/etc/ssh/sshd_config.d/10-appliance.conf
sshd -t
sync
