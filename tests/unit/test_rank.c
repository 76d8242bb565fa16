/* SPDX-License-Identifier: MIT */
#include "choose/rank.h"

#include "choose/nobody.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "look/parse.h"

#define GIB(n) (UINT64_C(1048576) * (n))
#define MIB(n) (UINT64_C(1024) * (n))

static struct config config;
static struct proc_table table;
static uint64_t shmem_kib, staying_kib; /* of the machine */

static const int32_t *members; /* NULL: all are */
static unsigned member_count;

static int fresh(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	config.min_victim_ppm = 10000;
	config.protect_critical = true;
	memset(&table, 0, sizeof(table));
	shmem_kib = staying_kib = 0;
	members = NULL;
	return 0;
}

static struct rank judge_all(void)
{
	struct rank rank = {
		.config = &config,
		.page_kib = 4,
		.mem_total_kib = GIB(100),
		.total_kib = GIB(100),
		.self = 77,
		.asker = 78,
		.may_kill_all = true,
		.shmem_kib = shmem_kib,
		.staying_kib = staying_kib,
	};

	if (members)
		rank_of_group(&rank, MIB(1000), members, member_count);
	return rank;
}

static int find_user(const char *name, uint32_t *ret)
{
	*ret = strcmp(name, "postgres") == 0 ? 105 : 1000;
	return 0;
}

static void set_list(struct match_list *list, const char *text)
{
	assert_int_equal(match_parse(text, find_user, list, NULL, 0), 0);
}

static struct proc *add(const char *comm, uint64_t anon_mib)
{
	struct proc *p = &table.procs[table.count++];

	p->pid = (pid_t)(1000 + table.count);
	p->ppid = 900;
	p->state = 'S';
	p->threads = 1;
	p->start_ticks = 5000 + table.count;
	p->oom_score = 700;
	p->anon_kib = p->rss_kib = MIB(anon_mib);
	p->uid = 1000;
	(void)snprintf(p->comm, sizeof(p->comm), "%s", comm);
	return p;
}

static const struct proc *best(void)
{
	struct rank rank = judge_all();

	for (unsigned i = 0; i < table.count; i++)
		rank_judge(&rank, &table.procs[i]);
	rank_sort(&rank, &table);
	return table.procs[0].rank == CLASS_NEVER ? NULL : &table.procs[0];
}

static const char *best_name(void)
{
	const struct proc *p = best();

	return p ? p->comm : "nobody";
}

static enum skip skip_of(struct proc *p)
{
	struct rank rank = judge_all();

	rank_judge(&rank, p);
	return (enum skip)p->skip;
}

static void largest_goes(void **state)
{
	(void)state;
	(void)add("small", 2000);
	(void)add("large", 9000);
	(void)add("middle", 5000);
	assert_string_equal(best_name(), "large");
	assert_string_equal(table.procs[1].comm, "middle");
	assert_string_equal(table.procs[2].comm, "small");
}

static void never_table(void **state)
{
	struct proc *p;

	(void)state;
	p = add("init", 5000);
	p->pid = 1;
	assert_int_equal(skip_of(p), SKIP_INIT);
	p = add("useroom", 5000);
	p->pid = 77;
	assert_int_equal(skip_of(p), SKIP_SELF);
	p = add("zombie", 0);
	p->state = 'Z';
	assert_int_equal(skip_of(p), SKIP_ZOMBIE);
	p = add("ordinary", 10);
	assert_int_equal(skip_of(p), SKIP_NONE);
}

static void r21_never_itself_nor_its_helpers(void **state)
{
	struct proc *p = add("hook", 9000);

	(void)state;
	p->ppid = 77;
	assert_int_equal(skip_of(p), SKIP_SELF);
	assert_string_equal(best_name(), "nobody");
}

static void r23_unkillable_is_never_a_candidate(void **state)
{
	(void)state;
	add("guarded", 9000)->oom_score_adj = -1000;
	table.procs[0].oom_score = 0;
	(void)add("other", 50);
	assert_string_equal(best_name(), "other");
	config.sort_by_rss = true;
	assert_string_equal(best_name(), "other");
}

