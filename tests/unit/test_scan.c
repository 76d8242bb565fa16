/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "choose/scan.h"
#include "choose/swapoff.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/compat.h"
#include "base/util.h"
#include "look/process.h"
#include "look/sense.h"
#include "proctree.h"
#include "skip.h"

#define GIB(n) (UINT64_C(1048576) * (n))
#define MIB(n) (UINT64_C(1024) * (n))

static struct config config;
static struct scan scan;
static struct rank rank;
static struct proc_table table;

static int set_up(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	config.min_victim_ppm = 10000;
	rank = (struct rank){
		.config = &config,
		.page_kib = 4,
		.mem_total_kib = GIB(10),
		.total_kib = GIB(10),
		.self = 77,
		.may_kill_all = true,
	};
	return scan_open(&scan, tree_make(GIB(10), GIB(1)));
}

static int tear_down(void **state)
{
	(void)state;
	scan_close(&scan);
	tree_drop();
	return 0;
}

/* As a kernel of 5.9 or later scores it on a machine of 10 GiB. */
static int score(uint64_t kib, int adj)
{
	return (int)((1000 + (int64_t)kib * 1000 / (int64_t)GIB(10) + adj) * 2 / 3);
}

static struct tree_proc process(pid_t pid, const char *comm, uint64_t anon_mib)
{
	return (struct tree_proc){
		.pid = pid,
		.ppid = 1,
		.comm = comm,
		.start_ticks = (uint64_t)pid * 10,
		.anon_kib = MIB(anon_mib),
		.oom_score = score(MIB(anon_mib), 0),
		.exe = "/usr/bin/thing",
	};
}

static void add(pid_t pid, const char *comm, uint64_t anon_mib)
{
	struct tree_proc p = process(pid, comm, anon_mib);

	tree_add(&p);
}

static const struct proc *scan_for_best(void)
{
	scan_full(&scan, &rank, clock_now(), &table);
	assert_true(table.count > 0);
	return &table.procs[0];
}

static void finds_the_largest(void **state)
{
	const struct proc *p;

	(void)state;
	for (pid_t pid = 100; pid < 400; pid++)
		add(pid, "small", 5);
	add(500, "hog", 4000);
	p = scan_for_best();
	assert_string_equal(p->comm, "hog");
	assert_int_equal(p->anon_kib, MIB(4000));
	assert_int_equal(p->start_ticks, 5000);
	assert_string_equal(p->exe, "/usr/bin/thing");
	assert_int_equal(table.listed, 301);
	assert_true(table.count < 20); /* and it did not read them all to find it */
	assert_false(table.truncated);
}

/* R88: the one that empties a swap is root's and called so; nobody else's is, and a user may have
 * spared it. */
static void r88_who_empties_the_swap(void **state)
{
	static const struct {
		pid_t pid;
		uint32_t uid;
		const char *comm;
	} rows[] = {{100, 1000, "swapoff"},
		    {101, 0, "swapoffx"},
		    {102, 0, "swapon"},
		    {103, 0, "swapoff"}};
	struct tree_proc p;
	struct proc found;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		char path[32];

		p = process(rows[i].pid, rows[i].comm, 1);
		p.uid = rows[i].uid;
		tree_add(&p);
		(void)snprintf(path, sizeof(path), "%d/comm", (int)rows[i].pid);
		tree_write(path, "%s\n", rows[i].comm);
	}
	assert_true(swapoff_find(&scan, &rank, &found));
	assert_int_equal(found.pid, 103);
	assert_int_equal(match_parse("swapoff", NULL, &config.protect, NULL, 0), 0);
	assert_false(swapoff_find(&scan, &rank, &found));
	config.protect.count = 0;
	tree_remove(103);
	assert_false(swapoff_find(&scan, &rank, &found));
}

static void finds_it_by_rss_too(void **state)
{
	(void)state;
	config.sort_by_rss = true;
	for (pid_t pid = 100; pid < 200; pid++)
		add(pid, "small", 5);
	add(500, "hog", 4000);
	assert_string_equal(scan_for_best()->comm, "hog");
	assert_true(table.count < 20);
}

