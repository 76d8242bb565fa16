/* SPDX-License-Identifier: MIT */
#include "choose/critical.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The entry for a process of root's that init has started. */
static const struct critical_entry *find(const char *exe)
{
	int index = critical_find(&(struct critical_subject){.exe = exe, .ppid = 1});

	return index < 0 ? NULL : &critical_entries[index];
}

static bool never_ended(const char *exe, uint32_t uid, uint64_t held_kib)
{
	int index = critical_find(&(struct critical_subject){
		.exe = exe, .uid = uid, .ppid = 1, .held_kib = held_kib});

	return index >= 0 && !critical_entries[index].late;
}

/*
 * As /proc/PID/exe shows them; from the packages of Debian 12, CentOS 7 and Alpine, and the
 * projects' own installers.
 */
static void r30_executables_on_the_list(void **state)
{
	static const char *const rows[] = {
		"/usr/lib/systemd/systemd",
		"/lib/systemd/systemd",
		"/usr/lib/systemd/systemd-journald",
		"/usr/lib/systemd/systemd-logind",
		"/usr/lib/systemd/systemd-udevd",
		"/usr/bin/udevadm",
		"/bin/udevadm",
		"/sbin/udevd",
		"/lib/elogind/elogind",
		"/usr/lib/elogind/elogind",
		"/usr/libexec/elogind/elogind",
		"/usr/bin/dbus-daemon",
		"/usr/bin/dbus-broker",
		"/usr/bin/dbus-broker-launch",
		"/sbin/openrc-run",
		"/usr/sbin/openrc-run",
		"/usr/sbin/supervise-daemon",
		"/sbin/supervise-daemon",
		"/usr/bin/runsv",
		"/usr/bin/runsvdir",
		"/usr/bin/s6-svscan",
		"/usr/bin/s6-supervise",
		"/bin/s6-svscan",
		"/usr/bin/dockerd",
		"/usr/sbin/dockerd",
		"/usr/local/bin/dockerd",
		"/usr/bin/containerd",
		"/usr/local/bin/containerd",
		"/usr/bin/containerd-shim-runc-v2",
		"/usr/local/bin/containerd-shim-runc-v2",
		"/usr/sbin/runc",
		"/usr/local/sbin/runc",
		"/usr/bin/crun",
		"/usr/local/bin/crio",
		"/usr/bin/conmon",
		"/usr/libexec/podman/conmon",
		"/usr/libexec/crio/conmon",
		"/usr/bin/kubelet",
		"/usr/local/bin/kubelet",
		"/var/lib/rancher/k3s/data/0a1b2c/bin/k3s",
		"/var/lib/rancher/k3s/data/0a1b2c/bin/containerd-shim-runc-v2",
		"/var/lib/rancher/rke2/data/v1.28.8-rke2r1-0a1b2c/bin/kubelet",
		"/var/lib/rancher/rke2/data/v1.28.8-rke2r1-0a1b2c/bin/containerd",
		"/usr/local/bin/rke2",
	};

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		const struct critical_entry *e = find(rows[k]);

		if (e == NULL || e->child_of_init_only || e->late)
			fail_msg("%s: %s", rows[k],
				 e ? "late, or init's child" : "not on the list");
	}
}

static void the_listener_only(void **state)
{
	static const char *const rows[] = {"/usr/sbin/sshd", "/usr/bin/sshd",
					   "/usr/local/sbin/sshd", "/usr/sbin/dropbear"};

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		assert_non_null(find(rows[k]));
		assert_true(find(rows[k])->child_of_init_only);
	}
}

static void r30_executables_not_on_the_list(void **state)
{
	static const char *const rows[] = {
		"",
		"sshd",
		"/home/u/bin/sshd",
		"/home/u/usr/bin/dockerd",
		"/tmp/usr/lib/systemd/systemd",
		"/home/u/sbin/openrc-run",
		"/opt/x/bin/containerd",
		"/usr/bin/sshd-something",
		"/usr/bin/java",
		"/usr/bin/docker",
		"/usr/bin/podman",
		"/usr/bin/kubectl",
		"/usr/lib/systemd/systemd-networkd-wait-online",
		"/usr/bin/systemctl",
		"/usr/sbin/nginx",
		"/usr/lib/postgresql/15/bin/postgres",
		"/var/lib/rancher/k3s/data/0a1b2c/bin/kubectl",
		"/var/lib/containerd/x/bin/k3s",
	};

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		if (find(rows[k]))
			fail_msg("%s is on the list, as %s%s", rows[k], find(rows[k])->dir,
				 find(rows[k])->name);
	}
}

/* R100: where distributions, snaps and other installers put the node's daemons, and the way in. */
static void r100_nodes_daemons_in_other_places(void **state)
{
	static const char *const rows[] = {
		"/snap/microk8s/6089/kubelite",
		"/snap/microk8s/6089/bin/containerd-shim-runc-v2",
		"/snap/docker/2932/bin/dockerd",
		"/snap/lxd/29351/bin/lxd",
		"/opt/incus/bin/incusd",
		"/home/kubernetes/bin/kubelet",
		"/var/lib/k0s/bin/containerd",
		"/usr/local/bin/k0s",
		"/usr/sbin/corosync",
		"/usr/bin/pmxcfs",
		"/usr/sbin/tailscaled",
		"/usr/sbin/NetworkManager",
		"/usr/sbin/ovs-vswitchd",
		"/usr/bin/amazon-ssm-agent",
		"/snap/amazon-ssm-agent/7993/amazon-ssm-agent",
		"/nix/store/0a1b2c-systemd-256/lib/systemd/systemd",
		"/nix/store/0a1b2c-containerd-1.7/bin/containerd",
	};

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		if (!never_ended(rows[k], 0, 0))
			fail_msg("%s", rows[k]);
	}
}

