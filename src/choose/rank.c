/* SPDX-License-Identifier: MIT */
#include "choose/rank.h"

#include "base/util.h"
#include "choose/critical.h"
#include "choose/pool.h"
#include "choose/share.h"
#include "look/parse.h"
#include "settings/match.h"

#include <assert.h>
#include <string.h>

/*
 * R105: nobody who would give back this is small, however much memory there is: one percent of a
 * terabyte is ten gigabytes, and a leak of four beside virtual machines of nine would be passed
 * over.
 */
#define LARGE_MOST_KIB (UINT64_C(1024) * 1024)

/*
 * What holds a session comes late while it holds no more than this part of memory. On 4 GiB a
 * gnome-shell that has run for weeks was reported to hold 0.5 to 0.8 GiB.
 */
#define LATE_PART 4

/*
 * systemd gives 100 to user managers and 200 to the applications below them (since 250); Chromium
 * gives 200 and 300 to its renderers, and Kubernetes 2 to 1000 by the size of a request.
 */
#define SESSION_ADJ_BELOW 300

const char *rank_skip_text(enum skip skip)
{
	static const char *const texts[SKIP_COUNT] = {
		[SKIP_NONE] = "candidate",
		[SKIP_GONE] = "gone",
		[SKIP_INIT] = "init",
		[SKIP_SELF] = "useroom itself",
		[SKIP_KERNEL_THREAD] = "kernel thread",
		[SKIP_ZOMBIE] = "zombie",
		[SKIP_UNKILLABLE] = "oom_score_adj is -1000",
		[SKIP_PROTECTED] = "protected",
		[SKIP_CRITICAL] = "system-critical",
		[SKIP_IGNORED_USER] = "its user is ignored",
		[SKIP_NOT_PERMITTED] = "no permission to signal it",
		[SKIP_PENDING] = "signalled already",
		[SKIP_TOGETHER] = "ends together with the process whose memory it uses",
		[SKIP_BOUND] = "its memory is used by one that must not be ended",
		[SKIP_HELD_BACK] = "one like it has just given nothing back",
		[SKIP_ASKER] = "useroomctl itself, which asks",
		[SKIP_OUTSIDE] = "not in the group whose memory is short",
	};

	assert((unsigned)skip < SKIP_COUNT);
	return texts[skip];
}

const char *rank_class_text(enum rank_class rank)
{
	static const char *const texts[] = {
		[CLASS_PREFERRED] = "preferred",
		[CLASS_NORMAL] = "candidate",
		[CLASS_SMALL] = "small: only when nobody bigger is left",
		[CLASS_AVOIDED] = "avoided: only when nobody else is left",
		[CLASS_NEVER] = "never",
	};

	assert((unsigned)rank < ARRAY_SIZE(texts));
	return texts[rank];
}

/* group: the entry of this list that is about its control group (proc.h). */
static int find_entry(const struct match_list *list, const struct proc *p, unsigned group)
{
	const struct match_subject s = {
		.comm = p->comm,
		.exe = p->exe,
		.exe_trusted = p->exe_trusted,
		.uid = p->uid,
		.group = group,
	};

	return match_find(list, &s);
}

static bool is_pending(const struct rank *rank, const struct proc *p)
{
	for (unsigned i = 0; i < rank->pending_count; i++) {
		if (proc_is(p, &rank->pending[i]))
			return true;
	}
	return false;
}

/* A copy by fork of one that gave nothing back, or the same program in the same place. */
static bool is_held_back(const struct rank *rank, const struct proc *p)
{
	for (unsigned i = 0; i < rank->held_back_count; i++) {
		const struct likeness *like = &rank->held_back[i];

		if ((like->layout != 0 && like->layout == p->layout) ||
		    (like->exe[0] != '\0' && strcmp(like->exe, p->exe) == 0 &&
		     like->place == p->place))
			return true;
	}
	return false;
}

/* The built-in entry that is about this process, or -1. */
static int built_in(const struct rank *rank, const struct proc *p)
{
	const struct critical_subject s = {
		.exe = p->exe, .uid = p->uid, .ppid = p->ppid, .held_kib = p->freeable_kib};

	return rank->config->protect_critical && p->exe_trusted ? critical_find(&s) : -1;
}

