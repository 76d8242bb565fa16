/* SPDX-License-Identifier: MIT */
#include "choose/swarm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "growing.h"

static struct proc *add(const char *comm, uint64_t kib)
{
	struct proc *p = &table.procs[table.count++];

	*p = (struct proc){.pid = (pid_t)(1000 + table.count),
			   .ppid = 900,
			   .start_ticks = table.count,
			   .anon_kib = kib};
	(void)snprintf(p->comm, sizeof(p->comm), "%s", comm);
	return p;
}

/* So many of what was read of a swarm that holds so much. */
static void add_swarm(unsigned rows, uint64_t each_kib, uint64_t all_mib)
{
	for (unsigned i = 0; i < rows; i++)
		add("sh", each_kib)->swarm_kib = MIB(all_mib);
}

static const char *first(uint64_t need_mib)
{
	const struct growth_moment moment = {.now_ns = 105 * NS_PER_S, .need_kib = MIB(need_mib)};

	for (unsigned i = 0; i < table.count; i++)
		rank_judge(&rank, &table.procs[i]);
	rank_sort(&rank, &table);
	growth_mark(&growth, &rank, &table, &moment);
	return table.procs[0].comm;
}

/* What it held five seconds ago. */
static void held_before(const struct proc *p, uint64_t kib)
{
	growth.entries[growth.count++] = (struct growth_entry){.id = proc_id(p),
							       .first_ns = 100 * NS_PER_S,
							       .first_kib = kib,
							       .second_ns = 100 * NS_PER_S,
							       .second_kib = kib};
}

/* Each is small, and the larger one that stands still does not go for them. */
static void r97_a_swarm_goes_before_what_stands_still(void **state)
{
	(void)state;
	(void)add("database", MIB(400));
	add_swarm(20, 150, 90);
	assert_string_equal(first(30), "sh");
	assert_int_equal(table.procs[0].rank, CLASS_NORMAL);
}

/* What grew by more than the swarm holds goes first, and for what all of it would not give too. */
static void r97_a_hog_that_grew_more_goes_before_a_swarm(void **state)
{
	(void)state;
	held_before(add("hog", MIB(400)), MIB(200));
	add_swarm(20, 150, 90);
	assert_string_equal(first(30), "hog");
	held_before(&table.procs[0], MIB(200));
	growth.entries[0].first_kib = growth.entries[0].second_kib = MIB(380);
	assert_string_equal(first(30), "sh");
	assert_string_equal(first(120), "hog"); /* which alone is enough */
}

static void lists_hold_for_a_swarm(void **state)
{
	(void)state;
	assert_int_equal(match_parse("sh", NULL, &config.protect, NULL, 0), 0);
	(void)add("database", MIB(400));
	add_swarm(20, 150, 90);
	assert_string_equal(first(30), "database");
	assert_int_equal(table.procs[1].rank, CLASS_NEVER);
	config.protect.count = 0;
	assert_int_equal(match_parse("sh", NULL, &config.avoid, NULL, 0), 0);
	assert_string_equal(first(30), "database");
	config.avoid.count = 0;
}

/* What is known of the others is not forgotten for those that are gone in a moment. */
static void a_swarm_takes_no_room_from_who_grows(void **state)
{
	(void)state;
	held_before(add("hog", MIB(60)), MIB(55));
	add_swarm(100, 150, 90);
	assert_string_equal(first(30), "sh");
	growth_note(&growth, &table, 106 * NS_PER_S);
	assert_int_equal(growth.count, 1);
	assert_int_equal(growth.entries[0].first_kib, MIB(55));
}

