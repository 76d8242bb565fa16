/* SPDX-License-Identifier: MIT */
/*
 * Does a control group that is at its limit thrash there? Pure.
 *
 * That its usage is at the limit says nothing: so it is with every container that reads files, and
 * so is how often it reclaims, and its pressure (PSI), which was 0.03 in one that thrashed and 0.15
 * in a healthy backup (6.12). What says it is the same as for the machine (stall.h), counted for
 * the group: how many tasks wait for pages that they had a short while ago. In a healthy backup
 * that is up to 4.3 too, so more is asked for: little *room* for anything but page cache, and a
 * *turnover* of it within seconds.
 */
#ifndef USEROOM_SQUEEZE_H
#define USEROOM_SQUEEZE_H

#include "base/util.h"
#include "look/memcg.h"
#include "look/sample.h"

#include <stdbool.h>
#include <stdint.h>

/* A group that may thrash is looked at so often. */
#define SQUEEZE_LOOK_NS (500 * NS_PER_MS)

/* Names as they stand in JSON: squeeze_rule_name(). */
enum squeeze_rule {
	SQUEEZE_NONE,
	SQUEEZE_THRASHING, /* it grew, and its tasks wait for pages that it took from them */
	SQUEEZE_THROTTLED, /* above memory.high, with nothing left to reclaim: its tasks sleep */
	SQUEEZE_TIGHT,     /* its tasks wait, and nothing grew: the limit is too small for it */
	SQUEEZE_FULL,      /* it grows, and has less room than -containers-room: nothing waits */
	SQUEEZE_RULE_COUNT,
};

/* What a group held besides page cache, with what is in swap: the least in each part of the last
 * minute. */
#define SQUEEZE_SLOTS 7
struct squeeze_held {
	uint64_t slot; /* which part of all time the first one is; 0: nothing is known */
	uint64_t kib[SQUEEZE_SLOTS];
};

struct squeeze_point {
	struct memcg_sample group;
	uint64_t machine_faults, machine_refaults;
	bool machine_has_refaults;
	uint64_t reads, wait_ms; /* of the disks (sample.h) */
};

/* WINDOW_NS of looks, and one */
#define SQUEEZE_POINTS 6

struct squeeze {
	unsigned count;                              /* points that are known */
	struct squeeze_point points[SQUEEZE_POINTS]; /* the newest first */
	struct squeeze_held held;
	uint32_t full_ppm;                     /* -containers-room; 0: SQUEEZE_FULL never holds */
	uint64_t since_ns[SQUEEZE_RULE_COUNT]; /* a condition has held since; 0: it does not */
};

/* A rule for which tasks wait holds below so much room. */
#define SQUEEZE_ROOM_MOST (25 * PPM_PER_PERCENT)

struct squeeze_view {
	enum squeeze_rule rule;
	bool suspected; /* a rule holds but for the tasks that wait: count them at the next look */
	uint64_t limit_kib, usage_kib, held_kib;
	uint32_t room_ppm;      /* of the limit: what is free, or page cache */
	uint32_t waiting_milli; /* tasks that wait for refaults, in thousandths */
	uint32_t blocked_milli; /* those that were seen to sleep uninterruptibly, in the mean */
	uint32_t hard_per_s;    /* refaults that were read from a disk */
	uint32_t highs_per_s;   /* times it was throttled at memory.high */
	uint64_t turnover_ms;   /* until its page cache has been replaced once; UINT64_MAX: never */
	uint64_t grown_kib; /* by so much it has more, with swap, than once in the last minute */
};

/* Forget all that was seen, but held and full_ppm. */
void squeeze_begin(struct squeeze *squeeze);

/* What the group has besides page cache, in memory and in swap, for grown_kib; also while it is not
 * looked at closely.
 */
void squeeze_hold(struct squeeze_held *held, const struct memcg_sample *group);

/*
 * One more look at the group, and at the machine at the same time (with HAVE_WAITS). hold_ns:
 * -stall-hold, which is waited for in addition while the group has swap left.
 */
struct squeeze_view squeeze_follow(struct squeeze *squeeze, const struct memcg_sample *group,
				   const struct sample *machine, uint64_t hold_ns);

const char *squeeze_rule_name(enum squeeze_rule rule);

/* Is there a reason to go on looking closely? */
bool squeeze_is_trouble(const struct squeeze_view *view);

/* What must come back so that its rule does not hold any more, but no less than what counts as
 * growth; KiB. */
uint64_t squeeze_need_kib(const struct squeeze_view *view);

/* From so much room on the rule's trouble is over: who minds no SIGTERM is not sent SIGKILL. */
uint32_t squeeze_enough_ppm(const struct squeeze *squeeze, enum squeeze_rule rule);

/* What is free in a group, or page cache, of its limit. */
uint32_t squeeze_room_ppm(const struct memcg_sample *group);

/*
 * Between two looks some seconds apart: is it worth looking at closely? It may, before it thrashes:
 * who grows must be known when it does. Cheap and generous; what it passes over could not be a
 * squeeze.
 */
bool squeeze_suspects(const struct memcg_sample *before, const struct memcg_sample *now);

/* The same for SQUEEZE_FULL: it grows, and comes near so little room (-containers-room). */
bool squeeze_fills(const struct squeeze_held *held, const struct memcg_sample *now,
		   uint32_t full_ppm);

#endif
