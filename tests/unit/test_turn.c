/* SPDX-License-Identifier: MIT */
/* R114: what is done about a decision, as everybody who asks gets it. */
#include "act/turn.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MIB(n) ((uint64_t)(n)*1024)

static struct config config;
static struct sample sample;
static struct proc_table table;
static struct rank rank;
static struct growth growth;
static struct coming coming;
static struct decision decision; /* what turn() was about, with what the table adds */

/* 1000 MiB, of which 80 are available; SIGTERM at 10 %, SIGKILL at 5 %. */
static int fresh(void **state)
{
	(void)state;
	memset(&table, 0, sizeof(table));
	memset(&growth, 0, sizeof(growth));
	coming = (struct coming){0};
	config = (struct config){.mem_term_ppm = 100000,
				 .mem_kill_ppm = 50000,
				 .swap_term_ppm = 100000,
				 .swap_kill_ppm = 50000,
				 .min_victim_ppm = 10000,
				 .stall_milli = 2000,
				 .stall_below_ppm = 200000};
	sample = (struct sample){.have = HAVE_MEM | HAVE_SWAP,
				 .now_ns = 1000 * NS_PER_S,
				 .mem_total_kib = MIB(1000),
				 .ram_kib = MIB(1000),
				 .mem_available_kib = MIB(80)};
	rank = (struct rank){.config = &config, .page_kib = 4, .may_kill_all = true};
	rank_of_machine(&rank, &sample, 0);
	return 0;
}

static struct proc *add(int32_t pid, uint64_t anon_mib)
{
	struct proc *p = &table.procs[table.count++];

	*p = (struct proc){.pid = pid, .ppid = 2, .uid = 1000, .state = 'S', .matched = -1};
	p->anon_kib = p->rss_kib = MIB(anon_mib);
	return p;
}

/* Everything after the scan, as domain.c and view.c do it. */
static struct turn turn(struct decision earlier)
{
	decision = policy_confirm(&config, &sample, &coming, &earlier);
	for (unsigned i = 0; i < table.count; i++)
		rank_judge(&rank, &table.procs[i]);
	rank_sort(&rank, &table);
	table.unkillable_kib = rank_unkillable(&table);
	turn_order(&config, &decision, &growth, sample.now_ns, 5000 * NS_PER_S, &rank, &table);
	return turn_take(&config, &sample, &table, &coming, &decision);
}

static const struct decision none;

static const struct decision falling = {
	.by_stall = true,
	.stall = {.open = true, .rule = STALL_FALLING, .evidence = EVIDENCE_GROWTH}};

static void r114_nothing_is_short(void **state)
{
	(void)state;
	sample.mem_available_kib = MIB(500);
	(void)add(10, 300);
	assert_int_equal(turn(none).what, TURN_IDLE);
}

static void r114_somebody_goes(void **state)
{
	(void)state;
	(void)add(10, 300);
	assert_int_equal(turn(none).what, TURN_END);
	assert_int_equal(table.procs[0].pid, 10);
}

static void r114_enough_is_coming_back(void **state)
{
	(void)state;
	(void)add(10, 300);
	coming.mem_kib = MIB(200);
	assert_int_equal(turn(none).what, TURN_COVERED);
}

static void r114_no_evidence(void **state)
{
	struct decision d = {.stall = {.open = true, .held_back = STALL_REFAULTS}};

	(void)state;
	sample.mem_available_kib = MIB(180);
	(void)add(10, 300);
	assert_int_equal(turn(d).what, TURN_HELD_BACK);
}

static void r114_ending_cannot_help(void **state)
{
	(void)state;
	sample.have |= HAVE_DETAIL;
	sample.shmem_kib = MIB(800);
	(void)add(10, 20);
	assert_int_equal(turn(none).what, TURN_FUTILE);
	assert_int_equal(decision.futile, HOLDER_SHMEM);
}

