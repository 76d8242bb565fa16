/* SPDX-License-Identifier: MIT */
#include "look/usable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"

#define MIB UINT64_C(1024)
#define GIB (1024 * MIB)
#define TIB (1024 * GIB)

static struct meminfo read_text(const char *text)
{
	struct meminfo m;

	parse_meminfo(text, strlen(text), MEMINFO_ALL, &m);
	return m;
}

static struct usable usable(const struct meminfo *m)
{
	const struct usable_facts none = {0};

	return usable_memory(m, &none);
}

static void set(struct meminfo *m, enum meminfo_field field, uint64_t kib)
{
	m->have |= MEMINFO_BIT(field);
	m->kib[field] = kib;
}

static struct meminfo machine(uint64_t total, uint64_t available, uint64_t hugetlb)
{
	struct meminfo m = {0};

	set(&m, MEMINFO_MEM_TOTAL, total);
	set(&m, MEMINFO_MEM_FREE, available / 2);
	set(&m, MEMINFO_MEM_AVAILABLE, available);
	set(&m, MEMINFO_HUGEPAGESIZE, 2048);
	set(&m, MEMINFO_HUGEPAGES_TOTAL, hugetlb / 2048);
	set(&m, MEMINFO_HUGEPAGES_SURP, 0);
	set(&m, MEMINFO_HUGETLB, hugetlb);
	return m;
}

/* The inputs of R79, and the pools at their ends. */
static void r79_the_pool_of_huge_pages_is_no_memory_of_processes(void **state)
{
	static const struct {
		uint64_t total, available, pool, usable, share_ppm;
	} rows[] = {
		{64 * GIB, 6 * GIB, 52 * GIB, 12 * GIB, 500000},
		{TIB, 38 * GIB, 871 * GIB, 153 * GIB, 248366},
		{TIB, 204 * MIB, 922 * GIB, 102 * GIB, 1953},
		{TIB, 100, TIB - 100, 100, 1000000}, /* all that is left is available */
		{TIB, 0, TIB, 1, 0},                 /* nothing is left: no division by it */
		{64 * GIB, 64, 64 * GIB, 64, 1000000},
		{64 * GIB, 6 * GIB, 0, 64 * GIB, 93750}, /* no pool */
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct meminfo m = machine(rows[i].total, rows[i].available, rows[i].pool);
		struct usable u = usable(&m);

		assert_int_equal(u.total_kib, rows[i].usable);
		assert_int_equal(u.pool_kib, rows[i].pool);
		assert_int_equal(share_ppm(u.available_kib, u.total_kib), rows[i].share_ppm);
		assert_false(u.foreign);
	}
}

/* Pages over the pool were taken from ordinary memory, and go back there. */
static void r79_surplus_pages_stay_in_the_total(void **state)
{
	struct meminfo m = machine(64 * GIB, 6 * GIB, 52 * GIB);

	(void)state;
	set(&m, MEMINFO_HUGEPAGES_SURP, 10 * 512); /* 10 GiB */
	assert_int_equal(usable(&m).pool_kib, 42 * GIB);
	assert_int_equal(usable(&m).total_kib, 22 * GIB);
	set(&m, MEMINFO_HUGEPAGES_SURP, UINT64_MAX / 2);
	assert_int_equal(usable(&m).pool_kib, 0); /* a number that is none */
}

/* Before 4.16 meminfo has one size only; 1 GiB pages beside it are in /sys. */
static void r79_other_sizes_before_hugetlb_was_a_line(void **state)
{
	struct meminfo m = machine(64 * GIB, 6 * GIB, 12 * GIB);
	struct usable_facts facts = {.other_pools_kib = 40 * GIB};

	(void)state;
	m.have &= ~MEMINFO_BIT(MEMINFO_HUGETLB);
	m.kib[MEMINFO_HUGETLB] = 0;
	assert_int_equal(usable_memory(&m, &facts).pool_kib, 52 * GIB);
	assert_int_equal(usable(&m).pool_kib, 12 * GIB);
	set(&m, MEMINFO_HUGETLB, 52 * GIB);
	assert_int_equal(usable_memory(&m, &facts).pool_kib, 52 * GIB); /* not twice */
}

/* The container of R84: lxcfs before 3.0, whose MemAvailable is MemFree, beside a host with pools.
 */
