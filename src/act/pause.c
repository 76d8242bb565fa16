/* SPDX-License-Identifier: MIT */
#include "act/pause.h"

#include "base/util.h"

#include <assert.h>
#include <stdbool.h>

/* Nobody could be ended, or it would not have helped: again soon (R82: not a whole -i of twenty
 * seconds later, for somebody may begin to grow meanwhile), for one part in this of the time. */
#define AGAIN_NS   (1 * NS_PER_S)
#define AGAIN_COST 50

/* Above the levels nobody was seen to grow: one part in this of the time. */
#define GROWING_NS   (200 * NS_PER_MS)
#define GROWING_COST 5

/*
 * R89: where swap counts, what a victim gives back is taken at once by those that were swapped out
 * for it, and it takes them a while: above the SIGKILL level one victim in this time. Eleven in 6.5
 * s were seen where a third of 26 alike programs did not fit.
 */
#define SWAP_NS (1 * NS_PER_S)

static const struct {
	const char *name, *text;
} pauses_said[PAUSE_COUNT] = {
	[PAUSE_NONE] = {"none", "no pause"},
	[PAUSE_NOBODY] = {"nobody", "nobody could be ended just now"},
	[PAUSE_FUTILE] = {"futile", "just now it could not have helped"},
	[PAUSE_INTERVAL] = {"interval", "one victim an interval (-i) while memory is above its "
					"level"},
	[PAUSE_SWAP] = {"swap", "what the last victim gives back is filled from swap"},
	[PAUSE_LEVEL] = {"level", "nobody was worth an end above the SIGKILL level"},
	[PAUSE_GROWING] = {"growing", "only one that grows would be, and just now none did"},
};

static uint64_t length_ns(enum pause which, const struct config *c, uint64_t took_ns)
{
	switch (which) {
	case PAUSE_NOBODY:
	case PAUSE_LEVEL:
	case PAUSE_FUTILE:
		return min_u64(c->interval_ns, max_u64(AGAIN_NS, took_ns * AGAIN_COST));
	case PAUSE_INTERVAL:
		return c->interval_ns;
	case PAUSE_SWAP:
		return SWAP_NS;
	case PAUSE_GROWING:
		return max_u64(GROWING_NS, took_ns * GROWING_COST);
	case PAUSE_NONE:
	case PAUSE_COUNT:
		break;
	}
	return 0;
}

void pause_begin(struct pauses *pauses, enum pause which, const struct config *config,
		 uint64_t now_ns, uint64_t scan_took_ns)
{
	assert((unsigned)which < PAUSE_COUNT);
	pauses->until_ns[which] = now_ns + length_ns(which, config, scan_took_ns);
}

/* Full swap alone (-trigger or) may be full for ever: one victim an interval, as the Go program
 * did. */
enum pause pause_after_victim(const struct decision *d)
{
	if (!d->mem_low)
		return PAUSE_INTERVAL;
	return d->swap_counts ? PAUSE_SWAP : PAUSE_NONE;
}

void pause_settings_changed(struct pauses *pauses)
{
	*pauses = (struct pauses){.until_ns[PAUSE_SWAP] = pauses->until_ns[PAUSE_SWAP]};
}

/* The levels do not wait for one that grows, nor the SIGKILL level for swap, or for what was said
 * of those above it. */
static bool concerns(enum pause pause, const struct decision *d)
{
	if (pause == PAUSE_SWAP || pause == PAUSE_LEVEL)
		return d->action != ACTION_KILL;
	/* The interval is for memory above its levels; what is full swap alone is no hurry. */
	if (pause == PAUSE_INTERVAL)
		return d->action != ACTION_KILL || !d->mem_low;
	return pause != PAUSE_GROWING || policy_only_growing(d);
}

enum pause pause_now(const struct pauses *pauses, const struct decision *d, uint64_t now_ns)
{
	for (enum pause i = PAUSE_NONE + 1; i < PAUSE_COUNT; i++) {
		if (now_ns < pauses->until_ns[i] && concerns(i, d))
			return i;
	}
	return PAUSE_NONE;
}

const char *pause_name(enum pause pause)
{
	assert((unsigned)pause < PAUSE_COUNT);
	return pauses_said[pause].name;
}

const char *pause_text(enum pause pause)
{
	assert((unsigned)pause < PAUSE_COUNT);
	return pauses_said[pause].text;
}
