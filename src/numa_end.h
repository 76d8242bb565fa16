/* SPDX-License-Identifier: MIT */
/*
 * -nodes act: ending one process for a NUMA node. Only one of whom it is clear that its memory is
 * there (choose/bound.h), one at a time, and none before the last one's end could have helped.
 */
#ifndef USEROOM_NUMA_END_H
#define USEROOM_NUMA_END_H

#include "act/event.h"
#include "choose/nobody.h"
#include "group_end.h"
#include "look/sample.h"
#include "numa.h"

/* Who holds how much, so that it is known who grew; at its own time. */
void numa_end_follow(struct useroom *u, const struct sample *sample);

/* A rule holds for it. about: what is told of it. ret: why nobody is. */
enum group_answer numa_end_turn(struct useroom *u, unsigned row, const struct event_group *about,
				const struct sample *sample, enum nobody *ret);

/* The next step for the victims of all nodes. */
void numa_end_escalate(struct useroom *u, const struct sample *sample);

/* Whose victims they are (struct event_group, id). */
uint64_t numa_end_id(const struct numa *numa, unsigned row);

#endif
