/* SPDX-License-Identifier: MIT */
/*
 * One process as it was read from /proc/PID, and why it may or may not be the victim. Plain data.
 */
#ifndef USEROOM_PROC_H
#define USEROOM_PROC_H

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define COMM_MAX      16  /* TASK_COMM_LEN: 15 bytes and the NUL */
#define EXE_MAX       256 /* a longer path is cut; it then matches no path entry */
#define UNIT_MAX      64
#define CONTAINER_MAX 96

/* Why a process is not a candidate, or comes late. Ordered: the first one that holds is the one
 * that is told. */
enum skip {
	SKIP_NONE,
	SKIP_GONE,          /* vanished while it was read */
	SKIP_INIT,          /* pid 1 */
	SKIP_SELF,          /* useroom, its threads and its hooks */
	SKIP_KERNEL_THREAD, /* PF_KTHREAD */
	SKIP_ZOMBIE,        /* dead, and no thread lives on */
	SKIP_UNKILLABLE,    /* oom_score_adj is -1000 */
	SKIP_PROTECTED,     /* -protect */
	SKIP_CRITICAL,      /* the built-in list */
	SKIP_IGNORED_USER,  /* -ignore-user */
	SKIP_NOT_PERMITTED, /* useroom may not signal it */
	SKIP_PENDING,       /* signalled already, or stuck in its exit */
	SKIP_TOGETHER,      /* ends together with the process whose memory it uses */
	SKIP_BOUND,         /* one that must not be ended uses its memory */
	SKIP_HELD_BACK,     /* one like it has just given nothing back */
	SKIP_ASKER,         /* useroomctl, which asks: it has gone when somebody is ended */
	SKIP_OUTSIDE,       /* not in the control group whose memory is short */
	SKIP_COUNT,
};

/* In which order classes of candidates go; within a class the larger badness first. */
enum rank_class {
	CLASS_PREFERRED, /* -prefer, unless its oom_score_adj is negative */
	CLASS_NORMAL,
	CLASS_SMALL,   /* below -min-victim */
	CLASS_AVOIDED, /* -avoid */
	CLASS_NEVER,   /* has a skip reason */
};

/* Identity of a process: a pid alone may be another one's later. */
struct process_id {
	pid_t pid;
	uint64_t start_ticks;
};

struct proc {
	pid_t pid;
	pid_t ppid;
	uint32_t uid; /* real uid */
	/* field 22 of /proc/PID/stat: with the pid, the identity of a process */
	uint64_t start_ticks;
	uint32_t flags;     /* PF_* of field 9 */
	char state;         /* of the thread whose memory was read */
	bool leader_exited; /* the main thread is a zombie, others live on */
	bool ignores_term;  /* parse.h: only SIGKILL ends it */
	bool ns_first; /* the first process of a PID namespace below ours: with it all others go */
	bool leads_session; /* a login's shell, a daemon, a unit's main process */
	uint32_t threads;
	int32_t oom_score; /* the kernel's, coarse; -1: not read */
	int32_t oom_score_adj;

	/* /proc/PID/status, KiB */
	uint64_t rss_kib;
	uint64_t anon_kib;
	uint64_t file_kib;
	uint64_t shmem_kib;
	uint64_t swap_kib;
	uint64_t page_tables_kib;
	uint64_t peak_kib; /* the most that was ever resident */

	uint64_t layout; /* parse.h: the same in all copies by fork(2) of one process; 0: unknown */
	pid_t mm_of;     /* it uses the memory of this process (CLONE_VM, vfork): they end together;
			    0: its own */

	char comm[COMM_MAX];
	char exe[EXE_MAX]; /* "" when it could not be read */
	bool exe_trusted;  /* that path is the machine's own (origin.h); only where it was asked */

	/* place.h: where it belongs */
	uint64_t place; /* its control group as a number; 0: unknown, or the root */
	char unit[UNIT_MAX];
	char container[CONTAINER_MAX];
	struct {
		/* the first entry unit: or cgroup: of each list that is about it, counted from 1;
		 * 0: none */
		uint8_t protect, avoid, prefer;
	} group;

