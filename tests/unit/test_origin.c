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
#define SSHD        "/usr/sbin/sshd"

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
		{"ProtectSystem=: /usr on itself", "mnt:[3]", "user:[1]",
		 HOST_MOUNTS "40 22 254:0 /usr /usr ro - ext4 /dev/vda rw\n", true},
		{"another file of the machine's over it", "mnt:[3]", "user:[1]",
		 HOST_MOUNTS "40 22 254:0 /tmp/hog /usr/sbin/sshd rw - ext4 /dev/vda rw\n", false},
		{"another directory", "mnt:[3]", "user:[1]",
		 HOST_MOUNTS "40 22 254:0 /tmp/bin /usr/sbin rw - ext4 /dev/vda rw\n", false},
		{"the right one, hidden by another above it", "mnt:[3]", "user:[1]",
		 HOST_MOUNTS "40 22 254:0 /usr/sbin /usr/sbin rw - ext4 /dev/vda rw\n"
			     "41 22 0:99 / /usr rw - tmpfs tmpfs rw\n",
		 false},
		{"what lies beside it", "mnt:[3]", "user:[1]",
		 HOST_MOUNTS "40 22 0:99 / /usr/sbin/sshd-keygen rw - tmpfs tmpfs rw\n"
			     "41 22 0:98 / /usr/sb rw - tmpfs tmpfs rw\n",
		 true},
		{"no root at all", "mnt:[8]", "user:[1]", "901 900 0:30 / /tmp rw - tmpfs t rw\n",
		 false},
		{"a line that was cut", "mnt:[9]", "user:[1]", "22 1 254:0 / /", false},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		add(50, rows[i].mount_ns, rows[i].user_ns, rows[i].mounts);
		if (origin_is_host(&origin, proc_fd, 50, SSHD) != rows[i].host)
			fail_msg("%s", rows[i].what);
		tree_remove(50);
	}
}

static void r92_who_is_gone_or_may_not_be_read_is_not_believed(void **state)
{
	struct tree_proc p = {.pid = 50, .comm = "x", .start_ticks = 1};

	(void)state;
	assert_false(origin_is_host(&origin, proc_fd, 4711, SSHD));
	tree_add(&p); /* no ns/ */
	assert_false(origin_is_host(&origin, proc_fd, 50, SSHD));
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
	assert_true(origin_is_host(&old, proc_fd, 50, SSHD));
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
	assert_true(origin_is_host(&origin, proc_fd, 50, SSHD));
}

/* /usr is a disk of its own, and the sandbox has it on itself. */
static void r92_usr_on_another_device(void **state)
{
	static const char mounts[] = HOST_MOUNTS "30 22 254:1 / /usr rw - ext4 /dev/vdb rw\n";

	(void)state;
	tree_remove(1);
	add(1, "mnt:[1]", "user:[1]", mounts);
	add(50, "mnt:[3]", "user:[1]",
	    HOST_MOUNTS "30 22 254:1 / /usr rw - ext4 /dev/vdb rw\n"
			"31 30 254:1 / /usr ro - ext4 /dev/vdb rw\n"
			"32 31 254:1 /sbin /usr/sbin ro - ext4 /dev/vdb rw\n");
	assert_true(origin_is_host(&origin, proc_fd, 50, SSHD));
	tree_remove(50);
	add(50, "mnt:[3]", "user:[1]",
	    HOST_MOUNTS "30 22 254:1 / /usr rw - ext4 /dev/vdb rw\n"
			"31 30 254:1 /lib /usr/sbin ro - ext4 /dev/vdb rw\n");
	assert_false(origin_is_host(&origin, proc_fd, 50, SSHD));
}

/* The first of them are pid 1's as well, and what covers them could be the next. */
static void r92_more_mounts_than_are_looked_at(void **state)
{
#define THREE                                                                                      \
	"40 22 0:1 / / rw - tmpfs t rw\n41 22 0:2 / / rw - tmpfs t rw\n"                           \
	"42 22 0:3 / / rw - tmpfs t rw\n"
	(void)state;
	tree_remove(1);
	add(1, "mnt:[1]", "user:[1]", HOST_MOUNTS THREE);
	add(50, "mnt:[3]", "user:[1]", HOST_MOUNTS THREE);
	assert_true(origin_is_host(&origin, proc_fd, 50, SSHD));
	tree_remove(50);
	add(50, "mnt:[3]", "user:[1]", HOST_MOUNTS THREE "43 22 0:4 / / rw - tmpfs t rw\n");
	assert_false(origin_is_host(&origin, proc_fd, 50, SSHD));
}

/* Nor is a mountinfo believed whose end was not seen. */
static void r92_a_line_longer_than_a_piece(void **state)
{
	static char mounts[40000];
	size_t used = (size_t)snprintf(mounts, sizeof(mounts), "%s40 22 0:1 /", HOST_MOUNTS);

	(void)state;
	memset(mounts + used, 'a', sizeof(mounts) - 1 - used);
	add(50, "mnt:[3]", "user:[1]", mounts);
	assert_false(origin_is_host(&origin, proc_fd, 50, SSHD));
}

/* Two that are cut could look alike. */
static void r92_a_place_too_long_to_compare_is_none(void **state)
{
	static char line[1000];
	char root[601] = "/";
	struct path_files files = {0};
	int length;

	(void)state;
	memset(root + 1, 'a', sizeof(root) - 2);
	length = snprintf(line, sizeof(line), "22 1 254:0 %s / rw - btrfs /dev/vda rw\n", root);
	assert_int_equal(parse_path_files(line, (size_t)length, SSHD, &files), length);
	assert_int_equal(files.count, 0);
	assert_true(files.incomplete);
}

/* What is asked by a daemon that may not read the mounts of pid 1. */
static void r92_the_daemons_own_mounts(void **state)
{
	struct origin own;

	(void)state;
	tree_remove(1);
	tree_make_dir("self");
	tree_make_dir("self/ns");
	tree_link("self/ns/mnt", "mnt:[1]");
	tree_link("self/ns/user", "user:[1]");
	tree_write("self/mountinfo", HOST_MOUNTS);
	origin_open(&own, proc_fd);
	add(50, "mnt:[3]", "user:[1]", HOST_MOUNTS);
	assert_true(origin_is_host(&own, proc_fd, 50, SSHD));
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
		cmocka_unit_test_setup_teardown(r92_usr_on_another_device, make, drop),
		cmocka_unit_test_setup_teardown(r92_the_daemons_own_mounts, make, drop),
		cmocka_unit_test(r92_a_place_too_long_to_compare_is_none),
		cmocka_unit_test_setup_teardown(r92_more_mounts_than_are_looked_at, make, drop),
		cmocka_unit_test_setup_teardown(r92_a_line_longer_than_a_piece, make, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
