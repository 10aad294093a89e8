#!/bin/sh
# Puts OpenNebula's contextualization into ROOT: context.sh ROOT FILE|URL|stand-in. build.sh calls it.
set -eu
root=$1 context=$2

die()
{
	printf 'image: %s\n' "$*" >&2
	exit 69
}

if [ "$context" = stand-in ]; then
	"$SRCDIR/tests/vm/contextd/install.sh" "$root"
	exit
fi

package=$root/var/tmp/one-context.deb
trap 'rm -f "$package" "$root/usr/sbin/policy-rc.d"; umount "$root/proc" "$root/etc/resolv.conf" 2>/dev/null || :' EXIT
case $context in
http://* | https://*)
	curl -fsSL --proto-redir =https,http -o "$package" "$context" || die "CONTEXT=$context: cannot be fetched"
	;;
*) cp "$context" "$package" ;;
esac
# apt also installs what the package depends on; policy-rc.d keeps every service from starting.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
: >"$root/etc/resolv.conf"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
log=$root/var/tmp/apt.log
chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive sh -c '
	apt-get -q update && apt-get -q -y --no-install-recommends install /var/tmp/one-context.deb' >"$log" 2>&1 </dev/null || {
	tail -n 25 "$log" >&2
	die "CONTEXT=$context: apt-get cannot install it (its last lines are above)"
}
rm -f "$log"
[ -x "$root/usr/sbin/one-contextd" ] || die "CONTEXT=$context: brought no /usr/sbin/one-contextd; is it OpenNebula's one-context package?"
# These two scripts make it a service appliance, as in one-apps' own pipeline. The diversion is there because an upgrade of
# the package would bring back its own net-99, which reports READY without asking the service.
mkdir -p "$root/var/lib/one-context"
chroot "$root" dpkg-divert --quiet --local --rename --divert /var/lib/one-context/net-99-report-ready.package \
	--add /etc/one-context.d/net-99-report-ready
cp "$(dirname "$(readlink -f -- "$0")")"/one-context/net-* "$root/etc/one-context.d/"
