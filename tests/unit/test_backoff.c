/* SPDX-License-Identifier: MIT */
#include "decide/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct backoff backoff;

static int fresh(void **state)
{
	(void)state;
	memset(&backoff, 0, sizeof(backoff));
	return 0;
}

static bool holds(uint64_t key, unsigned at_s)
{
	return backoff_holds(&backoff, key, at_s * NS_PER_S);
}

static void three_in_ten_minutes(void **state)
{
	(void)state;
	assert_false(holds(7, 50));
	backoff_note(&backoff, 7, 100 * NS_PER_S);
	backoff_note(&backoff, 7, 300 * NS_PER_S);
	backoff_note(&backoff, 9, 310 * NS_PER_S); /* another one's */
	assert_false(holds(7, 320));
	backoff_note(&backoff, 7, 400 * NS_PER_S);
	assert_true(holds(7, 400));
	assert_true(holds(7, 699));
	assert_false(holds(9, 400));
	assert_false(holds(7, 700)); /* the first of them is ten minutes old */
	backoff_note(&backoff, 7, 700 * NS_PER_S);
	assert_true(holds(7, 899));
	assert_false(holds(7, 900));
}

static void those_who_were_hit_first_are_forgotten(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= BACKOFF_MOST + 1; i++)
		for (unsigned n = 0; n < BACKOFF_VICTIMS; n++)
			backoff_note(&backoff, i, (100 + i) * NS_PER_S);
	assert_false(holds(1, 200));
	for (unsigned i = 2; i <= BACKOFF_MOST + 1; i++)
		assert_true(holds(i, 200));
}

static void what_stays_the_same(void **state)
{
	(void)state;
	assert_true(backoff_key("/docker/1", "docker 1") != backoff_key("/docker/2", "docker 2"));
	assert_true(backoff_key("/system.slice/a.service", "") ==
		    backoff_key("/system.slice/a.service", ""));
	assert_true(backoff_key("/kubepods/podA/1", "containerd 1 pod A") ==
		    backoff_key("/kubepods/podA/2", "containerd 2 pod A"));
	assert_true(backoff_key("/kubepods/podA/1", "containerd 1 pod A") !=
		    backoff_key("/kubepods/podB/1", "containerd 1 pod B"));
	assert_true(backoff_key("", "") != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(three_in_ten_minutes, fresh),
		cmocka_unit_test_setup(those_who_were_hit_first_are_forgotten, fresh),
		cmocka_unit_test_setup(what_stays_the_same, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
