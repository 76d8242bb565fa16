/* SPDX-License-Identifier: MIT */
/*
 * A pretended machine: a file mounted over /proc/meminfo (and one over /proc/vmstat) whose totals
 * are made up and whose use follows what the processes of this PID namespace really hold. So a 128
 * MiB machine runs full, and really gets its memory back when a process ends, while the real one
 * does not notice.
 */
#ifndef LIVE_MACHINE_H
#define LIVE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define MIB 1024u /* amounts are in KiB, as in /proc/meminfo */

/* What a case may set before machine_start(), and all but no_available and own_vmstat change
 * afterwards. */
struct machine_shape {
	uint64_t total_kib;
	bool as_large; /* total_kib is the real one's: any other is taken for a container's own */
	uint64_t swap_total_kib; /* 0: no swap */
	uint64_t swap_after_kib; /* what processes hold beyond this is said to be in swap, as far as
				    swap goes */
	uint64_t cold_swap_kib;  /* swap in use by nobody in particular: pages that were put there
				    long ago */
	uint64_t other_kib;      /* held by programs that are only pretended */
	uint64_t least_kib;      /* who holds less is not counted: thousands of sleepers */
	unsigned lag_ms;      /* what is given back shows so much later: it is in the CPUs' own free
				 lists first */
	uint64_t slab_kib;    /* held by the kernel, on top of the usual few MiB */
	uint64_t hugetlb_kib; /* held by huge pages */
	uint64_t kernel_oom_kills; /* with own_vmstat */
	bool no_available;         /* a kernel before 3.14: no MemAvailable line */
	bool own_zoneinfo;         /* what lags is in the lists of /proc/zoneinfo */
	bool own_vmstat; /* pretend /proc/vmstat as well; it then stands still, which the daemon may
			    take for rest */
	bool broken;     /* meminfo can be read only in part */
	bool shares;     /* what several hold counts once: for copies by fork and the like */
	bool mapped_shmem; /* shared memory is mapped by the processes, and goes with them */
};

struct machine_seen {
	uint64_t before, shown;
	unsigned times;
};

struct machine {
	struct machine_shape shape;
	uint64_t anon_kib;  /* what processes held at the last machine_follow() */
	uint64_t shmem_kib; /* tmpfs at MACHINE_TMPFS and System V shared memory */
	uint64_t available_kib;
	uint64_t held_kib; /* both, and what was ever freed of it: with own_vmstat */
	uint64_t freed_kib;
	struct machine_seen anon_seen, shmem_seen; /* with shares */
	uint64_t fell_ns; /* when processes began to hold less than is shown; 0: they do not */
	char *text;       /* meminfo, mapped */
	unsigned length;
	bool is_broken;
	int meminfo_fd, vmstat_fd, zoneinfo_fd, proc_fd;
	int cursor;
	int daemon_pid; /* what it holds is not counted */
};

#define MACHINE_TMPFS "/tmp/big" /* files here count as used memory */

/* Put the files in place. They live below `dir`, on a tmpfs. Returns 0, or a negative errno. */
int machine_start(struct machine *machine, const char *dir);

/* Look at what the processes hold and bring the pretended machine up to date. */
void machine_follow(struct machine *machine);

#endif
