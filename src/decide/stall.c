/* SPDX-License-Identifier: MIT */
#include "decide/stall.h"

#include "base/util.h"
#include "settings/level.h"

#include <assert.h>
#include <stddef.h>

/*
 * The rule holds over the last two seconds and over the last one: one second gave no false alarm
 * either in 26 healthy runs of the laboratory, but two leave room for one slow read of a disk. A
 * point that comes a little early makes two seconds too.
 */
#define WINDOW_NS      (1900 * NS_PER_MS)
#define SHORT_NS       (950 * NS_PER_MS)
#define WINDOW_MOST_NS (4 * NS_PER_S) /* older ones tell of another time */

/* Counters are read this often at the most: twelve points then reach over the window. The rule is
 * indifferent to 0.2-1 s. */
#define STEP_NS             (240 * NS_PER_MS)
#define PAUSE_SUSPICIOUS_NS (250 * NS_PER_MS)
#define PAUSE_OPEN_NS       (500 * NS_PER_MS)

/*
 * The gate, in low watermarks of free memory. kswapd begins at low and goes on to high, which is at
 * most twice as much; and to 2.5 times that while the watermarks are boosted
 * (watermark_boost_factor). On 6.12 free memory stays at 2.2 to 2.9 of them while everything waits,
 * on 6.1 at 1.3 to 2. After a victim has gone it is far above: what is read in then does not count
 * (R55). Free pages of CMA are left out, as the kernel leaves them out where it compares with the
 * watermarks for what cannot be moved (__zone_watermark_unusable_free() of mm/page_alloc.c; R87).
 */
#define GATE_OPENS_LOWS  4
#define GATE_CLOSES_LOWS 8

/*
 * Below this share of what is read the reading is honest work: a backup reads what it never had,
 * and waits for that. The mean of the share of pages and the share of requests: where there is
 * thrashing at least one of them is high. Of pages it is 0.25 when readahead is thrown out before
 * it is used, but then nine of ten requests are faults'; of requests it is 0.29 where a fault's
 * readahead goes around pages that are there, but then all pages had been there. Seen: 0.53 and
 * more in 1,400 windows of thrashing; 0.40 at the most beside backups, 0.34 beside databases.
 */
#define SHARE_LEAST 0.45
/* And of requests alone: a database with read(2) brings back pages only, and one request in twenty
 * is a fault's. */
#define REQUESTS_LEAST 0.15
/*
 * More refaults than this for a page that is read come from somewhere else: zswap. What is read
 * then may be anybody's.
 */
#define PAGES_MOST 4
/* For the rule without refaults: nearly every read is one that a fault waits for. */
#define FAULT_SHARE_LEAST 0.8

/*
 * A stall is of the machine only where so many tasks run for one that is stalled, which is where a
 * fifth of the time is lost: on 128 CPUs with NVMe 3.6 stalled tasks beside 41 that run are 8 %,
 * and nothing. In the laboratory's freezes at most two ran for each. Where memory is falling the
 * beginning is enough.
 */
#define RUNNING_PER_WAITING 4
#define RUNNING_PER_FIRST   100

/* The rules' other constants were seen in the laboratory: what is healthy stays clear of them. */
#define FAULTS_BELOW_PPM 200000u
#define FAULTS_HOLD_NS   (1 * NS_PER_S)
#define FALLING_NS       (10 * NS_PER_S)
#define FALLING_SWAP_NS                                                                            \
	(20 * NS_PER_S) /* where swap is being filled: a disk takes its time, and everybody waits  \
			   for it */
#define FALLING_PART 20 /* of -stall: somebody is stalled at all, and disks read little else */
#define FALLING_LEAST                                                                              \
	0.01 /* of all memory in a second: 0.6 % was seen when a program was started, and nothing  \
		was wrong */
