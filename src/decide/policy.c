/* SPDX-License-Identifier: MIT */
#include "decide/policy.h"

#include "base/util.h"
#include "settings/level.h"

/*
 * The fastest that memory must be expected to go away without warning, for each CPU. Touching fresh
 * memory was seen at 0.4-0.7 GiB/s a CPU with 4 KiB pages and 3-10 GiB/s with transparent huge
 * pages (2-CPU virtual machine, kernel 6.18); earlyoom's own figure is 6000 MiB/s for four CPUs of
 * a desktop (its main.c).
 */
#define FILL_KIB_PER_S_PER_CPU (3ull * 1024 * 1024)
/* Memory bandwidth bounds what many CPUs can do together: 48 GiB/s is a good server's socket
 * clearing pages. */
#define FILL_KIB_PER_S_MAX (48ull * 1024 * 1024)

/*
 * Never look sooner than this: far from the level, near it, and near it while memory is going away.
 * A look costs 30-70 us with its wake-up, so the three are at most 0.07 %, 0.2 % and 0.7 % of a
 * CPU. The middle one is what a small machine pays that stays at 15 % for ever; a fall shows at the
 * next look and brings the last one.
 */
#define WAKE_FAR_NS     (100 * NS_PER_MS)
#define WAKE_NEAR_NS    (40 * NS_PER_MS)
#define WAKE_FALLING_NS (10 * NS_PER_MS)

/* A victim's memory was back 20-80 ms after its signal: look often while one is on its way. */
#define WAKE_PENDING_NS (10 * NS_PER_MS)

/* A look that could read nothing is repeated after this. */
#define WAKE_BLIND_NS (250 * NS_PER_MS)

/* Above the level for so long: the episode is over. */
#define POLICY_SETTLE_NS (1 * NS_PER_S)
/* A stall comes and goes: its episode is over after so long without one. */
#define STALL_SETTLE_NS (5 * NS_PER_S)

/* Below the level the next look is never further away, whatever -i says: there something has to be
 * done (R82). */
#define WAKE_LOW_NS (1 * NS_PER_S)

/*
 * A look that comes so much later than it was meant to is one after a gap. As much as the windows
 * of stall.c reach back; a scan of 30,000 processes that are not in the cache takes a third of a
 * second.
 */
#define GAP_NS (4 * NS_PER_S)

/* swapoff that has not brought back anything for so long hangs: it is no reason to wait any more.
 */
#define SWAPOFF_HANGS_NS (10 * NS_PER_S)

/*
 * What share of the level ends "near": candidates are kept ready from twice the SIGTERM level down.
 */
#define NEAR_FACTOR 2
/* Or when it would be reached in so long at the speed just seen. */
#define NEAR_NS (3 * NS_PER_S)

/*
 * Ending processes must be able to lift available memory to twice the level, or so much above it
 * where that is less; else tmpfs, huge pages or the kernel hold it and one bystander after another
 * would die for nothing (R05).
 */
#define FUTILE_MARGIN_PPM 100000u

/*
 * After a victim has gone, what was thrown out is read in again: two to five seconds at the speed
 * of a cloud's disk (R55). A stall in that time is the cure, not the illness.
 */
#define STALL_QUIET_NS (5 * NS_PER_S)

/*
 * A stall asks for so much of memory to come back: the levels are not reached, so they cannot say
 * how much is missing.
 */
#define STALL_NEED_PPM 50000u

/* What is held moves by as much where nobody takes memory. */
#define HELD_NOISE_PPM 10000u

void policy_init(struct policy *policy, unsigned cpus)
{
	*policy = (struct policy){.cpus = cpus ? cpus : 1};
}

static uint64_t limit_kib(uint64_t total_kib, uint32_t ppm)
{
	return total_kib * ppm / PPM;
}

/* What is missing to be above the limit; 0 when above. */
static uint64_t missing_kib(uint64_t have_kib, uint64_t total_kib, uint32_t ppm)
{
	uint64_t limit = limit_kib(total_kib, ppm);

	return have_kib <= limit ? limit - have_kib + 1 : 0;
}

static uint64_t headroom_kib(uint64_t have_kib, uint64_t total_kib, uint32_t ppm)
{
	return minus_u64(have_kib, limit_kib(total_kib, ppm));
}

