/* SPDX-License-Identifier: MIT */
#include "decide/stall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"

#define MIB(n) (UINT64_C(1024) * (n))

static struct config config;
static struct stall stall;
static struct sample machine;

/* What a machine does every second while a test lets time go by. */
struct load {
	double refaults, major_faults, reads, read_pages, read_ms, swap_in_kib, swap_out_kib,
		alloc_stalls, steals;
	double pressure_full_us, io_full_us;
	uint64_t running;
	bool still;         /* nothing is taken; else 16 MiB a second */
	double activations; /* of the refaults */
};

static int set_up(void **state)
{
	(void)state;
	config = (struct config){.mem_term_ppm = 100000,
				 .mem_kill_ppm = 50000,
				 .stall_milli = 2000,
				 .stall_hold_ns = 7 * NS_PER_S,
				 .stall_below_ppm = 250000};
	stall_forget(&stall);
	/* 1 GiB, 14 % available, nearly nothing free: where thrashing begins. */
	machine = (struct sample){.now_ns = 1000 * NS_PER_S,
				  .have = HAVE_MEM | HAVE_DETAIL | HAVE_WAITS | HAVE_REFAULTS,
				  .anon_kib = MIB(500),
				  .mem_total_kib = MIB(1024),
				  .mem_available_kib = MIB(143),
				  .mem_free_kib = MIB(12),
				  .low_kib = MIB(6),
				  .page_kib = 4,
				  .waits = {.disks = 2}};
	return 0;
}

/* 0.6 tasks are stalled, and disks read nothing else. */
#define QUARTER_OF_IT                                                                              \
	.refaults = 300, .major_faults = 300, .reads = 320, .read_pages = 320, .read_ms = 640

#define ALL_OF_IT                                                                                  \
	.refaults = 1800, .major_faults = 1700, .reads = 1800, .read_pages = 1800, .read_ms = 4000

/* A quarter of a second goes by. */
static struct stall_view step(const struct load *l)
{
	struct sample *s = &machine;

	s->now_ns += 250 * NS_PER_MS;
	s->waits.refaults += (uint64_t)(l->refaults / 4);
	s->waits.major_faults += (uint64_t)(l->major_faults / 4);
	s->waits.disk_reads += (uint64_t)(l->reads / 4);
	s->waits.disk_read_pages += (uint64_t)(l->read_pages / 4);
	s->waits.disk_read_ms += (uint64_t)(l->read_ms / 4);
	s->waits.disk_wait_ms += (uint64_t)(l->read_ms / 4);
	s->waits.swap_in_kib += (uint64_t)(l->swap_in_kib / 4);
	s->waits.swap_out_kib += (uint64_t)(l->swap_out_kib / 4);
	s->waits.alloc_stalls += (uint64_t)(l->alloc_stalls / 4);
	s->waits.steals += (uint64_t)(l->steals / 4);
	s->waits.pressure_full_us += (uint64_t)(l->pressure_full_us / 4);
	s->waits.io_full_us += (uint64_t)(l->io_full_us / 4);
	s->waits.activations += (uint64_t)(l->activations / 4);
	s->anon_kib += l->still ? 0 : MIB(4);
	s->running = l->running;
	return stall_follow(&stall, &config, s);
}

/* Seconds until a rule fires, in quarters; -1: not within so many seconds. */
static double fires(const struct load *l, unsigned seconds, enum stall_rule *ret)
{
	for (unsigned i = 1; i <= 4 * seconds; i++) {
		struct stall_view v = step(l);

		if (v.rule != STALL_NONE) {
			*ret = v.rule;
			return i / 4.0;
		}
	}
	*ret = STALL_NONE;
	return -1;
}

/* A disk of 1,800 reads a second that does nothing else than bring back what was taken: four tasks
 * wait for it. */
static const struct load thrash = {ALL_OF_IT, .running = 1};

static void thrashing_fires_after_its_window(void **state)
{
	enum stall_rule rule;
	struct stall_view v;

	(void)state;
	assert_float_equal(fires(&thrash, 10, &rule), 2.25,
			   0.01); /* the first look only gives the counters to compare with */
	assert_int_equal(rule, STALL_REFAULTS);
	v = step(&thrash);
	assert_in_range(v.waiting_milli, 3700, 3800); /* 1,700 faults, each 2.22 ms */
	assert_in_range(v.lost_ppm, 787000, 792000);  /* of 4.78 that would get on 3.78 wait */
	assert_true(v.open && v.suspicious);
}