static void r24_preference_does_not_outweigh_a_negative_adj(void **state)
{
	struct proc *p;

	(void)state;
	set_list(&config.prefer, "cache,job");
	p = add("cache", 2000);
	p->oom_score_adj = -500;
	(void)add("hog", 9000);
	assert_string_equal(best_name(), "hog");
	(void)add("job", 1);
	assert_string_equal(best_name(), "job"); /* with 0 it goes first, however small */
}

static void r25_avoided_come_last_in_every_order(void **state)
{
	(void)state;
	set_list(&config.avoid, "database");
	(void)add("database", 60000);
	(void)add("worker", 3);
	assert_string_equal(best_name(), "worker");
	config.sort_by_rss = true;
	assert_string_equal(best_name(), "worker");
	table.count = 0;
	(void)add("database", 60000);
	assert_string_equal(best_name(), "database"); /* nobody else is left */
}

static void r26_leader_gone_but_threads_live(void **state)
{
	struct proc *p = add("threads", 9000);

	(void)state;
	p->leader_exited = true;
	p->state = 'S'; /* the thread's, as scan fills it */
	(void)add("other", 2000);
	assert_string_equal(best_name(), "threads");
}

static void r27_ties_by_size_then_youngest_then_pid(void **state)
{
	struct proc *p;

	(void)state;
	config.min_victim_ppm = 0;
	add("a", 5)->start_ticks = 100;
	add("b", 5)->start_ticks = 300;
	add("c", 5)->start_ticks = 200;
	assert_string_equal(best_name(), "b");
	table.count = 0;
	p = add("adj", 3);
	p->oom_score_adj = 0;
	(void)add("bigger", 4);
	assert_string_equal(best_name(), "bigger");
	table.count = 0;
	add("low", 5)->start_ticks = 1;
	add("high", 5)->start_ticks = 1;
	assert_string_equal(best_name(), "high");
}

static void r29_long_names_match_the_executable(void **state)
{
	struct proc *p;

	(void)state;
	set_list(&config.protect, "containerd-shim-runc-v2");
	config.protect_critical = false;
	p = add("containerd-shim", 9000);
	(void)strcpy(p->exe, "/usr/bin/containerd-shim-runc-v2");
	assert_int_equal(skip_of(p), SKIP_PROTECTED);
}

static void r30_a_path_cannot_be_faked(void **state)
{
	struct proc *p;

	(void)state;
	set_list(&config.protect, "/usr/sbin/sshd");
	p = add("sshd", 9000);
	(void)strcpy(p->exe, "/home/user/sshd");
	assert_int_equal(skip_of(p), SKIP_NONE);
	(void)strcpy(p->exe, "/usr/sbin/sshd"); /* shown in a mount namespace of its own */
	assert_int_equal(skip_of(p), SKIP_NONE);
	p->exe_trusted = true;
	assert_int_equal(skip_of(p), SKIP_PROTECTED);
}

static void system_critical_can_be_switched_off(void **state)
{
	struct proc *p = add("sshd", 9000);

	(void)state;
	p->ppid = 1;
	p->exe_trusted = true;
	(void)strcpy(p->exe, "/usr/sbin/sshd");
	p->uid = 0;
	assert_int_equal(skip_of(p), SKIP_CRITICAL);
	p->ppid = 500; /* a session's, not the listener */
	assert_int_equal(skip_of(p), SKIP_NONE);
	assert_int_equal(p->rank, CLASS_AVOIDED);
	p->ppid = 1;
	config.protect_critical = false;
	assert_int_equal(skip_of(p), SKIP_NONE);
}

/* R98, R92: a session comes late; but anybody can start a multiplexer and load a hog into it. */
static void r98_a_session_comes_late_unless_it_is_the_trouble(void **state)
{
	struct proc *p = add("tmux: server", 9000);

	(void)state;
	p->exe_trusted = true;
	(void)strcpy(p->exe, "/usr/bin/tmux");
	(void)skip_of(p);
	assert_int_equal(p->rank, CLASS_AVOIDED);
	assert_true(p->built_in >= 0 && p->matched < 0);
	p->exe_trusted = false;
	(void)skip_of(p);
	assert_int_equal(p->rank, CLASS_NORMAL);
	p->exe_trusted = true;
	p->anon_kib = judge_all().mem_total_kib / 3;
	(void)skip_of(p);
	assert_int_equal(p->rank, CLASS_NORMAL);
}

