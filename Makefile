# SPDX-License-Identifier: MIT
# The front door. Behind it is meson; what is missing on the machine is installed by tools/bootstrap.
BUILD ?= build
STATIC ?= build-static
prefix ?= /usr/local
sysconfdir ?= /etc
DESTDIR ?=
MUSL_CC ?= musl-gcc
FUZZ_SECONDS ?= 60

.PHONY: all run test check bench demo static fuzz vm vm-short vm-systemd trial install uninstall clean help

all:
	@tools/bootstrap build
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD) --prefix=$(prefix) --sysconfdir=$(sysconfdir) >/dev/null
	@ninja -C $(BUILD)

help:
	@echo 'make            build $(BUILD)/useroom and $(BUILD)/useroomctl'
	@echo 'make run        build it and watch this machine with the defaults'
	@echo 'make demo       ten seconds, no risk: a pretended machine, a real hog, a real SIGTERM'
	@echo 'make test       build and run all tests'
	@echo 'make check      format, warnings, static analysis, and all tests under sanitizers too'
	@echo 'make bench      measure it beside earlyoom and nohang'
	@echo 'make static     $(STATIC)/useroom, one static binary (musl)'
	@echo 'make fuzz       each fuzz target for $(FUZZ_SECONDS) s'
	@echo 'make vm         every scenario of the laboratory: machines that really run out of memory'
	@echo 'make trial      real programs in such machines: databases, JVMs, backups, leaks (an image of 16 GB is made once)'
	@echo 'make vm-short   a bomb, a leak and a false alarm, in minutes'
	@echo 'make vm-systemd the service in a virtual machine that really runs out of memory'
	@echo 'make install    to DESTDIR, prefix=$(prefix); the service is installed, not enabled'
	@echo 'make uninstall, make clean'

run: all
	@tools/run $(BUILD)/useroom

demo:
	@$(MAKE) --no-print-directory all
	@LIVE_DIR=$(CURDIR)/$(BUILD)/tests/live tools/demo $(CURDIR)/$(BUILD)/useroom

test:
	@tools/bootstrap test
	@# a directory that was set up before the test libraries were there must look for them again
	@if test -f $(BUILD)/build.ninja && ! meson introspect --dependencies $(BUILD) | grep -q cmocka; then \
		meson setup --reconfigure $(BUILD) >/dev/null; fi
	@$(MAKE) --no-print-directory all
	@tools/run-tests $(BUILD)

check:
	@tools/bootstrap check
	@tools/check

bench:
	@tools/bootstrap bench
	@$(MAKE) --no-print-directory all static
	@ninja -C $(BUILD) bench-programs
	@bench/run $(BUILD)/useroom $(STATIC)/useroom
	@bench/record $(BUILD)

static:
	@tools/bootstrap static
	@# where musl is the system's own libc there is no wrapper
	@test -f $(STATIC)/build.ninja || CC=$$(command -v $(MUSL_CC) || echo cc) meson setup $(STATIC) -Dstatic=true --buildtype=minsize -Ddebug=false -Db_lto=true >/dev/null
	@ninja -C $(STATIC)
	@strip $(STATIC)/useroom
	@ls -l $(STATIC)/useroom

fuzz:
	@tools/bootstrap fuzz
	@tools/fuzz $(FUZZ_SECONDS)

vm:
	@tools/bootstrap vm
	@$(MAKE) --no-print-directory static
	@tests/vm/matrix --useroom $(STATIC)/useroom

trial:
	@tools/bootstrap vm
	@$(MAKE) --no-print-directory static
	@tests/vm/matrix --trial --useroom $(STATIC)/useroom --out $(BUILD)/trial
	@tests/vm/report --trial $(BUILD)/trial

vm-short:
	@BUILD=$(BUILD) STATIC=$(STATIC) tests/vm/short

vm-systemd:
	@tools/bootstrap vm
	@$(MAKE) --no-print-directory all
	@tests/vm/systemd-service

install: all
	@meson configure $(BUILD) -Dprefix=$(prefix) -Dsysconfdir=$(sysconfdir)
	@ninja -C $(BUILD) >/dev/null
	@DESTDIR=$(DESTDIR) meson install -C $(BUILD) --no-rebuild
	@echo "Installed, not enabled. To start it: systemctl daemon-reload && systemctl enable --now useroom"

uninstall:
	@tools/uninstall '$(DESTDIR)' '$(prefix)'

clean:
	@rm -rf $(BUILD) $(STATIC) build-check-*
