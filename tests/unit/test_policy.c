/* SPDX-License-Identifier: MIT */
#include "decide/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"

#define GIB(n) (UINT64_C(1048576) * (n))
#define MIB(n) (UINT64_C(1024) * (n))

static struct config defaults(void)
{
	return (struct config){
		.mem_term_ppm = 100000,
		.mem_kill_ppm = 50000,
		.swap_term_ppm = 100000,
		.swap_kill_ppm = 50000,
		.interval_ns = NS_PER_S,
	};
}

/* A machine of 100 GiB, so that a GiB is a percent. */
static struct sample machine(uint64_t available_gib)
{
	return (struct sample){
		.now_ns = NS_PER_S,
		.have = HAVE_MEM | HAVE_AVAILABLE | HAVE_SWAP | HAVE_DETAIL,
		.mem_total_kib = GIB(100),
		.mem_available_kib = GIB(available_gib),
		.anon_kib = GIB(100 - available_gib),
	};
}

static struct sample machine_with_swap(uint64_t available_gib, uint64_t swap_free_gib)
{
	struct sample s = machine(available_gib);

	s.swap_total_kib = GIB(100);
	s.swap_free_kib = GIB(swap_free_gib);
	return s;
}

/* What each test begins with: the defaults, and nothing that was seen before. */
static struct config config;
static struct policy policy;
static struct coming coming;

/* One that has watched a machine above its levels, and knows nothing of who takes memory. */
static void watch_anew(void)
{
	policy_init(&policy, 2);
	policy.held = HELD_UNKNOWN;
}

static int fresh(void **state)
{
	(void)state;
	config = defaults();
	watch_anew();
	coming = (struct coming){0};
	return 0;
}

/* The next look. */
static struct decision look(const struct sample *s)
{
	return policy_decide(&policy, &config, s, &coming);
}

/* The same without anything that was seen before. */
static struct decision decide(struct sample s)
{
	watch_anew();
	return look(&s);
}

/* After the right one has gone, its memory is filled with files that are read back: free falls,
 * available does not. */
static void r55_cache_that_is_read_back_is_no_reason(void **state)
{
	struct sample s = machine(8);

	(void)state;
	assert_int_equal(look(&s).action, ACTION_TERM);
	s = machine(40);
	for (uint64_t free = 40; free > 0; free--) {
		s.now_ns += 100 * NS_PER_MS;
		s.mem_free_kib = GIB(free - 1);
		s.file_kib = GIB(40 - free);
		assert_int_equal(look(&s).action, ACTION_NONE);
	}
	assert_false(policy.in_episode);
}

