/* SPDX-License-Identifier: MIT */
/*
 * The built-in list (-protect-critical). Pure. Processes without which a machine cannot be used or
 * repaired are never ended, and those that hold somebody's session come late.
 *
 * A path says which program was started, not what it does since: whoever may run a program can
 * load his own code into it (LD_PRELOAD, ptrace). So an entry also says whose process it must be.
 */
#ifndef USEROOM_CRITICAL_H
#define USEROOM_CRITICAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum critical_owner {
	OWNER_ROOT,
	OWNER_SYSTEM, /* root, or a system account while it holds little (CRITICAL_SYSTEM_MOST_KIB)
		       */
	OWNER_ANY,    /* for what comes late only */
};

struct critical_entry {
	/* Globs (match.h) of where the executable lies, with the last slash, and of its name. */
	const char *dir, *name;
	enum critical_owner owner; /* whose it must be */
	bool child_of_init_only;   /* the listener, not what it starts for each session */
	bool late;                 /* comes late; else it is never ended */
	const char *why;
};

extern const struct critical_entry critical_entries[];
extern const unsigned critical_count;

/* What an entry is asked about. */
struct critical_subject {
	const char *exe; /* the machine's own file (origin.h) */
	uint32_t uid;    /* real uid */
	pid_t ppid;
	uint64_t held_kib; /* what its end would give back */
};

/* Could an entry be about this executable, whosever it is? */
bool critical_asks(const char *exe);

/* The index of the first entry that is about this process, or -1. */
int critical_find(const struct critical_subject *subject);

#endif
