/* SPDX-License-Identifier: MIT */
/*
 * The first byte says which fields are wanted; the rest is /proc/meminfo, /proc/vmstat or arcstats.
 */
#include "look/parse.h"
#include "look/usable.h"

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

/* Read again from the places that were remembered. */
static void check_again(const char *text, size_t length, uint32_t want)
{
	struct meminfo m;
	struct meminfo_places places = {0};

	for (int i = 0; i < 2; i++) {
		parse_meminfo_again(text, length, want, &places, &m);
		if (m.have & ~(want & MEMINFO_ALL))
			abort();
	}
	/* A shorter text, at the places of the longer one. */
	parse_meminfo_again(text, length / 2, want, &places, &m);
}

/* Whatever stands there: what is available is part of the total, and a machine is never nothing. */
static void check_usable(const char *text, size_t length, uint64_t other)
{
	const struct usable_facts facts = {.kernel_ram_kib = other % 3 * 4096,
					   .other_pools_kib = other,
					   .arc_kib = usable_arc_kib(text, length),
					   .balloon_kib = other / 2};
	struct meminfo m;
	struct usable u;

	parse_meminfo(text, length, MEMINFO_ALL, &m);
	u = usable_memory(&m, &facts);
	if (u.available_kib > u.total_kib || u.total_kib > m.kib[MEMINFO_MEM_TOTAL] ||
	    (u.total_kib == 0) != (m.kib[MEMINFO_MEM_TOTAL] == 0))
		abort();
	if (usable_balloon_kib(&m, other) > other)
		abort();
	(void)usable_lines(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	uint64_t value;

	if (size == 0)
		return 0;
	check_meminfo(text, size - 1, MEMINFO_ALL);
	check_meminfo(text, size - 1, data[0] * 0x01010101u);
	check_again(text, size - 1, MEMINFO_BIT(MEMINFO_MEM_TOTAL) | data[0] * 0x01010101u);
	check_usable(text, size - 1, data[0] * UINT64_C(1024));
	(void)parse_counter(text, size - 1, "oom_kill", &value);
	(void)parse_counter(text, size - 1, "size", &value);
	(void)parse_counter_sum(text, size - 1, "pgalloc_", &value);
	return 0;
}