/* The gate is open from twice -stall-below on, so that what grows is known by then. */
#define GATE_BELOW      2
#define FLOOD_KIB_PER_S 4000.0
#define FLOOD_STALLS    15.0
#define FLOOD_HOLD_NS   (2 * NS_PER_S)
/* Percent of -m: a disk that takes a bomb's pages as they come keeps 11 to 14 % available until
 * swap is full (6.12). */
#define FLOOD_BELOW    150
#define PRESSURE_LEAST 0.25
/* 6.1 and 6.12: 1.0 at the most where somebody had to go, 7 and more beside a container at its own
 * limit. */
#define REFAULTS_PER_STEAL 2

/* More than this of swap free: roomy. (Seen: JVMs that started, and fitted, left 18.4 to 19.8 %;
 * with 20 % three of them were ended in the moment in which that was crossed.) */
#define ROOMY_PPM 150000u

/*
 * Memory that cannot be dropped must have grown by this part since ten seconds before the waiting
 * began, and within the last minute. With 2 to 3 % it was so in no look beside a database that had
 * run for a minute, where the waiting alone would have ended somebody in two of three.
 */
#define TAKEN_PPM       25000u
#define ONSET_NS        (10 * NS_PER_S)
#define TAKEN_OLDEST_NS (60 * NS_PER_S)

/*
 * The classic LRU's own word: so many of the pages that came back since the waiting began would
 * have stayed. Seen: 0.3 to 0.57 where hot files do not fit beside a leak, at first; 0.14 at the
 * most beside databases (16 threads of LMDB, three of numpy). And so many pages at least, or chance
 * would say it.
 */
#define ACTIVATED_LEAST 0.3
#define REFAULTS_LEAST  200

/*
 * Falling memory counts only where that is so at this moment, and of so many pages a second. Seen:
 * 0.32 to 1.0 of 2,000 to 9,000 beside leaks; 0.08 at the most of 12,000 where a program started
 * beside LMDB, and fitted.
 */
#define TAKEN_PER_S 500
/* MGLRU has no such word. There it is what comes back beyond twice as much as when memory became
 * short: beside LMDB it was 1.2 times as much when half of its cache had gone. */
#define TAKEN_BEYOND 2

/* While swap is roomy it may settle: that is waited for so many times -stall-hold at the most. */
#define SETTLE_HOLDS 10
/* Seen: 7 MiB/s and more where a JVM started beside others, and fitted. */
#define SWAP_TAKES_KIB_PER_S 1000.0

/* What happened between two points, per second. */
struct rates {
	/* tasks that wait for refaults, where those are a real part of what is read */
	double waiting;
	double faulting; /* tasks that wait for anything a fault reads */
	double any;      /* tasks that wait for refaults, whatever else is read */
	double swap_out_kib, alloc_stalls;
	double refaults, activations;
	double taken;    /* refaults because memory was taken; 0 where they are few of all */
	double pressure; /* share of time in which nobody got on; 0 without */
	double reach;    /* seconds until the levels */
};

static bool at_most(uint64_t part_kib, uint64_t total_kib, uint32_t ppm)
{
	return part_kib <= (uint64_t)((double)total_kib * ppm / PPM);
}

bool stall_open(const struct config *config, const struct sample *s, bool open)
{
	if (config->stall_milli == 0 || !(s->have & HAVE_MEM))
		return false;
	if (!at_most(s->mem_available_kib, s->mem_total_kib, config->stall_below_ppm * GATE_BELOW))
		return false;
	return s->low_kib == 0 || minus_u64(s->mem_free_kib, s->cma_free_kib) <
					  (open ? GATE_CLOSES_LOWS : GATE_OPENS_LOWS) * s->low_kib;
}

static bool due(const struct stall *stall, const struct sample *s)
{
	return stall->count == 0 || s->now_ns - stall->points[stall->newest].now_ns >= STEP_NS;
}

bool stall_wants(const struct stall *stall, const struct config *config, const struct sample *s)
{
	return stall_open(config, s, stall->view.open) && due(stall, s);
}

