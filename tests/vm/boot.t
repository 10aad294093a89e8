#!/bin/sh
# Zero configuration, from power-on to READY=YES; what a booted machine looks like; the second boot.
. "${0%/*}/lib.sh"

patience='' cpus=2
start_gate
new_disk 24G
new_cd

# --- zero configuration -------------------------------------------------------------------------
case_begins
power_on
ok 'READY=YES is reported' within_limit is_attribute READY YES
note "power-on to READY=YES: $(($(date +%s) - powered_on)) s"
ok 'the contextualization ends' within_limit contextualized
is "$(py "{k: v for k, v in d.items()}" "$gate_state")" \
	'{"FL_ENDPOINT": "10.0.2.15:9092", "FL_READY": "YES", "FL_ROLE": "superlink", "FL_VERSION": "1.25.0", "READY": "YES"}' \
	'OneGate holds the four attributes'
is "$(py "[r['body'] for r in l if 'FL_READY' in r['body']].__len__()" "$gate_journal")" 1 'which came in one PUT'
inside 'journalctl -b -o short-monotonic | sed -n "s/^\[ *\([0-9.]*\)\] .* fl-healthcheck\[.*: step 10\/12 .*done.*/\1 healthy/p; s/^\[ *\([0-9.]*\)\] .*one-contextd.*net-99-report-ready: Finished.*/\1 reported/p"'
is "$(printf '%s\n' "$out" | cut -d' ' -f2 | tr '\n' ' ')" 'healthy reported ' 'READY=YES comes after the health check'
note "$(printf '%s\n' "$out" | awk '{ s = $1 - s } END { printf "%.1f s after it", s }')"
inside 'systemctl is-active flower-superlink.service docker.service one-context.service'
is "$(echo $out)" 'active active active' 'the units are active'
inside 'systemctl --failed --no-legend; systemctl is-system-running --wait'
is "$out" running 'no unit has failed'
inside 'systemd-analyze verify --man=no flower-superlink.service flower-superlink-health.timer one-context.service 2>&1; journalctl -b -q -g "ordering cycle"'
is "$out" '' 'systemd-analyze verify and the journal know no ordering cycle'
inside 'udevadm verify --no-style /usr/lib/udev/rules.d/66-flower-superlink.rules'
is "$status" 0 'udevadm verify finds nothing in the rule for containers'
inside 'cat /etc/one-appliance/status; tail -n 2 /etc/motd | tr -d " "; /etc/one-appliance/service status'
like "$out" '^bootstrap_success$' 'the status file'
like "$out" 'Allsetandreadytoserve8\)' 'motd'
like "$out" '10\.0\.2\.15:9092' 'service status'
inside 'journalctl -b -o cat -t fl-configure -t fl-bootstrap -t fl-healthcheck -t fl-onegate-publish | sed -n "s|.*step \([0-9]*\)/12 .*done.*|\1|p" | sort -nu | tr "\n" " "'
is "$out" '1 2 3 4 5 6 7 8 9 10 11 12 ' 'the twelve steps are in the journal'
inside 'stat -c "%a %u:%g %F %n" /etc/one-appliance/service /etc/one-appliance/status /etc/one-appliance/config \
	/opt/flower/config/superlink.env /opt/flower/config/superlink.json /opt/flower/state /opt/flower/certs \
	/etc/systemd/system/flower-superlink.service /var/log/one-appliance/flower-configure.log \
	/var/log/one-appliance/flower-bootstrap.log; for l in configure bootstrap health-check; do readlink /opt/flower/scripts/$l.sh; done'
is "$out" "755 0:0 regular file /etc/one-appliance/service
777 0:0 symbolic link /etc/one-appliance/status
644 0:0 regular file /etc/one-appliance/config
640 0:0 regular file /opt/flower/config/superlink.env
640 0:0 regular file /opt/flower/config/superlink.json
750 49999:49999 directory /opt/flower/state
700 49999:49999 directory /opt/flower/certs
644 0:0 regular file /etc/systemd/system/flower-superlink.service
640 0:0 regular file /var/log/one-appliance/flower-configure.log
640 0:0 regular file /var/log/one-appliance/flower-bootstrap.log
/usr/bin/fl-configure
/usr/bin/fl-bootstrap
/usr/bin/fl-healthcheck" 'every path with its owner and mode'
# The token is taken from the context in there, so that it stands in no script.
inside 'token=$(sed -n "s/^export TOKENTXT=\"\([^=\"]*\).*/\1/p" /run/one-context/one_env | head -n 1); echo "${#token}"
	journalctl -b -o export | grep -acF -e "$token"; grep -rlF -e "$token" /etc /opt /var/log/one-appliance /var/lib/systemd'
is "$(echo $out)" '32 0' 'the token is in no line of the journal and in no file'
inside 'df --output=size -B1G / | tail -n 1 | tr -d " "'
ok 'the root file system has grown to the disk' test "$out" -ge 23
# Against the table in README.md.
sed -n '/^  | socket |/,/^$/p' "$top/README.md" | cut -d'|' -f2 | grep -o '`[^`]*`' | tr -d '`' | LC_ALL=C sort >"$T/documented"
inside 'ss -H -ltun | awk "{ print \$1, \$5 }" | LC_ALL=C sort -u'
is "$out" "$(cat "$T/documented")" 'what listens is what README says'
inside 'systemd-analyze time; systemd-analyze blame | head -n 12; journalctl -b -o cat -t fl-configure -t fl-bootstrap -t fl-healthcheck -t fl-onegate-publish | grep "^step"'
note "$(printf '%s\n' "$out" | sed '2,$s/^/# /')"
case_ends 'zero configuration'

# --- second boot --------------------------------------------------------------------------------
case_begins
inside 'docker inspect -f "{{.Id}} {{.Created}}" flower-superlink; stat -c "%Y %i" /opt/flower/config/* /etc/systemd/system/flower-superlink.service'
before=$out
from_now
inside 'systemctl reboot'
rm -f "$T/ssh.socket"
ok 'a second boot reports READY=YES again' within_limit is_told READY=YES
ok 'and publishes again' is_told FL_READY=YES
is "$(attribute FL_READY)" YES 'and OneGate holds it'
ok 'and serves' within_limit serves
inside 'docker inspect -f "{{.Id}} {{.Created}}" flower-superlink; stat -c "%Y %i" /opt/flower/config/* /etc/systemd/system/flower-superlink.service'
is "$out" "$before" 'the container is the same, no file was written again'
case_ends 'second boot'
done_testing
