/* SPDX-License-Identifier: MIT */
/*
 * Whose memory is on a NUMA node that is short of it? Pure.
 *
 * Who may use this node only (a cpuset) has all of it there, and is asked if such a one grows. Of
 * all others it cannot be seen where their memory is, for numa_maps waits for mmap_lock: one of
 * them is asked only where it alone grew by as much as the node lost, and the other nodes lost
 * nothing like that. Where that is not clear nobody is.
 */
#ifndef USEROOM_BOUND_H
#define USEROOM_BOUND_H

#include "look/nodestat.h"
#include "look/proc.h"

#include <stdbool.h>
#include <stdint.h>

/* What a node held, and all others together, at the times when processes were read. */
#define BOUND_HELD 32
struct bound_held {
	unsigned count;
	struct bound_point {
		uint64_t now_ns, node_kib, others_kib;
	} points[BOUND_HELD]; /* the newest first */
};

struct bound_who {
	int32_t pid;
	node_set allowed;
};

struct bound_node {
	node_set node, all;
	const struct bound_held *held;
	uint64_t grown_kib; /* by so much it holds more than at some time within the last minute */
};

void bound_note(struct bound_held *held, uint64_t now_ns, uint64_t node_kib, uint64_t others_kib);

/*
 * Those of a table with marked growth (growth.h) who are asked: their pids into ret, with room for
 * all of the table. who: what each of them may use. Returns how many; 0: it is not clear.
 */
unsigned bound_choose(const struct bound_node *node, const struct proc_table *table,
		      const struct bound_who *who, unsigned who_count, int32_t *ret);

#endif
