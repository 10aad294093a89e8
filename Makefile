# GNU make. config.mak holds the answers of ./configure; `make help` lists the targets.
#
# make builds in the current folder: it puts the programs and libflctx.a there, and objects into obj/. A sanitizer
# build (SAN=1) goes into san/ and a coverage build (COV=1) into cov/, so that both stay beside the release build.

SRCDIR ?= .
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

# Sources. One noun, one module: lib/AREA/NAME.c, lib/AREA/NAME.h, tests/lib/AREA/test_NAME.c. Sorted.
LIB := base/address base/buf base/error base/fatal base/folder base/journal base/json base/log base/mem \
	base/number base/options base/start base/utf8 base/wait \
	config/edits config/findings config/flower config/frozen config/original config/param config/paramcheck \
	config/paramtext config/paths config/present config/resolve config/review config/settings config/valid \
	context/context context/oneenv context/shellword \
	docker/docker docker/dockerd docker/end docker/engine docker/logs docker/pull docker/systemd \
	file/atomic file/file file/leftover file/tree file/walk \
	health/diagnosis health/health health/judge health/layers health/memory health/mend health/probe \
	health/proc health/space health/verdict health/watch \
	net/grpc net/http net/lookup net/transfer \
	onegate/attribute onegate/endpoint onegate/exchange onegate/netaddr onegate/onegate onegate/publication \
	onegate/told \
	readiness/announcement readiness/readiness \
	superlink/container superlink/database superlink/image superlink/launch superlink/layout superlink/limit \
	superlink/printout superlink/report superlink/stage superlink/step superlink/unit

# The programs, and those of them that are linked with libcurl. fl-configure is not: libcurl's 33 shared libraries
# would take longer to load than fl-configure takes for all its work.
PROGRAMS := fl-bootstrap fl-configure fl-healthcheck fl-onegate-publish
CURL_PROGRAMS := fl-bootstrap fl-healthcheck fl-onegate-publish

# Manual pages.
MAN := flower-appliance.7 flower-context.5 fl-bootstrap.8 fl-configure.8 fl-healthcheck.8 fl-onegate-publish.8

# These work without config.mak.
LAZY := help clean distclean
ifneq ($(filter-out $(LAZY),$(or $(MAKECMDGOALS),all)),)
include config.mak
endif

# If configure has changed, config.mak is out of date: run configure again with the same arguments.
config.mak: $(SRCDIR)/configure
	@if test -e $@; then $(SRCDIR)/configure $(CONFIGURE_ARGS) >/dev/null && touch $@; \
	else echo 'make: run ./configure first' >&2; exit 1; fi

build.h: config.mak ;

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-8s%s\n'
endif

# The code needs these flags. They are apart from the user's, so `make CFLAGS=-O0` removes none of them.
REQUIRED := -std=c17 -D_GNU_SOURCE -I$(CURDIR) -I$(SRCDIR)/lib $(CURL_CFLAGS) $(CJSON_CFLAGS)
DEPS = -MMD -MP -MF $(@:.o=.d)
# The linker's --wrap finds a function by its name. FORTIFY would turn open into __open_2, and the compiler would
# replace other calls by code of its own.
TESTFLAGS := -U_FORTIFY_SOURCE -fno-builtin -I$(SRCDIR)/tests/lib

ifeq ($(SAN),1)
O := san/
MODE := -Werror -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
MODE_LINK := -fsanitize=address,undefined
HARDENING := -fPIE
FORTIFY :=
# No program uses this exit status, so a test cannot take it for an answer.
export ASAN_OPTIONS = exitcode=99
export UBSAN_OPTIONS = exitcode=99:print_stacktrace=1
# AddressSanitizer's library must come first, and --as-needed would change the order.
LINKFLAGS := -pie
else ifeq ($(COV),1)
O := cov/
MODE := -O0 -g --coverage
MODE_LINK := --coverage
HARDENING := -fPIE
FORTIFY :=
LINKFLAGS := -pie
else ifeq ($(FUZZ),1)
O := fuzz/
CC := clang
MODE := -Werror -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined
MODE_LINK := -fsanitize=fuzzer,address,undefined
HARDENING := -fPIE
FORTIFY :=
LINKFLAGS := -pie
else
O :=
MODE :=
MODE_LINK :=
endif

