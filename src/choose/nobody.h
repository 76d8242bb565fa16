/* SPDX-License-Identifier: MIT */
/* Is it worth to end somebody, and if not, why (R110)? Pure. */
#ifndef USEROOM_NOBODY_H
#define USEROOM_NOBODY_H

#include "look/proc.h"

#include <stdint.h>

/* Why nobody is ended though memory is low. Recorded: new ones are added at the end. */
enum nobody {
	NOBODY_NONE,          /* somebody is worth it; in a recording: it was not kept */
	NOBODY_SEEN,          /* there are only the kernel's threads, init and useroom itself */
	NOBODY_PROTECTED,     /* who holds memory must not be ended */
	NOBODY_NOT_PERMITTED, /* ... is not ours to signal */
	NOBODY_SIGNALLED,     /* ... was signalled already, and is not gone */
	NOBODY_HELD_BACK,     /* ... is like one that has just given nothing back */
	NOBODY_SMALL,         /* the best is too small to help, and nobody holds enough */
	NOBODY_UNREAD,   /* there are more than a scan can look at, and none of those is worth it */
	NOBODY_BUSY,     /* as many victims as can be followed are on their way */
	NOBODY_GONE,     /* whoever was chosen had gone by then, or the kernel refused */
	NOBODY_STILL,    /* a group's memory is short, and none in it was seen to grow by enough */
	NOBODY_REPEATED, /* too many were ended in this group lately (backoff.h) */
	NOBODY_STARTING, /* a group fills, and all in it began lately */
	NOBODY_UNCLEAR,  /* a NUMA node is short, and it is not clear who took its memory */
	NOBODY_GUARDED,  /* who grew has an oom_score_adj below 0, and there is time yet */
	NOBODY_COUNT,
};

/* What it says of a process that it is passed over for this; NOBODY_NONE: nothing. */
enum nobody nobody_of_skip(enum skip skip);

/*
 * Is the best of a sorted table worth ending when this much is needed? A small one (below
 * -min-victim) is not where it holds less than least_kib, or more than NOBODY_SMALL_MOST of its
 * size would be needed: one after another would die and nothing be gained. NOBODY_NONE: it is. Else
 * why not: of what keeps those that hold enough from being ended that which keeps most memory.
 */
#define NOBODY_SMALL_MOST 32
enum nobody nobody_why(const struct proc_table *table, uint64_t need_kib, uint64_t least_kib);

/* "protected": in JSON. */
const char *nobody_name(enum nobody nobody);

/* "all who hold memory are protected: ...": behind "nobody can be ended: ". */
const char *nobody_text(enum nobody nobody);

#endif