void stall_forget(struct stall *stall)
{
	*stall = (struct stall){0};
}

uint64_t stall_pause(const struct stall_view *view)
{
	return view->suspicious ? PAUSE_SUSPICIOUS_NS : PAUSE_OPEN_NS;
}

/* ---- points ---- */

static struct stall_point point_of(const struct sample *s)
{
	return (struct stall_point){
		.now_ns = s->now_ns,
		.have = s->have & (HAVE_REFAULTS | HAVE_ACTIVATIONS | HAVE_PRESSURE | HAVE_STEALS),
		.waits = s->waits,
		.running = s->running,
		.available_kib = s->mem_available_kib,
		.swap_free_kib = s->swap_free_kib,
		.free_pages = s->page_kib > 0 ? s->mem_free_kib / s->page_kib : 0,
	};
}

/* Has one of the counters gone back? */
static bool waits_fell(const struct waits *before, const struct waits *now)
{
	const uint64_t *a = (const uint64_t *)before, *b = (const uint64_t *)now;

	for (size_t i = 0; i < sizeof(struct waits) / sizeof(*a); i++) {
		if (b[i] < a[i])
			return true;
	}
	return false;
}

/* A counter that wrapped, a disk that came or went: differences to before mean nothing. */
static bool breaks(const struct stall_point *a, const struct stall_point *b)
{
	return waits_fell(&a->waits, &b->waits) || b->waits.disks != a->waits.disks ||
	       b->now_ns <= a->now_ns || b->have != a->have;
}

static void add_point(struct stall *stall, const struct stall_point *p)
{
	stall->newest = (stall->newest + 1) % STALL_POINTS;
	stall->points[stall->newest] = *p;
	if (stall->count < STALL_POINTS)
		stall->count++;
}

/* The i-th point back from the newest. */
static const struct stall_point *back(const struct stall *stall, unsigned i)
{
	return &stall->points[(stall->newest + STALL_POINTS - i) % STALL_POINTS];
}

/* How many points back the youngest one is that is at least so old; 0: none. */
static unsigned points_back(const struct stall *stall, uint64_t least_ns)
{
	uint64_t now = back(stall, 0)->now_ns;

	for (unsigned i = 1; i < stall->count; i++) {
		uint64_t age = now - back(stall, i)->now_ns;

		if (age >= least_ns)
			return age <= WINDOW_MOST_NS ? i : 0;
	}
	return 0;
}

/* ---- what they say ---- */

/*
 * Did the machine take what came back? A control group at its own limit takes pages from itself,
 * and reads them back for ever while the machine has memory: ending somebody else would not help
 * it. kswapd takes many pages at a time, and in between what is read goes where they were.
 */
static bool by_the_machine(const struct stall_point *a, const struct stall_point *b)
{
	uint64_t filled = minus_u64(a->free_pages, b->free_pages);

	return !(b->have & HAVE_STEALS) || !(b->have & HAVE_REFAULTS) ||
	       (b->waits.steals - a->waits.steals + filled) * REFAULTS_PER_STEAL >=
		       b->waits.refaults - a->waits.refaults;
}

/* Seconds that a read took in the mean. */
static double latency(uint64_t ms, double reads)
{
	return ratio((double)ms / 1000, reads);
}

/* Refaults that there would not be had memory not been taken; 0 where they are few of all. */
static double taken(const struct stall *stall, const struct rates *r)
{
	double count = back(stall, 0)->have & HAVE_ACTIVATIONS
			       ? r->activations
			       : r->refaults - TAKEN_BEYOND * stall->first_refaults;

	return count >= ACTIVATED_LEAST * r->refaults ? count : 0;
}