/* Memory and swap as one look shows them, once with and once without what is coming back. */
struct levels {
	uint64_t mem_kib, mem_total_kib;
	uint64_t swap_kib, swap_total_kib;
	bool swap_counts;
	/* Shares of these totals. */
	uint32_t mem_term_ppm, mem_kill_ppm, swap_term_ppm, swap_kill_ppm;
};

static struct levels levels_of(const struct config *config, const struct sample *s)
{
	return (struct levels){
		.mem_kib = s->mem_available_kib,
		.mem_total_kib = s->mem_total_kib,
		.swap_kib = s->swap_free_kib,
		.swap_total_kib = s->swap_total_kib,
		.swap_counts =
			(s->have & HAVE_SWAP) && s->swap_total_kib > 0 && !config->ignore_swap,
		.mem_term_ppm = level_ppm(config, LEVEL_MEM_TERM, s->mem_total_kib),
		.mem_kill_ppm = level_ppm(config, LEVEL_MEM_KILL, s->mem_total_kib),
		.swap_term_ppm = level_ppm(config, LEVEL_SWAP_TERM, s->swap_total_kib),
		.swap_kill_ppm = level_ppm(config, LEVEL_SWAP_KILL, s->swap_total_kib),
	};
}

static struct levels with_pending(const struct levels *seen, const struct coming *coming)
{
	struct levels l = *seen;

	l.mem_kib += coming->mem_kib;
	l.swap_kib += coming->swap_kib;
	return l;
}

static bool mem_at(const struct levels *l, uint32_t ppm)
{
	return missing_kib(l->mem_kib, l->mem_total_kib, ppm) > 0;
}

static bool swap_at(const struct levels *l, uint32_t ppm)
{
	return l->swap_counts && missing_kib(l->swap_kib, l->swap_total_kib, ppm) > 0;
}

/* The one place where memory and swap are put together (R01, R03). */
static bool both_at(const struct config *config, const struct levels *l, uint32_t mem_ppm,
		    uint32_t swap_ppm)
{
	if (!l->swap_counts)
		return mem_at(l, mem_ppm);
	if (config->trigger == TRIGGER_OR)
		return mem_at(l, mem_ppm) || swap_at(l, swap_ppm);
	return mem_at(l, mem_ppm) && swap_at(l, swap_ppm);
}

static enum action action_at(const struct config *config, const struct levels *l)
{
	if (both_at(config, l, l->mem_kill_ppm, l->swap_kill_ppm))
		return ACTION_KILL;
	if (both_at(config, l, l->mem_term_ppm, l->swap_term_ppm))
		return ACTION_TERM;
	return ACTION_NONE;
}

/* With `and` it is enough to lift one of the two above its level; with `or` all that are low must
 * be lifted. */
static uint64_t need_kib(const struct config *config, const struct levels *l,
			 const struct decision *d)
{
	uint64_t mem = missing_kib(l->mem_kib, l->mem_total_kib, d->mem_limit_ppm);
	uint64_t swap =
		l->swap_counts ? missing_kib(l->swap_kib, l->swap_total_kib, d->swap_limit_ppm) : 0;

	if (!l->swap_counts)
		return mem;
	if (config->trigger == TRIGGER_OR)
		return max_u64(mem, swap);
	return min_u64(mem, swap);
}

/*
 * What processes hold and would give back: anonymous memory, its page tables, and shared memory
 * that is mapped. Mapped counts files too, and no line says how much of it is which: as much as all
 * files could be is not counted. That is too little by at most the page cache, which is small when
 * memory is low. (Seen: tmpfs held 377 of 469 MiB, 70 MiB of files were mapped and taken for shared
 * memory, and two bystanders died for nothing.)
 */
static uint64_t killable_kib(const struct sample *s, const struct coming *coming)
{
	uint64_t shared = min_u64(minus_u64(s->shmem_kib, s->sysv_kib),
				  minus_u64(s->mapped_kib, s->file_kib));
	uint64_t held = s->anon_kib + s->page_tables_kib + shared;

	/* Lines of another world may say more than there is (R84). */
	if (s->have & HAVE_FOREIGN)
		held = min_u64(held, minus_u64(s->mem_total_kib, s->mem_available_kib));
	return minus_u64(held, coming->unkillable_kib);
}

