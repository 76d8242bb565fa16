/* SPDX-License-Identifier: MIT */
#include "critical.h"

#include "util.h"

/* In match_glob's language, in which * crosses slashes. */
const struct critical_entry critical_entries[] = {
	{"/usr/lib/systemd/systemd", false, "the service manager, the system's and each user's"},
	{"/lib/systemd/systemd", false, "the same on systems where /lib is a directory of its own"},
	{"/usr/lib/systemd/systemd-journald", false, "the log"},
	{"/lib/systemd/systemd-journald", false, "the log"},
	{"/usr/lib/systemd/systemd-logind", false, "logins and seats"},
	{"/lib/systemd/systemd-logind", false, "logins and seats"},
	{"/usr/lib/systemd/systemd-udevd", false, "devices"},
	{"/lib/systemd/systemd-udevd", false, "devices"},
	{"/usr/bin/udevadm", false, "devices: systemd-udevd is this program since version 249"},
	{"/bin/udevadm", false, "devices"},
	{"/usr/bin/dbus-daemon", false, "the message bus that the daemons above speak over"},
	{"/usr/bin/dbus-broker*", false, "the message bus"},
	{"/sbin/openrc-run", false, "OpenRC"},
	{"/usr/bin/runsv*", false, "runit"},
	{"/usr/bin/s6-*", false, "s6"},
	{"/usr/sbin/sshd", true, "the way in: the listener, not the sessions"},
	{"/usr/bin/sshd", true, "the way in"},
	{"/usr/sbin/dropbear", true, "the way in on small systems"},
	{"/usr/bin/dockerd", false, "container runtime"},
	{"/usr/sbin/dockerd", false, "container runtime"},
	{"/usr/bin/containerd", false, "container runtime"},
	{"/usr/bin/containerd-shim*", false, "holds one container's processes"},
	{"/usr/local/bin/containerd*", false, "container runtime"},
	{"/usr/sbin/runc", false, "starts containers"},
	{"/usr/bin/runc", false, "starts containers"},
	{"/usr/bin/crun", false, "starts containers"},
	{"/usr/bin/crio", false, "container runtime"},
	{"/usr/local/bin/crio", false, "container runtime"},
	{"/usr/bin/conmon", false, "holds one container's processes"},
	{"/usr/libexec/*/conmon", false, "holds one container's processes"},
	{"/usr/bin/kubelet", false, "the node's agent: without it the node is lost"},
	{"/usr/local/bin/kubelet", false, "the node's agent"},
	{"/usr/local/bin/k3s", false, "the node's agent"},
	{"/var/lib/rancher/*/kubelet", false, "the node's agent"},
};
const unsigned critical_count = ARRAY_SIZE(critical_entries);