static void r26_finds_memory_behind_an_exited_main_thread(void **state)
{
	struct tree_proc p = process(500, "threads", 4000);
	const struct proc *best;

	(void)state;
	p.threads = 2;
	p.live_tid = 501;
	tree_add(&p);
	add(600, "bystander", 300);
	for (int by_rss = 0; by_rss <= 1; by_rss++) {
		config.sort_by_rss = by_rss;
		best = scan_for_best();
		assert_string_equal(best->comm, "threads");
		assert_true(best->leader_exited);
		assert_int_equal(best->anon_kib, MIB(4000));
	}
}

static void r26_a_plain_zombie_is_none(void **state)
{
	struct tree_proc p = process(500, "dead", 0);

	(void)state;
	p.state = 'Z';
	p.oom_score = 0;
	tree_add(&p);
	scan_full(&scan, &rank, clock_now(), &table);
	assert_true(table.count == 0 || table.procs[0].skip == SKIP_ZOMBIE);
}

static void r28_hostile_names_are_read_whole(void **state)
{
	static const char *const names[] = {") Z 1 (",  "a\nb", "",      " ",
					    "\xff\xfe", "((((", "x) R 1"};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		add((pid_t)(100 + i), names[i], 400 + i);
	assert_int_equal(scan_for_best()->pid, 100 + ARRAY_SIZE(names) - 1);
	assert_int_equal(table.count, ARRAY_SIZE(names));
	for (unsigned i = 0; i < table.count; i++)
		assert_string_equal(table.procs[i].comm, names[table.procs[i].pid - 100]);
}

/* 65,536 of them (NGROUPS_MAX) stand in front of the memory lines: root of a container may have as
 * many. */
static void r90_groups_hide_nobody(void **state)
{
	static char groups[65536 * 11 + 1];
	size_t length = 0;

	(void)state;
	for (unsigned i = 0; i < 65536; i++)
		length += (size_t)sprintf(groups + length, "%u ", 4000000000u + i);
	add(100, "small", 50);
	add(200, "hog", 4000);
	tree_write("200/status",
		   "Uid:\t0\t0\t0\t0\nGroups:\t%s\nVmRSS:\t4096000 kB\n"
		   "RssAnon:\t4096000 kB\nRssFile:\t0 kB\nRssShmem:\t0 kB\n",
		   groups);
	assert_string_equal(scan_for_best()->comm, "hog");
	assert_int_equal(table.procs[0].anon_kib, MIB(4000));
}

/* R103: sigtimedwait(2) hides what it waits for from status: the file wchan tells. */
static void r103_who_waits_for_sigterm(void **state)
{
	static const struct {
		const char *wchan;
		char process_state;
		bool ignores;
	} rows[] = {
		{"do_epoll_wait", 'S', true},
		{"do_sigtimedwait", 'S', false},
		{"__x64_sys_rt_sigtimedwait", 'S', false},
		{"0", 'S', false}, /* not ours to know */
		{"0", 'R', true},
		{"0", 'T', true},
		{"do_sigtimedwait.isra.0", 'S', false},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tree_proc p = process(100 + (pid_t)i, "first", 4000);
		struct proc row;
		char path[32];

		p.state = rows[i].process_state;
		tree_add(&p);
		(void)snprintf(path, sizeof(path), "%u/status", 100 + i);
		tree_write(path,
			   "Uid:\t0\t0\t0\t0\nNSpid:\t%u\t1\nVmRSS:\t9 kB\nSigBlk:\t0\n"
			   "SigIgn:\t0\nSigCgt:\t0\n",
			   100 + i);
		(void)snprintf(path, sizeof(path), "%u/wchan", 100 + i);
		tree_write(path, "%s", rows[i].wchan);
		assert_int_equal(process_read(scan.proc_fd, p.pid, &row), 0);
		if (row.ignores_term != rows[i].ignores)
			fail_msg("row %u", i);
	}
}