static enum holder largest_holder(const struct sample *s, const struct coming *coming,
				  uint64_t *ret_kib)
{
	const struct {
		enum holder holder;
		uint64_t kib;
	} holders[] = {
		{HOLDER_SHMEM, s->shmem_kib},
		{HOLDER_HUGETLB, s->hugetlb_kib},
		{HOLDER_SLAB, s->slab_kib},
		{HOLDER_KERNEL, s->kernel_kib},
		{HOLDER_PROTECTED, coming->unkillable_kib},
		{HOLDER_BALLOON, s->balloon_kib},
	};
	uint64_t accounted = s->mem_available_kib + s->anon_kib, all;
	unsigned best = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(holders); i++) {
		accounted += holders[i].kib;
		if (holders[i].kib > holders[best].kib)
			best = i;
	}
	*ret_kib = holders[best].kib;
	/* A driver or a graphics card that meminfo has no line for can hold more than all the rest.
	 */
	all = s->mem_total_kib + s->pool_kib + s->balloon_kib;
	if (all > accounted && all - accounted > *ret_kib) {
		*ret_kib = all - accounted;
		return HOLDER_UNKNOWN;
	}
	return holders[best].holder;
}

/*
 * Would all processes together not lift memory clearly above a level? A level above half of memory
 * is a user's wish to keep that much free: every kill counts then. Asked only where memory alone
 * decides or memory is what is missing: swap that is used comes back with the processes that use
 * it.
 */
static bool out_of_reach(const struct sample *s, const struct coming *coming,
			 const struct decision *d, uint32_t level_ppm)
{
	uint32_t margin_ppm = level_ppm < FUTILE_MARGIN_PPM ? level_ppm : FUTILE_MARGIN_PPM;

	if (!(s->have & HAVE_DETAIL) || (!d->by_stall && (!d->mem_low || d->swap_low)) ||
	    level_ppm > PPM / 2)
		return false;
	return s->mem_available_kib + killable_kib(s, coming) <=
	       limit_kib(s->mem_total_kib, level_ppm + margin_ppm);
}

/* Can ending processes help at all? */
static enum holder futile_holder(const struct config *config, const struct sample *s,
				 const struct coming *coming, const struct decision *d,
				 uint64_t *ret_kib)
{
	enum level which = d->action == ACTION_KILL ? LEVEL_MEM_KILL : LEVEL_MEM_TERM;
	uint32_t level = level_ppm(config, which, s->mem_total_kib);

	if (d->action == ACTION_NONE || !out_of_reach(s, coming, d, level))
		return HOLDER_NONE;
	return largest_holder(s, coming, ret_kib);
}

/*
 * One victim where one is enough (R40): what is on its way counts, the level it was sent at does
 * not. At the SIGKILL level, where that of SIGTERM is out of reach, to be above the first is
 * enough: all would go for nothing. (Seen: tmpfs held 364 of 469 MiB, 4.94 % were available, one
 * victim gave 6.2 %, and the other four went too.)
 */
static bool enough_is_coming(const struct config *config, const struct levels *then,
			     const struct sample *s, const struct coming *coming,
			     const struct decision *d)
{
	enum action action = action_at(config, then);

	return action == ACTION_NONE || (d->kill_level && action == ACTION_TERM &&
					 out_of_reach(s, coming, d, then->mem_term_ppm));
}

/* The levels of one sample: everything that does not depend on history. */
static struct decision decide_levels(const struct config *config, const struct sample *s,
				     const struct coming *coming, const struct levels *seen)
{
	enum action now = action_at(config, seen);
	bool kill = now == ACTION_KILL;
	struct decision d = {
		.low = now != ACTION_NONE,
		.kill_level = kill,
		.swap_counts = seen->swap_counts,
		.mem_limit_ppm = kill ? seen->mem_kill_ppm : seen->mem_term_ppm,
		.swap_limit_ppm = kill ? seen->swap_kill_ppm : seen->swap_term_ppm,
		.mem_limit_kib = config->level_kib[kill ? LEVEL_MEM_KILL : LEVEL_MEM_TERM],
		.swap_limit_kib = config->level_kib[kill ? LEVEL_SWAP_KILL : LEVEL_SWAP_TERM],
		.mem_ppm = share_ppm(s->mem_available_kib, s->mem_total_kib),
		.swap_ppm = share_ppm(s->swap_free_kib, s->swap_total_kib),
	};
	struct levels then;

	d.mem_low = mem_at(seen, d.mem_limit_ppm);
	d.swap_low = swap_at(seen, d.swap_limit_ppm);
	if (!d.low)
		return d;
	then = with_pending(seen, coming);
	d.covered = enough_is_coming(config, &then, s, coming, &d);
	d.action = d.covered ? ACTION_NONE : now;
	d.need_kib = need_kib(config, &then, &d);
	d.futile = futile_holder(config, s, coming, &d, &d.futile_kib);
	if (d.futile != HOLDER_NONE)
		d.action = ACTION_NONE;
	return d;
}

