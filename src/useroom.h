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
#include "numa.h"
#include "settings/config.h"
#include "tell/hook.h"
#include "tell/incident.h"
#include "tell/record.h"

#include <stdbool.h>
#include <stdint.h>

struct useroom {
	struct config config;
	struct config_source source;

	/*
	 * What looks and what acts, whosever memory is short: there is one list of processes, and
	 * one that sends signals. What the machine's tasks wait for is asked by its groups too.
	 */
	int proc_fd;
	struct sense sense;
	struct scan scan;
	struct rank rank;
	struct proc_table table;
	struct release release;
	struct act act;
	struct hook pre_kill;

	/* Whose memory can be short, and what was seen of each. */
	struct domain machine;
	struct groups groups;
	struct numa numa;

	/* What tells and what keeps. */
	struct hook hook;
	unsigned hooks_lost;
	struct record record;
	struct incident incident;
	uint64_t near_miss_ns;  /* when one was kept; 0: none yet */
	uint64_t episode_event; /* the recorded number of the first event of this episode */
	uint32_t limits;        /* enum recording_limits: what it cannot do here */

	/* The loop's own. */
	int signal_fd;
	int set_fd;         /* epoll: all that is its own in one; only with set_count > 0 */
	unsigned set_count; /* how many are in it */
	bool quit;
	bool locked;          /* holds the single-instance lock */
	uint64_t watchdog_ns; /* when the watchdog is due; UINT64_MAX without one */
};

#endif
