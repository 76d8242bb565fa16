/* SPDX-License-Identifier: MIT */
/*
 * Text of a NUMA node -> numbers. Pure. What is available in a node is no number of the kernel's,
 * so it is estimated as si_mem_available() (mm/show_mem.c) does for the machine, with the node's
 * numbers in place of the machine's:
 *
 *   free - low + file - min(file / 2, low) + slab - min(slab / 2, low)
 *
 * file: Active(file) and Inactive(file); slab: SReclaimable. low: the node's part of the low
 * watermarks, which the kernel hands out to zones by their size (__setup_per_zone_wmarks()); there
 * it is totalreserve_pages, a little more.
 */
#ifndef USEROOM_NODESTAT_H
#define USEROOM_NODESTAT_H

#include "look/memcg.h"

#include <stddef.h>
#include <stdint.h>

/* A set of nodes: bit N is node N; what is numbered higher than 63 is in none. */
typedef uint64_t node_set;
#define NODE_SET_BITS 64

/* meminfo of a node, KiB. */
struct node_memory {
	uint64_t total_kib, free_kib;
	uint64_t file_kib; /* Active(file) and Inactive(file) */
	uint64_t slab_kib; /* SReclaimable */
	uint64_t anon_kib;
	uint64_t huge_pages; /* HugePages_Total: a count, of the default size */
};

/* "0-1,4": has_memory, and Mems_allowed_list. 0, or -EBADMSG. */
int nodestat_list(const char *text, size_t length, node_set *ret);

/* "Node 1 MemTotal:  524288 kB", and so on. 0, or -EBADMSG where an amount is missing. */
int nodestat_parse(const char *text, size_t length, struct node_memory *ret);

/*
 * The same as of a control group whose limit is the node: what processes can use of it, without
 * reserved huge pages. low_kib: the node's part. Fills the amounts only.
 */
void nodestat_fill(const struct node_memory *memory, uint64_t low_kib, uint64_t huge_page_kib,
		   struct memcg_sample *ret);

#endif