static struct rates rates_between(const struct stall_point *a, const struct stall_point *b)
{
	double seconds = (double)(b->now_ns - a->now_ns) / (double)NS_PER_S;
	double reads = (double)(b->waits.disk_reads - a->waits.disk_reads);
	double pages = (double)(b->waits.disk_read_pages - a->waits.disk_read_pages);
	double wait = latency(b->waits.disk_wait_ms - a->waits.disk_wait_ms, reads);
	double faults = (double)(b->waits.major_faults - a->waits.major_faults);
	double refaults = (double)(b->waits.refaults - a->waits.refaults);
	/*
	 * A read(2) refaults but no fault waits; zswap refaults, and no disk is read. Each fault
	 * that waits for a disk has a read of its own there (0.95 at the most in 110 windows of
	 * leaks and bombs); those of a file system without a disk have not (1.6 to 8 faults a read
	 * were seen beside a backup by mmap over virtiofs).
	 */
	double by_disk = by_the_machine(a, b) ? min_double(faults, min_double(pages, reads)) : 0;
	double hard = b->have & HAVE_REFAULTS ? min_double(refaults, by_disk) : 0;
	double requests = ratio(hard, reads);
	double share = refaults > PAGES_MOST * pages
			       ? 0
			       : (min_double(1, ratio(refaults, pages)) + requests) / 2;
	struct rates r = {
		.any = share > 0 ? hard / seconds * wait : 0,
		.swap_out_kib = (double)(b->waits.swap_out_kib - a->waits.swap_out_kib) / seconds,
		.refaults = refaults / seconds,
		.activations = (double)(b->waits.activations - a->waits.activations) / seconds,
		.alloc_stalls = (double)(b->waits.alloc_stalls - a->waits.alloc_stalls) / seconds,
	};

	if (share >= SHARE_LEAST && requests >= REQUESTS_LEAST)
		r.waiting = r.any;
	if (ratio(faults, reads) >= FAULT_SHARE_LEAST)
		r.faulting = by_disk / seconds *
			     latency(b->waits.disk_read_ms - a->waits.disk_read_ms, reads);
	if (b->have & HAVE_PRESSURE)
		r.pressure =
			max_double((double)(b->waits.pressure_full_us - a->waits.pressure_full_us),
				   (double)(b->waits.io_full_us - a->waits.io_full_us) * share) /
			(seconds * 1e6);
	return r;
}

/* What there is above the SIGTERM levels, as the trigger puts memory and swap together. */
static double headroom_kib(const struct config *config, const struct sample *s)
{
	double memory = (double)s->mem_available_kib -
			(double)s->mem_total_kib *
				level_ppm(config, LEVEL_MEM_TERM, s->mem_total_kib) / PPM;
	double swap = (double)s->swap_free_kib -
		      (double)s->swap_total_kib *
			      level_ppm(config, LEVEL_SWAP_TERM, s->swap_total_kib) / PPM;

	if (config->ignore_swap || s->swap_total_kib == 0)
		return max_double(memory, 0);
	if (config->trigger == TRIGGER_OR)
		return max_double(min_double(memory, swap), 0);
	return max_double(memory, 0) + max_double(swap, 0); /* both must go */
}

/*
 * Seconds until it is gone at the speed between two points; very many where it is not going away.
 * What comes back from swap takes memory and keeps its place in swap, but nothing grows: it is
 * taken off.
 */
static double reach_between(const struct config *config, const struct sample *s,
			    const struct stall_point *a, const struct stall_point *b)
{
	double seconds = (double)(b->now_ns - a->now_ns) / (double)NS_PER_S;
	double fall = (double)a->available_kib - (double)b->available_kib;

	if (!config->ignore_swap)
		fall += (double)a->swap_free_kib - (double)b->swap_free_kib -
			((double)b->waits.swap_in_kib - (double)a->waits.swap_in_kib);
	if (fall / seconds < FALLING_LEAST * (double)s->mem_total_kib)
		return 1e9;
	return headroom_kib(config, s) / (fall / seconds);
}

static double mean_running(const struct stall *stall, unsigned points)
{
	double sum = 0;

	for (unsigned i = 0; i < points; i++)
		sum += (double)back(stall, i)->running;
	return sum / points;
}

