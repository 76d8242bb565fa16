/* SPDX-License-Identifier: MIT */
/*
 * The turn (turn.h) of a control group at its own limit: what is done about a rule that holds, once
 * it is known who is in the group. Pure. Only one that grew is ended: where none did, the limit may
 * be too small for what has always been there, and the next one would come to it just so.
 */
#ifndef USEROOM_GROUP_TURN_H
#define USEROOM_GROUP_TURN_H

#include "choose/growth.h"
#include "choose/nobody.h"
#include "choose/rank.h"
#include "decide/policy.h"
#include "decide/squeeze.h"
#include "look/proc.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What is decided for a group of which a rule holds: SIGTERM, and how much must come back. low:
 * there is less room than enough (squeeze_enough_ppm()), so that a victim which did not mind its
 * SIGTERM gets SIGKILL in time.
 */
struct decision group_decision(const struct squeeze_view *view, uint32_t enough_ppm);

/*
 * Put those first who grew or began lately. One that began lately has not grown where all did: then
 * the group has just been started. now_ns: CLOCK_MONOTONIC; boot_ns: CLOCK_BOOTTIME; rank:
 * rank_of_group().
 */
void group_order(const struct decision *decision, const struct growth *growth, uint64_t now_ns,
		 uint64_t boot_ns, struct rank *rank, struct proc_table *table);

/* NOBODY_NONE: the first of the ordered table is to be ended; else why nobody is. boot_ns:
 * CLOCK_BOOTTIME. */
enum nobody group_turn(const struct squeeze_view *view, const struct decision *decision,
		       uint64_t boot_ns, const struct proc_table *table);

#endif