static void r34_a_broken_process_is_passed_over(void **state)
{
	(void)state;
	add(100, "whole", 50);
	add(200, "broken", 4000);
	tree_write("200/stat", "not a stat line");
	add(300, "empty", 3000);
	tree_write("300/status", "%s", "");
	assert_string_equal(scan_for_best()->comm, "whole");
}

static void r39_all_of_a_family_are_read(void **state)
{
	(void)state;
	for (pid_t pid = 100; pid < 140; pid++) {
		struct tree_proc p = process(pid, "postgres", 20);

		p.ppid = 99;
		p.layout = 4711;
		p.shmem_kib = GIB(5);
		p.oom_score = score(GIB(5) + MIB(20), 0);
		tree_add(&p);
	}
	add(500, "leak", 2000);
	assert_string_equal(scan_for_best()->comm, "leak");
}

/* How much swap and page tables hide: nothing, and more than statm could be asked for. */
static const uint64_t unseen[] = {0, GIB(5)};

/* Kubernetes' BestEffort pods have 1000, desktops' programs 100 to 300. */
static void r90_small_ones_with_a_raised_adj_hide_nobody(void **state)
{
	static const int adjs[] = {1000, 900, 300};

	(void)state;
	add(5000, "hog", 1500);
	for (unsigned k = 0; k < ARRAY_SIZE(adjs); k++) {
		for (pid_t pid = 100; pid < 160; pid++) {
			struct tree_proc p = process(pid, "pod", 5);

			p.oom_score_adj = adjs[k];
			p.oom_score = score(MIB(5), adjs[k]);
			tree_add(&p);
		}
		for (unsigned i = 0; i < ARRAY_SIZE(unseen); i++) {
			rank.unseen_kib = unseen[i];
			assert_string_equal(scan_for_best()->comm, "hog");
			assert_false(table.truncated);
		}
		for (pid_t pid = 100; pid < 160; pid++)
			tree_remove(pid);
	}
}

/* The kernel's score counts them, and they cost nothing to drop. */
/* R99: by its oom_score a guarded leak is smaller than the small ones. */
static void r99_small_ones_hide_no_guarded_leak(void **state)
{
	struct tree_proc leak = process(600, "leak", 6000);

	(void)state;
	rank.unseen_kib = MIB(300); /* swap in use: oom_score is asked */
	leak.oom_score_adj = -998;
	leak.oom_score = score(leak.anon_kib, -998);
	tree_add(&leak);
	for (pid_t pid = 100; pid < 400; pid++)
		add(pid, "small", 5);
	(void)scan_for_best();
	assert_non_null(proc_find(&table, 600));
	assert_int_equal(table.listed, 301);
	assert_true(table.count < 60);
}

static void r90_file_pages_hide_nobody(void **state)
{
	(void)state;
	for (pid_t pid = 100; pid < 140; pid++) {
		struct tree_proc p = process(pid, "mapped", 5);

		p.file_kib = GIB(3);
		p.oom_score = score(GIB(3), 0);
		tree_add(&p);
	}
	add(5000, "hog", 1500);
	for (unsigned i = 0; i < ARRAY_SIZE(unseen); i++) {
		rank.unseen_kib = unseen[i];
		assert_string_equal(scan_for_best()->comm, "hog");
	}
}

/* Page tables, which statm does not show. */
static void r90_what_statm_does_not_show_is_found(void **state)
{
	struct tree_proc p = process(5000, "tables", 1);

	(void)state;
	for (pid_t pid = 100; pid < 200; pid++)
		add(pid, "small", 50);
	p.swap_kib = GIB(2);
	p.oom_score = score(GIB(2), 0);
	tree_add(&p);
	rank.unseen_kib = GIB(2);
	assert_string_equal(scan_for_best()->comm, "tables");
}