static const char lxcfs[] =
	"MemTotal:        4194304 kB\nMemFree:            5120 kB\nMemAvailable:       5120 kB\n"
	"Buffers:               0 kB\nCached:          3145728 kB\nSwapTotal:             0 kB\n"
	"SwapFree:              0 kB\nAnonPages:      12582912 kB\nMapped:          4096016 kB\n"
	"Shmem:           7521488 kB\nSReclaimable:          0 kB\nHugePages_Total:    6144\n"
	"HugePages_Surp:        0\nHugepagesize:       2048 kB\nHugetlb:        12582912 kB\n";

static void r84_lines_of_two_worlds(void **state)
{
	struct meminfo m = read_text(lxcfs);
	struct usable_facts arc = {.arc_kib = 20 * GIB, .balloon_kib = GIB};
	struct usable u = usable_memory(&m, &arc);

	(void)state;
	assert_true(u.foreign);
	assert_true(u.estimated);
	assert_int_equal(u.total_kib,
			 4 * GIB); /* the pool, the ARC and the balloon are the host's */
	assert_int_equal(u.available_kib, 3 * GIB + 5 * MIB);
	assert_int_equal(u.arc_kib, 0);
	/* lxcfs 3.0 and later: what it says of itself is right. */
	set(&m, MEMINFO_MEM_AVAILABLE, 2 * GIB);
	u = usable_memory(&m, &arc);
	assert_true(u.foreign);
	assert_false(u.estimated);
	assert_int_equal(u.available_kib, 2 * GIB);
	/* Read as an idle look does: the lines that contradict are not there, but it is known. */
	m.kib[MEMINFO_ANON_PAGES] = m.kib[MEMINFO_HUGETLB] = 0;
	arc.foreign = true;
	assert_true(usable_memory(&m, &arc).foreign);
}

static void r84_the_kernel_says_how_much_it_has(void **state)
{
	struct meminfo m = machine(8 * GIB, 6 * GIB, GIB);
	struct usable_facts facts = {.kernel_ram_kib = 64 * GIB, .arc_kib = 30 * GIB};
	struct usable u = usable_memory(&m, &facts);

	(void)state;
	assert_true(u.foreign);
	assert_int_equal(u.total_kib, 8 * GIB);
	assert_int_equal(u.available_kib, 6 * GIB);
	facts.kernel_ram_kib = 8 * GIB + 64 * MIB; /* memory is being plugged in */
	u = usable_memory(&m, &facts);
	assert_false(u.foreign);
	assert_int_equal(u.total_kib, 7 * GIB);
}

/* MemAvailable that is MemFree by chance, on a machine of one world. */
static void r84_one_world_is_believed(void **state)
{
	struct meminfo m =
		read_text("MemTotal: 4194304 kB\nMemFree: 5120 kB\nMemAvailable: 5120 kB\n"
			  "Cached: 3145728 kB\nAnonPages: 2097152 kB\n");

	(void)state;
	assert_false(usable(&m).foreign);
	assert_int_equal(usable(&m).available_kib, 5120);
}

#define ARC(size, c_min, more)                                                                     \
	"13 1 0x01 147 39984 5 6\nname type data\nc_min 4 " c_min "\nsize 4 " size "\n" more

