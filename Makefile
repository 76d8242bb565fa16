# SPDX-License-Identifier: MIT
# The front door. Behind it is meson; what is missing on the machine is installed by tools/bootstrap.
BUILD ?= build
STATIC ?= build-static
# Where it is installed: nothing is where the build directory says, which is /usr/local at first.
prefix ?=
DESTDIR ?=
MUSL_CC ?= musl-gcc
FUZZ_SECONDS ?= 60

# In the tree nothing becomes root's, whoever types make: it is built by whom the tree belongs to, and what root's tests and
# measurements leave there is given back.
OWN = tools/as-owner '$(BUILD)'
BACK = tools/as-owner --back '$(BUILD)'

# ninja uses all processors by itself, and two of it in one directory get in each other's way.
.NOTPARALLEL:

.PHONY: all run test check bench demo static dist fuzz vm vm-short vm-systemd vm-engines trial install uninstall clean help

all:
	@tools/bootstrap build
	@test -f '$(BUILD)/build.ninja' || $(OWN) meson setup '$(BUILD)' $(if $(prefix),--prefix='$(prefix)') >/dev/null
	@$(OWN) ninja -C '$(BUILD)' programs

help:
	@echo 'make            build $(BUILD)/useroom and $(BUILD)/useroomctl'
	@echo 'make run        build it and watch this machine with the defaults'
	@echo 'make demo       ten seconds, no risk: a pretended machine, a real hog, a real SIGTERM'
	@echo 'make test       build and run all tests'
	@echo 'make check      format, warnings, static analysis, and all tests under sanitizers too'
	@echo 'make bench      measure it beside earlyoom and nohang'
	@echo 'make static     $(STATIC)/useroom, one static binary (musl)'
	@echo 'make dist       dist/useroom-VERSION.tar.gz of the last commit, and its SHA-256; the same bytes for everybody'
	@echo 'make fuzz       each fuzz target for $(FUZZ_SECONDS) s'
	@echo 'make vm         every scenario of the laboratory: machines that really run out of memory'
	@echo 'make trial      real programs in such machines: databases, JVMs, backups, leaks (an image of 16 GB is made once)'
	@echo 'make vm-short   a bomb, a leak and a false alarm, in minutes'
	@echo 'make vm-systemd the service in a virtual machine that really runs out of memory'
	@echo 'make vm-engines containers of Docker, Podman, containerd and LXC in such a machine'
	@echo 'make install    to DESTDIR, prefix=/usr/local at first; the service is installed, not enabled'
	@echo 'make uninstall, make clean'

run: all
	@tools/run '$(BUILD)/useroom'

demo: all
	@tools/demo '$(CURDIR)/$(BUILD)/useroom'

test:
	@tools/bootstrap test
	@$(MAKE) --no-print-directory all
	@$(BACK) tools/run-tests '$(BUILD)'

check:
	@tools/bootstrap check
	@tools/as-owner . tools/check

bench:
	@tools/bootstrap bench
	@$(MAKE) --no-print-directory all static
	@$(OWN) ninja -C '$(BUILD)' bench-programs
	@$(BACK) bench/run '$(BUILD)/useroom' '$(STATIC)/useroom'
	@$(BACK) bench/record '$(BUILD)'

static:
	@tools/bootstrap static
	@# where musl is the system's own libc there is no wrapper
	@test -f '$(STATIC)/build.ninja' || CC=$$(command -v $(MUSL_CC) || echo cc) tools/as-owner '$(STATIC)' \
		meson setup '$(STATIC)' -Dstatic=true --buildtype=minsize -Ddebug=false -Db_lto=true >/dev/null
	@tools/as-owner '$(STATIC)' ninja -C '$(STATIC)'
	@# a new file: the old one cannot be written to while it runs
	@tools/as-owner '$(STATIC)' strip -o '$(STATIC)/useroom.stripped' '$(STATIC)/useroom'
	@tools/as-owner '$(STATIC)' mv '$(STATIC)/useroom.stripped' '$(STATIC)/useroom'
	@ls -l '$(STATIC)/useroom'

dist:
	@tools/as-owner . tools/dist

fuzz:
	@tools/bootstrap fuzz
	@tools/as-owner . tools/fuzz $(FUZZ_SECONDS)

vm:
	@tools/bootstrap vm
	@$(MAKE) --no-print-directory static
	@$(BACK) tests/vm/matrix --useroom '$(STATIC)/useroom'

trial:
	@tools/bootstrap vm
	@$(MAKE) --no-print-directory static
	@$(BACK) tests/vm/matrix --trial --useroom '$(STATIC)/useroom' --out '$(BUILD)/trial'
	@$(BACK) tests/vm/report --trial '$(BUILD)/trial'

vm-short:
	@BUILD='$(BUILD)' STATIC='$(STATIC)' $(BACK) tests/vm/short

vm-systemd:
	@tools/bootstrap vm
	@$(MAKE) --no-print-directory all
	@$(BACK) tests/vm/systemd-service '$(BUILD)'

vm-engines:
	@tools/bootstrap vm
	@$(MAKE) --no-print-directory all
	@$(BACK) tests/vm/engines '$(BUILD)'

install: all
	@tools/install '$(BUILD)' '$(DESTDIR)' '$(prefix)'

uninstall:
	@tools/uninstall '$(DESTDIR)' "$(or $(prefix),$$(tools/prefix '$(BUILD)'))"

clean:
	@rm -rf '$(BUILD)' '$(STATIC)' build-check-* build-fuzz dist