/* ---- the rules ---- */

/* What a rule is asked about. */
struct look {
	const struct config *config;
	const struct sample *sample;
	const struct rates
		*rates; /* over the long and the short window, where a moment could deceive */
	double stall;   /* -stall, in tasks */
	double running;
};

static bool available_at_most(const struct look *l, uint32_t ppm)
{
	return at_most(l->sample->mem_available_kib, l->sample->mem_total_kib, ppm);
}

/* A level of memory as a share, however it was written. */
static uint32_t level_share(const struct look *l, enum level which)
{
	return level_ppm(l->config, which, l->sample->mem_total_kib);
}

static bool roomy(const struct look *l)
{
	const struct sample *s = l->sample;

	return s->swap_total_kib > 0 && !at_most(s->swap_free_kib, s->swap_total_kib, ROOMY_PPM);
}

/* So many of those who would get on are stalled that it is of the whole machine. */
static bool of_the_machine(const struct look *l, double stalled)
{
	return stalled * RUNNING_PER_WAITING >= l->running;
}

static bool refaults(const struct look *l)
{
	return l->rates->waiting >= l->stall && of_the_machine(l, l->rates->waiting) &&
	       available_at_most(l, l->config->stall_below_ppm);
}

static bool faults(const struct look *l)
{
	return l->rates->faulting >= 2 * l->stall && of_the_machine(l, l->rates->faulting) &&
	       available_at_most(l, l->config->stall_below_ppm) &&
	       available_at_most(l, FAULTS_BELOW_PPM);
}

static bool slow(const struct look *l)
{
	return l->rates->waiting >= l->stall / 4 && of_the_machine(l, l->rates->waiting) &&
	       available_at_most(l, l->config->stall_below_ppm);
}

/* R85: swap is not roomy, and at this speed memory and swap are gone before anything else could be
 * tried. */
static bool soon(const struct look *l)
{
	return l->rates->reach * (double)NS_PER_S <= (double)FALLING_NS && !roomy(l);
}

static bool falling(const struct look *l)
{
	double within_ns = (double)(l->sample->swap_total_kib > 0 ? FALLING_SWAP_NS : FALLING_NS);

	return l->rates->taken >= TAKEN_PER_S && l->rates->waiting >= l->stall / FALLING_PART &&
	       l->rates->waiting * RUNNING_PER_FIRST >= l->running &&
	       available_at_most(l, l->config->stall_below_ppm) &&
	       l->rates->reach * (double)NS_PER_S <= within_ns;
}

/*
 * The more there is of swap, the longer can be waited. Where swap is ignored, "soon" says nothing
 * of it.
 */
static uint32_t flood_below_ppm(const struct look *l)
{
	uint32_t term = level_share(l, LEVEL_MEM_TERM), kill = level_share(l, LEVEL_MEM_KILL);

	if (!l->config->ignore_swap)
		term = (uint32_t)((uint64_t)term * FLOOD_BELOW / 100);
	return soon(l) && term > kill ? term : kill;
}

static bool flood(const struct look *l)
{
	return l->rates->swap_out_kib >= FLOOD_KIB_PER_S &&
	       l->rates->alloc_stalls >= FLOOD_STALLS && available_at_most(l, flood_below_ppm(l)) &&
	       available_at_most(l, l->config->stall_below_ppm);
}

/*
 * That it is of the machine is what pressure says: two hundred threads that reclaim memory count as
 * running. A quarter is enough where there is swap; without, half a task waits for files wherever a
 * program starts beside a mapped database, and fits.
 */
static bool pressure(const struct look *l)
{
	double least = l->sample->swap_total_kib > 0 ? l->stall / 4 : l->stall;

	return l->rates->waiting >= least && l->rates->pressure >= PRESSURE_LEAST &&
	       available_at_most(l, l->config->stall_below_ppm);
}