/* What a user wrote, in the order in which it counts. Sets matched to the entry that decided. */
static enum skip skip_by_lists(const struct rank *rank, struct proc *p)
{
	const struct config *c = rank->config;

	if ((p->matched = (int16_t)find_entry(&c->protect, p, p->group.protect)) >= 0)
		return SKIP_PROTECTED;
	p->built_in = (int16_t)built_in(rank, p);
	if (p->built_in >= 0 && !critical_entries[p->built_in].late)
		return SKIP_CRITICAL;
	if ((p->matched = (int16_t)find_entry(&c->ignore_user, p, 0)) >= 0)
		return SKIP_IGNORED_USER;
	return SKIP_NONE;
}

static bool is_outside(const struct rank *rank, const struct proc *p)
{
	for (unsigned i = 0; i < rank->member_count; i++) {
		if (rank->members[i] == p->pid)
			return false;
	}
	return rank->members != NULL;
}

static enum skip skip_of(const struct rank *rank, struct proc *p)
{
	enum skip by_lists;

	p->matched = p->built_in = -1;
	if (p->skip == SKIP_GONE)
		return SKIP_GONE;
	if (is_outside(rank, p))
		return SKIP_OUTSIDE;
	if (p->pid == 1)
		return SKIP_INIT;
	if (p->pid == rank->self || p->ppid == rank->self)
		return SKIP_SELF;
	if (p->pid == rank->asker)
		return SKIP_ASKER;
	if (p->flags & PROC_FLAG_KTHREAD)
		return SKIP_KERNEL_THREAD;
	if (p->state == 'Z' || p->state == 'X')
		return SKIP_ZOMBIE;
	if (p->oom_score_adj <= -1000)
		return SKIP_UNKILLABLE;
	if (is_pending(rank, p))
		return SKIP_PENDING;
	if (!rank->may_kill_all && p->uid != rank->uid)
		return SKIP_NOT_PERMITTED;
	by_lists = skip_by_lists(rank, p);
	if (by_lists != SKIP_NONE)
		return by_lists;
	if (is_held_back(rank, p))
		return SKIP_HELD_BACK;
	return p->mm_of != 0 ? SKIP_TOGETHER : SKIP_NONE;
}

static uint64_t unseen_kib(const struct sample *s)
{
	if (!(s->have & HAVE_DETAIL) || !(s->have & HAVE_SWAP))
		return UINT64_MAX / 4;
	return minus_u64(s->swap_total_kib, s->swap_free_kib) + s->page_tables_kib;
}

void rank_of_machine(struct rank *rank, const struct sample *s, uint64_t score_kib)
{
	rank->mem_total_kib = s->mem_total_kib;
	rank->total_kib = sample_ram_kib(s) + s->swap_total_kib + s->swap_leaving_kib;
	rank->score_kib = score_kib;
	rank->unseen_kib = unseen_kib(s);
	rank->shmem_kib = s->shmem_kib;
	rank->staying_kib = s->tmpfs_kib + s->sysv_kib;
	rank->members = NULL;
	rank->member_count = 0;
}

void rank_of_group(struct rank *rank, uint64_t limit_kib, const int32_t *members, unsigned count)
{
	rank->score_kib = max_u64(rank->score_kib, rank->total_kib);
	rank->mem_total_kib = rank->total_kib = limit_kib;
	rank->members = members;
	rank->member_count = count;
}

uint64_t rank_large_of(const struct config *config, uint64_t mem_total_kib)
{
	return min_u64(mem_total_kib / 1000 * config->min_victim_ppm / 1000, LARGE_MOST_KIB);
}

uint64_t rank_large_kib(const struct rank *rank)
{
	return rank_large_of(rank->config, rank->mem_total_kib);
}

/*
 * R98: a session, unless it is large enough to be the trouble itself: anybody can start a terminal
 * multiplexer with code of his own in it.
 */
static bool comes_late(const struct rank *rank, const struct proc *p)
{
	return p->built_in >= 0 && p->freeable_kib <= rank->mem_total_kib / LATE_PART;
}