static void add_pool(const char *comm, unsigned count, uint64_t each_mib, pid_t parent)
{
	for (unsigned i = 0; i < count; i++) {
		struct proc *p = add(comm, each_mib + i);

		p->ppid = parent;
	}
}

/* R97: the workers of a pool hold more together than the one larger program beside them. */
static void r97_a_pool_gives_one_of_its_own(void **state)
{
	(void)state;
	(void)add("mysqld", 6200);
	add_pool("php-fpm", 18, 1600, 950);
	assert_string_equal(best_name(), "php-fpm");
	assert_int_equal(table.procs[0].anon_kib, MIB(1617)); /* its largest */
	assert_string_equal(table.procs[1].comm, "php-fpm");
}

/* Two compilers of each of eight builds, in their control groups; and services that share a name.
 */
static void r97_who_is_no_pool(void **state)
{
	(void)state;
	(void)add("leak", 6200);
	add_pool("java", 8, 3000, 1); /* daemons of their own */
	assert_string_equal(best_name(), "leak");
	for (unsigned i = 0; i < table.count; i++) {
		if (strcmp(table.procs[i].comm, "java") == 0)
			table.procs[i].place = 1 + i;
	}
	assert_string_equal(best_name(), "leak"); /* each in its unit */
	for (unsigned i = 0; i < table.count; i++)
		table.procs[i].place = 1;
	assert_string_equal(best_name(), "java");
	for (unsigned i = 0; i < table.count; i++)
		table.procs[i].uid = 1000 + i;
	assert_string_equal(best_name(), "leak"); /* of different users */
}

/* Three are a program's helpers. */
static void r97_three_are_no_pool(void **state)
{
	(void)state;
	(void)add("mysqld", 6200);
	add_pool("php-fpm", 3, 5000, 950);
	assert_string_equal(best_name(), "mysqld");
}

/* R104: with the postmaster all of them go. */
static void r104_children_before_the_head_of_their_service(void **state)
{
	struct proc *head = add("postgres", 5000);
	pid_t parent = head->pid;

	(void)state;
	head->ppid = 1;
	add_pool("postgres", 3, 2000, parent);
	assert_int_equal(best()->ppid, parent);
	assert_int_equal(table.procs[table.count - 1].pid, parent); /* it is the last of them */
	(void)add("other", 3000);
	assert_string_equal(best_name(), "other");
}

/* But a parent that holds more than all its children is what is wrong. */
static void r104_a_head_that_holds_more_than_its_children_goes(void **state)
{
	struct proc *head = add("python3", 9000);

	(void)state;
	add_pool("python3", 3, 2000, head->pid);
	assert_int_equal(best()->anon_kib, MIB(9000));
}

static void r32_kernel_threads(void **state)
{
	struct proc *p = add("kswapd0", 0);

	(void)state;
	p->flags = PROC_FLAG_KTHREAD;
	assert_int_equal(skip_of(p), SKIP_KERNEL_THREAD);
}

static void r36_many_small_ones_are_found(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++)
		(void)add("worker", 100 + i); /* each below -min-victim */
	assert_non_null(best());
	assert_int_equal(best()->anon_kib, MIB(199));
}

static void r37_a_tiny_process_with_a_high_adj_does_not_go_first(void **state)
{
	(void)state;
	add("tab", 50)->oom_score_adj = 300;
	(void)add("hog", 9000);
	assert_string_equal(best_name(), "hog");
	config.min_victim_ppm = 0;
	assert_string_equal(best_name(), "tab"); /* the kernel's own order, when asked for */
}

static void r38_file_pages_do_not_count(void **state)
{
	struct proc *p;

	(void)state;
	p = add("mapper", 1500);
	p->file_kib = GIB(48);
	p->rss_kib += p->file_kib;
	(void)add("leak", 2000);
	assert_string_equal(best_name(), "leak");
	config.sort_by_rss = true;
	assert_string_equal(best_name(), "leak");
}

static void r39_a_familys_shared_memory_counts_once(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		struct proc *p = add("postgres", 20);

		p->layout = 4711;
		p->shmem_kib = GIB(8);
		p->rss_kib += p->shmem_kib;
	}
	(void)add("leak", 4000);
	assert_string_equal(best_name(), "leak");
	assert_int_equal(table.procs[1].shared_shmem_kib, GIB(8));
	assert_int_equal(table.procs[1].freeable_kib, MIB(20));
}

