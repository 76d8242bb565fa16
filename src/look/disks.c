/* SPDX-License-Identifier: MIT */
#include "look/disks.h"

#include "base/util.h"

#include <stddef.h>

/* Of each disk since the last look; the number of disks is the same. */
static void subtract(const struct disk_reads *now, const struct disk_reads *last,
		     struct disk_time *ret)
{
	for (unsigned i = 0; i < DISKS_EACH; i++)
		ret[i] = (struct disk_time){
			.reads = minus_u64(now->each[i].reads, last->each[i].reads),
			.ms = minus_u64(now->each[i].ms, last->each[i].ms)};
}

static double ms_a_read(const struct disk_time *t)
{
	return t->reads > 0 ? (double)t->ms / (double)t->reads : 0;
}

/* The fastest that is left; NULL: none has read anything. */
static struct disk_time *fastest(struct disk_time *since)
{
	struct disk_time *best = NULL;

	for (unsigned i = 0; i < DISKS_EACH; i++) {
		if (since[i].reads > 0 && (best == NULL || ms_a_read(&since[i]) < ms_a_read(best)))
			best = &since[i];
	}
	return best;
}

/*
 * Mean ms of so many reads of the fastest disks, or of all where that is fewer; 0: there were none.
 */
static double fastest_ms(struct disk_time *since, uint64_t wanted)
{
	uint64_t taken = 0;
	double ms = 0;

	while (taken < wanted) {
		struct disk_time *t = fastest(since);
		uint64_t n;

		if (t == NULL)
			break;
		n = min_u64(t->reads, wanted - taken);
		ms += ms_a_read(t) * (double)n;
		taken += n;
		t->reads = 0;
	}
	return taken > 0 ? ms / (double)taken : 0;
}

/* Counters that make no sense are no reason to leave what a number can hold. */
#define MS_MOST 1e18

static uint64_t whole_ms(double ms)
{
	return (uint64_t)(ms < MS_MOST ? ms + 0.5 : MS_MOST);
}

uint64_t disks_wait_ms(struct disks *disks, const struct disk_reads *reads, uint64_t faults,
		       uint64_t refaults)
{
	struct disk_time since[DISKS_EACH];
	uint64_t wait = min_u64(minus_u64(faults, disks->last_faults),
				minus_u64(refaults, disks->last_refaults));

	if (!disks->started) {
		disks->ms = (double)reads->all.ms;
	} else if (reads->disks ==
		   disks->last.disks) { /* else: one came or went, and they are counted anew */
		subtract(reads, &disks->last, since);
		disks->ms += fastest_ms(since, max_u64(wait, 1)) *
			     (double)minus_u64(reads->all.reads, disks->last.all.reads);
	}
	disks->started = true;
	disks->last = *reads;
	disks->last_faults = faults;
	disks->last_refaults = refaults;
	return whole_ms(disks->ms);
}

/* Of what came in, disks count this part at least; and before so much came in nothing is said. */
#define COUNTED_PART      8
#define COUNTED_LEAST_KIB (UINT64_C(64) * 1024)

bool disks_count_reads(uint64_t reads, uint64_t read_kib, uint64_t kib_in)
{
	if (reads == 0)
		return false;
	return kib_in < COUNTED_LEAST_KIB || read_kib >= kib_in / COUNTED_PART;
}