/* 600 backends of a protected database are more than a table has rows. */
static void r91_many_protected_ones_hide_nobody(void **state)
{
	(void)state;
	assert_int_equal(match_parse("postgres", NULL, &config.protect, NULL, 0), 0);
	for (pid_t pid = 100; pid < 700; pid++)
		add(pid, "postgres", 120);
	add(5000, "hog", 110);
	for (unsigned i = 0; i < ARRAY_SIZE(unseen); i++) {
		rank.unseen_kib = unseen[i];
		assert_string_equal(scan_for_best()->comm, "hog");
		assert_false(table.truncated);
		assert_true(table.unkillable_kib >= 600 * MIB(120)); /* none is forgotten */
	}
	config.protect.count = 0;
}

/* More processes than are remembered: the largest and the newest of them are. */
static void r91_more_processes_than_are_remembered(void **state)
{
	(void)state;
	for (pid_t pid = 1000; pid < 1000 + SCAN_LIST_MAX; pid++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "%d", (int)pid);
		tree_make_dir(path);
		(void)snprintf(path, sizeof(path), "%d/statm", (int)pid);
		tree_write(path, "0 1000 100 0 0 0 0\n");
	}
	for (pid_t pid = 100; pid < 110; pid++)
		add(pid, "middling", 50);
	add(1000 + SCAN_LIST_MAX, "hog", 4000);
	assert_string_equal(scan_for_best()->comm, "hog");
	assert_int_equal(table.listed, SCAN_LIST_MAX + 11);
	assert_false(table.truncated);
}

static uint64_t random_state = 1;

static unsigned random_below(unsigned n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33) % n;
}

/* Small, middling or large; with or without file pages, swap, shared memory, an adjustment. */
static void add_random(pid_t pid)
{
	static const int adjs[] = {0, 0, 0, 100, 200, 300, 900, 1000, -500, -1000};
	static const char *const names[] = {"a", "b", "shielded", "late", "c"};
	static const unsigned sizes[] = {8, 8, 200, 3000};
	struct tree_proc p = process(pid, names[random_below(ARRAY_SIZE(names))],
				     random_below(sizes[random_below(ARRAY_SIZE(sizes))]));

	p.ppid = (pid_t)(1 + random_below(3));
	p.file_kib = random_below(4) == 0 ? MIB(random_below(2000)) : 0;
	p.shmem_kib = random_below(6) == 0 ? MIB(random_below(500)) : 0;
	p.swap_kib = random_below(5) == 0 ? MIB(random_below(1000)) : 0;
	p.oom_score_adj = adjs[random_below(ARRAY_SIZE(adjs))];
	p.oom_score = p.oom_score_adj == -1000
			      ? 0
			      : score(p.anon_kib + p.file_kib + p.shmem_kib + p.swap_kib,
				      p.oom_score_adj);
	p.oom_score = p.oom_score < 0 ? 0 : p.oom_score;
	tree_add(&p);
	rank.unseen_kib += p.swap_kib;
}

/* The best of all, every one of them read. */
static pid_t best_of_all(pid_t first, pid_t behind)
{
	static struct proc_table all;

	memset(&all, 0, sizeof(all));
	for (pid_t pid = first; pid < behind; pid++) {
		assert_int_equal(process_read(scan.proc_fd, pid, &all.procs[all.count]), 0);
		scan_judge(&scan, &rank, &all.procs[all.count++]);
	}
	rank_sort(&rank, &all);
	return all.procs[0].rank == CLASS_NORMAL ? all.procs[0].pid : 0;
}

/* R90, R91: whoever could be worth ending is found as if all had been read. */
static void r90_the_same_as_if_all_were_read(void **state)
{
	(void)state;
	assert_int_equal(match_parse("shielded", NULL, &config.protect, NULL, 0), 0);
	assert_int_equal(match_parse("late", NULL, &config.avoid, NULL, 0), 0);
	for (unsigned round = 0; round < 60; round++) {
		pid_t behind = (pid_t)(140 + random_below(40)), best;

		rank.unseen_kib = 0;
		config.sort_by_rss = round % 3 == 2;
		for (pid_t pid = 100; pid <= behind; pid++)
			add_random(pid);
		best = best_of_all(100, behind + 1);
		if (best != 0 && scan_for_best()->pid != best)
			fail_msg("round %u: %d, not %d", round, (int)table.procs[0].pid, (int)best);
		for (pid_t pid = 100; pid <= behind; pid++)
			tree_remove(pid);
	}
	config.protect.count = config.avoid.count = 0;
}

