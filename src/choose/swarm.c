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

/* The youngest, in a ring. */
struct newcomers {
	int32_t last_pid; /* that was given out */
	unsigned count;   /* ever */
	int32_t pids[NEWCOMERS_MAX];
	/* What makes them alike, as one number: name and session; or, where each has a session of
	 * its own, name and user. 0: gone, or a kernel's. */
	uint32_t kinds[NEWCOMERS_MAX];
	uint64_t names[NEWCOMERS_MAX];
};

static unsigned in_ring(const struct newcomers *n)
{
	return (unsigned)min_u64(n->count, NEWCOMERS_MAX);
}

static int add_newcomer(void *ctx, int32_t pid, int64_t next_offset)
{
	struct newcomers *n = ctx;

	(void)next_offset;
	/* From before the pids began again; some were given out since. */
	if (pid > n->last_pid + NEWCOMERS_MAX)
		return 0;
	n->pids[n->count++ % NEWCOMERS_MAX] = pid;
	return 0;
}

static uint32_t kind_of(uint64_t name, uint32_t with)
{
	uint64_t hash = hash_bytes(name, &with, sizeof(with));

	return name != 0 ? (uint32_t)(hash ^ hash >> 32) | 1 : 0;
}

static void read_newcomer(const struct scan *scan, struct newcomers *n, unsigned i)
{
	struct proc_stat stat;
	bool lives = process_stat(scan->proc_fd, n->pids[i], &stat) == 0 &&
		     !(stat.flags & PROC_FLAG_KTHREAD) && stat.state != 'Z' && stat.state != 'X';

	n->names[i] = lives ? hash_bytes(HASH_BEGIN, stat.comm, strlen(stat.comm)) | 1 : 0;
	n->kinds[i] = kind_of(n->names[i], lives ? (uint32_t)stat.session : 0);
}

/* Who starts a session for each is found by the name, and other users' of that name are not his. */
static void take_owners(const struct scan *scan, struct newcomers *n)
{
	for (unsigned i = 0; i < in_ring(n); i++)
		n->kinds[i] = kind_of(n->names[i], process_owner(scan->proc_fd, n->pids[i]));
}

/* Returns how many of them are of a swarm. */
static unsigned find_kinds(const struct scan *scan, struct newcomers *n, struct swarm_kinds *ret)
{
	unsigned count;

	for (unsigned i = 0; i < in_ring(n); i++)
		read_newcomer(scan, n, i);
	count = swarm_count(n->kinds, in_ring(n), ret);
	if (count >= SWARM_LEAST)
		return count;
	for (unsigned i = 0; i < in_ring(n); i++)
		n->kinds[i] = kind_of(n->names[i], 0);
	if (swarm_count(n->kinds, in_ring(n), ret) < SWARM_LEAST)
		return 0;
	take_owners(scan, n);
	return swarm_count(n->kinds, in_ring(n), ret);
}

static bool is_of(const struct swarm_kinds *kinds, uint32_t kind)
{
	for (unsigned i = 0; i < kinds->count; i++) {
		if (kinds->kinds[i] == kind)
			return true;
	}
	return false;
}

/* The youngest first. */
static unsigned youngest(const struct newcomers *n, const struct swarm_kinds *kinds, int32_t *ret,
			 unsigned most)
{
	unsigned count = 0;

	for (unsigned i = 0; i < in_ring(n) && count < most; i++) {
		unsigned at = (n->count - 1 - i) % NEWCOMERS_MAX;

		if (is_of(kinds, n->kinds[at]))
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

/* What those that were read hold says what all of them do; who must not be ended, or is gone,
 * holds nothing that would come back. */
static void mark(struct rank *rank, struct proc_table *t, const int32_t *pids, unsigned count,
		 uint64_t of_all)
{
	uint64_t sum_kib = 0;
	struct proc *p;

	for (unsigned at = 0; (p = next_member(t, pids, count, &at)) != NULL;)
		sum_kib += p->freeable_kib + SWARM_KERNEL_KIB;
	for (unsigned at = 0; (p = next_member(t, pids, count, &at)) != NULL;) {
		p->swarm_kib = sum_kib * of_all / count;
		rank_judge(rank, p);
	}
}

bool swarm_find(struct scan *scan, struct rank *rank, int32_t since_pid, struct proc_table *t)
{
	static struct newcomers n;
	int32_t pids[ROWS_MAX];
	struct swarm_kinds kinds;
	unsigned seen, count, rows;

	n.count = 0;
	n.last_pid = t->last_pid;
	if (rank->config->sort_by_rss || since_pid <= 0 || scan->pid_offset < 0 ||
	    lseek(scan->proc_fd, scan->pid_offset + since_pid + 1, SEEK_SET) < 0)
		return false;
	(void)process_list(scan->proc_fd, add_newcomer, &n);
	seen = in_ring(&n);
	if (seen < SWARM_LEAST)
		return false;
	count = find_kinds(scan, &n, &kinds);
	if (count < SWARM_LEAST)
		return false;
	rows = youngest(&n, &kinds, pids, ROWS_MAX);
	if (rows == 0) /* cannot be: a swarm is of these newcomers */
		return false;
	read_with_parents(scan, rank, pids, rows, t);
	kin_settle(scan, rank, t);
	mark(rank, t, pids, rows, (uint64_t)count * n.count / seen);
	return true;
}

/* Who may be of many: with as many places as there can be kinds, none of these is lost. */
struct tally {
	uint32_t kind;
	unsigned lead;
};

static void add_to_tally(struct tally *t, uint32_t kind)
{
	struct tally *unused = NULL;

	for (unsigned i = 0; i < SWARM_KINDS; i++) {
		if (t[i].lead == 0)
			unused = &t[i];
		else if (t[i].kind == kind) {
			t[i].lead++;
			return;
		}
	}
	if (unused != NULL)
		*unused = (struct tally){kind, 1};
	for (unsigned i = 0; i < SWARM_KINDS && unused == NULL; i++)
		t[i].lead--;
}

static unsigned count_kind(const uint32_t *kinds, unsigned count, uint32_t kind)
{
	unsigned found = 0;

	for (unsigned i = 0; i < count; i++)
		found += kinds[i] == kind;
	return found;
}

unsigned swarm_count(const uint32_t *kinds, unsigned count, struct swarm_kinds *ret)
{
	struct tally tallies[SWARM_KINDS] = {{0}};
	unsigned all = count - count_kind(kinds, count, 0), found = 0;

	for (unsigned i = 0; i < count; i++) {
		if (kinds[i] != 0)
			add_to_tally(tallies, kinds[i]);
	}
	ret->count = 0;
	for (unsigned i = 0; i < SWARM_KINDS; i++) {
		unsigned of_it =
			tallies[i].lead > 0 ? count_kind(kinds, count, tallies[i].kind) : 0;

		if (of_it * (SWARM_KINDS + 1) <= all)
			continue;
		ret->kinds[ret->count++] = tallies[i].kind;
		found += of_it;
	}
	return found * 2 > all ? found : 0;
}