static void r39_shared_memory_of_one_alone_is_its_own(void **state)
{
	struct proc *p;

	(void)state;
	p = add("tmpfile", 20);
	p->shmem_kib = GIB(8);
	p->rss_kib += p->shmem_kib;
	(void)add("other", 4000);
	assert_string_equal(best_name(), "tmpfile");
}

static struct proc *add_shmem(const char *comm, uint64_t anon_mib, uint64_t shmem_mib)
{
	struct proc *p = add(comm, anon_mib);

	p->shmem_kib = MIB(shmem_mib);
	p->rss_kib += p->shmem_kib;
	return p;
}

/* The checkpointer has touched all buffers, the others hardly any. */
static void r93_who_alone_touched_it_does_not_own_it(void **state)
{
	(void)state;
	add_shmem("postgres", 20, 8192)->layout = 4711;
	add_shmem("postgres", 20, 30)->layout = 4711;
	(void)add("leak", 4000);
	assert_string_equal(best_name(), "leak");
	assert_int_equal(table.procs[1].freeable_kib, MIB(20));
}

/* Other names, other programs, their parent is init: but there is only one segment. */
static void r93_more_is_mapped_than_there_is(void **state)
{
	(void)state;
	shmem_kib = GIB(19);
	add_shmem("monitor", 100, 18000)->ppid = 1;
	add_shmem("writer", 300, 18000)->ppid = 1;
	add_shmem("listener", 200, 9000)->ppid = 1;
	(void)add("leak", 4000);
	assert_string_equal(best_name(), "leak");
	assert_string_equal(table.procs[1].comm, "writer");
	assert_int_equal(table.procs[1].freeable_kib, MIB(300));
}

/* What virtiofsd maps of the machine's memory is qemu's: the rest of it is qemu's alone. */
static void r93_what_the_others_cannot_have(void **state)
{
	(void)state;
	shmem_kib = GIB(16) + MIB(100);
	(void)add_shmem("virtiofsd", 50, 4096);
	(void)add_shmem("qemu", 200, 16384);
	assert_string_equal(best_name(), "qemu");
	assert_int_equal(table.procs[0].freeable_kib, MIB(200) + GIB(12));
	assert_int_equal(table.procs[1].freeable_kib, MIB(50));
}

/* Two database servers that have nothing to do with each other. */
static void r93_each_has_its_own(void **state)
{
	(void)state;
	shmem_kib = GIB(13);
	(void)add_shmem("one", 50, 8192);
	(void)add_shmem("two", 50, 4096);
	assert_string_equal(best_name(), "one");
	assert_int_equal(table.procs[0].freeable_kib, MIB(50) + GIB(8));
	assert_int_equal(table.procs[1].freeable_kib, MIB(50) + GIB(4));
}

/*
 * Fifty backends have touched 6 of 8 GiB of shared buffers each, 300 GiB together; the 30 GiB of
 * the JVM's heap, in a memfd (ZGC), are its alone.
 */
static void r93_a_family_has_its_shared_memory_once(void **state)
{
	(void)state;
	shmem_kib = GIB(39);
	for (unsigned i = 0; i < 50; i++)
		add_shmem("postgres", 20, 6144)->layout = 4711;
	(void)add_shmem("java", 1000, 30 * 1024);
	(void)add("redis", 6144);
	assert_string_equal(best_name(), "java");
	assert_int_equal(table.procs[0].freeable_kib, MIB(1000) + GIB(30));
	assert_string_equal(table.procs[1].comm, "redis");
	assert_int_equal(table.procs[2].freeable_kib, MIB(20));
}

/* 9 GiB of what there is are files in /dev/shm: who maps them does not give them back. */
static void r93_files_stay(void **state)
{
	(void)state;
	shmem_kib = GIB(10);
	staying_kib = GIB(9);
	(void)add_shmem("one", 50, 8192);
	(void)add("leak", 4000);
	assert_string_equal(best_name(), "leak");
	assert_int_equal(table.procs[1].freeable_kib, MIB(50) + GIB(1));
}

/* What cannot be known is not guessed: a meminfo that was not read proves nothing. */
static void r93_without_meminfo_it_counts(void **state)
{
	(void)state;
	(void)add_shmem("one", 50, 8192);
	(void)add_shmem("two", 50, 4096);
	assert_int_equal(best()->freeable_kib, MIB(50) + GIB(8));
}

