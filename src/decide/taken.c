/* SPDX-License-Identifier: MIT */
#include "decide/taken.h"

#include "base/util.h"

#include <stdbool.h>

/* So far apart that the points reach over a minute. */
#define STEP_NS (2 * NS_PER_S)

/* SUnreclaim: dentries and inodes that can be dropped are not. */
uint64_t taken_held_kib(const struct sample *s)
{
	return s->anon_kib + s->shmem_kib + s->slab_kib +
	       minus_u64(s->swap_total_kib, s->swap_free_kib);
}

static unsigned back(const struct taken *t, unsigned i)
{
	return (t->newest + TAKEN_POINTS - i) % TAKEN_POINTS;
}

/* The newest point is of the last look, and stays when it is old enough. */
void taken_follow(struct taken *t, const struct sample *s)
{
	bool next = t->count < 2 ||
		    t->points[t->newest].now_ns - t->points[back(t, 1)].now_ns >= STEP_NS;

	if (!(s->have & HAVE_DETAIL))
		return;
	if (next) {
		t->newest = (t->newest + 1) % TAKEN_POINTS;
		t->count = t->count < TAKEN_POINTS ? t->count + 1 : TAKEN_POINTS;
	}
	t->points[t->newest].now_ns = s->now_ns;
	t->points[t->newest].held_kib = taken_held_kib(s);
}

uint64_t taken_since(const struct taken *t, uint64_t from_ns)
{
	uint64_t most = 0;

	for (unsigned i = 0; i < t->count && t->points[back(t, i)].now_ns >= from_ns; i++)
		most = max_u64(most, minus_u64(t->points[t->newest].held_kib,
					       t->points[back(t, i)].held_kib));
	return most;
}
