/* SPDX-License-Identifier: MIT */
/*
 * What of each process's memory others hold as well, so that ending it alone would not give it
 * back. Pure. Known are only sums, so this is a bound: what may be shared counts as shared, and
 * what a process is then said to give back is its own.
 *
 * Anonymous memory is only ever shared by fork(2), until one side writes. Copies have one layout
 * (parse.h), and a child has of its parent at most what that ever held (VmHWM), and no more than
 * all its relatives hold now. A parent shares with each child at most what the child holds. What
 * a child was seen to take has come after its fork, and is none of its parent's (own_anon_kib). A
 * copy whose parent has left since (a double fork) is taken to have nothing of that.
 *
 * Shared memory (tmpfs, memfd, System V, MAP_SHARED) belongs to everybody who maps it, and to
 * everybody who can. Relatives that have some are taken to have the same. Others cannot be told by
 * name; but /proc/meminfo counts each page once: where the processes (of relatives the one that
 * maps most) have more of it mapped than there is, whatever the others map may be this one's too.
 * And nobody has more than there is, however often he maps it, nor what stays when all have ended.
 */
#ifndef USEROOM_SHARE_H
#define USEROOM_SHARE_H

#include "look/proc.h"

/*
 * Fill relatives, shared_anon_kib, shared_shmem_kib and twice_kib of all rows. shmem_kib: how much
 * shared memory there is (Shmem of meminfo), 0 where that is not known; staying_kib: how much of it
 * goes with no process (look/staying.h).
 */
void share_mark(struct proc_table *table, uint64_t shmem_kib, uint64_t staying_kib);

/* The process whose memory it uses: itself, nearly always. */
static inline pid_t share_owner(const struct proc *p)
{
	return p->mm_of != 0 ? p->mm_of : p->pid;
}

/* One by fork(2) of the other, or both of a third one, each with a memory of its own. */
static inline bool share_related(const struct proc *a, const struct proc *b)
{
	return a->layout != 0 && a->layout == b->layout && share_owner(a) != share_owner(b);
}

#endif
