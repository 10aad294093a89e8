#!/bin/sh
# systemd's own opinion of the units. It is asked about a folder of its own that holds what the units name, so
# that the answer does not depend on what is installed here.
. "${0%/*}/../tap.sh"

units=$scratch/units
mkdir "$units"
: >"$scratch/context"
check 'fl-configure prints the unit' sh -c \
	"'$BUILD/fl-configure' --context '$scratch/context' --print=unit >'$units/flower-superlink.service'"
for f in "$BUILD"/one-appliance/*.service "$BUILD"/one-appliance/*.timer; do
	[ ! -e "$f" ] || cp "$f" "$units/"
done

check 'trap 18: the timer checks the SuperLink regularly' sh -c \
	"grep -qx 'OnUnitInactiveSec=7s' '$units/flower-superlink-health.timer' &&
		grep -qx 'ExecStart=-/.*/fl-healthcheck --report' '$units/flower-superlink-health.service'"

# systemd-analyze complains about a missing program, so /bin/true takes the place of each.
sed -i -E 's#^(Exec[A-Za-z]*=[-@+!:]*)(/[^ ]*)#\1/bin/true#' "$units"/*.service
cat >"$units/docker.service" <<'END'
[Service]
ExecStart=/bin/true
END

if command -v systemd-analyze >/dev/null; then
	for f in "$units"/flower-*; do
		check "${f##*/}: systemd-analyze verify" silent env SYSTEMD_UNIT_PATH="$units:" \
			systemd-analyze verify --man=no "$f"
	done
else
	skip 'systemd-analyze verify' 'systemd-analyze is not installed'
fi
plan
