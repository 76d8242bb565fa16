/* SPDX-License-Identifier: MIT */
#include "decide/squeeze.h"

#include <assert.h>
#include <string.h>

/*
 * Where the numbers come from: 41 runs of 12 to 60 s, limits of 128 and 256 MiB, on 6.18 and 6.1 v1
 * and 6.1 and 6.12 v2, disks of 1,500 reads/s and faster; 16 with a group in trouble, 20 healthy, 5
 * of a mapped database that never fitted. WAITING_LEAST could be anything between 1 and 4.
 * SQUEEZE_ROOM_MOST is the weak one: at 25 % it saw 15 of the 16 and none of the others, at 30 %
 * three of the databases too. It knows no size: hence the turnover.
 */

/* Tasks that wait for refaults, in the mean. */
#define WAITING_LEAST 2.0
/* Of them so many were really seen asleep: where another group keeps the disk busy each read takes
 * longer, and 3.1 tasks by that measure were 1.0. */
#define BLOCKED_LEAST 1.0
#define BLOCKED_LOOKS 4
/* And where nothing grew, so that it may be how it always works. */
#define TIGHT_ROOM_MOST (20 * PPM_PER_PERCENT)
#define TIGHT_HOLD_NS   (30 * NS_PER_S)
/* In trouble 0.5 to 9.1 s, backups 12.7 to 39 s, mapped databases 7.8 to 88 s. */
#define TURNOVER_MOST_S 10.0
/*
 * With so little room it is a matter of seconds until the kernel ends somebody, and not always who
 * grew: then half a task, and a cache that is replaced in so long. Seen on a busy host (6.1, 2.4
 * MiB/s): 0.8 tasks in all windows from 5 % of room to the kernel's kill, 4 s later. None of the
 * healthy groups had so little: a service at 96 % that fits had 11 %.
 */
#define FULL_ROOM_MOST       (5 * PPM_PER_PERCENT)
#define FULL_WAITING_LEAST   0.5
#define FULL_BLOCKED_LEAST   0.5
#define FULL_TURNOVER_MOST_S 5.0
/* What it took, of its limit. Not measured: more than a program that works breathes in and out. */
#define GROWN_LEAST (5 * PPM_PER_PERCENT)

/*
 * memory.high without swap: 511 (6.12) and 720 (6.1) times a second, with page cache below 1 % of
 * it. With swap left it was 8 to 41, and the group was slow but lived.
 */
#define HIGHS_LEAST    50.0
#define HIGH_USAGE     (98 * PPM_PER_PERCENT)
#define HIGH_FILE_MOST (3 * PPM_PER_PERCENT)
#define HIGH_HOLD_NS   (5 * NS_PER_S)

/* Swap of its own that is left, of its limit, from which on it counts. */
#define SWAP_LEFT_LEAST (20 * PPM_PER_PERCENT)

/* All must hold over this, and again in its last part. */
#define WINDOW_NS (2 * NS_PER_S)
#define SHORT_NS  (1 * NS_PER_S)
/* Looks come late under load; with a longer pause what was seen says nothing of now. */
#define SLACK_NS      (100 * NS_PER_MS)
#define PAUSE_MOST_NS (4 * NS_PER_S)

#define SLOT_NS (10 * NS_PER_S)

/* Refaults or major faults a second, and throttling, that are worth a closer look. A disk of 10 ms
 * a read makes one waiting task of 100. */
#define SUSPECT_FAULTS 20.0
#define SUSPECT_HIGHS  10.0
#define SUSPECT_ROOM   (35 * PPM_PER_PERCENT)
/* Taken since, of the limit. */
#define SUSPECT_GROWN (2 * PPM_PER_PERCENT)
/* Waiting tasks that are worth to go on. */
#define TROUBLE_MILLI 500

const char *squeeze_rule_name(enum squeeze_rule rule)
{
	static const char *const names[SQUEEZE_RULE_COUNT] = {
		[SQUEEZE_NONE] = "none",           [SQUEEZE_THRASHING] = "thrashing",
		[SQUEEZE_THROTTLED] = "throttled", [SQUEEZE_TIGHT] = "tight",
		[SQUEEZE_FULL] = "full",
	};

	assert((unsigned)rule < SQUEEZE_RULE_COUNT);
	return names[rule];
}

/* ---- amounts ---- */

static uint64_t reclaimable_kib(const struct memcg_sample *g)
{
	return g->file_kib + g->slab_kib;
}