static struct proc *add_copy(const char *comm, uint64_t anon_mib, const struct proc *parent)
{
	struct proc *p = add(comm, anon_mib);

	p->ppid = parent->pid;
	p->layout = parent->layout;
	return p;
}

static struct proc *add_parent(const char *comm, uint64_t anon_mib, uint64_t peak_mib)
{
	struct proc *p = add(comm, anon_mib);

	p->layout = 0x1000 + table.count;
	p->peak_kib = MIB(peak_mib);
	return p;
}

/* Redis saves: server and copy have the same 10 GiB. */
static void r94_a_copy_and_its_parent_have_it_once(void **state)
{
	struct proc *server = add_parent("redis-server", 10000, 10000);

	(void)state;
	(void)add_copy("redis-rdb", 10000, server);
	(void)add("hog", 3000);
	assert_string_equal(best_name(), "hog");
	assert_string_equal(table.procs[1].comm, "redis-rdb");
	assert_string_equal(table.procs[2].comm, "redis-server");
	assert_int_equal(table.procs[2].freeable_kib, 0);
	assert_int_equal(table.procs[2].shared_anon_kib, MIB(10000));
}

/* Nobody else is left: the copy goes first, and what is left of the server is its own. */
static void r94_the_copy_before_its_parent(void **state)
{
	struct proc *server = add_parent("redis-server", 10000, 10000);

	(void)state;
	(void)add_copy("redis-rdb", 9000, server);
	(void)add("small", 500);
	assert_string_equal(best_name(), "redis-rdb");
	assert_true(nobody_why(&table, GIB(5), 0) == NOBODY_NONE);
	assert_string_equal(table.procs[1].comm, "redis-server");
	table.procs[0] = table.procs[1];
	table.count = 1;
	assert_string_equal(best_name(), "redis-server");
	assert_int_equal(table.procs[0].freeable_kib, MIB(10000));
}

/* The server went on writing: what it has more than its copy is its own. */
static void r94_what_was_written_since_is_its_own(void **state)
{
	struct proc *server = add_parent("redis-server", 14000, 14000);

	(void)state;
	(void)add_copy("redis-rdb", 10000, server);
	(void)add("other", 3000);
	assert_string_equal(best_name(), "redis-server");
	assert_int_equal(table.procs[0].freeable_kib, MIB(4000));
}

/* A pool of workers has of its master what that had at the most, however much they are alike. */
static void r94_workers_own_what_their_master_never_had(void **state)
{
	struct proc *master = add_parent("gunicorn", 200, 300);

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		(void)add_copy("gunicorn", 2000 + i, master);
	(void)add("other", 1600);
	assert_int_equal(best()->freeable_kib, MIB(2007 - 300));
	assert_string_equal(best_name(), "gunicorn");
}

/* It ran with 20 GiB once. That was given back, and nobody has it any more. */
static void r94_an_old_peak_is_not_what_is_shared(void **state)
{
	struct proc *master = add_parent("master", 100, 20000);

	(void)state;
	(void)add_copy("worker", 4000, master);
	(void)add("other", 3000);
	assert_string_equal(best_name(), "worker");
	assert_int_equal(table.procs[0].freeable_kib, MIB(3900));
}

/* The same program twice, and a child that called exec. */
static void r94_another_layout_is_no_copy(void **state)
{
	struct proc *one = add_parent("python3", 5000, 5000);

	(void)state;
	add_copy("python3", 5000, one)->layout = 1;
	assert_int_equal(best()->freeable_kib, MIB(5000));
	assert_int_equal(table.procs[1].freeable_kib, MIB(5000));
}

/* Not permitted to know: then nothing is a copy of anything. */
static void r94_an_unknown_layout_is_no_copy(void **state)
{
	struct proc *one = add_parent("python3", 5000, 5000);

	(void)state;
	one->layout = 0;
	(void)add_copy("python3", 5000, one);
	assert_int_equal(best()->freeable_kib, MIB(5000));
}

/* ZGC maps its heap three times. */
static void r95_nobody_has_more_than_there_is(void **state)
{
	(void)state;
	shmem_kib = MIB(4100);
	(void)add_shmem("java", 500, 3 * 4096);
	(void)add("hog", 6000);
	assert_string_equal(best_name(), "hog");
	assert_int_equal(table.procs[1].freeable_kib, MIB(4600));
	assert_int_equal(table.procs[1].shared_shmem_kib, 0);
	config.sort_by_rss = true;
	assert_string_equal(best_name(), "hog");
}