/* A checkpointer has touched all the buffers. Its postmaster has not, and is too small to be read
 * for its own sake. */
static void r93_the_parent_is_asked(void **state)
{
	struct tree_proc p = process(100, "postgres", 4), writer = process(200, "postgres", 20);

	(void)state;
	p.layout = writer.layout = 4711;
	p.shmem_kib = MIB(1);
	tree_add(&p);
	writer.ppid = 100;
	writer.shmem_kib = GIB(5);
	writer.oom_score = score(GIB(5), 0);
	tree_add(&writer);
	for (pid_t pid = 300; pid < 700; pid++)
		add(pid, "small", 25);
	add(800, "leak", 2000);
	assert_string_equal(scan_for_best()->comm, "leak");
	for (unsigned i = 0; i < table.count; i++) {
		if (table.procs[i].pid == 200)
			assert_int_equal(table.procs[i].freeable_kib, MIB(16) + 4);
	}
}

static void r94_what_was_inherited_is_known_from_the_parent(void **state)
{
	struct tree_proc master = process(100, "master", 4), one = process(200, "worker", 4000),
			 two = process(201, "worker", 3500);

	(void)state;
	master.layout = one.layout = two.layout = 4711;
	master.peak_kib = MIB(3000);
	one.ppid = two.ppid = 100;
	tree_add(&master);
	tree_add(&one);
	tree_add(&two);
	for (pid_t pid = 300; pid < 700; pid++)
		add(pid, "small", 25);
	add(800, "hog", 2000);
	assert_string_equal(scan_for_best()->comm, "hog");
	assert_int_equal(table.procs[1].pid, 200);
	assert_int_equal(table.procs[1].freeable_kib, MIB(1000) + 4);
}

static pid_t memory_of(const struct proc *p)
{
	return p->pid >= 100 && p->pid < 200 ? 100 : p->pid;
}

static bool tree_same_memory(const struct proc *a, const struct proc *b)
{
	return memory_of(a) == memory_of(b);
}

static void r96_who_uses_one_memory_is_one(void **state)
{
	(void)state;
	scan.same_memory = tree_same_memory;
	for (pid_t pid = 100; pid < 131; pid++) {
		struct tree_proc p = process(pid, "shared", 4000);

		p.layout = 4711;
		p.ppid = pid > 120 ? 1 : pid > 110 ? 101 : pid > 100 ? 100 : 1;
		p.uid = 5;
		tree_add(&p);
	}
	for (pid_t pid = 300; pid < 700; pid++)
		add(pid, "small", 25);
	add(800, "hog", 2000);
	assert_int_equal(scan_for_best()->pid, 100);
	assert_int_equal(table.procs[0].freeable_kib, MIB(4000) + 4);
	for (unsigned i = 0; i < table.count; i++) {
		if (memory_of(&table.procs[i]) == 100 && table.procs[i].pid != 100)
			assert_int_equal(table.procs[i].skip, SKIP_TOGETHER);
	}
}

static void before_4_5_statm_splits(void **state)
{
	struct tree_proc p = process(100, "old", 500);

	(void)state;
	p.no_split = true;
	p.file_kib = MIB(3000);
	p.oom_score = 342; /* the old scale: 3500 of 10240 */
	tree_add(&p);
	assert_int_equal(scan_for_best()->anon_kib, MIB(500));
	assert_int_equal(table.procs[0].file_kib, MIB(3000));
}

