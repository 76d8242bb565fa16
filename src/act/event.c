/* SPDX-License-Identifier: MIT */
#include "act/event.h"

#include "base/users.h"

#include <assert.h>

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
	};

	assert((unsigned)type < EVENT_TYPE_COUNT);
	return names[type];
}

void event_describe(struct event *event)
{
	(void)users_name(event->victim.uid, event->user, sizeof(event->user));
}
