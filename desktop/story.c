/* SPDX-License-Identifier: MIT */
#include "story.h"

#include "base/util.h"

/* Where one goes, and it was not enough, the next follows within seconds. */
#define TOGETHER_NS (10 * NS_PER_S)
/* A warning of what was a minute ago helps nobody. */
#define STALE_NS (60 * NS_PER_S)
/* The end of an episode is not heard where there was none: -warn alone. */
#define EPISODE_NS (600 * NS_PER_S)

/* The recording may have begun anew, and the clock may have been set: both say that it is old. */
static bool was_heard(const struct story *s, const struct heard *h)
{
	return h->sequence <= s->sequence && h->realtime_ns <= s->realtime_ns;
}

static enum story_what take_kill(struct story *s, const struct heard *h, uint64_t now)
{
	bool again = s->own + s->others > 0 && minus_u64(now, s->kill_ns) < TOGETHER_NS;

	if (h->dry_run || h->escalated)
		return STORY_NOTHING; /* nobody was ended; or he who was told of already */
	if (!again)
		s->own = s->others = s->row_count = 0;
	if (h->name[0] == '\0')
		s->others++;
	else if (s->own++ < STORY_ROWS)
		s->rows[s->row_count++] = *h;
	s->last = *h;
	s->kill_ns = now;
	/* What comes of it is heard soon; that nobody else is there matters no more. */
	s->warned = 2;
	s->warned_ns = now;
	return again ? STORY_KILL_AGAIN : STORY_KILL;
}

static enum story_what take_warning(struct story *s, const struct heard *h, unsigned how_bad,
				    uint64_t now, uint64_t real)
{
	if (h->realtime_ns + STALE_NS < real)
		return STORY_NOTHING;
	if (s->warned > 0 && minus_u64(now, s->warned_ns) > EPISODE_NS)
		s->warned = 0;
	if (how_bad <= s->warned)
		return STORY_NOTHING;
	s->warned = how_bad;
	s->warned_ns = now;
	s->warning = *h;
	return STORY_WARNING;
}

enum story_what story_take(struct story *s, const struct heard *h, uint64_t now, uint64_t real)
{
	if (h->kind == HEARD_HELLO || was_heard(s, h))
		return STORY_NOTHING;
	s->sequence = h->sequence;
	s->realtime_ns = h->realtime_ns;
	switch (h->kind) {
	case HEARD_KILL:
		return take_kill(s, h, now);
	case HEARD_WARN:
		return take_warning(s, h, 1, now, real);
	case HEARD_NOBODY:
	case HEARD_FUTILE:
		return take_warning(s, h, 2, now, real);
	case HEARD_KERNEL_KILL:
		return take_warning(s, h, 3, now, real);
	case HEARD_RECOVERED:
		s->warned = 0;
		return STORY_OVER;
	case HEARD_HELLO:
	case HEARD_OTHER:
		break;
	}
	return STORY_NOTHING;
}