static void levels_without_swap(void **state)
{
	static const struct {
		uint64_t available;
		enum action action;
	} rows[] = {{100, ACTION_NONE}, {11, ACTION_NONE}, {10, ACTION_TERM},
		    {6, ACTION_TERM},   {5, ACTION_KILL},  {0, ACTION_KILL}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(decide(machine(rows[i].available)).action, rows[i].action);
}

/* "At or below" ten percent, to the KiB. */
static void level_is_exact(void **state)
{
	struct sample s = machine(10);

	(void)state;
	assert_int_equal(decide(s).action, ACTION_TERM);
	s.mem_available_kib++;
	assert_int_equal(decide(s).action, ACTION_NONE);
}

/* -m 8G -mk 4G -s 20G: of the total at that look, whatever that is. */
static void amounts_are_levels(void **state)
{
	struct sample s = machine(8);
	struct decision d;

	(void)state;
	config.level_kib[LEVEL_MEM_TERM] = GIB(8);
	config.level_kib[LEVEL_MEM_KILL] = GIB(4);
	d = decide(s);
	assert_int_equal(d.action, ACTION_TERM);
	assert_int_equal(d.mem_limit_ppm, 80000);
	assert_int_equal(d.mem_limit_kib, GIB(8));
	s.mem_available_kib = GIB(8) + 1;
	assert_int_equal(decide(s).action, ACTION_NONE);
	s.mem_available_kib = GIB(4);
	d = decide(s);
	assert_int_equal(d.action, ACTION_KILL);
	assert_int_equal(d.mem_limit_kib, GIB(4));
	s.mem_available_kib = GIB(9);
	s.mem_total_kib = GIB(1000); /* not a percent of it, and not low */
	s.anon_kib = GIB(900);
	assert_int_equal(decide(s).action, ACTION_NONE);
	s.mem_available_kib = GIB(8);
	assert_int_equal(decide(s).action, ACTION_TERM);
	s = machine(8);
	s.mem_total_kib = GIB(8) / 2; /* more than there is */
	s.mem_available_kib = GIB(3);
	assert_true(decide(s).low);
	s = machine_with_swap(8, 20);
	config.level_kib[LEVEL_SWAP_TERM] = GIB(20);
	assert_int_equal(decide(s).action, ACTION_TERM);
	s.swap_free_kib++;
	assert_int_equal(decide(s).action, ACTION_NONE);
	s.swap_total_kib = s.swap_free_kib = 0;
	assert_int_equal(decide(s).action, ACTION_TERM);
}

static void an_amount_is_warned_of(void **state)
{
	struct sample s = machine_with_swap(30, 30);

	(void)state;
	config.level_kib[LEVEL_WARN] = GIB(20);
	assert_false(look(&s).course.warn);
	s.now_ns += NS_PER_S;
	s.mem_available_kib = GIB(20);
	assert_false(look(&s).course.warn); /* swap is not low */
	s.now_ns += NS_PER_S;
	s.swap_free_kib = GIB(20);
	assert_true(look(&s).course.warn);
	s.now_ns += NS_PER_S;
	assert_false(look(&s).course.warn);
}

static void fractions_are_exact(void **state)
{
	struct sample s = machine(8);

	(void)state;
	config.mem_term_ppm = 75000;
	assert_int_equal(decide(s).action, ACTION_NONE);
	s.mem_available_kib = GIB(15) / 2;
	assert_int_equal(decide(s).action, ACTION_TERM);
}

static void r01_full_swap_with_memory_free_is_no_reason(void **state)
{
	(void)state;
	assert_int_equal(decide(machine_with_swap(80, 0)).action, ACTION_NONE);
	assert_false(decide(machine_with_swap(80, 0)).low);
	config.trigger = TRIGGER_OR;
	assert_int_equal(decide(machine_with_swap(80, 0)).action, ACTION_KILL);
}

static void trigger_table(void **state)
{
	static const struct {
		uint64_t mem, swap;
		enum action with_and, with_or, ignoring;
	} rows[] = {
		{50, 50, ACTION_NONE, ACTION_NONE, ACTION_NONE},
		{9, 50, ACTION_NONE, ACTION_TERM, ACTION_TERM},
		{50, 9, ACTION_NONE, ACTION_TERM, ACTION_NONE},
		{9, 9, ACTION_TERM, ACTION_TERM, ACTION_TERM},
		{4, 9, ACTION_TERM, ACTION_KILL, ACTION_KILL},
		{9, 4, ACTION_TERM, ACTION_KILL, ACTION_TERM},
		{4, 4, ACTION_KILL, ACTION_KILL, ACTION_KILL},
		{4, 50, ACTION_NONE, ACTION_KILL, ACTION_KILL},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sample s = machine_with_swap(rows[i].mem, rows[i].swap);

		config = defaults();
		assert_int_equal(decide(s).action, rows[i].with_and);
		config.trigger = TRIGGER_OR;
		assert_int_equal(decide(s).action, rows[i].with_or);
		config.ignore_swap = true;
		assert_int_equal(decide(s).action, rows[i].ignoring);
		config.trigger = TRIGGER_AND;
		assert_int_equal(decide(s).action, rows[i].ignoring);
	}
}

static void r03_without_swap_memory_alone_decides(void **state)
{
	struct sample s = machine(9);

	(void)state;
	assert_int_equal(decide(s).action, ACTION_TERM);
	config.trigger = TRIGGER_OR;
	assert_int_equal(decide(s).action, ACTION_TERM);
	s.have &= ~(uint32_t)HAVE_SWAP; /* a kernel without CONFIG_SWAP has no swap lines at all */
	assert_int_equal(decide(s).action, ACTION_TERM);
}

static void r04_swap_comes_and_goes(void **state)
{
	struct sample s = machine_with_swap(9, 50);

	(void)state;
	assert_int_equal(look(&s).action, ACTION_NONE);
	s.now_ns += NS_PER_S;
	s.swap_total_kib = s.swap_free_kib = 0;
	assert_true(look(&s).low);
	s.now_ns += NS_PER_S;
	s.swap_total_kib = s.swap_free_kib = GIB(8);
	assert_false(look(&s).low);
}

static void r05_futile_names_the_holder(void **state)
{
	static const struct {
		uint64_t shmem, hugetlb, slab, kernel;
		enum holder holder;
	} rows[] = {
		{85, 0, 0, 0, HOLDER_SHMEM},     {0, 85, 0, 0, HOLDER_HUGETLB},
		{0, 0, 85, 0, HOLDER_SLAB},      {0, 0, 0, 85, HOLDER_KERNEL},
		{10, 10, 10, 0, HOLDER_UNKNOWN},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sample s = machine(9);
		struct decision d;

		s.anon_kib = GIB(5);
		s.shmem_kib = GIB(rows[i].shmem);
		s.hugetlb_kib = GIB(rows[i].hugetlb);
		s.slab_kib = GIB(rows[i].slab);
		s.kernel_kib = GIB(rows[i].kernel);
		d = decide(s);
		assert_int_equal(d.action, ACTION_NONE);
		assert_true(d.low);
		assert_int_equal(d.futile, rows[i].holder);
		assert_true(d.futile_kib >= GIB(56));
	}
}

/* Shared memory that a process has mapped goes with it; only what nobody maps stays. */
static void r05_mapped_shared_memory_is_not_futile(void **state)
{
	struct sample s = machine(9);

	(void)state;
	s.anon_kib = GIB(5);
	s.shmem_kib = GIB(85);
	s.mapped_kib = GIB(85);
	assert_int_equal(decide(s).futile, HOLDER_NONE);
	assert_int_equal(decide(s).action, ACTION_TERM);
}

/* As a machine of 469 MiB was seen: what is mapped are files, the tmpfs is nobody's. */
static void r05_mapped_files_are_not_taken_for_shared_memory(void **state)
{
	struct sample s = machine(9);

	(void)state;
	s.anon_kib = GIB(5);
	s.shmem_kib = GIB(80);
	s.file_kib = GIB(8);
	s.mapped_kib = GIB(8);
	assert_int_equal(decide(s).futile, HOLDER_SHMEM);
	s.mapped_kib = GIB(8) + GIB(40); /* as much as 40 GiB of it must be somebody's */
	assert_int_equal(decide(s).action, ACTION_TERM);
}

static void r05_a_large_tmpfs_beside_a_leak_is_not_futile(void **state)
{
	struct sample s = machine(9);

	(void)state;
	s.anon_kib = GIB(30);
	s.shmem_kib = GIB(60);
	assert_int_equal(decide(s).action, ACTION_TERM);
}

/* Where tmpfs has the rest, nobody goes to reach -m; below -mk one goes, if that is enough to be
 * above it. */
static void r05_below_the_kill_level_one_is_enough(void **state)
{
	struct sample s = machine(4);

	(void)state;
	s.anon_kib = GIB(8);
	s.shmem_kib = GIB(80);
	assert_int_equal(decide(s).action, ACTION_KILL);
	coming.mem_kib = GIB(2);
	assert_int_equal(decide(s).action, ACTION_NONE);
	assert_true(decide(s).covered);
	coming.mem_kib = GIB(1) / 2; /* not above it */
	assert_int_equal(decide(s).action, ACTION_KILL);
	coming.mem_kib = GIB(2);
	s.anon_kib = GIB(60); /* a leak: it must go on until -m is reached */
	assert_int_equal(decide(s).action, ACTION_KILL);
}

static void r10_a_look_that_read_nothing_decides_nothing(void **state)
{
	struct sample good = machine(50), bad = {.now_ns = 2 * NS_PER_S}, low = machine(9);
	struct decision d;

	(void)state;
	(void)look(&good);
	d = look(&bad);
	assert_int_equal(d.action, ACTION_NONE);
	assert_true(d.course.wake_ns > bad.now_ns && d.course.wake_ns <= bad.now_ns + NS_PER_S);
	low.now_ns = 3 * NS_PER_S;
	assert_int_equal(look(&low).action, ACTION_TERM);
}

static void r11_totals_are_those_of_the_look(void **state)
{
	struct sample s = machine(15);

	(void)state;
	assert_int_equal(look(&s).action, ACTION_NONE);
	s.now_ns += NS_PER_S;
	s.mem_total_kib = GIB(200); /* memory was plugged in */
	assert_true(look(&s).low);
}

static void r40_what_is_coming_back_is_enough(void **state)
{
	struct sample s = machine(9);
	struct decision d;

	(void)state;
	coming.victims = 1;
	coming.mem_kib = GIB(2);
	d = decide(s);
	assert_true(d.low);
	assert_true(d.covered);
	assert_int_equal(d.action, ACTION_NONE);
	coming.mem_kib = GIB(1); /* exactly at the level is not above it */
	d = decide(s);
	assert_false(d.covered);
	assert_int_equal(d.action, ACTION_TERM);
}

/* With swap it is enough that one of the two comes back above its level. */
static void r40_swap_that_is_coming_back_counts(void **state)
{
	struct sample s = machine_with_swap(9, 9);

	(void)state;
	coming.victims = 1;
	coming.swap_kib = GIB(2);
	assert_true(decide(s).covered);
	config.trigger = TRIGGER_OR;
	assert_false(decide(s).covered);
}

static void r49_zero_and_odd_orders(void **state)
{
	(void)state;
	config.mem_term_ppm = config.mem_kill_ppm = 0;
	assert_int_equal(decide(machine(1)).action, ACTION_NONE);
	assert_int_equal(decide(machine(0)).action, ACTION_KILL);
	config = defaults();
	config.mem_kill_ppm = 200000; /* above -m: SIGTERM is never sent */
	assert_int_equal(decide(machine(15)).action, ACTION_KILL);
	config = defaults();
	config.mem_term_ppm = 1000000;
	assert_int_equal(decide(machine(100)).action, ACTION_TERM);
}

static void wakes_sooner_as_headroom_shrinks(void **state)
{
	uint64_t last = UINT64_MAX;

	(void)state;
	for (uint64_t available = 100; available > 10; available -= 5) {
		struct sample s = machine(available);
		struct decision d = decide(s);
		uint64_t wait = d.course.wake_ns - s.now_ns;

		assert_true(wait <= last);
		assert_true(wait <= config.interval_ns);
		assert_true(wait >= 10 * NS_PER_MS);
		last = wait;
	}
}

static void wakes_after_the_interval_when_roomy(void **state)
{
	struct sample s = machine(90);

	(void)state;
	assert_int_equal(decide(s).course.wake_ns - s.now_ns, config.interval_ns);
	config.interval_ns = 20 * NS_PER_MS;
	assert_int_equal(decide(s).course.wake_ns - s.now_ns, config.interval_ns);
}

/* A fall that would reach the level within a second brings the quickest looks, and they go away
 * with it. */
static void wakes_every_ten_ms_in_a_fall_and_back(void **state)
{
	struct sample s = machine(60);
	struct decision d;

	(void)state;
	(void)look(&s);
	s.now_ns += NS_PER_S / 10;
	s.mem_available_kib = GIB(11);
	d = look(&s);
	assert_int_equal(d.course.wake_ns - s.now_ns, 10 * NS_PER_MS);
	assert_true(d.course.near);
	for (int i = 0; i < 30; i++) {
		s.now_ns = d.course.wake_ns;
		d = look(&s);
	}
	assert_true(d.course.wake_ns - s.now_ns >= 40 * NS_PER_MS);
}

static void warns_once(void **state)
{
	static const struct {
		uint64_t available;
		bool warn;
	} rows[] = {{50, false}, {20, true},  {19, false}, {21, false},
		    {20, false}, {23, false}, {20, true}};

	(void)state;
	config.warn_ppm = 200000;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sample s = machine(rows[i].available);

		s.now_ns = i * NS_PER_S;
		assert_int_equal(look(&s).course.warn, rows[i].warn);
	}
}

