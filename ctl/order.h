/* SPDX-License-Identifier: MIT */
/* Which rows of a table are shown, and in which order. Pure but for the names of users. */
#ifndef USEROOM_CTL_ORDER_H
#define USEROOM_CTL_ORDER_H

#include "look/proc.h"

#include <stdbool.h>

enum order_key {
	ORDER_BADNESS, /* as they would go; one that would not stands among them by what it holds */
	ORDER_MEMORY,
	ORDER_PID,
	ORDER_NAME,
	ORDER_COUNT,
};

/* "order", "memory", ...: what `top` says it is sorted by. */
const char *order_text(enum order_key key);

/* Does the text stand somewhere in its number, names or owner? Letters' case does not matter; "" is
 * in everything. */
bool order_matches(const struct proc *proc, const char *filter);

/* The numbers of the rows of a sorted table that match, in the order of the key; those that are
 * alike as they were. */
unsigned order_rows(const struct proc_table *table, enum order_key key, const char *filter,
		    unsigned ret[SCAN_READ_MAX]);

#endif
