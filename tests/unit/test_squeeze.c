/* SPDX-License-Identifier: MIT */
#include "base/util.h"
#include "decide/squeeze.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MIB(n)    ((uint64_t)(1024 * (n)))
#define HOLD_NS   (7 * NS_PER_S)
#define HIGH_MIB  200
#define LIMIT_MIB 256

static struct squeeze squeeze;
static struct squeeze_view view;

/* How a group goes on from one look to the next; rates a second. */
struct life {
	double file_mib, held_mib; /* page cache, and everything else */
	double grows_mib;          /* the latter */
	double swap_mib, swap_grows_mib;
	double refaults, faults;
	double highs;
	double disk_ms;       /* a read takes so long */
	double others_faults; /* of the machine beside it: no refaults */
	double swap_left_mib;
	unsigned blocked;
	bool no_refaults; /* v1 before Linux 6.1 */
	bool high;        /* it has a memory.high */
};

static struct memcg_sample group;
static struct sample machine;

static int fresh(void **state)
{
	(void)state;
	memset(&squeeze, 0, sizeof(squeeze));
	memset(&group, 0, sizeof(group));
	machine = (struct sample){.have = HAVE_WAITS | HAVE_REFAULTS, .page_kib = 4};
	group.now_ns = 1000 * NS_PER_S;
	return 0;
}

static void go_on(const struct life *l, double seconds)
{
	double all = l->faults + l->others_faults;

	group.now_ns += (uint64_t)(seconds * 1e9);
	group.limit_kib = MIB(l->high ? HIGH_MIB : LIMIT_MIB);
	group.high_kib = l->high ? MIB(HIGH_MIB) : 0;
	group.file_kib = MIB(l->file_mib);
	group.usage_kib = MIB(l->file_mib + l->held_mib);
	group.swap_kib = MIB(l->swap_mib);
	group.swap_left_kib = MIB(l->swap_left_mib);
	group.has_refaults = !l->no_refaults;
	group.refaults += l->no_refaults ? 0 : (uint64_t)(l->refaults * seconds);
	group.major_faults += (uint64_t)(l->faults * seconds);
	group.highs += (uint64_t)(l->highs * seconds);
	group.has_blocked = view.suspected;
	group.blocked = l->blocked;
	machine.now_ns = group.now_ns;
	machine.swap_free_kib = MIB(l->swap_left_mib);
	machine.waits.major_faults += (uint64_t)(all * seconds);
	machine.waits.refaults += (uint64_t)(l->refaults * seconds);
	machine.waits.disk_reads += (uint64_t)(all * seconds);
	machine.waits.disk_wait_ms += (uint64_t)(all * seconds * l->disk_ms);
}

/* For so long; the first rule that held, and when, in seconds since the beginning. */
static enum squeeze_rule live(struct life l, double seconds, double *ret_at)
{
	enum squeeze_rule rule = SQUEEZE_NONE;

	memset(&view, 0, sizeof(view));
	for (double at = 0.5; at <= seconds; at += 0.5) {
		l.held_mib += l.grows_mib / 2;
		l.swap_mib += l.swap_grows_mib / 2;
		go_on(&l, 0.5);
		view = squeeze_follow(&squeeze, &group, &machine, HOLD_NS);
		if (rule == SQUEEZE_NONE && view.rule != SQUEEZE_NONE) {
			rule = view.rule;
			*ret_at = at;
		}
	}
	return rule;
}

