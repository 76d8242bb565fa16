/* SPDX-License-Identifier: MIT */
#include "choose/kin.h"

#include "look/process.h"

/* Two processes are compared in 0.4-0.5 us: half a millisecond at the most for a table. */
#define COMPARE_MAX 1024

/* So many relatives are read to know the best. With more, it is the best as far as is known. */
#define RELATIVES_MAX 16

/* And looked at among the children of one that may wait in vfork(2). */
#define CHILDREN_MAX 16

static bool is_older(const struct proc *a, const struct proc *b)
{
	return a->start_ticks != b->start_ticks ? a->start_ticks < b->start_ticks : a->pid < b->pid;
}

/*
 * Whose memory a process may use: its parent's. Where that has ended, an older one's with whom it
 * has another parent.
 */
static bool may_own(const struct proc *owner, const struct proc *p, const struct proc *parent)
{
	if (owner->layout == 0 || owner->layout != p->layout || owner == p)
		return false;
	return parent != NULL ? owner == parent : owner->ppid == p->ppid && is_older(owner, p);
}

static pid_t find_owner(const struct scan *scan, const struct proc_table *t, const struct proc *p,
			unsigned *compared)
{
	const struct proc *parent = proc_find(t, p->ppid);

	if (parent != NULL && parent->layout != p->layout)
		parent = NULL;
	for (unsigned i = 0; p->layout != 0 && i < t->count && *compared < COMPARE_MAX; i++) {
		if (!may_own(&t->procs[i], p, parent))
			continue;
		++*compared;
		if (scan->same_memory(&t->procs[i], p))
			return t->procs[i].pid;
	}
	return 0;
}

/* The owner of the owner: a chain ends, for each is older than the next. */
static pid_t first_owner(const struct proc_table *t, const struct proc *p)
{
	const struct proc *owner = p;

	for (unsigned i = 0; owner->mm_of != 0 && i < t->count; i++)
		owner = proc_find(t, owner->mm_of);
	return owner == p ? 0 : owner->pid;
}

static void find_owners(const struct scan *scan, struct proc_table *t)
{
	unsigned compared = 0;

	for (unsigned i = 0; i < t->count; i++)
		t->procs[i].mm_of = find_owner(scan, t, &t->procs[i], &compared);
	for (unsigned i = 0; i < t->count; i++)
		t->procs[i].mm_of = first_owner(t, &t->procs[i]);
}

/* Was it a copy of the same process, or is it this one's parent or child, and not read yet? */
static bool is_unread_relative(const struct scan *scan, const struct proc_table *t,
			       const struct proc *p, pid_t pid)
{
	return pid > 1 && proc_find(t, pid) == NULL &&
	       process_layout(scan->proc_fd, pid) == p->layout;
}

/*
 * A child in vfork(2) uses its parent's memory. The kernel gives it a score of 0 (mm/oom_kill.c,
 * oom_badness), so that nobody reads it for its own sake; its parent waits in state D.
 */
static pid_t unread_child(const struct scan *scan, const struct proc_table *t, const struct proc *p)
{
	int32_t children[CHILDREN_MAX];
	unsigned count = p->state == 'D'
				 ? process_children(scan->proc_fd, p->pid, children, CHILDREN_MAX)
				 : 0;

	for (unsigned i = 0; i < count; i++) {
		if (is_unread_relative(scan, t, p, children[i]))
			return children[i];
	}
	return 0;
}

/* Who has to be read before it is known what the best would give back; 0: nobody. */
static pid_t unread_relative(const struct scan *scan, const struct proc_table *t)
{
	const struct proc *best = &t->procs[0];

	if (best->layout == 0)
		return 0;
	if (is_unread_relative(scan, t, best, best->ppid))
		return best->ppid;
	return unread_child(scan, t, best);
}

void kin_settle(struct scan *scan, struct rank *rank, struct proc_table *table)
{
	for (unsigned i = 0; table->count > 0; i++) {
		unsigned count = table->count;
		pid_t relative;

		find_owners(scan, table);
		rank_sort(rank, table);
		relative = i < RELATIVES_MAX ? unread_relative(scan, table) : 0;
		if (relative == 0)
			return;
		(void)scan_add(scan, rank, relative, table);
		if (table->count == count)
			return; /* it is gone, or there is no more room */
	}
}