static void nobody_took_it(struct decision *d)
{
	d->action = ACTION_NONE;
	d->futile = HOLDER_NOBODY;
	d->futile_kib = d->need_kib;
}

/* Memory was there at the look before, which was not low: swap went away, or the level rose. */
static bool level_came(const struct policy *p, const struct levels *l)
{
	return p->started && !p->in_episode &&
	       p->last_available_kib <= limit_kib(l->mem_total_kib, l->mem_term_ppm);
}

/* What is known of what was held when memory was last above the SIGTERM level. */
static enum held follow_held(const struct policy *p, const struct config *config,
			     const struct levels *l, const struct sample *s, bool low)
{
	bool knows = s->have & HAVE_DETAIL;
	bool never =
		low && (p->held == HELD_NEVER || (p->held == HELD_UNKNOWN && level_came(p, l)));

	/* R84: what a container's meminfo says of what is held may be of another world. */
	if (s->have & HAVE_FOREIGN)
		return HELD_UNKNOWN;
	/* A dry run costs nobody anything: who starts one below the level asks who would go. */
	if (never && !config->dry_run)
		return knows ? HELD_KNOWN : HELD_NEVER;
	if (!knows || never)
		return HELD_UNKNOWN;
	return low ? p->held : HELD_KNOWN;
}

/*
 * Of what is missing half must have been taken. What was missing already when this was first asked
 * is nobody's; then a percent more, for noise is no leak.
 */
static bool enough_was_taken(const struct policy *p, const struct sample *s,
			     const struct decision *d)
{
	uint64_t since = minus_u64(d->need_kib, p->held_need_kib) +
			 limit_kib(s->mem_total_kib, HELD_NOISE_PPM);
	uint64_t least = p->held_need_kib > 0 ? min_u64(d->need_kib, since) : d->need_kib;

	return minus_u64(taken_held_kib(s), p->held_kib) * 2 >= least;
}

/*
 * MemAvailable also falls when nobody takes memory: pages lie in the CPUs' free lists, or are on
 * their way to a disk. What was taken shows in what is held (taken.h): of what is missing below
 * the SIGTERM level at least half must have been taken since memory was last above it. Else nobody
 * goes above the SIGKILL level. Programs that come and go within a moment are not counted: what
 * was held falls by an eighth a look. (Seen: LMDB beside a process that stood still, 11.7 %
 * available; then 9.9, and 74.9 % were held at all looks. The one that stood still went.) Who
 * starts below the level, or to whom the level comes, has seen nobody take it either: the machine
 * may have stood there for years. What comes at once is not asked about, and neither is who goes
 * next in an episode.
 */
static void ask_who_took_it(struct policy *p, const struct config *config, const struct levels *l,
			    const struct sample *s, struct decision *d)
{
	uint64_t held = taken_held_kib(s);
	enum held before = p->held;

	p->held = follow_held(p, config, l, s, d->low);
	if (!d->low)
		p->held_kib = max_u64(held, p->held_kib - minus_u64(p->held_kib, held) / 8);
	else if (p->held == HELD_KNOWN && before != HELD_KNOWN)
		p->held_kib = held;
	if (!d->low || before != p->held)
		p->held_need_kib = d->low ? d->need_kib : 0;
	if (d->action != ACTION_TERM || p->held == HELD_UNKNOWN || p->held == HELD_TAKEN)
		return;
	if (p->held == HELD_NEVER || !enough_was_taken(p, s, d))
		nobody_took_it(d);
	else
		p->held = HELD_TAKEN;
}

/*
 * A stall that lasts is acted on where the levels are not reached; where they are, they decide, and
 * what they found futile or covered stays so. One victim at a time: until it has gone, and while
 * the cache is read in again, it is waited for.
 */
