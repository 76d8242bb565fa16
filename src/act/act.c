/* SPDX-License-Identifier: MIT */
#include "act/act.h"

#include "base/clock.h"
#include "base/compat.h"
#include "base/util.h"
#include "look/process.h"
#include "look/sense.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * After SIGKILL, or once it was released, a victim that gives nothing back for so long is stuck: in
 * an uninterruptible wait, or frozen where process_mrelease(2) is missing. 222 ms was the slowest
 * that was only waiting for a CPU (8 busy loops on it).
 */
#define STUCK_NS (1 * NS_PER_S)

/*
 * After SIGTERM a victim has so long to let go of its memory itself, among it its robust futexes,
 * which others wait for (twice the 222 ms above; the kernel's own killer gives 2 s,
 * OOM_REAPER_DELAY of mm/oom_kill.c). One that handles SIGTERM begins to exit when it likes: it is
 * tried again.
 */
#define RELEASE_AGAIN_NS (500 * NS_PER_MS)

/*
 * The memory of a victim that is gone is still counted on for so long: the counters are behind by
 * what each CPU keeps for itself, and the last reference to the memory may be somebody else's, our
 * own process_mrelease's for one (R40). Below the kill level there is less time to be sure.
 */
#define SETTLE_NS      (400 * NS_PER_MS)
#define SETTLE_KILL_NS (50 * NS_PER_MS)

/*
 * One that gave back less than this part of what it held has given nothing, and then one like it is
 * not ended for so long. Its memory is another's too; and 8 s were seen until all that came back
 * was counted (R40), so that before it cannot be known what the next one is for.
 */
#define NOTHING_PART 10
#define HOLD_BACK_NS (10 * NS_PER_S)

/* Less than this is no progress: counters move by themselves. */
#define PROGRESS_KIB 1024

/* A group in trouble is looked at twice a second, and sends its SIGKILL before this. */
#define STAYS_NS (1 * NS_PER_S)

/* Victims of one unit within this time are said to be repeated (R49). */
#define REPEAT_WINDOW_NS (600 * NS_PER_S)

#define REHEARSAL_MS 2000

void act_init(struct act *act, struct scan *scan, struct release *release, act_tell_fn tell,
	      void *ctx)
{
	act->scan = scan;
	act->release = release;
	act->tell = tell;
	act->tell_ctx = ctx;
}

static void tell(struct act *act, struct event *event)
{
	act->tell(act->tell_ctx, event);
}

static void clear_row(struct act *act, struct victim *v)
{
	hold_drop(&v->hold);
	v->state = VICTIM_FREE;
	act->in_use--;
}

static void give_up(struct act *act, struct process_id id)
{
	act->given_up[act->given_up_count++ % GIVEN_UP_MAX] = id;
}

/* Of those that nobody waits for any more the one that was chosen first. */
static struct victim *oldest_hopeless(struct act *act)
{
	struct victim *oldest = NULL;

	for (unsigned i = 0; i < VICTIMS_MAX; i++) {
		struct victim *v = &act->victims[i];
		bool hopeless = v->state == VICTIM_STUCK || v->state == VICTIM_DENIED;

		if (hopeless && (oldest == NULL || v->decided_ns < oldest->decided_ns))
			oldest = v;
	}
	return oldest;
}

/* A free row. R110: as many as there are rows may hang; then the oldest of them gives way, and
 * stays no candidate. */
static struct victim *free_row(struct act *act)
{
	struct victim *v;

	for (unsigned i = 0; i < VICTIMS_MAX; i++) {
		if (act->victims[i].state == VICTIM_FREE)
			return &act->victims[i];
	}
	v = oldest_hopeless(act);
	if (v == NULL)
		return NULL;
	give_up(act, proc_id(&v->event.target.victim));
	for (unsigned i = 0; i < v->event.target.together_count; i++)
		give_up(act, v->event.target.together[i]);
	clear_row(act, v);
	return v;
}

static int send_signal(struct act *act, const struct victim *v, int signal)
{
	return hold_signal(&v->hold, act->scan->proc_fd, &v->event.target, signal);
}

/* ---- what the victim still holds ---- */

