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

#define MIB(n) (UINT64_C(1024) * (n))

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
	assert_int_equal(target.most_memory_kib, MIB(250));
	p->shared_anon_kib = 0; /* what it has in swap may be all copies */
	p->freeable_kib = MIB(20);
	(void)target_process(&table, 0, &target);
	assert_int_equal(target.most_memory_kib, 0);
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

/* R88: swapoff is of no table. */
static void one_by_itself(void **state)
{
	struct proc p = {.pid = 7, .freeable_kib = MIB(3), .swap_kib = MIB(1)};

	(void)state;
	add(10, 300)->mm_of = 7;
	target_one(&p, &target);
	must_be(TARGET_PROCESS, 7, 1, 3);
	assert_int_equal(target.together_count, 0);
	assert_int_equal(target.most_memory_kib, MIB(2));
}

/* Who may have started a swarm of 40, and who did. */
static struct proc *one_that_starts(unsigned by_it, unsigned by_another)
{
	struct proc *p;

	(void)begin(NULL);
	add_swarm(by_it, 20);
	add_swarm(by_another, 30);
	(void)add(30, 1);
	p = add(20, 1);
	p->rank = CLASS_SMALL;
	return p;
}

static pid_t head_of(uint64_t age_s)
{
	(void)target_swarm(&table, 0, MIB(3), &target);
	assert_int_equal(target.together_count, 2);
	target_add_head(&table, (age_s + 2) * NS_PER_S, &target); /* 20 began after 2 s */
	assert_int_equal(target.together_count, 2 + (target.head.pid != 0));
	if (target.head.pid != 0)
		assert_int_equal(target.together[2].pid, target.head.pid);
	return target.head.pid;
}

/* R97: who started most of a swarm goes with it, of which few go now; not where several did. */
static void r97_who_started_them(void **state)
{
	(void)state;
	(void)one_that_starts(40, 0);
	assert_int_equal(head_of(60), 20);
	assert_int_equal(target.victim.freeable_kib, MIB(4));
	(void)one_that_starts(40, 39);
	assert_int_equal(head_of(60), 20);
	(void)one_that_starts(40, 40);
	assert_int_equal(head_of(60), 0);
	(void)one_that_starts(31, 0); /* too few were read to say so */
	assert_int_equal(head_of(60), 0);
}

/* Many go, and there is always room for one more. */
static void r97_there_is_room_for_who_started_them(void **state)
{
	(void)state;
	(void)one_that_starts(500, 0);
	(void)target_swarm(&table, 0, MIB(900), &target);
	target_add_head(&table, 60 * NS_PER_S, &target);
	assert_int_equal(target.together_count, TOGETHER_MAX);
	assert_int_equal(target.head.pid, 20);
}

/* A mail server's master has stood for long, and its workers are as many as there is mail; with a
 * session's leader, or a container's first process, others would go; what is large, or younger than
 * they are, is not what started a bomb. */
static void r97_who_is_no_bomb_lives(void **state)
{
	struct proc *p;

	(void)state;
	(void)one_that_starts(40, 0);
	assert_int_equal(head_of(599), 20);
	(void)one_that_starts(40, 0);
	assert_int_equal(head_of(601), 0);
	for (uint8_t rank = 0; rank <= CLASS_NEVER; rank++) {
		one_that_starts(40, 0)->rank = rank;
		assert_int_equal(head_of(60), rank == CLASS_SMALL ? 20 : 0);
	}
	one_that_starts(40, 0)->leads_session = true;
	assert_int_equal(head_of(60), 0);
	one_that_starts(40, 0)->ns_first = true;
	assert_int_equal(head_of(60), 0);
	p = one_that_starts(40, 0);
	p->start_ticks = table.procs[0].start_ticks + 1;
	assert_int_equal(head_of(60), 0);
}

/* R109: who is protected by a reload gets nothing more. */
static void r109_one_is_spared(void **state)
{
	struct process_id id;

	(void)state;
	(void)one_that_starts(40, 0);
	assert_int_equal(head_of(60), 20);
	id = target.together[0];
	target_spare(&target, &id);
	assert_int_equal(target.together_count, 2);
	assert_true(target.together[0].pid != id.pid);
	assert_int_equal(target.head.pid, 20);
	id = target.together[1];
	target_spare(&target, &id);
	assert_int_equal(target.together_count, 1);
	assert_int_equal(target.head.pid, 0);
	target_spare(&target, &id); /* it is none of them */
	assert_int_equal(target.together_count, 1);
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
	must_be(TARGET_GROUP, 100, 65, 128); /* it uses the memory of another */
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
		cmocka_unit_test_setup(one_by_itself, begin),
		cmocka_unit_test_setup(r97_who_started_them, begin),
		cmocka_unit_test_setup(r97_there_is_room_for_who_started_them, begin),
		cmocka_unit_test_setup(r97_who_is_no_bomb_lives, begin),
		cmocka_unit_test_setup(r109_one_is_spared, begin),
		cmocka_unit_test_setup(a_group_by_its_first, begin),
		cmocka_unit_test_setup(a_large_group, begin),
		cmocka_unit_test_setup(a_group_that_may_not_go, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
