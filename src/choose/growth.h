/* SPDX-License-Identifier: MIT */
/*
 * Who is growing: what the largest processes held some seconds ago, to be compared with what they
 * hold now. Pure. Whoever grew, or began lately, goes before what has stood there for days: its end
 * relieves the machine for long, and it is what its owner would have ended.
 */
#ifndef USEROOM_GROWTH_H
#define USEROOM_GROWTH_H

#include "base/util.h"
#include "choose/rank.h"
#include "look/proc.h"

#include <stdbool.h>
#include <stdint.h>

#define GROWTH_MOST                                                                                \
	SCAN_READ_MAX /* processes that are remembered: with 64 a leak was none of them            \
		       * beside 70 larger ones */
/* A reading is compared with until it is so old: longer than a stall is held, and short enough to
 * mean "now". */
#define GROWTH_OLDEST_NS (30 * NS_PER_S)

struct growth_entry {
	struct process_id id;
	uint64_t seen_ns, seen_kib; /* the last time it was among them, and what it held then */
	/* Two readings, so that there is always an old one: the second takes the first's place when
	 * that is too old. */
	uint64_t first_ns, first_kib;
	uint64_t second_ns, second_kib;
};

struct growth {
	unsigned count;
	struct growth_entry entries[GROWTH_MOST];
	/* The pid that had been given out last at two readings, which follow each other as those of
	 * an entry do; 0: not known. */
	int32_t first_pid, second_pid;
	uint64_t first_ns, second_ns;
};

/* Remember what the candidates of a sorted table hold. */
void growth_note(struct growth *growth, const struct proc_table *table, uint64_t now_ns);

/*
 * Those of the last growth_note() that have grown most since they were read first, the most first.
 * Returns how many, at most `most`.
 */
unsigned growth_most(const struct growth *growth, const struct growth_entry **ret, unsigned most);

/* Nobody looked for a while: what was read before says nothing of now. */
void growth_forget(struct growth *growth);

/* Who has a higher pid began since the older reading; 0: not known, as where pids begin again. */
int32_t growth_since_pid(const struct growth *growth, uint64_t now_ns, int32_t last_pid);

/* A swarm (swarm.h) is there of those that began since then: that stays so, however long it is. */
void growth_hold_since(struct growth *growth, uint64_t now_ns);

/* Is it so young that it has grown by all that it holds? boot_ns: CLOCK_BOOTTIME. */
bool growth_began_lately(const struct proc *proc, uint64_t boot_ns);

/* What growth_mark() has to know of the moment. */
struct growth_moment {
	uint64_t now_ns;
	/*
	 * CLOCK_BOOTTIME, which start_ticks count in; 0: a process that began lately has not grown.
	 * So it is above the levels: one that starts, and fits, is no reason to end it.
	 */
	uint64_t boot_ns;
	uint64_t need_kib; /* a process that grows must give back so much to go first for it */
};

/*
 * Fill grown_kib, grown_ns, growing and leads of a table's rows, and sort it again: those that grow
 * first, within their class; and an avoided one that has grown more than all others together counts
 * as any other (R99).
 */
void growth_mark(const struct growth *growth, struct rank *rank, struct proc_table *table,
		 const struct growth_moment *moment);

#endif