/* R92: asked only where an entry is about it, and never by walking the path. */
static void r30_r92_a_path_is_asked_where_it_matters(void **state)
{
	struct tree_proc p = process(50, "thing", 500), first = process(1, "init", 1);

	(void)state;
	tree_add(&first);
	tree_make_dir("1/ns");
	tree_link("1/ns/mnt", "mnt:[1]");
	tree_link("1/ns/user", "user:[1]");
	p.uid = 1000;
	p.exe = "/usr/sbin/no-such-program-here";
	tree_add(&p);
	tree_make_dir("50/ns");
	tree_link("50/ns/mnt", "mnt:[1]");
	tree_link("50/ns/user", "user:[1]");
	origin_open(&scan.origin, scan.proc_fd);
	assert_string_equal(scan_for_best()->exe, p.exe);
	assert_false(scan_for_best()->exe_trusted); /* nobody asks */
	assert_int_equal(match_parse("/usr/sbin/no-such*", NULL, &config.avoid, NULL, 0), 0);
	assert_true(scan_for_best()->exe_trusted);
	assert_int_equal(scan_for_best()->rank, CLASS_AVOIDED);
}

static void deleted_executables_keep_their_path(void **state)
{
	struct tree_proc p = process(100, "old", 500);

	(void)state;
	p.exe = "/usr/sbin/sshd (deleted)";
	tree_add(&p);
	assert_string_equal(scan_for_best()->exe, "/usr/sbin/sshd");
}

static void preferred_ones_are_found_however_small(void **state)
{
	(void)state;
	assert_int_equal(match_parse("job", NULL, &config.prefer, NULL, 0), 0);
	for (pid_t pid = 100; pid < 1000; pid++)
		add(pid, pid == 555 ? "job" : "big", 50 + (uint64_t)(pid == 555 ? 0 : pid));
	assert_int_equal(scan_for_best()->pid, 555);
}

static void nothing_at_all(void **state)
{
	(void)state;
	scan_full(&scan, &rank, clock_now(), &table);
	assert_int_equal(table.count, 0);
	assert_false(scan_kept(&scan, &rank, clock_now(), &table));
}

static void sees_everyone_when_init_is_there(void **state)
{
	(void)state;
	assert_false(scan_sees_everyone(&scan)); /* R67: hidden */
	add(1, "init", 5);
	assert_true(scan_sees_everyone(&scan));
}

/* R115: a directory that is not /proc keeps nothing, even if its offsets look alike. */
static void r115_keeps_nothing_without_proof(void **state)
{
	(void)state;
	for (pid_t pid = 100; pid < 150; pid++)
		add(pid, "small", 5);
	add(500, "hog", 4000);
	(void)scan_for_best();
	assert_int_equal(scan.pid_offset, -1);
	assert_false(scan_kept(&scan, &rank, clock_now(), &table));
}

/* ---- on the real /proc ---- */

static int set_up_real(void **state)
{
	int r;

	(void)set_up(state);
	scan_close(&scan);
	tree_drop();
	r = open("/proc", O_RDONLY | O_DIRECTORY);
	assert_true(r >= 0);
	assert_int_equal(scan_open(&scan, r), 0);
	(void)close(r);
	/* So small that the test itself, 64 MiB, is out of reach of what other processes allocate
	 * meanwhile. */
	rank.mem_total_kib = rank.total_kib = GIB(1);
	rank.self = -1;
	return 0;
}

static int tear_down_real(void **state)
{
	(void)state;
	scan_close(&scan);
	return 0;
}

static void real_self_is_read(void **state)
{
	static struct proc p, q;

	(void)state;
	assert_int_equal(process_read(scan.proc_fd, getpid(), &p), 0);
	assert_int_equal(p.pid, getpid());
	assert_int_equal(p.ppid, getppid());
	assert_int_equal(p.uid, getuid());
	assert_true(p.rss_kib > 100);
	assert_true(p.start_ticks > 0);
	assert_int_equal(process_read(scan.proc_fd, 0x7ffffff0, &q), -3 /* ESRCH */);
	if (strstr(p.exe, "qemu-") != NULL)
		skip_because("the processor is emulated: /proc has the emulator's name");
	assert_non_null(strstr(p.exe, "test_scan"));
}

static int sleeps(void *nothing)
{
	(void)nothing;
	(void)pause();
	return 0;
}

