/* SPDX-License-Identifier: MIT */
#include "choose/critical.h"

#include "base/util.h"
#include "look/proc.h"
#include "settings/match.h"

#include <string.h>

/*
 * Accounts below this are the system's (SYS_UID_MAX of login.defs(5)); those of DynamicUser= too
 * (systemd.exec(5)).
 */
#define SYSTEM_UIDS       1000u
#define DYNAMIC_UID_FIRST 61184u
#define DYNAMIC_UID_LAST  65519u

/*
 * A system account that is not root is spared while it holds no more than this: whoever has broken
 * into a web server has its account, and could hide behind one of these programs. A message bus or
 * a resolver holds 5 to 20 MiB.
 */
#define CRITICAL_SYSTEM_MOST_KIB (UINT64_C(64) * 1024)

/* clang-format off */ // its releases differ about braces
#define NEVER(dir, name, owner, why) {dir, name, OWNER_##owner, false, false, why}
#define LISTENER(dir, name, why) {dir, name, OWNER_ROOT, true, false, why}
#define LATE(dir, name, why) {dir, name, OWNER_ANY, false, true, why}
/* clang-format on */

/*
 * In match_glob's language, in which * crosses slashes: the star in front of "bin" stands for bin
 * and sbin, and for those of /usr/local. There are stars only below directories in which nobody but
 * root can put a file. Paths are what /proc/PID/exe gives, links resolved: /usr/sbin/x where /sbin
 * is a link to it, and /sbin/x where it is not (Alpine). An entry that comes late stands behind
 * those that are never ended.
 */