static uint64_t gained_mem(const struct victim *v, const struct sample *s)
{
	return minus_u64(s->mem_available_kib, v->base_mem_kib);
}

static uint64_t gained_swap(const struct victim *v, const struct sample *s)
{
	return minus_u64(s->swap_free_kib, v->base_swap_kib);
}

static uint64_t expected_mem(const struct victim *v, const struct sample *s)
{
	return minus_u64(v->event.target.most_memory_kib, gained_mem(v, s));
}

static uint64_t expected_swap(const struct victim *v, const struct sample *s)
{
	return minus_u64(v->event.target.victim.swap_kib, gained_swap(v, s));
}

/*
 * What the victim still holds; or, once its address space is detached or being taken apart and
 * shows nothing any more, what has not been seen to come back.
 */
static void follow_memory(struct act *act, struct victim *v, const struct sample *s)
{
	static struct proc now;
	const struct proc *p = &v->event.target.victim;
	uint64_t mem_kib = expected_mem(v, s), swap_kib = expected_swap(v, s), held = 0;
	/* All but who started the others are gone, and that one is small. */
	bool rest = v->event.target.head.pid != 0 && v->hold.id.pid == v->event.target.head.pid;
	/* What it shares is not released; and one of several says nothing of the others. */
	bool shows = (v->gone_ns == 0 || v->state == VICTIM_TERMED) &&
		     v->event.target.kind == TARGET_PROCESS;

	if (shows && process_read(act->scan->proc_fd, v->hold.id.pid, &now) == 0)
		held = minus_u64(now.anon_kib + now.shmem_kib, p->shared_shmem_kib + p->twice_kib);
	if (held > 0 || (shows && now.swap_kib > 0)) {
		mem_kib = held + now.page_tables_kib;
		swap_kib = now.swap_kib;
	}
	if (rest)
		mem_kib = swap_kib = 0;
	if (mem_kib + swap_kib + PROGRESS_KIB <= v->left_mem_kib + v->left_swap_kib)
		v->progress_ns = s->now_ns;
	v->left_mem_kib = mem_kib;
	v->left_swap_kib = swap_kib;
}

/* ---- telling ---- */

static void tell_later(struct act *act, struct victim *v, enum event_type type,
		       const struct sample *s)
{
	struct event *e = &v->event;

	e->type = type;
	e->now_ns = s->now_ns;
	e->sample = *s;
	e->since_signal_ns = s->now_ns - v->first_ns;
	e->came_back_kib = gained_mem(v, s) + gained_swap(v, s);
	e->exited_by_term = v->exited_by_term;
	tell(act, e);
}

/* How often this unit, or a process of this name, was the victim lately (R49). */
static unsigned count_repeat(struct act *act, const struct event *e)
{
	const char *name = e->target.victim.unit[0] ? e->target.victim.unit : e->target.victim.comm;
	struct repeat *oldest = &act->repeats[0];

	for (unsigned i = 0; i < ARRAY_SIZE(act->repeats); i++) {
		struct repeat *r = &act->repeats[i];

		if (r->count > 0 && strncmp(r->name, name, sizeof(r->name) - 1) == 0) {
			r->count = e->now_ns - r->last_ns > REPEAT_WINDOW_NS ? 1 : r->count + 1;
			r->last_ns = e->now_ns;
			return r->count;
		}
		if (r->last_ns < oldest->last_ns)
			oldest = r;
	}
	*oldest = (struct repeat){.last_ns = e->now_ns, .count = 1};
	(void)snprintf(oldest->name, sizeof(oldest->name), "%s", name);
	return 1;
}

/* ---- the steps ---- */

static void told_kill(struct act *act, struct victim *v, const struct sample *s)
{
	struct event *e = &v->event;

	e->type = EVENT_KILL;
	e->now_ns = v->signal_ns;
	e->decide_to_signal_ns = v->signal_ns - v->decided_ns;
	e->sample = *s;
	e->dry_run = v->dry;
	tell(act, e);
}

static void ask_release(struct act *act, struct victim *v, uint64_t now_ns)
{
	v->release_ns = now_ns;
	v->release_asked = true;
	release_request(act->release, v->hold.id.pid, v->hold.pidfd, v->event.signal);
}

