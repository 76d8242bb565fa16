/* SPDX-License-Identifier: MIT */
#include "choose/kin.h"

#include "look/process.h"

/* Two processes are compared in 0.4-0.5 us: half a millisecond at the most for a table. */
#define COMPARE_MAX 1024

/* So many parents are read to know the best. With more, it is the best as far as is known. */
#define PARENTS_MAX 16

static const struct proc *find_pid(const struct proc_table *t, pid_t pid)
{
	for (unsigned i = 0; i < t->count; i++) {
		if (t->procs[i].pid == pid)
			return &t->procs[i];
	}
	return NULL;
}

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
	const struct proc *parent = find_pid(t, p->ppid);

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
		owner = find_pid(t, owner->mm_of);
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

/* The parent that a process is a copy of, where that was not read yet; or 0. */
static pid_t unread_parent(const struct scan *scan, const struct proc_table *t,
			   const struct proc *p)
{
	if (p->layout == 0 || p->ppid <= 1 || find_pid(t, p->ppid) != NULL)
		return 0;
	return process_layout(scan->proc_fd, p->ppid) == p->layout ? p->ppid : 0;
}

void kin_settle(struct scan *scan, struct rank *rank, struct proc_table *table)
{
	for (unsigned i = 0; table->count > 0; i++) {
		unsigned count = table->count;
		pid_t parent;

		find_owners(scan, table);
		rank_sort(rank, table);
		parent = i < PARENTS_MAX ? unread_parent(scan, table, &table->procs[0]) : 0;
		if (parent == 0)
			return;
		(void)scan_add(scan, rank, parent, table);
		if (table->count == count)
			return; /* it is gone, or there is no more room */
	}
}
