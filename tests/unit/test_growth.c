/* SPDX-License-Identifier: MIT */
#include "growing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"

static void mark(uint64_t now_ns, uint64_t boot_ns)
{
	const struct growth_moment moment = {
		.now_ns = now_ns, .boot_ns = boot_ns, .need_kib = MIB(50)};

	growth_mark(&growth, &rank, &table, &moment);
}

static void see(unsigned count, const struct proc *procs)
{
	memset(&table, 0, sizeof(table));
	for (unsigned i = 0; i < count; i++) {
		table.procs[table.count] = procs[i];
		rank_judge(&rank, &table.procs[table.count++]);
	}
	rank_sort(&rank, &table);
}

/* A steady server of 500 MiB, a leak, a small one that grows. */
static void see_at(uint64_t seconds, uint64_t leak_mib, uint64_t small_mib)
{
	const struct proc procs[] = {
		{.pid = 100, .start_ticks = 1, .anon_kib = MIB(500), .comm = "server"},
		{.pid = 200, .start_ticks = 2, .anon_kib = MIB(leak_mib), .comm = "leak"},
		{.pid = 300, .start_ticks = 3, .anon_kib = MIB(small_mib), .comm = "small"},
	};

	see(3, procs);
	mark(seconds * NS_PER_S, 0);
	growth_note(&growth, &table, seconds * NS_PER_S);
}

static void the_one_that_grows_goes_first(void **state)
{
	(void)state;
	see_at(100, 200, 15);
	assert_string_equal(table.procs[0].comm, "server"); /* nothing is known yet */
	see_at(103, 230, 45);
	assert_string_equal(table.procs[0].comm, "leak");
	assert_int_equal(table.procs[0].grown_kib, MIB(30));
	assert_int_equal(table.procs[0].grown_ns, 3 * NS_PER_S);
	assert_string_equal(
		table.procs[1].comm,
		"server"); /* "small" grows too, but its end would give back too little */
	see_at(140, 231, 45);
	see_at(171, 232, 45);
	assert_string_equal(table.procs[0].comm,
			    "server"); /* it has stopped: the old reading does not count for ever */
}

/* The gate was shut for ten minutes: what was read before says nothing, and one new reading is
 * enough. */
static void after_a_pause_one_reading_is_enough(void **state)
{
	(void)state;
	see_at(100, 200, 15);
	see_at(110, 200, 15);
	see_at(700, 250, 15);
	assert_string_equal(table.procs[0].comm,
			    "server"); /* it may have grown at any time since */
	see_at(703, 280, 15);
	assert_string_equal(table.procs[0].comm, "leak");
	assert_int_equal(table.procs[0].grown_kib, MIB(30));
}

static void who_has_grown_most_comes_first(void **state)
{
	const struct growth_entry *most[4];

	(void)state;
	see_at(100, 200, 15);
	see_at(103, 230, 16);
	assert_int_equal(growth_most(&growth, most, 4), 3);
	assert_int_equal(most[0]->id.pid, 200);
	assert_int_equal(most[1]->id.pid, 300);
	assert_int_equal(most[2]->id.pid, 100); /* it has not */
	assert_int_equal(growth_most(&growth, most, 1), 1);
	assert_int_equal(most[0]->id.pid, 200);
	see(1, &(struct proc){.pid = 300, .start_ticks = 3, .anon_kib = MIB(16)});
	growth_note(&growth, &table, 105 * NS_PER_S);
	assert_int_equal(growth_most(&growth, most, 4), 1); /* the others have gone */
	assert_int_equal(most[0]->id.pid, 300);
}

static void too_short_a_time_says_nothing(void **state)
{
	(void)state;
	see_at(100, 200, 15);
	see(1, &(struct proc){.pid = 200, .start_ticks = 2, .anon_kib = MIB(300)});
	mark(100 * NS_PER_S + 900 * NS_PER_MS, 0);
	assert_false(table.procs[0].growing);
}

/* R43: the same number, another process. */
static void r43_another_process_with_the_pid(void **state)
{
	(void)state;
	see_at(100, 200, 15);
	see(1, &(struct proc){.pid = 200, .start_ticks = 9, .anon_kib = MIB(300)});
	mark(105 * NS_PER_S, 0);
	assert_false(table.procs[0].growing);
	assert_int_equal(table.procs[0].grown_ns, 0);
}