/* Medians of what was measured: a limit of 256 MiB, 1,800 reads a second. */
static const struct {
	const char *what;
	struct life life;
	enum squeeze_rule rule;
} rows[] = {
	{"6.1: a leak beside hot files",
	 {.file_mib = 44,
	  .held_mib = 200,
	  .grows_mib = 2,
	  .refaults = 1810,
	  .faults = 1802,
	  .disk_ms = 5,
	  .blocked = 8},
	 SQUEEZE_THRASHING},
	{"6.18 v1 on a fast disk",
	 {.file_mib = 30,
	  .held_mib = 200,
	  .grows_mib = 3,
	  .refaults = 5700,
	  .faults = 5000,
	  .disk_ms = 0.6,
	  .blocked = 2},
	 SQUEEZE_THRASHING},
	{"v1 before 6.1: the machine's refaults are shared out",
	 {.file_mib = 44,
	  .held_mib = 200,
	  .grows_mib = 2,
	  .refaults = 1810,
	  .faults = 1802,
	  .disk_ms = 5,
	  .blocked = 8,
	  .no_refaults = true},
	 SQUEEZE_THRASHING},
	{"6.12: it has stopped growing",
	 {.file_mib = 36,
	  .held_mib = 218,
	  .refaults = 1797,
	  .faults = 1795,
	  .disk_ms = 4,
	  .blocked = 7},
	 SQUEEZE_TIGHT},
	{"a healthy backup by read",
	 {.file_mib = 150,
	  .held_mib = 105,
	  .refaults = 198,
	  .faults = 193,
	  .disk_ms = 1,
	  .blocked = 1},
	 SQUEEZE_NONE},
	{"one as fast as the disk, beside one that thrashes",
	 {.file_mib = 150,
	  .held_mib = 105,
	  .refaults = 672,
	  .faults = 672,
	  .disk_ms = 4.6,
	  .blocked = 1},
	 SQUEEZE_NONE},
	{"a healthy backup by mmap",
	 {.file_mib = 148,
	  .held_mib = 105,
	  .refaults = 1011,
	  .faults = 1011,
	  .disk_ms = 2,
	  .blocked = 2},
	 SQUEEZE_NONE},
	{"a mapped database that never fitted",
	 {.file_mib = 69,
	  .held_mib = 180,
	  .refaults = 1800,
	  .faults = 1800,
	  .disk_ms = 4,
	  .blocked = 5},
	 SQUEEZE_NONE},
	{"a service at 96 % whose files fit", {.file_mib = 28, .held_mib = 226}, SQUEEZE_NONE},
	{"compile jobs", {.file_mib = 60, .held_mib = 128, .grows_mib = 6}, SQUEEZE_NONE},
	{"64 GiB with 5 % page cache would take minutes to turn over: here 20 s",
	 {.file_mib = 60,
	  .held_mib = 196,
	  .grows_mib = 1,
	  .refaults = 700,
	  .faults = 700,
	  .disk_ms = 4,
	  .blocked = 3},
	 SQUEEZE_NONE},
	{"cold reading beside nothing that came back",
	 {.file_mib = 40,
	  .held_mib = 210,
	  .grows_mib = 2,
	  .refaults = 5,
	  .faults = 1800,
	  .disk_ms = 5,
	  .blocked = 9},
	 SQUEEZE_NONE},
	{"a read takes long because of another group, and nobody here waits",
	 {.file_mib = 40,
	  .held_mib = 210,
	  .grows_mib = 2,
	  .refaults = 1000,
	  .faults = 1000,
	  .disk_ms = 5,
	  .blocked = 0},
	 SQUEEZE_NONE},
	{"memory.high, no swap",
	 {.file_mib = 0.5,
	  .held_mib = 199.5,
	  .refaults = 65,
	  .faults = 65,
	  .disk_ms = 1,
	  .highs = 511,
	  .high = true},
	 SQUEEZE_THROTTLED},
	{"memory.high, with swap: slow, but it lives",
	 {.file_mib = 2,
	  .held_mib = 198,
	  .refaults = 150,
	  .faults = 150,
	  .disk_ms = 1,
	  .highs = 41,
	  .high = true,
	  .swap_left_mib = 100},
	 SQUEEZE_NONE},
	{"memory.high with plenty of page cache",
	 {.file_mib = 60, .held_mib = 140, .highs = 700, .high = true},
	 SQUEEZE_NONE},
	{"6.1 on a busy host: half a task, and nothing is left",
	 {.file_mib = 5,
	  .held_mib = 240,
	  .grows_mib = 2.4,
	  .refaults = 790,
	  .faults = 785,
	  .disk_ms = 1,
	  .blocked = 1},
	 SQUEEZE_THRASHING},
	{"the same with room: the disk is fast enough",
	 {.file_mib = 40,
	  .held_mib = 180,
	  .grows_mib = 2.4,
	  .refaults = 790,
	  .faults = 785,
	  .disk_ms = 1,
	  .blocked = 1},
	 SQUEEZE_NONE},
	{"full, and its cache is read again in a minute",
	 {.file_mib = 5,
	  .held_mib = 240,
	  .grows_mib = 2.4,
	  .refaults = 25,
	  .faults = 25,
	  .disk_ms = 30,
	  .blocked = 1},
	 SQUEEZE_NONE},
};

