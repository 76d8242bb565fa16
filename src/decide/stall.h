/* SPDX-License-Identifier: MIT */
/*
 * Near-OOM: does the machine thrash? Pure: (config, samples seen before, sample) -> how many tasks
 * are stalled, what share of time that costs, and whether it has to end. Time comes in with the
 * sample. doc/theory-of-operation.md derives it and says where it is blind.
 *
 * The number of stalled tasks is Little's law: pages per second that had been in memory a short
 * while ago and that a fault waits for, times the mean time of a read. It needs /proc/vmstat and
 * /proc/diskstats, on any kernel since 3.15, with or without pressure stall information, cgroups,
 * or swap.
 */
#ifndef USEROOM_STALL_H
#define USEROOM_STALL_H

#include "decide/taken.h"
#include "look/sample.h"
#include "settings/config.h"

#include <stdbool.h>
#include <stdint.h>

/* What was found; the names are in the log and in JSON (stall_rule_name). */
enum stall_rule {
	STALL_NONE,
	STALL_REFAULTS, /* -stall tasks are stalled by thrashing: they wait for refaults */
	STALL_FAULTS,   /* twice as many wait for any page: for kernels that do not count refaults,
			   or count them badly */
	STALL_SLOW,     /* a quarter of -stall, for as long as -stall-hold */
	STALL_FLOOD,    /* memory is poured into swap and allocations wait for it, at the SIGKILL
			   level; or at one and a half times that of SIGTERM, when swap too will be
			   at its level in ten seconds: above it only who grows is ended */
	STALL_PRESSURE, /* a quarter of -stall, and the kernel too says that nobody gets on (R12:
			   never alone) */
	STALL_FALLING,  /* a twentieth of -stall, what comes back was taken, and memory goes away so
			   fast that the levels are reached in ten seconds; it only ends who
			   grows */
	STALL_RULE_COUNT,
};

/* What says that memory was taken, and that it is not how this machine has always worked. */
enum stall_evidence {
	EVIDENCE_NONE,
	EVIDENCE_GROWTH, /* memory that cannot be dropped grew as it began, or since (taken.h) */
	EVIDENCE_KERNEL, /* the kernel itself says so of what is read back (activations) */
	EVIDENCE_SWAP, /* what is read back was in swap, and more comes back than was there: it was
			  taken from whoever needs it, whoever took it */
};

/* What the last two seconds show. */
struct stall_view {
	bool open;                 /* memory is short: the counters are read and count */
	bool suspicious;           /* a twentieth of -stall: be ready */
	enum stall_rule rule;      /* what has to end, or STALL_NONE */
	enum stall_rule held_back; /* what would have to, but for want of evidence; or STALL_NONE */
	enum stall_evidence evidence; /* for the rule */
	uint32_t waiting_milli;       /* stalled tasks, in thousandths */
	uint64_t reach_ns; /* at the speed of the window the SIGTERM levels are reached in this
			      time; UINT64_MAX: not */
	/* the share of time that a program which needs its memory loses to that */
	uint32_t lost_ppm;
};

/* The counters of one look that had them. */
struct stall_point {
	uint64_t now_ns;
	uint32_t have;
	struct waits waits;
	uint64_t running;
	uint64_t available_kib, swap_free_kib, free_pages;
};

/* When a rule's condition began to hold, and how it was then. */
struct stall_since {
	uint64_t now_ns; /* 0: it does not hold */
	struct waits waits;
	uint64_t swap_used_kib;
};

#define STALL_POINTS 12

struct stall {
	unsigned count, newest;
	struct stall_point points[STALL_POINTS];
	struct stall_since since[STALL_RULE_COUNT];
	struct taken taken;
	bool settled;          /* there is a whole window since the gate opened: */
	double first_refaults; /* so many were read back in a second of the first one */
	struct stall_view view;
};

/*
 * Is memory so short that waiting is counted? The gate: available memory at most twice -stall-below
 * (above it only falling memory is acted on), and so little free that reclaim is at work; once open
 * it stays so until clearly more is free.
 */
bool stall_open(const struct config *config, const struct sample *sample, bool open);

/* Should this look read the counters (sense_waits)? While the gate is open, and the last ones are
 * old enough. */
bool stall_wants(const struct stall *stall, const struct config *config,
		 const struct sample *sample);

/* Take over a look, in the order of time; one without HAVE_WAITS changes nothing but the gate. */
struct stall_view stall_follow(struct stall *stall, const struct config *config,
			       const struct sample *sample);

/* Forget what was seen: a victim has gone, and what comes now is another machine. */
void stall_forget(struct stall *stall);

/* When to look again at the latest while the gate is open, ns after the look. */
uint64_t stall_pause(const struct stall_view *view);

/* May only a process that grows be ended for it? The kernel's word would be needed for others, and
 * they do not make memory fall. */
bool stall_only_growing(const struct stall_view *view);

/* The rule that holds, whether or not there is evidence to act on it; or STALL_NONE. */
static inline enum stall_rule stall_seen(const struct stall_view *view)
{
	return view->rule != STALL_NONE ? view->rule : view->held_back;
}

/* "none", "growth", "kernel", "swap" */
const char *stall_evidence_name(enum stall_evidence evidence);

/* "refaults", "swap-flood", ... */
const char *stall_rule_name(enum stall_rule rule);

#endif