static void decide_stall(const struct config *config, const struct sample *s,
			 const struct coming *coming, bool quiet, struct decision *d)
{
	bool levels = d->low && d->futile != HOLDER_NOBODY;

	if (d->stall.rule == STALL_NONE)
		return;
	d->low = true;
	if (levels)
		return;
	d->by_stall = true;
	d->covered = quiet || coming->victims > 0;
	d->action = d->covered ? ACTION_NONE : ACTION_TERM;
	d->need_kib = limit_kib(s->mem_total_kib, STALL_NEED_PPM);
	d->futile = futile_holder(config, s, coming, d, &d->futile_kib);
	if (d->futile != HOLDER_NONE)
		d->action = ACTION_NONE;
}

/* Follow the stall, and when the last victim has gone begin anew: what is seen then is another
 * machine. */
static void follow_stall(struct policy *p, const struct config *config, const struct sample *s,
			 const struct coming *coming, struct decision *d)
{
	if (coming->victims > 0)
		p->stall_quiet_ns = s->now_ns + STALL_QUIET_NS;
	else if (p->stall_victims)
		stall_forget(&p->stall);
	p->stall_victims = coming->victims > 0;
	d->stall = stall_follow(&p->stall, config, s);
	decide_stall(config, s, coming, s->now_ns < p->stall_quiet_ns, d);
}

bool policy_wants_waits(const struct policy *policy, const struct config *config,
			const struct sample *sample)
{
	return stall_wants(&policy->stall, config, sample);
}

/* How fast available memory (or free swap, where that decides) goes away: the last step, or half of
 * what it was. */
static void track_fall(struct policy *p, const struct sample *s)
{
	uint64_t dt = s->now_ns - p->last_ns;
	uint64_t fall = 0;

	if (p->started && dt > 0 && p->last_available_kib > s->mem_available_kib)
		fall = (p->last_available_kib - s->mem_available_kib) * 1000 / (dt / 1000000 + 1);
	if (p->started && dt > 0 && p->last_swap_free_kib > s->swap_free_kib)
		fall += (p->last_swap_free_kib - s->swap_free_kib) * 1000 / (dt / 1000000 + 1);
	p->fall_kib_per_s = max_u64(fall, p->fall_kib_per_s / 2);
	p->started = true;
	p->last_ns = s->now_ns;
	p->last_available_kib = s->mem_available_kib;
	p->last_swap_free_kib = s->swap_free_kib;
}

/* As good as never is enough to know: 32 TiB at 1 KiB/s would be more nanoseconds than there are
 * numbers. */
static uint64_t time_to_fall(uint64_t kib, uint64_t kib_per_s)
{
	const uint64_t never = UINT64_MAX / 2;
	double ns =
		kib_per_s == 0 ? (double)never : (double)kib / (double)kib_per_s * (double)NS_PER_S;

	return ns < (double)never ? (uint64_t)ns : never;
}

/* How far it is to the given levels, as the trigger puts memory and swap together. */
static uint64_t distance_kib(const struct config *config, const struct levels *l, uint32_t mem_ppm,
			     uint32_t swap_ppm)
{
	uint64_t mem = headroom_kib(l->mem_kib, l->mem_total_kib, mem_ppm);
	uint64_t swap = headroom_kib(l->swap_kib, l->swap_total_kib, swap_ppm);

	if (!l->swap_counts)
		return mem;
	if (config->trigger == TRIGGER_OR)
		return min_u64(mem, swap);
	return mem + swap; /* both must go: what does not fit into memory goes to swap */
}

void policy_settings_changed(struct policy *policy)
{
	policy->held = HELD_NEVER;
}

uint64_t policy_gap_ns(const struct policy *policy, uint64_t now_ns)
{
	uint64_t late = policy->started ? minus_u64(now_ns, policy->wake_ns) : 0;

	return late > GAP_NS ? late : 0;
}

/* What counts on having watched begins anew. */
static void forget_before_gap(struct policy *p, const struct sample *s)
{
	uint64_t gap = policy_gap_ns(p, s->now_ns);

	if (gap == 0)
		return;
	stall_forget(&p->stall);
	p->fall_kib_per_s = 0;
	p->started = false; /* what is between the two looks is no speed of now */
	if (p->last_ns < p->stall_quiet_ns)
		p->stall_quiet_ns += gap;
	if (p->above_since_ns != 0)
		p->above_since_ns = s->now_ns;
	p->leaving_ns += gap;
}

