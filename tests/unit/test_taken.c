/* SPDX-License-Identifier: MIT */
#include "base/util.h"
#include "decide/taken.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MIB(n) (UINT64_C(1024) * (n))

static struct taken taken;

static int fresh(void **state)
{
	(void)state;
	taken = (struct taken){0};
	return 0;
}

static void see(double seconds, uint64_t anon_mib, uint64_t swap_used_mib)
{
	const struct sample s = {.now_ns = (uint64_t)(seconds * 1e9),
				 .have = HAVE_MEM | HAVE_DETAIL,
				 .anon_kib = MIB(anon_mib),
				 .shmem_kib = MIB(10),
				 .slab_kib = MIB(5),
				 .swap_total_kib = MIB(1000),
				 .swap_free_kib = MIB(1000 - swap_used_mib)};

	taken_follow(&taken, &s);
}

static uint64_t since(double seconds)
{
	return taken_since(&taken, (uint64_t)(seconds * 1e9)) / 1024;
}

static void nothing_is_known_at_first(void **state)
{
	(void)state;
	assert_int_equal(since(0), 0);
	see(100, 500, 0);
	assert_int_equal(since(0), 0);
}

static void counts_from_the_least_since_then(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= 40; i++)
		see(100 + i / 4.0, 300 + i, 0);
	assert_int_equal(since(0), 40);
	assert_in_range(since(108), 6, 8);
	see(110.5, 320, 0); /* somebody gave something back */
	assert_int_equal(since(0), 20);
	assert_int_equal(since(110.25), 0);
}

/* What goes to swap was held before, and is. */
static void swapping_out_is_no_growth(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= 40; i++)
		see(100 + i / 4.0, 500 - 5 * i, 5 * i);
	assert_int_equal(since(0), 0);
}

static void a_look_without_detail_says_nothing(void **state)
{
	(void)state;
	see(100, 500, 0);
	taken_follow(&taken, &(struct sample){.now_ns = 101 * NS_PER_S, .have = HAVE_MEM});
	see(102, 510, 0);
	assert_int_equal(since(0), 10);
}

static void reaches_back_over_a_minute_and_no_more(void **state)
{
	(void)state;
	see(100, 100, 0);
	for (unsigned i = 1; i <= 4 * 61; i++)
		see(100 + i / 4.0, 200, 0);
	assert_int_equal(since(0), 100);
	for (unsigned i = 4 * 61; i <= 4 * 70; i++)
		see(100 + i / 4.0, 200, 0);
	assert_int_equal(since(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_is_known_at_first, fresh),
		cmocka_unit_test_setup(counts_from_the_least_since_then, fresh),
		cmocka_unit_test_setup(swapping_out_is_no_growth, fresh),
		cmocka_unit_test_setup(a_look_without_detail_says_nothing, fresh),
		cmocka_unit_test_setup(reaches_back_over_a_minute_and_no_more, fresh),
	};

	return cmocka_run_group_tests_name("taken", tests, NULL, NULL);
}