/* What is healthy, and near enough to it that a simpler rule would take it for a stall. */
static void honest_work_never_fires(void **state)
{
	static const struct {
		const char *what;
		struct load load;
	} rows[] = {
		{"a backup by read(2): it reads what it never had",
		 {.reads = 1800, .read_pages = 25000, .read_ms = 9000}},
		{"a backup by mmap: each fault waits, nothing comes back",
		 {.major_faults = 800, .reads = 1800, .read_pages = 25000, .read_ms = 9000}},
		{"a database by read(2) past its cache: everything comes back, no fault waits",
		 {.refaults = 1700, .reads = 1800, .read_pages = 1800, .read_ms = 7000}},
		{"a backup beside a service that loses a page now and then",
		 {.refaults = 300,
		  .major_faults = 300,
		  .reads = 1800,
		  .read_pages = 25000,
		  .read_ms = 9000}},
		{"a backup at the limit of a slow disk, and what a service needs waits behind it "
		 "for 57 ms; as seen",
		 {.refaults = 430,
		  .major_faults = 17,
		  .reads = 100,
		  .read_pages = 1550,
		  .read_ms = 5700,
		  .running = 2}},
		{"the same on a faster disk",
		 {.refaults = 6200,
		  .major_faults = 250,
		  .reads = 910,
		  .read_pages = 25000,
		  .read_ms = 2400,
		  .running = 2}},
		{"the same by mmap",
		 {.refaults = 7600,
		  .major_faults = 290,
		  .reads = 920,
		  .read_pages = 25500,
		  .read_ms = 2400,
		  .running = 2}},
		{"a database, all of whose pages come back, and a service that waits behind it",
		 {.refaults = 1750,
		  .major_faults = 110,
		  .reads = 1800,
		  .read_pages = 1800,
		  .read_ms = 9000,
		  .running = 2}},
		{"a backup by mmap from a file system without a disk, whose faults have no reads, "
		 "and a service; as "
		 "seen",
		 {.refaults = 7600,
		  .major_faults = 450,
		  .reads = 210,
		  .read_pages = 5600,
		  .read_ms = 280,
		  .pressure_full_us = 330000,
		  .running = 2}},
		{"cold memory goes to swap", {.swap_out_kib = 60000, .alloc_stalls = 2}},
		{"nothing", {.running = 0}},
		{"refaults without a read, as zswap has them",
		 {.refaults = 20000, .major_faults = 20000}},
		{"and with a few reads of somebody else",
		 {.refaults = 20000,
		  .major_faults = 20000,
		  .reads = 40,
		  .read_pages = 100,
		  .read_ms = 400}},
		{"one task in a hundred waits", {ALL_OF_IT, .running = 400}},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		enum stall_rule rule;

		(void)set_up(NULL);
		machine.have |= HAVE_PRESSURE;
		if (fires(&rows[i].load, 60, &rule) >= 0)
			fail_msg("%s: rule %s", rows[i].what, stall_rule_name(rule));
	}
}

/* As seen: 19 % available, a full page cache, and a container of 30 MiB that reads 128 MiB through
 * a mapping. */
static void a_control_group_at_its_own_limit(void **state)
{
	struct load l = {.refaults = 3200,
			 .major_faults = 380,
			 .reads = 600,
			 .read_pages = 3500,
			 .read_ms = 10400,
			 .steals = 700,
			 .pressure_full_us = 300000,
			 .io_full_us = 900000,
			 .running = 1};
	enum stall_rule rule;

	(void)state;
	machine.have |= HAVE_PRESSURE | HAVE_STEALS;
	assert_true(fires(&l, 60, &rule) < 0);
	assert_int_equal(step(&l).waiting_milli, 0);
	l.steals = 3500; /* it is the machine that takes them */
	assert_true(fires(&l, 8, &rule) > 0);
}

/* A mapped file that is read at random for years, as fast as the disk can; nothing has grown. */
static const struct load database = {ALL_OF_IT, .running = 1,
				     .activations = 250, /* 0.14: the most that was seen */
				     .still = true};

/* R86: what never fitted is no stall; it is said that it is held back. */
static void r86_a_mapped_database_ends_nobody(void **state)
{
	enum stall_rule rule;
	struct stall_view v;

	(void)state;
	assert_true(fires(&database, 600, &rule) < 0);
	v = step(&database);
	assert_int_equal(v.held_back, STALL_REFAULTS);
	assert_int_equal(v.evidence, EVIDENCE_NONE);
	assert_in_range(v.waiting_milli, 3700, 3800); /* it is seen all the same */
	machine.have |= HAVE_ACTIVATIONS;
	assert_true(fires(&database, 60, &rule) < 0);
}

/* R86: who filled memory before the readers began has taken nothing from them. */
static void r86_what_was_taken_before_does_not_count(void **state)
{
	static const struct load fills = {.running = 2};
	enum stall_rule rule;

	(void)state;
	assert_true(fires(&fills, 10, &rule) < 0);
	assert_true(fires(&(struct load){.running = 1, .still = true}, 12, &rule) < 0);
	assert_true(fires(&database, 60, &rule) < 0);
}

/* Beside a database that has run for minutes something takes memory: that is a stall. */
static void a_leak_beside_a_database(void **state)
{
	enum stall_rule rule;

	(void)state;
	assert_true(fires(&database, 120, &rule) < 0);
	assert_float_equal(fires(&thrash, 10, &rule), 1.75, 0.01); /* when 25.6 MiB were taken */
	assert_true(stall_only_growing(&stall.view));
	assert_float_equal(fires(&database, 60, &rule), 0.25, 0.01); /* it was a moment ago */
	for (unsigned i = 0; i < 4 * 62; i++)
		(void)step(&database);
	assert_int_equal(stall.view.rule, STALL_NONE); /* and is not any more */
	assert_int_equal(stall.view.held_back, STALL_REFAULTS);
}

