/* SPDX-License-Identifier: MIT */
/*
 * One turn: what is done about a decision once it is known who is there. Pure. The daemon acts on
 * the answer, the recorder keeps it, -debug tells it and useroomctl shows it, so that they cannot
 * disagree (R114).
 */
#ifndef USEROOM_TURN_H
#define USEROOM_TURN_H

#include "act/event.h"
#include "act/pause.h"
#include "choose/growth.h"
#include "choose/nobody.h"
#include "decide/policy.h"
#include "look/proc.h"
#include "look/sample.h"
#include "settings/config.h"

#include <stdbool.h>
#include <stdint.h>

/* Recorded: new ones are added at the end, and there are at most 15. */
enum turn_what {
	TURN_UNKNOWN,   /* in a recording from before it was kept */
	TURN_IDLE,      /* nothing is short */
	TURN_COVERED,   /* what earlier victims are giving back is enough */
	TURN_HELD_BACK, /* tasks are stalled, and nothing says that memory was taken */
	TURN_SWAPOFF,   /* swapoff(2) is under way, and is waited for or ended itself */
	TURN_FUTILE,    /* ending processes cannot help: decision.futile says who holds it */
	TURN_GROWING,   /* only one that grows may be ended, and none of them does */
	TURN_NOBODY,    /* nobody can be ended: `nobody` says why */
	TURN_END,       /* the first of the table is to be ended */
	TURN_PAUSED,    /* somebody would be, and not yet: `pause` says why */
	TURN_COUNT,
};

struct turn {
	enum turn_what what;
	enum nobody nobody; /* TURN_NOBODY */
	enum pause pause;   /* TURN_PAUSED */
};

/* Without a table: why nobody has to be looked for; or TURN_END, somebody has. */
struct turn turn_without_table(const struct decision *decision, const struct pauses *pauses,
			       uint64_t now_ns);

/*
 * The whole answer: a decision on this sample (policy_confirm()), and the sorted table of a scan
 * after turn_order(). What the table adds is put into the last two (R05).
 */
struct turn turn_take(const struct config *config, const struct sample *sample,
		      const struct proc_table *table, const struct pauses *pauses,
		      struct coming *coming, struct decision *decision);

/*
 * Put those first who grew, or at the levels began lately. With -sort-by-rss the user has asked for
 * another order: then only under a stall. now_ns: CLOCK_MONOTONIC; boot_ns: CLOCK_BOOTTIME.
 */
void turn_order(const struct config *config, const struct decision *decision,
		const struct growth *growth, uint64_t now_ns, uint64_t boot_ns, struct rank *rank,
		struct proc_table *table);

/*
 * Fill what ending this row of the table is: target, signal and why it is that, next. shots: how
 * often some of a swarm were ended in this episode. boot_ns: CLOCK_BOOTTIME, now.
 */
void turn_fill(const struct decision *decision, const struct proc_table *table, unsigned row,
	       unsigned shots, uint64_t boot_ns, struct event *event);

/* The same for all of a control group, from a row on; nobody is next. Returns as target_group(). */
unsigned turn_fill_group(const struct decision *decision, const struct proc_table *table,
			 unsigned row, struct event *event);

/* "growing": behind "turn: " in -debug, and in JSON. */
const char *turn_name(enum turn_what what);

/* Why nobody is ended, behind "nobody would be ended: "; "" where that is no reason. */
const char *turn_text(struct turn turn);

#endif
