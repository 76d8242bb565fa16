/* SPDX-License-Identifier: MIT */
/*
 * What of all that is heard is shown, and when it belongs to what is shown already: kills that
 * follow each other are one notification, and an episode has one warning. Pure: time comes in.
 */
#ifndef USEROOM_DESKTOP_STORY_H
#define USEROOM_DESKTOP_STORY_H

#include "heard.h"

/* Of kills that follow each other so many are named. */
#define STORY_ROWS 4

enum story_what {
	STORY_NOTHING,
	STORY_KILL,       /* the notification of kills, a new one */
	STORY_KILL_AGAIN, /* the same once more, with one more in it */
	STORY_WARNING,    /* a warning, in place of the one that is there */
	STORY_OVER,       /* the warning holds no longer */
};

struct story {
	/* The last that was heard, whatever it was. */
	uint64_t sequence, realtime_ns;
	/* Kills of the last notification; the first few of his own by name. */
	unsigned own, others, row_count;
	struct heard rows[STORY_ROWS];
	struct heard last; /* its last: why it was */
	uint64_t kill_ns;
	/* The worst warning of this episode; 0: none yet. */
	unsigned warned;
	uint64_t warned_ns;
	struct heard warning;
};

/*
 * Take what was heard in. now_ns: CLOCK_MONOTONIC; real_ns: CLOCK_REALTIME. What was heard before,
 * in this session or by its predecessor, is not told again.
 */
enum story_what story_take(struct story *story, const struct heard *heard, uint64_t now_ns,
			   uint64_t real_ns);

#endif