/* The classic LRU's own word needs no growth, and then anybody may go. */
static void the_kernels_word_is_evidence(void **state)
{
	struct load l = thrash;
	enum stall_rule rule;

	(void)state;
	l.still = true;
	l.activations = 650;
	assert_true(fires(&l, 60, &rule) < 0); /* with MGLRU it means nothing, and is not read */
	machine.have |= HAVE_ACTIVATIONS;
	stall_forget(&stall);
	assert_float_equal(fires(&l, 10, &rule), 2.5, 0.01);
	assert_int_equal(stall.view.evidence, EVIDENCE_KERNEL);
	assert_false(stall_only_growing(&stall.view));
}

/*
 * From 4 to 256 CPUs, from 8 GiB to 2 TiB, with disks of 20 ms to 100 us: what counts is the share
 * of the time that is lost, and that memory is taken; not how many faults there are.
 */
static void large_machines_are_asked_for_the_same_share(void **state)
{
	static const struct {
		unsigned cpus;
		uint64_t gib;
		double faults, read_s;
	} rows[] = {
		{4, 8, 150, 0.02},       {8, 32, 1800, 0.0022},       {16, 64, 8000, 0.0005},
		{64, 512, 40000, 90e-6}, {128, 1024, 300000, 100e-6}, {256, 2048, 900000, 100e-6},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		double stalled = rows[i].faults * rows[i].read_s;
		struct load l = {.refaults = rows[i].faults,
				 .major_faults = rows[i].faults,
				 .reads = rows[i].faults,
				 .read_pages = rows[i].faults,
				 .read_ms = stalled * 1000,
				 .still = true};

		for (unsigned busy = 0; busy <= 1; busy++) {
			bool fired = false;

			(void)set_up(NULL);
			machine.mem_total_kib = rows[i].gib * 1024 * 1024;
			machine.mem_available_kib = machine.mem_total_kib / 7;
			l.running =
				busy ? (uint64_t)(stalled * 11) + 1 : (uint64_t)(stalled / 2) + 1;
			for (unsigned n = 0; n < 40; n++) {
				machine.anon_kib += machine.mem_total_kib / 200;
				fired = fired || step(&l).rule != STALL_NONE;
			}
			if (fired == (busy == 1))
				fail_msg("%u CPUs, %s", rows[i].cpus, busy ? "busy" : "stalled");
		}
	}
}

/* A kernel or a recording that does not say who holds the memory: on the cautious side. */
static void without_detail_nobody_is_ended(void **state)
{
	enum stall_rule rule;

	(void)state;
	machine.have &= ~(uint32_t)HAVE_DETAIL;
	assert_true(fires(&thrash, 60, &rule) < 0);
	assert_int_equal(stall.view.held_back, STALL_REFAULTS);
}

/* On a large machine kswapd takes for seconds' worth at a time; what is read in between goes where
 * that was. */
static void the_machine_takes_many_at_a_time(void **state)
{
	struct stall_view v = {0};

	(void)state;
	machine.have |= HAVE_STEALS;
	machine.mem_free_kib = MIB(23);
	for (unsigned i = 0; i < 9; i++) {
		machine.mem_free_kib -= 1800;
		v = step(&thrash);
	}
	assert_int_equal(v.rule, STALL_REFAULTS);
	for (unsigned i = 0; i < 9; i++)
		v = step(&thrash);
	assert_int_equal(v.rule, STALL_NONE); /* nothing is taken, and nothing is filled */
}

/* R12, R13: with memory to spare nothing is a stall, however much waits and whatever the kernel
 * calls it. */
static void r12_never_with_memory_to_spare(void **state)
{
	struct load l = thrash;
	enum stall_rule rule;

	(void)state;
	l.pressure_full_us = l.io_full_us = 900000;
	machine.have |= HAVE_PRESSURE;
	machine.mem_available_kib = MIB(300); /* 29 % */
	assert_true(fires(&l, 60, &rule) < 0);
	machine.mem_available_kib = MIB(600);
	assert_false(step(&l).open);
	machine.mem_available_kib = MIB(143);
	machine.mem_free_kib =
		MIB(25); /* more than four times the low watermark: nothing is reclaimed */
	assert_true(fires(&l, 60, &rule) < 0);
	assert_false(step(&l).open);
	machine.mem_free_kib = MIB(23);
	assert_true(fires(&l, 60, &rule) > 0);
	machine.mem_free_kib = MIB(40); /* it comes and goes */
	assert_true(step(&l).open);
	machine.mem_free_kib = MIB(50);
	assert_false(step(&l).open);
	config.stall_milli = 0;
	assert_true(fires(&l, 60, &rule) < 0);
}

/* R13: a duration that is no time at all must not make anything fire. */
static void r13_a_hold_of_nothing_still_needs_a_stall(void **state)
{
	static const struct load idle = {.running = 3};
	enum stall_rule rule;

	(void)state;
	config.stall_hold_ns = 0;
	machine.swap_total_kib = machine.swap_free_kib = MIB(1024);
	assert_true(fires(&idle, 60, &rule) < 0);
}