uint64_t rank_worth_kib(const struct proc *p)
{
	if (p->oom_score_adj >= 0)
		return p->freeable_kib;
	return p->badness > 0 ? min_u64(p->freeable_kib, (uint64_t)p->badness) : 0;
}

/*
 * R24: a preference does not outweigh a negative oom_score_adj. R25: an avoided process comes last,
 * whatever the order within a class. R37: one that is not worth killing comes after those that are.
 */
static enum rank_class class_of(const struct rank *rank, struct proc *p)
{
	const struct config *c = rank->config;
	int index;

	if (p->skip != SKIP_NONE)
		return CLASS_NEVER;
	if ((index = find_entry(&c->avoid, p, p->group.avoid)) >= 0 && !p->leads) {
		p->matched = (int16_t)index;
		return CLASS_AVOIDED;
	}
	if (comes_late(rank, p) && !p->leads)
		return CLASS_AVOIDED;
	if (p->oom_score_adj >= 0 && (index = find_entry(&c->prefer, p, p->group.prefer)) >= 0) {
		p->matched = (int16_t)index;
		return CLASS_PREFERRED;
	}
	return rank_worth_kib(p) < rank_large_kib(rank) && p->swarm_kib == 0 ? CLASS_SMALL
									     : CLASS_NORMAL;
}

/* A thousandth of memory and swap as the kernel cuts it off, in whole pages, so that our order is
 * its order. */
static int64_t thousandth_kib(const struct rank *rank)
{
	return (int64_t)(rank->total_kib / rank->page_kib / 1000 * rank->page_kib);
}

/* Of its shared memory: what ending it gives back. */
static uint64_t own_shmem(const struct proc *p)
{
	return p->shmem_kib - p->shared_shmem_kib - p->twice_kib;
}

static uint64_t freeable_of(const struct proc *p)
{
	return p->anon_kib + p->swap_kib - p->shared_anon_kib + p->page_tables_kib + own_shmem(p);
}

static void weigh(const struct rank *rank, struct proc *p)
{
	p->freeable_kib = freeable_of(p);
	if (rank->config->sort_by_rss)
		p->badness = (int64_t)(minus_u64(p->anon_kib, p->shared_anon_kib) + own_shmem(p));
	else
		p->badness = (int64_t)p->freeable_kib + p->oom_score_adj * thousandth_kib(rank);
}

static int64_t score_total(const struct rank *rank)
{
	return (int64_t)(rank->score_kib > rank->total_kib ? rank->score_kib : rank->total_kib);
}

/* The kernel's own score of a process that was read exactly tells which formula made it. */
static void learn_scale(struct rank *rank, const struct proc *p)
{
	int64_t held, thousandths, as_old, as_new;

	if (rank->scale != SCALE_UNKNOWN || p->oom_score <= 0 || score_total(rank) == 0)
		return;
	held = (int64_t)(p->rss_kib + p->swap_kib + p->page_tables_kib);
	thousandths = held * 1000 / score_total(rank) + p->oom_score_adj;
	as_old = thousandths - p->oom_score;
	as_new = (1000 + thousandths) * 2 / 3 - p->oom_score;
	/* They only meet at twice the memory there is. */
	rank->scale = (as_new < 0 ? -as_new : as_new) < (as_old < 0 ? -as_old : as_old) ? SCALE_NEW
											: SCALE_OLD;
}

bool rank_asks_path(const struct rank *rank, const struct proc *p)
{
	const struct config *c = rank->config;

	return match_asks_path(&c->protect, p->exe) || match_asks_path(&c->ignore_user, p->exe) ||
	       match_asks_path(&c->avoid, p->exe) || match_asks_path(&c->prefer, p->exe) ||
	       (c->protect_critical && critical_asks(p->exe));
}

/*
 * Large, if what others may hold as well were its own; or if it had no oom_score_adj, and it has
 * grown more than all others together. (Seen: what ctr(8) starts has the -998 of containerd's shim,
 * and fills the machine. Two daemons of 600 and 244 KiB went for it, then nobody.)
 */
