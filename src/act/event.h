/* SPDX-License-Identifier: MIT */
/*
 * What can be told: one struct, from which the log line, the JSON line, the hook's variables and
 * later the recording are made, so that they cannot disagree. Plain data.
 */
#ifndef USEROOM_EVENT_H
#define USEROOM_EVENT_H

#include "choose/nobody.h"
#include "choose/rank.h"
#include "choose/target.h"
#include "decide/policy.h"
#include "decide/squeeze.h"
#include "look/proc.h"
#include "look/sample.h"
#include "settings/config.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Names as they stand in JSON and in hooks' USEROOM_EVENT: event_name(). */
enum event_type {
	EVENT_START,
	EVENT_STOP,
	EVENT_RELOAD, /* configuration read again; error set when it was refused */
	EVENT_WARN,   /* -warn level reached */
	EVENT_LOW,  /* memory is low: an episode begins (debug level when a kill follows at once) */
	EVENT_KILL, /* a signal was sent (or would have been: dry_run) */
	EVENT_FREED,       /* a victim is gone: how much came back after how long */
	EVENT_STUCK,       /* a victim did not go away after SIGKILL, or after it was released */
	EVENT_NOBODY,      /* low, and no candidate is left */
	EVENT_FUTILE,      /* low, and ending processes cannot help */
	EVENT_KERNEL_KILL, /* the kernel's own killer was faster */
	EVENT_RECOVERED,   /* the episode is over */
	EVENT_FAILED,      /* a signal could not be sent: error is the errno */
	EVENT_NO_EVIDENCE, /* tasks are stalled, and nothing says that memory was taken */
	EVENT_SQUEEZED,    /* a control group thrashes at its own limit, or is throttled there; or a
			      NUMA node does */
	EVENT_TYPE_COUNT,
};

/* Of the path of a control group: one of Kubernetes with systemd has 195 bytes. */
#define EVENT_PATH_MAX 256

/* In place of a path, which begins with '/': a NUMA node, and its number. */
#define EVENT_NODE "node"

/* A control group at a limit of its own, or a NUMA node. */
struct event_group {
	uint64_t id;               /* of its path; 0: it is the machine's memory. Not recorded */
	char path[EVENT_PATH_MAX]; /* cut at its end */
	struct squeeze_view view;  /* rule SQUEEZE_NONE: it is the machine's memory */
};

struct event {
	enum event_type type;
	uint64_t now_ns;      /* CLOCK_MONOTONIC */
	uint64_t realtime_ns; /* CLOCK_REALTIME */
	bool dry_run;
	int error;              /* errno of what failed, or 0 */
	const char *error_call; /* static name of the call that failed, or NULL */

	uint64_t decided_ns;  /* KILL: when the look began that led to it */
	struct sample sample; /* the look on which it was decided */
	struct decision decision;

	/* EVENT_KILL, FREED, STUCK, FAILED */
	int signal;        /* SIGTERM or SIGKILL */
	bool escalated;    /* SIGKILL to a victim that had SIGTERM before */
	bool swapped_out;  /* SIGKILL in place of SIGTERM: it could not leave in time (R89) */
	bool ignores_term; /* SIGKILL in place of SIGTERM, which it would not mind (R103) */
	struct target target;
	char user[32]; /* "" when unknown */
	bool has_next; /* who would have been next */
	struct {
		pid_t pid;
		char comm[COMM_MAX];
		uint64_t freeable_kib;
	} next;
	/* from the look that decided to the return of the system call */
	uint64_t decide_to_signal_ns;
	unsigned repeat_count; /* victims of the same unit or name within REPEAT_WINDOW, with this
				  one */

	/* EVENT_START, EVENT_RELOAD: event_settings(); interval_ns 0: they are not known */
	uint32_t mem_term_ppm, mem_kill_ppm, swap_term_ppm, swap_kill_ppm;
	uint64_t level_kib[LEVEL_COUNT]; /* not 0: that one was written as this amount */
	uint64_t interval_ns;
	uint32_t stall_milli;

	/* EVENT_FREED, EVENT_STUCK, EVENT_RECOVERED */
	uint64_t since_signal_ns;
	uint64_t came_back_kib; /* what memory and swap gained since the signal */
	bool held_back; /* FREED: it gave nothing, and its like is held back; NOBODY: some are */
	enum nobody nobody;  /* NOBODY, SQUEEZED: why */
	bool exited_by_term; /* FREED: it left before SIGKILL was needed */

	/*
	 * EVENT_SQUEEZED: and unit and container of the victim, which is nobody. The group for
	 * whose sake somebody was ended: KILL, FREED, STUCK, FAILED.
	 */
	struct event_group group;
	uint64_t first_event; /* the recorded number of its KILL: its incident begins there; 0: none
				 is kept any more */

	/* EVENT_RECOVERED, EVENT_KERNEL_KILL */
	unsigned kills; /* victims in this episode; kills by the kernel since the last look */
};

/* What stands in event_group.path, and in recordings, is a NUMA node. */
static inline bool event_is_node(const char *path)
{
	return strncmp(path, EVENT_NODE, sizeof(EVENT_NODE) - 1) == 0;
}

/* Its name in JSON and for hooks, e.g. "kill". */
const char *event_name(enum event_type type);

/* Fill the settings in force: the levels (of the totals in the sample), interval_ns, stall_milli.
 */
void event_settings(struct event *event, const struct config *config);

/* Fill user from what was read of the victim. Reads /etc/passwd: after the signal, not before. */
void event_describe(struct event *event);

#endif