static void roomy_swap_holds_it(void **state)
{
	static const struct load thrash_swap = {ALL_OF_IT, .swap_in_kib = 7200, .running = 1};
	enum stall_rule rule;

	(void)state;
	machine.swap_total_kib = MIB(1024);
	machine.swap_free_kib = MIB(900);
	assert_float_equal(fires(&thrash, 100, &rule), 72.25, 0.01); /* it may settle */
	(void)set_up(NULL);
	machine.swap_total_kib = MIB(1024);
	machine.swap_free_kib = MIB(1014);
	/* More has come back than was there: it does not. */
	assert_float_equal(fires(&thrash_swap, 100, &rule), 9.25, 0.01);
	(void)set_up(NULL);
	machine.swap_total_kib = MIB(1024);
	machine.swap_free_kib = MIB(800);
	/* More has come back than was there; but what is there now has not: a JVM starts. */
	assert_float_equal(fires(&thrash_swap, 100, &rule), 34.25, 0.01);
	(void)set_up(NULL);
	machine.swap_total_kib = MIB(1024);
	machine.swap_free_kib = MIB(153); /* 15 % are not roomy */
	assert_float_equal(fires(&thrash, 60, &rule), 2.25, 0.01);
}

/*
 * Pods with memory.swap.max 0, and a JVM that locks its memory: the swap that is free is nothing to
 * them. Elsewhere what is not needed goes there, and it may settle.
 */
static void swap_that_nobody_may_use_is_no_room(void **state)
{
	static const struct {
		const char *what;
		uint64_t available_mib;
		double swap_out_kib, seconds;
	} rows[] = {
		{"nothing goes there at the SIGKILL level", 40, 0, 9.25},
		{"a little: what the system's own daemons do not need", 40, 500, 9.25},
		{"it takes more", 40, 2000, 72.25},
		{"above the SIGKILL level", 60, 0, 72.25},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct load l = {ALL_OF_IT, .swap_out_kib = rows[i].swap_out_kib,
				       .running = 1};
		enum stall_rule rule;
		double seconds;

		(void)set_up(NULL);
		machine.swap_total_kib = MIB(1024);
		machine.swap_free_kib = MIB(900);
		machine.mem_available_kib = MIB(rows[i].available_mib);
		seconds = fires(&l, 100, &rule);
		if (seconds != rows[i].seconds)
			fail_msg("%s: %.2f s", rows[i].what, seconds);
	}
}

/* 15 MiB a second come back from swap, nothing goes there, and nothing grows. */
#define RETURNS                                                                                    \
	.refaults = 3840, .major_faults = 1700, .reads = 1800, .read_pages = 3840,                 \
	.read_ms = 4000, .swap_in_kib = 15360, .running = 1, .still = true

/* At the SIGKILL level, with swappiness 0: 648 MiB are on their way back, each page once. */
static void what_returns_is_no_evidence_where_swap_takes_no_more(void **state)
{
	static const struct load returns = {RETURNS, .swap_out_kib = 200};
	enum stall_rule rule;

	(void)state;
	machine.mem_available_kib = MIB(40);
	machine.swap_total_kib = MIB(2048);
	machine.swap_free_kib = MIB(1400);
	assert_true(fires(&returns, 40, &rule) < 0);
	assert_float_equal(fires(&returns, 40, &rule), 5.5, 0.01); /* all of it has come */
}

/* Six GiB in swap, and 15 MiB a second come and go, under MGLRU: it had its time to settle. */
static void thrashing_beside_much_in_swap(void **state)
{
	static const struct load thrashes = {RETURNS, .swap_out_kib = 15360};
	enum stall_rule rule;

	(void)state;
	machine.swap_total_kib = MIB(8192);
	machine.swap_free_kib = MIB(2200);
	assert_float_equal(fires(&thrashes, 400, &rule), 72.25, 0.01);
	assert_int_equal(stall.view.evidence, EVIDENCE_SWAP);
}

/*
 * An application of 246 MiB comes back at 20 MiB a second: each page once. Only what goes on after
 * that is thrashing.
 */
static void a_return_from_swap_is_waited_for(void **state)
{
	static const struct load back = {.refaults = 6500,
					 .major_faults = 1000,
					 .reads = 1100,
					 .read_pages = 6600,
					 .read_ms = 1800,
					 .swap_in_kib = 20 * 1024,
					 .running = 4};
	enum stall_rule rule;

	(void)state;
	machine.swap_total_kib = MIB(1024);
	machine.swap_free_kib = MIB(1024 - 246);
	assert_true(fires(&back, 12, &rule) < 0);
	(void)set_up(NULL);
	machine.swap_total_kib = MIB(1024);
	machine.swap_free_kib = MIB(1024 - 246);
	assert_in_range((int)fires(&back, 60, &rule), 13,
			15); /* when 246 MiB have come, counted from the second second on */
	assert_int_equal(rule, STALL_SLOW);
	(void)set_up(NULL);
	machine.swap_total_kib = MIB(16 * 1024);
	machine.swap_free_kib = MIB(8 * 1024);
	assert_in_range((int)fires(&back, 120, &rule), 71,
			73); /* nobody waits for eight GiB at that speed */
}

/* An application that comes back from swap makes others wait for some seconds: nothing is wrong. */
static void a_pause_begins_the_hold_anew(void **state)
{
	static const struct load quiet = {0};
	enum stall_rule rule;

	(void)state;
	machine.swap_total_kib = machine.swap_free_kib = MIB(1024);
	for (int i = 0; i < 5; i++) {
		assert_true(fires(&thrash, 60, &rule) < 0);
		assert_true(fires(&quiet, 3, &rule) < 0);
	}
}

