/* SPDX-License-Identifier: MIT */
/* Everything that lives as long as the process. */
#ifndef USEROOM_H
#define USEROOM_H

#include "act/act.h"
#include "act/release.h"
#include "choose/growth.h"
#include "choose/rank.h"
#include "choose/scan.h"
#include "decide/policy.h"
#include "groups.h"
#include "look/sense.h"
#include "settings/config.h"
#include "tell/hook.h"
#include "tell/incident.h"
#include "tell/record.h"

#include <stdbool.h>
#include <stdint.h>

/* What stands until the episode is over. Zeroed: nothing does. */
struct latches {
	uint64_t choose_ns;   /* nobody could be ended: not before this again */
	uint64_t early_ns;    /* before the level nobody grew: not before this again, except by the
				 levels */
	uint64_t swap_ns;     /* with swap: nobody above the SIGKILL level before this */
	uint32_t told_nobody; /* 1 << enum nobody: each is told once (R22, R110) */
	enum holder told_futile;
};

/*
 * What has memory of its own, runs short of it, and is looked at for itself: what was seen of it
 * and what stands. The machine is the only one; a control group with a limit would be another.
 */
struct domain {
	struct policy policy;
	struct growth growth;
	struct latches latches;
	bool near;        /* the last look was near the level: read details at the next */
	uint64_t wake_ns; /* when to look at it again */
	uint64_t kept_ns; /* when candidates were kept last; 0: not since something was forgotten */
};

struct useroom {
	struct config config;
	struct config_source source;
	int proc_fd;
	int signal_fd;
	bool quit;
	bool locked; /* holds the single-instance lock */

	struct sense sense;
	struct domain machine;
	struct scan scan;
	struct rank rank;
	struct groups groups;
	struct release release;
	struct act act;
	struct hook hook;
	struct hook pre_kill;
	struct proc_table table;
	struct record record;
	struct incident incident;
	uint64_t near_miss_ns;  /* when one was kept; 0: none yet */
	uint64_t episode_event; /* the recorded number of the first event of this episode */

	uint32_t limits; /* enum recording_limits: what it cannot do here */

	bool blind;                   /* the last look could read nothing */
	uint64_t watchdog_ns;         /* when the watchdog is due; UINT64_MAX without one */
	uint64_t told_no_evidence_ns; /* when; 0: not yet */
	uint64_t swapoff_ns;          /* swapoff was looked for: not before this again */
	uint64_t kernel_kills;        /* baseline */
	uint64_t kernel_kills_ns;     /* when it was read */
	unsigned hooks_lost;
};

#endif
