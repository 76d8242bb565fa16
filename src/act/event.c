/* SPDX-License-Identifier: MIT */
#include "act/event.h"

#include "base/users.h"
#include "settings/level.h"

#include <assert.h>
#include <string.h>

const char *event_name(enum event_type type)
{
	static const char *const names[EVENT_TYPE_COUNT] = {
		[EVENT_START] = "start",
		[EVENT_STOP] = "stop",
		[EVENT_RELOAD] = "reload",
		[EVENT_WARN] = "warn",
		[EVENT_LOW] = "low",
		[EVENT_KILL] = "kill",
		[EVENT_FREED] = "freed",
		[EVENT_STUCK] = "stuck",
		[EVENT_NOBODY] = "nobody",
		[EVENT_FUTILE] = "futile",
		[EVENT_KERNEL_KILL] = "kernel_kill",
		[EVENT_RECOVERED] = "recovered",
		[EVENT_FAILED] = "failed",
		[EVENT_NO_EVIDENCE] = "no_evidence",
		[EVENT_SQUEEZED] = "squeezed",
	};

	assert((unsigned)type < EVENT_TYPE_COUNT);
	return names[type];
}

void event_settings(struct event *e, const struct config *c)
{
	uint64_t mem_kib = e->sample.mem_total_kib, swap_kib = e->sample.swap_total_kib;

	e->mem_term_ppm = level_ppm(c, LEVEL_MEM_TERM, mem_kib);
	e->mem_kill_ppm = level_ppm(c, LEVEL_MEM_KILL, mem_kib);
	e->swap_term_ppm = level_ppm(c, LEVEL_SWAP_TERM, swap_kib);
	e->swap_kill_ppm = level_ppm(c, LEVEL_SWAP_KILL, swap_kib);
	memcpy(e->level_kib, c->level_kib, sizeof(e->level_kib));
	e->interval_ns = c->interval_ns;
	e->stall_milli = c->stall_milli;
}

void event_describe(struct event *event)
{
	(void)users_name(event->target.victim.uid, event->user, sizeof(event->user));
}
