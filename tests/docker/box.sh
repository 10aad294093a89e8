# shellcheck shell=sh
# A booted system for a test, on top of lib.sh: systemd.sh's, with the suite installed by `make install`, the Flower image and
# a OneGate. It shares the test's network. A test sources this after lib.sh.

box=$T/s
box_clean_up()
{
	"$docker/systemd.sh" stop "$box"
	docker_clean_up
}
trap box_clean_up EXIT

# inside COMMAND...: on the booted system; sets $status, $out, $err.
inside()
{
	run "$docker/systemd.sh" run "$box" "$@"
}

# start_box: boots it, with the suite's service installed.
start_box()
{
	grep -q '^[^ ]* [^ ]* [^ ]* [^ ]* / ' /proc/self/mountinfo || skip_all 'a plain chroot cannot have a mount namespace of its own'
	nsenter --net=/proc/self/fd/7 "$docker/systemd.sh" prepare "$box" || skip_all 'no Debian trixie with systemd'
	make -s -C "${BUILDROOT:-$BUILD}" install DESTDIR="$box/root" >"$T/install.log" 2>&1 || show "$(cat "$T/install.log")"
	mkdir -p "$box/root/etc/one-context.d"
	cp "$top"/one-appliance/image/one-context/net-* "$box/root/etc/one-context.d/"
	saved=$CACHE/superlink-${prebaked##*:}-trixie.tar
	[ -s "$saved" ] || {
		real_engine # fills the cache
		stop_engine
	}
	cp "$saved" "$box/root/superlink.tar"
	run "$docker/systemd.sh" start "$box"
	exits 0 'a system with systemd as PID 1 boots'
	[ "$status" = 0 ] || {
		echo 'Bail out! there is no system to test on'
		exit 1
	}
	inside docker load -q -i /superlink.tar
	exits 0 'its Docker Engine runs'
	note "$(inside systemctl --version; echo "$out" | head -n 1), Docker $(inside docker version --format '{{.Server.Version}}'; echo "$out")"
	inside /etc/one-appliance/service install
	exits 0 'service install succeeds'
	start_onegate
}
