/* SPDX-License-Identifier: MIT */
#include "domain.h"

#include "act/turn.h"
#include "base/clock.h"
#include "base/log.h"
#include "choose/swapoff.h"
#include "choose/swarm.h"
#include "ending.h"
#include "tell.h"
#include "useroom.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>

/* Candidates are kept ready again after this while the level will soon be reached, and after that
 * while it is only near. */
#define KEEP_FALLING_NS (200 * NS_PER_MS)
#define KEEP_STEADY_NS  (5 * NS_PER_S)
#define KEEP_REACH_NS   (10 * NS_PER_S)
/* And a scan may take no more than one part in this of the time, as long as there is something to
 * compare with. */
#define KEEP_COST 50
/* swapoff was looked for: again after this. */
#define SWAPOFF_AGAIN_NS (1 * NS_PER_S)
/* Only to see who grows: less often, and one part in this. */
#define KEEP_GROWTH_NS   (10 * NS_PER_S)
#define KEEP_GROWTH_COST 1000

/*
 * The kernel's kills are read near the level only. A count that is older than two looks says
 * nothing about this episode; two looks are as long as this at least, for one may hold a scan of
 * 30,000 processes.
 */
#define KERNEL_KILLS_FRESH_NS (500 * NS_PER_MS)

/* Stalled tasks for which nobody is ended are said again after this. */
#define NO_EVIDENCE_AGAIN_NS (3600 * NS_PER_S)

/* ---- looking ---- */

static void note_blindness(struct domain *domain, const struct sample *s)
{
	bool blind = !(s->have & HAVE_MEM);

	if (blind != domain->blind)
		log_line(blind ? LOG_WARN : LOG_NOTE,
			 blind ? "/proc/meminfo cannot be read: looking again until it can"
			       : "/proc/meminfo can be read again");
	domain->blind = blind;
}

/* R83: nobody looked for a while. What processes held before says nothing of now, and a victim of
 * before had no more time to leave than we had to look. */
static void note_gap(struct useroom *u, struct domain *domain, uint64_t now_ns)
{
	uint64_t gap_ns = policy_gap_ns(&domain->policy, now_ns);

	if (gap_ns == 0)
		return;
	growth_forget(&domain->growth);
	domain->kept_ns = 0;
	act_gap(&u->act, gap_ns);
	log_line(LOG_DETAIL, "nobody looked for %" PRIu64 " ms: what was seen before is forgotten",
		 gap_ns / NS_PER_MS);
}

/* Returns what is coming back. */
static struct coming read_sample(struct useroom *u, struct domain *domain, bool detail,
				 struct sample *s)
{
	sense_read(&u->sense, detail, s);
	note_blindness(domain, s);
	if (!(s->have & HAVE_MEM))
		return (struct coming){0};
	note_gap(u, domain, s->now_ns);
	return act_follow(&u->act, s);
}

/* What tasks wait for is the whole machine's; so must meminfo be, which in a container can be its
 * own. */
static void add_waits(struct useroom *u, struct domain *domain, struct sample *s)
{
	if (!policy_wants_waits(&domain->policy, &u->config, s) || (s->have & HAVE_FOREIGN))
		return;
	sense_waits(&u->sense, s);
	if (!(s->have & HAVE_DETAIL)) /* was memory taken? */
		sense_detail(&u->sense, s);
}

/*
 * R40: of 100 MiB that a victim gave back MemAvailable showed nothing after 0.1 s, 22 after 1 s, 80
 * after 8 s (6.18, 2 CPUs, 24 GiB): the rest was in the lists of the CPUs. It is free, and counts
 * as coming; asked only before acting.
 */
static void count_lists(struct useroom *u, const struct sample *s, struct coming *coming,
			struct decision *d)
{
	if (d->action == ACTION_NONE)
		return;
	coming->mem_kib = max_u64(coming->mem_kib, sense_lists_kib(&u->sense, s));
	*d = policy_confirm(&u->config, s, coming, d);
}