static void follow_up_signal(struct act *act, struct victim *v)
{
	if (v->event.signal == SIGKILL) {
		ask_release(act, v, v->signal_ns);
		return;
	}
	v->release_ns = v->signal_ns; /* from here on it has its time */
	if (v->event.target.victim.state == 'T')
		(void)send_signal(act, v, SIGCONT); /* it gets its SIGTERM only when it goes on */
}

/* Send the signal that the row's event names, or pretend to. 0 or a negative errno; the row's state
 * follows. */
static int do_signal(struct act *act, const struct config *config, struct victim *v,
		     const struct sample *s)
{
	int r = v->dry ? 0 : send_signal(act, v, v->event.signal);

	v->signal_ns = clock_now();
	if (r < 0)
		return r;
	if (v->first_ns == 0) {
		v->first_ns = v->signal_ns;
		v->base_mem_kib = s->mem_available_kib;
		v->base_swap_kib = s->swap_free_kib;
	}
	v->progress_ns = v->signal_ns;
	v->state = v->event.signal == SIGKILL ? VICTIM_KILLED : VICTIM_TERMED;
	v->deadline_ns = v->signal_ns + config->grace_ns;
	if (!v->dry)
		follow_up_signal(act, v);
	return 0;
}

static int failed(struct act *act, struct victim *v, int error, const struct sample *s)
{
	if (error != -EPERM) {
		clear_row(act, v);
		return -ESRCH;
	}
	/* R46: said once, and never tried again as long as it lives. */
	v->state = VICTIM_DENIED;
	v->event.error = EPERM;
	v->event.error_call = v->hold.pidfd >= 0 ? "pidfd_send_signal" : "kill";
	tell_later(act, v, EVENT_FAILED, s);
	return -EPERM;
}

static int first_signal(struct act *act, const struct config *config, struct victim *v)
{
	struct sample s = v->event.sample;
	int r = do_signal(act, config, v, &s);

	if (r < 0)
		return failed(act, v, r, &s);
	event_describe(&v->event);
	v->event.now_ns = v->signal_ns;
	v->event.repeat_count = count_repeat(act, &v->event);
	if (v->event.group.id == 0) {
		act->kills += target_victims(&v->event.target);
		act->swarm_shots += v->event.target.kind == TARGET_SWARM;
	}
	told_kill(act, v, &s);
	return 0;
}

static void begin_row(struct act *act, const struct config *config, struct victim *v,
		      const struct event *event)
{
	const struct proc *p = &event->target.victim;

	memset(v, 0, sizeof(*v));
	act->in_use++;
	v->state = VICTIM_WAITING;
	v->event = *event;
	v->hold = (struct hold){.pidfd = -1, .id = proc_id(p)};
	v->dry = v->event.dry_run = config->dry_run;
	v->decided_ns = event->decided_ns;
	v->base_freed_kib = scan_freed_kib(act->scan);
	v->left_mem_kib = event->target.most_memory_kib;
	v->left_swap_kib = p->swap_kib;
}

int act_on(struct act *act, const struct config *config, struct event *event, bool pre_kill)
{
	struct victim *v = free_row(act);
	char state;

	if (v == NULL)
		return -EBUSY;
	begin_row(act, config, v, event);
	if (!v->dry) {
		if (!hold_take(&v->hold, act->scan->proc_fd, &v->hold.id, &state)) {
			clear_row(act, v);
			return -ESRCH;
		}
		v->event.target.victim.state = state;
	}
	if (pre_kill && !v->dry) {
		v->state = VICTIM_WAITING;
		v->deadline_ns = event->decided_ns + config->pre_kill_time_ns;
		return 0;
	}
	return first_signal(act, config, v);
}

void act_pre_kill_done(struct act *act, pid_t pid)
{
	for (unsigned i = 0; i < VICTIMS_MAX; i++) {
		struct victim *v = &act->victims[i];

		if (v->state == VICTIM_WAITING && v->event.target.victim.pid == pid)
			v->deadline_ns = 0;
	}
}

/* ---- following ---- */