/* R98 */
static void r98_sessions_come_late(void **state)
{
	static const char *const rows[] = {
		"/usr/bin/gnome-shell",
		"/usr/bin/kwin_wayland",
		"/usr/lib/xorg/Xorg",
		"/usr/bin/Xwayland",
		"/usr/bin/sway",
		"/usr/sbin/gdm3",
		"/usr/libexec/gdm-x-session",
		"/usr/bin/pipewire",
		"/usr/bin/pipewire-pulse",
		"/usr/bin/tmux",
		"/usr/bin/screen",
		"/usr/lib/openssh/sshd-session",
		"/usr/bin/mosh-server",
		"/usr/bin/login",
		"/usr/bin/ceph-osd",
	};

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		if (find(rows[k]) == NULL || !find(rows[k])->late)
			fail_msg("%s", rows[k]);
	}
}

/* R92: whoever may run a program can load his own code into it (LD_PRELOAD, ptrace). */
static void r92_a_users_process_is_never_critical(void **state)
{
	(void)state;
	assert_true(never_ended("/usr/bin/dbus-daemon", 0, 0));
	assert_false(never_ended("/usr/bin/dbus-daemon", 1000, 0));
	assert_false(never_ended("/usr/bin/runc", 1000, 0));
	assert_false(never_ended("/usr/bin/crun", 100000, 0));
	assert_false(never_ended("/usr/bin/conmon", 1000, 0));
	assert_false(never_ended("/usr/bin/udevadm", 1000, 0));
	assert_false(never_ended("/usr/bin/s6-svscan", 1000, 0));
	assert_false(never_ended("/usr/sbin/sshd", 1000, 0)); /* a child of init by a double fork */
}

/* R92: a service that was broken into has a system account. */
static void r92_a_system_account_is_spared_while_it_holds_little(void **state)
{
	(void)state;
	assert_true(never_ended("/usr/bin/dbus-daemon", 101, 8 * 1024));
	assert_true(never_ended("/usr/lib/systemd/systemd-resolved", 61444, 20 * 1024));
	assert_false(never_ended("/usr/bin/dbus-daemon", 33, 400 * 1024));
	assert_false(never_ended("/usr/bin/containerd", 33, 0));
	assert_true(never_ended("/usr/bin/containerd", 0, 4 * 1024 * 1024));
}

/* A session's bus is known too, and comes late. */
static void r92_a_users_bus_comes_late(void **state)
{
	int index = critical_find(
		&(struct critical_subject){.exe = "/usr/bin/dbus-daemon", .uid = 1000, .ppid = 2});

	(void)state;
	assert_true(index >= 0 && critical_entries[index].late);
}

/* Volumes of pods lie below /var/lib/rancher too. */
static void r92_a_pods_volume_is_no_node(void **state)
{
	static const char *const rows[] = {
		"/var/lib/rancher/k3s/storage/pvc-0a1b/bin/k3s",
		"/var/lib/rancher/k3s/agent/containerd/snapshots/12/fs/bin/k3s",
		"/var/lib/rancher/bin/k3s",
		"/home/u/snap/microk8s/1/kubelite",
	};

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++)
		assert_null(find(rows[k]));
}

static bool is_roots(const char *dir)
{
	static const char *const roots[] = {
		"/usr/",
		"/snap/",
		"/nix/store/",
		"/gnu/store/",
		"/var/lib/rancher/k3s/data/",
		"/var/lib/rancher/rke2/data/",
	};

	for (size_t k = 0; k < COUNT(roots); k++) {
		if (strncmp(dir, roots[k], strlen(roots[k])) == 0)
			return true;
	}
	return false;
}

/* Whoever can put a file where a star stands could make a process of his own immortal. */
static void r30_stars_only_below_roots_directories(void **state)
{
	(void)state;
	for (unsigned i = 0; i < critical_count; i++) {
		const char *dir = critical_entries[i].dir;

		if (dir[0] != '/' || dir[strlen(dir) - 1] != '/' ||
		    (strpbrk(dir, "*?[") != NULL && !is_roots(dir)))
			fail_msg("%s", dir);
	}
}

static void every_entry_has_a_reason(void **state)
{
	(void)state;
	assert_true(critical_count > 0);
	for (unsigned i = 0; i < critical_count; i++) {
		const char *why = critical_entries[i].why;

		assert_true(why != NULL && why[0] != '\0' && why[strlen(why) - 1] != '.');
		for (unsigned j = 0; j < i; j++) {
			const struct critical_entry *a = &critical_entries[i];
			const struct critical_entry *b = &critical_entries[j];

			assert_false(a->late == b->late && strcmp(a->dir, b->dir) == 0 &&
				     strcmp(a->name, b->name) == 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r30_executables_on_the_list),
		cmocka_unit_test(the_listener_only),
		cmocka_unit_test(r30_executables_not_on_the_list),
		cmocka_unit_test(r100_nodes_daemons_in_other_places),
		cmocka_unit_test(r98_sessions_come_late),
		cmocka_unit_test(r92_a_users_process_is_never_critical),
		cmocka_unit_test(r92_a_system_account_is_spared_while_it_holds_little),
		cmocka_unit_test(r92_a_users_bus_comes_late),
		cmocka_unit_test(r92_a_pods_volume_is_no_node),
		cmocka_unit_test(r30_stars_only_below_roots_directories),
		cmocka_unit_test(every_entry_has_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