/* A recording in a tmpfs is in nobody else's shared memory. */
static void r95_useroom_shares_with_nobody(void **state)
{
	(void)state;
	shmem_kib = MIB(60);
	(void)add_shmem("java", 1, 3 * 60);
	add_shmem("useroom", 5, 16)->pid = 77;
	assert_string_equal(best_name(), "java");
	assert_int_equal(table.procs[0].shared_shmem_kib, 0);
}

static void who_asks_is_not_named(void **state)
{
	struct proc *asker = add("useroomctl", 4000);

	(void)state;
	asker->pid = 78;
	assert_int_equal(skip_of(asker), SKIP_ASKER);
	assert_int_equal(rank_unkillable_of(asker), 0);
	(void)add("hog", 2000);
	assert_string_equal(best_name(), "hog");
}

/* A group's memory is short: who is outside is no candidate, whatever it holds and however it is
 * preferred, and keeps a member whose memory it uses. */
static void only_members_are_candidates(void **state)
{
	static const int32_t ids[] = {1002, 1003};
	struct proc *outside = add("outside", 4000);

	(void)state;
	(void)add("member", 100);
	(void)add("shared", 900);
	add("user", 900)->mm_of = 1003;
	set_list(&config.prefer, "outside,user");
	members = ids;
	member_count = ARRAY_SIZE(ids);
	assert_int_equal(skip_of(outside), SKIP_OUTSIDE);
	assert_int_equal(rank_unkillable_of(outside), 0);
	assert_string_equal(best_name(), "member");
	assert_int_equal(table.procs[0].rank, CLASS_NORMAL); /* of its limit it is a tenth */
	for (unsigned i = 1; i < 4; i++)
		assert_int_equal(table.procs[i].rank, CLASS_NEVER);
}

static struct proc *add_user_of(const struct proc *owner)
{
	struct proc *p = add_copy("user", 0, owner);

	p->anon_kib = p->rss_kib = owner->anon_kib;
	p->mm_of = owner->pid;
	return p;
}

static void r96_one_memory_is_one_victim(void **state)
{
	struct proc *owner = add_parent("owner", 5000, 5000);
	pid_t pid = owner->pid;

	(void)state;
	for (unsigned i = 0; i < 30; i++)
		(void)add_user_of(owner);
	(void)add("other", 3000);
	assert_int_equal(best()->pid, pid);
	assert_int_equal(table.procs[0].freeable_kib, MIB(5000));
	assert_string_equal(table.procs[1].comm, "other");
	assert_int_equal(table.procs[2].skip, SKIP_TOGETHER);
	assert_int_equal(rank_unkillable(&table), 0);
}

static void r96_one_that_must_not_be_ended_protects_all(void **state)
{
	struct proc *owner = add_parent("owner", 5000, 5000);

	(void)state;
	(void)add_user_of(owner);
	add_user_of(owner)->oom_score_adj = -1000;
	(void)add("other", 3000);
	assert_string_equal(best_name(), "other");
	assert_int_equal(rank_unkillable(&table), MIB(5000));
}

static void r96_an_avoided_one_makes_all_late(void **state)
{
	struct proc *owner = add_parent("owner", 5000, 5000);

	(void)state;
	set_list(&config.avoid, "user");
	(void)add_user_of(owner);
	(void)add("other", 3);
	assert_string_equal(best_name(), "other");
}

static void r93_its_like_is_held_back(void **state)
{
	struct rank rank = judge_all();
	struct likeness like = {.layout = 4711, .exe = "/usr/bin/thing", .place = 1};
	struct proc *copy = add("copy", 5000), *same = add("same", 5000), *other = add("other", 1);

	(void)state;
	rank.held_back = &like;
	rank.held_back_count = 1;
	copy->layout = 4711;
	(void)strcpy(same->exe, "/usr/bin/thing");
	same->place = 1;
	(void)strcpy(other->exe, "/usr/bin/thing");
	other->place = 2;
	rank_judge(&rank, copy);
	rank_judge(&rank, same);
	rank_judge(&rank, other);
	assert_int_equal(copy->skip, SKIP_HELD_BACK);
	assert_int_equal(same->skip, SKIP_HELD_BACK);
	assert_int_equal(other->skip, SKIP_NONE);
}

