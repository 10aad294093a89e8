# shellcheck shell=sh
# readme.t and examples.t source this to run the commands of the documentation as they are written. The folder
# $here holds the programs and service, like a reader's build folder. $BIN holds the programs of an appliance:
# they are called without --root and use the tree below $ROOT instead of the host. Engine, SuperLink and OneGate
# are the stand-ins of ../cli/lib.sh.
. "$(dirname "$0")/../cli/lib.sh"
needs_root
appliance_net # the ports are fixed: 9091, 9092, 9093
programs='fl-configure fl-bootstrap fl-healthcheck fl-onegate-publish'

start_onegate
gate_variables FL_CONTROL_API_ADDRESS=127.0.0.1:9093 | make_root
start_engine --image flwr/superlink:1.25.0
echo '{"container": {"serve": true}}' >"$scenario"
export DOCKER_HOST="unix://$SOCK"

here=$T/here BIN=$T/bin
mkdir "$here" "$BIN"
for program in $programs service; do
	ln -s "$BUILD/$program" "$here/$program"
done
for program in $programs; do
	printf '#!/bin/sh\nexec "%s" --root "%s" "$@"\n' "$BUILD/$program" "$ROOT" >"$BIN/$program"
done
printf '#!/bin/sh\nexec "%s" --root "%s" --bindir "%s" "$@"\n' "$BUILD/service" "$ROOT" "$BUILD" >"$BIN/service"
chmod 755 "$BIN"/*

# on_appliance COMMAND-LINE: as an administrator types it; paths of the appliance are below $ROOT.
on_appliance()
{
	run sh -c "cd '$here' && PATH='$BIN':\$PATH && export PATH && $(printf '%s\n' "$1" | sed \
		-e 's|/etc/one-appliance/service|service|g' -e "s| /var/log/| $ROOT/var/log/|g" \
		-e 's|192\.0\.2\.10:|127.0.0.1:|g' -e "s|/run/second/docker.sock|$SOCK|g")"
}

# `journalctl -t NAME -u UNIT` and `systemctl status UNIT` need an init system, so they are not run. The test only
# checks that their NAME and UNIT exist. Other packages bring the units one-context and docker.
names_exist()
{
	set -- $1
	tool=$1 next=''
	shift
	for word; do
		case $tool:$next:$word in
		systemctl:*.timer | systemctl:*.service) [ -f "$top/one-appliance/$word.in" ] || return ;;
		journalctl:-t:*) case " $programs " in *" $word "*) ;; *) return 1 ;; esac ;;
		journalctl:-u:*) case $word in one-context | docker | flower-superlink) ;; *) return 1 ;; esac ;;
		esac
		next=''
		case $word in -*) next=$word ;; esac
	done
}

# plain TEXT: TEXT as the name of a test; dash's echo would turn \0 into a NUL.
plain()
{
	printf '%s\n' "$1" | tr '\134' '/'
}

# documented COMMAND-LINE: one test.
documented()
{
	case $1 in
	journalctl* | systemctl*)
		ok "$1: names what is there" names_exist "$1"
		return
		;;
	docker*)
		command -v docker >/dev/null || {
			skip "$1" 'docker is not installed'
			return
		}
		;;
	esac
	on_appliance "$1"
	exits 0 "$(plain "$1")"
}
