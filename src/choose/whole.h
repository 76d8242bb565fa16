/* SPDX-License-Identifier: MIT */
/*
 * Where a control group's owner wants all of it to go together (memory.oom.group): who is sent the
 * signal, and whether it may be. Pure. All or none, as the kernel has it.
 */
#ifndef USEROOM_WHOLE_H
#define USEROOM_WHOLE_H

#include "choose/nobody.h"
#include "look/proc.h"

#include <stdbool.h>

/*
 * Of a table that was judged with the group's members (rank_of_group()): why they may not go;
 * NOBODY_NONE: they may.
 */
enum nobody whole_why(const struct proc_table *table);

/*
 * The rows that are signalled: the first processes of its PID namespaces, as of a container, with
 * which all others there go; where there is none, all. Those from `row` on, at most `most`; returns
 * how many, and in ret_next where to go on.
 */
unsigned whole_rows(const struct proc_table *table, unsigned row, const struct proc **ret,
		    unsigned most, unsigned *ret_next);

#endif