/* Where swap is roomy there is time to see, and what is roomy now will not be. */
static uint64_t while_roomy(const struct look *l)
{
	return roomy(l) ? l->config->stall_hold_ns : 0;
}

static uint64_t faults_hold(const struct look *l)
{
	return max_u64(while_roomy(l), FAULTS_HOLD_NS);
}

static uint64_t always_hold(const struct look *l)
{
	return l->config->stall_hold_ns;
}

static uint64_t no_hold(const struct look *l)
{
	(void)l;
	return 0;
}

/*
 * R53: a bomb fills the swap that is still free as well. Where a program started, and fitted, it
 * was two seconds at the most; with zram and too many programs a quarter of a minute.
 */
static uint64_t flood_hold(const struct look *l)
{
	return soon(l) ? 0 : roomy(l) ? l->config->stall_hold_ns : FLOOD_HOLD_NS;
}

static bool at_term_level(const struct look *l)
{
	return available_at_most(l, level_share(l, LEVEL_MEM_TERM));
}

/* In the order in which they are told. The same rule may stand twice. */
static const struct stall_row {
	enum stall_rule rule;
	bool (*holds)(const struct look *l);
	uint64_t (*hold_ns)(const struct look *l); /* so long before it is acted on */
	bool (*also)(const struct look *l);        /* and this, when it is; NULL: nothing */
	bool may_settle;                           /* by itself, while swap is roomy */
} rows[] = {
	{STALL_REFAULTS, refaults, while_roomy, NULL, true},
	{STALL_FAULTS, faults, faults_hold, NULL, true},
	{STALL_SLOW, slow, always_hold, NULL, true},
	{STALL_FLOOD, flood, flood_hold, at_term_level, false},
	{STALL_PRESSURE, pressure, while_roomy, NULL, true},
	{STALL_FLOOD, flood, flood_hold, NULL, false},
	{STALL_FALLING, falling, no_hold, NULL, true},
};

const char *stall_rule_name(enum stall_rule rule)
{
	static const char *const names[STALL_RULE_COUNT] = {
		[STALL_NONE] = "none",         [STALL_REFAULTS] = "refaults",
		[STALL_FAULTS] = "faults",     [STALL_FALLING] = "falling",
		[STALL_SLOW] = "slow",         [STALL_FLOOD] = "swap-flood",
		[STALL_PRESSURE] = "pressure",
	};

	assert((unsigned)rule < STALL_RULE_COUNT);
	return names[rule];
}

const char *stall_evidence_name(enum stall_evidence evidence)
{
	static const char *const names[] = {[EVIDENCE_NONE] = "none",
					    [EVIDENCE_GROWTH] = "growth",
					    [EVIDENCE_KERNEL] = "kernel",
					    [EVIDENCE_SWAP] = "swap"};

	assert((unsigned)evidence < ARRAY_SIZE(names));
	return names[evidence];
}

static struct stall_since since_now(const struct sample *s)
{
	return (struct stall_since){.now_ns = s->now_ns,
				    .waits = s->waits,
				    .swap_used_kib =
					    minus_u64(s->swap_total_kib, s->swap_free_kib)};
}

static uint64_t back_from_swap_kib(const struct stall_since *since, const struct sample *s)
{
	return s->waits.swap_in_kib - since->waits.swap_in_kib;
}

/* Most of what came back since then was in swap. */
static bool from_swap(const struct stall_since *since, const struct sample *s)
{
	uint64_t back_kib = back_from_swap_kib(since, s);

	return back_kib > 0 &&
	       back_kib * 2 >= (s->waits.refaults - since->waits.refaults) * s->page_kib;
}

/* And it was more than was in swap then, or is now: pages came back twice. */
static bool came_back_twice(const struct stall_since *since, const struct sample *s)
{
	uint64_t now_kib = minus_u64(s->swap_total_kib, s->swap_free_kib);

	return from_swap(since, s) &&
	       back_from_swap_kib(since, s) >= max_u64(since->swap_used_kib, now_kib);
}

