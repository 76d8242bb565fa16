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

#include <stdbool.h>
#include <stdint.h>

/*
 * With fewer they are an ordinary program's. A boot or a login starts dozens, each with a
 * name and a session of its own.
 */
#define SWARM_LEAST 64

/*
 * What a process costs the kernel, beyond what it shows as its own: a stack of 16 KiB, and 22 of
 * structures (2,000 shells, 6.18: 177 KiB each, of which they show 154).
 */
#define SWARM_KERNEL_KIB 38

/* Of so many kinds it may be: what starts a bomb has another name than the bomb, or two of them
 * start each other. */
#define SWARM_KINDS 3

struct swarm_kinds {
	unsigned count;
	uint32_t kinds[SWARM_KINDS];
};

/*
 * Look for the swarm among the processes that were given a pid after this one, and add the youngest
 * of it to the table, with swarm_kib, where they are small and may be ended. since_pid 0: it is not
 * known who began lately, and nobody is looked for; nor with -sort-by-rss. Costs nothing where
 * fewer than SWARM_LEAST have begun, else some 13 us for each that has, up to 1,024. Returns
 * whether there is one.
 */
bool swarm_find(struct scan *scan, struct rank *rank, int32_t since_pid, struct proc_table *table);

/*
 * The kinds that more than a quarter of all are of, in one pass (Misra and Gries), where that are
 * more than half of all together; less is not what fills the machine. Kind 0 is nobody. Returns how
 * many are of them; 0: there are none.
 */
unsigned swarm_count(const uint32_t *kinds, unsigned count, struct swarm_kinds *ret);

#endif
