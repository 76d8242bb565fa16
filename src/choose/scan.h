/* SPDX-License-Identifier: MIT */
/*
 * Which processes there are and what each holds: /proc read so that the largest are found first and
 * no more is read than the choice needs (scan.c tells how). Never reads a file that waits for a
 * process's mmap lock (R31).
 */
#ifndef USEROOM_SCAN_H
#define USEROOM_SCAN_H

#include "choose/rank.h"
#include "look/origin.h"
#include "look/proc.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * So many processes with the largest keys are remembered of all that are listed, however many there
 * are. No more than a hundred can hold one percent of memory for themselves.
 */
#define SCAN_LIST_MAX 8192
#define SCAN_KEEP_MAX 64 /* candidates kept ready */

struct scan {
	int proc_fd;
	int vmstat_fd;  /* -1: not there; then nothing is kept */
	int loadavg_fd; /* -1: the same */
	bool (*same_memory)(const struct proc *a,
			    const struct proc *b); /* process.h; a test's own */
	unsigned page_kib;
	bool is_proc;         /* the kernel's own: its directory offsets mean something */
	struct origin origin; /* the machine's own files: whose path is believed */

	/* Candidates kept from the last full scan, and what is needed to prove that they still
	 * answer. */
	unsigned kept_count;
	struct process_id kept[SCAN_KEEP_MAX];
	bool listed_by_statm;   /* the last list was; else by oom_score */
	int64_t kept_bound;     /* no process that is not kept had more badness than this, */
	uint64_t kept_most_kib; /* or (by statm) held as much as this; 0: all were read */
	uint64_t kept_unkillable_kib;
	uint64_t kept_pages;   /* pages the kernel had handed out by then */
	int32_t kept_last_pid; /* pid given out last by then */
	int64_t pid_offset;    /* a directory offset of /proc minus the pid that stands there; -1:
				  unknown */
	uint64_t kept_ns;      /* when; 0: nothing kept */
	uint64_t took_ns;      /* how long the last full scan took */
};

/* Keep a descriptor of /proc (or of a tree like it), and open what proves kept candidates. 0 or a
 * negative errno. */
int scan_open(struct scan *scan, int proc_fd);
void scan_close(struct scan *scan);

/*
 * Find the best victims: list all processes, then read them in full, the largest first, until none
 * that is left can be worth ending, or come before the best. The table is sorted. Keeps candidates.
 */
void scan_full(struct scan *scan, struct rank *rank, uint64_t now_ns, struct proc_table *ret);

/*
 * The same answer from the kept candidates and the processes started since, if that is provably the
 * same. Returns true and fills *ret; or false, then the caller needs a full scan (*ret is scrap).
 */
bool scan_kept(struct scan *scan, struct rank *rank, uint64_t now_ns, struct proc_table *ret);

/*
 * Only these: the members of a control group (rank_of_group()), all read in full, some 25 us each.
 * The table is sorted. Keeps no candidates.
 */
void scan_members(struct scan *scan, struct rank *rank, struct proc_table *ret);

/* Read one process, judge it, and add it to a table. true: it is a candidate. */
bool scan_add(struct scan *scan, struct rank *rank, pid_t pid, struct proc_table *table);

/* Add a row that was read and judged. In a full table it replaces the one that goes last, of which
 * what rank_unkillable() needs is kept. */
void scan_keep_row(struct proc_table *table, const struct proc *row);

/* All memory that the kernel has ever freed, KiB; 0 where that cannot be known. 10 us. */
uint64_t scan_freed_kib(const struct scan *scan);

/* Forget the kept candidates: the configuration has changed. */
void scan_forget(struct scan *scan);

/* rank_judge() for a process that was just read, once it is known where it belongs and whether its
 * path is believed. */
void scan_judge(const struct scan *scan, struct rank *rank, struct proc *row);

/*
 * Can other users' processes be seen? false below hidepid, ProtectProc= or a bare permission (R67).
 */
bool scan_sees_everyone(const struct scan *scan);

#endif