/*
 * R83: stopped, frozen or starved for five minutes in the middle of a hold. What was not seen did
 * not last: the hold begins anew, and is as long as ever.
 */
static void r83_a_gap_begins_the_hold_anew(void **state)
{
	static const double gaps_s[] = {5, 300, 86400};
	enum stall_rule rule;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(gaps_s); i++) {
		struct stall_view v;

		assert_int_equal(set_up(state), 0);
		machine.swap_total_kib = machine.swap_free_kib = MIB(1024);
		assert_true(fires(&thrash, 60, &rule) < 0);
		/* The machine went on meanwhile. */
		machine.now_ns += (uint64_t)(gaps_s[i] * (double)NS_PER_S);
		machine.waits.refaults += (uint64_t)(1800 * gaps_s[i]);
		machine.waits.major_faults += (uint64_t)(1700 * gaps_s[i]);
		machine.waits.disk_reads += (uint64_t)(1800 * gaps_s[i]);
		machine.waits.disk_read_pages += (uint64_t)(1800 * gaps_s[i]);
		machine.waits.disk_read_ms += (uint64_t)(4000 * gaps_s[i]);
		v = step(&thrash);
		assert_false(v.suspicious); /* nothing is known */
		assert_true(fires(&thrash, 71, &rule) < 0);
		assert_true(fires(&thrash, 2, &rule) > 0);
	}
}

/* A look that comes a little late is no gap: the machine thrashes, and who looks waits too. */
static void r83_a_late_look_is_no_gap(void **state)
{
	struct load late = thrash;
	enum stall_rule rule = STALL_NONE;
	unsigned i;

	(void)state;
	machine.swap_total_kib = machine.swap_free_kib = MIB(1024);
	late.refaults *= 10;
	late.major_faults *= 10;
	late.reads *= 10;
	late.read_pages *= 10;
	late.read_ms *= 10;
	for (i = 0; i < 30 && rule == STALL_NONE; i++) { /* each 2.5 s after the last */
		machine.now_ns += 2250 * NS_PER_MS;
		rule = step(&late).rule;
	}
	assert_int_not_equal(rule, STALL_NONE);
}

/* R87: 300 MiB are free, but for CMA: what cannot be moved gets 12 of them, and is reclaimed for.
 */
static void r87_free_cma_does_not_shut_the_gate(void **state)
{
	enum stall_rule rule;

	(void)state;
	machine.mem_free_kib = MIB(300);
	assert_true(fires(&thrash, 10, &rule) < 0);
	machine.cma_free_kib = MIB(288);
	assert_true(fires(&thrash, 10, &rule) > 0);
	machine.cma_free_kib = MIB(500); /* of another moment than MemFree */
	assert_true(stall_open(&config, &machine, false));
}

/* A third of a task waits for what was taken, and the kernel says that it was. */
#define SOME_TAKEN                                                                                 \
	.refaults = 2000, .major_faults = 150, .reads = 320, .read_pages = 2000, .read_ms = 640,   \
	.activations = 900, .running = 2

/* A leak: before the level is reached, and while nobody could know from the level alone. */
static void falling_memory_brings_it_forward(void **state)
{
	static const struct load some = {SOME_TAKEN};
	static const struct {
		uint64_t fall_kib; /* a second */
		uint64_t swap_mib;
		int after; /* quarters; -1: not at all while it is above the level */
	} rows[] = {
		{MIB(12), 0, 9},     /* 40 MiB above the level: three seconds */
		{MIB(8), 0, -1},     /* so little is no fall */
		{MIB(12), 1024, -1}, /* swap will take it for minutes */
		{0, 0, -1},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		int after = -1;

		(void)set_up(NULL);
		machine.have |= HAVE_ACTIVATIONS;
		machine.swap_total_kib = machine.swap_free_kib = MIB(rows[i].swap_mib);
		for (int n = 1; n <= 60 && after < 0 && machine.mem_available_kib > MIB(103); n++) {
			if (rows[i].swap_mib)
				machine.swap_free_kib -= rows[i].fall_kib / 4;
			else
				machine.mem_available_kib -= rows[i].fall_kib / 4;
			if (step(&some).rule == STALL_FALLING)
				after = n;
		}
		if (rows[i].after < 0 ? after >= 0
				      : after < rows[i].after || after > 4 * rows[i].after)
			fail_msg("row %u: %d", i, after);
	}
}

/*
 * A program starts, and so fast that memory would be low in some seconds; it stops before. Whether
 * it takes anything from who needs it is the kernel's word, or whether what comes back was coming
 * back before.
 */
