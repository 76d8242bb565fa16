/* SPDX-License-Identifier: MIT */
/*
 * What the daemon does to itself: hard to end, quick to wake, locked in memory; and
 * what it may do.
 */
#ifndef USEROOM_SELF_H
#define USEROOM_SELF_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What holds addresses and is never written again once it is relocated (GNU_RELRO) is read-only
 * from now on: a loader sees to that, and a static program of musl's has none. 0 or a negative
 * errno.
 */
int self_seal(void);

/* oom_score_adj: what it was, and -1000 from now on (R74). 0, or -EACCES and the like when it may
 * not be lowered. */
int self_guard(int *ret_before);

/* Real-time priority, else nice -20; none of it is inherited. Returns "SCHED_FIFO", "nice -20" or
 * NULL for neither. */
const char *self_hurry(void);

/* Lock what is in memory now, and what is touched later. 0 or a negative errno. */
int self_stay_in_memory(void);

/* May other users' processes be signalled? CAP_KILL is in the effective set. */
bool self_may_kill_all(void);

/* Is this the first pid namespace, the one that sees every process of the machine? */
bool self_in_first_pid_namespace(void);

/*
 * Memory and swap as the kernel knows them, whatever meminfo shows: of this the kernel makes
 * oom_score. 0: unknown.
 */
uint64_t self_kernel_total_kib(void);

/* CPUs that are online. */
unsigned self_cpus(void);

#endif
