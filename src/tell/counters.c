/* SPDX-License-Identifier: MIT */
#include "tell/counters.h"

#include <assert.h>
#include <signal.h>
#include <string.h>

/* 0 +: they are of two enums, and compilers say so. */
_Static_assert(0 + STALL_RULE_COUNT <= RECORDING_REASON_GROUP, "each rule has a row");
_Static_assert(0 + EVENT_TYPE_COUNT <= RECORDING_TYPES, "each event has a row");
_Static_assert(0 + NOBODY_COUNT <= RECORDING_WHY_NOBODY, "each reason has a row");

static void count_unit(struct recording_counters *c, const char *name, unsigned victims)
{
	size_t length = strnlen(name, sizeof(c->units[0].name) - 1);

	for (unsigned i = 0; i < RECORDING_UNITS && length > 0; i++) {
		struct recording_unit *unit = &c->units[i];

		if (unit->name[0] == '\0')
			memcpy(unit->name, name, length);
		if (strncmp(unit->name, name, length) != 0 || unit->name[length] != '\0')
			continue;
		unit->kills += victims;
		return;
	}
	c->other_units += victims;
}

static void count_kill(struct recording_counters *c, const struct event *e)
{
	unsigned reason = e->group.view.rule != SQUEEZE_NONE ? RECORDING_REASON_GROUP
			  : e->decision.by_stall             ? e->decision.stall.rule
							     : STALL_NONE;
	unsigned victims = target_victims(&e->target);

	if (e->escalated) {
		c->escalations += victims; /* the same once more */
		return;
	}
	c->kills[reason][e->signal == SIGKILL][e->dry_run] += victims;
	if (!e->dry_run)
		count_unit(c, e->target.victim.unit, victims);
}

static void count_freed(struct recording_counters *c, const struct event *e)
{
	c->freed++;
	c->freed_kib += e->came_back_kib;
	c->freed_ns += e->since_signal_ns;
}

void counters_add(struct recording_counters *c, const struct event *e)
{
	assert((unsigned)e->type < EVENT_TYPE_COUNT);
	c->events[e->type]++;
	if (e->type == EVENT_KILL)
		count_kill(c, e);
	else if (e->type == EVENT_FREED)
		count_freed(c, e);
	else if (e->type == EVENT_NOBODY)
		c->nobody[e->nobody]++;
	else if (e->type == EVENT_KERNEL_KILL)
		c->kernel_kills += e->kills;
	else if (e->type == EVENT_RECOVERED && e->kills == 0)
		c->near_misses++;
	else if (e->type == EVENT_RELOAD)
		c->reloads_failed += c->last_reload_failed = e->error != 0;
}
