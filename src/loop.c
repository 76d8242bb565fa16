/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include "act/turn.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "choose/swapoff.h"
#include "lock.h"
#include "look/process.h"
#include "self.h"
#include "tell.h"
#include "tell/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

/* Candidates are kept ready again after this while the level will soon be reached, and after that
 * while it is only near. */
#define KEEP_FALLING_NS (200 * NS_PER_MS)
#define KEEP_STEADY_NS  (5 * NS_PER_S)
#define KEEP_REACH_NS   (10 * NS_PER_S)
/* And a scan may take no more than one part in this of the time, as long as there is something to
 * compare with. */
#define KEEP_COST 50
/* Before the level nobody was seen to grow: look through them again, for one part in this of the
 * time. */
#define EARLY_COST 5
/* Nobody could be ended: look through them again soon, for one part in KEEP_COST of the time. */
#define NOBODY_NS NS_PER_S
/* Only to see who grows: less often, and one part in this. */
#define KEEP_GROWTH_NS   (10 * NS_PER_S)
#define KEEP_GROWTH_COST 1000

/*
 * The kernel's kills are read near the level only. A count that is older than two looks says
 * nothing about this episode; two looks are as long as this at least, for one may hold a scan of
 * 30,000 processes.
 */
#define KERNEL_KILLS_FRESH_NS (500 * NS_PER_MS)

/*
 * R89: where swap counts, what a victim gives back is taken at once by those that were swapped out
 * for it, and it takes them a while: above the SIGKILL level one victim in this time. Eleven in 6.5
 * s were seen where a third of 26 alike programs did not fit.
 */
#define SWAP_PAUSE_NS (1 * NS_PER_S)

/* Stalled tasks for which nobody is ended are said again after this. */
#define NO_EVIDENCE_AGAIN_NS (3600 * NS_PER_S)

/* Descriptors of its own that are waited for: one for each row of fill_slots(). */
#define SLOTS_MAX 9
#define POLL_MAX  (VICTIMS_MAX + SLOTS_MAX)

/* ---- looking ---- */

static void note_blindness(struct useroom *u, const struct sample *s)
{
	bool blind = !(s->have & HAVE_MEM);

	if (blind != u->blind)
		log_line(blind ? LOG_WARN : LOG_NOTE,
			 blind ? "/proc/meminfo cannot be read: looking again until it can"
			       : "/proc/meminfo can be read again");
	u->blind = blind;
}

/* R83: nobody looked for a while. What processes held before says nothing of now, and a victim of
 * before had no more time to leave than we had to look. */
static void note_gap(struct useroom *u, uint64_t now_ns)
{
	uint64_t gap_ns = policy_gap_ns(&u->machine.policy, now_ns);

	if (gap_ns == 0)
		return;
	u->machine.growth.count = 0;
	u->machine.kept_ns = 0;
	act_gap(&u->act, gap_ns);
	log_line(LOG_DETAIL, "nobody looked for %" PRIu64 " ms: what was seen before is forgotten",
		 gap_ns / NS_PER_MS);
}

static void read_sample(struct useroom *u, bool detail, struct sample *s)
{
	sense_read(&u->sense, detail, s);
	note_blindness(u, s);
	if (!(s->have & HAVE_MEM))
		return;
	note_gap(u, s->now_ns);
	act_follow(&u->act, s);
}

/* What tasks wait for is the whole machine's; so must meminfo be, which in a container can be its
 * own. */