static bool signalled(const struct victim *v)
{
	return v->state == VICTIM_TERMED || v->state == VICTIM_KILLED;
}

static bool in_hand(const struct victim *v)
{
	return v->state == VICTIM_WAITING || signalled(v);
}

static void take_result(struct victim *v, int error)
{
	if (error == 0 && v->gone_ns == 0)
		v->gone_ns = clock_now();
	v->release_asked = error == -ENOSYS; /* then it is not asked again */
}

void act_take_results(struct act *act)
{
	struct release_result result;

	while (release_result(act->release, &result)) {
		for (unsigned i = 0; i < VICTIMS_MAX; i++) {
			struct victim *v = &act->victims[i];

			if (signalled(v) && v->hold.id.pid == result.pid)
				take_result(v, result.error);
		}
	}
}

static void count_coming(const struct victim *v, struct coming *coming)
{
	coming->mem_kib += v->left_mem_kib;
	coming->swap_kib += v->left_swap_kib;
	coming->victims++;
}

static void has_left(struct act *act, struct victim *v, const struct sample *s)
{
	if (v->dry || v->first_ns == 0 || v->state == VICTIM_DENIED) {
		clear_row(act, v);
		return;
	}
	v->exited_by_term = v->event.signal == SIGTERM;
	v->state = VICTIM_GONE;
	v->gone_ns = s->now_ns;
	v->deadline_ns = s->now_ns + SETTLE_NS;
}

/*
 * It had more than a little, and memory gained nothing. That alone can be because others took at
 * once what it gave; but then the kernel has freed as much.
 */
static bool gave_nothing(struct act *act, const struct victim *v, const struct sample *s)
{
	const struct proc *p = &v->event.target.victim;
	uint64_t held = p->freeable_kib + proc_shared_kib(p);
	uint64_t gained = gained_mem(v, s) + gained_swap(v, s);
	uint64_t freed_kib = scan_freed_kib(act->scan);

	return held > PROGRESS_KIB && gained < held / NOTHING_PART && v->base_freed_kib > 0 &&
	       minus_u64(freed_kib, v->base_freed_kib) < held / NOTHING_PART;
}

static void hold_back(struct act *act, const struct proc *p, uint64_t now_ns)
{
	struct likeness *newest = &act->held_back[0];

	memmove(newest + 1, newest, (HELD_BACK_MAX - 1) * sizeof(*newest));
	memmove(act->held_back_ns + 1, act->held_back_ns,
		(HELD_BACK_MAX - 1) * sizeof(act->held_back_ns[0]));
	newest->layout = p->layout;
	memcpy(newest->exe, p->exe, sizeof(newest->exe));
	newest->place = p->place;
	act->held_back_ns[0] = now_ns + HOLD_BACK_NS;
}

unsigned act_held_back(struct act *act, uint64_t now_ns, const struct likeness **ret)
{
	unsigned count = 0;

	while (count < HELD_BACK_MAX && act->held_back_ns[count] > now_ns)
		count++;
	*ret = act->held_back;
	return count;
}

static void freed(struct act *act, struct victim *v, const struct sample *s)
{
	v->event.held_back = gave_nothing(act, v, s);
	if (v->event.held_back)
		hold_back(act, &v->event.target.victim, s->now_ns);
	tell_later(act, v, EVENT_FREED, s);
	clear_row(act, v);
}

static void settle(struct act *act, struct victim *v, const struct sample *s, struct coming *coming)
{
	const struct proc *p = &v->event.target.victim;

	v->left_mem_kib = expected_mem(v, s);
	v->left_swap_kib = expected_swap(v, s);
	if (v->left_mem_kib + v->left_swap_kib > (p->freeable_kib + p->shared_anon_kib) / 10 &&
	    s->now_ns < v->deadline_ns)
		count_coming(v, coming);
	else
		freed(act, v, s);
}

static bool wants_release(const struct victim *v, const struct sample *s)
{
	return v->state == VICTIM_TERMED && !v->dry && v->gone_ns == 0 && !v->release_asked &&
	       s->now_ns > v->release_ns + RELEASE_AGAIN_NS;
}

