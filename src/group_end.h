/* SPDX-License-Identifier: MIT */
/*
 * -containers act: ending one process of a control group that thrashes at its own limit. Members
 * only (rank_of_group()), one at a time, and none before the last one's end could have helped.
 */
#ifndef USEROOM_GROUP_END_H
#define USEROOM_GROUP_END_H

#include "act/event.h"
#include "choose/nobody.h"
#include "groups.h"
#include "look/sample.h"

#include <stdbool.h>

enum group_answer {
	GROUP_WAITS,  /* one is on its way, or what it gave back is being read in */
	GROUP_ENDED,  /* one was sent a signal */
	GROUP_NOBODY, /* nobody is ended */
};

/* Who is in a group that may get into trouble, so that it is known who grew when it is. */
void group_end_follow(struct useroom *u, struct group_close *close, const struct sample *sample);

/* A rule holds for it. about: what is told of it. ret: why nobody is. */
enum group_answer group_end_turn(struct useroom *u, struct group_close *close,
				 const struct event_group *about, const struct sample *sample,
				 enum nobody *ret);

/* The next step for its victims. */
void group_end_escalate(struct useroom *u, const struct group_close *close,
			const struct sample *sample);

#endif
