/* SPDX-License-Identifier: MIT */
#include "look/origin.h"
#include "look/parse.h"
#include "proctree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOST_MOUNTS "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"

static int proc_fd;
static struct origin origin;

static void add(pid_t pid, const char *mount_ns, const char *user_ns, const char *mounts)
{
	struct tree_proc p = {.pid = pid, .comm = "x", .start_ticks = 1};
	char path[64];

	tree_add(&p);
	(void)snprintf(path, sizeof(path), "%d/ns", (int)pid);
	tree_make_dir(path);
	(void)snprintf(path, sizeof(path), "%d/ns/mnt", (int)pid);
	tree_link(path, mount_ns);
	(void)snprintf(path, sizeof(path), "%d/ns/user", (int)pid);
	tree_link(path, user_ns);
	(void)snprintf(path, sizeof(path), "%d/mountinfo", (int)pid);
	tree_write(path, "%s", mounts);
}

static int make(void **state)
{
	(void)state;
	proc_fd = tree_make(1024, 512);
	add(1, "mnt:[1]", "user:[1]", HOST_MOUNTS);
	origin_open(&origin, proc_fd);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	tree_drop();
	return 0;
}

static void r92_whose_files_it_sees(void **state)
{
	static const struct {
		const char *what, *mount_ns, *user_ns, *mounts;
		bool host;
	} rows[] = {
		{"an ordinary process", "mnt:[1]", "user:[1]", HOST_MOUNTS, true},
		{"a user's own namespaces: anything may lie at any path", "mnt:[2]", "user:[2]",
		 HOST_MOUNTS, false},
		{"a user namespace alone: exe can be changed in it", "mnt:[1]", "user:[2]",
		 HOST_MOUNTS, false},
		{"a service that systemd has put into a sandbox", "mnt:[3]", "user:[1]",
		 "900 800 254:0 / / ro,relatime shared:9 - ext4 /dev/vda rw\n"
		 "901 900 0:30 / /tmp rw - tmpfs tmpfs rw\n",
		 true},
		{"its root stands behind others", "mnt:[4]", "user:[1]",
		 "901 900 0:30 / /tmp rw - tmpfs tmpfs rw\n" HOST_MOUNTS, true},
		{"a container of root's", "mnt:[5]", "user:[1]",
		 "700 600 0:57 / / rw,relatime - overlay overlay rw,lowerdir=/a:/b\n"
		 "701 700 254:0 /var/lib/docker/x /etc/hosts rw - ext4 /dev/vda rw\n",
		 false},
		{"the same on btrfs, where the device is the machine's", "mnt:[6]", "user:[1]",
		 "700 600 254:0 /@/docker/subvolumes/a / rw - btrfs /dev/vda rw\n", false},
		{"a root over the machine's own", "mnt:[7]", "user:[1]",
		 HOST_MOUNTS "23 22 0:99 / / rw - tmpfs tmpfs rw\n", false},
		{"no root at all", "mnt:[8]", "user:[1]", "901 900 0:30 / /tmp rw - tmpfs t rw\n",
		 false},
		{"a line that was cut", "mnt:[9]", "user:[1]", "22 1 254:0 / /", false},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		add(50, rows[i].mount_ns, rows[i].user_ns, rows[i].mounts);
		if (origin_is_host(&origin, proc_fd, 50) != rows[i].host)
			fail_msg("%s", rows[i].what);
		tree_remove(50);
	}
}

static void r92_who_is_gone_or_may_not_be_read_is_not_believed(void **state)
{
	struct tree_proc p = {.pid = 50, .comm = "x", .start_ticks = 1};

	(void)state;
	assert_false(origin_is_host(&origin, proc_fd, 4711));
	tree_add(&p); /* no ns/ */
	assert_false(origin_is_host(&origin, proc_fd, 50));
}

/* Before Linux 3.8 there were no such links. */
static void r92_without_namespaces_all_are_the_machines(void **state)
{
	struct tree_proc p = {.pid = 50, .comm = "x", .start_ticks = 1};
	struct origin old;

	(void)state;
	tree_remove(1);
	tree_add(&p);
	origin_open(&old, proc_fd);
	assert_true(origin_is_host(&old, proc_fd, 50));
}

/* A node has thousands of mounts: they are read piece by piece. */
static void r92_a_long_mountinfo(void **state)
{
	static char mounts[200000];
	size_t used = 0;

	(void)state;
	for (unsigned i = 0; i < 1500; i++)
		used += (size_t)snprintf(mounts + used, sizeof(mounts) - used,
					 "%u 22 0:%u / /var/lib/kubelet/pods/%u/volume rw - tmpfs "
					 "tmpfs rw,size=1024k\n",
					 i + 100, i, i);
	(void)snprintf(mounts + used, sizeof(mounts) - used, "%s", HOST_MOUNTS);
	add(50, "mnt:[3]", "user:[1]", mounts);
	assert_true(origin_is_host(&origin, proc_fd, 50));
}

/* Two that are cut could look alike. */
static void r92_a_root_too_long_to_compare_is_none(void **state)
{
	static char line[600];
	char root[301] = "/";
	struct root_mount m = {.text = "x"};
	int length;

	(void)state;
	memset(root + 1, 'a', sizeof(root) - 2);
	length = snprintf(line, sizeof(line), "22 1 254:0 %s / rw - btrfs /dev/vda rw\n", root);
	assert_int_equal(parse_root_mount(line, (size_t)length, &m), length);
	assert_string_equal(m.text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(r92_whose_files_it_sees, make, drop),
		cmocka_unit_test_setup_teardown(r92_who_is_gone_or_may_not_be_read_is_not_believed,
						make, drop),
		cmocka_unit_test_setup_teardown(r92_without_namespaces_all_are_the_machines, make,
						drop),
		cmocka_unit_test_setup_teardown(r92_a_long_mountinfo, make, drop),
		cmocka_unit_test(r92_a_root_too_long_to_compare_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
