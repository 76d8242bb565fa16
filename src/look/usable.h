/* SPDX-License-Identifier: MIT */
/*
 * What of the machine's memory can processes use? Every share of memory in this program (levels,
 * -min-victim, growth, the stall's gate, what is futile) is of that total, and every amount that is
 * "available" comes from here. Pure.
 *
 * The sources are the kernel's own text: /proc/meminfo is fs/proc/meminfo.c, and
 *
 * - MemTotal is totalram_pages(). The pool of huge pages is in it, free or used, although only who
 *   asks for huge pages can have one (hugetlb_report_meminfo() of mm/hugetlb.c: "Hugetlb:" is
 *   nr_huge_pages of every size, 4.16 and later). Surplus pages are in that number too, but were
 *   taken from ordinary memory when they were needed and go back there: they stay in the total. Of
 *   them only those of the default size are known (HugePages_Surp).
 * - MemAvailable is si_mem_available() of mm/page_alloc.c (mm/show_mem.c since 6.4). It knows the
 *   page cache and reclaimable slab; not the cache of ZFS.
 * - A balloon's pages are taken off MemTotal by some drivers (adjust_managed_page_count():
 *   virtio_balloon without VIRTIO_BALLOON_F_DEFLATE_ON_OOM, Xen) and not by others (virtio_balloon
 *   with it, vmw_balloon). Which of the two it was shows in what no other line accounts for.
 * - During swapoff(2) a swap's unused part is gone at once, and what is in use stays in SwapTotal
 *   until it has been brought back (nr_to_be_unused in si_swapinfo() of mm/swapfile.c), although
 *   nothing more can go there. /proc/swaps still lists the whole device.
 * - What ZFS gives back to the kernel's reclaim is arc_evictable_memory() of
 *   module/os/linux/zfs/arc_os.c: what is clean on the lists of recently and frequently used
 *   buffers, and no more than what is above c_min. The ghost lists hold no data.
 *
 * A container's meminfo (lxcfs) is made of two worlds: the lines that lxcfs knows are the
 * container's, all others the host's. What is told of such a machine is "foreign" here: then huge
 * pages, ZFS and the balloon are not counted, for they are the host's.
 */
#ifndef USEROOM_USABLE_H
#define USEROOM_USABLE_H

#include "look/parse.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is known beside meminfo. 0: not known, or there is none. */
struct usable_facts {
	uint64_t kernel_ram_kib;  /* what the kernel itself says it has: sysinfo(2), totalram */
	uint64_t other_pools_kib; /* huge pages of other sizes, where meminfo has no Hugetlb */
	uint64_t arc_kib;         /* usable_arc_kib() */
	uint64_t balloon_kib;     /* of MemTotal: usable_balloon_kib() */
	bool foreign; /* found so when it was last read as a whole: some lines may be left out now
		       */
};

struct usable {
	uint64_t total_kib;     /* never 0 where MemTotal is not, and never below available_kib */
	uint64_t available_kib; /* with what ZFS gives back */
	uint64_t pool_kib;      /* taken off the total: huge pages */
	uint64_t arc_kib;       /* of available_kib: the cache of ZFS */
	bool foreign;           /* lines of two worlds */
	bool estimated;         /* MemAvailable was not there, or not to be believed */
};

struct usable usable_memory(const struct meminfo *m, const struct usable_facts *facts);

/* Text of arcstats -> KiB that reclaim can have of it; 0 where it says nothing. */
uint64_t usable_arc_kib(const char *text, size_t length);

/*
 * The lines that matter on this machine beside those that every look needs, as a mask of
 * MEMINFO_BIT: those of huge pages, CMA and a balloon where there are any. Needs a meminfo that was
 * read as a whole.
 */
uint32_t usable_lines(const struct meminfo *m);

/*
 * How much of MemTotal a balloon of this size holds: all of it or nothing. Needs a meminfo that was
 * read as a whole.
 */
uint64_t usable_balloon_kib(const struct meminfo *m, uint64_t balloon_kib);

/* What swapoff(2) still has to bring back into memory; 0: none is under way. */
uint64_t usable_swap_leaving_kib(const struct swaps *swaps, uint64_t swap_total_kib);

#endif
