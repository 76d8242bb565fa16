/* SPDX-License-Identifier: MIT */
#include "act/turn.h"

#include "base/util.h"

#include <assert.h>
#include <signal.h>
#include <string.h>

/* Of a swarm so many times twice as many go in an episode: with the sixth it is all that fit. */
#define SWARM_DOUBLINGS 6

/* And after so many, of once, twice and four times what was needed, it is who starts them that has
 * to go. Without that 36 times 65 went in 24 s, and the program beside them then. */
#define SWARM_HEAD_SHOTS 3

#define LEAST_PART 8

const char *turn_name(enum turn_what what)
{
	static const char *const names[TURN_COUNT] = {
		[TURN_UNKNOWN] = "unknown", [TURN_IDLE] = "idle",
		[TURN_COVERED] = "covered", [TURN_HELD_BACK] = "held_back",
		[TURN_SWAPOFF] = "swapoff", [TURN_FUTILE] = "futile",
		[TURN_GROWING] = "growing", [TURN_NOBODY] = "nobody",
		[TURN_END] = "end",         [TURN_PAUSED] = "paused",
	};

	assert((unsigned)what < TURN_COUNT);
	return names[what];
}

const char *turn_text(struct turn turn)
{
	switch (turn.what) {
	case TURN_COVERED:
		return "enough is coming back";
	case TURN_HELD_BACK:
		return "tasks are stalled, and nothing says that memory was taken";
	case TURN_SWAPOFF:
		return "swapoff is under way, and gets on";
	case TURN_FUTILE:
		return "ending processes cannot help";
	case TURN_GROWING:
		return "only one that grows would be, and none was seen to";
	case TURN_NOBODY:
		return nobody_text(turn.nobody);
	case TURN_PAUSED:
		return pause_text(turn.pause);
	case TURN_UNKNOWN:
	case TURN_IDLE:
	case TURN_END:
	case TURN_COUNT:
		break;
	}
	return "";
}

static enum turn_what what_is_decided(const struct decision *d)
{
	if (d->action != ACTION_NONE)
		return TURN_END;
	if (d->covered)
		return TURN_COVERED;
	if (d->futile != HOLDER_NONE)
		return d->futile == HOLDER_SWAPOFF ? TURN_SWAPOFF : TURN_FUTILE;
	return d->stall.held_back != STALL_NONE ? TURN_HELD_BACK : TURN_IDLE;
}

struct turn turn_without_table(const struct decision *d, const struct pauses *pauses,
			       uint64_t now_ns)
{
	struct turn turn = {.what = what_is_decided(d)};

	if (turn.what != TURN_END)
		return turn;
	turn.pause = pause_now(pauses, d, now_ns);
	if (turn.pause != PAUSE_NONE)
		turn.what = TURN_PAUSED;
	return turn;
}

/*
 * Memory that falls, or is poured into swap, is a reason to end whoever takes it, before the level
 * is reached. Where it is many small ones, the page cache or the kernel, the levels are waited for:
 * ending the largest, which stands still, would be a guess.
 */
static bool nobody_grows(const struct decision *d, const struct proc_table *t)
{
	return policy_only_growing(d) && (t->count == 0 || !t->procs[0].growing);
}

/*
 * R05 once more, now that it is known what the processes hold that must not be ended: beside a
 * protected one that eats the memory all others would go, one after another. A victim that is worth
 * it and enough by itself is not asked about.
 */
static void ask_with_unkillable(const struct config *c, const struct sample *s,
				const struct proc_table *t, struct coming *coming,
				struct decision *d)
{
	const struct proc *best = &t->procs[0];

	if (best->rank != CLASS_SMALL && best->freeable_kib >= d->need_kib)
		return;
	coming->unkillable_kib = t->unkillable_kib;
	*d = policy_confirm(c, s, coming, d);
}

/*
 * What is missing at first is next to nothing, and the smallest would be enough for it. Above the
 * SIGKILL level nobody goes who holds less than this part of what is worth an end.
 */
static uint64_t least_kib(const struct config *c, const struct sample *s, const struct decision *d)
{
	return d->action == ACTION_TERM ? rank_large_of(c, s->mem_total_kib) / LEAST_PART : 0;
}

/*
 * One that its oom_score_adj guards, and that is the leak itself (rank.c). Somebody has meant that,
 * and it may stop where it does no harm: a database that has filled its cache. So it goes below the
 * SIGKILL level, or where the kernel says that tasks are stalled for what was taken from them.
 */
