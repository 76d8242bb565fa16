/* SPDX-License-Identifier: MIT */
/*
 * The text of a control group's memory files, and of where they are mounted. Pure.
 */
#ifndef USEROOM_MEMSTAT_H
#define USEROOM_MEMSTAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* cgroup-v1/memory.rst 5.2 (there the lines "total_": with the groups below), cgroup-v2.rst
 * "memory.stat". Pages' counters count pages. */
struct memstat {
	uint64_t file_kib; /* inactive_file and active_file */
	uint64_t slab_kib; /* slab_reclaimable */
	uint64_t swap_kib; /* v1, where swap is counted a group */
	/* v2: what is in memory.swap.current and counts as memory too: pages that came back and
	 * kept their place (swapcached, not before 5.12), and what is compressed (zswap). */
	bool has_swap_cached;
	uint64_t swap_in_memory_kib;
	bool has_refaults;
	uint64_t refaults, major_faults;
	uint64_t limit_kib; /* v1: hierarchical_memory_limit; UINT64_MAX: none, as on v2 */
};

/* 0, or -EBADMSG where it has not even the page cache. */
int memstat_parse(const char *text, size_t length, bool v2, struct memstat *ret);

/* A file that holds one number; "max" is UINT64_MAX. 0, or -EBADMSG. */
int memstat_number(const char *text, size_t length, uint64_t *ret);

/*
 * A limit or a usage in bytes -> KiB. No limit, which is "max" or, on v1, the largest multiple of a
 * page below 2^63, is UINT64_MAX. 0, or -EBADMSG.
 */
int memstat_amount(const char *text, size_t length, uint64_t *ret_kib);

/* A mount of cgroup v1 with the memory controller, or of v2, in mountinfo (proc(5)). */
struct memstat_mount {
	char v1[128]; /* where it is mounted; "": nowhere */
	char v2[128];
};

/*
 * Take the whole lines of a piece of mountinfo; the first of each counts. Returns how many bytes
 * they were; the rest belongs before the next piece.
 */
size_t memstat_mounts(const char *text, size_t length, struct memstat_mount *ret);

/* The path of the memory controller ("4:cpu,memory:/a"), or of v2, in /proc/PID/cgroup; "" where
 * there is none. Returns ret. */
const char *memstat_own(const char *text, size_t length, bool v2, char *ret, size_t size);

#endif