static void an_episode_has_one_beginning_and_one_end(void **state)
{
	static const uint64_t available[] = {50, 9, 8, 11, 9, 30, 30, 30, 30};
	unsigned begins = 0, ends = 0;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(available); i++) {
		struct sample s = machine(available[i]);
		struct decision d;

		s.now_ns = (i + 1) * NS_PER_S / 2;
		d = look(&s);
		begins += d.course.episode_begins;
		ends += d.course.episode_ends;
		if (d.course.episode_ends)
			assert_int_equal(d.course.episode_ns,
					 2 * NS_PER_S); /* from 9 to the first 30 */
	}
	assert_int_equal(begins, 1);
	assert_int_equal(ends, 1);
}

/* R89: swap is just above its level again, where victims have left room; memory is as it was. */
static void r89_recovered_only_when_it_is(void **state)
{
	struct sample s = machine(4);
	unsigned ends = 0;

	(void)state;
	s.have |= HAVE_SWAP;
	s.swap_total_kib = GIB(10);
	for (unsigned i = 0; i < 40; i++) {
		s.now_ns += NS_PER_S / 4;
		s.swap_free_kib = i < 4 ? MIB(400) : GIB(10) * 12 / 100;
		ends += look(&s).course.episode_ends;
	}
	assert_int_equal(ends, 0);
	for (unsigned i = 0; i < 8; i++) {
		s.now_ns += NS_PER_S / 4;
		s.swap_free_kib = GIB(10) * 21 / 100;
		ends += look(&s).course.episode_ends;
	}
	assert_int_equal(ends, 1);
}

