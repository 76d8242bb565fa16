/* SPDX-License-Identifier: MIT */
/*
 * One look at the machine, as plain data. Whatever decides takes this and nothing else, so a test writes a
 * struct literal, and a thousand seconds take a microsecond: time comes in with the sample.
 *
 * Amounts are in KiB as /proc/meminfo prints them (Documentation/filesystems/proc.rst, "meminfo").
 */
#ifndef USEROOM_SAMPLE_H
#define USEROOM_SAMPLE_H

#include <stdint.h>

/* What a look could read. A field whose bit is missing is 0 and means nothing. */
enum sample_have {
	HAVE_MEM = 1 << 0,       /* mem_total_kib and mem_available_kib: without it nothing can be decided */
	HAVE_AVAILABLE = 1 << 1, /* the kernel said MemAvailable itself (3.14 and later); else it is our estimate */
	HAVE_SWAP = 1 << 2,      /* the swap lines were there (their values may be 0: no swap) */
	HAVE_DETAIL = 1 << 3,    /* the holders below were read too: only while memory is short */
	HAVE_ARC = 1 << 4,       /* ZFS: mem_available_kib includes what its cache can give back */
	HAVE_OOM_KILLS = 1 << 5, /* kernel_oom_kills was read from /proc/vmstat (4.13 and later) */
};

struct sample {
	uint64_t now_ns; /* CLOCK_MONOTONIC */
	uint32_t have;   /* HAVE_* */

	uint64_t mem_total_kib;
	uint64_t mem_available_kib; /* MemAvailable, or the estimate, plus what ZFS can give back */
	uint64_t mem_free_kib;
	uint64_t swap_total_kib;
	uint64_t swap_free_kib;

	/* Who holds the memory; with HAVE_DETAIL. */
	uint64_t anon_kib;        /* AnonPages */
	uint64_t mapped_kib;      /* Mapped: page cache, tmpfs and shared memory that processes have mapped */
	uint64_t file_kib;        /* Cached without Shmem: the page cache of files */
	uint64_t shmem_kib;       /* Shmem: tmpfs and shared memory */
	uint64_t slab_kib;        /* SUnreclaim */
	uint64_t hugetlb_kib;     /* Hugetlb, or HugePages_Total * Hugepagesize before 4.13 */
	uint64_t kernel_kib;      /* KernelStack + PageTables + SecPageTables + Percpu + VmallocUsed */
	uint64_t page_tables_kib; /* PageTables: part of kernel_kib that goes with its process */
	uint64_t arc_kib;         /* with HAVE_ARC: what was added to mem_available_kib */

	uint64_t unkillable_kib; /* of anon_kib: what processes hold that must not be ended; 0 before a scan */

	uint64_t kernel_oom_kills; /* oom_kill of /proc/vmstat: kills by the kernel since boot */

	/* What victims that were already signalled are still expected to give back (act.h). */
	uint64_t pending_mem_kib;
	uint64_t pending_swap_kib;
	uint32_t pending_count;
};

#endif