static uint64_t held_kib(const struct memcg_sample *g)
{
	return minus_u64(g->usage_kib, reclaimable_kib(g));
}

/* A leak that is at the limit goes on into the group's swap. */
static uint64_t taken_kib(const struct memcg_sample *g)
{
	return held_kib(g) + g->swap_kib;
}

uint32_t squeeze_room_ppm(const struct memcg_sample *g)
{
	return share_ppm(minus_u64(g->limit_kib, held_kib(g)), g->limit_kib);
}

uint64_t squeeze_need_kib(const struct squeeze_view *v)
{
	const uint32_t most_ppm = SQUEEZE_ROOM_MOST, least_ppm = GROWN_LEAST;

	return v->limit_kib / 1000 * max_u64(minus_u64(most_ppm, v->room_ppm), least_ppm) / 1000;
}

void squeeze_hold(struct squeeze_held *held, const struct memcg_sample *g)
{
	uint64_t slot = g->now_ns / SLOT_NS + 1;
	uint64_t on = held->slot == 0 ? SQUEEZE_SLOTS : min_u64(slot - held->slot, SQUEEZE_SLOTS);

	memmove(held->kib + on, held->kib, (size_t)(SQUEEZE_SLOTS - on) * sizeof(held->kib[0]));
	for (uint64_t i = 0; i < on; i++)
		held->kib[i] = UINT64_MAX;
	held->slot = slot;
	held->kib[0] = min_u64(held->kib[0], taken_kib(g));
}

static uint64_t grown_kib(const struct squeeze_held *held, const struct memcg_sample *g)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < SQUEEZE_SLOTS; i++)
		least = min_u64(least, held->kib[i]);
	return minus_u64(taken_kib(g), least);
}

uint32_t squeeze_enough_ppm(const struct squeeze *sq, enum squeeze_rule rule)
{
	return rule == SQUEEZE_FULL ? sq->full_ppm : SQUEEZE_ROOM_MOST;
}

/* ---- rates ---- */

struct rates {
	double waiting;
	double hard;
	double highs;
	double turnover; /* s */
};

/* Counters that went backwards, as those of a group that was made again, did not move. */
static double moved(uint64_t from, uint64_t to)
{
	return (double)minus_u64(to, from);
}

/*
 * Pages that came back. v1 before 6.1 does not count them a group: then the machine's, as many of
 * them as the group has of the major faults. That gave the same time to act in all runs; it is too
 * much or too little beside many faults elsewhere that are none of pages that had been there.
 */
static double refaults(const struct squeeze_point *a, const struct squeeze_point *b)
{
	double faults = moved(a->group.major_faults, b->group.major_faults);
	double of_all = moved(a->machine_faults, b->machine_faults);

	if (b->group.has_refaults)
		return moved(a->group.refaults, b->group.refaults);
	if (!b->machine_has_refaults)
		return faults;
	return moved(a->machine_refaults, b->machine_refaults) *
	       min_double(1, ratio(faults, of_all));
}

static struct rates rates_between(const struct squeeze_point *a, const struct squeeze_point *b,
				  uint64_t page_kib)
{
	double seconds = (double)(b->group.now_ns - a->group.now_ns) / (double)NS_PER_S;
	double faults = moved(a->group.major_faults, b->group.major_faults);
	double reads = moved(a->reads, b->reads);
	double hard = min_double(refaults(a, b), min_double(faults, reads)) / seconds;
	double latency = ratio(moved(a->wait_ms, b->wait_ms) / 1000, reads);

	return (struct rates){
		.hard = hard,
		.waiting = hard * latency,
		.highs = moved(a->group.highs, b->group.highs) / seconds,
		.turnover = hard > 0 ? (double)b->group.file_kib / (hard * (double)page_kib) : 1e9,
	};
}

/* ---- the rules ---- */

struct look {
	const struct memcg_sample *group;
	struct rates rates; /* over both windows, where a moment could deceive; 0: not known yet */
	double blocked;     /* < 0: not known yet */
	uint32_t room_ppm, full_ppm;
	uint64_t grown_kib;
	uint64_t just_kib; /* by so much in the last second, in memory */
};

static bool waits(const struct look *l, uint32_t room_most)
{
	return l->rates.waiting >= WAITING_LEAST && l->room_ppm < room_most &&
	       l->rates.turnover < TURNOVER_MOST_S;
}

static bool grew(const struct look *l)
{
	return share_ppm(l->grown_kib, l->group->limit_kib) >= GROWN_LEAST;
}

