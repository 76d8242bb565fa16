/* SPDX-License-Identifier: MIT */
#include "choose/nobody.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MIB(n)       (UINT64_C(1024) * (n))

static struct proc_table table;

static int fresh(void **state)
{
	(void)state;
	memset(&table, 0, sizeof(table));
	return 0;
}

static struct proc *add(enum rank_class rank, enum skip skip, uint64_t held_mib)
{
	struct proc *p = &table.procs[table.count++];

	p->rank = (uint8_t)rank;
	p->skip = (uint8_t)skip;
	p->freeable_kib = MIB(held_mib);
	return p;
}

static void r110_each_reason_is_its_own(void **state)
{
	static const struct {
		enum skip skip;
		enum nobody why;
	} rows[] = {
		{SKIP_INIT, NOBODY_SEEN},
		{SKIP_SELF, NOBODY_SEEN},
		{SKIP_KERNEL_THREAD, NOBODY_SEEN},
		{SKIP_ZOMBIE, NOBODY_SEEN},
		{SKIP_UNKILLABLE, NOBODY_PROTECTED},
		{SKIP_PROTECTED, NOBODY_PROTECTED},
		{SKIP_CRITICAL, NOBODY_PROTECTED},
		{SKIP_IGNORED_USER, NOBODY_PROTECTED},
		{SKIP_BOUND, NOBODY_PROTECTED},
		{SKIP_NOT_PERMITTED, NOBODY_NOT_PERMITTED},
		{SKIP_PENDING, NOBODY_SIGNALLED},
		{SKIP_HELD_BACK, NOBODY_HELD_BACK},
	};

	assert_int_equal(nobody_why(&table, 0, 0), NOBODY_SEEN);
	for (size_t i = 0; i < COUNT(rows); i++) {
		(void)fresh(state);
		(void)add(CLASS_NEVER, rows[i].skip, 100);
		assert_int_equal(nobody_why(&table, MIB(1), 0), rows[i].why);
		/* however small it is */
		table.procs[0].freeable_kib = 0;
		assert_int_equal(nobody_why(&table, MIB(1), 0), rows[i].why);
	}
}

static void r110_the_one_that_keeps_most_is_told(void **state)
{
	(void)state;
	(void)add(CLASS_NEVER, SKIP_PROTECTED, 300);
	(void)add(CLASS_NEVER, SKIP_PENDING, 400);
	(void)add(CLASS_NEVER, SKIP_HELD_BACK, 350);
	assert_int_equal(nobody_why(&table, MIB(1), 0), NOBODY_SIGNALLED);
	(void)add(CLASS_NEVER, SKIP_CRITICAL, 200);
	assert_int_equal(nobody_why(&table, MIB(1), 0), NOBODY_PROTECTED);
	/* of rows that were not kept */
	table.count = 2;
	assert_int_equal(nobody_why(&table, MIB(1), 0), NOBODY_SIGNALLED);
	table.dropped_unkillable_kib = MIB(101);
	assert_int_equal(nobody_why(&table, MIB(1), 0), NOBODY_PROTECTED);
}

static void r110_who_is_worth_it(void **state)
{
	struct proc *best = add(CLASS_SMALL, SKIP_NONE, 1);

	(void)state;
	(void)add(CLASS_NEVER, SKIP_PROTECTED, 30);
	assert_int_equal(nobody_why(&table, MIB(32), 0), NOBODY_NONE);
	assert_int_equal(nobody_why(&table, MIB(33), 0), NOBODY_SMALL);
	/* the small ones are not the reason where somebody has enough */
	table.procs[1].freeable_kib = MIB(4000);
	assert_int_equal(nobody_why(&table, MIB(33), 0), NOBODY_PROTECTED);
	best->doubtful = true;
	assert_int_equal(nobody_why(&table, MIB(33), 0), NOBODY_NONE);
	best->doubtful = false;
	best->rank = CLASS_AVOIDED;
	assert_int_equal(nobody_why(&table, MIB(33), 0), NOBODY_NONE);
}

/* R37: what is missing at first is next to nothing, and two daemons of 600 KiB went for it. */
static void r37_next_to_nothing_is_not_worth_an_end(void **state)
{
	struct proc *best = add(CLASS_SMALL, SKIP_NONE, 1);

	(void)state;
	assert_int_equal(nobody_why(&table, 100, MIB(1)), NOBODY_NONE);
	assert_int_equal(nobody_why(&table, 100, MIB(1) + 1), NOBODY_SMALL);
	best->rank = CLASS_NORMAL;
	assert_int_equal(nobody_why(&table, 100, MIB(1) + 1), NOBODY_NONE);
}

static void r110_more_than_can_be_looked_at(void **state)
{
	struct proc *best = add(CLASS_SMALL, SKIP_NONE, 1);

	(void)state;
	table.truncated = true;
	assert_int_equal(nobody_why(&table, MIB(33), 0), NOBODY_UNREAD);
	assert_int_equal(nobody_why(&table, MIB(32), 0), NOBODY_NONE);
	best->rank = CLASS_NEVER;
	best->skip = SKIP_PROTECTED;
	assert_int_equal(nobody_why(&table, MIB(1), 0), NOBODY_UNREAD);
}

static void each_has_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NOBODY_COUNT; i++) {
		assert_true(strlen(nobody_name(i)) > 0);
		assert_true(strlen(nobody_text(i)) > 0);
		for (unsigned j = 0; j < i; j++) {
			assert_string_not_equal(nobody_name(i), nobody_name(j));
			assert_string_not_equal(nobody_text(i), nobody_text(j));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(r110_each_reason_is_its_own, fresh),
		cmocka_unit_test_setup(r110_the_one_that_keeps_most_is_told, fresh),
		cmocka_unit_test_setup(r110_who_is_worth_it, fresh),
		cmocka_unit_test_setup(r37_next_to_nothing_is_not_worth_an_end, fresh),
		cmocka_unit_test_setup(r110_more_than_can_be_looked_at, fresh),
		cmocka_unit_test(each_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