static void r80_of_zfs_only_what_can_be_evicted(void **state)
{
	static const struct {
		const char *text;
		uint64_t kib;
	} rows[] = {
		/* R80: 22 GiB, of which 300 MiB are clean */
		{ARC("23622320128", "2147483648",
		     "anon_evictable_data 4 9999999999\nmru_evictable_data 4 104857600\n"
		     "mru_evictable_metadata 4 52428800\nmru_ghost_evictable_data 4 9999999999\n"
		     "mfu_evictable_data 4 104857600\nmfu_evictable_metadata 4 52428800\n"
		     "mfu_ghost_evictable_data 4 9999999999\n"),
		 300 * MIB},
		/* all of it is clean: down to c_min */
		{ARC("1153433600", "104857600",
		     "mru_evictable_data 4 1153433600\nmru_evictable_metadata 4 0\n"
		     "mfu_evictable_data 4 0\nmfu_evictable_metadata 4 0\n"),
		 1000 * MIB},
		/* 0.6.5 has other names */
		{ARC("23622320128", "2147483648",
		     "mru_evict_data 4 104857600\nmru_evict_metadata 4 0\n"
		     "mfu_evict_data 4 0\nmfu_evict_metadata 4 52428800\n"),
		 150 * MIB},
		/* older ones say nothing of it; and one line of the four is none */
		{ARC("1153433600", "104857600", ""), 1000 * MIB},
		{ARC("1153433600", "104857600", "mru_evictable_data 4 5\n"), 1000 * MIB},
		{ARC("100", "104857600", ""), 0},
		{ARC("2048", "0",
		     "mru_evictable_data 4 18446744073709551615\n"
		     "mru_evictable_metadata 4 18446744073709551615\n"
		     "mfu_evictable_data 4 1\nmfu_evictable_metadata 4 1\n"),
		 2},
		{"size_of_nothing 4 7\nmru_size 4 7\n", 0},
		{"", 0},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(usable_arc_kib(rows[i].text, strlen(rows[i].text)), rows[i].kib);
}

/* 8 GiB with 6 in the balloon: virtio with DEFLATE_ON_OOM, or VMware, leaves them in MemTotal;
 * virtio without it has taken them off already. */
static void r88_a_balloon_is_no_memory_of_processes(void **state)
{
	struct meminfo in =
		read_text("MemTotal: 8388608 kB\nMemFree: 204800 kB\nMemAvailable: 307200 "
			  "kB\nBuffers: 0 kB\nCached: 204800 kB\nAnonPages: 1572864 kB\n"
			  "SUnreclaim: 51200 kB\nBalloon: 6291456 kB\n");
	struct meminfo out =
		read_text("MemTotal: 2097152 kB\nMemFree: 204800 kB\nMemAvailable: 307200 "
			  "kB\nBuffers: 0 kB\nCached: 204800 kB\nAnonPages: 1572864 kB\n"
			  "SUnreclaim: 51200 kB\nBalloon: 6291456 kB\n");
	struct usable_facts facts = {.balloon_kib = usable_balloon_kib(&in, 6 * GIB)};

	(void)state;
	assert_int_equal(facts.balloon_kib, 6 * GIB);
	assert_int_equal(usable_memory(&in, &facts).total_kib, 2 * GIB);
	assert_int_equal(usable_balloon_kib(&out, 6 * GIB), 0);
	assert_int_equal(usable_balloon_kib(&in, 0), 0);
	facts.balloon_kib = 9 * GIB; /* it was just deflated, and this is of before */
	assert_int_equal(usable_memory(&in, &facts).total_kib, 307200);
}

static struct swaps swaps_of(const char *text)
{
	struct swaps s;

	parse_swaps(text, strlen(text), &s);
	return s;
}

#define SWAPS "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
#define DISK  "/dev/sda2                               partition\t2097148\t\t1572864\t\t-2\n"
#define ZRAM  "/dev/zram0                              partition\t1048572\t\t262144\t\t100\n"

static void r88_what_swapoff_still_brings_back(void **state)
{
	struct swaps one = swaps_of(SWAPS DISK), two = swaps_of(SWAPS ZRAM DISK),
		     none = swaps_of(SWAPS);

	(void)state;
	assert_int_equal(one.count, 1);
	assert_int_equal(two.each[0].size_kib, 1048572);
	assert_int_equal(two.each[1].used_kib, 1572864);
	assert_int_equal(usable_swap_leaving_kib(&one, 2097148), 0);
	assert_int_equal(usable_swap_leaving_kib(&one, 1572864), 1572864);
	assert_int_equal(usable_swap_leaving_kib(&two, 2097148 + 1048572), 0);
	assert_int_equal(usable_swap_leaving_kib(&two, 1048572 + 1572864), 1572864);
	/* meminfo was read a moment before */
	assert_int_equal(usable_swap_leaving_kib(&two, 2097148 + 262144 + 4000), 262144);
	assert_int_equal(usable_swap_leaving_kib(&none, 0), 0);
	assert_int_equal(usable_swap_leaving_kib(&none, 5), 0);
	assert_int_equal(swaps_of("").count, 0);
	assert_int_equal(swaps_of(SWAPS "/dev/sda2 partition 20").count, 0); /* cut */
	assert_int_equal(swaps_of("a b 18446744073709551615 1 2\n").count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r79_the_pool_of_huge_pages_is_no_memory_of_processes),
		cmocka_unit_test(r79_surplus_pages_stay_in_the_total),
		cmocka_unit_test(r79_other_sizes_before_hugetlb_was_a_line),
		cmocka_unit_test(r84_lines_of_two_worlds),
		cmocka_unit_test(r84_the_kernel_says_how_much_it_has),
		cmocka_unit_test(r84_one_world_is_believed),
		cmocka_unit_test(r80_of_zfs_only_what_can_be_evicted),
		cmocka_unit_test(r88_a_balloon_is_no_memory_of_processes),
		cmocka_unit_test(r88_what_swapoff_still_brings_back),
	};

	return cmocka_run_group_tests_name("usable", tests, NULL, NULL);
}
