/* SPDX-License-Identifier: MIT */
#include "look/usable.h"

#include "base/util.h"

/*
 * The lines of a meminfo are read one after another while the machine goes on: they may miss each
 * other by this part of memory without contradicting each other.
 */
#define SLACK 64

/* Huge pages that are there whether or not anybody needs them. Counts and sizes are anybody's
 * numbers: a product that does not fit is none. */
static uint64_t pool_kib(const struct meminfo *m, uint64_t other_pools_kib)
{
	uint64_t size = m->kib[MEMINFO_HUGEPAGESIZE], all, surplus;

	if (__builtin_mul_overflow(m->kib[MEMINFO_HUGEPAGES_TOTAL], size, &all) ||
	    __builtin_mul_overflow(m->kib[MEMINFO_HUGEPAGES_SURP], size, &surplus))
		return 0;
	if (meminfo_has(m, MEMINFO_HUGETLB))
		all = m->kib[MEMINFO_HUGETLB];
	else
		all += other_pools_kib;
	return minus_u64(all, surplus);
}

/*
 * Two worlds: more memory than the kernel has, or less; or lines that cannot both be of one
 * machine: anonymous pages, or huge and free ones, that are more than all there is.
 */
static bool is_foreign(const struct meminfo *m, const struct usable_facts *facts, uint64_t pool)
{
	uint64_t total = m->kib[MEMINFO_MEM_TOTAL], slack = total / SLACK;
	uint64_t kernel = facts->kernel_ram_kib;

	if (facts->foreign || (kernel > 0 && (total > kernel + slack || kernel > total + slack)))
		return true;
	return m->kib[MEMINFO_ANON_PAGES] > total + slack ||
	       pool + m->kib[MEMINFO_MEM_FREE] > total + slack;
}

/*
 * What page cache and slab can give back, without what only looks like cache: for kernels before
 * 3.14 (R02), and for lxcfs before 3.0, which says MemAvailable is MemFree (R84). Shmem is part of
 * Cached; where it is more, it is another world's.
 */
static uint64_t estimate_available(const struct meminfo *m)
{
	uint64_t cached = m->kib[MEMINFO_CACHED], shmem = m->kib[MEMINFO_SHMEM];
	uint64_t files = shmem <= cached ? cached - shmem : cached;

	return m->kib[MEMINFO_MEM_FREE] + m->kib[MEMINFO_BUFFERS] + files +
	       m->kib[MEMINFO_SRECLAIMABLE];
}

/* The kernel's own is never MemFree to the KiB but by chance; and then the estimate differs by
 * little from it. */
static bool is_only_free(const struct meminfo *m)
{
	return m->kib[MEMINFO_MEM_AVAILABLE] == m->kib[MEMINFO_MEM_FREE];
}

static uint64_t available_kib(const struct meminfo *m, struct usable *u)
{
	u->estimated = !meminfo_has(m, MEMINFO_MEM_AVAILABLE) || (u->foreign && is_only_free(m));
	return min_u64(u->estimated ? estimate_available(m) : m->kib[MEMINFO_MEM_AVAILABLE],
		       m->kib[MEMINFO_MEM_TOTAL]);
}

struct usable usable_memory(const struct meminfo *m, const struct usable_facts *facts)
{
	uint64_t total = m->kib[MEMINFO_MEM_TOTAL], balloon;
	uint64_t pool = pool_kib(m, facts->other_pools_kib);
	struct usable u = {.foreign = is_foreign(m, facts, pool)};
	uint64_t available = available_kib(m, &u);

	u.pool_kib = u.foreign ? 0 : pool;
	u.arc_kib = u.foreign ? 0 : facts->arc_kib;
	balloon = u.foreign ? 0 : facts->balloon_kib;
	total = minus_u64(total, u.pool_kib + balloon);
	/* What is available is part of the total, however the lines miss each other; and with all
	 * of memory in the pool it is next to nothing, but not nothing. */
	u.total_kib = max_u64(total, available);
	if (u.total_kib == 0 && m->kib[MEMINFO_MEM_TOTAL] > 0)
		u.total_kib = 1;
	u.available_kib = min_u64(available + u.arc_kib, u.total_kib);
	return u;
}

