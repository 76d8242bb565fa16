/* SPDX-License-Identifier: MIT */
/*
 * Who is growing: what the largest processes held some seconds ago, to be compared with what they
 * hold now. Pure. Under a stall the one that grows is the one whose end relieves the machine for
 * long (doc/theory-of-operation.md).
 */
#ifndef USEROOM_GROWTH_H
#define USEROOM_GROWTH_H

#include "base/util.h"
#include "choose/rank.h"
#include "look/proc.h"

#include <stdint.h>

#define GROWTH_MOST 32 /* processes that are remembered: the best of a table */
/* A reading is compared with until it is so old: longer than a stall is held, and short enough to
 * mean "now". */
#define GROWTH_OLDEST_NS (30 * NS_PER_S)

struct growth_entry {
	struct process_id id;
	uint64_t seen_ns; /* the last time it was among them */
	/* Two readings, so that there is always an old one: the second takes the first's place when
	 * that is too old. */
	uint64_t first_ns, first_kib;
	uint64_t second_ns, second_kib;
};

struct growth {
	unsigned count;
	struct growth_entry entries[GROWTH_MOST];
};

/* Remember what the candidates of a sorted table hold. */
void growth_note(struct growth *growth, const struct proc_table *table, uint64_t now_ns);

/*
 * Fill grown_kib, grown_ns and growing of a table's rows, and sort it again: those that grow first,
 * within their class.
 */
void growth_mark(const struct growth *growth, struct rank *rank, struct proc_table *table,
		 uint64_t now_ns);

#endif
