/* SPDX-License-Identifier: MIT */
/*
 * For how long, after what was just done, nobody is chosen again, and why. Pure. A turn asks it
 * (turn.h), so that useroomctl and a recording know of it as well.
 */
#ifndef USEROOM_PAUSE_H
#define USEROOM_PAUSE_H

#include "decide/policy.h"
#include "settings/config.h"

#include <stdint.h>

/* Recorded: new ones are added at the end, and there are at most 7. */
enum pause {
	PAUSE_NONE,
	PAUSE_NOBODY,   /* nobody could be ended */
	PAUSE_FUTILE,   /* it could not have helped */
	PAUSE_INTERVAL, /* memory is above its level (full swap alone, or a stall): one victim an
			   interval */
	PAUSE_SWAP,    /* what the victim gave back is filled from swap; not at the SIGKILL level */
	PAUSE_GROWING, /* nobody grew; only where nobody else may be ended */
	PAUSE_LEVEL,   /* nobody is worth an end yet; not at the SIGKILL level */
	PAUSE_COUNT,
};

/* All of them are over with the episode. Zeroed: none holds. */
struct pauses {
	uint64_t until_ns[PAUSE_COUNT];
};

/* scan_took_ns: looking through all processes again costs as much. */
void pause_begin(struct pauses *pauses, enum pause which, const struct config *config,
		 uint64_t now_ns, uint64_t scan_took_ns);

/* After a victim of this decision was signalled; PAUSE_NONE: the next may go at once. */
enum pause pause_after_victim(const struct decision *decision);

/* The settings are others: who could not be ended may be now. What a victim gives back is not. */
void pause_settings_changed(struct pauses *pauses);

/* Which of them holds for this decision, or PAUSE_NONE. */
enum pause pause_now(const struct pauses *pauses, const struct decision *decision, uint64_t now_ns);

/* "swap": behind "paused, " in -debug, and in JSON. */
const char *pause_name(enum pause pause);

/* "nobody could be ended just now": behind "for a moment nobody would be ended: ". */
const char *pause_text(enum pause pause);

#endif