static void falling_memory_is_not_enough_beside_a_database(void **state)
{
	static const struct {
		const char *what;
		bool told;
		double before, refaults, activations; /* a second */
		bool fires;
	} rows[] = {
		{"LMDB, 6.1, as seen", true, 11500, 13400, 400, false},
		{"LMDB, 6.12, as seen", false, 23500, 26200, 0, false},
		{"it has twice as many as before", false, 5000, 10000, 0, false},
		{"a leak beside a service's files, 6.1, as seen", true, 190, 6000, 2700, true},
		{"the same, the least of it", true, 3300, 9000, 2900, true},
		{"the same, 6.12, as seen", false, 30, 3700, 0, true},
		{"a few pages were taken", true, 0, 700, 300, false},
		{"a few pages more than before", false, 0, 450, 0, false},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct load l = {.major_faults = 300, .reads = 600, .read_ms = 400, .running = 2};
		bool fell = false;

		(void)set_up(NULL);
		machine.have |= rows[i].told ? HAVE_ACTIVATIONS : 0u;
		machine.mem_available_kib = MIB(340);
		for (unsigned n = 0; machine.mem_available_kib > MIB(160); n++) {
			l.refaults = l.read_pages = n < 10 ? rows[i].before : rows[i].refaults;
			l.activations = n < 10 ? 0 : rows[i].activations;
			machine.mem_available_kib -= MIB(6);
			fell |= step(&l).rule == STALL_FALLING;
			if (fell)
				assert_true(stall_only_growing(&stall.view));
		}
		if (fell != rows[i].fires)
			fail_msg("%s: %d", rows[i].what, fell);
	}
}

/*
 * R85: a JVM of 430 MiB, and a program of 480 MiB starts beside it: 680 of 768 MiB of swap were
 * free, and it would have fitted.
 */
static void r85_a_program_that_starts_beside_roomy_swap(void **state)
{
	static const struct load starts = {.swap_out_kib = 40000, .alloc_stalls = 60, .running = 2};

	(void)state;
	machine.mem_available_kib = MIB(1);
	machine.swap_total_kib = machine.swap_free_kib = MIB(768);
	for (int n = 1; n <= 20; n++) {
		machine.swap_free_kib -= 10000;
		assert_int_equal(step(&starts).rule, STALL_NONE);
	}
}

/*
 * R85: while swap is roomy a leak and a JVM that starts look alike, by the kernel's word too: as
 * seen, the JVM was ended with 73 % of its swap free.
 */
static void r85_falling_waits_while_swap_is_roomy(void **state)
{
	static const struct load takes = {.refaults = 2500,
					  .activations = 2400,
					  .major_faults = 300,
					  .reads = 320,
					  .read_pages = 2500,
					  .read_ms = 640,
					  .swap_out_kib = 20000,
					  .running = 2};

	(void)state;
	machine.have |= HAVE_ACTIVATIONS;
	machine.swap_total_kib = machine.swap_free_kib = MIB(400);
	while (machine.swap_free_kib > MIB(60)) {
		bool roomy = machine.swap_free_kib - MIB(6) > MIB(60);

		machine.swap_free_kib -= MIB(6);
		assert_int_equal(step(&takes).rule != STALL_NONE, !roomy);
	}
}

/* R113: with -trigger or either of the two is enough, so the nearer one says how long it takes. */
static void r113_headroom_as_the_trigger_has_it(void **state)
{
	static const struct load some = {SOME_TAKEN};
	bool fell[2];

	(void)state;
	for (unsigned either = 0; either <= 1; either++) {
		(void)set_up(NULL);
		config.trigger = either ? TRIGGER_OR : TRIGGER_AND;
		machine.have |= HAVE_ACTIVATIONS;
		machine.swap_total_kib = MIB(4096);
		machine.swap_free_kib = MIB(600);
		fell[either] = false;
		for (unsigned i = 0; i < 10; i++) {
			machine.mem_available_kib -= MIB(3);
			fell[either] = fell[either] || step(&some).rule == STALL_FALLING;
		}
	}
	assert_false(fell[0]); /* swap will take it for minutes */
	assert_true(fell[1]);
}

/* The looks until a bomb is found, which takes 86 MiB/s of this swap; -1: not in ten seconds. */
static int bomb_goes(uint64_t available_mib, uint64_t swap_mib)
{
	static const struct load bomb = {.swap_out_kib = 90000, .alloc_stalls = 60, .running = 2};

	machine.mem_available_kib = MIB(available_mib);
	machine.swap_total_kib = machine.swap_free_kib = MIB(swap_mib);
	for (int n = 1; n <= 40; n++) {
		machine.swap_free_kib -= 22000;
		if (step(&bomb).rule == STALL_FLOOD)
			return n;
	}
	return -1;
}

static int bomb_beside(uint64_t available_mib, uint64_t swap_mib, bool ignore_swap)
{
	(void)set_up(NULL);
	config.ignore_swap = ignore_swap;
	return bomb_goes(available_mib, swap_mib);
}

/* Memory is gone, the swap is not, and in some seconds it will be: what is poured into it now is
 * not watched any longer. What is available rises again a little meanwhile. */
static void r53_a_bomb_beside_free_swap(void **state)
{
	(void)state;
	/* As soon as swap is not roomy any more (R85), with two seconds to look at. */
	assert_int_equal(bomb_beside(20, 512, false), 21);
	assert_int_equal(bomb_beside(80, 512, false), 21);
	assert_int_equal(bomb_beside(20, 256, false), 11);
	/* 12 %: the disk takes it as it comes; as seen on 6.12. */
	assert_int_equal(bomb_beside(120, 512, false), 21);
	/* R81: levels are levels, however they are written. */
	(void)set_up(NULL);
	config.level_kib[LEVEL_MEM_TERM] = MIB(100);
	config.level_kib[LEVEL_MEM_KILL] = MIB(50);
	config.mem_term_ppm = config.mem_kill_ppm = 0;
	assert_int_equal(bomb_goes(120, 512), 21);
	assert_int_equal(bomb_beside(20, 64 * 1024, false),
			 37); /* it would take minutes: -stall-hold */
	assert_int_equal(bomb_beside(80, 64 * 1024, false),
			 -1); /* and memory is not as short as that */
	assert_int_equal(bomb_beside(160, 512, false), -1);
	assert_int_equal(bomb_beside(120, 512, true),
			 -1); /* nobody asks how long swap would last */
}

