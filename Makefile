# argentumd - a game server for Argentum Online.
#
# make            build argentumd and argentumctl into build/
# make run        install what is missing, build, compile the starter world, serve it on port 7666
# make test       install what tests need, build and run every test (SANITIZE=1: under ASan and UBSan)
# make tsan       build and run the tests that are threads in one world, under ThreadSanitizer (`make test` does so too)
# make check      static checks: clang-tidy, cppcheck, formatting
# make fuzz       search for crashes with libFuzzer, FUZZ_SECONDS=60 for each target
# make chaos      players on a server whose processes die all the time, CHAOS_SECONDS=600 on each store; CHAOS_SEED=number
# make bench      speed and memory, as tables: the server with an army of clients, the core, recovery (five minutes)
# make bench-full the army's curves: 1, 2, 4 workers, up to 10,000 players (a quarter of an hour; ARGENTUM_BENCH_MOST=3000: up to those)
# make install    into $(DESTDIR)$(PREFIX)
# make clean      delete everything that was built
# make help       this list
#
# Variables: CC=clang  SANITIZE=1  PREFIX=/usr/local  DESTDIR=  ARGS="more options for make run"

PREFIX     ?= /usr/local
DESTDIR    ?=
SYSCONFDIR ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)

out = build$(if $(SANITIZE),-sanitize)

# --- what to install on Debian, and why (package|reason) ------------------------------------------------------------

BUILD_PACKAGES = gcc|the_C_compiler libc6-dev|headers_of_the_C_library pkg-config|finds_the_libraries \
	libconfig-dev|reads_the_configuration libhiredis-dev|speaks_to_Redis liblmdb-dev|the_embedded_store \
	libsodium-dev|hashes_passwords libssl-dev|TLS_towards_Redis libcjson-dev|JSON_of_ground_items_and_status
TEST_PACKAGES = libcmocka-dev|the_test_framework redis-server|a_real_Redis_for_the_store_tests \
	libtsan2|ThreadSanitizer $(if $(SANITIZE),libasan8|AddressSanitizer libubsan1|UndefinedBehaviorSanitizer)
CHECK_PACKAGES = clang|the_second_compiler clang-tidy|static_analysis clang-format|checks_the_formatting \
	cppcheck|static_analysis

# $(call install,list): says what is missing and why, installs it, and does nothing when all is there.
define install
	@missing=; for entry in $(foreach p,$(1),'$(p)'); do \
	  package=$${entry%%|*}; reason=$$(printf %s "$${entry#*|}" | tr _ ' '); \
	  dpkg-query -W -f '$${Status}' "$$package" 2>/dev/null | grep -q 'install ok installed' && continue; \
	  echo "missing: $$package ($$reason)"; missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  command -v apt-get >/dev/null || { echo "no apt-get here: install these by hand:$$missing"; exit 1; }; \
	  as_root=; [ "$$(id -u)" = 0 ] || as_root=sudo; \
	  echo "installing with apt-get:$$missing"; \
	  $$as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends $$missing >/dev/null \
	    || { echo "apt-get could not install:$$missing"; exit 1; }; \
	else echo "packages: all there"; fi
endef

# --- how to compile -------------------------------------------------------------------------------------------------

LIBRARIES  = libconfig hiredis lmdb libsodium openssl libcjson
WARNINGS   = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings \
	-Wvla -Wundef -Wformat=2
