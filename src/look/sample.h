/* SPDX-License-Identifier: MIT */
/*
 * One look at the machine, as plain data: what was sensed, and nothing that was thought of
 * afterwards. Whatever decides takes this, so a test writes a struct literal, and a thousand
 * seconds take a microsecond: time comes in with the sample. What earlier victims are giving back
 * stands beside it (struct coming of policy.h).
 *
 * Amounts are in KiB as /proc/meminfo prints them (Documentation/filesystems/proc.rst, "meminfo").
 */
#ifndef USEROOM_SAMPLE_H
#define USEROOM_SAMPLE_H

#include <stdint.h>

/* What a look could read. A field whose bit is missing is 0 and means nothing. */
enum sample_have {
	HAVE_MEM =
		1 << 0, /* mem_total_kib and mem_available_kib: without it nothing can be decided */
	HAVE_AVAILABLE = 1 << 1, /* the kernel said MemAvailable itself (3.14 and later); else it is
				    our estimate */
	HAVE_SWAP = 1 << 2,      /* the swap lines were there (their values may be 0: no swap) */
	HAVE_DETAIL = 1 << 3,    /* the holders below were read too: only while memory is short */
	HAVE_ARC = 1 << 4,       /* ZFS: mem_available_kib includes what its cache can give back */
	HAVE_OOM_KILLS = 1 << 5, /* kernel_oom_kills was read from /proc/vmstat (4.13 and later) */
	HAVE_WAITS =
		1 << 6, /* the counters of waiting below were read: only while memory is short */
	HAVE_REFAULTS = 1 << 7, /* with it: the kernel counts refaults (3.15 and later) */
	HAVE_PRESSURE = 1 << 8, /* with it: and pressure (4.20 and later, not with psi=0) */
	HAVE_STEALS = 1 << 9,   /* with it: and what the machine's own reclaim took */
	HAVE_FOREIGN = 1 << 10, /* meminfo is not the kernel's own, but a container's (lxcfs): lines
				   of two worlds, and nothing else is of its world */
	HAVE_ACTIVATIONS = 1 << 11, /* with HAVE_WAITS: activations mean what they say */
};

/*
 * What tasks wait for: counters since boot, which never fall while nothing is plugged in or out.
 * stall.c makes a stall of two readings of them (doc/theory-of-operation.md). Nothing but uint64_t:
 * see waits_fell().
 */
struct waits {
	uint64_t refaults; /* workingset_refault*: pages read that had been in memory before */
	/*
	 * workingset_activate*: of them those that would have stayed had memory not been taken:
	 * fewer pages were thrown out meanwhile than are in use (refault distance,
	 * mm/workingset.c); with HAVE_ACTIVATIONS
	 */
	uint64_t activations;
	uint64_t major_faults;    /* pgmajfault: faults that had to read */
	uint64_t swap_in_kib;     /* pswpin: read from swap */
	uint64_t swap_out_kib;    /* pswpout: written to swap */
	uint64_t alloc_stalls;    /* allocstall*: allocations that had to reclaim themselves */
	uint64_t disk_reads;      /* of all whole disks: reads that were done, ... */
	uint64_t disk_read_pages; /* ... what they brought, in pages as refaults are counted, */
	uint64_t disk_read_ms;    /* ... and how long they took, one by one */
	/* The same, at the speed of those that faults waited for, at least (disks.h). */
	uint64_t disk_wait_ms;
	uint64_t disks; /* how many there are */
	/* /proc/pressure/memory and io, full: nobody could go on; with HAVE_PRESSURE */
	uint64_t pressure_full_us, io_full_us;
	/*
	 * pgsteal_kswapd*, pgsteal_direct*: pages that the machine's reclaim took, not that of a
	 * control group at its limit (mm/vmscan.c: !cgroup_reclaim()); with HAVE_STEALS
	 */
	uint64_t steals;
};

struct sample {
	uint64_t now_ns; /* CLOCK_MONOTONIC */
	uint32_t have;   /* HAVE_* */

	uint64_t mem_total_kib; /* what processes can use of ram_kib, as usable.h says: shares are
				   of this */
	uint64_t mem_available_kib; /* MemAvailable, or the estimate, plus what ZFS can give back */
	uint64_t mem_free_kib;
	uint64_t swap_total_kib; /* this and the next: without what is leaving */
	uint64_t swap_free_kib;
	uint64_t swap_leaving_kib; /* swapoff is under way: so much has to come back into memory */
	uint64_t ram_kib;          /* MemTotal; 0 in recordings from before it was there */
	uint64_t cma_free_kib;     /* CmaFree: of mem_free_kib, only for what can be moved */

	/* Who holds the memory; with HAVE_DETAIL. */
	uint64_t anon_kib;    /* AnonPages */
	uint64_t mapped_kib;  /* Mapped: page cache, tmpfs and shared memory that processes have
				 mapped */
	uint64_t file_kib;    /* Cached without Shmem: the page cache of files */
	uint64_t shmem_kib;   /* Shmem: tmpfs and shared memory */
	uint64_t tmpfs_kib;   /* of it, and in swap: files in tmpfs (staying.h) */
	uint64_t sysv_kib;    /* of it: System V segments that stay; as it was before memory was low
			       */
	uint64_t slab_kib;    /* SUnreclaim */
	uint64_t hugetlb_kib; /* Hugetlb, or HugePages_Total * Hugepagesize before 4.16 */
	uint64_t pool_kib;    /* of it: what is not in mem_total_kib; in every sample */
	uint64_t balloon_kib; /* the host's balloon: of ram_kib, not of mem_total_kib; in every
				 sample */
	uint64_t kernel_kib;  /* KernelStack + PageTables + SecPageTables + Percpu + VmallocUsed */
	uint64_t page_tables_kib; /* PageTables: part of kernel_kib that goes with its process */
	uint64_t arc_kib;         /* with HAVE_ARC: what was added to mem_available_kib */

	uint64_t kernel_oom_kills; /* oom_kill of /proc/vmstat: kills by the kernel since boot */

	uint64_t low_kib;   /* below so much free memory the kernel reclaims; 0: unknown */
	struct waits waits; /* with HAVE_WAITS */
	uint64_t page_kib;  /* the size of a page; this and the next with HAVE_WAITS */
	uint64_t running;   /* threads that run or could: /proc/loadavg, without this one */
};

/* What the kernel counts when it measures by all memory: MemTotal. */
static inline uint64_t sample_ram_kib(const struct sample *s)
{
	return s->ram_kib > 0 ? s->ram_kib : s->mem_total_kib;
}

#endif