static bool is_doubtful(const struct rank *rank, const struct proc *p)
{
	uint64_t large_kib = rank_large_kib(rank);

	if (p->freeable_kib < large_kib)
		return p->freeable_kib + proc_shared_kib(p) >= large_kib;
	/* One that is on its way may have taken more, and what it took is not known any more. */
	return p->leads && rank->pending_count == 0;
}

void rank_judge(struct rank *rank, struct proc *p)
{
	weigh(rank, p);
	p->skip = (uint8_t)skip_of(rank, p);
	p->rank = (uint8_t)class_of(rank, p);
	p->doubtful = p->rank == CLASS_SMALL && is_doubtful(rank, p);
	p->key = p->badness;
	if (p->skip != SKIP_GONE && p->skip != SKIP_KERNEL_THREAD && p->skip != SKIP_ZOMBIE)
		learn_scale(rank, p);
}

int64_t rank_bound(const struct rank *rank, int64_t score)
{
	int64_t thousandths;

	if (rank->config->sort_by_rss)
		return score;
	/*
	 * One step up, and one for what the kernel's divisions cut off. Kernels before 4.17 took
	 * three percent off a root process; as long as the scale is not known, the old one's bound
	 * is the larger one for every possible score.
	 */
	if (rank->scale == SCALE_NEW)
		thousandths = ((score + 1) * 3 + 1) / 2 - 1000 + 1;
	else
		thousandths = score + 30 + 2;
	return thousandths * (score_total(rank) / 1000 + 1);
}

int64_t rank_floor(const struct proc *p)
{
	return p->badness - (int64_t)own_shmem(p);
}

/*
 * R94: among those that give back little for certain, first who holds much that others may hold as
 * well; a copy before what it was copied from, for that one has the same and more to lose.
 */
static int by_doubt(const struct proc *a, const struct proc *b)
{
	uint64_t a_holds = a->freeable_kib + proc_shared_kib(a),
		 b_holds = b->freeable_kib + proc_shared_kib(b);

	if (a->doubtful != b->doubtful)
		return a->doubtful ? -1 : 1;
	if (!a->doubtful)
		return 0;
	if (a->leads != b->leads)
		return a->leads ? -1 : 1;
	if (a->copy != b->copy)
		return a->copy ? -1 : 1;
	return a_holds == b_holds ? 0 : a_holds > b_holds ? -1 : 1;
}

bool rank_before(const struct proc *a, const struct proc *b)
{
	if (a->rank != b->rank)
		return a->rank < b->rank;
	if (a->growing != b->growing)
		return a->growing;
	if (by_doubt(a, b) != 0)
		return by_doubt(a, b) < 0;
	if (a->key != b->key)
		return a->key > b->key;
	if (a->badness != b->badness)
		return a->badness > b->badness;
	if (a->freeable_kib != b->freeable_kib)
		return a->freeable_kib > b->freeable_kib;
	if (a->start_ticks != b->start_ticks)
		return a->start_ticks > b->start_ticks;
	return a->pid > b->pid;
}

/* What it weighs with its pool. */
static int64_t weight(const struct proc *p, uint64_t own_kib, uint64_t pool_kib)
{
	return (int64_t)max_u64(own_kib, pool_weight_kib(p, pool_kib));
}

/*
 * Who grows is ordered by that, and by an oom_score_adj that somebody has set; below 300 it is what
 * distributions give to all programs of a session, and must not cost one of them its life for a
 * service that leaks (R99).
 */
static int64_t key_of(const struct proc *p)
{
	int64_t adjusted_kib = p->badness - (int64_t)p->freeable_kib;

	if (!p->growing)
		return weight(p, p->freeable_kib, p->pool_kib) + adjusted_kib;
	if (p->oom_score_adj > 0 && p->oom_score_adj < SESSION_ADJ_BELOW)
		adjusted_kib = 0;
	return weight(p, p->grown_kib, p->pool_grown_kib) + adjusted_kib;
}

static bool is_child(const struct proc *p, const struct proc *parent)
{
	return p->ppid == parent->pid && p->rank != CLASS_NEVER &&
	       strcmp(proc_program(p), proc_program(parent)) == 0;
}

