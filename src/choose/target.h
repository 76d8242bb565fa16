/* SPDX-License-Identifier: MIT */
/*
 * Whom one decision ends, and who goes with it: one process, and whoever uses its memory (R96);
 * as many of a swarm as are needed (R97); or all of a control group, where its owner wants that
 * (memory.oom.group). All get the same signals, and are counted on as one. Pure.
 */
#ifndef USEROOM_TARGET_H
#define USEROOM_TARGET_H

#include "choose/nobody.h"
#include "look/proc.h"

#include <stdbool.h>
#include <stdint.h>

/* So many go with it. The kernel ends however many use one memory; more than a few were never seen
 * outside of tests. */
#define TOGETHER_MAX 64

enum target_kind {
	TARGET_PROCESS,
	TARGET_SWARM,
	TARGET_GROUP,
};

struct target {
	enum target_kind kind;
	/* Whom the line names. freeable_kib and swap_kib are those of all that go; shared memory
	 * is its own. */
	struct proc victim;
	/*
	 * The most that memory may gain by it, without swap. What copies of each other hold may be
	 * less than they could: until that is seen, nobody else has to go (R40).
	 */
	uint64_t most_memory_kib;
	unsigned together_count;
	struct process_id together[TOGETHER_MAX];
	/* The last of these, where it is who started most of a swarm; pid 0: it is not. */
	struct {
		pid_t pid;
		char comm[COMM_MAX];
	} head;
};

/* A process by itself, of no table. */
void target_one(const struct proc *victim, struct target *ret);

/* A row of a sorted table, and who uses its memory too. Returns the row behind it. */
unsigned target_process(const struct proc_table *table, unsigned row, struct target *ret);

/* From a row that is of a swarm on (swarm.h), as many as give back need_kib. Returns the row behind
 * them. */
unsigned target_swarm(const struct proc_table *table, unsigned row, uint64_t need_kib,
		      struct target *ret);

/*
 * And who started more than half of the swarm's rows, where these are enough to say so: more would
 * follow as long as it lives. Not one that is large, protected or avoided, that has stood for ten
 * minutes, or with which others would go: a session's leader, a container's first process. boot_ns:
 * CLOCK_BOOTTIME, now.
 */
void target_add_head(const struct proc_table *table, uint64_t boot_ns, struct target *target);

/* It is spared from now on: it is none of those that go with the victim any more. */
void target_spare(struct target *target, const struct process_id *id);

/*
 * Of a table that was judged with a group's members (rank_of_group()): why they may not go
 * together; NOBODY_NONE: they may. All or none, as the kernel has it.
 */
enum nobody target_group_why(const struct proc_table *table);

/*
 * Of that table, from a row on: the first processes of its PID namespaces, as of a container, with
 * which all others there go; where there is none, all. Returns where to go on, or 0: nobody is
 * left.
 */
unsigned target_group(const struct proc_table *table, unsigned row, struct target *ret);

/* Is it one of those that go with the victim? */
bool target_takes(const struct target *target, const struct proc *proc);

/* How many are ended: those that use one memory are one. */
unsigned target_victims(const struct target *target);

#endif