/* One that more than half are of, or up to three of which each has more than a quarter. */
static void the_kinds_of_most(void **state)
{
	static const struct {
		const char *kinds; /* a letter each; '-': gone */
		unsigned count;
		const char *are;
	} rows[] = {
		{"", 0, ""},
		{"---", 0, ""},
		{"a", 1, "a"},
		{"abab", 4, "ab"},
		{"bbaaaab", 7, "ab"},
		{"aaaab", 4, "a"},
		{"a--a-b", 3, "ab"},
		{"abcabcabc", 9, "abc"},
		{"abcdabcd", 0, ""}, /* a quarter each */
		{"xyzaaaaa", 5, "a"},
		{"aaaaaxyz", 5, "a"},
		{"aaaaxyzw", 0, ""}, /* not more than half */
		{"aaaxbbbyaaazbbbw", 12, "ab"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t kinds[16];
		struct swarm_kinds found;
		unsigned n = (unsigned)strlen(rows[i].kinds);

		for (unsigned k = 0; k < n; k++)
			kinds[k] = rows[i].kinds[k] == '-' ? 0 : (uint32_t)rows[i].kinds[k];
		assert_int_equal(swarm_count(kinds, n, &found), rows[i].count);
		if (rows[i].count == 0)
			continue;
		assert_int_equal(found.count, strlen(rows[i].are));
		for (unsigned k = 0; k < found.count; k++)
			assert_non_null(strchr(rows[i].are, (int)found.kinds[k]));
	}
}

/* Who began lately is known from two readings, as growth is. */
static void since_when(void **state)
{
	static const struct {
		uint64_t at_s;
		int32_t last_pid, since;
	} rows[] = {
		{100, 500, 500}, {105, 600, 500}, {120, 700, 500},
		{131, 800, 700}, {140, 600, 0}, /* they began again from below */
		{300, 900, 900},                /* that was long ago */
		{301, 0, 0},                    /* it could not be read */
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		table.last_pid = rows[i].last_pid;
		growth_note(&growth, &table, rows[i].at_s * NS_PER_S);
		assert_int_equal(
			growth_since_pid(&growth, rows[i].at_s * NS_PER_S, rows[i].last_pid),
			rows[i].since);
	}
	growth_forget(&growth);
	assert_int_equal(growth_since_pid(&growth, 301 * NS_PER_S, 1000), 0);
}

/* As long as a swarm is there it is of those that began since then: a minute later the oldest were
 * no part of it any more, and with the last of the others went the program beside them. */
static void r97_a_swarm_stays_one(void **state)
{
	(void)state;
	table.last_pid = 500;
	growth_note(&growth, &table, 400 * NS_PER_S);
	for (uint64_t at_s = 405; at_s < 520; at_s += 5) {
		growth_hold_since(&growth, at_s * NS_PER_S);
		table.last_pid += 100;
		growth_note(&growth, &table, at_s * NS_PER_S);
		assert_int_equal(growth_since_pid(&growth, at_s * NS_PER_S, table.last_pid), 500);
	}
	growth_note(&growth, &table, 535 * NS_PER_S);
	assert_int_equal(growth_since_pid(&growth, 535 * NS_PER_S, table.last_pid), 500);
	growth_note(&growth, &table, 550 * NS_PER_S);
	assert_int_equal(growth_since_pid(&growth, 550 * NS_PER_S, table.last_pid), 2800);
	growth_forget(&growth);
}

/* What each does before it waits for its end. */
typedef void (*begun_fn)(unsigned number);

static void nothing(unsigned number)
{
	(void)number;
}

static void call_itself(const char *name)
{
	(void)prctl(PR_SET_NAME, name);
}

static void half_of_another_name(unsigned number)
{
	call_itself(number % 2 == 0 ? "one" : "two");
}

static void of_many_names(unsigned number)
{
	char name[COMM_MAX];

	(void)snprintf(name, sizeof(name), "name%u", number);
	call_itself(name);
}

static void in_a_session_of_its_own(unsigned number)
{
	(void)number;
	(void)setsid();
}

static void begin(pid_t *pids, unsigned count, begun_fn begun)
{
	for (unsigned i = 0; i < count; i++) {
		int ready[2];
		char c;

		assert_int_equal(pipe(ready), 0);
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			begun(i);
			(void)!write(ready[1], "", 1);
			(void)pause();
			_exit(0);
		}
		assert_int_equal(read(ready[0], &c, 1), 1);
		(void)close(ready[0]);
		(void)close(ready[1]);
	}
}

static void end(const pid_t *pids, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(kill(pids[i], SIGKILL), 0);
		assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
	}
}

static unsigned in_swarm(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < table.count; i++) {
		count += table.procs[i].swarm_kib > 0 && table.procs[i].ppid == getpid();
	}
	return count;
}

static struct scan scan;
static int proc_fd;

/* Who has a higher pid began lately; 0: it cannot be known here. */
static int32_t look_at_all(void)
{
	rank.self = 0;
	rank.mem_total_kib = rank.total_kib = MIB(100000);
	proc_fd = open("/proc", O_RDONLY | O_DIRECTORY);
	assert_int_equal(scan_open(&scan, proc_fd), 0);
	scan_full(&scan, &rank, 1, &table);
	return table.last_pid; /* 0: no loadavg, or offsets that say nothing */
}

static void look_no_more(void)
{
	scan_close(&scan);
	(void)close(proc_fd);
}