/*
 * R104: the head of a service, such as PostgreSQL's postmaster, goes after its children where they
 * hold more than it does: with it all of them go, or hang.
 */
static void put_behind_children(const struct proc_table *t, struct proc *p)
{
	const struct proc *last = NULL;
	uint64_t sum_kib = 0;

	for (unsigned i = 0; i < t->count; i++) {
		const struct proc *child = &t->procs[i];

		if (!is_child(child, p))
			continue;
		sum_kib += child->freeable_kib;
		if (last == NULL || rank_before(last, child))
			last = child;
	}
	if (last == NULL || sum_kib < p->freeable_kib || p->leads || !rank_before(p, last))
		return;
	p->rank = last->rank;
	p->growing = last->growing;
	p->key = last->key - 1;
	p->heads = true;
}

/* Selection sort: many comparisons, few moves, for a row is 700 bytes; seldom more than a few dozen
 * of them. */
static void sort_rows(struct proc_table *t)
{
	static struct proc row; /* not on a stack that is locked in memory */

	for (unsigned i = 0; i < t->count; i++) {
		unsigned best = i;

		for (unsigned j = i + 1; j < t->count; j++) {
			if (rank_before(&t->procs[j], &t->procs[best]))
				best = j;
		}
		if (best == i)
			continue;
		row = t->procs[i];
		t->procs[i] = t->procs[best];
		t->procs[best] = row;
	}
}

static struct proc *owner_row(struct proc_table *t, const struct proc *p)
{
	const struct proc *owner = proc_find(t, p->mm_of);

	return owner != NULL ? &t->procs[owner - t->procs] : NULL;
}

/* Whoever uses the memory of another protects that one as well: they can only go together. */
static void bind_together(const struct rank *rank, struct proc_table *t)
{
	for (unsigned i = 0; i < t->count; i++) {
		struct proc *p = &t->procs[i];
		struct proc *owner = p->mm_of != 0 ? owner_row(t, p) : NULL;

		if (owner == NULL || owner->rank == CLASS_NEVER)
			continue;
		if (p->skip != SKIP_TOGETHER) {
			owner->skip = SKIP_BOUND;
			owner->rank = CLASS_NEVER;
		} else if (find_entry(&rank->config->avoid, p, p->group.avoid) >= 0) {
			owner->rank = CLASS_AVOIDED;
		}
	}
}

void rank_share(struct rank *rank, struct proc_table *table)
{
	share_mark(table, rank->shmem_kib, rank->staying_kib);
	for (unsigned i = 0; i < table->count; i++) {
		struct proc *p = &table->procs[i];

		if (freeable_of(p) != p->freeable_kib || p->mm_of != 0 || p->skip == SKIP_BOUND ||
		    p->skip == SKIP_TOGETHER)
			rank_judge(rank, p);
	}
	bind_together(rank, table);
}

void rank_sort(struct rank *rank, struct proc_table *table)
{
	rank_share(rank, table);
	pool_mark(table);
	for (unsigned i = 0; i < table->count && !rank->config->sort_by_rss; i++)
		table->procs[i].key = key_of(&table->procs[i]);
	for (unsigned i = 0; i < table->count; i++) {
		table->procs[i].heads = false;
		put_behind_children(table, &table->procs[i]);
	}
	sort_rows(table);
}

uint64_t rank_unkillable_of(const struct proc *p)
{
	/* What was signalled already is on its way, as is who asks; what was held back only waits.
	 * Whose memory is another's counts there, and what is outside is none of the group's. */
	bool never = p->rank == CLASS_NEVER && p->skip != SKIP_PENDING && p->skip != SKIP_ASKER &&
		     p->skip != SKIP_HELD_BACK && p->skip != SKIP_OUTSIDE && p->mm_of == 0;

	return never ? p->freeable_kib : 0;
}

uint64_t rank_unkillable(const struct proc_table *table)
{
	uint64_t sum = table->dropped_unkillable_kib;

	for (unsigned i = 0; i < table->count; i++)
		sum += rank_unkillable_of(&table->procs[i]);
	return sum;
}