/* R99: everybody else would die first for an avoided one that is itself the leak. */
static void r99_an_avoided_one_that_leads_goes(void **state)
{
	char bad[64];

	(void)state;
	assert_int_equal(match_parse("leak", NULL, &config.avoid, bad, sizeof(bad)), 0);
	see_at(100, 200, 15);
	see_at(110, 400, 15);
	assert_string_equal(table.procs[0].comm, "leak");
	assert_true(table.procs[0].leads);
	config.avoid.count = 0;
}

/* But one that grows less than the rest together is only one of them, and avoided. */
static void r99_an_avoided_one_that_grows_too_does_not(void **state)
{
	const struct proc before[] = {{.pid = 1000, .anon_kib = MIB(100), .comm = "hog"},
				      {.pid = 2000, .anon_kib = MIB(400), .comm = "database"}},
			  after[] = {{.pid = 1000, .anon_kib = MIB(300), .comm = "hog"},
				     {.pid = 2000, .anon_kib = MIB(450), .comm = "database"}};

	(void)state;
	assert_int_equal(match_parse("database", NULL, &config.avoid, NULL, 0), 0);
	see(2, before);
	growth_note(&growth, &table, 100 * NS_PER_S);
	see(2, after);
	mark(105 * NS_PER_S, 0);
	assert_string_equal(table.procs[0].comm, "hog");
	assert_int_equal(table.procs[1].rank, CLASS_AVOIDED);
	config.avoid.count = 0;
}

/* R97: one that grew, and has stood still since the younger reading, goes after what grows now. */
static void r97_what_was_taken_last_comes_first(void **state)
{
	struct proc procs[] = {
		{.pid = 1000, .start_ticks = 10000, .anon_kib = MIB(100), .comm = "holder"},
		{.pid = 2000, .anon_kib = MIB(20), .comm = "leak"}};
	static const uint64_t at[] = {100, 110, 116};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
		procs[0].anon_kib = MIB(i == 0 ? 100 : 500);
		see(2, procs);
		growth_note(&growth, &table, at[i] * NS_PER_S);
	}
	procs[1].anon_kib = MIB(100);
	see(2, procs);
	mark(121 * NS_PER_S, 0);
	assert_true(table.procs[0].growing && table.procs[1].growing);
	assert_string_equal(table.procs[0].comm, "leak");
	assert_int_equal(table.procs[0].grown_kib, MIB(80));
	assert_int_equal(table.procs[0].grown_ns, 5 * NS_PER_S);
	/* The younger reading is of just now: the older one counts, not that it began lately. */
	growth_note(&growth, &table, 132 * NS_PER_S);
	procs[1].anon_kib = MIB(180);
	see(2, procs);
	mark(132 * NS_PER_S + NS_PER_S / 2, 132 * NS_PER_S);
	assert_string_equal(table.procs[0].comm, "leak");
	assert_int_equal(table.procs[1].grown_kib, 0);
	/* Who began since then has taken all that it holds. */
	procs[1].pid = 3000;
	procs[1].start_ticks = 13250;
	see(2, procs);
	mark(133 * NS_PER_S, 133 * NS_PER_S);
	assert_string_equal(table.procs[0].comm, "leak");
}

/* R99: the adj that a distribution gives to a session's programs does not save a service. */
static void r99_a_sessions_adj_does_not_save_a_leaking_service(void **state)
{
	struct proc procs[] = {
		{.pid = 1000, .anon_kib = MIB(200), .comm = "service"},
		{.pid = 2000, .anon_kib = MIB(150), .oom_score_adj = 200, .comm = "browser"}};

	(void)state;
	see(2, procs);
	assert_string_equal(table.procs[0].comm, "browser"); /* nothing is known yet */
	growth_note(&growth, &table, 100 * NS_PER_S);
	procs[0].anon_kib += MIB(100);
	procs[1].anon_kib += MIB(15); /* it grows too, as all do */
	see(2, procs);
	mark(105 * NS_PER_S, 0);
	assert_string_equal(table.procs[0].comm, "service");
	procs[1].oom_score_adj = 800; /* somebody meant that */
	see(2, procs);
	mark(105 * NS_PER_S, 0);
	assert_string_equal(table.procs[0].comm, "browser");
}

/*
 * R97: a pool of alike workers beside a hog, on 1000 MiB. Each is read twice, 5 s apart, and has
 * grown meanwhile, or began after the first reading. What is one of the pool must be worth it:
 * eight of them at the most may go where one hog would be enough.
 */