/* All that is read before it is decided. */
static struct coming read_look(struct useroom *u, struct domain *domain, struct sample *s)
{
	struct coming coming = read_sample(u, domain, domain->near, s);

	add_waits(u, domain, s);
	return coming;
}

static struct decision look(struct useroom *u, struct domain *domain, struct sample *s,
			    struct turn *ret_turn)
{
	struct coming coming = read_look(u, domain, s);
	struct decision d = policy_decide(&domain->policy, &u->config, s, &coming);

	if (d.low && !(s->have & HAVE_DETAIL)) {
		/* it came at once: who holds the memory must be known to act */
		sense_detail(&u->sense, s);
		d = policy_confirm(&u->config, s, &coming, &d);
	}
	count_lists(u, s, &coming, &d);
	*ret_turn = turn_without_table(&d, &domain->latches.pauses, s->now_ns);
	record_look(&u->record, s, &coming, &d, false, *ret_turn);
	domain->near = d.course.near;
	domain->wake_ns = d.course.wake_ns;
	tell_debug_look(s, &d, *ret_turn);
	return d;
}

/* ---- choosing and acting ---- */

static void note_growth(struct useroom *u, struct domain *domain, uint64_t now_ns)
{
	growth_note(&domain->growth, &u->table, now_ns);
	record_growth(&u->record, &domain->growth);
}

/* Under a stall there is time to read everybody: the one that grows is the one whose end helps. */
static void choose(struct useroom *u, struct domain *domain, const struct sample *s,
		   const struct decision *d)
{
	uint64_t now_ns;
	bool swarm;

	ending_prepare_rank(u, s, &u->rank);
	if (d->by_stall || !scan_kept(&u->scan, &u->rank, clock_now(), &u->table))
		scan_full(&u->scan, &u->rank, clock_now(), &u->table);
	now_ns = clock_now();
	swarm = swarm_find(&u->scan, &u->rank,
			   growth_since_pid(&domain->growth, now_ns, u->table.last_pid), &u->table);
	if (swarm)
		growth_hold_since(&domain->growth, now_ns);
	turn_order(&u->config, d, &domain->growth, now_ns, clock_since_boot(), &u->rank, &u->table);
	if (!u->table.kept)
		note_growth(u, domain, now_ns); /* who is large only now */
	else if (swarm)
		record_growth(&u->record, &domain->growth);
	tell_debug_table(u);
}

/* What may be like that for years is told once an hour. */
static bool told_lately(uint64_t *told_ns, uint64_t now_ns)
{
	if (*told_ns != 0 && now_ns - *told_ns < NO_EVIDENCE_AGAIN_NS)
		return true;
	*told_ns = now_ns;
	return false;
}

/* Once an episode; that nobody took what is missing is told apart. */
static void note_futile(struct useroom *u, struct domain *domain, const struct sample *s,
			const struct decision *d)
{
	if (d->futile == HOLDER_NONE)
		return;
	if (d->futile == HOLDER_NOBODY ? told_lately(&domain->told_not_taken_ns, s->now_ns)
				       : domain->latches.told_futile != HOLDER_NONE)
		return;
	if (d->futile != HOLDER_NOBODY)
		domain->latches.told_futile = d->futile;
	tell_look(u, EVENT_FUTILE, 0, s, d);
}

static void begin_pause(struct useroom *u, struct domain *domain, enum pause which, uint64_t now_ns)
{
	pause_begin(&domain->latches.pauses, which, &u->config, now_ns, u->scan.took_ns);
}

static void nobody(struct useroom *u, struct domain *domain, enum nobody why,
		   const struct sample *s, const struct decision *d)
{
	bool yet = d->action == ACTION_TERM && (why == NOBODY_SMALL || why == NOBODY_GUARDED);

	begin_pause(u, domain, yet ? PAUSE_LEVEL : PAUSE_NOBODY, s->now_ns);
	if (!(domain->latches.told_nobody & 1u << why))
		tell_nobody(u, why, s, d);
	domain->latches.told_nobody |= 1u << why;
}

