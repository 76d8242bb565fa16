/* SPDX-License-Identifier: MIT */
#include "choose/bound.h"

#include "base/util.h"

#include <string.h>

/*
 * Between these parts of each other two amounts are the same. Not measured: a leak of 6 MiB/s that
 * is followed by the second is off by an eighth at most, and its page tables and what others take
 * meanwhile come on top.
 */
#define ALIKE_LEAST(kib) ((kib) / 3 * 2)
#define ALIKE_MOST(kib)  ((kib) / 2 * 3)

/* Readings of processes and of nodes are not of one moment. */
#define APART_NS (NS_PER_S / 2)

void bound_note(struct bound_held *held, uint64_t now_ns, uint64_t node_kib, uint64_t others_kib)
{
	unsigned kept = held->count < BOUND_HELD ? held->count : BOUND_HELD - 1;

	memmove(held->points + 1, held->points, kept * sizeof(held->points[0]));
	held->points[0] = (struct bound_point){now_ns, node_kib, others_kib};
	held->count = kept + 1;
}

/* The point that was taken when a process was read that has grown for so long; NULL: there is none
 * any more. */
static const struct bound_point *back(const struct bound_held *held, uint64_t ns)
{
	for (unsigned i = 1; i < held->count; i++) {
		uint64_t ago = held->points[0].now_ns - held->points[i].now_ns;

		if (ago + APART_NS >= ns)
			return ago <= ns + APART_NS ? &held->points[i] : NULL;
	}
	return NULL;
}

static node_set allowed(const struct bound_who *who, unsigned count, int32_t pid)
{
	for (unsigned i = 0; i < count; i++) {
		if (who[i].pid == pid)
			return who[i].allowed;
	}
	return 0;
}

static bool is_bound(const struct bound_node *n, node_set set)
{
	return (set & n->all) == n->node;
}

/* Did it grow by what the node lost, and not by what others lost? */
static bool is_alike(const struct bound_node *n, const struct proc *p)
{
	const struct bound_point *now = &n->held->points[0], *then = back(n->held, p->grown_ns);
	uint64_t here, elsewhere;

	if (!then || p->grown_kib == 0)
		return false;
	here = minus_u64(now->node_kib, then->node_kib);
	elsewhere = minus_u64(now->others_kib, then->others_kib);
	return p->grown_kib >= ALIKE_LEAST(here) && p->grown_kib <= ALIKE_MOST(here) &&
	       elsewhere < p->grown_kib / 2;
}

/* By how much the node holds more since then; where that is not known, than within the minute. */
static uint64_t lost_kib(const struct bound_node *n, uint64_t ns)
{
	const struct bound_point *then = back(n->held, ns);

	return then ? minus_u64(n->held->points[0].node_kib, then->node_kib) : n->grown_kib;
}

/* All who are bound to it, where they grew by half of what it lost. */
static unsigned choose_bound(const struct bound_node *n, const struct proc_table *t,
			     const struct bound_who *who, unsigned who_count, int32_t *ret)
{
	const struct proc *most = NULL;
	uint64_t grown_kib = 0;
	unsigned count = 0;

	for (unsigned i = 0; i < t->count; i++) {
		const struct proc *p = &t->procs[i];

		if (!is_bound(n, allowed(who, who_count, p->pid)))
			continue;
		ret[count++] = p->pid;
		grown_kib += p->grown_kib;
		if (p->growing && (!most || p->grown_kib > most->grown_kib))
			most = p;
	}
	return most && grown_kib >= lost_kib(n, most->grown_ns) / 2 ? count : 0;
}

/* Who may use others too. Two that are alike are one too many, whoever may be ended of them. */
static unsigned choose_alike(const struct bound_node *n, const struct proc_table *t,
			     const struct bound_who *who, unsigned who_count, int32_t *ret)
{
	unsigned count = 0;

	for (unsigned i = 0; i < t->count; i++) {
		const struct proc *p = &t->procs[i];

		if ((allowed(who, who_count, p->pid) & n->node) != 0 && is_alike(n, p))
			ret[count++] = p->pid;
	}
	return count == 1 ? 1 : 0;
}

unsigned bound_choose(const struct bound_node *node, const struct proc_table *table,
		      const struct bound_who *who, unsigned who_count, int32_t *ret)
{
	unsigned count = choose_bound(node, table, who, who_count, ret);

	if (count > 0 || node->held->count == 0)
		return count;
	return choose_alike(node, table, who, who_count, ret);
}