HARDENING  = -fstack-protector-strong -fPIE $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2)
LINK_HARD  = -pie -Wl,-z,relro,-z,now
SANITIZERS = $(if $(SANITIZE),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
comma      = ,
OPTIMISE   = $(if $(SANITIZE),-O1,-O2)

CPPFLAGS += -I. -D_GNU_SOURCE -DARGENTUM_PREFIX='"$(PREFIX)"' -DARGENTUM_SYSCONFDIR='"$(SYSCONFDIR)"'
CFLAGS   += -std=gnu11 $(OPTIMISE) -g -pthread $(WARNINGS) $(HARDENING) $(SANITIZERS) $(shell pkg-config --cflags $(LIBRARIES) 2>/dev/null)
LDFLAGS  += -pthread $(LINK_HARD) $(SANITIZERS)
LDLIBS   += $(shell pkg-config --libs $(LIBRARIES) 2>/dev/null) -lm

sources        = $(shell find $(1) -name '*.c' | LC_ALL=C sort)
objects        = $(patsubst %.c,$(out)/%.o,$(1))
common_sources = $(call sources,common)
worker_sources = $(call sources,worker)
ctl_sources    = $(call sources,master/ctl)
master_sources = $(filter-out master/main.c $(ctl_sources),$(call sources,master))
all_sources    = $(call sources,common master worker tests)

unit_tests     = $(patsubst %.c,$(out)/%,$(wildcard tests/unit/test_*.c))
thread_tests   = $(patsubst %.c,build-thread/%,$(wildcard tests/unit/test_*_threads.c))
scenario_tests = $(patsubst %.c,$(out)/%,$(wildcard tests/scenario/test_*.c))
chaos_tests    = $(patsubst %.c,$(out)/%,$(wildcard tests/chaos/test_*.c))
chaos_objects  = $(call objects,$(filter-out tests/chaos/test_%,$(call sources,tests/chaos)))
fuzz_targets   = $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
fuzz_replays   = $(patsubst %,$(out)/tests/fuzz/test_fuzz_%,$(fuzz_targets))
armed_programs = $(patsubst %.c,$(out)/%,$(wildcard tests/armed/*.c))
bench_programs = $(patsubst %.c,$(out)/%,$(wildcard tests/bench/bench_*.c))
bench_parts    = $(filter-out tests/bench/bench_%,$(call sources,tests/bench))
harness        = $(call objects,$(call sources,tests/harness))


.PHONY: all run test tsan check bench bench-full chaos fuzz install clean help tests world format install-build install-test install-check
all: $(out)/argentumd $(out)/argentumctl

help:
	@sed -n '3,/^$$/s/^# \{0,1\}//p' Makefile

$(out)/libcommon.a: $(call objects,$(common_sources))
$(out)/libworker.a: $(call objects,$(worker_sources))
$(out)/libmaster.a: $(call objects,$(master_sources))
$(out)/libharness.a: $(harness)
$(out)/libbench.a: $(call objects,$(bench_parts))
$(out)/lib%.a:
	@rm -f $@
	@ar rcs $@ $^

$(out)/argentumd: $(call objects,master/main.c) $(out)/libmaster.a $(out)/libworker.a $(out)/libcommon.a
	@echo "link    $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(out)/argentumctl: $(call objects,$(ctl_sources)) $(out)/libworker.a $(out)/libcommon.a
	@echo "link    $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(out)/tests/fuzz/test_fuzz_%: $(out)/tests/fuzz/fuzz_%.o $(out)/tests/fuzz/replay.o $(out)/libharness.a $(out)/libworker.a $(out)/libcommon.a
	@echo "link    $@"
	@$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(out)/tests/chaos/chaos: $(chaos_objects) $(out)/libharness.a $(out)/libmaster.a $(out)/libworker.a $(out)/libcommon.a
	@echo "link    $@"
	@$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(out)/tests/%: $(out)/tests/%.o $(out)/libbench.a $(out)/libharness.a $(out)/libmaster.a $(out)/libworker.a $(out)/libcommon.a
	@echo "link    $@"
	@$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(out)/%.o: %.c
	@mkdir -p $(@D)
	@echo "compile $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(out) -name '*.d' 2>/dev/null)
.SECONDARY:
.DELETE_ON_ERROR:

# --- the starter world: readable text in etc/world, compiled into the classic formats ---------------------------------

world: $(out)/world/.compiled
$(out)/world/.compiled: $(out)/argentumctl $(shell find etc/world -type f 2>/dev/null)
	@echo "compile etc/world into $(out)/world"
	@$(out)/argentumctl world-compile etc/world $(out)/world
	@touch $@

# --- running and testing ----------------------------------------------------------------------------------------------

install-build:
	@echo "step 1: packages for building"
	$(call install,$(BUILD_PACKAGES))

run: install-build
	@echo "step 2: building"
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@echo "step 3: the starter world"
	@$(MAKE) --no-print-directory world
	@echo "step 4: serving on port 7666 (Ctrl-C stops it)"
	@mkdir -p $(out)/data
	@exec $(out)/argentumd --config etc/argentumd.conf --set world.path=$(out)/world --set store.path=$(out)/data \
	  --set control.socket=$(out)/argentumd.sock $(ARGS)

install-test:
	@echo "step 1: packages for building and testing"
	$(call install,$(BUILD_PACKAGES) $(TEST_PACKAGES))

test: install-test
	@echo "step 2: building$(if $(SANITIZE), with AddressSanitizer and UndefinedBehaviorSanitizer)"
	@$(MAKE) --no-print-directory -j$$(nproc) all tests
	@$(MAKE) --no-print-directory world
	@$(build-thread)
	@echo "step 3: running every test"
	@tests/run $(out) $(sort $(unit_tests)) $(sort $(thread_tests)) $(sort $(fuzz_replays)) $(sort $(scenario_tests)) $(chaos_tests)

tests: $(armed_programs) $(unit_tests) $(fuzz_replays) $(scenario_tests) $(bench_programs) $(chaos_tests) \
	$(out)/tests/chaos/chaos

# ThreadSanitizer does not model fences, and gcc says so at each; what they order in ring.h and tx.h is atomic all the same.
# Instrumented code makes gcc take variables for uninitialised that are not; the other builds warn of those that are.
define build-thread
$(MAKE) --no-print-directory -j$$(nproc) out=build-thread SANITIZE=1 \
	  SANITIZERS='-fsanitize=thread -fno-omit-frame-pointer -Wno-unknown-warning-option -Wno-tsan -Wno-maybe-uninitialized' \
	  $(thread_tests)
endef

tsan: install-test
	@echo "step 2: building with ThreadSanitizer"
	@$(build-thread)
	@echo "step 3: running the tests that are threads in one world"
	@tests/run build-thread $(sort $(thread_tests))

bench: install-test
	@$(MAKE) --no-print-directory -j$$(nproc) all tests
	@$(MAKE) --no-print-directory world
	@for program in $(bench_programs); do ARGENTUM_BUILD=$(out) $$program || exit 1; done

bench-full: install-test
	@$(MAKE) --no-print-directory -j$$(nproc) all tests
	@$(MAKE) --no-print-directory world
	@ARGENTUM_BUILD=$(out) $(out)/tests/bench/bench_army full

# --- chaos: kills and stops processes at random while players play, and looks whether anybody noticed; CHAOS_ARGS="--help" ---

CHAOS_SECONDS ?= 600
CHAOS_SEED    ?= $(shell date +%s)

chaos: install-test
	@echo "step 2: building"
	@$(MAKE) --no-print-directory -j$$(nproc) all world $(armed_programs) $(out)/tests/chaos/chaos
	@echo "step 3: $(CHAOS_SECONDS) s of chaos on each store"
	@ARGENTUM_BUILD=$(out) $(out)/tests/chaos/chaos --seconds $(CHAOS_SECONDS) --seed $(CHAOS_SEED) $(CHAOS_ARGS)

# --- fuzzing: each target for FUZZ_SECONDS with clang's libFuzzer; what crashes goes into tests/fuzz/corpus -----------------

FUZZ_SECONDS ?= 60

fuzz: install-check world
	@echo "step 2: building the fuzz targets with clang"
	@$(MAKE) --no-print-directory -j$$(nproc) CC=clang out=build-fuzz SANITIZE=1 \
	  SANITIZERS='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' $(foreach t,$(fuzz_targets),build-fuzz/fuzz_$(t))
	@for target in $(fuzz_targets); do \
	  echo "step 3: $$target for $(FUZZ_SECONDS) s"; mkdir -p build-fuzz/found/$$target; \
	  ARGENTUM_BUILD=build build-fuzz/fuzz_$$target -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -print_final_stats=0 -verbosity=0 \
	    -artifact_prefix=build-fuzz/crash-$$target- build-fuzz/found/$$target tests/fuzz/corpus/$$target || exit 1; \
	done; echo "fuzz: nothing found"

build-fuzz/fuzz_%: build-fuzz/tests/fuzz/fuzz_%.o build-fuzz/libharness.a build-fuzz/libworker.a build-fuzz/libcommon.a
	@echo "link    $@"
	@$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ -lcmocka $(LDLIBS)

# --- static checks ------------------------------------------------------------------------------------------------------

install-check:
	@echo "step 1: packages for checking"
	$(call install,$(BUILD_PACKAGES) libcmocka-dev|the_tests_are_checked_too $(CHECK_PACKAGES))

check: install-check
	@echo "step 2: formatting (clang-format)"
	@clang-format --dry-run -Werror $(all_sources) $(shell find common master worker tests -name '*.h')
	@echo "step 3: cppcheck"
	@cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --enable=warning,performance,portability \
	  --suppress=missingIncludeSystem --suppress=readdirCalled --library=posix -I. -D_GNU_SOURCE -j$$(nproc) common master worker tests
	@echo "step 4: clang-tidy"
	@printf '%s\n' $(all_sources) | xargs -P$$(nproc) -I{} \
	  clang-tidy --quiet --warnings-as-errors='*' {} -- $(CPPFLAGS) -std=gnu11 2>/dev/null
	@echo "step 5: everything compiles with clang"
	@$(MAKE) --no-print-directory -j$$(nproc) CC=clang out=build-clang all tests
	@echo "check: clean"

format:
	@clang-format -i $(all_sources) $(shell find common master worker tests -name '*.h')

# --- installing -----------------------------------------------------------------------------------------------------------

install: all world
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(SYSCONFDIR) \
	  $(DESTDIR)$(PREFIX)/share/argentumd/world $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man8 \
	  $(DESTDIR)$(PREFIX)/lib/systemd/system
	install -m 755 $(out)/argentumd $(DESTDIR)$(PREFIX)/sbin/argentumd
	install -m 755 $(out)/argentumctl $(DESTDIR)$(PREFIX)/bin/argentumctl
	install -m 644 etc/argentumd.8 $(DESTDIR)$(PREFIX)/share/man/man8/argentumd.8
	install -m 644 etc/argentumctl.1 $(DESTDIR)$(PREFIX)/share/man/man1/argentumctl.1
	sed 's|/usr/local/|$(PREFIX)/|g; s|$(PREFIX)/etc/|$(SYSCONFDIR)/|g' etc/argentumd.service \
	  >$(DESTDIR)$(PREFIX)/lib/systemd/system/argentumd.service
	[ -e $(DESTDIR)$(SYSCONFDIR)/argentumd.conf ] || \
	  sed 's|"/usr/local/share/|"$(PREFIX)/share/|' etc/argentumd.conf >$(DESTDIR)$(SYSCONFDIR)/argentumd.conf
	cp -R $(out)/world/Dat $(out)/world/Maps $(out)/world/Server.ini $(DESTDIR)$(PREFIX)/share/argentumd/world/

clean:
	rm -rf build build-sanitize build-thread build-clang build-fuzz