/* decided_ns: when the look began that led to it; what is told is how long it took from there. */
static void end_somebody(struct useroom *u, struct domain *domain, const struct sample *s,
			 const struct decision *d, uint64_t decided_ns)
{
	const struct ending ending = {.sample = s, .decision = d, .decided_ns = decided_ns};
	enum nobody why = ending_first(u, &ending);

	if (why != NOBODY_NONE) {
		nobody(u, domain, why, s, d);
		return;
	}
	domain->wake_ns = 0; /* is that enough? Look again at once */
	begin_pause(u, domain, pause_after_victim(d), decided_ns);
}

static void carry_out(struct useroom *u, struct domain *domain, const struct sample *s,
		      const struct turn *turn, const struct decision *d, uint64_t decided_ns)
{
	switch (turn->what) {
	case TURN_END:
		end_somebody(u, domain, s, d, decided_ns);
		break;
	case TURN_NOBODY:
		nobody(u, domain, turn->nobody, s, d);
		break;
	case TURN_GROWING:
		begin_pause(u, domain, PAUSE_GROWING, s->now_ns);
		break;
	case TURN_FUTILE:
		begin_pause(u, domain, PAUSE_FUTILE, s->now_ns);
		note_futile(u, domain, s, d);
		break;
	default: /* what asks for no table asks for nothing here */
		break;
	}
}

static void choose_and_end(struct useroom *u, struct domain *domain, struct sample *s,
			   const struct decision *decided)
{
	uint64_t decided_ns = s->now_ns;
	struct coming coming;
	struct decision d;
	struct turn turn;
	bool over; /* it came back meanwhile */

	choose(u, domain, s, decided);
	coming = read_sample(u, domain, true, s); /* the scan took its time: look again first */
	d = policy_confirm(&u->config, s, &coming, decided);
	count_lists(u, s, &coming, &d);
	over = d.action == ACTION_NONE;
	turn = turn_take(&u->config, s, &u->table, &domain->latches.pauses, &coming, &d);
	record_look(&u->record, s, &coming, &d, true, turn);
	tell_debug_turn(turn);
	if (!over)
		carry_out(u, domain, s, &turn, &d, decided_ns);
}

/* R88: the one that costs nobody anything. */
static void end_swapoff(struct useroom *u, struct domain *domain, const struct sample *s,
			const struct decision *d)
{
	static struct event e;
	static struct proc swapoff;

	if (s->now_ns < domain->swapoff_ns)
		return;
	domain->swapoff_ns = s->now_ns + SWAPOFF_AGAIN_NS;
	ending_begin_event(&e, EVENT_KILL, s, d);
	ending_prepare_rank(u, s, &u->rank);
	if (!swapoff_find(&u->scan, &u->rank, &swapoff))
		return;
	target_one(&swapoff, &e.target);
	e.decided_ns = s->now_ns;
	e.signal = SIGTERM;
	(void)act_on(&u->act, &u->config, &e, false);
}

static uint64_t keep_pause(const struct useroom *u, const struct decision *d)
{
	if (!d->course.near)
		return clamp_u64(u->scan.took_ns * KEEP_GROWTH_COST, KEEP_GROWTH_NS,
				 GROWTH_OLDEST_NS);
	return clamp_u64(u->scan.took_ns * KEEP_COST,
			 d->course.reach_ns < KEEP_REACH_NS ? KEEP_FALLING_NS : KEEP_STEADY_NS,
			 GROWTH_OLDEST_NS);
}

/*
 * While the level is near: know who would go, so that there is nothing to search when the time
 * comes. While memory is short enough for a stall, but none is there: now and then, to know who
 * grows.
 */