/* 100 GiB, 14 GiB available, nothing free, and four stalled tasks: a
 * quarter of a second. */
static struct decision stalled_step(struct sample *s)
{
	s->now_ns += 250 * NS_PER_MS;
	s->have |= HAVE_WAITS | HAVE_REFAULTS | HAVE_DETAIL;
	s->slab_kib += s->mem_total_kib / 64; /* what takes it: 6 % a second */
	s->low_kib = MIB(100);
	s->page_kib = 4;
	s->mem_free_kib = MIB(150);
	s->waits.refaults += 450;
	s->waits.major_faults += 425;
	s->waits.disk_reads += 450;
	s->waits.disk_read_pages += 450;
	s->waits.disk_read_ms += 1000;
	s->waits.disk_wait_ms += 1000;
	return look(s);
}

static int fresh_with_stall(void **state)
{
	(void)fresh(state);
	config.stall_milli = 2000;
	config.stall_hold_ns = 10 * NS_PER_S;
	config.stall_below_ppm = 250000;
	return 0;
}

static struct decision stalled_for(struct sample *s, unsigned quarters)
{
	struct decision d = {0};

	while (quarters-- > 0)
		d = stalled_step(s);
	return d;
}

static void r06_r77_a_stall_is_ended_above_the_levels(void **state)
{
	struct sample s = machine(14);
	struct decision d;

	(void)state;
	d = stalled_for(&s, 8);
	assert_int_equal(d.action, ACTION_NONE);
	assert_true(d.course.wake_ns - s.now_ns <= 500 * NS_PER_MS);
	d = stalled_step(&s);
	assert_int_equal(d.action, ACTION_TERM);
	assert_true(d.low && d.by_stall && d.course.near && d.course.episode_begins);
	assert_false(d.mem_low || d.kill_level);
	assert_int_equal(d.need_kib, GIB(5));
	config.stall_milli = 0;
	watch_anew();
	d = stalled_for(&s, 60);
	assert_int_equal(d.action, ACTION_NONE);
	assert_false(d.low || d.stall.open);
}

/* With free swap the stall decides, not the swap's level. */
static void r53_a_stall_is_ended_though_swap_is_free(void **state)
{
	struct sample s = machine_with_swap(9, 60);
	struct decision d;

	(void)state;
	d = stalled_for(&s, 400);
	assert_int_equal(d.action, ACTION_NONE);
	d = stalled_for(&s, 20);
	assert_int_equal(d.action, ACTION_TERM);
	assert_true(d.by_stall);
}

/*
 * MemAvailable fell below the level, and what is held did not grow: nobody goes above the SIGKILL
 * level. Half of what is missing, and somebody does.
 */
static void r85_who_took_what_is_missing(void **state)
{
	static const struct {
		const char *what;
		uint64_t fall_mib, grown_mib; /* of 100 GiB, from 10.5 % available on */
		enum action action;
	} rows[] = {
		{"LMDB, as seen: it went to the CPUs' lists", 600, 20, ACTION_NONE},
		{"a program comes, and goes within a moment", 600, 40, ACTION_NONE},
		{"more than half of it was taken", 600, 51, ACTION_TERM},
		{"all of it was taken", 600, 600, ACTION_TERM},
		{"the SIGKILL level does not ask", 6000, 0, ACTION_KILL},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sample s = machine(0);
		struct decision d;

		(void)fresh(NULL);
		s.anon_kib = GIB(80);
		s.mem_available_kib = GIB(10) + MIB(500);
		assert_int_equal(look(&s).action, ACTION_NONE);
		s.now_ns += 40 * NS_PER_MS;
		s.mem_available_kib -= MIB(rows[i].fall_mib);
		s.anon_kib += MIB(rows[i].grown_mib);
		d = look(&s);
		if (d.action != rows[i].action)
			fail_msg("%s: %d", rows[i].what, d.action);
		assert_true(d.low);
		assert_int_equal(d.futile, d.action == ACTION_NONE ? HOLDER_NOBODY : HOLDER_NONE);
		assert_int_equal(policy_confirm(&config, &s, &coming, &d).action, d.action);
		/* It goes on: what has been taken since counts, and who goes next is not asked
		 * about. */
		s.now_ns += 40 * NS_PER_MS;
		s.mem_available_kib -= MIB(100);
		s.anon_kib += MIB(100);
		assert_int_not_equal(look(&s).action, ACTION_NONE);
		s.now_ns += 40 * NS_PER_MS;
		s.anon_kib -= MIB(1000);
		assert_int_not_equal(look(&s).action, ACTION_NONE);
	}
}