/* For -stall-hold less than this went to swap: those who take memory may not use it
 * (memory.swap.max, mlock), or have nothing left that they do not need. */
static bool takes_no_more(const struct stall_since *since, const struct look *l)
{
	uint64_t ns = l->sample->now_ns - since->now_ns;
	uint64_t out_kib = l->sample->waits.swap_out_kib - since->waits.swap_out_kib;

	return available_at_most(l, level_share(l, LEVEL_MEM_KILL)) &&
	       ns >= l->config->stall_hold_ns &&
	       (double)out_kib * (double)NS_PER_S < (double)ns * SWAP_TAKES_KIB_PER_S;
}

/*
 * While swap is roomy it may settle by itself. A program that starts, and fits, takes the files of
 * others until what nobody uses is in swap; an application that comes back from swap looks like
 * thrashing, but each page comes back once. It does not settle where most of what is refaulted
 * comes from swap, and more has come since this began than was in it then, or is now; nor at the
 * SIGKILL level where swap takes no more.
 */
static bool may_settle(const struct stall_since *since, const struct look *l)
{
	return roomy(l) && !takes_no_more(since, l) && !came_back_twice(since, l->sample);
}

/* It had its time to settle. */
static bool did_not_settle(const struct stall_since *since, const struct look *l)
{
	return l->sample->now_ns - since->now_ns >= SETTLE_HOLDS * l->config->stall_hold_ns;
}

static bool lasted(const struct stall_row *row, const struct stall_since *since,
		   const struct look *l)
{
	if (since->now_ns == 0 || l->sample->now_ns - since->now_ns < row->hold_ns(l))
		return false;
	return !row->may_settle || !may_settle(since, l) || did_not_settle(since, l);
}

static void follow_conditions(struct stall *stall, const struct look *l)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct stall_since *since = &stall->since[rows[i].rule];

		if (!rows[i].holds(l))
			*since = (struct stall_since){0};
		else if (since->now_ns == 0)
			*since = since_now(l->sample);
	}
}

/* So much of what came back since then would have stayed had memory not been taken. */
static bool kernel_says(const struct stall_since *since, const struct sample *s)
{
	double refaults = (double)(s->waits.refaults - since->waits.refaults);

	return (s->have & HAVE_ACTIVATIONS) &&
	       (double)(s->waits.activations - since->waits.activations) >=
		       ACTIVATED_LEAST * refaults &&
	       refaults >= REFAULTS_LEAST;
}

static enum stall_evidence evidence_of(const struct stall *stall, const struct stall_since *since,
				       const struct look *l)
{
	const struct sample *s = l->sample;
	uint64_t from_ns =
		max_u64(minus_u64(since->now_ns, ONSET_NS), minus_u64(s->now_ns, TAKEN_OLDEST_NS));

	if (came_back_twice(since, s) ||
	    (from_swap(since, s) && (!roomy(l) || did_not_settle(since, l))))
		return EVIDENCE_SWAP;
	if (kernel_says(since, s))
		return EVIDENCE_KERNEL;
	return !at_most(taken_since(&stall->taken, from_ns), s->mem_total_kib, TAKEN_PPM)
		       ? EVIDENCE_GROWTH
		       : EVIDENCE_NONE;
}

/* The first rule that has lasted and has evidence; without, the first that is held back. */
static void find_rule(struct stall *stall, const struct look *l)
{
	struct stall_view *view = &stall->view;

	for (unsigned i = 0; i < ARRAY_SIZE(rows) && view->rule == STALL_NONE; i++) {
		const struct stall_since *since = &stall->since[rows[i].rule];

		if (!lasted(&rows[i], since, l) || (rows[i].also != NULL && !rows[i].also(l)))
			continue;
		view->evidence = evidence_of(stall, since, l);
		if (view->evidence != EVIDENCE_NONE)
			view->rule = rows[i].rule;
		else if (view->held_back == STALL_NONE)
			view->held_back = rows[i].rule;
	}
	if (view->rule != STALL_NONE)
		view->held_back = STALL_NONE;
}