static void what_was_measured_is_told_apart(void **state)
{
	double at;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		(void)fresh(state);
		if (live(rows[i].life, 50, &at) != rows[i].rule)
			fail_msg("%s: %s", rows[i].what, squeeze_rule_name(view.rule));
	}
}

static void a_leak_is_seen_within_seconds(void **state)
{
	double at = 0;

	(void)state;
	assert_int_equal(live(rows[0].life, 20, &at), SQUEEZE_THRASHING);
	assert_true(at <= 8); /* 13 MiB have to be taken first, at 2 MiB/s */
	assert_true(view.grown_kib >= MIB(13));
}

static void with_swap_left_it_waits_for_hold(void **state)
{
	struct life l = rows[0].life;
	double without = 0, with = 0;

	(void)live(l, 40, &without);
	(void)fresh(state);
	l.swap_left_mib = 100;
	(void)live(l, 40, &with);
	assert_true(with >= without + 7);
	(void)fresh(state); /* a tenth of its limit is no swap to speak of */
	l.swap_left_mib = 25;
	with = 0;
	(void)live(l, 40, &with);
	assert_true(with == without);
}

/* It holds as much as its limit lets it, and the rest of what it takes goes to swap. */
static void a_leak_goes_on_into_the_groups_swap(void **state)
{
	struct life l = rows[0].life;
	double at = 0;

	(void)state;
	l.grows_mib = 0;
	l.swap_grows_mib = 2;
	l.swap_left_mib = 25;
	assert_int_equal(live(l, 20, &at), SQUEEZE_THRASHING);
	assert_true(view.grown_kib >= MIB(13));
	assert_int_equal(view.held_kib, MIB(200));
	(void)fresh(state); /* what was swapped out comes back, and something else goes */
	l.grows_mib = 2;
	l.swap_mib = 100;
	l.swap_grows_mib = -2;
	assert_int_equal(live(l, 20, &at), SQUEEZE_NONE);
}

static void tight_is_said_after_half_a_minute(void **state)
{
	double at = 0;

	(void)state;
	assert_int_equal(live(rows[3].life, 50, &at), SQUEEZE_TIGHT);
	assert_true(at >= 30);
}

/* -containers-room: nothing is read again, and it grows until a twentieth of the limit is left. */
static void nearly_full_is_said_where_it_is_asked_for(void **state)
{
	struct life l = {.file_mib = 4, .held_mib = 200, .grows_mib = 2};
	double at = 0, with_swap = 0;

	(void)state;
	assert_int_equal(live(l, 28, &at), SQUEEZE_NONE);
	(void)fresh(state);
	squeeze.full_ppm = 5 * PPM_PER_PERCENT;
	assert_int_equal(live(l, 28, &at), SQUEEZE_FULL);
	assert_in_range((uintmax_t)at, 21, 23); /* 12.8 MiB are left after 21.6 s */
	(void)fresh(state);
	squeeze.full_ppm = 5 * PPM_PER_PERCENT;
	l.swap_left_mib = 100;
	assert_int_equal(live(l, 40, &with_swap), SQUEEZE_FULL);
	assert_true(with_swap >= at + 7);
	(void)fresh(state); /* what does not fit goes to swap, and there is plenty */
	squeeze.full_ppm = 5 * PPM_PER_PERCENT;
	l = (struct life){.held_mib = 250, .swap_grows_mib = 2, .swap_left_mib = 1000};
	assert_int_equal(live(l, 40, &at), SQUEEZE_NONE);
	assert_true(view.grown_kib >= MIB(50));
	l = (struct life){.file_mib = 4, .held_mib = 200, .grows_mib = 2};
	(void)fresh(state); /* where the kernel makes it wait, and ends nobody */
	squeeze.full_ppm = 5 * PPM_PER_PERCENT;
	group.throttles = true;
	assert_int_equal(live(l, 28, &at), SQUEEZE_NONE);
	(void)fresh(state); /* so it has always been */
	squeeze.full_ppm = 5 * PPM_PER_PERCENT;
	l = (struct life){.file_mib = 4, .held_mib = 250};
	assert_int_equal(live(l, 70, &at), SQUEEZE_NONE);
}

