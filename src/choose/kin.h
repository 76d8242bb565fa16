/* SPDX-License-Identifier: MIT */
/*
 * Who among the processes that were read is related to whom: which use one memory, and from whom
 * the best of them may have inherited its own. Then what each would give back is known as far as it
 * can be (share.h), and the table is sorted.
 */
#ifndef USEROOM_KIN_H
#define USEROOM_KIN_H

#include "choose/scan.h"

/* Fill mm_of, read parents of the best where they are missing, and sort the table. */
void kin_settle(struct scan *scan, struct rank *rank, struct proc_table *table);

#endif