/* A container's meminfo may have lines that stand still, of another world: it is not asked. */
static void r84_r85_a_containers_meminfo_does_not_say_who_took_it(void **state)
{
	struct sample s = machine(0);

	(void)state;
	s.have |= HAVE_FOREIGN;
	s.mem_available_kib = GIB(10) + MIB(500);
	assert_int_equal(look(&s).action, ACTION_NONE);
	s.now_ns += 40 * NS_PER_MS;
	s.mem_available_kib -= MIB(600);
	assert_int_equal(look(&s).action, ACTION_TERM);
}

/* It comes at once: nobody knew what was held before. */
static void r85_a_level_that_is_crossed_at_once(void **state)
{
	struct sample s = machine(15);

	(void)state;
	policy_init(&policy, 2);
	s.have &= ~(unsigned)HAVE_DETAIL;
	assert_int_equal(look(&s).action, ACTION_NONE);
	s.now_ns += NS_PER_S;
	s.mem_available_kib = GIB(9);
	s.have |= HAVE_DETAIL;
	assert_int_equal(look(&s).action, ACTION_TERM);
}

/* A host that holds 75 GiB, and on which nobody takes anything; what is available falls by cache.
 */
static struct sample full_house(uint64_t available_mib)
{
	struct sample s = machine(0);

	s.anon_kib = GIB(75);
	s.mem_available_kib = MIB(available_mib);
	return s;
}

static void nobody_goes(const struct sample *s)
{
	struct decision d = look(s);

	assert_true(d.low);
	assert_int_equal(d.action, ACTION_NONE);
	assert_int_equal(d.futile, HOLDER_NOBODY);
}

/*
 * A database host of 100 GiB that stands at 9.9 %: the package is installed or upgraded, a balloon
 * and a reload move the level. Nobody took anything.
 */
static void r85_a_machine_that_has_always_stood_below(void **state)
{
	struct sample s = full_house(10 * 1024 - 100);

	(void)state;
	policy_init(&policy, 2);
	for (unsigned i = 0; i < 100; i++) {
		s.now_ns += NS_PER_S;
		s.mem_total_kib -= i == 50 ? 12 : 0;
		if (i == 75) {
			config.mem_term_ppm = 110000;
			policy_settings_changed(&policy);
		}
		nobody_goes(&s);
	}
	policy_init(&policy, 2);
	s.mem_available_kib = GIB(4);
	assert_int_equal(look(&s).action, ACTION_KILL);
}

/* The way of doc/rollout.md: a dry run of weeks, and then in earnest. */
static void r85_a_dry_run_that_becomes_one_in_earnest(void **state)
{
	struct sample s = full_house(9 * 1024);

	(void)state;
	policy_init(&policy, 2);
	config.dry_run = true;
	for (unsigned i = 0; i < 100; i++) {
		s.now_ns += NS_PER_S;
		assert_int_equal(look(&s).action, ACTION_TERM);
	}
	config.dry_run = false;
	policy_settings_changed(&policy);
	s.now_ns += NS_PER_S;
	nobody_goes(&s);
}

/* Far from the level no look has detail: the level comes to the machine all the same. */
static void r85_a_level_that_comes(void **state)
{
	struct sample s = full_house(15 * 1024);

	(void)state;
	policy_init(&policy, 2);
	s.have &= ~(unsigned)HAVE_DETAIL;
	assert_int_equal(look(&s).action, ACTION_NONE);
	config.mem_term_ppm = 160000; /* a reload */
	policy_settings_changed(&policy);
	s.now_ns += NS_PER_S;
	nobody_goes(&s);
	s.now_ns += NS_PER_S;
	s.have |= HAVE_DETAIL;
	nobody_goes(&s);

	(void)fresh(NULL);
	s = full_house(8 * 1024); /* much swap, and it goes away, unused */
	s.swap_total_kib = s.swap_free_kib = GIB(8);
	assert_int_equal(look(&s).action, ACTION_NONE);
	policy.held = HELD_UNKNOWN;
	s.now_ns += NS_PER_S;
	s.swap_total_kib = s.swap_free_kib = 0;
	nobody_goes(&s);
}

/* The daemon is restarted in a leak: what was missing by then is nobody's, and the leak goes on. */
static void r85_a_leak_that_was_there_before(void **state)
{
	struct sample s = full_house(4900);
	unsigned taken_mib = 0;

	(void)state;
	policy_init(&policy, 2);
	config.mem_kill_ppm = 0;
	while (look(&s).action == ACTION_NONE && taken_mib < 4800) {
		taken_mib += 50;
		s.now_ns += NS_PER_S;
		s.anon_kib += MIB(50);
		s.mem_available_kib -= MIB(50);
	}
	assert_in_range(taken_mib, 1000, 1100); /* a percent, as noise may do */
}

/* Who tries it below the level wants to see whom; and a container's meminfo is not asked. */
static void r85_a_dry_run_and_a_container_start_below(void **state)
{
	struct sample s = machine(9);

	(void)state;
	s.have |= HAVE_DETAIL;
	policy_init(&policy, 2);
	config.dry_run = true;
	assert_int_equal(look(&s).action, ACTION_TERM);
	config.dry_run = false;
	policy_init(&policy, 2);
	s.have |= HAVE_FOREIGN;
	assert_int_equal(look(&s).action, ACTION_TERM);
}