static bool nearly_full(const struct look *l)
{
	return l->room_ppm < FULL_ROOM_MOST && l->rates.waiting >= FULL_WAITING_LEAST &&
	       l->rates.turnover < FULL_TURNOVER_MOST_S;
}

static bool thrashing(const struct look *l)
{
	return (waits(l, SQUEEZE_ROOM_MOST) || nearly_full(l)) && grew(l);
}

static bool tight(const struct look *l)
{
	return waits(l, TIGHT_ROOM_MOST);
}

static bool throttled(const struct look *l)
{
	const struct memcg_sample *g = l->group;

	return g->high_kib > 0 && share_ppm(g->usage_kib, g->high_kib) >= HIGH_USAGE &&
	       share_ppm(g->file_kib, g->high_kib) < HIGH_FILE_MOST &&
	       l->rates.highs >= HIGHS_LEAST;
}

/* Who has come to stand there is healthy, also where the rest goes to swap: the kernel ends nobody
 * then. The same as grew(), by the second. */
static bool grows(const struct look *l)
{
	return share_ppm(l->just_kib, l->group->limit_kib) >= GROWN_LEAST / 60;
}

static bool full(const struct look *l)
{
	return l->room_ppm < l->full_ppm && !l->group->throttles && grew(l) && grows(l);
}

/* The first that holds is the one that is said. */
static const struct squeeze_row {
	enum squeeze_rule rule;
	bool (*holds)(const struct look *l);
	uint64_t hold_ns;
	bool by_blocked; /* and tasks were seen to wait */
} rows[] = {
	{SQUEEZE_THROTTLED, throttled, HIGH_HOLD_NS, false},
	{SQUEEZE_THRASHING, thrashing, 0, true},
	{SQUEEZE_FULL, full, 0, false},
	{SQUEEZE_TIGHT, tight, TIGHT_HOLD_NS, true},
};

/* ---- following ---- */

void squeeze_begin(struct squeeze *squeeze)
{
	*squeeze = (struct squeeze){.held = squeeze->held, .full_ppm = squeeze->full_ppm};
}

static void add_point(struct squeeze *sq, const struct memcg_sample *g, const struct sample *m)
{
	unsigned kept = sq->count < SQUEEZE_POINTS ? sq->count : SQUEEZE_POINTS - 1;

	memmove(sq->points + 1, sq->points, kept * sizeof(sq->points[0]));
	sq->points[0] = (struct squeeze_point){
		.group = *g,
		.machine_faults = m->waits.major_faults,
		.machine_refaults = m->waits.refaults,
		.machine_has_refaults = (m->have & HAVE_REFAULTS) != 0,
		.reads = m->waits.disk_reads,
		.wait_ms = m->waits.disk_wait_ms,
	};
	sq->count = kept + 1;
}

/* The newest point that is so old; NULL: none is. */
static const struct squeeze_point *back(const struct squeeze *sq, uint64_t ns)
{
	for (unsigned i = 1; i < sq->count; i++) {
		if (sq->points[0].group.now_ns - sq->points[i].group.now_ns + SLACK_NS >= ns)
			return &sq->points[i];
	}
	return NULL;
}

static uint64_t just_grown_kib(const struct squeeze *sq)
{
	const struct squeeze_point *before = back(sq, SHORT_NS);

	return before ? minus_u64(held_kib(&sq->points[0].group), held_kib(&before->group)) : 0;
}

/* < 0: too few of the looks have counted them. */
static double blocked(const struct squeeze *sq)
{
	double sum = 0;
	unsigned looks = 0;

	for (unsigned i = 0; i < sq->count; i++) {
		looks += sq->points[i].group.has_blocked;
		sum += sq->points[i].group.has_blocked ? sq->points[i].group.blocked : 0;
	}
	return looks < BLOCKED_LOOKS ? -1 : sum / looks;
}

static bool has_swap_left(const struct memcg_sample *g, const struct sample *m)
{
	return share_ppm(min_u64(g->swap_left_kib, m->swap_free_kib), g->limit_kib) >=
	       SWAP_LEFT_LEAST;
}

static double blocked_least(const struct look *l)
{
	return nearly_full(l) ? FULL_BLOCKED_LEAST : BLOCKED_LEAST;
}