const struct critical_entry critical_entries[] = {
	/* The service manager, and what each of its services and sessions hangs on. */
	NEVER("/usr/lib/systemd/", "systemd", ROOT, "the service manager"),
	NEVER("/lib/systemd/", "systemd", ROOT, "the same where /lib is a directory of its own"),
	NEVER("/usr/lib/systemd/", "systemd-journald", ROOT, "the log"),
	NEVER("/lib/systemd/", "systemd-journald", ROOT, "the log"),
	NEVER("/usr/lib/systemd/", "systemd-logind", ROOT, "logins and seats"),
	NEVER("/lib/systemd/", "systemd-logind", ROOT, "logins and seats"),
	NEVER("/usr/lib*/", "elogind", ROOT, "logins and seats without systemd"),
	NEVER("/lib/elogind/", "elogind", ROOT, "logins and seats without systemd"),
	NEVER("/usr/lib/systemd/", "systemd-udevd", ROOT, "devices"),
	NEVER("/lib/systemd/", "systemd-udevd", ROOT, "devices"),
	NEVER("/usr/*bin/", "udevadm", ROOT,
	      "devices: systemd-udevd is a link to this program today"),
	NEVER("/bin/", "udevadm", ROOT, "devices"),
	NEVER("/usr/*bin/", "udevd", ROOT, "devices without systemd"),
	NEVER("/sbin/", "udevd", ROOT, "devices without systemd"),
	NEVER("/usr/*bin/", "dbus-daemon", SYSTEM,
	      "the message bus that the daemons above speak over"),
	NEVER("/usr/*bin/", "dbus-broker*", SYSTEM, "the message bus"),
	NEVER("/usr/*bin/", "openrc-*", ROOT, "OpenRC"),
	NEVER("/sbin/", "openrc-run", ROOT, "OpenRC"),
	NEVER("/usr/*bin/", "supervise-daemon", ROOT, "OpenRC: holds one service"),
	NEVER("/sbin/", "supervise-daemon", ROOT, "OpenRC: holds one service"),
	NEVER("/usr/*bin/", "runsv*", ROOT, "runit"),
	NEVER("/sbin/", "runsv", ROOT, "runit"),
	NEVER("/sbin/", "runsvdir", ROOT, "runit"),
	NEVER("/usr/*bin/", "s6-*", ROOT, "s6"),
	NEVER("/bin/", "s6-svscan", ROOT, "s6"),
	NEVER("/bin/", "s6-supervise", ROOT, "s6: holds one service"),
	NEVER("/usr/*bin/", "dinit", ROOT, "dinit"),
	NEVER("/sbin/", "dinit", ROOT, "dinit"),
	/* The way in. */
	LISTENER("/usr/*bin/", "sshd", "the listener, not the sessions"),
	LISTENER("/usr/*bin/", "dropbear", "the way in on small systems"),
	NEVER("/usr/*bin/", "tailscaled", ROOT,
	      "the network of many machines that have no other way in"),
	NEVER("/usr/*bin/", "NetworkManager", ROOT, "the network"),
	NEVER("/usr/lib/systemd/", "systemd-networkd", SYSTEM, "the network"),
	NEVER("/lib/systemd/", "systemd-networkd", SYSTEM, "the network"),
	NEVER("/usr/lib/systemd/", "systemd-resolved", SYSTEM,
	      "names, without which many logins hang"),
	NEVER("/lib/systemd/", "systemd-resolved", SYSTEM, "names, without which many logins hang"),
	NEVER("/usr/*bin/", "dhclient", ROOT, "the address, on machines that lease it"),
	NEVER("/sbin/", "dhclient", ROOT, "the address, on machines that lease it"),
	NEVER("/usr/*bin/", "dhcpcd", SYSTEM, "the address, on machines that lease it"),
	NEVER("/usr/*bin/", "wpa_supplicant", ROOT, "the wireless network"),
	NEVER("/sbin/", "wpa_supplicant", ROOT, "the wireless network"),
	NEVER("/usr/*bin/", "ovs-vswitchd", ROOT, "the network of virtual machines and pods"),
	NEVER("/usr/*bin/", "ovsdb-server", ROOT, "what ovs-vswitchd takes its configuration from"),
	NEVER("/usr/*bin/", "amazon-ssm-agent", ROOT,
	      "the way in on machines of a cloud that have no sshd"),
	NEVER("/snap/amazon-ssm-agent/*/", "amazon-ssm-agent", ROOT, "the same, as a snap"),
	NEVER("/usr/*bin/", "qemu-ga", ROOT, "the way in from the host of a virtual machine"),
	/* Containers: the runtimes, and what holds one container. */
	NEVER("/usr/*bin/", "dockerd", ROOT, "container runtime"),
	NEVER("/usr/*bin/", "containerd", ROOT, "container runtime"),
	NEVER("/usr/*bin/", "containerd-shim*", ROOT, "holds one container's processes"),
	NEVER("/usr/*bin/", "docker-proxy", ROOT, "a container's published port"),
	NEVER("/usr/*bin/", "runc", ROOT, "starts containers"),
	NEVER("/usr/*bin/", "crun", ROOT, "starts containers"),
	NEVER("/usr/*bin/", "crio", ROOT, "container runtime"),
	NEVER("/usr/*bin/", "conmon", ROOT, "holds one container's processes"),
	NEVER("/usr/lib*/", "conmon", ROOT, "holds one container's processes"),
	NEVER("/snap/docker/*/bin/", "dockerd", ROOT, "container runtime, as a snap"),
	NEVER("/snap/docker/*/bin/", "containerd*", ROOT, "container runtime, as a snap"),
	NEVER("/snap/docker/*/bin/", "runc", ROOT, "starts containers"),
	NEVER("/usr/*bin/", "lxcfs", ROOT, "every LXC container's /proc"),
	NEVER("/usr/*bin/", "lxc-monitord", ROOT, "holds LXC containers"),
	NEVER("/usr/*bin/", "lxd", ROOT, "LXD"),
	NEVER("/snap/lxd/*/bin/", "lxd", ROOT, "LXD, as a snap"),
	NEVER("/snap/lxd/*/bin/", "lxcfs", ROOT, "every LXC container's /proc"),
	NEVER("/usr/*bin/", "incusd", ROOT, "Incus"),
	NEVER("/opt/incus/bin/", "incusd", ROOT, "Incus"),
	NEVER("/opt/incus/bin/", "lxcfs", ROOT, "every LXC container's /proc"),
	/* The node of a cluster: without it the node is lost, and what ran on it starts elsewhere.
	 */
	NEVER("/usr/*bin/", "kubelet", ROOT, "the node's daemon"),
	NEVER("/home/kubernetes/bin/", "kubelet", ROOT, "the node's daemon on GKE"),
	NEVER("/home/kubernetes/bin/", "containerd*", ROOT, "container runtime on GKE"),
	NEVER("/opt/bin/", "kubelet", ROOT, "the node's daemon on Flatcar"),
	NEVER("/usr/*bin/", "k3s", ROOT, "the node's daemon"),
	NEVER("/usr/*bin/", "rke2", ROOT, "the node's daemon"),
	NEVER("/opt/rke2/bin/", "rke2", ROOT,
	      "the node's daemon, where /usr/local cannot be written"),
	/* K3s and RKE2 unpack themselves to data/ID/bin and run from there. */
	NEVER("/var/lib/rancher/k3s/data/*/bin/", "k3s", ROOT, "the node's daemon"),
	NEVER("/var/lib/rancher/k3s/data/*/bin/", "containerd*", ROOT,
	      "container runtime, and what holds one container's processes"),
	NEVER("/var/lib/rancher/k3s/data/*/bin/", "runc", ROOT, "starts containers"),
	NEVER("/var/lib/rancher/rke2/data/*/bin/", "kubelet", ROOT, "the node's daemon"),
	NEVER("/var/lib/rancher/rke2/data/*/bin/", "containerd*", ROOT,
	      "container runtime, and what holds one container's processes"),
	NEVER("/var/lib/rancher/rke2/data/*/bin/", "runc", ROOT, "starts containers"),
	NEVER("/usr/*bin/", "k0s", ROOT, "the node's daemon"),
	NEVER("/var/lib/k0s/bin/", "kubelet", ROOT, "the node's daemon"),
	NEVER("/var/lib/k0s/bin/", "containerd*", ROOT, "container runtime of k0s"),
	NEVER("/var/lib/k0s/bin/", "runc", ROOT, "starts containers"),
	NEVER("/snap/microk8s/*/", "kubelite", ROOT,
	      "the node's daemon, and the cluster's with it"),
	NEVER("/snap/microk8s/*/bin/", "containerd*", ROOT, "container runtime of MicroK8s"),
	NEVER("/snap/microk8s/*/bin/", "runc", ROOT, "starts containers"),
	NEVER("/snap/microk8s/*/bin/", "k8s-dqlite", ROOT, "what MicroK8s knows of the cluster"),
	NEVER("/usr/*bin/", "corosync", ROOT, "a cluster that fences a node which does not answer"),
	NEVER("/usr/*bin/", "pacemakerd", ROOT,
	      "a cluster that fences a node which does not answer"),
	NEVER("/usr/*bin/", "pmxcfs", ROOT,
	      "the cluster file system of Proxmox, with every configuration"),
	/* Stores, in which only the package manager can put files. */
	NEVER("/nix/store/*/lib/systemd/", "systemd", ROOT, "the service manager"),
	NEVER("/nix/store/*/lib/systemd/", "systemd-journald", ROOT, "the log"),
	NEVER("/nix/store/*/lib/systemd/", "systemd-logind", ROOT, "logins and seats"),
	NEVER("/nix/store/*/bin/", "udevadm", ROOT, "devices"),
	NEVER("/nix/store/*/bin/", "dbus-daemon", SYSTEM, "the message bus"),
	NEVER("/nix/store/*/bin/", "dbus-broker*", SYSTEM, "the message bus"),
	LISTENER("/nix/store/*/bin/", "sshd", "the listener, not the sessions"),
	NEVER("/nix/store/*/bin/", "containerd*", ROOT, "container runtime"),
	NEVER("/nix/store/*/bin/", "dockerd", ROOT, "container runtime"),
	NEVER("/nix/store/*/bin/", "kubelet", ROOT, "the node's daemon"),
	NEVER("/gnu/store/*/bin/", "shepherd", ROOT, "the service manager of Guix"),
	LISTENER("/gnu/store/*/bin/", "sshd", "the listener, not the sessions"),
	/* What comes late: the storage of others, and sessions, with all that somebody has open. */
	LATE("/usr/*bin/", "ceph-osd", "storage of the whole cluster"),
	LATE("/usr/*bin/", "ceph-mon", "storage of the whole cluster"),
	LATE("/usr/*bin/", "gnome-shell", "the compositor"),
	LATE("/usr/*bin/", "mutter", "the compositor"),
	LATE("/usr/*bin/", "kwin_*", "the compositor"),
	LATE("/usr/*bin/", "plasmashell", "the desktop"),
	LATE("/usr/*bin/", "sway", "the compositor"),
	LATE("/usr/*bin/", "Hyprland", "the compositor"),
	LATE("/usr/*bin/", "weston", "the compositor"),
	LATE("/usr/*bin/", "labwc", "the compositor"),
	LATE("/usr/*bin/", "wayfire", "the compositor"),
	LATE("/usr/*bin/", "river", "the compositor"),
	LATE("/usr/*bin/", "niri", "the compositor"),
	LATE("/usr/*bin/", "cosmic-comp", "the compositor"),
	LATE("/usr/*bin/", "cinnamon", "the desktop"),
	LATE("/usr/*bin/", "budgie-wm", "the window manager"),
	LATE("/usr/*bin/", "xfwm4", "the window manager"),
	LATE("/usr/*bin/", "marco", "the window manager"),
	LATE("/usr/*bin/", "openbox", "the window manager"),
	LATE("/usr/*bin/", "i3", "the window manager"),
	LATE("/usr/*bin/", "awesome", "the window manager"),
	LATE("/usr/*bin/", "Xorg", "the display"),
	LATE("/usr/lib*/", "Xorg*", "the display"),
	LATE("/usr/*bin/", "Xwayland", "the display of X programs"),
	LATE("/usr/*bin/", "Xvnc", "the display, from afar"),
	LATE("/usr/*bin/", "Xtigervnc", "the display, from afar"),
	LATE("/usr/*bin/", "xrdp*", "the display, from afar"),
	LATE("/usr/*bin/", "gdm*", "logins at the display"),
	LATE("/usr/lib*/", "gdm-*", "logins at the display"),
	LATE("/usr/*bin/", "sddm", "logins at the display"),
	LATE("/usr/*bin/", "lightdm", "logins at the display"),
	LATE("/usr/*bin/", "greetd", "logins at the display"),
	LATE("/usr/*bin/", "gnome-session*", "the session"),
	LATE("/usr/lib*/", "gnome-session-*", "the session"),
	LATE("/usr/*bin/", "ksmserver", "the session"),
	LATE("/usr/*bin/", "startplasma-*", "the session"),
	LATE("/usr/*bin/", "xfce4-session", "the session"),
	LATE("/usr/*bin/", "lxqt-session", "the session"),
	LATE("/usr/*bin/", "mate-session", "the session"),
	LATE("/usr/*bin/", "cinnamon-session*", "the session"),
	LATE("/usr/lib/systemd/", "systemd", "a user's service manager"),
	LATE("/lib/systemd/", "systemd", "a user's service manager"),
	LATE("/nix/store/*/lib/systemd/", "systemd", "a user's service manager"),
	LATE("/usr/*bin/", "dbus-daemon", "a session's message bus"),
	LATE("/usr/*bin/", "dbus-broker*", "a session's message bus"),
	LATE("/usr/*bin/", "pipewire*", "sound"),
	LATE("/usr/*bin/", "wireplumber", "sound"),
	LATE("/usr/*bin/", "pulseaudio", "sound"),
	LATE("/usr/*bin/", "tmux", "a terminal multiplexer: all that runs in it"),
	LATE("/usr/*bin/", "screen", "a terminal multiplexer"),
	LATE("/usr/*bin/", "zellij", "a terminal multiplexer"),
	LATE("/usr/*bin/", "dtach", "a terminal multiplexer"),
	LATE("/usr/*bin/", "mosh-server", "a login from afar"),
	LATE("/usr/*bin/", "sshd", "a login's process"),
	LATE("/usr/lib*/", "sshd-session", "a login's process"),
	LATE("/usr/*bin/", "login", "a login"),
	LATE("/bin/", "login", "a login"),
	LATE("/usr/*bin/", "sudo", "what somebody repairs the machine with"),
	LATE("/usr/*bin/", "su", "what somebody repairs the machine with"),
	LATE("/bin/", "su", "what somebody repairs the machine with"),
};
const unsigned critical_count = ARRAY_SIZE(critical_entries);