COMPILE = $(CC) $(REQUIRED) $(WARNINGS) $(HARDENING) $(CPPFLAGS) $(CFLAGS) $(MODE)
LINK = $(CC) $(HARDENING) $(CFLAGS) $(MODE_LINK) $(LINKFLAGS) $(LDFLAGS)

#
# Building
#

LIB_SRCS := $(wildcard $(LIB:%=$(SRCDIR)/lib/%.c))
LIB_OBJS := $(LIB_SRCS:$(SRCDIR)/lib/%.c=$(O)obj/lib/%.o)
TEST_LIB_OBJS := $(LIB_SRCS:$(SRCDIR)/lib/%.c=$(O)obj/testlib/%.o)
PROGRAM_SRCS := $(wildcard $(PROGRAMS:%=$(SRCDIR)/cmd/%.c))
PROGRAMS_OUT := $(PROGRAM_SRCS:$(SRCDIR)/cmd/%.c=$(O)%)
TEST_SRCS := $(wildcard $(foreach m,$(LIB),$(SRCDIR)/tests/lib/$(dir $m)test_$(notdir $m).c))
TESTS_OUT := $(TEST_SRCS:$(SRCDIR)/tests/lib/%.c=$(O)obj/tests/%)
FUZZ_SRCS := $(sort $(wildcard $(SRCDIR)/tests/fuzz/fuzz_*.c))
FUZZERS_OUT := $(FUZZ_SRCS:$(SRCDIR)/tests/fuzz/%.c=$(O)obj/fuzz/%)
FUZZ_MAIN := $(if $(filter 1,$(FUZZ)),,$(O)obj/fuzz/replay.o)
MAN_SRCS := $(wildcard $(MAN:%=$(SRCDIR)/man/%.in))
MAN_OUT := $(MAN_SRCS:$(SRCDIR)/%.in=$(O)%)
UNIT_SRCS := $(wildcard $(SRCDIR)/one-appliance/*.in)
UNITS_OUT := $(UNIT_SRCS:$(SRCDIR)/%.in=$(O)%)
SERVICE_SRC := $(wildcard $(SRCDIR)/one-appliance/service)
SERVICE_OUT := $(SERVICE_SRC:$(SRCDIR)/one-appliance/service=$(O)service)

UDEV_RULES := $(wildcard $(SRCDIR)/one-appliance/*.rules)
udevdir := $(libdir)/udev/rules.d

all: $(O)libflctx.a $(PROGRAMS_OUT) $(SERVICE_OUT) $(MAN_OUT) $(UNITS_OUT)

$(O)libflctx.a: $(LIB_OBJS)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(O)obj/libflctx-test.a: $(TEST_LIB_OBJS)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(O)obj/lib/%.o: $(SRCDIR)/lib/%.c config.mak build.h
	$(say) CC $@
	$(Q)mkdir -p $(@D) && $(COMPILE) $(FORTIFY) $(DEPS) -c -o $@ $<

$(O)obj/cmd/%.o: $(SRCDIR)/cmd/%.c config.mak build.h
	$(say) CC $@
	$(Q)mkdir -p $(@D) && $(COMPILE) $(FORTIFY) $(DEPS) -c -o $@ $<

$(O)obj/testlib/%.o: $(SRCDIR)/lib/%.c config.mak build.h
	$(say) CC $@
	$(Q)mkdir -p $(@D) && $(COMPILE) $(TESTFLAGS) $(DEPS) -c -o $@ $<

$(O)obj/tests/%.o: $(SRCDIR)/tests/lib/%.c config.mak build.h
	$(say) CC $@
	$(Q)mkdir -p $(@D) && $(COMPILE) $(TESTFLAGS) $(CMOCKA_CFLAGS) $(DEPS) -c -o $@ $<

$(addprefix $(O),$(filter-out $(CURL_PROGRAMS),$(PROGRAMS))): $(O)%: $(O)obj/cmd/%.o $(O)libflctx.a
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(CJSON_LIBS)

$(addprefix $(O),$(CURL_PROGRAMS)): $(O)%: $(O)obj/cmd/%.o $(O)libflctx.a
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(CURL_LIBS) $(CJSON_LIBS)

# A test names the functions that it replaces in a comment line such as `/* wrap: rename fsync */`.
WRAPS = `sed -n 's,^\(//\|/\*\) wrap: \([A-Za-z0-9_ ]*\).*,\2,p' $(SRCDIR)/tests/$(1).c | \
	tr -s ' ' '\n' | sed -n 's/./-Wl,--wrap=&/p'`

$(TESTS_OUT): $(O)obj/tests/%: $(O)obj/tests/%.o $(O)obj/tests/case.o $(O)obj/libflctx-test.a
	$(say) LINK $@
	$(Q)$(LINK) $(call WRAPS,lib/$*) -o $@ $^ $(CURL_LIBS) $(CJSON_LIBS) $(CMOCKA_LIBS)

# With FUZZ=1 a target of tests/fuzz is linked with libFuzzer. Otherwise it is linked with a main that replays its
# corpus as a unit test.
$(O)obj/fuzz/%.o: $(SRCDIR)/tests/fuzz/%.c config.mak build.h
	$(say) CC $@
	$(Q)mkdir -p $(@D) && $(COMPILE) $(TESTFLAGS) -Wno-missing-prototypes $(DEPS) -c -o $@ $<

$(O)obj/fuzz/fuzz_%: $(O)obj/fuzz/fuzz_%.o $(FUZZ_MAIN) $(O)obj/libflctx-test.a
	$(say) LINK $@
	$(Q)$(LINK) $(call WRAPS,fuzz/fuzz_$*) -o $@ $^ $(CURL_LIBS) $(CJSON_LIBS)

# Replaces each @name@ by the answer of configure. fl-configure prints the table of parameters of flower-context(5).
SUBST = sed -e 's|@bindir@|$(bindir)|g' -e 's|@sysconfdir@|$(sysconfdir)|g' \
	-e 's|@unitdir@|$(unitdir)|g' -e 's|@udevdir@|$(udevdir)|g' \
	-e 's|@mandir@|$(mandir)|g' -e 's|@docdir@|$(docdir)|g' \
	-e 's|@flower_version@|$(flower_version)|g' -e 's|@flower_image@|$(flower_image)|g' \
	-e 's|@docker@|$(docker_cli)|g' -e 's|@systemctl@|$(systemctl)|g' \
	-e 's|@version@|$(VERSION)|g' -e 's|@date@|$(DATE)|g'

$(O)man/flower-context.5: $(SRCDIR)/man/flower-context.5.in $(O)fl-configure config.mak
	$(say) GEN $@
	$(Q)mkdir -p $(@D) && ./$(O)fl-configure --print=mdoc >$@.table && \
	$(SUBST) -e '/^@parameters@$$/{' -e 'r $@.table' -e d -e '}' $< >$@ && rm -f $@.table

$(O)man/%: $(SRCDIR)/man/%.in config.mak
	$(say) GEN $@
	$(Q)mkdir -p $(@D) && $(SUBST) $< >$@

$(O)one-appliance/%: $(SRCDIR)/one-appliance/%.in config.mak
	$(say) GEN $@
	$(Q)mkdir -p $(@D) && $(SUBST) $< >$@

$(O)service: $(SRCDIR)/one-appliance/service config.mak
	$(say) GEN $@
	$(Q)$(SUBST) $< >$@ && chmod 755 $@

#
# Testing
#

# Tells the tests where the sources and the programs are.
TESTENV = BUILDROOT='$(CURDIR)' SRCDIR='$(abspath $(SRCDIR))' BUILD='$(abspath $(CURDIR)/$(O))' CC='$(CC)' NM='$(NM)'

# valgrind cannot run a program that was built with a sanitizer.
CHECKS := $(filter-out $(if $(MODE),%/valgrind.t),$(wildcard $(SRCDIR)/tests/check/*.t))
CLI_TESTS := $(wildcard $(SRCDIR)/tests/cli/*.t)
# The long ones, which mostly wait, begin.
DOCKER_LONG := $(patsubst %,$(SRCDIR)/tests/docker/%.t,reality systemd)
DOCKER_TESTS := $(DOCKER_LONG) $(filter-out $(DOCKER_LONG),$(wildcard $(SRCDIR)/tests/docker/*.t))
# Two virtual machines at once, because one leaves a third of two processors idle. The longest test comes first. The first test
# that needs a VM with a SuperLink that serves saves it for the others. boot.t runs alone: its step 10 has only 60 seconds.
VM_TESTS := $(patsubst %,$(SRCDIR)/tests/vm/%.t,heal missing network context power certification build image)

tests: $(TESTS_OUT) $(FUZZERS_OUT)

# The tests of the programs mostly wait, so they begin, and several run at a time.
check: all tests
	$(Q)$(TESTENV) $(SRCDIR)/tests/run -j 4 $(CLI_TESTS) $(CHECKS) $(TESTS_OUT) $(FUZZERS_OUT)

check-unit: tests
	$(Q)$(TESTENV) $(SRCDIR)/tests/run $(TESTS_OUT) $(FUZZERS_OUT)

# Each test has an Engine and a network of its own, so two run at a time.
check-docker: all
	$(Q)$(TESTENV) TEST_TIMEOUT=900 $(SRCDIR)/tests/run -j 2 $(DOCKER_TESTS)

# Hostile values, peers and folders; kill -9; and one fault of each kind, the same ones each time. The faults run after the other
# tests, so that they have the machine to themselves.
FAULTS := $(SRCDIR)/tests/hostile/faults.t
HOSTILE_TESTS := $(filter-out $(FAULTS),$(wildcard $(SRCDIR)/tests/hostile/*.t))

check-hostile: all
	$(Q)export $(TESTENV) TEST_TIMEOUT=900; status=0; \
	$(SRCDIR)/tests/run -j 2 $(HOSTILE_TESTS) || status=1; \
	EVERY=1000 SEED=1 $(SRCDIR)/tests/run $(FAULTS) || status=1; \
	exit $$status

# Ten thousand faults, chosen at random, in some minutes. EVERY=1 makes all of them, three times as many.
check-faults: all
	$(Q)$(TESTENV) TEST_TIMEOUT=3600 VERBOSE=1 $(SRCDIR)/tests/run $(FAULTS)

# Static analysis. No other target needs its tools, so --install-deps does not install them.
LINT := $(wildcard $(SRCDIR)/tests/lint/*.t)

lint: all
	$(Q)$(TESTENV) CPPFLAGS='$(CURL_CFLAGS) $(CJSON_CFLAGS) $(CMOCKA_CFLAGS)' TEST_TIMEOUT=900 $(SRCDIR)/tests/run $(LINT)

# The appliance's disk image, and its manifest beside it.
CONTEXT ?=
SUITE ?= trixie
MIRROR ?=
REFRESH ?=
WORKDIR ?= /var/tmp
IMAGEENV = SUITE='$(SUITE)' MIRROR='$(MIRROR)' REFRESH='$(REFRESH)' WORKDIR='$(WORKDIR)'

image: all
	$(Q)$(TESTENV) $(IMAGEENV) CONTEXT='$(CONTEXT)' $(SRCDIR)/one-appliance/image/build.sh .

# The files of a pull request for the community marketplace.
MANIFEST ?= flower-superlink.json
IMAGE_URL ?=

marketplace:
	$(Q)[ -n '$(IMAGE_URL)' ] || { \
		echo "marketplace: IMAGE_URL is not set; what next: IMAGE_URL=https://... where the image can be downloaded" >&2; exit 64; }
	$(Q)/usr/bin/python3 $(SRCDIR)/one-appliance/marketplace/collect.py '$(MANIFEST)' '$(IMAGE_URL)' marketplace

# Builds another image, with the tests' own contextualization, and boots it in QEMU.
check-vm: all
	$(Q)mkdir -p vm
	$(Q)$(TESTENV) $(IMAGEENV) CONTEXT=stand-in $(SRCDIR)/one-appliance/image/build.sh vm
	$(Q)export $(TESTENV) IMAGE='$(CURDIR)/vm/flower-superlink.qcow2' TEST_TIMEOUT=3000; status=0; \
	$(SRCDIR)/tests/run -j 1 $(SRCDIR)/tests/vm/boot.t || status=1; \
	$(SRCDIR)/tests/run -j 2 $(VM_TESTS) || status=1; \
	exit $$status

# Compares the programs with a shell version and other tools: see tests/bench/README.md.
BENCH ?=
JSON ?=

bench: all obj/bench/measure
	$(Q)$(TESTENV) /usr/bin/python3 -B $(SRCDIR)/tests/bench/run $(if $(JSON),--json '$(JSON)') $(BENCH)

obj/bench/measure: $(SRCDIR)/tests/bench/measure.c config.mak
	$(say) CC $@
	$(Q)mkdir -p $(@D) && $(COMPILE) $(FORTIFY) $(LDFLAGS) -o $@ $<

demo: all
	$(Q)$(TESTENV) KEEP='$(KEEP)' $(SRCDIR)/tests/demo/demo.sh

# Runs each of libFuzzer's targets for TIME seconds. fuzz/found keeps what they find.
TIME ?= 60

fuzz:
	$(Q)sh $(SRCDIR)/tests/fuzz/able.sh clang -fsanitize=fuzzer,address,undefined
	$(Q)$(MAKE) --no-print-directory FUZZ=1 run-fuzz

run-fuzz: $(FUZZERS_OUT)
	$(Q)$(TESTENV) TIME='$(TIME)' sh $(SRCDIR)/tests/fuzz/run.sh $(notdir $(FUZZERS_OUT))

# Whether the tests notice a change of the code: see tests/mutants/run.
MUTANTS ?= 200
SEED ?= 1
FILES ?= *

mutants:
	$(Q)$(TESTENV) CONFIGURE_ARGS='$(CONFIGURE_ARGS)' MUTANTS='$(MUTANTS)' SEED='$(SEED)' FILES='$(FILES)' \
		/usr/bin/python3 -B $(SRCDIR)/tests/mutants/run

# Lines of lib/ that the corpora reach.
fuzz-coverage:
	$(Q)$(MAKE) -s --no-print-directory COV=1 $(FUZZERS_OUT:%=cov/%)
	$(Q)find cov -name '*.gcda' -delete
	$(Q)for f in $(FUZZERS_OUT:%=cov/%); do $(TESTENV) ./$$f >cov/fuzz.log || { cat cov/fuzz.log; exit 1; }; done
	$(Q)cd cov && gcovr --root $(abspath $(SRCDIR)) --filter '$(abspath $(SRCDIR))/lib/' --csv - obj/testlib | \
		awk -f $(abspath $(SRCDIR))/tests/fuzz/coverage.awk

# This and fuzz-coverage need gcovr, which nothing else does.
coverage:
	$(Q)$(MAKE) COV=1 all tests
	$(Q)find cov -name '*.gcda' -delete
	$(Q)status=0; $(MAKE) COV=1 check || status=$$?; cd cov && gcovr --root $(abspath $(SRCDIR)) \
		--filter '$(abspath $(SRCDIR))/lib/' . && exit $$status

#
# Installing
#

INSTALL ?= install
D = $(DESTDIR)

install: all
	$(INSTALL) -d $(D)$(bindir) $(D)$(sysconfdir)/one-appliance $(D)$(unitdir) $(D)$(udevdir) $(D)$(docdir)
	$(INSTALL) -m 755 $(PROGRAMS_OUT) $(D)$(bindir)
	$(INSTALL) -m 755 $(SERVICE_OUT) $(D)$(sysconfdir)/one-appliance/service
	$(Q)for f in $(UNITS_OUT); do \
		case $$f in *.service|*.timer) $(INSTALL) -m 644 $$f $(D)$(unitdir) || exit;; esac; done
	$(INSTALL) -m 644 $(UDEV_RULES) $(D)$(udevdir)
	$(Q)for f in $(MAN_OUT); do d=$(D)$(mandir)/man$${f##*.}; \
		$(INSTALL) -d $$d && $(INSTALL) -m 644 $$f $$d || exit; done
	$(INSTALL) -m 644 $(addprefix $(SRCDIR)/,README.md CHANGELOG.md LICENSE) $(D)$(docdir)

uninstall:
	rm -f $(addprefix $(D)$(bindir)/,$(PROGRAMS)) $(D)$(sysconfdir)/one-appliance/service
	rm -f $(addprefix $(D)$(unitdir)/,$(notdir $(filter %.service %.timer,$(UNITS_OUT))))
	rm -f $(addprefix $(D)$(udevdir)/,$(notdir $(UDEV_RULES)))
	rm -f $(foreach m,$(MAN),$(D)$(mandir)/man$(subst .,,$(suffix $m))/$m)
	rm -f $(addprefix $(D)$(docdir)/,README.md CHANGELOG.md LICENSE)
	-rmdir $(D)$(docdir) $(D)$(sysconfdir)/one-appliance 2>/dev/null || :

clean:
	rm -rf obj san cov fuzz vm marketplace libflctx.a flower-superlink.qcow2 flower-superlink.json $(PROGRAMS) service $(MAN:%=man/%) \
		$(UNIT_SRCS:$(SRCDIR)/%.in=%)

distclean: clean
	rm -f config.mak build.h

help:
	@sed -n 's/^#: \{0,1\}//p' $(SRCDIR)/Makefile

#: Build
#:   make                 the library, the programs, the manual pages
#:   make install         puts them in place; DESTDIR=DIR: below DIR
#:   make uninstall       takes away what install put there
#:   make clean           removes what was built; distclean also what configure wrote
#: Test
#:   make check           unit tests, programs against stand-ins, checks of the sources; no network
#:   make check-unit      the unit tests alone
#:   make check-docker    the programs with a real Docker Engine, SuperLink and registry (root)
#:   make check-hostile   hostile input, faults, crashes, power cuts, misbehaving peers, races (root)
#:   make check-faults    a fault at every second system call and allocation, EVERY=1: at each (root)
#:   make check-vm        an image, booted in QEMU, and broken there (root)
#:   make lint            static analysis: gcc -fanalyzer, clang-tidy, cppcheck, codespell
#:   make fuzz            libFuzzer targets, TIME=60 seconds each (needs clang and its libFuzzer)
#: Image
#:   make demo            one boot of the appliance, shown step by step (root); KEEP=1 leaves it running
#:   make image           the appliance's disk image (root); CONTEXT=FILE is the contextualization package
#:   make marketplace     marketplace/: a pull request for the community marketplace; IMAGE_URL=URL
#: Measure
#:   make bench           figures beside a shell version and other tools (root); BENCH=PARTS, JSON=FILE
#:   make coverage        make check with gcov, lines of lib/ covered (needs gcovr)
#:   make mutants         random changes of the code that no test notices (root); MUTANTS=200 SEED=1 FILES=PATTERNS
#:   make fuzz-coverage   lines of lib/ that the fuzzers' corpora reach, by folder (needs gcovr)
#:
#: Variables: V=1 shows the commands; SAN=1 builds in san/ with -Werror, ASan and UBSan; COV=1 builds in cov/
#: with gcov; CC, CFLAGS, CPPFLAGS, LDFLAGS as configure found them.

.PHONY: all tests check check-unit check-docker check-hostile check-faults check-vm lint image marketplace bench demo mutants coverage fuzz run-fuzz fuzz-coverage install uninstall clean distclean help
.SECONDARY:

-include $(LIB_OBJS:.o=.d) $(TEST_LIB_OBJS:.o=.d) $(PROGRAM_SRCS:$(SRCDIR)/cmd/%.c=$(O)obj/cmd/%.d) \
	$(TESTS_OUT:=.d) $(FUZZERS_OUT:=.d) $(O)obj/fuzz/replay.d
