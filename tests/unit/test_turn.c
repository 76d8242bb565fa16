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

#define BOOT_NS (100 * NS_PER_S)
#define MIB(n)  (UINT64_C(1024) * (n))

static struct config config;
static struct sample sample;
static struct proc_table table;
static struct rank rank;
static struct growth growth;
static struct coming coming;
static struct pauses pauses;
static struct decision decision; /* what turn() was about, with what the table adds */

/* 1000 MiB, of which 80 are available; SIGTERM at 10 %, SIGKILL at 5 %. */
static int fresh(void **state)
{
	(void)state;
	memset(&table, 0, sizeof(table));
	memset(&growth, 0, sizeof(growth));
	coming = (struct coming){0};
	pauses = (struct pauses){0};
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
	return turn_take(&config, &sample, &table, &pauses, &coming, &decision);
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

static struct decision stalled(enum stall_evidence evidence)
{
	return (struct decision){
		.by_stall = true,
		.stall = {.open = true, .rule = STALL_REFAULTS, .evidence = evidence}};
}

/* R99: a guarded one that is the leak itself, and nobody else is worth an end. */
static void r99_a_guarded_leak_goes_where_it_cannot_wait(void **state)
{
	static const struct process_id other = {77, 1};
	struct proc *leak = add(10, 600);

	(void)state;
	leak->oom_score_adj = -998;
	leak->anon_kib -= MIB(100);
	rank_judge(&rank, leak);
	growth_note(&growth, &table, sample.now_ns - 5 * NS_PER_S);
	leak->anon_kib += MIB(100);
	assert_int_equal(turn(none).what, TURN_NOBODY);
	assert_int_equal(turn(none).nobody, NOBODY_GUARDED);
	assert_int_equal(turn(stalled(EVIDENCE_KERNEL)).what, TURN_END); /* at the level, too */
	sample.mem_available_kib = MIB(180);
	assert_int_equal(turn(stalled(EVIDENCE_KERNEL)).what, TURN_END);
	assert_int_equal(turn(stalled(EVIDENCE_GROWTH)).what, TURN_GROWING);
	assert_int_equal(turn(falling).what, TURN_GROWING);
	sample.mem_available_kib = MIB(40);
	assert_int_equal(turn(none).what, TURN_END);
	assert_int_equal(decision.action, ACTION_KILL);
	rank.pending = &other; /* who is on its way may have taken more */
	rank.pending_count = 1;
	(void)turn(none);
	assert_false(table.procs[0].doubtful);
}

/* R37: what is missing at first is next to nothing. */
static void r37_a_tiny_one_goes_below_the_sigkill_level_only(void **state)
{
	(void)state;
	sample.mem_available_kib = MIB(100) - 100;
	(void)add(10, 1);
	assert_int_equal(turn(none).what, TURN_NOBODY);
	assert_int_equal(turn(none).nobody, NOBODY_SMALL);
	table.procs[0].anon_kib = MIB(2);
	assert_int_equal(turn(none).what, TURN_END);
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

/* What the daemon waits for was no value of its turn: useroomctl named whom it spared. */
static void r114_a_pause_is_an_answer(void **state)
{
	static const struct {
		enum pause pause;
		uint64_t available_mib; /* SIGTERM at 100, SIGKILL at 50 */
		bool holds;
	} rows[] = {
		{PAUSE_NOBODY, 80, true},   {PAUSE_NOBODY, 40, true},    {PAUSE_FUTILE, 80, true},
		{PAUSE_INTERVAL, 80, true}, {PAUSE_INTERVAL, 40, false}, {PAUSE_SWAP, 80, true},
		{PAUSE_SWAP, 40, false},    {PAUSE_GROWING, 80, false},  {PAUSE_NOBODY, 150, false},
		{PAUSE_LEVEL, 80, true},    {PAUSE_LEVEL, 40, false},
	};

	(void)state;
	(void)add(10, 300);
	config.interval_ns = 10 * NS_PER_S;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool low = rows[i].available_mib <= 100;
		struct turn t;

		sample.mem_available_kib = MIB(rows[i].available_mib);
		pauses = (struct pauses){0};
		pause_begin(&pauses, rows[i].pause, &config, sample.now_ns - 1, 0);
		t = turn(none);
		assert_int_equal(t.what, !low ? TURN_IDLE : rows[i].holds ? TURN_PAUSED : TURN_END);
		assert_int_equal(t.pause, rows[i].holds ? rows[i].pause : PAUSE_NONE);
		/* The same before anybody was looked for. */
		t = turn_without_table(&decision, &pauses, sample.now_ns);
		assert_int_equal(t.pause, rows[i].holds ? rows[i].pause : PAUSE_NONE);
		t = turn_without_table(&decision, &pauses, sample.now_ns + 10 * NS_PER_S);
		assert_int_equal(t.what, low ? TURN_END : TURN_IDLE);
	}
}

/* What holds for longer is the better answer. */
static void r114_a_pause_is_the_last_answer(void **state)
{
	(void)state;
	add(10, 300)->oom_score_adj = -1000;
	pauses.until_ns[PAUSE_SWAP] = UINT64_MAX;
	assert_int_equal(turn(none).what, TURN_NOBODY);
	assert_int_equal(turn_without_table(&decision, &pauses, sample.now_ns).pause, PAUSE_SWAP);
}

/* Above the levels only one that grows may go; the levels do not wait for that. */
static void r114_nobody_grew_is_no_pause_at_the_levels(void **state)
{
	(void)state;
	add(10, 300)->start_ticks = 100;
	pauses.until_ns[PAUSE_GROWING] = UINT64_MAX;
	sample.mem_available_kib = MIB(180);
	(void)turn(falling);
	assert_int_equal(turn_without_table(&decision, &pauses, sample.now_ns).pause,
			 PAUSE_GROWING);
	sample.mem_available_kib = MIB(80);
	assert_int_equal(turn(falling).what, TURN_END);
}

static void r89_which_pause_a_victim_makes(void **state)
{
	const struct decision memory = {.mem_low = true},
			      with_swap = {.mem_low = true, .swap_counts = true},
			      swap_alone = {.swap_low = true, .swap_counts = true};

	(void)state;
	assert_int_equal(pause_after_victim(&memory), PAUSE_NONE);
	assert_int_equal(pause_after_victim(&with_swap), PAUSE_SWAP);
	assert_int_equal(pause_after_victim(&swap_alone), PAUSE_INTERVAL);
}

/* R82: never longer than -i, nor as long as an -i of twenty seconds; R109: a reload ends all but
 * that of swap, which the settings have nothing to do with. */
static void r82_how_long_pauses_are(void **state)
{
	(void)state;
	config.interval_ns = 20 * NS_PER_S;
	pause_begin(&pauses, PAUSE_NOBODY, &config, 5, 0);
	assert_int_equal(pauses.until_ns[PAUSE_NOBODY], NS_PER_S + 5);
	pause_begin(&pauses, PAUSE_NOBODY, &config, 5, 100 * NS_PER_MS);
	assert_int_equal(pauses.until_ns[PAUSE_NOBODY], 5 * NS_PER_S + 5);
	pause_begin(&pauses, PAUSE_NOBODY, &config, 5, NS_PER_S);
	assert_int_equal(pauses.until_ns[PAUSE_NOBODY], 20 * NS_PER_S + 5);
	pause_begin(&pauses, PAUSE_SWAP, &config, 5, 0);
	pause_begin(&pauses, PAUSE_GROWING, &config, 5, 0);
	assert_int_equal(pauses.until_ns[PAUSE_GROWING], 200 * NS_PER_MS + 5);
	pause_settings_changed(&pauses);
	for (enum pause i = PAUSE_NONE; i < PAUSE_COUNT; i++)
		assert_int_equal(pauses.until_ns[i], i == PAUSE_SWAP ? NS_PER_S + 5 : 0);
}

static struct event fill(enum action action, unsigned row)
{
	struct decision d = {.action = action};
	struct event e = {0};

	turn_fill(&d, &table, row, 0, BOOT_NS, &e);
	return e;
}

static void r114_which_signal(void **state)
{
	struct proc *p;

	(void)state;
	p = add(10, 300);
	p->freeable_kib = MIB(300);
	assert_int_equal(fill(ACTION_TERM, 0).signal, SIGTERM);
	assert_int_equal(fill(ACTION_KILL, 0).signal, SIGKILL);
	assert_false(fill(ACTION_KILL, 0).ignores_term);
	p->swap_kib = MIB(200);
	assert_int_equal(fill(ACTION_TERM, 0).signal, SIGKILL);
	assert_true(fill(ACTION_TERM, 0).swapped_out);
	p->swap_kib = 0;
	add(11, 0)->mm_of = 10;
	table.procs[1].ignores_term = true;
	assert_int_equal(fill(ACTION_TERM, 0).signal, SIGKILL);
	assert_true(fill(ACTION_TERM, 0).ignores_term);
	assert_int_equal(fill(ACTION_TERM, 0).target.together_count, 1);
	assert_int_equal(fill(ACTION_TERM, 0).target.together[0].pid, 11);
	assert_int_equal(fill(ACTION_TERM, 1).signal, SIGKILL);
	assert_int_equal(target_victims(&(struct target){.together_count = 1}), 1); /* one memory */
}

/* R97, R114: of a swarm as many as are needed, twice as many each time, and who is next is none of
 * them; but where the next of the swarm is left, it is that one. */
static void r114_of_a_swarm(void **state)
{
	static struct event e;
	static const struct {
		unsigned shots, victims;
		int32_t next;
	} rows[] = {
		{0, 5, 105}, {1, 9, 109}, {2, 18, 118}, {3, 30, 10}, {9, 30, 10},
	};
	struct turn t;

	(void)state;
	(void)add(10, 300);
	for (int32_t i = 0; i < 30; i++) {
		struct proc *p = add(100 + i, 5);

		p->anon_kib = p->rss_kib = MIB(5) - 38; /* with what it costs the kernel */
		p->swarm_kib = MIB(700);
		p->start_ticks = 1000 - (uint64_t)i; /* the youngest first */
	}
	t = turn(none);
	assert_int_equal(t.what, TURN_END);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		decision.need_kib = MIB(22);
		turn_fill(&decision, &table, 0, rows[i].shots, BOOT_NS, &e);
		assert_int_equal(e.target.victim.pid, 100);
		assert_int_equal(target_victims(&e.target), rows[i].victims);
		assert_int_equal(e.target.together_count, rows[i].victims - 1);
		assert_int_equal(e.target.together[rows[i].victims - 2].pid,
				 100 + rows[i].victims - 1);
		assert_int_equal(e.target.victim.freeable_kib, rows[i].victims * (MIB(5) - 38));
		assert_true(e.has_next);
		assert_int_equal(e.next.pid, rows[i].next);
	}
	for (int32_t i = 30; i < 100; i++) { /* as many as an event has room for */
		table.procs[table.count] = table.procs[0];
		table.procs[table.count++].pid = 200 + i;
	}
	table.procs[table.count++] = table.procs[30]; /* the last, and another behind it */
	table.procs[30] = table.procs[0];
	turn_fill(&decision, &table, 0, 9, BOOT_NS, &e);
	assert_int_equal(target_victims(&e.target), TOGETHER_MAX); /* one place is left */
	turn_fill(&decision, &table, table.count - 2, 9, BOOT_NS, &e);
	assert_int_equal(target_victims(&e.target), 1); /* what is behind it is of no swarm */
}

