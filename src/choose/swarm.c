/* SPDX-License-Identifier: MIT */
#include "choose/swarm.h"

#include "base/util.h"
#include "choose/kin.h"
#include "look/process.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* The youngest are looked at, and say what all of them are: 13 ms (6.18, beside other work). */
#define NEWCOMERS_MAX 1024

/* Of these so many are read in full, which is 20 to 30 us each. */
#define ROWS_MAX 65

#define PARENTS_MAX 16

/*
 * What a process costs the kernel, beyond what it shows as its own: a stack of 16 KiB, and 22 of
 * structures (2,000 shells, 6.18: 177 KiB each, of which they show 154).
 */
#define KERNEL_KIB 38

/* The youngest, in a ring. */
struct newcomers {
	unsigned count; /* ever */
	int32_t pids[NEWCOMERS_MAX];
	uint32_t kinds[NEWCOMERS_MAX]; /* session and name as one number; 0: gone, or a kernel's */
};

static unsigned in_ring(const struct newcomers *n)
{
	return (unsigned)min_u64(n->count, NEWCOMERS_MAX);
}

static int add_newcomer(void *ctx, int32_t pid, int64_t next_offset)
{
	struct newcomers *n = ctx;

	(void)next_offset;
	n->pids[n->count++ % NEWCOMERS_MAX] = pid;
	return 0;
}

static uint32_t kind_of(const struct scan *scan, int32_t pid)
{
	struct proc_stat stat;
	uint64_t hash = HASH_BEGIN;

	if (process_stat(scan->proc_fd, pid, &stat) < 0 || (stat.flags & PROC_FLAG_KTHREAD) ||
	    stat.state == 'Z' || stat.state == 'X')
		return 0;
	hash = hash_bytes(hash, stat.comm, strlen(stat.comm));
	hash = hash_bytes(hash, &stat.session, sizeof(stat.session));
	return (uint32_t)(hash ^ hash >> 32) | 1;
}

/* The youngest first. */
static unsigned youngest(const struct newcomers *n, uint32_t kind, int32_t *ret, unsigned most)
{
	unsigned count = 0;

	for (unsigned i = 0; i < in_ring(n) && count < most; i++) {
		unsigned at = (n->count - 1 - i) % NEWCOMERS_MAX;

		if (n->kinds[at] == kind)
			ret[count++] = n->pids[at];
	}
	return count;
}

/*
 * What copies by fork share with their parents is known where those were read too (share.h): the
 * workers of a server would seem to hold its memory once each.
 */
static void read_with_parents(struct scan *scan, struct rank *rank, const int32_t *pids,
			      unsigned count, struct proc_table *t)
{
	unsigned parents = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct proc *p;

		(void)scan_add(scan, rank, pids[i], t);
		p = proc_find(t, pids[i]);
		if (p != NULL && p->ppid > 1 && parents < PARENTS_MAX)
			parents += scan_add(scan, rank, p->ppid, t);
	}
}

/* Those of the table that are small and may be ended, one of them after the other from `at` on. */
static struct proc *next_member(struct proc_table *t, const int32_t *pids, unsigned count,
				unsigned *at)
{
	while (*at < t->count) {
		struct proc *p = &t->procs[(*at)++];

		for (unsigned i = 0; i < count && p->rank == CLASS_SMALL; i++) {
			if (pids[i] == p->pid)
				return p;
		}
	}
	return NULL;
}

/* What those that were read hold says what all of them do. */
static void mark(struct rank *rank, struct proc_table *t, const int32_t *pids, unsigned count,
		 uint64_t of_all)
{
	uint64_t sum_kib = 0, rows = 0;
	struct proc *p;

	for (unsigned at = 0; (p = next_member(t, pids, count, &at)) != NULL; rows++)
		sum_kib += p->freeable_kib + KERNEL_KIB;
	for (unsigned at = 0; rows > 0 && (p = next_member(t, pids, count, &at)) != NULL;) {
		p->swarm_kib = sum_kib * of_all / rows;
		rank_judge(rank, p);
	}
}

void swarm_find(struct scan *scan, struct rank *rank, int32_t since_pid, struct proc_table *t)
{
	static struct newcomers n;
	int32_t pids[ROWS_MAX];
	unsigned count, rows;
	uint32_t kind;

	n.count = 0;
	if (since_pid <= 0 || scan->pid_offset < 0 ||
	    lseek(scan->proc_fd, scan->pid_offset + since_pid + 1, SEEK_SET) < 0)
		return;
	(void)process_list(scan->proc_fd, add_newcomer, &n);
	if (n.count < SWARM_LEAST)
		return;
	for (unsigned i = 0; i < in_ring(&n); i++)
		n.kinds[i] = kind_of(scan, n.pids[i]);
	count = swarm_majority(n.kinds, in_ring(&n), &kind);
	if (count < SWARM_LEAST)
		return;
	rows = youngest(&n, kind, pids, ROWS_MAX);
	read_with_parents(scan, rank, pids, rows, t);
	kin_settle(scan, rank, t);
	mark(rank, t, pids, rows, (uint64_t)count * n.count / in_ring(&n));
}

unsigned swarm_majority(const uint32_t *kinds, unsigned count, uint32_t *ret)
{
	unsigned lead = 0, all = 0, of_it = 0;
	uint32_t kind = 0;

	for (unsigned i = 0; i < count; i++) {
		if (kinds[i] == 0)
			continue;
		if (lead == 0)
			kind = kinds[i];
		lead = kinds[i] == kind ? lead + 1 : lead - 1;
		all++;
	}
	for (unsigned i = 0; i < count; i++)
		of_it += kind != 0 && kinds[i] == kind;
	*ret = kind;
	return of_it * 2 > all ? of_it : 0;
}

unsigned swarm_together(const struct proc_table *t, unsigned row, uint64_t need_kib, unsigned most)
{
	const struct proc *first = &t->procs[row];
	uint64_t sum_kib = first->freeable_kib + KERNEL_KIB;
	unsigned behind = row + 1;

	while (behind < t->count && behind - row <= most && sum_kib < need_kib &&
	       t->procs[behind].rank == first->rank && t->procs[behind].swarm_kib > 0)
		sum_kib += t->procs[behind++].freeable_kib + KERNEL_KIB;
	return behind;
}