/* R55: one victim, and while what it gave back is being filled again nobody else. */
static void r55_after_a_stall_the_cache_is_read_back_in_peace(void **state)
{
	struct sample s = machine(14);
	struct decision d;

	(void)state;
	assert_int_equal(stalled_for(&s, 9).action, ACTION_TERM);
	coming.victims = 1;
	d = stalled_for(&s, 20);
	assert_int_equal(d.action, ACTION_NONE);
	assert_true(d.low && d.covered); /* the one that has the signal is still waited for, and
					    escalated in its time */
	coming.victims = 0;
	d = stalled_for(&s, 19);
	assert_int_equal(d.action, ACTION_NONE);
	d = stalled_for(&s, 2);
	assert_int_equal(d.action,
			 ACTION_TERM); /* five seconds, and it stalls on: it was not enough */
}

static void the_levels_come_first(void **state)
{
	struct sample s = machine(14);
	struct decision d;

	(void)state;
	assert_true(stalled_for(&s, 9).by_stall);
	s.mem_available_kib = GIB(4);
	s.anon_kib = GIB(96);
	d = stalled_step(&s);
	assert_int_equal(d.action, ACTION_KILL);
	assert_false(d.by_stall);
	assert_int_equal(d.stall.rule, STALL_REFAULTS); /* it is said all the same */
	coming.victims = 1;
	coming.mem_kib = GIB(30);
	d = stalled_step(&s);
	assert_true(d.covered);
	assert_int_equal(d.action, ACTION_NONE);
}

static void r05_a_stall_that_no_victim_would_end(void **state)
{
	struct sample s = machine(14);
	struct decision d;

	(void)state;
	s.anon_kib = GIB(3);
	s.shmem_kib = GIB(80);
	d = stalled_for(&s, 9);
	assert_int_equal(d.action, ACTION_NONE);
	assert_int_equal(d.futile, HOLDER_SHMEM);
}

/* R82: below the level, where nobody could be ended, the next look is a second away at the latest:
 * whatever -i says. Above it -i is what it was. */
static void r82_below_the_level_it_looks_soon(void **state)
{
	struct sample s = machine(8);
	struct decision d;

	(void)state;
	config.interval_ns = 20 * NS_PER_S;
	d = decide(s);
	assert_true(d.low);
	assert_true(d.course.wake_ns - s.now_ns <= NS_PER_S);
	s.mem_total_kib = GIB(100000);
	s.mem_available_kib = GIB(8000);
	d = decide(s);
	assert_true(d.low);
	assert_true(d.course.wake_ns - s.now_ns <= NS_PER_S);
	s.mem_available_kib = GIB(90000);
	d = decide(s);
	assert_int_equal(d.course.wake_ns - s.now_ns, 20 * NS_PER_S);
	config.interval_ns = 100 * NS_PER_MS;
	s.mem_available_kib = GIB(8000);
	d = decide(s);
	assert_true(d.course.wake_ns - s.now_ns <= 100 * NS_PER_MS);
}

/* R83: five minutes without a look. The quiet after a victim is as long as it was, an episode ends
 * after a second that was seen, and no speed is made of what lies between. */
static void r83_a_gap_is_no_time(void **state)
{
	struct sample s = machine(14);
	struct decision d;

	(void)state;
	assert_int_equal(policy_gap_ns(&policy, s.now_ns),
			 0); /* the first look is none after a gap */
	assert_int_equal(stalled_for(&s, 9).action, ACTION_TERM);
	coming.victims = 1;
	(void)stalled_for(&s, 20);
	coming.victims = 0;
	(void)stalled_for(&s, 4); /* a second of five */
	s.now_ns += 300 * NS_PER_S;
	assert_in_range(policy_gap_ns(&policy, s.now_ns), 298 * NS_PER_S, 300 * NS_PER_S);
	d = stalled_for(&s, 14);
	assert_int_equal(d.action, ACTION_NONE);
	d = stalled_for(&s, 10);
	assert_int_equal(d.action, ACTION_TERM);

	config = defaults();
	s = machine(8);
	watch_anew();
	assert_true(look(&s).course.episode_begins);
	s = machine(60);
	s.now_ns += 100 * NS_PER_MS;
	assert_false(look(&s).course.episode_ends);
	s.now_ns += 300 * NS_PER_S;
	s.mem_available_kib = GIB(12);
	d = look(&s);
	assert_false(d.course.episode_ends);
	assert_int_equal(d.course.fall_kib_per_s, 0);
	s.now_ns += 1100 * NS_PER_MS;
	assert_true(look(&s).course.episode_ends);
}

/* -i 20 and nothing to do: twenty seconds between two looks are no gap. */
static void r83_a_long_interval_is_no_gap(void **state)
{
	struct sample s = machine(90);

	(void)state;
	config.interval_ns = 20 * NS_PER_S;
	s.mem_total_kib = GIB(100000);
	s.mem_available_kib = GIB(90000);
	for (int i = 0; i < 3; i++) {
		s.now_ns = look(&s).course.wake_ns + 300 * NS_PER_MS;
		assert_int_equal(policy_gap_ns(&policy, s.now_ns), 0);
	}
}

/*
 * R88: swapoff fills what victims give back, one after another. As long as it gets on nobody else
 * is ended; where what is left does not fit it is the one to end. Where it hangs, or is through, or
 * the SIGKILL level is reached, it is as ever.
 */