static bool is_spared(const struct config *c, const struct sample *s, const struct proc *best,
		      const struct decision *d)
{
	bool guarded = best->rank == CLASS_SMALL && best->doubtful &&
		       best->freeable_kib >= rank_large_of(c, s->mem_total_kib);
	bool stalled = d->stall.rule != STALL_NONE && !stall_only_growing(&d->stall);

	return guarded && d->action == ACTION_TERM &&
	       (!stalled || best->freeable_kib < d->need_kib);
}

static enum nobody why_nobody(const struct config *c, const struct sample *s,
			      const struct proc_table *t, const struct decision *d)
{
	enum nobody nobody = nobody_why(t, d->need_kib, least_kib(c, s, d));

	return nobody == NOBODY_NONE && is_spared(c, s, &t->procs[0], d) ? NOBODY_GUARDED : nobody;
}

/* A pause is asked for last: what holds for longer is the better answer. */
struct turn turn_take(const struct config *c, const struct sample *s, const struct proc_table *t,
		      const struct pauses *pauses, struct coming *coming, struct decision *d)
{
	enum nobody nobody;

	if (d->action != ACTION_NONE) {
		if (nobody_grows(d, t))
			return (struct turn){.what = TURN_GROWING};
		nobody = why_nobody(c, s, t, d);
		if (nobody != NOBODY_NONE)
			return (struct turn){.what = TURN_NOBODY, .nobody = nobody};
		ask_with_unkillable(c, s, t, coming, d);
	}
	return turn_without_table(d, pauses, s->now_ns);
}

void turn_order(const struct config *c, const struct decision *d, const struct growth *growth,
		uint64_t now_ns, uint64_t boot_ns, struct rank *rank, struct proc_table *table)
{
	const struct growth_moment moment = {
		.now_ns = now_ns, .boot_ns = d->by_stall ? 0 : boot_ns, .need_kib = d->need_kib};

	if (!c->sort_by_rss || d->by_stall)
		growth_mark(growth, rank, table, &moment);
}

/* One that uses its memory, or that starts them, ignores SIGTERM: so it would have to be SIGKILL
 * for all. */
static bool ignores_term(const struct proc_table *t, const struct target *target)
{
	bool ignores = target->victim.ignores_term;

	for (unsigned i = 0; i < t->count && !ignores; i++) {
		const struct proc *p = &t->procs[i];

		ignores = p->ignores_term &&
			  (p->mm_of == target->victim.pid || p->pid == target->head.pid);
	}
	return ignores;
}

/*
 * -grace is not waited for where nothing but SIGKILL helps: one that ignores SIGTERM keeps it all,
 * and one that is swapped out has to be read back before it can leave (0.4 to 2.8 s were seen with
 * zram).
 */
static void fill_signal(const struct decision *d, const struct proc_table *t, struct event *e)
{
	const struct proc *victim = proc_find(t, e->target.victim.pid); /* without the others */
	bool term = d->action == ACTION_TERM;

	e->ignores_term = term && ignores_term(t, &e->target);
	e->swapped_out = term && victim->swap_kib > victim->freeable_kib / 2;
	e->signal = term && !e->ignores_term && !e->swapped_out ? SIGTERM : SIGKILL;
}

static void fill_next(const struct proc_table *t, unsigned behind, struct event *e)
{
	const struct proc *next;

	while (behind < t->count && t->procs[behind].pid == e->target.head.pid)
		behind++;
	next = behind < t->count ? &t->procs[behind] : NULL;
	e->has_next = next != NULL && next->rank != CLASS_NEVER;
	if (!e->has_next)
		return;
	e->next.pid = next->pid;
	e->next.freeable_kib = next->freeable_kib;
	memcpy(e->next.comm, next->comm, sizeof(e->next.comm));
}

/* Of a swarm each time twice as many go: it may grow as fast as they do. */
void turn_fill(const struct decision *d, const struct proc_table *t, unsigned row, unsigned shots,
	       uint64_t boot_ns, struct event *e)
{
	uint64_t need_kib = d->need_kib << min_u64(shots, SWARM_DOUBLINGS);

	if (t->procs[row].swarm_kib > 0) {
		row = target_swarm(t, row, need_kib, &e->target);
		if (shots >= SWARM_HEAD_SHOTS)
			target_add_head(t, boot_ns, &e->target);
	} else {
		row = target_process(t, row, &e->target);
	}
	fill_signal(d, t, e);
	fill_next(t, row, e);
}

unsigned turn_fill_group(const struct decision *d, const struct proc_table *t, unsigned row,
			 struct event *e)
{
	row = target_group(t, row, &e->target);
	if (row > 0)
		fill_signal(d, t, e);
	return row;
}