static void keep_ready(struct useroom *u, struct domain *domain, struct sample *s,
		       const struct decision *d)
{
	bool of_use = d->stall.open || (d->course.near && !u->config.sort_by_rss);
	bool kept = domain->kept_ns !=
		    0; /* "at 0" would be a moment ago on a machine that has just booted */

	if (!of_use || (kept && s->now_ns < domain->kept_ns + keep_pause(u, d)))
		return;
	if (!d->low)
		sense_segments(&u->sense);
	if (!(s->have & HAVE_DETAIL))
		sense_detail(&u->sense, s);
	ending_prepare_rank(u, s, &u->rank);
	scan_full(&u->scan, &u->rank, clock_now(), &u->table);
	note_growth(u, domain, s->now_ns);
	domain->kept_ns = s->now_ns;
}

static void note_kernel_kills(struct useroom *u, struct domain *domain, const struct sample *s,
			      const struct decision *d)
{
	static struct event e;

	if (!(s->have & HAVE_OOM_KILLS))
		return;
	/* An old count has what happened long before, in some container's own limit. */
	if (s->kernel_oom_kills > domain->kernel_kills && domain->policy.in_episode &&
	    s->now_ns - domain->kernel_kills_ns <=
		    max_u64(2 * u->config.interval_ns, KERNEL_KILLS_FRESH_NS)) {
		ending_begin_event(&e, EVENT_KERNEL_KILL, s, d);
		e.dry_run = u->config.dry_run;
		e.now_ns = s->now_ns;
		e.kills = (unsigned)(s->kernel_oom_kills - domain->kernel_kills);
		tell_event(u, &e);
	}
	domain->kernel_kills = s->kernel_oom_kills;
	domain->kernel_kills_ns = s->now_ns;
}

/* A database larger than memory may be like that for years: once an hour is enough. */
static void note_no_evidence(struct useroom *u, struct domain *domain, const struct sample *s,
			     const struct decision *d)
{
	if (d->stall.held_back == STALL_NONE || d->low ||
	    told_lately(&domain->told_no_evidence_ns, s->now_ns))
		return;
	tell_look(u, EVENT_NO_EVIDENCE, 0, s, d);
}

/* What is said once an episode. */
static void note_changes(struct useroom *u, struct domain *domain, const struct sample *s,
			 const struct decision *d)
{
	if (d->course.warn)
		tell_look(u, EVENT_WARN, 0, s, d);
	if (d->course.episode_begins)
		tell_look(u, EVENT_LOW, 0, s, d);
	note_futile(u, domain, s, d);
	note_no_evidence(u, domain, s, d);
	note_kernel_kills(u, domain, s, d);
	if (d->course.episode_ends) {
		tell_look(u, EVENT_RECOVERED, 0, s, d);
		act_episode_over(&u->act);
		domain->latches = (struct latches){0};
	}
}

void domain_turn(struct useroom *u, struct domain *domain, struct sample *s)
{
	struct turn turn;
	struct decision d = look(u, domain, s, &turn);

	if (!(s->have & HAVE_MEM))
		return;
	note_changes(u, domain, s, &d);
	act_escalate(&u->act, &u->config, s, &d);
	if (d.end_swapoff)
		end_swapoff(u, domain, s, &d);
	if (turn.what == TURN_END)
		choose_and_end(u, domain, s, &d);
	else if (d.action == ACTION_NONE)
		keep_ready(u, domain, s, &d);
}

void domain_settings_changed(struct domain *domain)
{
	domain->kept_ns = 0;
	policy_settings_changed(&domain->policy);
	pause_settings_changed(&domain->latches.pauses);
}

void domain_tell(struct useroom *u, struct domain *domain, enum event_type type, int error)
{
	static const struct coming nothing;
	struct policy policy = domain->policy; /* a copy: what is told is no part of the history */
	struct sample s;
	struct decision d;

	sense_read(&u->sense, false, &s);
	d = policy_decide(&policy, &u->config, &s, &nothing);
	tell_look(u, type, error, &s, &d);
}