static bool is_stuck(const struct victim *v, const struct sample *s)
{
	bool ending = v->state == VICTIM_KILLED || (v->state == VICTIM_TERMED && v->gone_ns > 0);

	return ending && !v->dry && s->now_ns > max_u64(v->progress_ns, v->gone_ns) + STUCK_NS;
}

/*
 * Once memory is back, a victim that ignored SIGTERM, or needed no more than a nudge, is an
 * ordinary process again. One that is in its exit is not: with much memory, or on a busy machine,
 * that takes longer than an episode needs to end, and what it gave back is still to be told.
 */
static bool is_ordinary_again(const struct act *act, const struct victim *v)
{
	return v->state == VICTIM_TERMED && v->gone_ns == 0 &&
	       !process_is_leaving(act->scan->proc_fd, &v->hold.id);
}

/*
 * A group's, which had its time and lives. While the group is short it gets SIGKILL for it; once
 * that has room, nothing of it is coming any more: the machine does not wait for it, and where it
 * is short itself, it is the first to go.
 */
static bool stays(const struct act *act, const struct victim *v, const struct sample *s)
{
	return v->event.group.id != 0 && s->now_ns >= v->deadline_ns + STAYS_NS &&
	       is_ordinary_again(act, v);
}

static void follow_one(struct act *act, struct victim *v, const struct sample *s,
		       struct coming *coming)
{
	if (v->state != VICTIM_GONE &&
	    hold_all_exited(&v->hold, act->scan->proc_fd, &v->event.target))
		has_left(act, v, s);
	if (v->state == VICTIM_GONE)
		settle(act, v, s, coming);
	if (!in_hand(v))
		return;
	if (!v->dry)
		follow_memory(act, v, s);
	if (v->state == VICTIM_KILLED && v->gone_ns > 0 && s->now_ns > v->gone_ns + SETTLE_NS)
		v->left_mem_kib = v->left_swap_kib =
			0; /* released, and it just does not exit: frozen, or in D state */
	if (wants_release(v, s))
		ask_release(act, v, s->now_ns);
	if (is_stuck(v, s)) {
		v->state =
			VICTIM_STUCK; /* R45: the next one's turn; its memory is not waited for */
		tell_later(act, v, EVENT_STUCK, s);
		return;
	}
	if (!stays(act, v, s))
		count_coming(v, coming);
}

static SELDOM struct coming follow_all(struct act *act, const struct sample *s)
{
	struct coming coming = {0};

	for (unsigned i = 0; act->in_use > 0 && i < VICTIMS_MAX; i++) {
		if (act->victims[i].state != VICTIM_FREE)
			follow_one(act, &act->victims[i], s, &coming);
	}
	return coming;
}

struct coming act_follow(struct act *act, const struct sample *sample)
{
	return act->in_use > 0 ? follow_all(act, sample) : (struct coming){0};
}

/* In a dry run that was none when it had its SIGTERM. The row stays as it is: it is followed. */
static void pretend_escalation(struct act *act, struct victim *v, const struct sample *s,
			       const struct decision *d)
{
	static struct event e;

	if (v->pretended)
		return;
	v->pretended = true;
	e = v->event;
	e.type = EVENT_KILL;
	e.signal = SIGKILL;
	e.escalated = e.dry_run = true;
	e.decision = *d;
	e.sample = *s;
	e.now_ns = clock_now();
	e.decide_to_signal_ns = e.now_ns - s->now_ns;
	tell(act, &e);
}

static void escalate(struct act *act, const struct config *config, struct victim *v,
		     const struct sample *s, const struct decision *d)
{
	int r;

	if (v->spared) { /* it had its time, and stays: a protected process like others */
		clear_row(act, v);
		return;
	}
	if (config->dry_run && !v->dry) {
		pretend_escalation(act, v, s, d);
		return;
	}
	v->event.signal = SIGKILL;
	v->event.escalated = true;
	v->event.decision = *d;
	v->decided_ns = s->now_ns;
	r = do_signal(act, config, v, s);
	if (r == 0)
		told_kill(act, v, s);
	else if (r == -EPERM) /* it has become somebody else's since: what it holds is not on its
				 way any more */
		(void)failed(act, v, r, s);
}

