/* SPDX-License-Identifier: MIT */
/* Groups as plain files in a directory: inotify works there as it does on the real ones. */
#include "look/memcg.h"
#include "look/memstat.h"
#include "proctree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB(n) (UINT64_C(1024) * (n))

static struct memcg memcg;
static int proc_fd;
static unsigned forgotten_count;

static unsigned again_count;

static void forgotten(void *ctx, unsigned row, bool made_again)
{
	(void)ctx;
	(void)row;
	forgotten_count += !made_again;
	again_count += made_again;
}

/* Where the tree is, and our own files in it, as if the hierarchy were mounted there. */
static void mount_tree(const char *type, const char *options)
{
	const char *root = tree_path();
	char path[64];

	(void)snprintf(path, sizeof(path), "%d", (int)getpid());
	tree_make_dir(path);
	tree_make_dir("cg");
	(void)snprintf(path, sizeof(path), "%d/mountinfo", (int)getpid());
	tree_write(path,
		   "20 1 8:1 / / rw - ext4 /dev/vda rw\n"
		   "30 20 0:30 /part /elsewhere rw - %s cgroup %s\n"
		   "31 20 0:30 / %s/cg rw,nosuid shared:9 - %s cgroup %s\n",
		   type, options, root, type, options);
	(void)snprintf(path, sizeof(path), "%d/cgroup", (int)getpid());
	tree_write(path, "9:cpu,memory:/own\n0::/own\n");
}

static void open_v2(void)
{
	mount_tree("cgroup2", "rw");
	tree_write("cg/cgroup.controllers", "cpu memory pids\n");
	assert_int_equal(memcg_open(&memcg, proc_fd), 0);
	assert_int_equal(memcg.version, MEMCG_V2);
}

static void write_to(const char *dir, const char *file, const char *text)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, file);
	tree_write(path, "%s", text);
}

static void fill_v2(const char *dir, const char *max, const char *high, const char *current)
{
	write_to(dir, "memory.max", max);
	write_to(dir, "memory.high", high);
	write_to(dir, "memory.current", current);
	write_to(dir, "memory.events", "low 0\nhigh 3\nmax 4\noom 0\noom_kill 0\n");
	write_to(dir, "memory.stat",
		 "anon 1\ninactive_file 20971520\nactive_file 10485760\nslab_reclaimable 1048576\n"
		 "swapcached 262144\nzswap 131072\npgmajfault 70\nworkingset_refault_anon "
		 "5\nworkingset_refault_file 60\n");
}

static void add_v2(const char *dir, const char *max, const char *high, const char *current)
{
	tree_make_dir(dir);
	fill_v2(dir, max, high, current);
}

static void walk(void)
{
	memcg_walk_begin(&memcg);
	while (!memcg_walk(&memcg, 2, forgotten, NULL)) /* in parts */
		assert_true(memcg.walking);
}

static unsigned row_of(const char *path)
{
	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		if (memcg.ids[i] != 0 && strcmp(memcg.groups[i].path, path) == 0)
			return i;
	}
	fail_msg("%s is not known", path);
	return 0;
}

