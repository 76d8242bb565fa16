/* SPDX-License-Identifier: MIT */
/*
 * Which processes there are and what each holds: /proc read so that the largest are found first and nothing more is
 * read than the choice needs (doc in scan.c). Never reads a file that waits for a process's mmap lock (R31).
 */
#ifndef USEROOM_SCAN_H
#define USEROOM_SCAN_H

#include "config.h"
#include "proc.h"

#include <stdbool.h>
#include <stdint.h>

#define SCAN_LIST_MAX 65536 /* processes one scan can list: two times 30,000 and room */
#define SCAN_READ_MAX 512   /* processes one scan reads in full before it settles for the best of them */

/* The processes that were read in full, best victim first once rank_sort() has run. */
struct proc_table {
	unsigned count;
	bool truncated;  /* more processes than SCAN_LIST_MAX, or more alike ones than SCAN_READ_MAX */
	bool kept;       /* answered from the kept candidates, without a full scan */
	unsigned listed; /* processes seen */
	uint64_t took_ns;
	struct proc procs[SCAN_READ_MAX];
};

#endif