/* Real ones, of this program: what they share with it is not theirs. */
static void real_ones_are_found(void **state)
{
	pid_t pids[2 * SWARM_LEAST];
	int32_t since = look_at_all();

	(void)state;
	if (since == 0)
		skip();
	begin(pids, SWARM_LEAST / 2, nothing);
	swarm_find(&scan, &rank, since, &table);
	assert_int_equal(in_swarm(), 0); /* too few */
	begin(pids + SWARM_LEAST / 2, 2 * SWARM_LEAST - SWARM_LEAST / 2, nothing);
	scan_full(&scan, &rank, 1, &table);
	swarm_find(&scan, &rank, 0, &table);
	assert_int_equal(in_swarm(), 0); /* it is not known who began lately */
	config.sort_by_rss = true;
	swarm_find(&scan, &rank, since, &table);
	assert_int_equal(in_swarm(), 0);
	config.sort_by_rss = false;
	swarm_find(&scan, &rank, since, &table);
	assert_in_range(in_swarm(), SWARM_LEAST, SWARM_LEAST + 1);
	end(pids, 2 * SWARM_LEAST);
	look_no_more();
}

static unsigned found_once(unsigned count, begun_fn begun, uint64_t *ret_kib)
{
	static pid_t pids[4 * SWARM_LEAST];
	int32_t since = look_at_all();
	unsigned found;

	*ret_kib = 0;
	if (since == 0)
		skip();
	begin(pids, count, begun);
	swarm_find(&scan, &rank, since, &table);
	found = in_swarm();
	for (unsigned i = 0; i < table.count; i++)
		*ret_kib = max_u64(*ret_kib, table.procs[i].swarm_kib);
	end(pids, count);
	look_no_more();
	table.count = 0;
	return found;
}

/* The rows that are found of so many; what each says that all hold, in ret. Where more than they
 * began beside them, on a busy machine, they are no swarm: again. */
static unsigned found_of(unsigned count, begun_fn begun, uint64_t *ret_kib)
{
	unsigned found = 0;

	for (unsigned i = 0; i < 10 && found == 0; i++)
		found = found_once(count, begun, ret_kib);
	return found;
}

/* What starts the other may be of another name; but a login's, of a name each, are no swarm. */
static void r97_a_swarm_of_two_names(void **state)
{
	uint64_t kib;

	(void)state;
	assert_in_range(found_of(4 * SWARM_LEAST, half_of_another_name, &kib), SWARM_LEAST,
			SWARM_LEAST + 1);
	assert_int_equal(found_once(SWARM_LEAST / 2, half_of_another_name, &kib), 0); /* too few */
	assert_int_equal(found_once(4 * SWARM_LEAST, of_many_names, &kib), 0);
}

/* R97: setsid(2) is no way out. */
static void r97_a_swarm_of_sessions(void **state)
{
	uint64_t kib;

	(void)state;
	assert_in_range(found_of(2 * SWARM_LEAST, in_a_session_of_its_own, &kib), SWARM_LEAST,
			SWARM_LEAST + 1);
}

/* What must not be ended is not counted on. */
static void r97_a_swarm_of_which_half_may_be_ended(void **state)
{
	uint64_t all_kib, half_kib;

	(void)state;
	(void)found_of(4 * SWARM_LEAST, half_of_another_name, &all_kib);
	assert_int_equal(match_parse("two", NULL, &config.protect, NULL, 0), 0);
	assert_in_range(found_of(4 * SWARM_LEAST, half_of_another_name, &half_kib), SWARM_LEAST / 2,
			SWARM_LEAST / 2 + 1);
	assert_in_range(half_kib, all_kib * 4 / 10, all_kib * 6 / 10);
	config.protect.count = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(r97_a_swarm_goes_before_what_stands_still, set_up),
		cmocka_unit_test_setup(r97_a_hog_that_grew_more_goes_before_a_swarm, set_up),
		cmocka_unit_test_setup(lists_hold_for_a_swarm, set_up),
		cmocka_unit_test_setup(a_swarm_takes_no_room_from_who_grows, set_up),
		cmocka_unit_test_setup(the_kinds_of_most, set_up),
		cmocka_unit_test_setup(since_when, set_up),
		cmocka_unit_test_setup(r97_a_swarm_stays_one, set_up),
		cmocka_unit_test_setup(real_ones_are_found, set_up),
		cmocka_unit_test_setup(r97_a_swarm_of_two_names, set_up),
		cmocka_unit_test_setup(r97_a_swarm_of_sessions, set_up),
		cmocka_unit_test_setup(r97_a_swarm_of_which_half_may_be_ended, set_up),
	};

	return cmocka_run_group_tests_name("swarm", tests, NULL, NULL);
}