/*
 * R88: what victims give back is filled from swap at once, one after another, and swapoff goes on.
 * While it gets on it is waited for, and where what is left does not fit it is the one to end: that
 * costs nobody anything, and the swap stays in use. The kernel takes it first as well
 * (oom_task_origin() of mm/oom_kill.c), but it may not stop before the process whose pages it reads
 * is done, and then the kernel takes another: so at the SIGKILL level it is as ever. (Seen on 6.1:
 * 200 MiB of one process in swap, 2.1 s from the end of swapoff to that of the largest process.)
 */
static bool follow_swapoff(struct policy *p, const struct sample *s)
{
	if (s->swap_leaving_kib == 0) {
		p->leaving_kib = 0;
		return false;
	}
	if (p->leaving_kib == 0 || s->swap_leaving_kib < p->leaving_kib) {
		p->leaving_kib = s->swap_leaving_kib;
		p->leaving_ns = s->now_ns;
	}
	return s->now_ns - p->leaving_ns < SWAPOFF_HANGS_NS;
}

static void hold_back(const struct levels *l, const struct sample *s, struct decision *d)
{
	uint64_t left_kib = s->swap_leaving_kib;

	if (!d->swapoff || left_kib == 0 || d->action != ACTION_TERM)
		return;
	d->action = ACTION_NONE;
	d->futile = HOLDER_SWAPOFF;
	d->futile_kib = left_kib;
	d->end_swapoff = left_kib >= headroom_kib(l->mem_kib, l->mem_total_kib, l->mem_kill_ppm);
}

static uint64_t next_look(const struct policy *p, const struct config *config,
			  const struct levels *l, const struct sample *s,
			  const struct coming *coming, const struct decision *d)
{
	uint64_t distance = d->low ? distance_kib(config, l, l->mem_kill_ppm, l->swap_kill_ppm)
				   : distance_kib(config, l, l->mem_term_ppm, l->swap_term_ppm);
	uint64_t fastest = min_u64(p->cpus * FILL_KIB_PER_S_PER_CPU, FILL_KIB_PER_S_MAX);
	uint64_t until = time_to_fall(distance, max_u64(p->fall_kib_per_s * 2, fastest));
	uint64_t soonest = d->course.near || d->low ? WAKE_NEAR_NS : WAKE_FAR_NS;

	if (time_to_fall(distance, p->fall_kib_per_s) < NS_PER_S)
		soonest = WAKE_FALLING_NS; /* at the speed just seen it is there within a second */
	if (d->stall.open)
		until = min_u64(until, stall_pause(&d->stall));
	if (d->low)
		until = min_u64(until, WAKE_LOW_NS);
	if (coming->victims > 0 && d->low)
		until = soonest = WAKE_PENDING_NS;
	if (soonest > config->interval_ns)
		soonest = config->interval_ns;
	return s->now_ns + clamp_u64(until, soonest, config->interval_ns);
}

static bool near_levels(const struct config *config, const struct levels *l, uint64_t reach_ns)
{
	uint64_t mem = (uint64_t)l->mem_term_ppm * NEAR_FACTOR,
		 swap = (uint64_t)l->swap_term_ppm * NEAR_FACTOR;

	return reach_ns < NEAR_NS || both_at(config, l, (uint32_t)clamp_u64(mem, 0, PPM),
					     (uint32_t)clamp_u64(swap, 0, PPM));
}

static uint64_t time_to_level(const struct policy *p, const struct config *config,
			      const struct levels *l)
{
	return time_to_fall(distance_kib(config, l, l->mem_term_ppm, l->swap_term_ppm),
			    p->fall_kib_per_s);
}

/*
 * R89: memory is where it was, and swap only just above its level, where victims have left some
 * room in it: "recovered, available 0 KiB" was said so.
 */
static bool hardly_lifted(const struct config *config, const struct levels *l)
{
	return config->trigger == TRIGGER_AND && l->swap_counts && mem_at(l, l->mem_term_ppm) &&
	       swap_at(l, (uint32_t)clamp_u64(l->swap_term_ppm * (uint64_t)2, 0, PPM));
}

/* The episode: from the first low look until it has been above the level for a while and nothing is
 * on its way. */