static const struct pool_case {
	const char *what;
	unsigned count, each_mib, each_grew_mib, hog_mib, hog_grew_mib, need_mib;
	uint32_t min_victim_ppm; /* 0: the default */
	bool began, by_stall;
	const char *first;
} pool_cases[] = {
	{"tiny ones that began, and a hog that began and is enough", 40, 11, 0, 220, 0, 180, 0,
	 true, false, "hog"},
	{"and is not enough, but they are not either", 40, 11, 0, 220, 0, 230, 0, true, false,
	 "hog"},
	{"the same where the hog grew", 40, 11, 1, 220, 150, 230, 0, false, false, "hog"},
	{"the same under a stall", 40, 11, 1, 220, 150, 230, 0, false, true, "hog"},
	{"the hog stands still, eight would not do", 40, 11, 1, 220, 0, 180, 0, false, false,
	 "hog"},
	{"the same under a stall", 40, 11, 1, 220, 0, 180, 0, false, true, "hog"},
	{"they stand still", 40, 11, 0, 220, 150, 50, 0, false, false, "hog"},
	{"both grow, the hog by more than eight of them hold", 40, 11, 2, 220, 150, 50, 0, false,
	 false, "hog"},
	{"small ones, for -min-victim is 2 %", 40, 11, 2, 220, 0, 50, 20000, false, false, "hog"},
	{"tiny ones, for there is no -min-victim", 90, 5, 3, 220, 0, 50, 1, false, false, "hog"},
	{"the hog stands still, and eight are enough", 40, 11, 1, 220, 0, 50, 0, false, false,
	 "worker"},
	{"compilers, and an editor that grew a little", 16, 40, 30, 300, 12, 100, 0, false, false,
	 "worker"},
	{"compilers that began, and a service that stands still", 16, 40, 0, 300, 0, 100, 0, true,
	 false, "worker"},
};

/* A machine of it: the hog, then the workers. Returns how many. */
static unsigned fill_pool_case(const struct pool_case *c, bool later, struct proc *procs)
{
	uint64_t ticks = c->began && later ? 9900 : 1; /* a second before the second reading */

	procs[0] = (struct proc){.pid = 100,
				 .ppid = 50,
				 .start_ticks = ticks,
				 .anon_kib = MIB(c->hog_mib - (later ? 0 : c->hog_grew_mib)),
				 .comm = "hog"};
	for (unsigned i = 1; i <= c->count; i++)
		procs[i] =
			(struct proc){.pid = (pid_t)(100 + i),
				      .ppid = 60,
				      .start_ticks = ticks,
				      .anon_kib = MIB(c->each_mib - (later ? 0 : c->each_grew_mib)),
				      .comm = "worker"};
	return 1 + c->count;
}

static void r97_a_pool_that_is_not_enough_hides_no_hog(void **state)
{
	struct proc procs[100];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(pool_cases); i++) {
		const struct pool_case *c = &pool_cases[i];
		const struct growth_moment moment = {.now_ns = 100 * NS_PER_S,
						     .boot_ns = c->by_stall ? 0 : 100 * NS_PER_S,
						     .need_kib = MIB(c->need_mib)};

		config.min_victim_ppm = c->min_victim_ppm != 0 ? c->min_victim_ppm : 10000;
		memset(&growth, 0, sizeof(growth));
		see(fill_pool_case(c, false, procs), procs);
		growth_note(&growth, &table, 95 * NS_PER_S);
		see(fill_pool_case(c, true, procs), procs);
		growth_mark(&growth, &rank, &table, &moment);
		if (strcmp(table.procs[0].comm, c->first) != 0)
			fail_msg("%s: %s first", c->what, table.procs[0].comm);
	}
}

/* A master that has given back what it held at its most, its workers, and a database. */
static unsigned fill_family(struct proc *procs, uint64_t leak_mib, uint64_t shmem_mib)
{
	static const struct proc family[] = {
		{.pid = 100, .ppid = 50, .anon_kib = MIB(10), .peak_kib = MIB(600)},
		{.pid = 101, .ppid = 100, .anon_kib = MIB(150), .shmem_kib = MIB(250)},
		{.pid = 102, .ppid = 100, .anon_kib = MIB(150), .shmem_kib = MIB(250)},
		{.pid = 103, .ppid = 100, .anon_kib = MIB(150), .shmem_kib = MIB(250)},
		{.pid = 104, .ppid = 100},
		{.pid = 200, .ppid = 50, .anon_kib = MIB(300), .comm = "database"},
	};

	memcpy(procs, family, sizeof(family));
	for (unsigned i = 0; i < 5; i++) {
		procs[i].layout = 7;
		memcpy(procs[i].comm, "worker", sizeof("worker"));
	}
	procs[4].anon_kib = MIB(leak_mib);
	procs[4].shmem_kib = MIB(shmem_mib);
	return ARRAY_SIZE(family);
}

