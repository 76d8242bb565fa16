/* SPDX-License-Identifier: MIT */
/* /proc/diskstats in pieces of any size, /proc/pressure/memory, /proc/loadavg and /proc/swaps. The
 * first byte says how large a piece is. */
#include "look/parse.h"
#include "look/usable.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As it is read: what was no whole line comes again before the next piece. All that was taken
 * counts once. */
static void check_disks(const char *text, size_t length, size_t piece)
{
	struct disk_reads whole = {0}, pieces = {0};
	size_t taken = parse_diskstats(text, length, &whole), at = 0, end = 0;

	if (taken > length || (taken > 0 && text[taken - 1] != '\n'))
		abort();
	while (end < length) {
		end = end + piece < length ? end + piece : length;
		at += parse_diskstats(text + at, end - at, &pieces);
	}
	if (at != taken || memcmp(&whole, &pieces, sizeof(whole)) != 0)
		abort();
	if (memchr(whole.disk, '\0', sizeof(whole.disk)) == NULL)
		abort();
}

static void check_swaps(const char *text, size_t length, uint64_t total_kib)
{
	struct swaps swaps;

	parse_swaps(text, length, &swaps);
	for (unsigned i = 0; i < swaps.count; i++) {
		if (swaps.each[i].used_kib > swaps.each[i].size_kib)
			abort();
	}
	if (usable_swap_leaving_kib(&swaps, total_kib) > total_kib)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	uint64_t us;
	uint32_t running;

	if (size == 0)
		return 0;
	check_disks(text, size - 1, data[0] + 1u);
	check_swaps(text, size - 1, data[0]);
	(void)parse_pressure(text, size - 1, "full", &us);
	(void)parse_pressure(text, size - 1, "some", &us);
	(void)parse_running(text, size - 1, &running);
	return 0;
}
