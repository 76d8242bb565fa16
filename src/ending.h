/* SPDX-License-Identifier: MIT */
/*
 * Ending the first of an order, whosever memory is short: the machine's (domain.h), a control
 * group's (groups.h) or a NUMA node's (numa.h). There is one table, and one that sends signals.
 */
#ifndef USEROOM_ENDING_H
#define USEROOM_ENDING_H

#include "act/event.h"
#include "base/util.h"
#include "choose/nobody.h"
#include "choose/rank.h"
#include "decide/policy.h"
#include "look/sample.h"

#include <stdbool.h>
#include <stdint.h>

struct useroom;

/* In a group or a node with less room than this it is followed who grows. */
#define ENDING_FOLLOW_ROOM (35 * PPM_PER_PERCENT)

/* After a victim of a group or a node is gone its page cache is read back: for so long nobody else
 * is ended for it. */
#define ENDING_PEACE_NS (10 * NS_PER_S)

struct ending {
	const struct sample *sample; /* of the machine */
	const struct decision *decision;
	const struct event_group *group; /* whose memory is short; NULL: the machine's */
	uint64_t decided_ns; /* when the look began that led to it: what is told is how long it
				took from there */
};

/* Begin an event about a decision. */
void ending_begin_event(struct event *event, enum event_type type, const struct sample *sample,
			const struct decision *decision);

/* For an order: the settings, the machine, and who is not asked because of what was done before. */
void ending_prepare_rank(struct useroom *u, const struct sample *sample, struct rank *rank);

/* The first of the table who can be signalled. NOBODY_NONE: it was; else why none could be. */
enum nobody ending_first(struct useroom *u, const struct ending *ending);

/* All whom target_group() has. The same. */
enum nobody ending_group(struct useroom *u, const struct ending *ending);

/* Is somebody on his way who gives back what this group or node lacks: its own (id of struct
 * event_group), or the machine's? Until peace_ns, which its own victim puts off, it waits too. */
bool ending_waits(const struct useroom *u, uint64_t id, uint64_t now_ns, uint64_t *peace_ns);

/* Processes were read since began_ns (CLOCK_MONOTONIC): when to read them next. */
uint64_t ending_follow_next(uint64_t began_ns);

/* Tell a group, or a NUMA node, in trouble. NOBODY_NONE: it is told only; else why nobody goes. */
void ending_tell_squeezed(struct useroom *u, const struct event_group *about,
			  const struct sample *sample, enum nobody why);

#endif
