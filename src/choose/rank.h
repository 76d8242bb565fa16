/* SPDX-License-Identifier: MIT */
/*
 * Who should go: (config, processes as they were read) -> an order, and why each other one is not
 * in it. Pure.
 *
 * Badness is the kernel's own (mm/oom_kill.c, oom_badness): pages held plus oom_score_adj
 * thousandths of memory and swap; but in KiB, exact, and counting only what ending the process
 * gives back: file pages, which the kernel counts, cost nothing to drop (R38), and what others may
 * hold as well stays (R39, R93-R96: share.h). With -sort-by-rss it is what the process holds
 * resident, without file pages, and oom_score_adj does not matter.
 */
#ifndef USEROOM_RANK_H
#define USEROOM_RANK_H

#include "look/proc.h"
#include "look/sample.h"
#include "settings/config.h"

/* Whom one that gave nothing back was like: its copies, and the same program in the same place. */
struct likeness {
	uint64_t layout; /* parse.h */
	char exe[EXE_MAX];
	uint64_t place;
};

/* How /proc/PID/oom_score was made; the kernel does not tell. */
enum score_scale {
	SCALE_UNKNOWN,
	SCALE_OLD, /* before 5.9: (badness) per thousand of memory and swap, at least 0 */
	SCALE_NEW, /* 5.9: (1000 + badness per thousand) * 2 / 3 */
};

struct rank {
	const struct config *config;
	uint64_t mem_total_kib;
	uint64_t total_kib; /* memory and swap */
	/*
	 * What oom_score is a share of: always the whole machine's, also in a container whose
	 * meminfo is its own (lxcfs). 0: total_kib.
	 */
	uint64_t score_kib;
	/*
	 * What /proc/PID/statm does not show, of all processes together: swap and page tables. Very
	 * much where it is not known.
	 */
	uint64_t unseen_kib;
	unsigned page_kib; /* size of a page */
	pid_t self;        /* useroom: neither it nor its children are candidates */
	pid_t asker;       /* nor is useroomctl; 0: nobody asks */
	uint32_t uid;      /* whose processes may be signalled ... */
	bool may_kill_all; /* ... or everybody's: CAP_KILL */
	enum score_scale scale;
	const struct process_id *pending; /* signalled already, or stuck */
	unsigned pending_count;
	const struct likeness *held_back; /* their likes are not ended for now (act.h) */
	unsigned held_back_count;
	/* Who is in the control group whose memory is short: nobody else is a candidate. NULL: it
	 * is the machine's, and all are. */
	const int32_t *members;
	unsigned member_count;
	uint64_t shmem_kib;   /* share.h; 0: unknown */
	uint64_t staying_kib; /* of it: what goes with no process (staying.h) */
};

/*
 * Does the judgement hang on whether the path of its executable is the machine's own? Then, and
 * only then, exe_trusted has to be found out (origin.h) before rank_judge().
 */
bool rank_asks_path(const struct rank *rank, const struct proc *proc);

/* Fill skip, rank, matched, freeable_kib and badness of one process. */
void rank_judge(struct rank *rank, struct proc *proc);

/*
 * The largest badness that a process with this oom_score can have; with -sort-by-rss: with this
 * many resident KiB. What the choice may stop at: no process with a smaller bound can beat one that
 * is known to be larger.
 */
int64_t rank_bound(const struct rank *rank, int64_t score);

/*
 * a goes before b: class, growing (growth.h), doubt (R94), key, badness, then the larger, the
 * younger, the higher pid (R27). The key is what a process, or its pool (pool.h), holds, or has
 * grown by where it is growing, with its oom_score_adj; before rank_sort() it is the badness.
 */
bool rank_before(const struct proc *a, const struct proc *b);

/* The badness that stays if all its shared memory turned out to be a family's: what a bound may be
 * compared with. */
int64_t rank_floor(const struct proc *proc);

/* Take out what others may hold as well (share.h), and judge those again for whom that differs; who
 * can only go with another is as that one is. Whose memory is whose (mm_of) must be known before.
 */
void rank_share(struct rank *rank, struct proc_table *table);

/* Take out what others may hold as well (share.h), judge again, and sort the table, best victim
 * first. Whose memory is whose (mm_of) must be known before. */
void rank_sort(struct rank *rank, struct proc_table *table);

/* Fill what is of the machine: all totals. score_kib: the kernel's own total, or 0 (struct rank).
 */
void rank_of_machine(struct rank *rank, const struct sample *sample, uint64_t score_kib);

/*
 * After that: the memory of a control group with this limit is short, and these are its processes.
 * An oom_score_adj is a thousandth of its limit then, as it is for the kernel.
 */
void rank_of_group(struct rank *rank, uint64_t limit_kib, const int32_t *members, unsigned count);

/*
 * What counts of what a process would give back, KiB: of one whose oom_score_adj is below 0 no more
 * than the kernel would weigh it with, so that neither its size nor its growth alone puts it first.
 */
uint64_t rank_worth_kib(const struct proc *p);

/* From so much on a process is not small (-min-victim), KiB. */
uint64_t rank_large_kib(const struct rank *rank);
uint64_t rank_large_of(const struct config *config, uint64_t mem_total_kib);

/* What a process holds that must not be ended, KiB; 0 for others. */
uint64_t rank_unkillable_of(const struct proc *proc);

/*
 * What the processes that were read hold and must not be ended, KiB. Those that hold most were
 * read.
 */
uint64_t rank_unkillable(const struct proc_table *table);

/* Short sentence for a skip reason, e.g. "protected". */
const char *rank_skip_text(enum skip skip);

/* The same for a class, e.g. "avoided". */
const char *rank_class_text(enum rank_class rank);

#endif
