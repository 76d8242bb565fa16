/* SPDX-License-Identifier: MIT */
/* The built-in list of processes without which a machine cannot be used or repaired
 * (-protect-critical). */
#ifndef USEROOM_CRITICAL_H
#define USEROOM_CRITICAL_H

#include <stdbool.h>

struct critical_entry {
	const char *path_glob;   /* of the executable, which a user cannot fake (match.h) */
	bool child_of_init_only; /* the listener, not what it starts for each session */
	const char *why;
};

extern const struct critical_entry critical_entries[];
extern const unsigned critical_count;

#endif