static bool is_system(uint32_t uid)
{
	return uid < SYSTEM_UIDS || (uid >= DYNAMIC_UID_FIRST && uid <= DYNAMIC_UID_LAST);
}

static bool owner_fits(enum critical_owner owner, const struct critical_subject *s)
{
	switch (owner) {
	case OWNER_ROOT:
		return s->uid == 0;
	case OWNER_SYSTEM:
		return s->uid == 0 ||
		       (is_system(s->uid) && s->held_kib <= CRITICAL_SYSTEM_MOST_KIB);
	case OWNER_ANY:
		return true;
	}
	return false;
}

struct file {
	char dir[EXE_MAX]; /* with its last slash */
	const char *name;
};

static bool split(const char *exe, struct file *ret)
{
	const char *slash = strrchr(exe, '/');
	size_t length = slash ? (size_t)(slash - exe) + 1 : 0;

	if (length == 0 || length >= sizeof(ret->dir))
		return false;
	memcpy(ret->dir, exe, length);
	ret->dir[length] = '\0';
	ret->name = slash + 1;
	return true;
}

/* The name first: it settles nearly all. */
static bool is_about(const struct critical_entry *e, const struct file *f)
{
	return match_glob(e->name, f->name, false) && match_glob(e->dir, f->dir, false);
}

bool critical_asks(const char *exe)
{
	struct file f;

	if (!split(exe, &f))
		return false;
	for (unsigned i = 0; i < critical_count; i++) {
		if (is_about(&critical_entries[i], &f))
			return true;
	}
	return false;
}

int critical_find(const struct critical_subject *subject)
{
	struct file f;

	if (!split(subject->exe, &f))
		return -1;
	for (unsigned i = 0; i < critical_count; i++) {
		const struct critical_entry *e = &critical_entries[i];

		if (owner_fits(e->owner, subject) &&
		    (!e->child_of_init_only || subject->ppid == 1) && is_about(e, &f))
			return (int)i;
	}
	return -1;
}