static bool is_readable(void)
{
	struct pollfd p = {.fd = memcg.wake_fd, .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

static int fresh(void **state)
{
	(void)state;
	forgotten_count = again_count = 0;
	proc_fd = tree_make(MIB(1000), MIB(500));
	return 0;
}

static int drop(void **state)
{
	(void)state;
	memcg_close(&memcg); /* the thread that arms stays */
	tree_drop();
	return 0;
}

static void groups_with_a_limit_are_found(void **state)
{
	(void)state;
	open_v2();
	add_v2("cg/a", "268435456\n", "max\n", "1048576\n");
	add_v2("cg/a/b", "max\n", "104857600\n", "1048576\n");
	add_v2("cg/free", "max\n", "max\n", "1048576\n");
	add_v2("cg/own", "1048576\n", "max\n", "1048576\n"); /* our own is nobody's matter */
	tree_make_dir("cg/without");
	walk();
	assert_int_equal(memcg.count, 2);
	assert_int_equal(memcg.groups[row_of("/a")].limit_kib, MIB(256));
	assert_int_equal(memcg.groups[row_of("/a/b")].limit_kib, MIB(100));
	assert_int_equal(memcg.groups[row_of("/a")].state, MEMCG_ARMED);
	assert_true(memcg_is_below(&memcg, row_of("/a/b"), row_of("/a")));
	assert_false(memcg_is_below(&memcg, row_of("/a"), row_of("/a/b")));
	assert_false(is_readable());
}

static void one_look(void **state)
{
	struct memcg_sample s;
	uint64_t reclaims = 0;
	unsigned row;

	(void)state;
	open_v2();
	add_v2("cg/a", "268435456\n", "209715200\n", "104857600\n");
	write_to("cg/a", "memory.swap.max", "4194304\n");
	write_to("cg/a", "memory.swap.current", "1048576\n");
	walk();
	row = row_of("/a");
	assert_int_equal(memcg_read(&memcg, row, &s), 0);
	assert_int_equal(s.limit_kib, MIB(200));
	assert_int_equal(s.high_kib, MIB(200));
	assert_true(s.throttles);
	assert_int_equal(s.usage_kib, MIB(100));
	assert_int_equal(s.file_kib, MIB(30));
	assert_int_equal(s.slab_kib, MIB(1));
	assert_int_equal(s.swap_left_kib, MIB(3));
	assert_int_equal(s.swap_kib, 640);
	assert_true(s.has_refaults);
	assert_int_equal(s.refaults, 65);
	assert_int_equal(s.major_faults, 70);
	assert_int_equal(s.highs, 3);
	memcg_count(&memcg, row);
	assert_int_equal(memcg_reclaims(&memcg, row, &reclaims), 0);
	assert_int_equal(reclaims, 7);
}

static void an_event_wakes_once(void **state)
{
	unsigned row;

	(void)state;
	open_v2();
	add_v2("cg/a", "268435456\n", "max\n", "1048576\n");
	walk();
	row = row_of("/a");
	assert_false(is_readable());
	write_to("cg/a", "memory.events", "max 5\n");
	assert_true(is_readable());
	memcg_take_events(&memcg);
	assert_true(memcg.groups[row].woken);
	memcg_count(&memcg, row);
	write_to("cg/a", "memory.events", "max 6\n"); /* it is not armed now */
	assert_false(is_readable());
	memcg_arm(&memcg, row);
	write_to("cg/a", "memory.events", "max 7\n");
	assert_true(is_readable());
}

static void groups_come_and_go_and_are_resized(void **state)
{
	unsigned row;

	(void)state;
	open_v2();
	add_v2("cg/a", "268435456\n", "max\n", "1048576\n");
	walk();
	tree_make_dir("cg/new");
	assert_true(is_readable());
	memcg_take_events(&memcg);
	assert_true(memcg.changed);
	tree_make_dir("cg/new2"); /* until the walk nothing more wakes */
	assert_false(is_readable());
	fill_v2("cg/new", "1048576\n", "max\n", "4096\n");
	write_to("cg/a", "memory.max", "134217728\n");
	walk();
	assert_false(memcg.changed);
	assert_int_equal(memcg.count, 2);
	row = row_of("/a");
	assert_int_equal(memcg.groups[row].limit_kib, MIB(128));
	write_to("cg/a", "memory.max", "max\n");
	walk();
	assert_int_equal(memcg.count, 1);
	assert_int_equal(forgotten_count, 1);
	tree_make_dir("cg/new/inner");
	assert_true(is_readable());
}

/* Before 5.12 v2 does not say what of its swap is in memory as well: it is not looked at then. */
static void no_word_of_what_came_back(void **state)
{
	struct memcg_sample s;

	(void)state;
	open_v2();
	add_v2("cg/a", "268435456\n", "max\n", "104857600\n");
	write_to("cg/a", "memory.swap.max", "4194304\n");
	write_to("cg/a", "memory.swap.current", "1048576\n");
	write_to("cg/a", "memory.stat", "inactive_file 20971520\nactive_file 10485760\n");
	walk();
	assert_int_equal(memcg_read(&memcg, row_of("/a"), &s), 0);
	assert_int_equal(s.swap_kib, 0);
	assert_int_equal(s.swap_left_kib, MIB(3));
}

/* Whose limit is in force, and is it one at which the kernel ends somebody? */
static void a_high_above_it_throttles(void **state)
{
	struct memcg_sample s;
	unsigned row;

	(void)state;
	open_v2();
	add_v2("cg/a", "max\n", "104857600\n", "52428800\n");
	add_v2("cg/a/b", "209715200\n", "max\n", "52428800\n");
	walk();
	row = row_of("/a/b");
	assert_int_equal(memcg_read(&memcg, row, &s), 0);
	assert_int_equal(s.limit_kib, MIB(100));
	assert_int_equal(s.high_kib, 0);
	assert_true(s.throttles);
	write_to("cg/a", "memory.high", "max\n");
	assert_int_equal(memcg_read(&memcg, row, &s), 0);
	assert_int_equal(s.limit_kib, MIB(200));
	assert_false(s.throttles);
	write_to("cg/a/b", "memory.high", "199229440\n"); /* 190 MiB: the kernel comes through */
	assert_int_equal(memcg_read(&memcg, row, &s), 0);
	assert_int_equal(s.limit_kib, MIB(190));
	assert_false(s.throttles);
	write_to("cg/a/b", "memory.high", "167772160\n");
	assert_int_equal(memcg_read(&memcg, row, &s), 0);
	assert_true(s.throttles);
	write_to("cg/a", "memory.max", "173015040\n"); /* 165 MiB */
	memcg.groups[row].above_kib = MIB(165);
	assert_int_equal(memcg_read(&memcg, row, &s), 0);
	assert_int_equal(s.limit_kib, MIB(160));
	assert_false(s.throttles);
	write_to("cg/a/b", "memory.high", "max\n");
	write_to("cg/a/b", "memory.max", "max\n");
	assert_int_equal(memcg_read(&memcg, row, &s), -ENODATA);
}

/* v1: the files have other names; a threshold is registered, here in a plain file. */
static void cgroup_v1(void **state)
{
	struct memcg_sample s;
	char text[80] = "";
	uint64_t reclaims = 0;
	unsigned row, efd, fd;
	unsigned long long bytes;
	int copy;

	(void)state;
	mount_tree("cgroup", "rw,cpu,memory");
	tree_make_dir("cg/docker");
	tree_make_dir("cg/docker/1");
	write_to("cg/docker/1", "memory.limit_in_bytes", "134217728\n");
	write_to("cg/docker/1", "memory.usage_in_bytes", "10485760\n");
	write_to("cg/docker/1", "memory.failcnt", "123456\n");
	write_to("cg/docker/1", "cgroup.event_control", "");
	write_to("cg/docker/1", "memory.stat",
		 "cache 1\nswap 4096\ninactive_file 4096\nhierarchical_memory_limit 67108864\n"
		 "total_pgmajfault 9\ntotal_inactive_file 1048576\ntotal_active_file 2097152\n"
		 "total_swap 524288\n");
	write_to("cg/docker", "memory.limit_in_bytes", "9223372036854771712\n");
	assert_int_equal(memcg_open(&memcg, proc_fd), 0);
	assert_int_equal(memcg.version, MEMCG_V1);
	walk();
	assert_int_equal(memcg.count, 1);
	row = row_of("/docker/1");
	assert_int_equal(memcg.groups[row].state, MEMCG_ARMED);
	for (unsigned i = 0; i < 10000 && text[0] == '\0'; i++) { /* a thread does it */
		int control = openat(proc_fd, "cg/docker/1/cgroup.event_control", O_RDONLY);

		assert_true(control >= 0 && read(control, text, sizeof(text) - 1) >= 0);
		(void)close(control);
		(void)poll(NULL, 0, 1);
	}
	assert_int_equal(sscanf(text, "%u %u %llu", &efd, &fd, &bytes), 3);
	assert_int_equal(bytes, 126u << 20);
	assert_false(is_readable());
	assert_int_equal(memcg_read(&memcg, row, &s), 0);
	assert_int_equal(s.limit_kib, MIB(64)); /* that of a group around it */
	assert_int_equal(s.file_kib, MIB(3));
	assert_int_equal(s.swap_kib, 512);
	assert_false(s.has_refaults);
	memcg_count(&memcg, row);
	assert_int_equal(memcg_reclaims(&memcg, row, &reclaims), 0);
	assert_int_equal(reclaims, 123456);
	write_to("cg/docker/1", "memory.usage_in_bytes", "134217728\n");
	memcg_arm(&memcg, row); /* it is there already: the threshold would not tell */
	assert_int_equal(poll(&(struct pollfd){.fd = memcg.wake_fd, .events = POLLIN}, 1, 10000),
			 1);
	copy = dup(memcg.groups[row].fd); /* as the thread has it while it arms */
	memcg_take_events(&memcg);
	assert_true(memcg.groups[row].woken);
	memcg_count(&memcg, row);
	memcg_take_events(&memcg); /* nothing is told of it any more, as if of the row's next one */
	assert_false(memcg.groups[row].woken);
	assert_true(memcg.groups[row].fd >= 0);
	(void)close(copy);
}

static void a_full_table_keeps_those_with_the_least_room(void **state)
{
	char path[32], limit[32];

	(void)state;
	open_v2();
	memcg.most = 3;
	for (unsigned i = 1; i <= 6; i++) {
		(void)snprintf(path, sizeof(path), "cg/g%u", i);
		(void)snprintf(limit, sizeof(limit), "%u\n", i << 20);
		add_v2(path, limit, "max\n", "4096\n");
	}
	walk();
	assert_int_equal(memcg.count, 3);
	assert_int_equal(memcg.left_out, 3);
	for (unsigned i = 1; i <= 3; i++) {
		(void)snprintf(path, sizeof(path), "/g%u", i);
		(void)row_of(path);
	}
}

/* A walk that stands still meanwhile. */
static void what_goes_during_a_walk(void **state)
{
	(void)state;
	open_v2();
	add_v2("cg/a", "1048576\n", "max\n", "4096\n");
	tree_make_dir("cg/a/b");
	tree_make_dir("cg/a/b/c");
	memcg_walk_begin(&memcg);
	assert_false(memcg_walk(&memcg, 3, forgotten, NULL)); /* it is in the last one */
	assert_int_equal(unlinkat(proc_fd, "cg/a/b/c", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(proc_fd, "cg/a/b", AT_REMOVEDIR), 0);
	add_v2("cg/z", "1048576\n", "max\n", "4096\n");
	assert_true(memcg_walk(&memcg, 10, forgotten, NULL));
	memcg_take_events(&memcg);
	assert_true(memcg.changed); /* it was made meanwhile: seen or not, the next walk sees it */
	walk();
	assert_int_equal(memcg.count, 2);
}

/* The smallest of them is in force. */
static void limits_up_the_tree(void **state)
{
	struct memcg_sample s;

	(void)state;
	open_v2();
	add_v2("cg/a", "104857600\n", "max\n", "4096\n");
	add_v2("cg/a/free", "max\n", "max\n", "4096\n");
	add_v2("cg/a/free/b", "268435456\n", "max\n", "4096\n");
	add_v2("cg/c", "268435456\n", "max\n", "4096\n");
	walk();
	assert_int_equal(memcg.count, 3);
	assert_int_equal(memcg.groups[row_of("/a/free/b")].limit_kib, MIB(100));
	assert_int_equal(memcg_read(&memcg, row_of("/a/free/b"), &s), 0);
	assert_int_equal(s.limit_kib, MIB(100));
	assert_int_equal(memcg_read(&memcg, row_of("/c"), &s), 0);
	assert_int_equal(s.limit_kib, MIB(256));
}

/* Each second of six is read, and counts for two. */
static void some_of_many_threads(void **state)
{
	struct memcg_sample s = {0};

	(void)state;
	open_v2();
	add_v2("cg/a", "1048576\n", "max\n", "4096\n");
	write_to("cg/a", "cgroup.threads", "50\n51\n52\n53\n54\n55\n");
	for (int i = 50; i < 56; i++)
		tree_add(&(struct tree_proc){.pid = i, .comm = "x", .state = 'D'});
	walk();
	memcg_read_blocked(&memcg, row_of("/a"), proc_fd, 3, &s);
	assert_true(s.has_blocked);
	assert_int_equal(s.blocked, 6);
}

static void a_path_that_is_too_long_is_counted(void **state)
{
	char path[MEMCG_PATH_MAX + 64] = "cg";

	(void)state;
	open_v2();
	for (unsigned i = 0; i < 2; i++) {
		size_t n = strlen(path);

		path[n] = '/';
		memset(path + n + 1, 'x', 200);
		path[n + 201] = '\0';
		add_v2(path, "1048576\n", "max\n", "4096\n");
	}
	walk();
	assert_int_equal(memcg.count, 1);
	assert_int_equal(memcg.too_long, 1);
}

static void members_are_those_below_too(void **state)
{
	struct memcg_sample s = {0};
	static int32_t ids[MEMCG_MEMBERS_MOST];

	(void)state;
	open_v2();
	add_v2("cg/a", "1048576\n", "max\n", "4096\n");
	add_v2("cg/a/b", "max\n", "max\n", "4096\n");
	write_to("cg/a", "cgroup.procs", "50\n0\n");
	write_to("cg/a/b", "cgroup.procs", "51\n52\n");
	write_to("cg/a", "cgroup.threads", "50\n");
	write_to("cg/a/b", "cgroup.threads", "51\n52\n");
	tree_add(&(struct tree_proc){.pid = 50, .comm = "x"});
	tree_add(&(struct tree_proc){.pid = 51, .comm = "y", .state = 'D'});
	tree_add(&(struct tree_proc){.pid = 52, .comm = "z", .state = 'D'});
	walk();
	assert_int_equal(memcg_members(&memcg, row_of("/a"), false, ids), 3);
	memcg_read_blocked(&memcg, row_of("/a"), proc_fd, 3, &s);
	assert_true(s.has_blocked);
	assert_int_equal(s.blocked, 2);
}

/* A group that holds others, as the kubelet's: all of them are read, or it is known that not. */
static void members_of_many_below(void **state)
{
	static int32_t ids[MEMCG_MEMBERS_MOST];
	char path[64], pid[16];
	bool cut = true;

	(void)state;
	open_v2();
	add_v2("cg/a", "1048576\n", "max\n", "4096\n");
	for (unsigned i = 0; i < MEMCG_BELOW_MOST; i++) {
		(void)snprintf(path, sizeof(path), "cg/a/%u", i);
		(void)snprintf(pid, sizeof(pid), "%u\n", 1000 + i);
		tree_make_dir(path);
		write_to(path, "cgroup.procs", pid);
	}
	assert_int_equal(memcg_members_of(&memcg, "/a", false, ids, &cut), MEMCG_BELOW_MOST);
	assert_false(cut);
	tree_make_dir("cg/a/more");
	(void)memcg_members_of(&memcg, "/a", false, ids, &cut);
	assert_true(cut);
}

/* Where memory and swap together have the same limit only that one is ever come to. */
static void a_limit_of_swap_too(void **state)
{
	uint64_t reclaims = 0;

	(void)state;
	mount_tree("cgroup", "rw,memory");
	tree_make_dir("cg/a");
	write_to("cg/a", "memory.limit_in_bytes", "268435456\n");
	write_to("cg/a", "memory.usage_in_bytes", "1048576\n");
	write_to("cg/a", "memory.failcnt", "0\n");
	assert_int_equal(memcg_open(&memcg, proc_fd), 0);
	assert_int_equal(memcg.version, MEMCG_V1);
	walk();
	memcg_count(&memcg, row_of("/a"));
	assert_int_equal(memcg_reclaims(&memcg, row_of("/a"), &reclaims), 0);
	assert_int_equal(reclaims, 0);
	write_to("cg/a", "memory.memsw.limit_in_bytes", "268435456\n");
	assert_int_equal(memcg_reclaims(&memcg, row_of("/a"), &reclaims), 0);
	assert_int_equal(reclaims, 0);
	write_to("cg/a", "memory.usage_in_bytes", "267386880\n"); /* 1 MiB below */
	for (unsigned i = 1; i <= 2; i++) {
		assert_int_equal(memcg_reclaims(&memcg, row_of("/a"), &reclaims), 0);
		assert_int_equal(reclaims, i);
	}
	write_to("cg/a", "memory.memsw.limit_in_bytes", "9223372036854771712\n"); /* none */
	assert_int_equal(memcg_reclaims(&memcg, row_of("/a"), &reclaims), 0);
	assert_int_equal(reclaims, 2);
}

/* The daemon's own limit is nobody else's matter; a user of useroomctl asks of his own, too. */
static void ours_is_one_for_who_only_looks(void **state)
{
	(void)state;
	mount_tree("cgroup2", "rw");
	tree_write("cg/cgroup.controllers", "cpu memory pids\n");
	add_v2("cg/own", "268435456\n", "max\n", "1048576\n");
	add_v2("cg/own/inner", "104857600\n", "max\n", "1048576\n");
	add_v2("cg/owner", "104857600\n", "max\n", "1048576\n");
	tree_add(&(struct tree_proc){.pid = 70, .comm = "x"});
	tree_write("70/cgroup", "0::/own/inner/below\n");
	assert_int_equal(memcg_open(&memcg, proc_fd), 0);
	walk();
	assert_int_equal(memcg.count, 2);
	assert_int_equal(memcg_row_of(&memcg, proc_fd, getpid()), -1);
	memcg_close(&memcg);
	assert_int_equal(memcg_open_to_look(&memcg, proc_fd), 0);
	walk();
	assert_int_equal(memcg.count, 3);
	assert_int_equal(memcg_row_of(&memcg, proc_fd, getpid()), row_of("/own"));
	assert_int_equal(memcg_row_of(&memcg, proc_fd, 70), row_of("/own/inner"));
}

static void without_a_controller_there_is_nothing(void **state)
{
	(void)state;
	mount_tree("cgroup2", "rw");
	tree_write("cg/cgroup.controllers", "cpu pids\n");
	assert_int_equal(memcg_open(&memcg, proc_fd), 0);
	assert_int_equal(memcg.version, MEMCG_NONE);
	walk();
	assert_int_equal(memcg.count, 0);
}

static void amounts(void **state)
{
	static const struct {
		const char *text;
		uint64_t kib;
		bool bad;
	} rows[] = {
		{"max\n", UINT64_MAX, false},
		{"9223372036854771712\n", UINT64_MAX, false},
		{"0\n", 0, false},
		{"134217728\n", MIB(128), false},
		{"134217728", MIB(128), false},
		{"", 0, true},
		{"-1\n", 0, true},
		{"12x\n", 0, true},
		{"99999999999999999999999\n", 0, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t kib = 7;
		int r = memstat_amount(rows[i].text, strlen(rows[i].text), &kib);

		assert_true((r < 0) == rows[i].bad);
		assert_true(rows[i].bad ? kib == 7 : kib == rows[i].kib);
	}
}

static void refaults_by_kernel(void **state)
{
	static const char old[] = "inactive_file 1\nactive_file 1\nworkingset_refault 12\n";
	static const char none[] = "total_inactive_file 1\ntotal_active_file 1\n";
	struct memstat stat;

	(void)state;
	assert_int_equal(memstat_parse(old, strlen(old), true, &stat), 0);
	assert_int_equal(stat.refaults, 12);
	assert_int_equal(memstat_parse(none, strlen(none), false, &stat), 0);
	assert_false(stat.has_refaults);
	assert_true(stat.limit_kib == UINT64_MAX);
	assert_true(memstat_parse("anon 5\n", 7, true, &stat) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(groups_with_a_limit_are_found, fresh, drop),
		cmocka_unit_test_setup_teardown(one_look, fresh, drop),
		cmocka_unit_test_setup_teardown(an_event_wakes_once, fresh, drop),
		cmocka_unit_test_setup_teardown(groups_come_and_go_and_are_resized, fresh, drop),
		cmocka_unit_test_setup_teardown(no_word_of_what_came_back, fresh, drop),
		cmocka_unit_test_setup_teardown(a_high_above_it_throttles, fresh, drop),
		cmocka_unit_test_setup_teardown(cgroup_v1, fresh, drop),
		cmocka_unit_test_setup_teardown(a_full_table_keeps_those_with_the_least_room, fresh,
						drop),
		cmocka_unit_test_setup_teardown(a_path_that_is_too_long_is_counted, fresh, drop),
		cmocka_unit_test_setup_teardown(what_goes_during_a_walk, fresh, drop),
		cmocka_unit_test_setup_teardown(limits_up_the_tree, fresh, drop),
		cmocka_unit_test_setup_teardown(some_of_many_threads, fresh, drop),
		cmocka_unit_test_setup_teardown(members_are_those_below_too, fresh, drop),
		cmocka_unit_test_setup_teardown(members_of_many_below, fresh, drop),
		cmocka_unit_test_setup_teardown(a_limit_of_swap_too, fresh, drop),
		cmocka_unit_test_setup_teardown(ours_is_one_for_who_only_looks, fresh, drop),
		cmocka_unit_test_setup_teardown(without_a_controller_there_is_nothing, fresh, drop),
		cmocka_unit_test(amounts),
		cmocka_unit_test(refaults_by_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
