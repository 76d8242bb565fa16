/* SPDX-License-Identifier: MIT */
#include "look/disks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct disks disks;
static struct disk_reads reads;
static uint64_t faults, refaults;

static int set_up(void **state)
{
	(void)state;
	memset(&disks, 0, sizeof(disks));
	memset(&reads, 0, sizeof(reads));
	faults = refaults = 0;
	return 0;
}

static void count(unsigned disk, uint64_t done, uint64_t ms)
{
	reads.each[disk].reads += done;
	reads.each[disk].ms += ms;
	reads.all.reads += done;
	reads.all.ms += ms;
	if (reads.disks <= disk)
		reads.disks = disk + 1;
}

static uint64_t look(void)
{
	return disks_wait_ms(&disks, &reads, faults, refaults);
}

/* From the first look on, and whoever reads. */
static void one_disk_is_believed(void **state)
{
	(void)state;
	count(0, 1000, 7000);
	assert_int_equal(look(), 7000);
	for (unsigned i = 0; i < 3; i++) {
		count(0, 500, 333);
		refaults += 100 * i;
		faults += 200 * i;
		assert_int_equal(look(), reads.all.ms);
	}
}

/* 900 faults a second on a fast disk are not charged with the time of a slow drive that is being
 * copied from. */
static void a_slow_drive_beside(void **state)
{
	uint64_t before;

	(void)state;
	count(0, 1, 16);
	count(1, 1, 0);
	before = look();
	count(0, 60, 960);
	count(1, 900, 180);
	faults = refaults = 900;
	assert_int_equal(look() - before,
			 192); /* of 960 reads, 0.2 ms each: 900 of them are 0.18 tasks, not 1.07 */
}

/* Who reads little from a fast disk and faults on a slow one waits for the slow one. */
static void more_faults_than_fast_reads(void **state)
{
	uint64_t before;

	(void)state;
	count(0, 0, 0);
	count(1, 0, 0);
	before = look();
	count(0, 200, 2000);
	count(1, 200, 40);
	faults = refaults = 400;
	assert_int_equal(look() - before, 2040);
	count(0, 200, 2000);
	count(1, 200, 40);
	faults += 400;
	refaults += 250;                               /* the others are pages that are new */
	assert_int_equal(look() - before, 2040 + 864); /* (40 + 50 * 10) / 250 * 400 */
}

/* Where one comes or goes nothing can be compared; the number only grows. */
static void a_disk_comes(void **state)
{
	uint64_t before;

	(void)state;
	count(0, 100, 100);
	before = look();
	count(1, 5000, 90000);
	assert_int_equal(look(), before);
	count(1, 10, 20);
	faults = refaults = 10;
	assert_int_equal(look(), before + 20);
	reads.each[1].ms = 0; /* a counter of 32 bits */
	reads.each[1].reads += 10;
	reads.all.reads += 10;
	assert_int_equal(look(), before + 20);
}

static void nothing_is_read(void **state)
{
	(void)state;
	assert_int_equal(look(), 0);
	faults = refaults = 50; /* from zswap */
	assert_int_equal(look(), 0);
}

/* Whatever they say: it stays a number, and never falls. */
static void counters_that_make_no_sense(void **state)
{
	uint64_t before;

	(void)state;
	count(0, 1, UINT64_MAX);
	before = look();
	assert_true(before > UINT64_MAX / 32);
	reads.each[0].reads = reads.all.reads = UINT64_MAX;
	assert_true(look() >= before);
}

/* R81: said where nothing is counted, or so little that it cannot be what came in. */
static void r81_disks_that_count_nothing(void **state)
{
	(void)state;
	assert_false(disks_count_reads(0, 0, 0));
	assert_false(disks_count_reads(0, 0, 4000000));
	assert_true(disks_count_reads(10, 40, 1000)); /* it has just begun */
	assert_true(disks_count_reads(90000, 3900000, 4000000));
	assert_true(disks_count_reads(90000, 2000000, 4000000)); /* loop devices count twice */
	assert_false(disks_count_reads(800, 30000, 4000000));    /* switched off early at boot */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r81_disks_that_count_nothing),
		cmocka_unit_test_setup(one_disk_is_believed, set_up),
		cmocka_unit_test_setup(a_slow_drive_beside, set_up),
		cmocka_unit_test_setup(more_faults_than_fast_reads, set_up),
		cmocka_unit_test_setup(a_disk_comes, set_up),
		cmocka_unit_test_setup(nothing_is_read, set_up),
		cmocka_unit_test_setup(counters_that_make_no_sense, set_up),
	};

	return cmocka_run_group_tests_name("disks", tests, NULL, NULL);
}
