/* SPDX-License-Identifier: MIT */
#include "ending.h"

#include "act/turn.h"
#include "base/clock.h"
#include "look/cgroup.h"
#include "self.h"
#include "tell.h"
#include "useroom.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* Processes are read again after this, which may be no more than one part in FOLLOW_COST of the
 * time: some 25 us each. */
#define FOLLOW_NS      (1 * NS_PER_S)
#define FOLLOW_MOST_NS (10 * NS_PER_S)
#define FOLLOW_COST    50

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

static void begin_kill(const struct ending *ending, struct event *e)
{
	ending_begin_event(e, EVENT_KILL, ending->sample, ending->decision);
	if (ending->group)
		e->group = *ending->group;
	e->decided_ns = ending->decided_ns;
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

	begin_kill(ending, &e);
	turn_fill(ending->decision, &u->table, row, u->act.swarm_shots, clock_since_boot(), &e);
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

/* Where more are signalled than one target has room for, one after the other. */
enum nobody ending_group(struct useroom *u, const struct ending *ending)
{
	static struct event e;
	enum nobody why = NOBODY_GONE;
	unsigned row = 0;

	begin_kill(ending, &e);
	while ((row = turn_fill_group(ending->decision, &u->table, row, &e)) > 0) {
		int r = end(u, &e);

		if (r == 0)
			why = NOBODY_NONE;
		else if (r == -EBUSY && why != NOBODY_NONE)
			why = NOBODY_BUSY;
	}
	return why;
}

bool ending_waits(const struct useroom *u, uint64_t id, uint64_t now_ns, uint64_t *peace_ns)
{
	if (act_on_their_way(&u->act, id) > 0)
		*peace_ns = now_ns + ENDING_PEACE_NS;
	/* The machine's victims give back what it has, too: one at a time. */
	return now_ns < *peace_ns || act_on_their_way(&u->act, 0) > 0;
}

uint64_t ending_follow_next(uint64_t began_ns)
{
	uint64_t took_ns = clock_now() - began_ns;

	return began_ns + clamp_u64(took_ns * FOLLOW_COST, FOLLOW_NS, FOLLOW_MOST_NS);
}

void ending_tell_squeezed(struct useroom *u, const struct event_group *about,
			  const struct sample *s, enum nobody why)
{
	static struct event e;
	struct proc *of = &e.target.victim;
	const char *path = about->path;

	memset(&e, 0, sizeof(e));
	e.type = EVENT_SQUEEZED;
	e.dry_run = u->config.dry_run;
	e.now_ns = clock_now();
	e.sample = *s;
	e.group = *about;
	e.nobody = why;
	/* A node has neither. */
	(void)cgroup_unit(path, strlen(path), of->unit, sizeof(of->unit));
	(void)cgroup_container(path, strlen(path), of->container, sizeof(of->container));
	tell_event(u, &e);
}
