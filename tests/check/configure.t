#!/bin/sh
# configure and make install, called as a packager calls them.
. "${0%/*}/../tap.sh"
cd "$scratch" || exit 71

# refuses DESCRIPTION ARGUMENT...: configure does.
refuses()
{
	description=$1
	shift
	run "$SRCDIR/configure" "$@"
	exits 64 "$description is an error"
}

refuses 'an unknown option' --with-flour
like "$err" '--with-flour' 'it is named'
refuses 'an unknown variable' CXX=g++
refuses 'a stray word' please
refuses 'an option without its value' --prefix
refuses 'a relative folder' --bindir=bin
refuses 'a folder that a unit could not hold' '--bindir=/opt/%h'
refuses 'a version that is no tag' --with-flower-version=a/b
refuses 'a version that the programs refuse' --with-flower-version=1.21.0
like "$err" '1\.22' 'which says the oldest'
for image in flwr/superlink:1.25.0 reg:5000/f/S a/ x@sha256:0; do
	refuses "an image $image, which is no repository," --with-flower-image="$image"
done
mkdir 'a b'
run sh -c "cd 'a b' && '$SRCDIR/configure'"
exits 69 'a folder that make would take for two is an error'
run "$SRCDIR/configure" --help
exits 0 '--help'
check '--help names every option that is taken' sh -c \
	"sed -n 's/^	\(--[a-z-]*\)=\*).*/\1/p' '$SRCDIR/configure' | while read -r o; do grep -q -- \"\$o\" out || exit 1; done"

# A machine with coreutils, grep and sed only: everything that is missing is named in one run.
mkdir bare
for tool in cat chmod cmp date dirname expr id mktemp mv pwd rm sed grep touch tr uname; do
	ln -s "$(command -v "$tool")" "bare/$tool" 2>/dev/null
done
# have_command adds /usr/sbin and /sbin to PATH; where those are the same folder as /usr/bin there is no bare
# machine to be made this way.
if [ "$(readlink -f /usr/sbin)" = "$(readlink -f /usr/bin)" ]; then
	skip 'all that is missing is named at once' 'this machine has sbin and bin in one folder'
else
	run env PATH="$scratch/bare" "$(command -v sh)" "$SRCDIR/configure"
	exits 69 'what is missing is an error'
	for word in gcc make pkg-config libcurl4-openssl-dev libcjson-dev libcmocka-dev; do
		like "$out$err" "apt-get install.* $word" "all of it is named at once: $word"
	done
fi

mkdir b
config()
{
	(cd b && "$SRCDIR/configure" --prefix=/opt/fl --with-flower-version 1.26.1 \
		--with-flower-image=reg.example:5000/f/s --unitdir=/run/u CFLAGS='-O2 -DX="a$b#c"')
}
check 'configure in another folder' config
says()
{
	grep -F -x -- "$2" "$1" || {
		cat "$1"
		return 1
	}
}
check 'build.h has the folder of the programs' says b/build.h '#define FL_BINDIR "/opt/fl/bin"'
check 'build.h has the Flower version' says b/build.h '#define FL_FLOWER_VERSION "1.26.1"'
check 'build.h has the image' says b/build.h '#define FL_FLOWER_IMAGE "reg.example:5000/f/s"'
check 'a Makefile points back' grep -q '^include' b/Makefile
printf 'show:\n\t@printf "%%s\\n" "$$SHOWN"\ninclude config.mak\nexport SHOWN := $(CFLAGS)\n' >b/show.mak
check 'CFLAGS reach make unharmed' sh -c "cd b && make -s -f show.mak show | grep -F -x -- '-O2 -DX=\"a\$b#c\"'"
before=$(stat -c %Y.%i b/config.mak b/build.h)
config >/dev/null 2>&1
check 'a second run changes no file' test "$before" = "$(stat -c %Y.%i b/config.mak b/build.h)"
check 'nothing is left behind' test -z "$(find b -name '.configure*')"

# A compiler that does not know two of the flags: only these two are left out.
cat >picky <<END
#!/bin/sh
for flag; do
	case \$flag in -Wvla | -Wl,-z,now) exit 1 ;; esac
done
exec ${CC:-cc} "\$@"
END
chmod +x picky
mkdir c
check 'configure with a compiler that refuses two flags' sh -c "cd c && '$SRCDIR/configure' CC='$scratch/picky'"
check 'the two are left out' sh -c '! grep -e -Wvla -e -z,now c/config.mak'
check 'their neighbours are not' sh -c 'grep -q -e "-Wshadow -Wformat=2" c/config.mak && grep -q -e "-z,relro -Wl,-z,noexec" c/config.mak'

# make install, for the build under test. If that is a build with SAN=1, MAKEFLAGS says so.
builddir=${BUILDROOT:-$BUILD}
check 'make install' make -s -C "$builddir" install DESTDIR="$scratch/dest"
(cd dest && find . -type f | sort) >installed
for f in bin/fl-bootstrap bin/fl-configure bin/fl-healthcheck bin/fl-onegate-publish etc/one-appliance/service \
	share/man/man8/fl-configure.8 share/man/man5/flower-context.5 share/man/man7/flower-appliance.7; do
	check "$f is installed" grep -q "/$f\$" installed
done
check 'service is executable' test -x "$(find dest -name service -path '*/one-appliance/*')"
check 'no @name@ is left in what is installed' sh -c '! grep -r -I -n -E "@(bin|man|doc|sysconf|unit)dir@" dest'
check 'make uninstall' make -s -C "$builddir" uninstall DESTDIR="$scratch/dest"
check 'uninstall leaves no file' test -z "$(find dest -type f)"
plan
