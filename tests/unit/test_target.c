/* SPDX-License-Identifier: MIT */
/* Who goes with whom. Swarms: test_turn.c. */
#include "choose/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"

#define BOOT_NS (100 * NS_PER_S)
#define MIB(n)  (UINT64_C(1024) * (n))

static struct proc_table table;
static struct target target;

static struct proc *add(pid_t pid, uint64_t freeable_mib)
{
	struct proc *p = &table.procs[table.count++];

	p->pid = pid;
	p->start_ticks = (uint64_t)pid * 10;
	p->freeable_kib = MIB(freeable_mib);
	p->rank = CLASS_NORMAL;
	return p;
}

static int begin(void **state)
{
	(void)state;
	memset(&table, 0, sizeof(table));
	return 0;
}

static void must_be(enum target_kind kind, pid_t victim, unsigned victims, uint64_t freeable_mib)
{
	assert_int_equal(target.kind, kind);
	assert_int_equal(target.victim.pid, victim);
	assert_int_equal(target_victims(&target), victims);
	assert_int_equal(target.victim.freeable_kib, MIB(freeable_mib));
}

/* R96: what uses its memory holds nothing of its own. */
static void r96_those_of_one_memory(void **state)
{
	(void)state;
	(void)add(10, 300);
	(void)add(11, 200);
	add(12, 300)->mm_of = 11;
	add(13, 200)->mm_of = 10;
	assert_int_equal(target_process(&table, 0, &target), 1);
	must_be(TARGET_PROCESS, 10, 1, 300);
	assert_int_equal(target.together_count, 1);
	assert_true(proc_is(&table.procs[3], &target.together[0]));
	assert_int_equal(target_process(&table, 1, &target), 2);
	must_be(TARGET_PROCESS, 11, 1, 200);
	assert_true(proc_is(&table.procs[2], &target.together[0]));
}

/* R40: the copies of its memory may turn out to be its own. */
static void r40_the_most_that_memory_gains(void **state)
{
	struct proc *p = add(10, 300);

	(void)state;
	p->swap_kib = MIB(100);
	p->shared_anon_kib = MIB(50);
	(void)target_process(&table, 0, &target);
	assert_int_equal(target_memory_kib(&target), MIB(250));
}

/* So many of a swarm that this one started. */
static void add_swarm(unsigned count, pid_t ppid)
{
	while (count-- > 0) {
		struct proc *p = add(1000 + (pid_t)table.count, 1);

		p->ppid = ppid;
		p->swarm_kib = MIB(100);
	}
}

/* R97: who started most of those that go is one of them; not where several did, or it is avoided.
 */
static void r97_who_started_them(void **state)
{
	static const struct {
		unsigned by_first, by_second;
		uint8_t rank; /* enum rank_class */
		pid_t head;
	} rows[] = {
		{8, 0, CLASS_SMALL, 20},   {8, 7, CLASS_NORMAL, 20}, {8, 8, CLASS_SMALL, 0},
		{7, 8, CLASS_SMALL, 30},   {8, 0, CLASS_AVOIDED, 0}, {8, 0, CLASS_NEVER, 0},
		{500, 0, CLASS_SMALL, 20}, /* however many there are */
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)begin(state);
		add_swarm(rows[i].by_first, 20);
		add_swarm(rows[i].by_second, 30);
		add(20, 1)->rank = rows[i].rank;
		(void)add(30, 1);
		(void)target_swarm(&table, 0, MIB(900), &target);
		assert_int_equal(target.head.pid, 0);
		target_add_head(&table, BOOT_NS, &target);
		assert_int_equal(target.head.pid, rows[i].head);
		assert_true(target.together_count <= TOGETHER_MAX);
		if (rows[i].head != 0)
			assert_int_equal(target.together[target.together_count - 1].pid,
					 rows[i].head);
	}
}

/* A mail server's master has stood for long, and its workers are as many as there is mail. */
static void r97_who_has_stood_for_long_lives(void **state)
{
	static const struct {
		uint64_t age_s;
		pid_t head;
	} rows[] = {{599, 20}, {601, 0}, {86400, 0}};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)begin(state);
		add_swarm(8, 20);
		(void)add(20, 1); /* it began 2 s after the boot */
		(void)target_swarm(&table, 0, MIB(900), &target);
		target_add_head(&table, (rows[i].age_s + 2) * NS_PER_S, &target);
		assert_int_equal(target.head.pid, rows[i].head);
	}
}

/* One that is of the swarm itself goes anyway. */
static void r97_who_started_them_is_one_of_them(void **state)
{
	(void)state;
	add_swarm(8, 1003);
	(void)target_swarm(&table, 0, MIB(900), &target);
	target_add_head(&table, BOOT_NS, &target);
	assert_int_equal(target.head.pid, 0);
	assert_int_equal(target_victims(&target), 8);
}

/* What the whole group gives back is not what its first process shows (a shell, an init). */
static void a_group_by_its_first(void **state)
{
	(void)state;
	add(20, 300)->swap_kib = MIB(40);
	add(21, 1)->ns_first = true;
	(void)add(22, 50);
	add(25, 50)->skip = SKIP_TOGETHER; /* it uses the memory of 22 */
	add(23, 1)->ns_first = true;       /* a container in the container */
	add(24, 500)->skip = SKIP_OUTSIDE;
	assert_int_equal(target_group_why(&table), NOBODY_NONE);
	assert_int_equal(target_group(&table, 0, &target), 6);
	must_be(TARGET_GROUP, 21, 2, 352);
	assert_int_equal(target.victim.swap_kib, MIB(40));
	assert_int_equal(target.together[0].pid, 23);
	assert_int_equal(target_group(&table, 6, &target), 0);
}

/* Nobody is first, and there are more than one target has room for. */
static void a_large_group(void **state)
{
	unsigned next;

	(void)state;
	for (int32_t i = 0; i < 100; i++)
		(void)add(100 + i, 2);
	table.procs[0].skip = SKIP_TOGETHER;
	table.procs[1].skip = SKIP_ZOMBIE;
	next = target_group(&table, 0, &target);
	assert_int_equal(next, 66);
	must_be(TARGET_GROUP, 100, 65, 130);
	next = target_group(&table, next, &target);
	assert_int_equal(next, 100);
	must_be(TARGET_GROUP, 166, 34, 68);
	assert_int_equal(target_group(&table, next, &target), 0);
}

/* All or none. */
static void a_group_that_may_not_go(void **state)
{
	(void)state;
	(void)add(10, 300);
	add(11, 10)->skip = SKIP_SELF;
	assert_int_equal(target_group_why(&table), NOBODY_PROTECTED);
	table.procs[1].skip = SKIP_OUTSIDE;
	assert_int_equal(target_group_why(&table), NOBODY_NONE);
	table.truncated = true;
	assert_int_equal(target_group_why(&table), NOBODY_UNREAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(r96_those_of_one_memory, begin),
		cmocka_unit_test_setup(r40_the_most_that_memory_gains, begin),
		cmocka_unit_test_setup(r97_who_started_them, begin),
		cmocka_unit_test_setup(r97_who_has_stood_for_long_lives, begin),
		cmocka_unit_test_setup(r97_who_started_them_is_one_of_them, begin),
		cmocka_unit_test_setup(a_group_by_its_first, begin),
		cmocka_unit_test_setup(a_large_group, begin),
		cmocka_unit_test_setup(a_group_that_may_not_go, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