/* ---- following ---- */

static uint32_t to_u32(double value)
{
	return value >= UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

/* The long and the short window together: the lower of the two, where a moment could deceive. */
static struct rates both(const struct rates *a, const struct rates *b)
{
	return (struct rates){
		.waiting = min_double(a->waiting, b->waiting),
		.faulting = min_double(a->faulting, b->faulting),
		.taken = min_double(a->taken, b->taken),
		.pressure = min_double(a->pressure, b->pressure),
		.swap_out_kib = a->swap_out_kib,
		.alloc_stalls = a->alloc_stalls,
		.reach = max_double(a->reach, b->reach),
	};
}

/* Of those who would get on, how many wait? Who looks runs too, and does not count; somebody always
 * would. */
static double lost(const struct rates *window, double running)
{
	double waiting =
		max_double(window->any,
			   window->faulting); /* there may be no count of refaults, or a bad one */

	return max_double(waiting / (waiting + max_double(1, running - 1)),
			  min_double(1, window->pressure));
}

static void look_at(struct stall *stall, const struct config *config, const struct sample *s)
{
	unsigned in_window = points_back(stall, WINDOW_NS), in_short = points_back(stall, SHORT_NS);
	struct rates window, last, r;
	struct look l;
	double running;

	stall->view = (struct stall_view){.open = true, .reach_ns = UINT64_MAX};
	if (in_window == 0)
		return;
	window = rates_between(back(stall, in_window), back(stall, 0));
	last = rates_between(back(stall, in_short), back(stall, 0));
	window.reach = reach_between(config, s, back(stall, in_window), back(stall, 0));
	last.reach = reach_between(config, s, back(stall, in_short), back(stall, 0));
	if (!stall->settled)
		stall->first_refaults = window.refaults;
	stall->settled = true;
	window.taken = taken(stall, &window);
	last.taken = taken(stall, &last);
	r = both(&window, &last);
	running = mean_running(stall, in_window);
	l = (struct look){.config = config,
			  .sample = s,
			  .rates = &r,
			  .stall = config->stall_milli / 1000.0,
			  .running = running};
	follow_conditions(stall, &l);
	find_rule(stall, &l);
	stall->view.waiting_milli = to_u32(r.waiting * 1000);
	stall->view.reach_ns = r.reach < 1e9 ? (uint64_t)(r.reach * (double)NS_PER_S) : UINT64_MAX;
	stall->view.lost_ppm = to_u32(lost(&window, running) * PPM);
	stall->view.suspicious = max_double(r.waiting, r.faulting / 2) >=
					 config->stall_milli / 1000.0 / FALLING_PART ||
				 stall->since[STALL_FLOOD].now_ns != 0;
}

bool stall_only_growing(const struct stall_view *view)
{
	return view->rule == STALL_FALLING ||
	       (view->evidence != EVIDENCE_KERNEL && view->evidence != EVIDENCE_SWAP);
}

struct stall_view stall_follow(struct stall *stall, const struct config *config,
			       const struct sample *s)
{
	struct stall_point p = point_of(s);

	if (!stall_open(config, s, stall->view.open)) {
		if (stall->view.open)
			stall_forget(stall);
		return stall->view;
	}
	stall->view.open = true;
	taken_follow(&stall->taken, s);
	if (!(s->have & HAVE_WAITS) || !due(stall, s))
		return stall->view;
	if (stall->count > 0 && breaks(back(stall, 0), &p))
		stall_forget(stall);
	/* A hold is made of looks: time in which nobody looked is not part of it (R83). */
	if (stall->count > 0 && p.now_ns - back(stall, 0)->now_ns > WINDOW_MOST_NS)
		stall_forget(stall);
	add_point(stall, &p);
	look_at(stall, config, s);
	return stall->view;
}
