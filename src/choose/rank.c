/* SPDX-License-Identifier: MIT */
#include "choose/rank.h"

#include "base/util.h"
#include "choose/critical.h"
#include "look/parse.h"
#include "settings/match.h"

#include <assert.h>
#include <string.h>

/* Shared memory below this share of the total is not worth looking for a family. */
#define FAMILY_SHARE 100

/*
 * R105: nobody who would give back this is small, however much memory there is: one percent of a
 * terabyte is ten gigabytes, and a leak of four beside virtual machines of nine would be passed
 * over.
 */
#define LARGE_MOST_KIB (1024u * 1024)

/*
 * What holds a session comes late while it holds no more than this part of memory. On 4 GiB a
 * gnome-shell that has run for weeks was reported to hold 0.5 to 0.8 GiB.
 */
#define LATE_PART 4

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

static struct match_subject subject_of(const struct proc *p)
{
	return (struct match_subject){
		.comm = p->comm,
		.exe = p->exe,
		.exe_trusted = p->exe_trusted,
		.uid = p->uid,
		.cgroup = p->cgroup,
	};
}

static bool is_pending(const struct rank *rank, const struct proc *p)
{
	for (unsigned i = 0; i < rank->pending_count; i++) {
		if (rank->pending[i].pid == p->pid &&
		    rank->pending[i].start_ticks == p->start_ticks)
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
	struct match_subject s = subject_of(p);

	if ((p->matched = (int16_t)match_find(&c->protect, &s)) >= 0)
		return SKIP_PROTECTED;
	p->built_in = (int16_t)built_in(rank, p);
	if (p->built_in >= 0 && !critical_entries[p->built_in].late)
		return SKIP_CRITICAL;
	if ((p->matched = (int16_t)match_find(&c->ignore_user, &s)) >= 0)
		return SKIP_IGNORED_USER;
	return SKIP_NONE;
}

static enum skip skip_of(const struct rank *rank, struct proc *p)
{
	p->matched = p->built_in = -1;
	if (p->skip == SKIP_GONE)
		return SKIP_GONE;
	if (p->pid == 1)
		return SKIP_INIT;
	if (p->pid == rank->self || p->ppid == rank->self)
		return SKIP_SELF;
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
	return skip_by_lists(rank, p);
}

uint64_t rank_unseen_kib(const struct sample *s)
{
	if (!(s->have & HAVE_DETAIL) || !(s->have & HAVE_SWAP))
		return UINT64_MAX / 4;
	return minus_u64(s->swap_total_kib, s->swap_free_kib) + s->page_tables_kib;
}

uint64_t rank_large_kib(const struct rank *rank)
{
	return min_u64(rank->mem_total_kib / 1000 * rank->config->min_victim_ppm / 1000,
		       LARGE_MOST_KIB);
}

/*
 * R98: a session, unless it is large enough to be the trouble itself: anybody can start a terminal
 * multiplexer with code of his own in it.
 */
static bool comes_late(const struct rank *rank, const struct proc *p)
{
	return p->built_in >= 0 && p->freeable_kib <= rank->mem_total_kib / LATE_PART;
}

/*
 * R24: a preference does not outweigh a negative oom_score_adj. R25: an avoided process comes last,
 * whatever the order within a class. R37: one that is not worth killing comes after those that are.
 */
static enum rank_class class_of(const struct rank *rank, struct proc *p)
{
	const struct config *c = rank->config;
	struct match_subject s = subject_of(p);
	int index;

	if (p->skip != SKIP_NONE)
		return CLASS_NEVER;
	if ((index = match_find(&c->avoid, &s)) >= 0) {
		p->matched = (int16_t)index;
		return CLASS_AVOIDED;
	}
	if (comes_late(rank, p))
		return CLASS_AVOIDED;
	if (p->oom_score_adj >= 0 && (index = match_find(&c->prefer, &s)) >= 0) {
		p->matched = (int16_t)index;
		return CLASS_PREFERRED;
	}
	if (p->freeable_kib < rank_large_kib(rank))
		return CLASS_SMALL;
	return CLASS_NORMAL;
}

/* A thousandth of memory and swap as the kernel cuts it off, in whole pages, so that our order is
 * its order. */
static int64_t thousandth_kib(const struct rank *rank)
{
	return (int64_t)(rank->total_kib / rank->page_kib / 1000 * rank->page_kib);
}

static void weigh(const struct rank *rank, struct proc *p)
{
	uint64_t shared = p->shares_memory ? 0 : p->shmem_kib;

	p->freeable_kib = p->anon_kib + p->swap_kib + p->page_tables_kib + shared;
	if (rank->config->sort_by_rss)
		p->badness = (int64_t)(p->anon_kib + shared);
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

void rank_judge(struct rank *rank, struct proc *p)
{
	weigh(rank, p);
	p->skip = (uint8_t)skip_of(rank, p);
	p->rank = (uint8_t)class_of(rank, p);
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
	return p->shares_memory ? p->badness : p->badness - (int64_t)p->shmem_kib;
}

bool rank_before(const struct proc *a, const struct proc *b)
{
	if (a->rank != b->rank)
		return a->rank < b->rank;
	if (a->growing != b->growing)
		return a->growing;
	if (a->badness != b->badness)
		return a->badness > b->badness;
	if (a->freeable_kib != b->freeable_kib)
		return a->freeable_kib > b->freeable_kib;
	if (a->start_ticks != b->start_ticks)
		return a->start_ticks > b->start_ticks;
	return a->pid > b->pid;
}

/* Parent and child, or children of one parent that is not init, of one name: a server and its
 * workers. */
static bool same_family(const struct proc *a, const struct proc *b)
{
	bool related =
		a->ppid == b->pid || b->ppid == a->pid || (a->ppid == b->ppid && a->ppid != 1);

	return related && strcmp(a->comm, b->comm) == 0;
}

static void find_families(const struct rank *rank, struct proc_table *t)
{
	uint64_t worth = rank->mem_total_kib / FAMILY_SHARE;

	for (unsigned i = 0; i < t->count; i++) {
		for (unsigned j = i + 1; j < t->count; j++) {
			struct proc *a = &t->procs[i], *b = &t->procs[j];

			if (a->shmem_kib >= worth && b->shmem_kib >= worth && same_family(a, b))
				a->shares_memory = b->shares_memory = true;
		}
	}
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

void rank_sort(struct rank *rank, struct proc_table *table)
{
	find_families(rank, table);
	for (unsigned i = 0; i < table->count; i++) {
		if (table->procs[i].shares_memory)
			rank_judge(rank, &table->procs[i]);
	}
	sort_rows(table);
}

bool rank_worth(const struct proc_table *table, uint64_t need_kib)
{
	if (table->count == 0 || table->procs[0].rank == CLASS_NEVER)
		return false;
	return table->procs[0].rank != CLASS_SMALL ||
	       table->procs[0].freeable_kib * RANK_SMALL_MOST >= need_kib;
}

uint64_t rank_unkillable_of(const struct proc *p)
{
	/* What was signalled already is on its way. */
	return p->rank == CLASS_NEVER && p->skip != SKIP_PENDING ? p->freeable_kib : 0;
}

uint64_t rank_unkillable(const struct proc_table *table)
{
	uint64_t sum = table->dropped_unkillable_kib;

	for (unsigned i = 0; i < table->count; i++)
		sum += rank_unkillable_of(&table->procs[i]);
	return sum;
}
