/* SPDX-License-Identifier: MIT */
#include "choose/critical.h"
#include "settings/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct critical_entry *find(const char *exe)
{
	for (unsigned i = 0; i < critical_count; i++) {
		if (match_glob(critical_entries[i].path_glob, exe, false))
			return &critical_entries[i];
	}
	return NULL;
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

		if (e == NULL || e->child_of_init_only)
			fail_msg("%s: %s", rows[k], e ? "only as init's child" : "not on the list");
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
		"/usr/lib/openssh/sshd-session",
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
			fail_msg("%s is on the list, as %s", rows[k], find(rows[k])->path_glob);
	}
}

/* Whoever can put a file where a star stands could make a process of his own immortal. */
static void r30_stars_only_below_roots_directories(void **state)
{
	static const char *const roots[] = {"/usr/", "/var/lib/rancher/"};

	(void)state;
	for (unsigned i = 0; i < critical_count; i++) {
		const char *glob = critical_entries[i].path_glob;
		bool fine = glob[0] == '/' && strpbrk(glob, "*?[") == NULL;

		for (size_t k = 0; k < COUNT(roots); k++)
			fine = fine || strncmp(glob, roots[k], strlen(roots[k])) == 0;
		if (!fine)
			fail_msg("%s", glob);
	}
}

static void every_entry_has_a_reason(void **state)
{
	(void)state;
	assert_true(critical_count > 0);
	for (unsigned i = 0; i < critical_count; i++) {
		const char *why = critical_entries[i].why;

		assert_true(why != NULL && why[0] != '\0' && why[strlen(why) - 1] != '.');
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(critical_entries[i].path_glob,
						critical_entries[j].path_glob);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r30_executables_on_the_list),
		cmocka_unit_test(the_listener_only),
		cmocka_unit_test(r30_executables_not_on_the_list),
		cmocka_unit_test(r30_stars_only_below_roots_directories),
		cmocka_unit_test(every_entry_has_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