static void track_episode(struct policy *p, const struct config *config, const struct levels *l,
			  const struct sample *s, struct decision *d)
{
	bool low = d->low || hardly_lifted(config, l);

	if (d->low && !p->in_episode) {
		p->in_episode = true;
		p->episode_start_ns = s->now_ns;
		d->course.episode_begins = true;
	}
	if (!p->in_episode)
		return;
	if (low)
		p->above_since_ns = 0;
	else if (p->above_since_ns == 0)
		p->above_since_ns = s->now_ns;
	d->course.episode_ns = (low ? s->now_ns : p->above_since_ns) - p->episode_start_ns;
	p->stall_episode |= d->by_stall;
	if (!low && s->now_ns - p->above_since_ns >=
			    (p->stall_episode ? STALL_SETTLE_NS : POLICY_SETTLE_NS)) {
		p->in_episode = p->stall_episode = false;
		p->above_since_ns = 0;
		d->course.episode_ends = true;
	}
}

/* A quarter of what is ended, where it could be. */
static bool stall_warns(const struct config *config, const struct sample *s,
			const struct stall_view *stall)
{
	return stall->open && stall->waiting_milli >= config->stall_milli / 4 &&
	       share_ppm(s->mem_available_kib, s->mem_total_kib) <= config->stall_below_ppm;
}

static uint32_t tenth_more(uint32_t ppm)
{
	return (uint32_t)min_u64((uint64_t)ppm * 11 / 10, PPM);
}

/* Warn once, and again only after the machine had left the warning zone by a tenth of it. */
static void track_warning(struct policy *p, const struct config *config, const struct levels *l,
			  const struct sample *s, struct decision *d)
{
	uint32_t mem = level_ppm(config, LEVEL_WARN, s->mem_total_kib);
	uint32_t swap = level_ppm(config, LEVEL_WARN, s->swap_total_kib);

	if (mem == 0)
		return;
	if (both_at(config, l, mem, swap) || stall_warns(config, s, &d->stall)) {
		d->course.warn = !p->warned;
		p->warned = true;
	} else if (!both_at(config, l, tenth_more(mem), tenth_more(swap))) {
		p->warned = false;
	}
}

/* What is asked once a look, after the levels. seen: the levels of this sample, without what is
 * coming. */
static void decide_course(struct policy *p, const struct config *config, const struct sample *s,
			  const struct coming *coming, const struct levels *seen,
			  struct decision *d)
{
	forget_before_gap(p, s);
	ask_who_took_it(p, config, seen, s, d);
	track_fall(p, s);
	follow_stall(p, config, s, coming, d);
	d->swapoff = follow_swapoff(p, s);
	hold_back(seen, s, d);
	d->course.fall_kib_per_s = p->fall_kib_per_s;
	d->course.reach_ns = time_to_level(p, config, seen);
	d->course.near =
		d->low || d->stall.suspicious || near_levels(config, seen, d->course.reach_ns);
	track_warning(p, config, seen, s, d);
	track_episode(p, config, seen, s, d);
	d->course.wake_ns = p->wake_ns = next_look(p, config, seen, s, coming, d);
}

/* Decisions are initialized, not assigned: so they are made where they stay (50 instructions of an
 * idle look). */
static struct decision decide(struct policy *p, const struct config *config, const struct sample *s,
			      const struct coming *coming)
{
	const struct levels seen = levels_of(config, s);
	struct decision d = decide_levels(config, s, coming, &seen);

	decide_course(p, config, s, coming, &seen, &d);
	return d;
}

struct decision policy_decide(struct policy *policy, const struct config *config,
			      const struct sample *sample, const struct coming *coming)
{
	if (!(sample->have & HAVE_MEM))
		return (struct decision){.course.wake_ns =
						 sample->now_ns +
						 clamp_u64(WAKE_BLIND_NS, 0, config->interval_ns)};
	return decide(policy, config, sample, coming);
}

bool policy_only_growing(const struct decision *decision)
{
	return decision->by_stall && stall_only_growing(&decision->stall);
}

struct decision policy_confirm(const struct config *config, const struct sample *sample,
			       const struct coming *coming, const struct decision *earlier)
{
	struct decision d = {0};
	struct levels seen;

	if (sample->have & HAVE_MEM) {
		seen = levels_of(config, sample);
		d = decide_levels(config, sample, coming, &seen);
		if (earlier->futile == HOLDER_NOBODY && d.action == ACTION_TERM)
			nobody_took_it(&d);
		d.stall = earlier->stall;
		if (!stall_open(config, sample, true))
			d.stall.rule = STALL_NONE; /* what came back meanwhile is enough */
		decide_stall(config, sample, coming, earlier->by_stall && earlier->covered, &d);
		d.swapoff = earlier->swapoff;
		hold_back(&seen, sample, &d);
	}
	d.course = earlier->course;
	return d;
}