static void other_rules(void **state)
{
	static const struct {
		const char *what;
		struct load load;
		uint64_t available_mib;
		bool refaults, pressure;
		double after;
		enum stall_rule rule;
	} rows[] = {
		{"no refault counters: twice as many faults",
		 {.major_faults = 1700, .reads = 1800, .read_pages = 1800, .read_ms = 9000},
		 143,
		 false,
		 false,
		 3.25,
		 STALL_FAULTS},
		{"but not where more is available",
		 {.major_faults = 1700, .reads = 1800, .read_pages = 1800, .read_ms = 9000},
		 215,
		 false,
		 false,
		 -1,
		 STALL_NONE},
		{"a quarter of it, for long", {QUARTER_OF_IT}, 143, true, false, 9.25, STALL_SLOW},
		{"less is nothing",
		 {.refaults = 200,
		  .major_faults = 200,
		  .reads = 220,
		  .read_pages = 220,
		  .read_ms = 440},
		 143,
		 true,
		 false,
		 -1,
		 STALL_NONE},
		{"nor a quarter of it where more is available",
		 {QUARTER_OF_IT},
		 300,
		 true,
		 false,
		 -1,
		 STALL_NONE},
		{"readahead is thrown out before it is used; as seen",
		 {.refaults = 6560,
		  .major_faults = 868,
		  .reads = 942,
		  .read_pages = 26847,
		  .read_ms = 1673,
		  .running = 2},
		 143,
		 true,
		 false,
		 9.25,
		 STALL_SLOW},
		{"readahead goes around what is there; as seen",
		 {.refaults = 7500,
		  .major_faults = 520,
		  .reads = 1780,
		  .read_pages = 7600,
		  .read_ms = 4200,
		  .running = 2},
		 143,
		 true,
		 false,
		 9.25,
		 STALL_SLOW},
		{"poured into swap",
		 {.swap_out_kib = 90000, .alloc_stalls = 60},
		 40,
		 true,
		 false,
		 4.25,
		 STALL_FLOOD},
		{"poured into swap, memory to spare",
		 {.swap_out_kib = 90000, .alloc_stalls = 60},
		 60,
		 true,
		 false,
		 -1,
		 STALL_NONE},
		{"a quarter of it under pressure is what a program does that starts beside a "
		 "database, and fits",
		 {QUARTER_OF_IT, .pressure_full_us = 300000},
		 143,
		 true,
		 true,
		 9.25,
		 STALL_SLOW},
		{"all of it where hundreds run, because they reclaim memory",
		 {ALL_OF_IT, .pressure_full_us = 300000, .running = 300},
		 143,
		 true,
		 true,
		 2.25,
		 STALL_PRESSURE},
		{"R12: pressure alone does nothing",
		 {.pressure_full_us = 900000, .io_full_us = 900000},
		 143,
		 true,
		 true,
		 -1,
		 STALL_NONE},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		enum stall_rule rule;
		double after;

		(void)set_up(NULL);
		machine.mem_available_kib = MIB(rows[i].available_mib);
		machine.have = HAVE_MEM | HAVE_DETAIL | HAVE_WAITS |
			       (rows[i].refaults ? HAVE_REFAULTS : 0u) |
			       (rows[i].pressure ? HAVE_PRESSURE : 0u);
		after = fires(&rows[i].load, 60, &rule);
		if (after != rows[i].after || rule != rows[i].rule)
			fail_msg("%s: after %.2f s, %s", rows[i].what, after,
				 stall_rule_name(rule));
	}
}

/* Beside swap that is not roomy a quarter of it under pressure is enough (the laboratory's
 * "anonymous"). */
static void pressure_beside_swap(void **state)
{
	static const struct {
		const char *what;
		struct load load;
	} rows[] = {
		{"it brings a quarter of it forward", {QUARTER_OF_IT, .pressure_full_us = 300000}},
		{"and where hundreds run, because they reclaim memory",
		 {QUARTER_OF_IT, .pressure_full_us = 300000, .running = 300}},
		{"that of the disk counts by the share that was taken from memory",
		 {QUARTER_OF_IT, .io_full_us = 300000}},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		enum stall_rule rule;
		double after;

		(void)set_up(NULL);
		machine.have |= HAVE_PRESSURE;
		machine.swap_total_kib = MIB(1024);
		machine.swap_free_kib = MIB(150);
		after = fires(&rows[i].load, 60, &rule);
		if (after != 2.25 || rule != STALL_PRESSURE)
			fail_msg("%s: after %.2f s, %s", rows[i].what, after,
				 stall_rule_name(rule));
	}
}

/* Counters wrap (32 bits of milliseconds are 49 days), disks come and go: what was before is not
 * compared with. */
