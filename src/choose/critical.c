/* SPDX-License-Identifier: MIT */
#include "choose/critical.h"

#include "base/util.h"

/*
 * In match_glob's language, in which * crosses slashes: the star in front of "bin" stands for bin
 * and sbin, and for those of /usr/local. There are stars only below directories in which nobody but
 * root can put a file. Paths are what /proc/PID/exe gives, links resolved: /usr/sbin/x where /sbin
 * is a link to it, and /sbin/x where it is not (Alpine).
 */
const struct critical_entry critical_entries[] = {
	{"/usr/lib/systemd/systemd", false, "the service manager, the system's and each user's"},
	{"/lib/systemd/systemd", false, "the same on systems where /lib is a directory of its own"},
	{"/usr/lib/systemd/systemd-journald", false, "the log"},
	{"/lib/systemd/systemd-journald", false, "the log"},
	{"/usr/lib/systemd/systemd-logind", false, "logins and seats"},
	{"/lib/systemd/systemd-logind", false, "logins and seats"},
	{"/usr/lib*/elogind", false, "logins and seats without systemd"},
	{"/lib/elogind/elogind", false, "logins and seats without systemd"},
	{"/usr/lib/systemd/systemd-udevd", false, "devices"},
	{"/lib/systemd/systemd-udevd", false, "devices"},
	{"/usr/*bin/udevadm", false, "devices: systemd-udevd is a link to this program today"},
	{"/bin/udevadm", false, "devices"},
	{"/usr/*bin/udevd", false, "devices without systemd"},
	{"/sbin/udevd", false, "devices without systemd"},
	{"/usr/*bin/dbus-daemon", false, "the message bus that the daemons above speak over"},
	{"/usr/*bin/dbus-broker*", false, "the message bus"},
	{"/usr/*bin/openrc-*", false, "OpenRC"},
	{"/sbin/openrc-run", false, "OpenRC"},
	{"/usr/*bin/supervise-daemon", false, "OpenRC: holds one service"},
	{"/sbin/supervise-daemon", false, "OpenRC: holds one service"},
	{"/usr/*bin/runsv*", false, "runit"},
	{"/sbin/runsv", false, "runit"},
	{"/sbin/runsvdir", false, "runit"},
	{"/usr/*bin/s6-*", false, "s6"},
	{"/bin/s6-svscan", false, "s6"},
	{"/bin/s6-supervise", false, "s6: holds one service"},
	{"/usr/*bin/sshd", true, "the way in: the listener, not the sessions"},
	{"/usr/*bin/dropbear", true, "the way in on small systems"},
	{"/usr/*bin/dockerd", false, "container runtime"},
	{"/usr/*bin/containerd", false, "container runtime"},
	{"/usr/*bin/containerd-shim*", false, "holds one container's processes"},
	{"/usr/*bin/runc", false, "starts containers"},
	{"/usr/*bin/crun", false, "starts containers"},
	{"/usr/*bin/crio", false, "container runtime"},
	{"/usr/*bin/conmon", false, "holds one container's processes"},
	{"/usr/lib*/conmon", false, "holds one container's processes"},
	{"/usr/*bin/kubelet", false, "the node's daemon: without it the node is lost"},
	{"/usr/*bin/k3s", false, "the node's daemon"},
	{"/usr/*bin/rke2", false, "the node's daemon"},
	{"/opt/rke2/bin/rke2", false, "the node's daemon, where /usr/local cannot be written"},
	/* K3s and RKE2 unpack themselves to data/ID/bin and run from there; K3s is its own
	   containerd and kubelet. */
	{"/var/lib/rancher/*/bin/k3s", false, "the node's daemon"},
	{"/var/lib/rancher/*/bin/kubelet", false, "the node's daemon"},
	{"/var/lib/rancher/*/bin/containerd", false, "container runtime"},
	{"/var/lib/rancher/*/bin/containerd-shim*", false, "holds one container's processes"},
	{"/var/lib/rancher/*/bin/runc", false, "starts containers"},
};
const unsigned critical_count = ARRAY_SIZE(critical_entries);