/* What is said of the room is said of one that thrashes as well, and that says more. */
static void thrashing_is_more_than_full(void **state)
{
	double at = 0;

	(void)state;
	squeeze.full_ppm = 24 * PPM_PER_PERCENT;
	assert_int_equal(live(rows[0].life, 10, &at), SQUEEZE_THRASHING); /* both hold then */
}

/* What stands between two looks that are minutes apart says nothing of now. */
static void a_pause_forgets(void **state)
{
	double at = 0;

	(void)state;
	(void)live(rows[0].life, 10, &at);
	assert_int_equal(view.rule, SQUEEZE_THRASHING);
	go_on(&rows[0].life, 20);
	view = squeeze_follow(&squeeze, &group, &machine, HOLD_NS);
	assert_int_equal(view.rule, SQUEEZE_NONE);
	assert_int_equal(view.waiting_milli, 0);
}

/* A group that is made again under the same path begins at 0. */
static void counters_that_go_back_did_not_move(void **state)
{
	double at = 0;

	(void)state;
	(void)live(rows[0].life, 10, &at);
	group.refaults = group.major_faults = 0;
	go_on(&(struct life){.file_mib = 44, .held_mib = 200}, 0.5);
	view = squeeze_follow(&squeeze, &group, &machine, HOLD_NS);
	assert_int_equal(view.waiting_milli, 0);
}

static void growth_is_of_the_last_minute(void **state)
{
	struct life l = {.file_mib = 50, .held_mib = 100, .grows_mib = 1};
	double at;

	(void)state;
	(void)live(l, 50, &at);
	assert_in_range(view.grown_kib, MIB(48), MIB(50));
	l.held_mib = 150;
	(void)live(l, 120, &at);
	assert_in_range(view.grown_kib, MIB(60), MIB(70)); /* whole parts of ten seconds */
}

static void without_the_machines_counters_nothing_is_said(void **state)
{
	double at = 0;

	(void)state;
	machine.have = 0;
	assert_int_equal(live(rows[0].life, 20, &at), SQUEEZE_NONE);
}

static void what_is_worth_a_closer_look(void **state)
{
	struct memcg_sample before, now;

	(void)state;
	go_on(&rows[0].life, 1);
	before = group;
	go_on(&rows[0].life, 2);
	assert_true(squeeze_suspects(&before, &group));
	now = group;
	assert_false(squeeze_suspects(&now, &group)); /* no time between them */
	before = group;
	go_on(&rows[4].life, 2); /* a backup: too much room */
	assert_false(squeeze_suspects(&before, &group));
	before = group;
	go_on(&rows[13].life, 2);
	assert_true(squeeze_suspects(&before, &group));
	go_on(&rows[8].life, 2);
	before = group;
	go_on(&rows[8].life, 2); /* at rest, however full */
	assert_false(squeeze_suspects(&before, &group));
	now = before = group;
	now.now_ns += NS_PER_S;
	now.file_kib -= now.limit_kib / 100;
	assert_false(squeeze_suspects(&before, &now));
	now.file_kib -= now.limit_kib / 50; /* it takes what little there is */
	assert_true(squeeze_suspects(&before, &now));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_was_measured_is_told_apart, fresh),
		cmocka_unit_test_setup(a_leak_is_seen_within_seconds, fresh),
		cmocka_unit_test_setup(with_swap_left_it_waits_for_hold, fresh),
		cmocka_unit_test_setup(a_leak_goes_on_into_the_groups_swap, fresh),
		cmocka_unit_test_setup(tight_is_said_after_half_a_minute, fresh),
		cmocka_unit_test_setup(nearly_full_is_said_where_it_is_asked_for, fresh),
		cmocka_unit_test_setup(thrashing_is_more_than_full, fresh),
		cmocka_unit_test_setup(a_pause_forgets, fresh),
		cmocka_unit_test_setup(counters_that_go_back_did_not_move, fresh),
		cmocka_unit_test_setup(growth_is_of_the_last_minute, fresh),
		cmocka_unit_test_setup(without_the_machines_counters_nothing_is_said, fresh),
		cmocka_unit_test_setup(what_is_worth_a_closer_look, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
