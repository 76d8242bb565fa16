/* SPDX-License-Identifier: MIT */
/*
 * When to act, and when to look again: (config, what was seen before, sample, what is coming back)
 * -> decision. Pure: no system call, no clock; time comes in with the sample.
 */
#ifndef USEROOM_POLICY_H
#define USEROOM_POLICY_H

#include "decide/stall.h"
#include "look/sample.h"
#include "settings/config.h"

#include <stdbool.h>
#include <stdint.h>

enum action {
	ACTION_NONE,
	ACTION_TERM,
	ACTION_KILL,
};

/* Who holds the memory when ending processes cannot free enough (R05). */
enum holder {
	HOLDER_NONE,
	HOLDER_SHMEM,
	HOLDER_HUGETLB,
	HOLDER_SLAB,
	HOLDER_KERNEL,
	HOLDER_UNKNOWN,
	HOLDER_PROTECTED, /* processes that must not be ended */
	HOLDER_BALLOON,   /* the host, which can give it back */
	HOLDER_SWAPOFF,   /* nobody yet: swapoff(2) is under way, and brings it back into memory */
	HOLDER_NOBODY, /* nobody took what is missing: it went to the page cache or the CPUs' lists
			*/
	HOLDER_COUNT,
};

/*
 * What is known beside a sample, from whoever acts and from a scan: what is on its way back, and
 * what will not come. Zeroed: nothing is.
 */
struct coming {
	/* What victims that were already signalled are still expected to give back (act.h), and
	 * what is free but not counted yet. */
	uint64_t mem_kib;
	uint64_t swap_kib;
	uint32_t victims;        /* how many are on their way */
	uint64_t unkillable_kib; /* of anon_kib: what processes hold that must not be ended; 0
				    before a scan */
};

/* The course of things: what hangs on the looks before, and is answered once a look. */
struct course {
	uint64_t wake_ns; /* CLOCK_MONOTONIC: when to look again at the latest */
	bool near;        /* close enough that candidates should be kept ready, and details read */
	bool warn;        /* entered the warning zone: once an episode */
	bool episode_begins; /* first low look */
	bool episode_ends;   /* recovered */
	uint64_t episode_ns; /* how long it has lasted, or lasted */
	uint64_t reach_ns;   /* at the speed just seen the level is reached in this time; very large
				when it is not */
	uint64_t fall_kib_per_s; /* the speed at which available memory is going away; 0 when it is
				    not */
};

/* The verdict on a sample, which is asked afresh before a shot, and the course of things. */
struct decision {
	enum action action;
	bool low; /* at or below the SIGTERM level, or stalled, whether or not something is done
		     about it */
	/* at or below the SIGKILL level: what was sent SIGTERM is not waited for */
	bool kill_level;
	bool by_stall; /* the levels alone would do nothing: the stall has to end */
	struct stall_view stall;
	bool mem_low, swap_low;
	bool swap_counts;       /* swap took part in the decision */
	uint32_t mem_limit_ppm; /* the limits that were compared */
	uint32_t swap_limit_ppm;
	uint64_t mem_limit_kib; /* not 0: that limit was written as this amount */
	uint64_t swap_limit_kib;
	uint32_t mem_ppm;  /* what was measured: available of total */
	uint32_t swap_ppm; /* free of total; 0 without swap */
	uint64_t need_kib; /* what must come back to be above the level that was reached */
	/* low, but what is coming back from earlier victims is enough: action is NONE */
	bool covered;
	/* swapoff(2) is under way and gets on: nobody else is ended meanwhile, above the SIGKILL
	 * level */
	bool swapoff;
	bool end_swapoff;    /* and what it still brings does not fit: it is the one to end */
	enum holder futile;  /* not HOLDER_NONE: ending processes cannot reach the level; who holds
				the memory */
	uint64_t futile_kib; /* how much that holder has */
	struct course course;
};

/* Was what is missing taken since memory was last above the SIGTERM level? */
enum held {
	HELD_NEVER,   /* it was not above it yet */
	HELD_KNOWN,   /* what was held then is known */
	HELD_UNKNOWN, /* it is not: not asked */
	HELD_TAKEN,   /* it was: who goes next is not asked either */
};

struct policy {
	bool started;
	uint64_t last_ns;
	uint64_t wake_ns; /* when the last decision meant to look again */
	uint64_t last_available_kib;
	uint64_t last_swap_free_kib;
	uint64_t fall_kib_per_s;
	bool in_episode;
	bool stall_episode; /* this episode began, or went on, by a stall */
	bool warned;
	uint64_t episode_start_ns;
	uint64_t above_since_ns; /* recovered since, 0: still low; an episode ends after
				    POLICY_SETTLE_NS of it */
	uint64_t stall_quiet_ns; /* no victim for a stall before this: what the last one gave back
				    is being read in (R55) */
	uint64_t leaving_kib;    /* the least that swapoff had left to bring back, ... */
	uint64_t leaving_ns;     /* ... and since when */
	bool stall_victims;      /* at the last look victims were on their way */
	enum held held;
	uint64_t held_kib;      /* what was held when memory was last above the SIGTERM level */
	uint64_t held_need_kib; /* what was missing already when that was read; mostly 0 */
	struct stall stall;
	unsigned cpus; /* how many CPUs can fill memory at the same time */
};

/* cpus: online CPUs; bounds the fastest fall that must be expected. */
void policy_init(struct policy *policy, unsigned cpus);

/* Levels may be others now: who took what is missing is asked from here on. */
void policy_settings_changed(struct policy *policy);

/*
 * So long nobody looked although it was time to: the daemon was stopped or starved, or the machine
 * stood still; 0: no such gap. policy_decide() forgets then what was seen before, and whoever
 * counts time that was watched must do so too (R83). Ask before it decides. A machine that was
 * suspended has no gap: CLOCK_MONOTONIC stands still with it.
 */
uint64_t policy_gap_ns(const struct policy *policy, uint64_t now_ns);

/* Should sense_waits() add to this sample, before it is decided on? */
bool policy_wants_waits(const struct policy *policy, const struct config *config,
			const struct sample *sample);

/*
 * Decide on a sample that is newer than the last one. A sample without HAVE_MEM decides nothing and
 * looks again soon.
 */
struct decision policy_decide(struct policy *policy, const struct config *config,
			      const struct sample *sample, const struct coming *coming);

/*
 * May only a process that grows be ended? So it is where tasks are stalled, unless the kernel's own
 * word is clear: one that stands still has taken nothing.
 */
bool policy_only_growing(const struct decision *decision);

/*
 * The same question on a newer sample (taken with detail, or after the victim was chosen), without
 * moving the history: levels, action, need and what is futile are answered afresh; the stall, less
 * what has come back meanwhile, and the course are those of `earlier`.
 */
struct decision policy_confirm(const struct config *config, const struct sample *sample,
			       const struct coming *coming, const struct decision *earlier);

#endif