static void add_waits(struct useroom *u, struct sample *s)
{
	if (!policy_wants_waits(&u->machine.policy, &u->config, s) || (s->have & HAVE_FOREIGN))
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
static struct decision count_lists(struct useroom *u, struct sample *s, const struct decision *d)
{
	if (d->action == ACTION_NONE)
		return *d;
	s->pending_mem_kib = max_u64(s->pending_mem_kib, sense_lists_kib(&u->sense, s));
	return policy_confirm(&u->config, s, d);
}

static struct decision look(struct useroom *u, struct sample *s)
{
	struct decision d;

	read_sample(u, u->machine.near, s);
	add_waits(u, s);
	d = policy_decide(&u->machine.policy, &u->config, s);
	if (d.low &&
	    !(s->have &
	      HAVE_DETAIL)) { /* it came at once: who holds the memory must be known to act */
		sense_detail(&u->sense, s);
		d = policy_confirm(&u->config, s, &d);
	}
	d = count_lists(u, s, &d);
	record_look(&u->record, s, &d, false, turn_without_table(&d));
	u->machine.near = d.course.near;
	u->machine.wake_ns = d.course.wake_ns;
	tell_debug_look(s, &d);
	return d;
}

/* ---- choosing and acting ---- */

static void prepare_rank(struct useroom *u, const struct sample *s)
{
	u->rank.config = &u->config;
	rank_of_machine(&u->rank, s, self_kernel_total_kib());
	u->rank.pending_count = act_pending(&u->act, &u->rank.pending);
	u->rank.held_back_count = act_held_back(&u->act, s->now_ns, &u->rank.held_back);
}

/* Under a stall there is time to read everybody: the one that grows is the one whose end helps. */
static void choose(struct useroom *u, const struct sample *s, const struct decision *d)
{
	uint64_t now_ns;

	prepare_rank(u, s);
	if (d->by_stall || !scan_kept(&u->scan, &u->rank, clock_now(), &u->table))
		scan_full(&u->scan, &u->rank, clock_now(), &u->table);
	now_ns = clock_now();
	turn_order(&u->config, d, &u->machine.growth, now_ns, clock_since_boot(), &u->rank,
		   &u->table);
	if (!u->table.kept)
		growth_note(&u->machine.growth, &u->table, now_ns); /* who is large only now */
	tell_debug_table(u);
}

static void fill_together(const struct proc_table *t, struct event *e)
{
	for (unsigned i = 0; i < t->count && e->together_count < TOGETHER_MAX; i++) {
		const struct proc *p = &t->procs[i];

		if (p->mm_of != e->victim.pid)
			continue;
		e->together[e->together_count++] = proc_id(p);
	}
}

static void fill_next(const struct proc_table *t, unsigned row, struct event *e)
{
	const struct proc *next = row + 1 < t->count ? &t->procs[row + 1] : NULL;

	e->has_next = next != NULL && next->rank != CLASS_NEVER;
	if (!e->has_next)
		return;
	e->next.pid = next->pid;
	e->next.freeable_kib = next->freeable_kib;
	memcpy(e->next.comm, next->comm, sizeof(e->next.comm));
}

/* 0, or as act_on(). */
static int end_row(struct useroom *u, unsigned row, const struct sample *s,
		   const struct decision *d)
{
	static struct event e;
	const struct turn_signal signal = turn_signal(d, &u->table, row);
	bool pre_kill =
		u->pre_kill.started && u->config.pre_kill[0] != '\0' && d->action == ACTION_TERM;
	int r;

	memset(&e, 0, sizeof(e));
	e.type = EVENT_KILL;
	e.sample = *s;
	e.decision = *d;
	e.victim = u->table.procs[row];
	fill_together(&u->table, &e);
	e.signal = signal.signal;
	e.ignores_term = signal.ignores_term;
	e.swapped_out = signal.swapped_out;
	fill_next(&u->table, row, &e);
	r = act_on(&u->act, &u->config, &e, pre_kill);
	if (r < 0)
		return r;
	if (pre_kill && !u->config.dry_run) {
		event_describe(&e);
		(void)hook_request(&u->pre_kill, u->config.pre_kill, u->config.pre_kill_time_ns,
				   &e);
	}
	return 0;
}

/* The first in the order who can be signalled. NOBODY_NONE: it was. */
static enum nobody end_first(struct useroom *u, const struct sample *s, const struct decision *d)
{
	for (unsigned row = 0; row < u->table.count && u->table.procs[row].rank != CLASS_NEVER;
	     row++) {
		int r = end_row(u, row, s, d);

		if (r == 0 || r == -EBUSY)
			return r == 0 ? NOBODY_NONE : NOBODY_BUSY;
	}
	return NOBODY_GONE;
}

static void note_futile(struct useroom *u, const struct sample *s, const struct decision *d)
{
	if (d->futile != HOLDER_NONE && u->machine.latches.told_futile == HOLDER_NONE) {
		tell_look(u, EVENT_FUTILE, 0, s, d);
		u->machine.latches.told_futile = d->futile;
	}
}

/* R82: not a whole -i of twenty seconds later, for somebody may begin to grow meanwhile. */
static uint64_t choose_again_ns(const struct useroom *u, const struct sample *s)
{
	return s->now_ns +
	       min_u64(u->config.interval_ns, max_u64(NOBODY_NS, u->scan.took_ns * KEEP_COST));
}

static void nobody(struct useroom *u, enum nobody why, const struct sample *s,
		   const struct decision *d)
{
	u->machine.latches.choose_ns = choose_again_ns(u, s);
	if (!(u->machine.latches.told_nobody & 1u << why))
		tell_nobody(u, why, s, d);
	u->machine.latches.told_nobody |= 1u << why;
}

/* A victim was signalled. Is that enough? Look again at once. */
static void note_ended(struct useroom *u, const struct decision *d, uint64_t decided_ns)
{
	u->machine.wake_ns = 0;
	/* Full swap alone (-trigger or) may be full for ever: one victim an interval, as the Go
	 * program did. */
	if (!d->mem_low)
		u->machine.latches.choose_ns = decided_ns + u->config.interval_ns;
	else if (d->swap_counts)
		u->machine.latches.swap_ns = decided_ns + SWAP_PAUSE_NS;
}

static void end_somebody(struct useroom *u, struct sample *s, const struct decision *d,
			 uint64_t decided_ns)
{
	enum nobody why;

	s->now_ns = decided_ns; /* what is told is how long it took from the look that decided */
	why = end_first(u, s, d);
	if (why == NOBODY_NONE)
		note_ended(u, d, decided_ns);
	else
		nobody(u, why, s, d);
}

static void carry_out(struct useroom *u, struct sample *s, const struct turn *turn,
		      uint64_t decided_ns)
{
	switch (turn->what) {
	case TURN_END:
		end_somebody(u, s, &turn->decision, decided_ns);
		break;
	case TURN_NOBODY:
		s->now_ns = decided_ns;
		nobody(u, turn->nobody, s, &turn->decision);
		break;
	case TURN_GROWING:
		u->machine.latches.early_ns =
			s->now_ns + max_u64(KEEP_FALLING_NS, u->scan.took_ns * EARLY_COST);
		break;
	case TURN_FUTILE:
		s->unkillable_kib = u->table.unkillable_kib;
		u->machine.latches.choose_ns = choose_again_ns(u, s);
		note_futile(u, s, &turn->decision);
		break;
	default: /* what asks for no table asks for nothing here */
		break;
	}
}

static void choose_and_end(struct useroom *u, struct sample *s, const struct decision *decided)
{
	uint64_t decided_ns = s->now_ns;
	struct decision d;
	struct turn turn;

	choose(u, s, decided);
	read_sample(u, true, s); /* the scan took its time: look again before the shot */
	d = policy_confirm(&u->config, s, decided);
	d = count_lists(u, s, &d);
	turn = turn_take(&u->config, s, &d, &u->table);
	record_look(&u->record, s, &d, true, turn.what);
	tell_debug_turn(&turn);
	if (d.action != ACTION_NONE) /* else it is over meanwhile */
		carry_out(u, s, &turn, decided_ns);
}

/* R88: the one that costs nobody anything. */
static void end_swapoff(struct useroom *u, const struct sample *s, const struct decision *d)
{
	static struct event e;

	if (s->now_ns < u->swapoff_ns)
		return;
	u->swapoff_ns = s->now_ns + NOBODY_NS;
	memset(&e, 0, sizeof(e));
	prepare_rank(u, s);
	if (!swapoff_find(&u->scan, &u->rank, &e.victim))
		return;
	e.type = EVENT_KILL;
	e.sample = *s;
	e.decision = *d;
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
static void keep_ready(struct useroom *u, struct sample *s, const struct decision *d)
{
	bool of_use = d->stall.open || (d->course.near && !u->config.sort_by_rss);
	bool kept = u->machine.kept_ns !=
		    0; /* "at 0" would be a moment ago on a machine that has just booted */

	if (!of_use || (kept && s->now_ns < u->machine.kept_ns + keep_pause(u, d)))
		return;
	if (!d->low)
		sense_segments(&u->sense);
	if (!(s->have & HAVE_DETAIL))
		sense_detail(&u->sense, s);
	prepare_rank(u, s);
	scan_full(&u->scan, &u->rank, clock_now(), &u->table);
	growth_note(&u->machine.growth, &u->table, s->now_ns);
	u->machine.kept_ns = s->now_ns;
}

static void note_kernel_kills(struct useroom *u, const struct sample *s, const struct decision *d)
{
	static struct event e;

	if (!(s->have & HAVE_OOM_KILLS))
		return;
	/* An old count has what happened long before, in some container's own limit. */
	if (s->kernel_oom_kills > u->kernel_kills && u->machine.policy.in_episode &&
	    s->now_ns - u->kernel_kills_ns <=
		    max_u64(2 * u->config.interval_ns, KERNEL_KILLS_FRESH_NS)) {
		memset(&e, 0, sizeof(e));
		e.type = EVENT_KERNEL_KILL;
		e.dry_run = u->config.dry_run;
		e.now_ns = s->now_ns;
		e.sample = *s;
		e.decision = *d;
		e.kills = (unsigned)(s->kernel_oom_kills - u->kernel_kills);
		tell_event(u, &e);
	}
	u->kernel_kills = s->kernel_oom_kills;
	u->kernel_kills_ns = s->now_ns;
}

/* A database larger than memory may be like that for years: once an hour is enough. */
static void note_no_evidence(struct useroom *u, const struct sample *s, const struct decision *d)
{
	if (d->stall.held_back == STALL_NONE || d->low ||
	    (u->told_no_evidence_ns != 0 &&
	     s->now_ns - u->told_no_evidence_ns < NO_EVIDENCE_AGAIN_NS))
		return;
	u->told_no_evidence_ns = s->now_ns;
	tell_look(u, EVENT_NO_EVIDENCE, 0, s, d);
}

/* What is said once an episode. */
static void note_changes(struct useroom *u, const struct sample *s, const struct decision *d)
{
	if (d->course.warn)
		tell_look(u, EVENT_WARN, 0, s, d);
	if (d->course.episode_begins)
		tell_look(u, EVENT_LOW, 0, s, d);
	note_futile(u, s, d);
	note_no_evidence(u, s, d);
	note_kernel_kills(u, s, d);
	if (d->course.episode_ends) {
		tell_look(u, EVENT_RECOVERED, 0, s, d);
		act_episode_over(&u->act);
		u->machine.latches = (struct latches){0};
	}
}

/* Is it time to choose? The levels do not wait for what was early. */
static bool may_choose(const struct useroom *u, const struct sample *s, const struct decision *d)
{
	return s->now_ns >= u->machine.latches.choose_ns &&
	       (d->action == ACTION_KILL || s->now_ns >= u->machine.latches.swap_ns) &&
	       (!policy_only_growing(d) || s->now_ns >= u->machine.latches.early_ns);
}

void loop_turn(struct useroom *u)
{
	NOT_ZEROED struct sample s;
	struct decision d = look(u, &s);

	if (!(s.have & HAVE_MEM))
		return;
	note_changes(u, &s, &d);
	act_escalate(&u->act, &u->config, &s, &d);
	if (d.end_swapoff)
		end_swapoff(u, &s, &d);
	if (d.action != ACTION_NONE && may_choose(u, &s, &d))
		choose_and_end(u, &s, &d);
	else if (d.action == ACTION_NONE)
		keep_ready(u, &s, &d);
	groups_turn(u, &s);
}

/* ---- what happens in between ---- */

void loop_tell_now(struct useroom *u, enum event_type type, int error)
{
	struct policy policy =
		u->machine.policy; /* a copy: what is told is no part of the history */
	struct sample s;
	struct decision d;

	sense_read(&u->sense, false, &s);
	d = policy_decide(&policy, &u->config, &s);
	tell_look(u, type, error, &s, &d);
}

/* R51: what began as a dry run holds no lock. */
static void lock_before_killing(struct useroom *u)
{
	char why[640];
	int r;

	if (u->config.dry_run || u->locked)
		return;
	r = lock_take(why, sizeof(why));
	u->locked = r == 0;
	if (r == -EBUSY) {
		u->config.dry_run = true;
		log_line(LOG_ERROR, "%s: this one stays a dry run", why);
	} else if (r < 0) {
		log_line(LOG_WARN, "%s", why);
	}
}

static bool is_protected(struct useroom *u, const struct process_id *id)
{
	static struct proc row;

	if (process_read(u->proc_fd, id->pid, &row) < 0 || !proc_is(&row, id))
		return false;
	scan_judge(&u->scan, &u->rank, &row);
	return row.skip == SKIP_PROTECTED || row.skip == SKIP_IGNORED_USER ||
	       row.skip == SKIP_CRITICAL;
}

/* R109: who is protected by the new settings must not die of the old ones. */
static void spare_protected(struct useroom *u)
{
	const struct process_id *victims;
	unsigned count = act_pending(&u->act, &victims);

	u->rank.config = &u->config;
	u->rank.pending_count = 0; /* that they are victims is no reason here */
	for (unsigned i = 0; i < count; i++) {
		if (is_protected(u, &victims[i]))
			act_spare(&u->act, &victims[i]);
	}
}

void loop_arm(struct useroom *u)
{
	bool wanted = u->config.stall_milli > 0, armed = u->sense.trigger_fd >= 0;

	if (wanted && !armed)
		(void)sense_arm(&u->sense); /* without it looks come at their time */
	else if (!wanted && armed)
		sense_disarm(&u->sense);
}

static void reload(struct useroom *u)
{
	static char errors[LOG_LINE_MAX]; /* one buffer: with mistakes there are no remarks */
	int r;

	(void)notify_send("RELOADING=1");
	r = config_reload(&u->source, &u->config, errors, sizeof(errors));
	if (r < 0) {
		log_lines(LOG_ERROR, errors);
	} else {
		u->machine.kept_ns = u->machine.latches.choose_ns = u->machine.latches.early_ns = 0;
		lock_before_killing(u);
		act_settings_changed(&u->act, &u->config);
		spare_protected(u);
		config_remarks(&u->config, u->rank.mem_total_kib, 0, errors, sizeof(errors));
		log_lines(LOG_WARN, errors);
		tell_configure(&u->config);
		record_settings(&u->record, &u->config, u->machine.policy.cpus, u->limits);
		scan_forget(&u->scan);
		loop_arm(u);
		groups_arm(u);
		loop_start_hooks(u);
		tell_debug_lists(u);
	}
	loop_tell_now(u, EVENT_RELOAD, -r);
	(void)notify_send("READY=1");
}

static void take_signals(struct useroom *u, short got)
{
	struct signalfd_siginfo info;

	(void)got;
	while (read(u->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload(u);
		else
			u->quit = true;
	}
}

static void note_hook(const char *path, const struct hook_done *done)
{
	if (done->refused[0] != '\0')
		log_line(LOG_WARN, "hook %s is not run, others may change it: %s", path,
			 done->refused);
	else if (done->error)
		log_line(LOG_WARN, "hook %s: %s", path, strerror(done->error));
	else if (done->stuck)
		log_line(LOG_WARN, "hook %s hangs in the kernel and is left alone", path);
	else if (done->timed_out)
		log_line(LOG_WARN, "hook %s did not end in time and was ended", path);
	else if (done->status == HOOK_CANNOT_RUN && !done->signalled)
		log_line(LOG_WARN, "hook %s cannot be run, or a program that it runs cannot", path);
	else if (done->status != 0)
		log_line(LOG_WARN, "hook %s ended with %s %d", path,
			 done->signalled ? "signal" : "status", done->status);
}

static void note_incident(struct useroom *u, short got)
{
	int error = incident_failed(&u->incident);

	(void)got;
	if (error != 0)
		log_line(LOG_WARN, "the incident could not be kept in %s: %s", u->config.incidents,
			 strerror(error));
}

static void take_hooks(struct useroom *u, short got)
{
	struct hook_done done;

	(void)got;
	while (hook_done(&u->hook, &done))
		note_hook(u->config.hook, &done);
	while (hook_done(&u->pre_kill, &done)) {
		note_hook(u->config.pre_kill, &done);
		act_pre_kill_done(&u->act, done.victim);
	}
}

int loop_start_hooks(struct useroom *u)
{
	int r = u->config.hook[0] ? hook_start(&u->hook) : 0;

	if (r == 0 && u->config.pre_kill[0])
		r = hook_start(&u->pre_kill);
	if (r < 0)
		log_line(LOG_ERROR, "hooks cannot run: %s", strerror(-r));
	return r;
}

/* ---- waiting ---- */

/*
 * What is waited for, and what is done when it is ready. Victims only wake up: act_follow() asks
 * them at the next look; so does the log, which is written to after each wait.
 */
struct slots {
	unsigned count;
	struct pollfd fds[POLL_MAX];
	void (*take[SLOTS_MAX])(struct useroom *u, short got);
};

static void add_slot(struct slots *slots, int fd, short events,
		     void (*take)(struct useroom *u, short got))
{
	slots->take[slots->count] = take;
	slots->fds[slots->count++] = (struct pollfd){.fd = fd, .events = events};
}

/* A trigger that the kernel has given up would be ready for ever. */
static void take_trigger(struct useroom *u, short got)
{
	if (got & (POLLERR | POLLNVAL))
		sense_disarm(&u->sense);
}

static void take_released(struct useroom *u, short got)
{
	(void)got;
	act_take_results(&u->act);
}

static void take_groups(struct useroom *u, short got)
{
	if (got & POLLIN)
		groups_take_events(&u->groups);
}

/* In the order in which they are taken: a reload may arm the trigger anew. */
static void fill_slots(const struct useroom *u, struct slots *slots)
{
	slots->count = 0;
	if (u->sense.trigger_fd >= 0)
		add_slot(slots, u->sense.trigger_fd, POLLPRI, take_trigger);
	add_slot(slots, u->signal_fd, POLLIN, take_signals);
	if (u->hook.started)
		add_slot(slots, u->hook.done[0], POLLIN, take_hooks);
	if (u->pre_kill.started)
		add_slot(slots, u->pre_kill.done[0], POLLIN, take_hooks);
	if (u->incident.started)
		add_slot(slots, u->incident.done[0], POLLIN, note_incident);
	add_slot(slots, u->release.result[0], POLLIN, take_released);
	if (groups_fd(&u->groups) >= 0)
		add_slot(slots, groups_fd(&u->groups), POLLIN, take_groups);
	if (log_can_wait())
		add_slot(slots, STDERR_FILENO, POLLOUT, NULL);
}

static void take_slots(struct useroom *u, const struct slots *slots, unsigned own)
{
	for (unsigned i = 0; i < own; i++) {
		if (slots->fds[i].revents != 0 && slots->take[i] != NULL)
			slots->take[i](u, slots->fds[i].revents);
	}
}

static void feed_watchdog(struct useroom *u, uint64_t now)
{
	if (notify_watchdog_ns() == 0 || now < u->watchdog_ns)
		return;
	(void)notify_send("WATCHDOG=1");
	u->watchdog_ns = now + notify_watchdog_ns();
}

void loop_wait(struct useroom *u)
{
	NOT_ZEROED struct slots slots;
	uint64_t now = clock_now();
	uint64_t until = u->blind ? u->machine.wake_ns
				  : min_u64(min_u64(u->machine.wake_ns, act_deadline(&u->act)),
					    groups_wake_ns(&u->groups));
	struct timespec wait;
	unsigned own;
	bool ready;

	fill_slots(u, &slots);
	own = slots.count;
	if (!u->blind) /* a blind look follows nobody: they would wake it up again at once */
		slots.count += act_poll(&u->act, slots.fds + own, POLL_MAX - own);
	feed_watchdog(u, now);
	if (notify_watchdog_ns() > 0)
		until = min_u64(until, u->watchdog_ns);
	until = until > now ? until - now : 0;
	wait = (struct timespec){.tv_sec = (time_t)(until / NS_PER_S),
				 .tv_nsec = (long)(until % NS_PER_S)};
	ready = ppoll(slots.fds, slots.count, &wait, NULL) > 0;
	if (ready)
		take_slots(u, &slots, own);
	if (ready || log_pending())
		(void)log_flush();
}
