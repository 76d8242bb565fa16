/* SPDX-License-Identifier: MIT */
/*
 * NUMA nodes that are short of memory while the machine is not: when they are looked at, and what
 * is told of them. Who is ended for one: numa_end.h. A node is looked at as a control group is
 * whose limit is the node (decide/squeeze.h).
 *
 *   idle     one look at each every few seconds, in a turn that is there anyway, or at once when
 *            the kernel says that tasks wait for memory (PSI)
 *   closely  one has little room, and pages come back to it or it grew: every SQUEEZE_LOOK_NS one
 *            look at each, and the rules
 *
 * On a machine with one node, or in a container with a meminfo of its own, nothing is done at all.
 * Where the machine is short of memory itself its own rules are the ones that act.
 */
#ifndef USEROOM_NUMA_H
#define USEROOM_NUMA_H

#include "choose/bound.h"
#include "choose/growth.h"
#include "decide/backoff.h"
#include "decide/squeeze.h"
#include "look/nodes.h"
#include "look/sample.h"

#include <stdbool.h>
#include <stdint.h>

struct useroom;

struct numa_node {
	struct squeeze squeeze;
	struct squeeze_view view;
	struct memcg_sample last; /* the idle look before; now_ns 0: none */
	struct bound_held held;
	uint64_t rule_ns;  /* a rule has held since; 0: none does */
	uint64_t peace_ns; /* nobody is ended for it before this */
	uint64_t told_ns[SQUEEZE_RULE_COUNT];
	uint32_t enough_ppm; /* who was ended for it last was, until there is so much room again */
};

struct numa {
	struct nodes nodes; /* count 0: nothing is watched */
	bool closely;
	uint64_t trouble_ns; /* when there was any reason to look closely last */
	uint64_t next_ns;    /* the next look at them */
	uint64_t looked_ns;  /* the last one that was idle */
	uint64_t follow_ns;  /* when it is read next who holds how much */
	uint64_t least_kib;  /* the smallest of them */
	struct growth growth;
	struct backoff backoff;
	struct numa_node each[NODES_MOST];
};

/* Watch them or not, as the settings want it. Says so where it cannot. */
void numa_arm(struct useroom *u);

/* Tasks wait for memory: look in the next turn. */
void numa_wake(struct numa *numa);

/* When numa_turn() is due, whatever else happens; UINT64_MAX: when there is a turn. */
uint64_t numa_wake_ns(const struct numa *numa);

/* Look at those that are due, and tell what is found. sample: of this turn. */
void numa_turn(struct useroom *u, const struct sample *sample);

#endif