static void r88_while_swapoff_gets_on_nobody_else_is_ended(void **state)
{
	struct sample s = machine(8);
	struct decision d;

	(void)state;
	s.swap_leaving_kib = GIB(20);
	for (int i = 0; i < 100; i++) { /* 50 s: it reads in 40 MiB a second */
		d = look(&s);
		assert_int_equal(d.action, ACTION_NONE);
		assert_int_equal(d.futile, HOLDER_SWAPOFF);
		assert_int_equal(d.futile_kib, s.swap_leaving_kib);
		assert_true(d.low && d.swapoff && d.end_swapoff);
		d = policy_confirm(&config, &s, &coming, &d);
		assert_int_equal(d.action, ACTION_NONE);
		assert_true(d.end_swapoff);
		s.now_ns += 500 * NS_PER_MS;
		s.swap_leaving_kib -= MIB(20);
	}
	s.mem_available_kib = GIB(5); /* it would not help in time any more */
	assert_int_equal(look(&s).action, ACTION_KILL);
	s.mem_available_kib = GIB(8);
	s.now_ns += 100 * NS_PER_MS;
	for (int i = 0; i < 18; i++, s.now_ns += 500 * NS_PER_MS)
		assert_int_equal(look(&s).action, ACTION_NONE);
	s.now_ns += 3 * NS_PER_S; /* it hangs */
	d = look(&s);
	assert_int_equal(d.action, ACTION_TERM);
	assert_false(d.end_swapoff);
	assert_int_equal(policy_confirm(&config, &s, &coming, &d).action, ACTION_TERM);
	s.now_ns += 100 * NS_PER_MS;
	s.swap_leaving_kib = GIB(3) - 1; /* fits above the SIGKILL level: it is let through */
	d = look(&s);
	assert_int_equal(d.action, ACTION_NONE);
	assert_false(d.end_swapoff);
	s.swap_leaving_kib = 0; /* through, or interrupted: before the shot that counts */
	assert_int_equal(policy_confirm(&config, &s, &coming, &d).action, ACTION_TERM);
	assert_int_equal(look(&s).action, ACTION_TERM);
}

static void r88_a_stall_beside_swapoff(void **state)
{
	struct sample s = machine(14);
	struct decision d = {0};

	(void)state;
	s.swap_leaving_kib = GIB(50);
	for (int i = 0; i < 40; i++, s.swap_leaving_kib -= MIB(10)) {
		d = stalled_step(&s);
		assert_int_equal(d.action, ACTION_NONE);
	}
	assert_int_equal(d.futile, HOLDER_SWAPOFF);
	s.swap_leaving_kib = 0;
	assert_int_equal(stalled_step(&s).action, ACTION_TERM);
}

/* Huge pages and a balloon are not in the total; where ending processes cannot help they are named
 * when they are what holds the most. */
static void r79_r88_the_pool_and_the_balloon_are_named(void **state)
{
	struct sample s = machine(1);
	struct decision d;

	(void)state;
	s.mem_total_kib = GIB(12);
	s.mem_available_kib = GIB(1) / 2;
	s.anon_kib = GIB(1) / 2;
	s.slab_kib = GIB(11);
	s.ram_kib = GIB(64);
	s.pool_kib = s.hugetlb_kib = GIB(52);
	d = decide(s);
	assert_int_equal(d.futile, HOLDER_HUGETLB);
	assert_int_equal(d.futile_kib, GIB(52));
	s.balloon_kib = GIB(60);
	assert_int_equal(decide(s).futile, HOLDER_BALLOON);
	s.pool_kib = s.hugetlb_kib = s.balloon_kib = 0;
	assert_int_equal(decide(s).futile, HOLDER_SLAB);
}

/* R84: 12 GiB of anonymous memory in 4 GiB are another world's, and no hope. */
static void r84_more_than_there_is_cannot_come_back(void **state)
{
	struct sample s = machine(1);

	(void)state;
	s.mem_total_kib = GIB(4);
	s.mem_available_kib = MIB(100);
	s.anon_kib = GIB(12);
	s.have |= HAVE_FOREIGN;
	assert_int_equal(decide(s).action, ACTION_KILL); /* but for the most of it it may */
	coming.unkillable_kib = GIB(12);
	assert_int_equal(decide(s).action, ACTION_NONE);
	coming.unkillable_kib = GIB(4) - MIB(300);
	assert_int_equal(decide(s).action, ACTION_NONE);
}

static void confirm_asks_again_whether_memory_is_short(void **state)
{
	struct sample s = machine(14);
	struct decision d;

	(void)state;
	d = stalled_for(&s, 9);
	assert_int_equal(policy_confirm(&config, &s, &coming, &d).action, ACTION_TERM);
	s.mem_free_kib = GIB(6); /* eight times the low watermark, and more */
	assert_int_equal(policy_confirm(&config, &s, &coming, &d).action, ACTION_NONE);
}

/* A warning speaks of stalls too, once an episode. */
static void a_stall_is_warned_of_once(void **state)
{
	struct sample s = machine(24);
	unsigned warnings = 0;

	(void)state;
	config.warn_ppm = 120000;
	config.stall_milli = 10000;
	for (int i = 0; i < 100; i++)
		warnings += stalled_step(&s).course.warn;
	assert_int_equal(warnings, 1);
}

static void confirm_keeps_history_and_asks_again(void **state)
{
	struct sample s = machine(9);
	struct decision d, again;

	(void)state;
	d = look(&s);
	assert_int_equal(d.action, ACTION_TERM);
	s.mem_available_kib = GIB(40);
	again = policy_confirm(&config, &s, &coming, &d);
	assert_int_equal(again.action, ACTION_NONE);
	assert_true(again.course.episode_begins);
	assert_int_equal(again.course.wake_ns, d.course.wake_ns);
	s.mem_available_kib = GIB(4);
	assert_int_equal(policy_confirm(&config, &s, &coming, &d).action, ACTION_KILL);
}