uint32_t usable_lines(const struct meminfo *m)
{
	const uint32_t sizes =
		MEMINFO_BIT(MEMINFO_HUGEPAGES_SURP) | MEMINFO_BIT(MEMINFO_HUGEPAGESIZE);
	uint32_t lines = 0;

	if (m->kib[MEMINFO_HUGETLB] > 0)
		lines |= MEMINFO_BIT(MEMINFO_HUGETLB) | sizes;
	else if (m->kib[MEMINFO_HUGEPAGES_TOTAL] > 0)
		lines |= MEMINFO_BIT(MEMINFO_HUGEPAGES_TOTAL) | sizes;
	if (m->kib[MEMINFO_CMA_FREE] > 0)
		lines |= MEMINFO_BIT(MEMINFO_CMA_FREE);
	if (m->kib[MEMINFO_BALLOON] > 0)
		lines |= MEMINFO_BIT(MEMINFO_BALLOON);
	return lines;
}

/* ---- ZFS ---- */

/* 0.7 and later say "evictable", 0.6.2 to 0.6.5 "evict"; older ones say neither. Bytes. */
enum { ARC_SIZE = 0, ARC_MIN = 1, ARC_CLEAN = 2, ARC_CLEAN_BEFORE = 6, ARC_COUNT = 10 };
static const char *const arc_names[ARC_COUNT] = {
	"size",
	"c_min",
	"mru_evictable_data",
	"mru_evictable_metadata",
	"mfu_evictable_data",
	"mfu_evictable_metadata",
	"mru_evict_data",
	"mru_evict_metadata",
	"mfu_evict_data",
	"mfu_evict_metadata",
};
#define ARC_ALL_OF(first) (15u << (first))

static uint64_t sum_of_four(const uint64_t *value)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < 4; i++) {
		if (__builtin_add_overflow(sum, value[i], &sum))
			return UINT64_MAX;
	}
	return sum;
}

uint64_t usable_arc_kib(const char *text, size_t length)
{
	uint64_t v[ARC_COUNT] = {0}, above_min, clean;
	uint32_t found = parse_counters(text, length, arc_names, ARC_COUNT, v);

	if (!(found & (1u << ARC_SIZE)))
		return 0;
	above_min = minus_u64(v[ARC_SIZE], v[ARC_MIN]);
	if ((found & ARC_ALL_OF(ARC_CLEAN)) == ARC_ALL_OF(ARC_CLEAN))
		clean = sum_of_four(v + ARC_CLEAN);
	else if ((found & ARC_ALL_OF(ARC_CLEAN_BEFORE)) == ARC_ALL_OF(ARC_CLEAN_BEFORE))
		clean = sum_of_four(v + ARC_CLEAN_BEFORE);
	else
		clean = above_min;
	return min_u64(above_min, clean) / 1024;
}

/* ---- balloon ---- */

uint64_t usable_balloon_kib(const struct meminfo *m, uint64_t balloon_kib)
{
	static const enum meminfo_field explained[] = {
		MEMINFO_MEM_FREE,     MEMINFO_BUFFERS,    MEMINFO_CACHED,      MEMINFO_ANON_PAGES,
		MEMINFO_SRECLAIMABLE, MEMINFO_SUNRECLAIM, MEMINFO_PAGE_TABLES, MEMINFO_KERNEL_STACK,
		MEMINFO_PERCPU,       MEMINFO_HUGETLB,
	};
	uint64_t rest = m->kib[MEMINFO_MEM_TOTAL];

	for (unsigned i = 0; i < ARRAY_SIZE(explained); i++)
		rest = minus_u64(rest, m->kib[explained[i]]);
	return rest + balloon_kib / 8 >= balloon_kib ? balloon_kib : 0;
}

/* ---- swapoff ---- */

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

uint64_t usable_swap_leaving_kib(const struct swaps *swaps, uint64_t swap_total_kib)
{
	uint64_t sum = 0, best = UINT64_MAX, leaving = 0;

	for (unsigned i = 0; i < swaps->count; i++)
		sum += swaps->each[i].size_kib;
	if (sum <= swap_total_kib)
		return 0;
	/* Which one is it? The one whose unused part is what is missing of the total. */
	for (unsigned i = 0; i < swaps->count; i++) {
		uint64_t total = sum - swaps->each[i].size_kib + swaps->each[i].used_kib;

		if (distance(total, swap_total_kib) >= best)
			continue;
		best = distance(total, swap_total_kib);
		leaving = swaps->each[i].used_kib;
	}
	return min_u64(leaving, swap_total_kib);
}