static void r43_identity_is_pid_and_start_time(void **state)
{
	struct process_id pending[] = {{1001, 4711}};
	struct rank rank = judge_all();
	struct proc *p = add("hog", 9000);

	(void)state;
	rank.pending = pending;
	rank.pending_count = 1;
	rank_judge(&rank, p);
	assert_int_equal(p->skip, SKIP_NONE); /* the pid is another process's now */
	pending[0].start_ticks = p->start_ticks;
	rank_judge(&rank, p);
	assert_int_equal(p->skip, SKIP_PENDING);
}

static void ignored_users(void **state)
{
	struct proc *p = add("server", 9000);

	(void)state;
	set_list(&config.ignore_user, "user:postgres");
	assert_int_equal(skip_of(p), SKIP_NONE);
	p->uid = 105;
	assert_int_equal(skip_of(p), SKIP_IGNORED_USER);
}

static void without_root_only_ones_own(void **state)
{
	struct rank rank = judge_all();
	struct proc *p = add("server", 9000);

	(void)state;
	rank.may_kill_all = false;
	rank.uid = 1001;
	rank_judge(&rank, p);
	assert_int_equal(p->skip, SKIP_NOT_PERMITTED);
	rank.uid = 1000;
	rank_judge(&rank, p);
	assert_int_equal(p->skip, SKIP_NONE);
}

static void swap_counts_and_rss_does_not_see_it(void **state)
{
	(void)state;
	add("swapped", 1000)->swap_kib = GIB(30);
	(void)add("resident", 9000);
	assert_string_equal(best_name(), "swapped");
	config.sort_by_rss = true;
	assert_string_equal(best_name(), "resident");
}

/* fs/proc/base.c, proc_oom_score(), and mm/oom_kill.c, oom_badness(), of 6.1 and of 4.19. */
static int32_t score_as_the_kernel(const struct proc *p, int64_t total_pages, bool old)
{
	int64_t pages = (int64_t)(p->rss_kib + p->swap_kib + p->page_tables_kib) / 4;
	int64_t points = pages + p->oom_score_adj * (total_pages / 1000);

	if (old)
		return (int32_t)((points > 0 ? points : 1) * 1000 / total_pages);
	return (int32_t)((1000 + points * 1000 / total_pages) * 2 / 3);
}

/* What lets the scan stop: the bound of a score is never below the badness of a process that has
 * it. */
static void bound_holds_for_every_size_and_scale(void **state)
{
	(void)state;
	srand(1);
	for (int old = 0; old <= 1; old++) {
		for (unsigned i = 0; i < 200000; i++) {
			struct rank rank = judge_all();
			struct proc p = {.pid = 5, .state = 'S', .uid = 1000};
			int64_t bound;

			rank.total_kib = GIB(1) + (uint64_t)rand() % GIB(200);
			p.anon_kib = p.rss_kib = (uint64_t)rand() % rank.total_kib / 4 * 4;
			p.oom_score_adj = rand() % 2000 - 999;
			p.oom_score = score_as_the_kernel(&p, (int64_t)rank.total_kib / 4, old);
			bound = rank_bound(&rank, p.oom_score); /* before the scale is known */
			rank_judge(&rank, &p);
			assert_true(bound >= p.badness || old);
			rank.scale = old ? SCALE_OLD : SCALE_NEW;
			assert_true(rank_bound(&rank, p.oom_score) >= p.badness);
		}
	}
}

