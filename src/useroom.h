/* SPDX-License-Identifier: MIT */
/* Everything that lives as long as the process. */
#ifndef USEROOM_H
#define USEROOM_H

#include "act/act.h"
#include "act/release.h"
#include "choose/rank.h"
#include "choose/scan.h"
#include "domain.h"
#include "groups.h"
#include "look/sense.h"
#include "settings/config.h"
#include "tell/hook.h"
#include "tell/incident.h"
#include "tell/record.h"

#include <stdbool.h>
#include <stdint.h>

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

	uint64_t watchdog_ns; /* when the watchdog is due; UINT64_MAX without one */
	unsigned hooks_lost;
};

#endif