static void mark_family(uint64_t leak_mib, uint64_t shmem_mib)
{
	struct proc procs[6];

	see(fill_family(procs, 150, 0), procs);
	growth_note(&growth, &table, 100 * NS_PER_S);
	see(fill_family(procs, leak_mib, shmem_mib), procs);
	mark(110 * NS_PER_S, 0);
}

/* R94: what a worker was seen to take is none of what its master held once. */
static void r94_what_a_worker_takes_is_its_own(void **state)
{
	(void)state;
	mark_family(400, 0);
	assert_int_equal(table.procs[0].pid, 104);
	assert_int_equal(table.procs[0].freeable_kib, MIB(250));
	assert_true(table.procs[0].growing);
}

/* And what it was seen to touch of the family's shared memory is not. */
static void r94_what_a_worker_touches_is_not(void **state)
{
	(void)state;
	mark_family(150, 250);
	assert_string_equal(table.procs[0].comm, "database");
	assert_int_equal(proc_find(&table, 104)->own_anon_kib, 0);
	assert_int_equal(proc_find(&table, 104)->shared_anon_kib, MIB(150));
}

/* A server that has grown, and saves now: its copy has all of it. */
static void r94_what_a_copy_has_is_shared(void **state)
{
	struct proc procs[] = {
		{.pid = 100, .ppid = 50, .anon_kib = MIB(200), .layout = 7, .comm = "server"},
		{.pid = 101, .ppid = 100, .anon_kib = MIB(300), .layout = 7, .comm = "copy"}};

	(void)state;
	see(1, procs);
	growth_note(&growth, &table, 100 * NS_PER_S);
	procs[0].anon_kib = procs[0].peak_kib = MIB(300);
	see(2, procs);
	mark(110 * NS_PER_S, 0);
	assert_int_equal(proc_find(&table, 100)->own_anon_kib, MIB(100));
	assert_int_equal(proc_find(&table, 100)->freeable_kib, 0);
	assert_int_equal(proc_find(&table, 101)->freeable_kib, 0);
}

/* What a child was seen to take is not its parent's either. */
static void r94_a_parent_has_nothing_of_what_its_child_takes(void **state)
{
	struct proc procs[] = {
		{.pid = 100, .ppid = 50, .anon_kib = MIB(300), .layout = 7, .comm = "parent"},
		{.pid = 101, .ppid = 100, .anon_kib = MIB(50), .layout = 7, .comm = "child"}};

	(void)state;
	see(2, procs);
	growth_note(&growth, &table, 100 * NS_PER_S);
	procs[1].anon_kib = MIB(350);
	see(2, procs);
	mark(110 * NS_PER_S, 0);
	assert_int_equal(proc_find(&table, 100)->freeable_kib, MIB(250));
	assert_int_equal(proc_find(&table, 101)->freeable_kib, MIB(300));
}

/* R97: three are no pool, and one that must not be ended does not make them one. */
static void r97_a_bound_one_is_in_no_pool(void **state)
{
	struct proc procs[] = {
		{.pid = 101, .ppid = 60, .anon_kib = MIB(40), .comm = "worker"},
		{.pid = 102, .ppid = 60, .anon_kib = MIB(40), .comm = "worker"},
		{.pid = 103, .ppid = 60, .anon_kib = MIB(40), .comm = "worker"},
		{.pid = 104, .ppid = 60, .anon_kib = MIB(40), .comm = "worker"},
		{.pid = 105, .ppid = 104, .mm_of = 104, .oom_score_adj = -1000, .comm = "child"},
	};

	(void)state;
	see(ARRAY_SIZE(procs), procs);
	growth_note(&growth, &table, 100 * NS_PER_S);
	for (unsigned i = 0; i < 3; i++)
		procs[i].anon_kib += MIB(4);
	see(ARRAY_SIZE(procs), procs);
	mark(110 * NS_PER_S, 0);
	assert_int_equal(proc_find(&table, 104)->skip, SKIP_BOUND);
	assert_int_equal(table.procs[0].grown_kib, MIB(4));
	assert_int_equal(table.procs[0].pool_kib, 0);
	assert_false(table.procs[0].growing);
}

