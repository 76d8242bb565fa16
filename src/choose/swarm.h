/* SPDX-License-Identifier: MIT */
/*
 * Swarms: many small alike processes that all began lately, such as the shells of a fork bomb. Each
 * is too small to be worth ending, and so the larger ones beside them would go, one after another,
 * for what the swarm takes (R97). What it holds is one sum, and of it go together as many as give
 * back what is needed.
 */
#ifndef USEROOM_SWARM_H
#define USEROOM_SWARM_H

#include "choose/scan.h"

#include <stdint.h>

/*
 * With fewer they are an ordinary program's. A boot or a login starts dozens, each with a name and
 * a session of its own.
 */
#define SWARM_LEAST 64

/*
 * Look for the largest swarm among the processes that were given a pid after this one, and add the
 * youngest of it to the table, with swarm_kib, where they are small and may be ended. since_pid 0:
 * it is not known who began lately, and nobody is looked for. Costs nothing where fewer than
 * SWARM_LEAST have begun, else some 13 us for each that has, up to 1,024.
 */
void swarm_find(struct scan *scan, struct rank *rank, int32_t since_pid, struct proc_table *table);

/*
 * The kind that most of them are of, in one pass (Boyer and Moore), and how many those are; 0:
 * there is none. Less than half of those who began lately is not what fills the machine. Kind 0 is
 * nobody.
 */
unsigned swarm_majority(const uint32_t *kinds, unsigned count, uint32_t *ret);

/*
 * Of a sorted table in which a row is of a swarm: it and those behind it that go together, so that
 * they give back need_kib; at most so many more. Returns the row behind the last of them.
 */
unsigned swarm_together(const struct proc_table *table, unsigned row, uint64_t need_kib,
			unsigned most);

#endif