static void no_total_divides_by_zero(void **state)
{
	struct sample s = {.now_ns = 1, .have = HAVE_MEM | HAVE_SWAP};

	(void)state;
	(void)decide(s);
	s.mem_total_kib = UINT64_MAX / 1000000;
	s.mem_available_kib = s.mem_total_kib;
	assert_int_equal(decide(s).mem_ppm, 1000000);
}

/* 64 TiB that go away by 1 KiB a second last for longer than there are nanoseconds. */
static void a_slow_fall_of_a_huge_machine_is_never(void **state)
{
	struct sample s = machine(90);
	struct decision d;

	(void)state;
	s.mem_total_kib = GIB(64 * 1024);
	s.mem_available_kib = GIB(64 * 1024);
	(void)look(&s);
	s.now_ns += NS_PER_S;
	s.mem_available_kib -= 2;
	d = look(&s);
	assert_int_equal(d.course.fall_kib_per_s, 1);
	assert_int_equal(d.course.reach_ns, UINT64_MAX / 2);
	assert_false(d.course.near);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(levels_without_swap, fresh),
		cmocka_unit_test_setup(r55_cache_that_is_read_back_is_no_reason, fresh),
		cmocka_unit_test_setup(level_is_exact, fresh),
		cmocka_unit_test_setup(amounts_are_levels, fresh),
		cmocka_unit_test_setup(an_amount_is_warned_of, fresh),
		cmocka_unit_test_setup(fractions_are_exact, fresh),
		cmocka_unit_test_setup(r01_full_swap_with_memory_free_is_no_reason, fresh),
		cmocka_unit_test_setup(trigger_table, fresh),
		cmocka_unit_test_setup(r03_without_swap_memory_alone_decides, fresh),
		cmocka_unit_test_setup(r04_swap_comes_and_goes, fresh),
		cmocka_unit_test_setup(r05_futile_names_the_holder, fresh),
		cmocka_unit_test_setup(r05_mapped_shared_memory_is_not_futile, fresh),
		cmocka_unit_test_setup(r05_mapped_files_are_not_taken_for_shared_memory, fresh),
		cmocka_unit_test_setup(r05_below_the_kill_level_one_is_enough, fresh),
		cmocka_unit_test_setup(r05_a_large_tmpfs_beside_a_leak_is_not_futile, fresh),
		cmocka_unit_test_setup(r10_a_look_that_read_nothing_decides_nothing, fresh),
		cmocka_unit_test_setup(r11_totals_are_those_of_the_look, fresh),
		cmocka_unit_test_setup(r40_what_is_coming_back_is_enough, fresh),
		cmocka_unit_test_setup(r40_swap_that_is_coming_back_counts, fresh),
		cmocka_unit_test_setup(r49_zero_and_odd_orders, fresh),
		cmocka_unit_test_setup(wakes_sooner_as_headroom_shrinks, fresh),
		cmocka_unit_test_setup(wakes_after_the_interval_when_roomy, fresh),
		cmocka_unit_test_setup(wakes_every_ten_ms_in_a_fall_and_back, fresh),
		cmocka_unit_test_setup(warns_once, fresh),
		cmocka_unit_test_setup(an_episode_has_one_beginning_and_one_end, fresh),
		cmocka_unit_test_setup(confirm_keeps_history_and_asks_again, fresh),
		cmocka_unit_test_setup(no_total_divides_by_zero, fresh),
		cmocka_unit_test_setup(r89_recovered_only_when_it_is, fresh),
		cmocka_unit_test_setup(r06_r77_a_stall_is_ended_above_the_levels, fresh_with_stall),
		cmocka_unit_test_setup(r53_a_stall_is_ended_though_swap_is_free, fresh_with_stall),
		cmocka_unit_test_setup(r85_who_took_what_is_missing, fresh),
		cmocka_unit_test_setup(r84_r85_a_containers_meminfo_does_not_say_who_took_it,
				       fresh),
		cmocka_unit_test_setup(r85_a_level_that_is_crossed_at_once, fresh),
		cmocka_unit_test_setup(r85_a_machine_that_has_always_stood_below, fresh),
		cmocka_unit_test_setup(r85_a_dry_run_that_becomes_one_in_earnest, fresh),
		cmocka_unit_test_setup(r85_a_level_that_comes, fresh),
		cmocka_unit_test_setup(r85_a_leak_that_was_there_before, fresh),
		cmocka_unit_test_setup(r85_a_dry_run_and_a_container_start_below, fresh),
		cmocka_unit_test_setup(r55_after_a_stall_the_cache_is_read_back_in_peace,
				       fresh_with_stall),
		cmocka_unit_test_setup(the_levels_come_first, fresh_with_stall),
		cmocka_unit_test_setup(r05_a_stall_that_no_victim_would_end, fresh_with_stall),
		cmocka_unit_test_setup(r82_below_the_level_it_looks_soon, fresh),
		cmocka_unit_test_setup(r83_a_gap_is_no_time, fresh_with_stall),
		cmocka_unit_test_setup(r83_a_long_interval_is_no_gap, fresh),
		cmocka_unit_test_setup(r88_while_swapoff_gets_on_nobody_else_is_ended, fresh),
		cmocka_unit_test_setup(r88_a_stall_beside_swapoff, fresh_with_stall),
		cmocka_unit_test_setup(r79_r88_the_pool_and_the_balloon_are_named, fresh),
		cmocka_unit_test_setup(r84_more_than_there_is_cannot_come_back, fresh),
		cmocka_unit_test_setup(confirm_asks_again_whether_memory_is_short,
				       fresh_with_stall),
		cmocka_unit_test_setup(a_stall_is_warned_of_once, fresh_with_stall),
		cmocka_unit_test_setup(a_slow_fall_of_a_huge_machine_is_never, fresh),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
