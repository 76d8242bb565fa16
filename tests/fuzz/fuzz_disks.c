/* SPDX-License-Identifier: MIT */
/*
 * /proc/diskstats at one look after another, each ended by a NUL; the first bytes are how many
 * faults and refaults there were between two. What a fault waits for only grows, and never faster
 * than all that was read.
 */
#include "look/disks.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LOOKS_MAX 8

/* Each read counts once. The last of each[] has all that come after it too. */
static void check_sums(const struct disk_reads *reads)
{
	struct disk_time sum = {0};

	for (unsigned i = 0; i < DISKS_EACH; i++) {
		sum.reads += reads->each[i].reads;
		sum.sectors += reads->each[i].sectors;
		sum.ms += reads->each[i].ms;
	}
	if (sum.reads != reads->all.reads || sum.ms != reads->all.ms)
		abort();
	if (reads->multipath_count > DISKS_MULTIPATH)
		abort();
	if (reads->disks == 0 && (reads->all.reads | reads->all.sectors | reads->all.ms))
		abort();
}

static void check_counted(const struct disk_reads *reads, uint64_t kib_in)
{
	if (reads->all.reads == 0 && disks_count_reads(0, reads->all.sectors / 2, kib_in))
		abort();
	(void)disks_count_reads(reads->all.reads, reads->all.sectors / 2, kib_in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 2, *end = (const char *)data + size;
	struct disks disks = {0};
	uint64_t ms, before = 0;

	for (unsigned looks = 0; size > 2 && text < end && looks < LOOKS_MAX; looks++) {
		size_t length = strnlen(text, (size_t)(end - text));
		struct disk_reads reads = {0};

		(void)parse_diskstats(text, length, &reads);
		check_sums(&reads);
		check_counted(&reads, data[0] * UINT64_C(1024));
		ms = disks_wait_ms(&disks, &reads, looks * data[0], looks * data[1]);
		if (looks > 0 && ms < before)
			abort();
		if (looks == 0 && ms != reads.all.ms && reads.all.ms < UINT64_C(1) << 50)
			abort();
		before = ms;
		text += length + 1;
	}
	return 0;
}
