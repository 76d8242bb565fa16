/* SPDX-License-Identifier: MIT */
#include "ending.h"

#include "act/turn.h"
#include "base/util.h"
#include "choose/swarm.h"
#include "choose/whole.h"
#include "self.h"
#include "useroom.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* Of a swarm so many times twice as many go in an episode: with the sixth it is all that fit. */
#define SWARM_DOUBLINGS 6

void ending_prepare_rank(struct useroom *u, const struct sample *s, struct rank *rank)
{
	rank->config = &u->config;
	rank_of_machine(rank, s, self_kernel_total_kib());
	rank->pending_count = act_pending(&u->act, &rank->pending);
	rank->held_back_count = act_held_back(&u->act, s->now_ns, &rank->held_back);
}

void ending_begin_event(struct event *e, enum event_type type, const struct sample *s,
			const struct decision *d)
{
	memset(e, 0, sizeof(*e));
	e->type = type;
	e->sample = *s;
	e->decision = *d;
}

/* Of a swarm as many as give back what is needed, and each time twice as many: it may grow as fast
 * as they go. */
static void fill_swarm(const struct proc_table *t, unsigned row, unsigned kills, uint64_t need_kib,
		       struct event *e)
{
	unsigned behind =
		swarm_together(t, row, need_kib << min_u64(kills, SWARM_DOUBLINGS), TOGETHER_MAX);

	for (unsigned i = row + 1; i < behind; i++) {
		e->together[e->together_count++] = proc_id(&t->procs[i]);
		e->victim.freeable_kib += t->procs[i].freeable_kib;
		e->victim.swap_kib += t->procs[i].swap_kib;
	}
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

static void fill_event(const struct useroom *u, unsigned row, const struct ending *ending,
		       struct event *e)
{
	const struct turn_signal signal = turn_signal(ending->decision, &u->table, row);

	ending_begin_event(e, EVENT_KILL, ending->sample, ending->decision);
	if (ending->group)
		e->group = *ending->group;
	e->decided_ns = ending->decided_ns;
	e->victim = u->table.procs[row];
	if (e->victim.swarm_kib > 0)
		fill_swarm(&u->table, row, u->act.kills, ending->decision->need_kib, e);
	else
		fill_together(&u->table, e);
	e->signal = signal.signal;
	e->ignores_term = signal.ignores_term;
	e->swapped_out = signal.swapped_out;
	fill_next(&u->table, row + (e->victim.swarm_kib > 0 ? e->together_count : 0), e);
}

/* 0, or as act_on(). */
static int end(struct useroom *u, struct event *e)
{
	bool pre_kill = u->pre_kill.started && u->config.pre_kill[0] != '\0' &&
			e->decision.action == ACTION_TERM;
	int r = act_on(&u->act, &u->config, e, pre_kill);

	if (r < 0)
		return r;
	if (pre_kill && !u->config.dry_run) {
		event_describe(e);
		(void)hook_request(&u->pre_kill, u->config.pre_kill, u->config.pre_kill_time_ns, e);
	}
	return 0;
}

static int end_row(struct useroom *u, unsigned row, const struct ending *ending)
{
	static struct event e;

	fill_event(u, row, ending, &e);
	return end(u, &e);
}

enum nobody ending_first(struct useroom *u, const struct ending *ending)
{
	for (unsigned row = 0; row < u->table.count && u->table.procs[row].rank != CLASS_NEVER;
	     row++) {
		int r = end_row(u, row, ending);

		if (r == 0 || r == -EBUSY)
			return r == 0 ? NOBODY_NONE : NOBODY_BUSY;
	}
	return NOBODY_GONE;
}

/* Some of a group: the first of them is told, and followed until the last is gone. */
static int end_some(struct useroom *u, const struct proc *const *some, unsigned count,
		    const struct ending *ending)
{
	static struct event e;

	fill_event(u, (unsigned)(some[0] - u->table.procs), ending, &e);
	e.whole = true;
	e.has_next = false;
	e.together_count = 0;
	for (unsigned i = 1; i < count; i++)
		e.together[e.together_count++] = proc_id(some[i]);
	return end(u, &e);
}

enum nobody ending_whole(struct useroom *u, const struct ending *ending)
{
	const struct proc *some[1 + TOGETHER_MAX];
	enum nobody why = NOBODY_GONE;
	unsigned row = 0, count;

	while ((count = whole_rows(&u->table, row, some, ARRAY_SIZE(some), &row)) > 0) {
		int r = end_some(u, some, count, ending);

		if (r == 0)
			why = NOBODY_NONE;
		else if (r == -EBUSY && why != NOBODY_NONE)
			why = NOBODY_BUSY;
	}
	return why;
}