static void counters_that_jump_are_no_stall(void **state)
{
	enum stall_rule rule;

	(void)state;
	assert_true(fires(&thrash, 1, &rule) < 0);
	machine.waits.disk_read_ms = 0;
	assert_true(fires(&thrash, 2, &rule) < 0);
	(void)set_up(NULL);
	assert_true(fires(&(struct load){0}, 5, &rule) < 0);
	machine.waits.disks++; /* one that was in use elsewhere: millions of slow reads */
	machine.waits.disk_reads += 1000000;
	machine.waits.disk_read_ms += 100000000;
	machine.waits.disk_read_pages += 1000000;
	assert_true(fires(&(struct load){.refaults = 100,
					 .major_faults = 100,
					 .reads = 100,
					 .read_pages = 100,
					 .read_ms = 10},
			  5, &rule) < 0);
}

/* The counters are asked for when the last are old enough, and only with the gate open. */
static void counters_are_read_seldom(void **state)
{
	(void)state;
	assert_true(stall_wants(&stall, &config, &machine));
	(void)stall_follow(&stall, &config, &machine);
	assert_false(stall_wants(&stall, &config, &machine));
	machine.now_ns += 100 * NS_PER_MS;
	assert_false(stall_wants(&stall, &config, &machine));
	machine.now_ns += 150 * NS_PER_MS;
	assert_true(stall_wants(&stall, &config, &machine));
	machine.mem_available_kib = MIB(600);
	assert_false(stall_wants(&stall, &config, &machine));
}

/* Looks without the counters, a hundred a second, change nothing; and a gap is not a window. */
static void looks_in_between(void **state)
{
	enum stall_rule rule;
	struct sample between;

	(void)state;
	assert_true(fires(&thrash, 10, &rule) > 0);
	between = machine;
	between.have &= ~(uint32_t)HAVE_WAITS;
	between.now_ns += 10 * NS_PER_MS;
	assert_int_equal(stall_follow(&stall, &config, &between).rule, STALL_REFAULTS);
	machine.now_ns += 60 * NS_PER_S;
	assert_int_equal(step(&thrash).rule, STALL_NONE);
	machine.mem_available_kib = MIB(600);
	assert_int_equal(step(&thrash).rule, STALL_NONE);
	assert_int_equal(stall.count, 0);
}

static void every_rule_has_a_name(void **state)
{
	(void)state;
	for (unsigned i = 0; i < STALL_RULE_COUNT; i++)
		assert_non_null(stall_rule_name(i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(thrashing_fires_after_its_window, set_up),
		cmocka_unit_test_setup(honest_work_never_fires, set_up),
		cmocka_unit_test_setup(a_control_group_at_its_own_limit, set_up),
		cmocka_unit_test_setup(r86_a_mapped_database_ends_nobody, set_up),
		cmocka_unit_test_setup(r86_what_was_taken_before_does_not_count, set_up),
		cmocka_unit_test_setup(a_leak_beside_a_database, set_up),
		cmocka_unit_test_setup(the_kernels_word_is_evidence, set_up),
		cmocka_unit_test_setup(large_machines_are_asked_for_the_same_share, set_up),
		cmocka_unit_test_setup(without_detail_nobody_is_ended, set_up),
		cmocka_unit_test_setup(the_machine_takes_many_at_a_time, set_up),
		cmocka_unit_test_setup(r12_never_with_memory_to_spare, set_up),
		cmocka_unit_test_setup(r13_a_hold_of_nothing_still_needs_a_stall, set_up),
		cmocka_unit_test_setup(roomy_swap_holds_it, set_up),
		cmocka_unit_test_setup(swap_that_nobody_may_use_is_no_room, set_up),
		cmocka_unit_test_setup(what_returns_is_no_evidence_where_swap_takes_no_more,
				       set_up),
		cmocka_unit_test_setup(thrashing_beside_much_in_swap, set_up),
		cmocka_unit_test_setup(a_return_from_swap_is_waited_for, set_up),
		cmocka_unit_test_setup(a_pause_begins_the_hold_anew, set_up),
		cmocka_unit_test_setup(r83_a_gap_begins_the_hold_anew, set_up),
		cmocka_unit_test_setup(r83_a_late_look_is_no_gap, set_up),
		cmocka_unit_test_setup(r87_free_cma_does_not_shut_the_gate, set_up),
		cmocka_unit_test_setup(falling_memory_brings_it_forward, set_up),
		cmocka_unit_test_setup(falling_memory_is_not_enough_beside_a_database, set_up),
		cmocka_unit_test_setup(r85_a_program_that_starts_beside_roomy_swap, set_up),
		cmocka_unit_test_setup(r85_falling_waits_while_swap_is_roomy, set_up),
		cmocka_unit_test_setup(r113_headroom_as_the_trigger_has_it, set_up),
		cmocka_unit_test_setup(r53_a_bomb_beside_free_swap, set_up),
		cmocka_unit_test_setup(other_rules, set_up),
		cmocka_unit_test_setup(pressure_beside_swap, set_up),
		cmocka_unit_test_setup(counters_that_jump_are_no_stall, set_up),
		cmocka_unit_test_setup(counters_are_read_seldom, set_up),
		cmocka_unit_test_setup(looks_in_between, set_up),
		cmocka_unit_test_setup(every_rule_has_a_name, set_up),
	};

	return cmocka_run_group_tests_name("stall", tests, NULL, NULL);
}