/*
 * R99: what is started by containerd's ctr has the -998 of its shim. It is the leak, and nobody
 * else is worth an end; beside one that is, the kernel's order holds.
 */
static void r99_a_guarded_leak_goes_for_want_of_better(void **state)
{
	struct proc procs[] = {
		{.pid = 100, .anon_kib = MIB(500), .oom_score_adj = -998, .comm = "leak"},
		{.pid = 200, .anon_kib = MIB(1), .comm = "dnsmasq"},
		{.pid = 300, .anon_kib = MIB(1), .comm = "service"},
		{.pid = 400,
		 .anon_kib = MIB(60),
		 .peak_kib = MIB(60),
		 .layout = 7,
		 .comm = "master"},
		{.pid = 500, .ppid = 400, .anon_kib = MIB(60), .layout = 7, .comm = "copy"}};

	(void)state;
	see(3, procs);
	mark(100 * NS_PER_S, 0);
	growth_note(&growth, &table, 100 * NS_PER_S);
	assert_string_not_equal(table.procs[0].comm, "leak"); /* nothing is known yet */
	procs[0].anon_kib += MIB(100);
	see(3, procs);
	mark(105 * NS_PER_S, 0);
	assert_string_equal(table.procs[0].comm, "leak");
	assert_int_equal(table.procs[0].rank, CLASS_SMALL);
	assert_true(table.procs[0].doubtful);
	see(5, procs); /* with a copy, of which it is not known what it holds alone */
	mark(105 * NS_PER_S, 0);
	assert_true(proc_find(&table, 500)->doubtful);
	assert_string_equal(table.procs[0].comm, "leak");
	procs[2].anon_kib = MIB(50);
	see(5, procs);
	mark(105 * NS_PER_S, 0);
	assert_string_equal(table.procs[0].comm, "service");
}

#define SECONDS_OLD(n, boot_s) ((uint64_t)((boot_s) - (n)) * 100)

/* At the levels: what began lately goes before what has stood there for days. */
static void r97_who_began_lately_goes_first(void **state)
{
	const struct proc procs[] = {
		{.pid = 1000,
		 .anon_kib = MIB(500),
		 .start_ticks = SECONDS_OLD(86400, 100000),
		 .comm = "service"},
		{.pid = 2000,
		 .anon_kib = MIB(200),
		 .start_ticks = SECONDS_OLD(20, 100000),
		 .comm = "xz"},
		{.pid = 3000,
		 .anon_kib = MIB(30), /* not enough: 50 MiB are needed */
		 .start_ticks = SECONDS_OLD(1, 100000),
		 .comm = "young"},
	};

	(void)state;
	see(3, procs);
	mark(100 * NS_PER_S, 100000 * NS_PER_S);
	assert_string_equal(table.procs[0].comm, "xz");
	assert_string_equal(table.procs[1].comm, "service");
	see(3, procs);
	mark(100 * NS_PER_S, 0); /* above the levels one that starts has not grown */
	assert_string_equal(table.procs[0].comm, "service");
}

/* R105: on a large machine one percent of memory is more than a leak takes. */
static void r105_a_leak_beside_virtual_machines(void **state)
{
	struct proc procs[] = {{.pid = 1000, .anon_kib = MIB(4000), .comm = "manager"},
			       {.pid = 2000, .anon_kib = MIB(9000), .comm = "qemu"}};

	(void)state;
	rank.mem_total_kib = rank.total_kib = MIB(1000000);
	see(2, procs);
	assert_int_equal(table.procs[1].rank, CLASS_NORMAL); /* not small */
	growth_note(&growth, &table, 100 * NS_PER_S);
	procs[0].anon_kib += MIB(600);
	see(2, procs);
	mark(105 * NS_PER_S, 0);
	assert_string_equal(table.procs[0].comm, "manager");
}

