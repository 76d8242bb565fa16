/* SPDX-License-Identifier: MIT */
/*
 * What has memory of its own, runs short of it, and is looked at for itself: what was seen of it,
 * what stands, and one turn of it: look, decide, choose, look again, end, tell. The machine is the
 * only one; control groups at a limit of their own have a shorter turn (groups.h).
 */
#ifndef USEROOM_DOMAIN_H
#define USEROOM_DOMAIN_H

#include "act/event.h"
#include "act/pause.h"
#include "choose/growth.h"
#include "decide/policy.h"
#include "look/sample.h"

#include <stdbool.h>
#include <stdint.h>

/* What stands until the episode is over. Zeroed: nothing does. */
struct latches {
	struct pauses pauses;
	uint32_t told_nobody; /* 1 << enum nobody: each is told once (R22, R110) */
	enum holder told_futile;
};

struct domain {
	struct policy policy;
	struct growth growth;
	struct latches latches;
	bool blind;       /* the last look could read nothing */
	bool near;        /* the last look was near the level: read details at the next */
	uint64_t wake_ns; /* when to look at it again */
	uint64_t kept_ns; /* when candidates were kept last; 0: not since something was forgotten */
	uint64_t told_no_evidence_ns; /* when; 0: not yet */
	uint64_t told_not_taken_ns;   /* the same */
	uint64_t swapoff_ns;          /* swapoff was looked for: not before this again */
	uint64_t kernel_kills;        /* baseline */
	uint64_t kernel_kills_ns;     /* when it was read */
};

struct useroom;

/* Look at it, and do what has to be done. sample: what was seen, for whoever looks further. */
void domain_turn(struct useroom *u, struct domain *domain, struct sample *sample);

/* After a reload: what rests on the settings before it is forgotten. */
void domain_settings_changed(struct domain *domain);

/*
 * Tell an event with what the domain looks like now, outside the history. error: as of tell_look.
 */
void domain_tell(struct useroom *u, struct domain *domain, enum event_type type, int error);

#endif