/* What only the table shows: a protected one has eaten it (R05). */
static void r114_ending_all_others_cannot_help(void **state)
{
	(void)state;
	sample.have |= HAVE_DETAIL;
	sample.anon_kib = MIB(850);
	add(10, 840)->oom_score_adj = -1000;
	(void)add(11, 12);
	assert_int_equal(turn(none).what, TURN_FUTILE);
	assert_int_equal(decision.futile, HOLDER_PROTECTED);
	assert_int_equal(coming.unkillable_kib, MIB(840)); /* what it rests on is recorded */
}

static void r114_nobody(void **state)
{
	struct turn t;

	(void)state;
	add(10, 300)->oom_score_adj = -1000;
	t = turn(none);
	assert_int_equal(t.what, TURN_NOBODY);
	assert_int_equal(t.nobody, NOBODY_PROTECTED);
}

/* Under a stall the largest, which stands still, was named by useroomctl and spared by the daemon.
 */
static void r114_only_one_that_grows(void **state)
{
	struct proc *p;

	(void)state;
	sample.mem_available_kib = MIB(180);
	assert_true(policy_only_growing(&falling));
	p = add(10, 300);
	p->start_ticks = 100;
	assert_int_equal(turn(falling).what, TURN_GROWING);
	growth.count = 1;
	growth.entries[0] = (struct growth_entry){.id = proc_id(p),
						  .first_ns = sample.now_ns - 5 * NS_PER_S,
						  .first_kib = MIB(100),
						  .second_ns = sample.now_ns - 5 * NS_PER_S,
						  .second_kib = MIB(100)};
	assert_int_equal(turn(falling).what, TURN_END);
}

/* At the levels whoever began lately goes before a larger one: useroomctl named the larger one. */
static void r114_whoever_began_lately(void **state)
{
	(void)state;
	add(10, 300)->start_ticks = 100;
	add(11, 200)->start_ticks = (5000 - 10) * 100;
	assert_int_equal(turn(none).what, TURN_END);
	assert_int_equal(table.procs[0].pid, 11);
	table.procs[0].growing = false;
	config.sort_by_rss = true; /* the user has asked for another order */
	assert_int_equal(turn(none).what, TURN_END);
	assert_int_equal(table.procs[0].pid, 10);
}

static void r114_which_signal(void **state)
{
	const struct decision term = {.action = ACTION_TERM}, kill = {.action = ACTION_KILL};
	struct proc *p;

	(void)state;
	p = add(10, 300);
	p->freeable_kib = MIB(300);
	assert_int_equal(turn_signal(&term, &table, 0).signal, SIGTERM);
	assert_int_equal(turn_signal(&kill, &table, 0).signal, SIGKILL);
	assert_false(turn_signal(&kill, &table, 0).ignores_term);
	p->swap_kib = MIB(200);
	assert_int_equal(turn_signal(&term, &table, 0).signal, SIGKILL);
	assert_true(turn_signal(&term, &table, 0).swapped_out);
	p->swap_kib = 0;
	add(11, 0)->mm_of = 10;
	table.procs[1].ignores_term = true;
	assert_int_equal(turn_signal(&term, &table, 0).signal, SIGKILL);
	assert_true(turn_signal(&term, &table, 0).ignores_term);
	assert_int_equal(turn_signal(&term, &table, 1).signal, SIGKILL);
}

static void each_has_a_name(void **state)
{
	(void)state;
	for (enum turn_what what = 0; what < TURN_COUNT; what++) {
		for (enum turn_what other = 0; other < what; other++)
			assert_string_not_equal(turn_name(what), turn_name(other));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(r114_nothing_is_short, fresh),
		cmocka_unit_test_setup(r114_somebody_goes, fresh),
		cmocka_unit_test_setup(r114_enough_is_coming_back, fresh),
		cmocka_unit_test_setup(r114_no_evidence, fresh),
		cmocka_unit_test_setup(r114_ending_cannot_help, fresh),
		cmocka_unit_test_setup(r114_ending_all_others_cannot_help, fresh),
		cmocka_unit_test_setup(r114_nobody, fresh),
		cmocka_unit_test_setup(r114_only_one_that_grows, fresh),
		cmocka_unit_test_setup(r114_whoever_began_lately, fresh),
		cmocka_unit_test_setup(r114_which_signal, fresh),
		cmocka_unit_test(each_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