/* The largest of a table are not those that grow: all of it is remembered. */
static void r105_a_leak_beside_seventy_virtual_machines(void **state)
{
	static struct proc procs[71];

	(void)state;
	rank.mem_total_kib = rank.total_kib = MIB(768 * 1024);
	for (unsigned i = 0; i < 70; i++)
		procs[i] = (struct proc){
			.pid = (pid_t)(100 + i), .anon_kib = MIB(10 * 1024), .comm = "qemu"};
	procs[70] = (struct proc){.pid = 900, .anon_kib = MIB(3 * 1024), .comm = "manager"};
	for (unsigned round = 0; round < 3; round++) {
		see(71, procs);
		mark((100 + 15 * round) * NS_PER_S, 0);
		growth_note(&growth, &table, (100 + 15 * round) * NS_PER_S);
		procs[70].anon_kib += MIB(400);
	}
	assert_string_equal(table.procs[0].comm, "manager");
}

/*
 * R24: an oom_score_adj below 0 weighs as it does for the kernel, in what grows and in what is
 * large: a guarded one is not first for having grown a little more than others.
 */
static void r24_a_guarded_one_that_grows_does_not_go_first(void **state)
{
	struct proc procs[] = {
		{.pid = 100, .anon_kib = MIB(125), .oom_score_adj = -900, .comm = "apiserver"},
		{.pid = 200, .anon_kib = MIB(180), .oom_score_adj = 1000, .comm = "besteffort"}};

	(void)state;
	see(2, procs);
	growth_note(&growth, &table, 100 * NS_PER_S);
	procs[0].anon_kib += MIB(40);
	procs[1].anon_kib += MIB(5);
	see(2, procs);
	mark(105 * NS_PER_S, 0);
	assert_string_equal(table.procs[0].comm, "besteffort");
	assert_int_equal(table.procs[1].rank, CLASS_SMALL);
	assert_true(table.procs[1].doubtful); /* the next, for want of better */
	procs[0].oom_score_adj = 0;
	see(2, procs);
	mark(105 * NS_PER_S, 0);
	assert_string_equal(table.procs[0].comm, "apiserver");
}

static void many_processes(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 10; round++) {
		for (unsigned first = 0; first < 2 * GROWTH_MOST; first += 20) {
			struct proc procs[20];

			memset(procs, 0, sizeof(procs));
			for (unsigned i = 0; i < 20; i++)
				procs[i] = (struct proc){.pid = (pid_t)(1000 + first + i),
							 .start_ticks = 1,
							 .anon_kib = MIB(60 + round)};
			see(20, procs);
			mark((round * 10 + first / 20 + 1) * NS_PER_S, 0);
			growth_note(&growth, &table, (round * 10 + first / 20 + 1) * NS_PER_S);
			assert_true(growth.count <= GROWTH_MOST);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_one_that_grows_goes_first, set_up),
		cmocka_unit_test_setup(after_a_pause_one_reading_is_enough, set_up),
		cmocka_unit_test_setup(who_has_grown_most_comes_first, set_up),
		cmocka_unit_test_setup(too_short_a_time_says_nothing, set_up),
		cmocka_unit_test_setup(r43_another_process_with_the_pid, set_up),
		cmocka_unit_test_setup(r99_an_avoided_one_that_leads_goes, set_up),
		cmocka_unit_test_setup(r99_an_avoided_one_that_grows_too_does_not, set_up),
		cmocka_unit_test_setup(r97_what_was_taken_last_comes_first, set_up),
		cmocka_unit_test_setup(r99_a_sessions_adj_does_not_save_a_leaking_service, set_up),
		cmocka_unit_test_setup(r94_what_a_worker_takes_is_its_own, set_up),
		cmocka_unit_test_setup(r94_what_a_worker_touches_is_not, set_up),
		cmocka_unit_test_setup(r94_what_a_copy_has_is_shared, set_up),
		cmocka_unit_test_setup(r94_a_parent_has_nothing_of_what_its_child_takes, set_up),
		cmocka_unit_test_setup(r97_a_bound_one_is_in_no_pool, set_up),
		cmocka_unit_test_setup(r99_a_guarded_leak_goes_for_want_of_better, set_up),
		cmocka_unit_test_setup(r97_a_pool_that_is_not_enough_hides_no_hog, set_up),
		cmocka_unit_test_setup(r97_who_began_lately_goes_first, set_up),
		cmocka_unit_test_setup(r105_a_leak_beside_virtual_machines, set_up),
		cmocka_unit_test_setup(r105_a_leak_beside_seventy_virtual_machines, set_up),
		cmocka_unit_test_setup(r24_a_guarded_one_that_grows_does_not_go_first, set_up),
		cmocka_unit_test_setup(many_processes, set_up),
	};

	return cmocka_run_group_tests_name("growth", tests, NULL, NULL);
}