/*
 * The pre-kill hook has ended, or its time is up. If memory came back meanwhile, nobody has to go.
 */
static void after_hook(struct act *act, const struct config *config, struct victim *v,
		       const struct sample *s, const struct decision *d)
{
	if (!d->low) {
		clear_row(act, v);
		return;
	}
	v->event.signal = d->kill_level ? SIGKILL : v->event.signal;
	v->decided_ns = s->now_ns;
	(void)first_signal(act, config, v);
}

/* Of this group, or the machine's (0): that asks who had time enough too, and below its SIGKILL
 * level all. */
static bool is_asked(const struct act *act, const struct victim *v, const struct sample *s,
		     uint64_t group, const struct decision *d)
{
	return v->event.group.id == group || (group == 0 && (d->kill_level || stays(act, v, s)));
}

static void escalate_one(struct act *act, const struct config *config, struct victim *v,
			 const struct sample *s, const struct decision *d)
{
	if (v->state == VICTIM_WAITING && (d->kill_level || s->now_ns >= v->deadline_ns)) {
		after_hook(act, config, v, s, d);
	} else if (v->state == VICTIM_GONE && d->kill_level &&
		   s->now_ns > v->gone_ns + SETTLE_KILL_NS) {
		freed(act, v, s);
	} else if (v->state == VICTIM_TERMED && d->low &&
		   (d->kill_level || s->now_ns >= v->deadline_ns)) {
		escalate(act, config, v, s, d);
	}
}

static SELDOM void escalate_all(struct act *act, const struct config *config,
				const struct sample *s, uint64_t group, const struct decision *d)
{
	for (unsigned i = 0; act->in_use > 0 && i < VICTIMS_MAX; i++) {
		if (is_asked(act, &act->victims[i], s, group, d))
			escalate_one(act, config, &act->victims[i], s, d);
	}
}

void act_escalate_group(struct act *act, const struct config *config, const struct sample *s,
			uint64_t group, const struct decision *d)
{
	if (act->in_use > 0)
		escalate_all(act, config, s, group, d);
}

void act_escalate(struct act *act, const struct config *config, const struct sample *s,
		  const struct decision *d)
{
	act_escalate_group(act, config, s, 0, d);
}

unsigned act_on_their_way(const struct act *act, uint64_t group)
{
	unsigned count = 0;

	for (unsigned i = 0; act->in_use > 0 && i < VICTIMS_MAX; i++) {
		const struct victim *v = &act->victims[i];

		count += v->event.group.id == group && (in_hand(v) || v->state == VICTIM_GONE);
	}
	return count;
}

void act_gap(struct act *act, uint64_t gap_ns)
{
	for (unsigned i = 0; act->in_use > 0 && i < VICTIMS_MAX; i++) {
		struct victim *v = &act->victims[i];

		if (v->deadline_ns > 0)
			v->deadline_ns += gap_ns;
		if (v->gone_ns > 0)
			v->gone_ns += gap_ns;
		v->release_ns += gap_ns;
		v->progress_ns += gap_ns;
	}
}

unsigned act_pending(struct act *act, const struct process_id **ret)
{
	unsigned count = 0, given_up;

	for (unsigned i = 0; act->in_use > 0 && i < VICTIMS_MAX; i++) {
		const struct victim *v = &act->victims[i];

		if (v->state == VICTIM_FREE)
			continue;
		act->pending[count++] = proc_id(&v->event.target.victim);
		memcpy(&act->pending[count], v->event.target.together,
		       v->event.target.together_count * sizeof(v->event.target.together[0]));
		count += v->event.target.together_count;
	}
	given_up = (unsigned)min_u64(act->given_up_count, GIVEN_UP_MAX);
	memcpy(&act->pending[count], act->given_up, given_up * sizeof(act->given_up[0]));
	count += given_up;
	*ret = act->pending;
	return count;
}

uint64_t act_deadline(const struct act *act)
{
	uint64_t earliest = UINT64_MAX;

	for (unsigned i = 0; act->in_use > 0 && i < VICTIMS_MAX; i++) {
		const struct victim *v = &act->victims[i];

		if (v->state == VICTIM_WAITING || v->state == VICTIM_GONE)
			earliest = min_u64(earliest, v->deadline_ns);
	}
	return earliest;
}