	/* rank's answer */
	uint64_t freeable_kib; /* what ending it gives back: anonymous, swap, page tables, shared
				  memory that is its alone */
	int64_t badness;       /* KiB: what it is ordered by (rank.h) */
	int64_t key;           /* what it is ordered by within its class (rank.h) */
	bool growing;          /* growth.h: it goes before the others of its class */
	bool heads;            /* R104: it goes after its children, which hold more than it does */
	bool leads;            /* growth.h: it has grown more than all others together */
	uint64_t grown_kib;    /* by so much within grown_ns; 0: not known to have grown */
	uint64_t grown_ns;
	uint64_t own_anon_kib; /* growth.h: of what is anonymous, what it has no parent to thank for
				*/
	uint64_t pool_kib;     /* pool.h: what its pool holds, and has grown by; 0: it is in none */
	uint64_t pool_grown_kib;
	uint64_t swarm_kib; /* swarm.h: what those hold that began with it; 0: it is in none */

	/* share.h: what of its memory does not come back with it alone */
	bool copy;                 /* by fork(2) of its parent, which may share its memory */
	uint64_t shared_anon_kib;  /* of what is anonymous and in swap */
	uint64_t shared_shmem_kib; /* of its shared memory */
	uint64_t twice_kib; /* of its shared memory: mapped more than once, there only once */
	/* Small, but not if what it shares were its own, or for its oom_score_adj below 0 and it is
	 * the leak: ended for want of better. */
	bool doubtful;

	uint8_t skip;     /* enum skip */
	uint8_t rank;     /* enum rank_class */
	int16_t matched;  /* index of the entry in the list that decided, or -1 */
	int16_t built_in; /* index of the entry of the built-in list (critical.h), or -1 */
};

/* Of the processes that a scan reads in full so many are kept: the best. */
#define SCAN_READ_MAX 512

static inline struct process_id proc_id(const struct proc *p)
{
	return (struct process_id){p->pid, p->start_ticks};
}

static inline bool process_id_equal(const struct process_id *a, const struct process_id *b)
{
	return a->pid == b->pid && a->start_ticks == b->start_ticks;
}

static inline bool proc_is(const struct proc *p, const struct process_id *id)
{
	const struct process_id own = proc_id(p);

	return process_id_equal(&own, id);
}

/* start_ticks count in hundredths of a second for user space (USER_HZ) on all but alpha and ia64.
 */
#define TICK_NS (10 * NS_PER_MS)

/* How long ago it began. boot_ns: CLOCK_BOOTTIME, now. */
static inline uint64_t proc_age_ns(const struct proc *p, uint64_t boot_ns)
{
	return minus_u64(boot_ns, p->start_ticks * TICK_NS);
}

/* What it runs: its path, or its name where that could not be read. */
static inline const char *proc_program(const struct proc *p)
{
	return p->exe[0] != '\0' ? p->exe : p->comm;
}

/* What others may hold of its memory as well. */
static inline uint64_t proc_shared_kib(const struct proc *p)
{
	return p->shared_anon_kib + p->shared_shmem_kib;
}

/* The processes that were read in full, best victim first once rank_sort() has run. */
struct proc_table {
	unsigned count;
	bool truncated;   /* there were more processes than a scan remembers, and it mattered */
	bool kept;        /* answered from the kept candidates, without a full scan */
	unsigned listed;  /* processes seen */
	int32_t last_pid; /* that had been given out by then; 0: not known */
	uint64_t took_ns;
	uint64_t dropped_unkillable_kib; /* of rows that were not kept */
	/* What the processes that must not be ended hold, of those that hold most. */
	uint64_t unkillable_kib;
	struct proc procs[SCAN_READ_MAX];
};

/* NULL: it was not read, or its row gave way. */
static inline const struct proc *proc_find(const struct proc_table *t, pid_t pid)
{
	for (unsigned i = 0; i < t->count; i++) {
		if (t->procs[i].pid == pid)
			return &t->procs[i];
	}
	return NULL;
}

#endif
