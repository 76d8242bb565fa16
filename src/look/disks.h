/* SPDX-License-Identifier: MIT */
/*
 * How long a read takes that a fault waits for, where there are several disks. Pure.
 * /proc/diskstats does not say who reads: the mean over all disks would charge each fault on a fast
 * one with the time of a slow drive that is being copied from. As many reads as there were faults
 * are taken of the fastest disks: it took so long at least.
 */
#ifndef USEROOM_DISKS_H
#define USEROOM_DISKS_H

#include "look/parse.h"

#include <stdbool.h>
#include <stdint.h>

struct disks {
	bool started;
	struct disk_reads last;
	uint64_t last_faults, last_refaults;
	double ms; /* what is returned */
};

/*
 * The counters of a look (refaults: those of faults where the kernel does not count them) -> ms
 * since boot, of which the growth is what all reads since the last look would have taken at that
 * speed; with one disk what it says itself.
 */
uint64_t disks_wait_ms(struct disks *disks, const struct disk_reads *reads, uint64_t faults,
		       uint64_t refaults);

/*
 * Do disks count what is read? kib_in: pgpgin of /proc/vmstat, what was read from block devices
 * since boot (submit_bio() of block/blk-core.c); reads and read_kib: what the disks say of it. Not
 * where queue/iostats is 0, or there is no disk. A loop device counts twice in kib_in, so much less
 * is asked for than should be.
 */
bool disks_count_reads(uint64_t reads, uint64_t read_kib, uint64_t kib_in);

#endif