static void find_rule(struct squeeze *sq, const struct look *l, uint64_t more_ns,
		      struct squeeze_view *view)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t *since = &sq->since_ns[rows[i].rule];
		bool by_blocked = rows[i].by_blocked;

		if (!rows[i].holds(l)) {
			*since = 0;
			continue;
		}
		*since = *since == 0 ? l->group->now_ns : *since;
		view->suspected = view->suspected || by_blocked;
		if (view->rule == SQUEEZE_NONE &&
		    l->group->now_ns - *since >= rows[i].hold_ns + more_ns &&
		    (!by_blocked || l->blocked >= blocked_least(l)))
			view->rule = rows[i].rule;
	}
}

static uint32_t to_u32(double value)
{
	return value >= UINT32_MAX ? UINT32_MAX : value > 0 ? (uint32_t)value : 0;
}

static void fill_view(const struct look *l, struct squeeze_view *view)
{
	view->waiting_milli = to_u32(l->rates.waiting * 1000);
	view->blocked_milli = to_u32(l->blocked * 1000);
	view->hard_per_s = to_u32(l->rates.hard);
	view->highs_per_s = to_u32(l->rates.highs);
	view->turnover_ms =
		l->rates.turnover < 1e6 ? (uint64_t)(l->rates.turnover * 1000) : UINT64_MAX;
}

static bool look_at(const struct squeeze *sq, const struct sample *m, struct look *ret)
{
	const struct squeeze_point *window = back(sq, WINDOW_NS), *last = back(sq, SHORT_NS);
	struct rates a, b;

	if (!window || !last)
		return false;
	a = rates_between(window, &sq->points[0], m->page_kib);
	b = rates_between(last, &sq->points[0], m->page_kib);
	ret->rates = (struct rates){
		.waiting = min_double(a.waiting, b.waiting),
		.hard = min_double(a.hard, b.hard),
		.highs = min_double(a.highs, b.highs),
		.turnover = max_double(a.turnover, b.turnover),
	};
	ret->blocked = blocked(sq);
	return true;
}

struct squeeze_view squeeze_follow(struct squeeze *sq, const struct memcg_sample *g,
				   const struct sample *m, uint64_t hold_ns)
{
	struct squeeze_view view = {.limit_kib = g->limit_kib,
				    .usage_kib = g->usage_kib,
				    .held_kib = held_kib(g),
				    .room_ppm = squeeze_room_ppm(g),
				    .turnover_ms = UINT64_MAX};
	struct look l = {.group = g, .room_ppm = view.room_ppm, .full_ppm = sq->full_ppm};

	if (sq->count > 0 && g->now_ns - sq->points[0].group.now_ns > PAUSE_MOST_NS)
		squeeze_begin(sq);
	squeeze_hold(&sq->held, g);
	add_point(sq, g, m);
	view.grown_kib = l.grown_kib = grown_kib(&sq->held, g);
	l.just_kib = just_grown_kib(sq);
	if ((m->have & HAVE_WAITS) && look_at(sq, m, &l))
		fill_view(&l, &view);
	find_rule(sq, &l, has_swap_left(g, m) ? hold_ns : 0, &view);
	return view;
}

bool squeeze_is_trouble(const struct squeeze_view *v)
{
	return v->rule != SQUEEZE_NONE || v->suspected || v->waiting_milli >= TROUBLE_MILLI ||
	       v->highs_per_s >= SUSPECT_HIGHS ||
	       (v->room_ppm < SUSPECT_ROOM &&
		share_ppm(v->grown_kib, v->limit_kib) >= SUSPECT_GROWN);
}

bool squeeze_suspects(const struct memcg_sample *before, const struct memcg_sample *now)
{
	double seconds = (double)(now->now_ns - before->now_ns) / (double)NS_PER_S;
	double faults = moved(before->major_faults, now->major_faults);

	if (seconds <= 0)
		return false;
	if (moved(before->highs, now->highs) >= SUSPECT_HIGHS * seconds)
		return true;
	if (squeeze_room_ppm(now) >= SUSPECT_ROOM)
		return false;
	return faults >= SUSPECT_FAULTS * seconds ||
	       share_ppm(minus_u64(taken_kib(now), taken_kib(before)), now->limit_kib) >=
		       SUSPECT_GROWN;
}

bool squeeze_fills(const struct squeeze_held *held, const struct memcg_sample *now,
		   uint32_t full_ppm)
{
	return squeeze_room_ppm(now) < 2 * full_ppm && !now->throttles &&
	       share_ppm(grown_kib(held, now), now->limit_kib) >= SUSPECT_GROWN;
}