/* R97: the fourth time who starts them goes too, and is not who is next; if it ignores SIGTERM all
 * get SIGKILL. */
static void r97_who_starts_a_swarm(void **state)
{
	static struct event e;
	struct proc *head;

	(void)state;
	for (int32_t i = 0; i < 40; i++) {
		struct proc *p = add(100 + i, 5);

		p->swarm_kib = MIB(700);
		p->ppid = 20;
		p->start_ticks = 100;
	}
	head = add(20, 1);
	head->start_ticks = 50;
	(void)turn(none);
	head = &table.procs[40];
	assert_int_equal(head->pid, 20);
	head->rank = CLASS_SMALL;
	decision.need_kib = MIB(900);
	for (unsigned shots = 0; shots < 5; shots++) {
		turn_fill(&decision, &table, 0, shots, BOOT_NS, &e);
		assert_int_equal(e.target.head.pid, shots < 3 ? 0 : 20);
		assert_int_equal(e.has_next, shots < 3);
		assert_int_equal(e.signal, SIGTERM);
	}
	head->ignores_term = true;
	turn_fill(&decision, &table, 0, 2, BOOT_NS, &e);
	assert_int_equal(e.signal, SIGTERM);
	turn_fill(&decision, &table, 0, 3, BOOT_NS, &e);
	assert_int_equal(e.signal, SIGKILL);
	assert_true(e.ignores_term);
}