static void learns_the_scale(void **state)
{
	(void)state;
	for (int old = 0; old <= 1; old++) {
		struct rank rank = judge_all();
		struct proc *p;

		table.count = 0;
		p = add("any", 3000);
		p->oom_score = score_as_the_kernel(p, (int64_t)rank.total_kib / 4, old);
		rank_judge(&rank, p);
		assert_int_equal(rank.scale, old ? SCALE_OLD : SCALE_NEW);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(largest_goes, fresh),
		cmocka_unit_test_setup(never_table, fresh),
		cmocka_unit_test_setup(r21_never_itself_nor_its_helpers, fresh),
		cmocka_unit_test_setup(r23_unkillable_is_never_a_candidate, fresh),
		cmocka_unit_test_setup(r24_preference_does_not_outweigh_a_negative_adj, fresh),
		cmocka_unit_test_setup(r25_avoided_come_last_in_every_order, fresh),
		cmocka_unit_test_setup(r26_leader_gone_but_threads_live, fresh),
		cmocka_unit_test_setup(r27_ties_by_size_then_youngest_then_pid, fresh),
		cmocka_unit_test_setup(r29_long_names_match_the_executable, fresh),
		cmocka_unit_test_setup(r30_a_path_cannot_be_faked, fresh),
		cmocka_unit_test_setup(system_critical_can_be_switched_off, fresh),
		cmocka_unit_test_setup(r98_a_session_comes_late_unless_it_is_the_trouble, fresh),
		cmocka_unit_test_setup(r97_a_pool_gives_one_of_its_own, fresh),
		cmocka_unit_test_setup(r97_three_are_no_pool, fresh),
		cmocka_unit_test_setup(r97_who_is_no_pool, fresh),
		cmocka_unit_test_setup(r104_children_before_the_head_of_their_service, fresh),
		cmocka_unit_test_setup(r104_a_head_that_holds_more_than_its_children_goes, fresh),
		cmocka_unit_test_setup(r32_kernel_threads, fresh),
		cmocka_unit_test_setup(r36_many_small_ones_are_found, fresh),
		cmocka_unit_test_setup(r37_a_tiny_process_with_a_high_adj_does_not_go_first, fresh),
		cmocka_unit_test_setup(r38_file_pages_do_not_count, fresh),
		cmocka_unit_test_setup(r39_a_familys_shared_memory_counts_once, fresh),
		cmocka_unit_test_setup(r39_shared_memory_of_one_alone_is_its_own, fresh),
		cmocka_unit_test_setup(r93_who_alone_touched_it_does_not_own_it, fresh),
		cmocka_unit_test_setup(r93_more_is_mapped_than_there_is, fresh),
		cmocka_unit_test_setup(r93_what_the_others_cannot_have, fresh),
		cmocka_unit_test_setup(r93_each_has_its_own, fresh),
		cmocka_unit_test_setup(r93_a_family_has_its_shared_memory_once, fresh),
		cmocka_unit_test_setup(r93_files_stay, fresh),
		cmocka_unit_test_setup(r93_without_meminfo_it_counts, fresh),
		cmocka_unit_test_setup(r94_a_copy_and_its_parent_have_it_once, fresh),
		cmocka_unit_test_setup(r94_the_copy_before_its_parent, fresh),
		cmocka_unit_test_setup(r94_what_was_written_since_is_its_own, fresh),
		cmocka_unit_test_setup(r94_workers_own_what_their_master_never_had, fresh),
		cmocka_unit_test_setup(r94_an_old_peak_is_not_what_is_shared, fresh),
		cmocka_unit_test_setup(r94_another_layout_is_no_copy, fresh),
		cmocka_unit_test_setup(r94_an_unknown_layout_is_no_copy, fresh),
		cmocka_unit_test_setup(r95_nobody_has_more_than_there_is, fresh),
		cmocka_unit_test_setup(r95_useroom_shares_with_nobody, fresh),
		cmocka_unit_test_setup(who_asks_is_not_named, fresh),
		cmocka_unit_test_setup(only_members_are_candidates, fresh),
		cmocka_unit_test_setup(r96_one_memory_is_one_victim, fresh),
		cmocka_unit_test_setup(r96_one_that_must_not_be_ended_protects_all, fresh),
		cmocka_unit_test_setup(r96_an_avoided_one_makes_all_late, fresh),
		cmocka_unit_test_setup(r93_its_like_is_held_back, fresh),
		cmocka_unit_test_setup(r43_identity_is_pid_and_start_time, fresh),
		cmocka_unit_test_setup(ignored_users, fresh),
		cmocka_unit_test_setup(without_root_only_ones_own, fresh),
		cmocka_unit_test_setup(swap_counts_and_rss_does_not_see_it, fresh),
		cmocka_unit_test_setup(bound_holds_for_every_size_and_scale, fresh),
		cmocka_unit_test_setup(learns_the_scale, fresh),
	};

	return cmocka_run_group_tests_name("rank", tests, NULL, NULL);
}
