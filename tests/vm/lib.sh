# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Virtual machines for tests: a small Debian 12 with its own kernel, in software emulation, without a network. Sourced.
#
# vm_base [NAME]           make the root file system of $vm_packages once, in the cache; sets vm_root
# vm_libraries BUILD DIR   what the programs of a build are linked with and the root does not have, into DIR
# vm_only_task DIR         /opt/guest is what the guest does, before it is switched off
# vm_image DIR             an image of the root with the files of DIR on top of it; sets vm_disk
# vm_boot SECONDS          boot the image; what its serial console says goes to standard output. Never outlives SECONDS.
# vm_tell LOG              the TAP of what the console said; fails where a test did, or the guest did not come to its end

vm_cache=${USEROOM_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/useroom-vm}
vm_memory=${USEROOM_VM_MEMORY:-768}
vm_cpus=${USEROOM_VM_CPUS:-2}
vm_size=1200M
vm_append=

vm_packages=systemd,systemd-sysv,dbus,procps,kmod,util-linux,linux-image-cloud-amd64

vm_base() {
	vm_root=$vm_cache/${1:-bookworm}
	[ -e "$vm_root.done" ] && return
	mkdir -p "$vm_cache"
	rm -rf "$vm_root"
	if [ -s /etc/apt/sources.list ]; then
		sources=/etc/apt/sources.list
	else
		sources=$(find /etc/apt/sources.list.d -name '*.sources' -o -name '*.list' | head -n 1)
	fi
	echo "# making the guest's root, once" >&2
	mmdebstrap --quiet --variant=minbase --include="$vm_packages" bookworm "$vm_root" "$sources" >&2
	rm -rf "$vm_root"/var/cache/apt/* "$vm_root"/var/lib/apt/lists/* "$vm_root"/usr/share/doc/*
	# Nothing asks, nothing waits for a network or a clock.
	ln -sf /dev/null "$vm_root/etc/systemd/system/systemd-timesyncd.service"
	ln -sf /dev/null "$vm_root/etc/systemd/system/systemd-networkd-wait-online.service"
	echo useroom-vm >"$vm_root/etc/hostname"
	echo '/dev/vda / ext4 defaults 0 1' >"$vm_root/etc/fstab"
	touch "$vm_root.done"
}

vm_libraries() {
	for program in useroomctl useroom-exporter; do
		[ ! -e "$1/$program" ] || ldd "$1/$program"
	done | awk '$3 ~ /^\// { print $3 }' | while read -r library; do
		[ -e "$vm_root$library" ] || [ -e "$vm_root/usr$library" ] || install -D "$library" "$2/usr/lib/${library##*/}"
	done
}

vm_only_task() {
	mkdir -p "$1/etc/systemd/system/multi-user.target.wants"
	cat >"$1/etc/systemd/system/guest.service" <<'END'
[Unit]
After=multi-user.target
[Service]
Type=idle
ExecStart=/bin/sh -c '/opt/guest >/dev/ttyS0 2>/dev/null; systemctl --no-block poweroff'
END
	ln -s ../guest.service "$1/etc/systemd/system/multi-user.target.wants/guest.service"
}

vm_image() {
	vm_disk=$(mktemp "$vm_cache/disk-XXXXXX")
	tree=$(mktemp -d "$vm_cache/tree-XXXXXX")
	cp -a --reflink=auto "$vm_root/." "$tree/"
	cp -a "$1/." "$tree/"
	chown -R root:root "$tree/opt" 2>/dev/null || true
	mkfs.ext4 -q -F -d "$tree" "$vm_disk" "$vm_size"
	rm -rf "$tree"
}

# KVM where a trial shows that it runs: a /dev/kvm that is there and hangs is known.
vm_accelerator() {
	if [ -w /dev/kvm ] && timeout 10 qemu-system-x86_64 -accel kvm -m 64 -display none -nodefaults -no-reboot \
		-device isa-debug-exit -kernel /dev/null >/dev/null 2>&1; then
		echo '-accel kvm -cpu host'
	else
		# The string instructions are slow under emulation: without them the kernel clears pages with plain moves.
		echo '-accel tcg,thread=multi -cpu max,erms=off,fsrm=off'
	fi
}

vm_boot() {
	kernel=$(find "$vm_root/boot" -name 'vmlinuz-*' | sort -V | tail -n 1)
	initrd=$(find "$vm_root/boot" -name 'initrd.img-*' | sort -V | tail -n 1)
	# shellcheck disable=SC2046,SC2086 # words
	timeout -k 5 "$1" qemu-system-x86_64 $(vm_accelerator) -smp "$vm_cpus" -m "$vm_memory" -display none \
		-nodefaults -no-reboot -serial stdio -drive "file=$vm_disk,format=raw,if=virtio,cache=unsafe${vm_drive:-}" \
		-kernel "$kernel" -initrd "$initrd" \
		-append "root=/dev/vda rw console=ttyS0 quiet loglevel=3 panic=-1 systemd.show_status=false $vm_append" \
		</dev/null
	status=$?
	rm -f "$vm_disk"
	return $status
}

# The console may say something of its own in front of a line.
vm_tell() {
	tr -d '\r' <"$1" | sed -n 's/^.*TAP \(ok\|not ok\|#\|1\.\.\)/\1/p'
	if ! grep -q 'TAP END' "$1"; then
		echo 'not ok - the guest did not come to its end'
		tail -n 30 "$1" | sed 's/^/# /'
		return 1
	fi
	! grep -q 'TAP not ok' "$1"
}