static bool has_my_memory(pid_t child)
{
	static struct proc self, other;
	bool same;

	assert_int_equal(process_read(scan.proc_fd, getpid(), &self), 0);
	assert_int_equal(process_read(scan.proc_fd, child, &other), 0);
	same = process_same_memory(&self, &other);
	(void)kill(child, SIGKILL); /* our own child, not yet waited for */
	(void)waitpid(child, NULL, __WALL);
	assert_true(self.layout != 0);
	assert_true(self.layout == other.layout);
	return same;
}

static void real_r96_a_clone_has_my_memory_and_a_copy_has_not(void **state)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t child;

	(void)state;
	if (sys_kcmp(getpid(), getpid(), KCMP_WHOLE_MEMORY) != 0)
		skip_because("this kernel has no kcmp");
	child = clone(sleeps, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	if (child < 0 && errno == EINVAL)
		skip_because("the processor is emulated: no process may share another's memory");
	assert_true(child > 0);
	assert_true(has_my_memory(child));
	child = fork();
	if (child == 0)
		_exit(sleeps(NULL));
	assert_false(has_my_memory(child));
}

/* The parent waits for its child to call exec, and is not asked about: it has its child's numbers.
 */
static void r96_a_parent_in_vfork(void **state)
{
	struct proc parent = {.pid = 1, .layout = 9, .state = 'D', .rss_kib = 500, .file_kib = 40};
	struct proc child = parent;

	(void)state;
	child.pid = 2;
	child.state = 'S';
	assert_true(process_same_memory(&parent, &child));
	child.file_kib = 39;
	assert_false(process_same_memory(&parent, &child));
	child = parent;
	child.layout = 8;
	assert_false(process_same_memory(&parent, &child));
}

static void real_offsets_are_learned_and_seek_to_a_pid(void **state)
{
	static struct proc p;
	uint64_t ticks;
	char ps;
	pid_t child;

	(void)state;
	scan_full(&scan, &rank, clock_now(), &table);
	if (scan.pid_offset < 0)
		skip_because("this /proc is not the kernel's own");
	child = fork();
	if (child == 0) {
		(void)pause();
		_exit(0);
	}
	assert_int_equal(process_identity(scan.proc_fd, child, &ticks, &ps), 0);
	assert_int_equal(process_read(scan.proc_fd, child, &p), 0);
	assert_int_equal(p.start_ticks, ticks);
	(void)kill(child, SIGKILL); /* our own child, not yet waited for */
	(void)waitpid(child, NULL, 0);
	assert_int_equal(process_identity(scan.proc_fd, child, &ticks, &ps), -3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_the_largest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(finds_it_by_rss_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r88_who_empties_the_swap, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r26_finds_memory_behind_an_exited_main_thread,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(r26_a_plain_zombie_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r28_hostile_names_are_read_whole, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(r34_a_broken_process_is_passed_over, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(r39_all_of_a_family_are_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r90_small_ones_with_a_raised_adj_hide_nobody,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(r90_file_pages_hide_nobody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r99_small_ones_hide_no_guarded_leak, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(r90_groups_hide_nobody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r103_who_waits_for_sigterm, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r90_what_statm_does_not_show_is_found, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(r91_many_protected_ones_hide_nobody, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(r91_more_processes_than_are_remembered, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(r90_the_same_as_if_all_were_read, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(r93_the_parent_is_asked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r94_what_was_inherited_is_known_from_the_parent,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(r96_who_uses_one_memory_is_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(before_4_5_statm_splits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r30_r92_a_path_is_asked_where_it_matters, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(deleted_executables_keep_their_path, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(preferred_ones_are_found_however_small, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(nothing_at_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sees_everyone_when_init_is_there, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(r115_keeps_nothing_without_proof, set_up,
						tear_down),
		cmocka_unit_test(r96_a_parent_in_vfork),
		cmocka_unit_test_setup_teardown(real_r96_a_clone_has_my_memory_and_a_copy_has_not,
						set_up_real, tear_down_real),
		cmocka_unit_test_setup_teardown(real_self_is_read, set_up_real, tear_down_real),
		cmocka_unit_test_setup_teardown(real_offsets_are_learned_and_seek_to_a_pid,
						set_up_real, tear_down_real),
	};

	return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
