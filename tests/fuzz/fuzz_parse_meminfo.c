/* SPDX-License-Identifier: MIT */
/*
 * The first byte says which fields are wanted; the rest is /proc/meminfo, /proc/vmstat or arcstats.
 */
#include "look/parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_meminfo(const char *text, size_t length, uint32_t want)
{
	struct meminfo m;

	parse_meminfo(text, length, want, &m);
	if (m.have & ~(want & MEMINFO_ALL))
		abort();
	for (unsigned i = 0; i < MEMINFO_FIELD_COUNT; i++) {
		if (!(m.have & MEMINFO_BIT(i)) && m.kib[i] != 0)
			abort();
		if (m.kib[i] > UINT64_MAX / 1024) /* must fit as bytes */
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	uint64_t value;

	if (size == 0)
		return 0;
	check_meminfo(text, size - 1, MEMINFO_ALL);
	check_meminfo(text, size - 1, data[0] * 0x01010101u);
	(void)parse_counter(text, size - 1, "oom_kill", &value);
	(void)parse_counter(text, size - 1, "size", &value);
	(void)parse_counter_sum(text, size - 1, "pgalloc_", &value);
	return 0;
}
