/* SPDX-License-Identifier: MIT */
/*
 * The first byte says which fields are wanted; the rest is /proc/meminfo, /proc/vmstat or arcstats.
 */
#include "look/parse.h"
#include "look/usable.h"

#include <stdlib.h>
#include <string.h>

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

/* The same as when it is read for the first time. */
static void check_same(const char *text, size_t length, uint32_t want,
		       struct meminfo_places *places)
{
	struct meminfo first, again;

	parse_meminfo(text, length, want, &first);
	parse_meminfo_again(text, length, want, places, &again);
	if (first.have != again.have || memcmp(first.kib, again.kib, sizeof(first.kib)) != 0)
		abort();
}

/* Read again from the places that were remembered. */
static void check_again(const char *text, size_t length, uint32_t want)
{
	struct meminfo_places places = {0};

	check_same(text, length, want, &places);
	check_same(text, length, want, &places);
	/* A shorter text, at the places of the longer one, and the other way round. */
	check_same(text, length / 2, want, &places);
	check_same(text, length, want, &places);
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
