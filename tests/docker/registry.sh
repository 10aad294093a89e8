#!/bin/sh
# A Docker registry (Debian's docker-registry) on loopback, for tests that pull.
#
#   registry.sh start DIR PORT     prints 127.0.0.1:PORT when it answers; its files and log are below DIR
#   registry.sh stop DIR
#
# An Engine takes 127.0.0.0/8 without TLS, so no setting of its daemon is needed.

set -u
LC_ALL=C
export LC_ALL

die()
{
	printf 'registry: %s\n' "$*" >&2
	exit 1
}

# The number in the file may belong to another process by now.
alive()
{
	pid=$(cat "$dir/registry.pid" 2>/dev/null) && [ -n "$pid" ] &&
		tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$dir/registry.yml"
}

answers()
{
	python3 - "$1" <<'END'
import sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    sys.exit(opener.open("http://127.0.0.1:%s/v2/" % sys.argv[1], timeout=5).status != 200)
except OSError:
    sys.exit(1)
END
}

start()
{
	command -v docker-registry >/dev/null ||
		die 'docker-registry is missing; what next: ./configure --install-deps'
	! alive || die "$dir: its registry runs already"
	mkdir -p "$dir/registry" || die "$dir: cannot be made"
	cat >"$dir/registry.yml" <<END
version: 0.1
log: {level: info}
storage:
  filesystem: {rootdirectory: $dir/registry}
  delete: {enabled: true}
http: {addr: "127.0.0.1:$port"}
END
	setsid docker-registry serve "$dir/registry.yml" </dev/null >>"$dir/registry.log" 2>&1 &
	echo $! >"$dir/registry.pid"
	tenths=200
	until answers "$port"; do
		tenths=$((tenths - 1))
		# It is our registry that answers, not one that had the port before.
		[ "$tenths" -gt 0 ] && kill -0 "$(cat "$dir/registry.pid")" 2>/dev/null || {
			tail -n 5 "$dir/registry.log" >&2
			die "docker-registry did not start (the end of $dir/registry.log is above)"
		}
		sleep 0.1
	done
	alive || die "port $port: another program answers there"
	echo "127.0.0.1:$port"
}

stop()
{
	alive || return 0
	kill "$pid"
	tenths=50
	while alive; do
		tenths=$((tenths - 1))
		[ "$tenths" -gt 0 ] || kill -KILL "$pid"
		sleep 0.1
	done
	rm -f "$dir/registry.pid"
}

case ${1:-}:${2:-}:${3:-} in
start:?*:?* | stop:?*:) ;;
*)
	echo 'usage: registry.sh start DIR PORT | registry.sh stop DIR' >&2
	exit 64
	;;
esac
case $2 in
/*) dir=$2 ;;
*) dir=$(pwd)/$2 ;;
esac
port=${3:-}
"$1"