unsigned act_poll(const struct act *act, struct pollfd *fds, unsigned max)
{
	unsigned count = 0;

	for (unsigned i = 0; act->in_use > 0 && i < VICTIMS_MAX && count < max; i++) {
		const struct victim *v = &act->victims[i];

		if ((in_hand(v) || v->state == VICTIM_STUCK) && v->hold.pidfd >= 0)
			fds[count++] = (struct pollfd){.fd = v->hold.pidfd, .events = POLLIN};
	}
	return count;
}

/* Those of a dry run, which nobody waits for. */
static void forget_dry(struct act *act)
{
	for (unsigned i = 0; i < VICTIMS_MAX; i++) {
		if (act->victims[i].state != VICTIM_FREE && act->victims[i].dry)
			clear_row(act, &act->victims[i]);
	}
}

void act_settings_changed(struct act *act, const struct config *config)
{
	if (!config->dry_run)
		forget_dry(act);
	for (unsigned i = 0; i < VICTIMS_MAX; i++) {
		struct victim *v = &act->victims[i];

		v->pretended = false;
		if (config->dry_run && v->state == VICTIM_WAITING)
			v->dry = v->event.dry_run = true; /* it had nothing yet */
	}
}

void act_spare(struct act *act, const struct process_id *id)
{
	for (unsigned i = 0; i < VICTIMS_MAX; i++) {
		struct victim *v = &act->victims[i];

		if (v->state == VICTIM_FREE)
			continue;
		target_spare(&v->event.target, id);
		if (!proc_is(&v->event.target.victim, id) && !process_id_equal(&v->hold.id, id))
			continue;
		if (v->state == VICTIM_WAITING)
			clear_row(act, v);
		v->spared = v->state == VICTIM_TERMED;
	}
}

void act_group_over(struct act *act, uint64_t group)
{
	for (unsigned i = 0; act->in_use > 0 && i < VICTIMS_MAX; i++) {
		struct victim *v = &act->victims[i];

		if (v->state == VICTIM_FREE || v->event.group.id != group)
			continue;
		if (v->dry || (group != 0 && v->state == VICTIM_WAITING) ||
		    is_ordinary_again(act, v))
			clear_row(act, v);
	}
}

void act_episode_over(struct act *act)
{
	act_group_over(act, 0);
	act->kills = act->swarm_shots = 0;
}

/* ---- rehearsal ---- */

/* Its end, and what the release thread has to say of it, are waited for no longer than
 * REHEARSAL_MS each. */
static int end_and_wait(struct act *act, const struct victim *v)
{
	struct pollfd gone = {.fd = v->hold.pidfd, .events = POLLIN};
	struct pollfd back = {.fd = act->release->result[0], .events = POLLIN};
	struct release_result result;
	int r = send_signal(act, v, SIGKILL);

	if (r < 0)
		return r;
	release_request(act->release, v->hold.id.pid, v->hold.pidfd, SIGKILL);
	(void)poll(&back, 1, REHEARSAL_MS);
	(void)release_result(act->release, &result);
	return v->hold.pidfd >= 0 && poll(&gone, 1, REHEARSAL_MS) != 1 ? -ETIMEDOUT : 0;
}

int act_rehearse(struct act *act, pid_t child)
{
	struct victim v = {.hold.pidfd = -1};
	struct proc *p = &v.event.target.victim;
	struct process_id id;
	char state;
	int r;

	r = process_read(act->scan->proc_fd, child, p);
	(void)sys_kcmp(getpid(), child, KCMP_WHOLE_MEMORY); /* a filter may end us for it: now */
	if (r == 0) {
		id = proc_id(p);
		r = hold_take(&v.hold, act->scan->proc_fd, &id, &state) ? end_and_wait(act, &v)
									: -ESRCH;
	}
	hold_drop(&v.hold);
	if (r < 0)
		hold_end_child(child);
	(void)waitpid(child, NULL, 0);
	return r;
}