static void each_has_a_name(void **state)
{
	(void)state;
	for (enum turn_what what = 0; what < TURN_COUNT; what++) {
		for (enum turn_what other = 0; other < what; other++)
			assert_string_not_equal(turn_name(what), turn_name(other));
	}
	for (enum pause pause = 0; pause < PAUSE_COUNT; pause++) {
		for (enum pause other = 0; other < pause; other++) {
			assert_string_not_equal(pause_name(pause), pause_name(other));
			assert_string_not_equal(pause_text(pause), pause_text(other));
		}
	}
}

/* Every reason to hold back can be said, and what is none says nothing. */
static void each_reason_has_words(void **state)
{
	(void)state;
	for (enum turn_what what = 0; what < TURN_COUNT; what++) {
		bool none_held = what == TURN_UNKNOWN || what == TURN_IDLE || what == TURN_END;
		struct turn t = {.what = what, .nobody = NOBODY_SMALL, .pause = PAUSE_SWAP};

		assert_int_equal(turn_text(t)[0] == '\0', none_held);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(r114_nothing_is_short, fresh),
		cmocka_unit_test_setup(r114_somebody_goes, fresh),
		cmocka_unit_test_setup(r114_enough_is_coming_back, fresh),
		cmocka_unit_test_setup(r99_a_guarded_leak_goes_where_it_cannot_wait, fresh),
		cmocka_unit_test_setup(r37_a_tiny_one_goes_below_the_sigkill_level_only, fresh),
		cmocka_unit_test_setup(r114_no_evidence, fresh),
		cmocka_unit_test_setup(r114_ending_cannot_help, fresh),
		cmocka_unit_test_setup(r114_ending_all_others_cannot_help, fresh),
		cmocka_unit_test_setup(r114_nobody, fresh),
		cmocka_unit_test_setup(r114_only_one_that_grows, fresh),
		cmocka_unit_test_setup(r114_whoever_began_lately, fresh),
		cmocka_unit_test_setup(r114_a_pause_is_an_answer, fresh),
		cmocka_unit_test_setup(r114_a_pause_is_the_last_answer, fresh),
		cmocka_unit_test_setup(r114_nobody_grew_is_no_pause_at_the_levels, fresh),
		cmocka_unit_test_setup(r89_which_pause_a_victim_makes, fresh),
		cmocka_unit_test_setup(r82_how_long_pauses_are, fresh),
		cmocka_unit_test_setup(r114_which_signal, fresh),
		cmocka_unit_test_setup(r114_of_a_swarm, fresh),
		cmocka_unit_test_setup(r97_who_starts_a_swarm, fresh),
		cmocka_unit_test(each_has_a_name),
		cmocka_unit_test(each_reason_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
