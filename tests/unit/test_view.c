/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "meters.h"
#include "order.h"
#include "words.h"

#define MIB(n) (UINT64_C(1024) * (n))

static struct view view;

static int find_user(const char *name, uint32_t *ret)
{
	*ret = strcmp(name, "postgres") == 0 ? 105 : 1000;
	return 0;
}

static void set_list(struct match_list *list, const char *text)
{
	assert_int_equal(match_parse(text, find_user, list, NULL, 0), 0);
}

/* 1000 MiB, of which 500 are available; SIGTERM at 10 %, SIGKILL at 5 %. */
static int fresh(void **state)
{
	(void)state;
	memset(&view, 0, sizeof(view));
	view.config.mem_term_ppm = view.config.swap_term_ppm = 100000;
	view.config.mem_kill_ppm = view.config.swap_kill_ppm = 50000;
	view.config.min_victim_ppm = 10000;
	view.config.protect_critical = true;
	view.sample = (struct sample){.have = HAVE_MEM | HAVE_SWAP,
				      .mem_total_kib = MIB(1000),
				      .mem_available_kib = MIB(500)};
	view.rank = (struct rank){.config = &view.config,
				  .page_kib = 4,
				  .mem_total_kib = MIB(1000),
				  .total_kib = MIB(1000),
				  .self = 77,
				  .may_kill_all = true};
	return 0;
}

static struct proc *add(int32_t pid, const char *comm, uint64_t anon_mib)
{
	struct proc *p = &view.table.procs[view.table.count++];

	*p = (struct proc){
		.pid = pid, .ppid = 1, .uid = 1000, .state = 'S', .threads = 1, .matched = -1};
	p->anon_kib = p->rss_kib = MIB(anon_mib);
	(void)snprintf(p->comm, sizeof(p->comm), "%s", comm);
	(void)snprintf(p->exe, sizeof(p->exe), "/usr/bin/%s", comm);
	return p;
}

static void sort(void)
{
	for (unsigned i = 0; i < view.table.count; i++)
		rank_judge(&view.rank, &view.table.procs[i]);
	rank_sort(&view.rank, &view.table);
}

static const char *reason_of(int32_t pid)
{
	for (unsigned i = 0; i < view.table.count; i++) {
		if (view.table.procs[i].pid == pid)
			return view_reason(&view, &view.table.procs[i]);
	}
	fail();
	return "";
}

/* As view_refresh() does, once everybody is known. */
static void ask(const struct decision *history)
{
	view.decision = policy_confirm(&view.config, &view.sample, &view.coming, history);
	view.turn = turn_take(&view.config, &view.sample, &view.table, &view.pauses, &view.coming,
			      &view.decision);
}

static void decide(uint64_t available_mib)
{
	static const struct decision nothing;

	view.sample.mem_available_kib = MIB(available_mib);
	ask(&nothing);
}

/* ---- reasons ---- */

static void reasons_by_size(void **state)
{
	(void)state;
	(void)add(10, "largest", 300);
	(void)add(11, "next", 200);
	add(12, "adjusted", 100)->oom_score_adj = 50;
	(void)add(13, "small", 2);
	sort();
	assert_string_equal(reason_of(10), "largest");
	assert_string_equal(reason_of(11), "next by size");
	assert_string_equal(reason_of(12), "next by size, oom_score_adj 50");
	assert_string_equal(reason_of(13), "small: below -min-victim 1 %");
	assert_int_equal(view_candidates(&view), 4);
}

/* R104: it would have been the first by its size. */
static void reason_of_a_head(void **state)
{
	(void)state;
	(void)add(10, "postgres", 300);
	add(11, "postgres", 200)->ppid = 10;
	add(12, "postgres", 150)->ppid = 10;
	sort();
	assert_string_equal(reason_of(11), "largest");
	assert_string_equal(reason_of(10),
			    "it is the head of its children, which hold more: after them");
}

static void reasons_by_lists(void **state)
{
	(void)state;
	set_list(&view.config.protect, "cache, user:postgres");
	set_list(&view.config.prefer, "chrom*");
	set_list(&view.config.avoid, "bu\033ild");
	set_list(&view.config.ignore_user, "user:nobody");
	view.config.ignore_user.entries[0].uid = 65534;
	(void)add(10, "cache", 300);
	add(11, "db", 200)->uid = 105;
	(void)add(12, "chromium", 20);
	(void)add(13, "bu\033ild", 100);
	add(14, "theirs", 100)->uid = 65534;
	sort();
	assert_string_equal(reason_of(10), "protected by 'cache'");
	assert_string_equal(reason_of(11), "protected by 'user:postgres'");
	assert_string_equal(reason_of(12), "preferred by 'chrom*'");
	assert_string_equal(reason_of(13), "avoided by 'bu\\x1bild'");
	assert_string_equal(reason_of(14), "its user is ignored by 'user:nobody'");
	assert_int_equal(view_candidates(&view), 2);
}

static void reasons_why_never(void **state)
{
	struct proc *p;

	(void)state;
	(void)add(1, "init", 10);
	(void)add(77, "useroom", 10);
	add(12, "unkillable", 10)->oom_score_adj = -1000;
	add(13, "dead", 0)->state = 'Z';
	p = add(14, "sshd", 5);
	(void)snprintf(p->exe, sizeof(p->exe), "/usr/sbin/sshd");
	p->exe_trusted = true;
	p->uid = 0;
	sort();
	assert_string_equal(reason_of(1), "init");
	assert_string_equal(reason_of(77), "useroom itself");
	assert_string_equal(reason_of(12), "oom_score_adj is -1000");
	assert_string_equal(reason_of(13), "zombie");
	assert_non_null(strstr(reason_of(14), "system-critical: "));
	assert_int_equal(view_candidates(&view), 0);
}

/* ---- what would be done ---- */

static void must_say(const char *text)
{
	char both[512], verdict[320], levels[160];

	(void)snprintf(both, sizeof(both), "%s; %s", view_verdict(&view, verdict, sizeof(verdict)),
		       view_levels(&view, levels, sizeof(levels)));
	assert_string_equal(both, text);
}

static void verdicts(void **state)
{
	(void)state;
	(void)add(10, "ev\033il", 300);
	sort();
	decide(500);
	must_say("nobody would be ended; available 500 MiB (50 %) > 10 %, no swap");
	assert_null(view_kill(&view));
	decide(100);
	must_say("SIGTERM would go to 10 (ev\\x1bil); available 100 MiB (10 %) <= 10 %, no swap");
	assert_int_equal(view_kill(&view)->target.victim.pid, view.table.procs[0].pid);
	decide(20);
	must_say("SIGKILL would go to 10 (ev\\x1bil); available 20 MiB (2 %) <= 5 %, no swap");
	view.running = view.config.dry_run = true;
	must_say("SIGKILL would go to 10 (ev\\x1bil), were it not a dry run; available 20 MiB (2 "
		 "%) <= 5 %, no swap");
}

static void r01_verdict_with_swap(void **state)
{
	(void)state;
	(void)add(10, "hog", 300);
	sort();
	view.sample.swap_total_kib = MIB(100);
	view.sample.swap_free_kib = MIB(50);
	decide(90);
	must_say("nobody would be ended; available 90 MiB (9 %) <= 10 %, swap free 50 MiB (50 %) > "
		 "10 %");
	view.sample.swap_free_kib = MIB(4);
	decide(90);
	must_say("SIGTERM would go to 10 (hog); available 90 MiB (9 %) <= 10 %, swap free 4 MiB (4 "
		 "%) <= 10 %");
	view.config.ignore_swap = true;
	decide(500);
	must_say("nobody would be ended; available 500 MiB (50 %) > 10 %, swap ignored");
}

static void r22_verdict_nobody_left(void **state)
{
	(void)state;
	(void)add(1, "init", 300);
	sort();
	decide(90);
	must_say("nobody can be ended: no process is seen but the kernel's, init and useroom "
		 "itself; available 90 MiB (9 %) <= 10 %, no swap");
}

static void r40_verdict_coming_back(void **state)
{
	(void)state;
	(void)add(10, "hog", 300);
	sort();
	view.coming.mem_kib = MIB(200);
	decide(90);
	must_say("nobody would be ended: enough is coming back; available 90 MiB (9 %) <= 10 %, no "
		 "swap");
}

static void r05_verdict_futile(void **state)
{
	char verdict[320];

	(void)state;
	view.sample.have |= HAVE_DETAIL;
	view.sample.shmem_kib = MIB(800);
	(void)add(10, "hog", 20);
	sort();
	decide(90);
	assert_string_equal(
		view_verdict(&view, verdict, sizeof(verdict)),
		"ending processes cannot help: tmpfs and shared memory (Shmem) hold 800 MiB");
}

/* The daemon spares who stands still then; so does what is shown (R114). */
static void r114_verdict_under_a_stall(void **state)
{
	struct decision falling = {.by_stall = true,
				   .stall = {.open = true, .rule = STALL_FALLING}};
	char verdict[320];

	(void)state;
	view.config.stall_milli = 2000;
	view.config.stall_below_ppm = 200000;
	(void)add(10, "database", 300);
	sort();
	view.sample.mem_available_kib = MIB(180);
	ask(&falling);
	assert_null(view_kill(&view));
	assert_string_equal(
		view_verdict(&view, verdict, sizeof(verdict)),
		"nobody would be ended: only one that grows would be, and none was seen to");
	view.table.procs[0].growing = true;
	ask(&falling);
	assert_string_equal(view_verdict(&view, verdict, sizeof(verdict)),
			    "SIGTERM would go to 10 (database)");
	falling.by_stall = false;
	falling.stall = (struct stall_view){.open = true, .held_back = STALL_REFAULTS};
	ask(&falling);
	assert_string_equal(view_verdict(&view, verdict, sizeof(verdict)),
			    "nobody would be ended: tasks are stalled, and nothing says that "
			    "memory was taken");
}

/* R97: how many of a swarm would go, as the daemon would end them after what it has ended. */
static void r114_verdict_of_a_swarm(void **state)
{
	static struct recording_event events[] = {
		{.type = EVENT_KILL},
		{.type = EVENT_RECOVERED},
		{.type = EVENT_LOW},
		{.type = EVENT_KILL, .together = 1, .victim_swarm = 900},
		{.type = EVENT_KILL}, /* another, of no swarm */
		{.type = EVENT_FREED},
		{.type = EVENT_KILL, .flags = RECORDED_ESCALATED},
		{.type = EVENT_NO_EVIDENCE},
	};

	(void)state;
	(void)add(10, "database", 300);
	for (int32_t i = 0; i < 20; i++)
		add(100 + i, "sh", 5)->swarm_kib = MIB(700);
	sort();
	decide(80);
	must_say("SIGTERM would go to 119 (sh) and 3 more that are alike and began lately, 20 MiB "
		 "together; available 80 MiB (8 %) <= 10 %, no swap");
	assert_string_equal(view_reason(&view, &view.table.procs[0]),
			    "a swarm: those like it that began lately hold 700 MiB");
	assert_true(view_goes(&view, &view.table.procs[0]));
	assert_true(view_goes(&view, &view.table.procs[3]));
	assert_false(view_goes(&view, &view.table.procs[4]));
	view.reading.events = events;
	view.reading.event_count = ARRAY_SIZE(events);
	assert_int_equal(view_shots(&view), 0); /* nobody runs */
	view.running = true;
	assert_int_equal(view_shots(&view), 1);
	view.shots = 1;
	must_say("SIGTERM would go to 119 (sh) and 7 more that are alike and began lately, 40 MiB "
		 "together; available 80 MiB (8 %) <= 10 %, no swap");
	view.reading = (struct reading){0};
}

/* The daemon waits for a moment, and says so in its recording. */
static void r114_verdict_in_a_pause(void **state)
{
	(void)state;
	(void)add(10, "hog", 300);
	sort();
	view.pauses.until_ns[PAUSE_SWAP] = UINT64_MAX;
	decide(90);
	assert_null(view_kill(&view));
	must_say("nobody would be ended for a moment: what the last victim gives back is filled "
		 "from swap; available 90 MiB (9 %) <= 10 %, no swap");
	decide(40);
	must_say("SIGKILL would go to 10 (hog); available 40 MiB (4 %) <= 5 %, no swap");
}

/*
 * At the SIGTERM level nobody goes where no process took what is missing. That shows over time:
 * what the daemon decided at its last look counts, and only while one runs, for as long as that is
 * news.
 */
static void r114_verdict_nobody_took_it(void **state)
{
	static struct recording_look look = {.flags = LOOK_LOW | LOOK_FUTILE |
						      TURN_FUTILE << LOOK_TURN_SHIFT,
					     .now_ns = 100 * NS_PER_S};
	static const char nobody[] =
		"no process was seen to take what is missing: nobody is ended above "
		"the SIGKILL level; available 80 MiB (8 %) <= 10 %, no swap",
			  hog[] = "SIGTERM would go to 10 (hog); available 80 MiB (8 %) <= 10 %, "
				  "no swap";
	static const struct {
		bool running;
		unsigned later_s;
		uint32_t flags;
		uint64_t available_mib;
		const char *says;
	} rows[] = {
		{true, 1, 0, 80, nobody},
		{true, 30, 0, 80, hog},           /* that was another time */
		{true, 1, LOOK_CONFIRM, 80, hog}, /* it says who was chosen, not what was seen */
		{false, 1, 0, 80, hog},           /* nobody runs */
		{true, 1, 0, 40, NULL},           /* below the SIGKILL level it does not matter */
	};

	(void)state;
	(void)add(10, "hog", 300);
	sort();
	view.reading.looks = &look;
	view.reading.look_count = 1;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct decision history;

		view.running = rows[i].running;
		view.sample.now_ns = look.now_ns + rows[i].later_s * NS_PER_S;
		view.sample.mem_available_kib = MIB(rows[i].available_mib);
		look.flags = (look.flags & ~(uint32_t)LOOK_CONFIRM) | rows[i].flags;
		history = view_history(&view);
		ask(&history);
		if (rows[i].says != NULL)
			must_say(rows[i].says);
		else
			assert_int_equal(view_kill(&view)->target.victim.pid,
					 view.table.procs[0].pid);
	}
}

static void r10_verdict_blind(void **state)
{
	char verdict[320];

	(void)state;
	view.sample.have = 0;
	assert_string_equal(view_verdict(&view, verdict, sizeof(verdict)),
			    "/proc/meminfo cannot be read: nothing can be decided");
}

/* ---- gauges and pressure ---- */

static void meters(void **state)
{
	struct meter m[METERS_MOST];

	(void)state;
	decide(487);
	assert_int_equal(meters_fill(&view, m), METERS_MOST);
	assert_string_equal(m[0].text, "487 MiB of 1000 MiB available (48 %)");
	assert_int_equal(m[0].term_ppm, 100000);
	assert_false(m[1].have);
	assert_string_equal(m[1].text, "none");
	assert_string_equal(m[2].text, "not told by this kernel (no PSI)");
	assert_string_equal(m[3].text, "not looked for (-stall off)");
	view.sample.swap_total_kib = MIB(100);
	view.sample.swap_free_kib = MIB(50);
	view.config.ignore_swap = true;
	view.pressure = (struct pressure){true, 123400, 2500};
	decide(487);
	(void)meters_fill(&view, m);
	assert_string_equal(m[1].text, "50 MiB of 100 MiB free, ignored (50 %)");
	assert_int_equal(m[1].term_ppm, 0); /* no mark for what does not count */
	assert_string_equal(m[2].text, "some 12.34 %, full 0.25 % of 10 s");
}

static void lost_time(void **state)
{
	struct meter m[METERS_MOST];

	(void)state;
	view.config.stall_milli = 2000;
	view.running = false;
	(void)meters_fill(&view, m);
	assert_string_equal(m[3].text, "not known: nobody watches");
	view.running = true;
	(void)meters_fill(&view, m);
	assert_false(m[3].have);
	assert_string_equal(m[3].text, "none: memory is not short");
	view.stall = (struct stall_view){.open = true, .waiting_milli = 2340, .lost_ppm = 387654};
	(void)meters_fill(&view, m);
	assert_true(m[3].have);
	assert_int_equal(m[3].ppm, 387654);
	assert_string_equal(m[3].text, "38 %, 2.3 tasks stalled");
	view.running = false;
}

static void pressure(void **state)
{
	struct pressure p = view_parse_pressure("some avg10=12.34 avg60=1.00 avg300=0.00 total=5\n"
						"full avg10=0.07 avg60=1.00 avg300=0.00 total=5\n");

	(void)state;
	assert_true(p.have);
	assert_int_equal(p.some_ppm, 123400);
	assert_int_equal(p.full_ppm, 700);
	assert_false(view_parse_pressure("").have);
	assert_false(view_parse_pressure("some avg10=\n").have);
	assert_false(view_parse_pressure("full avg10=1.00\n").have);
	assert_int_equal(view_parse_pressure("some avg10=100.00 avg60=1\n").some_ppm, 1000000);
}

/* ---- order and filter ---- */

static void must_order(enum order_key key, const char *filter, const char *pids)
{
	static unsigned rows[SCAN_READ_MAX];
	unsigned count = order_rows(&view.table, key, filter, rows);
	char text[128] = "";

	for (unsigned i = 0; i < count; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d ",
			       view.table.procs[rows[i]].pid);
	assert_string_equal(text, pids);
}

/* Who would not be ended stands among the others by size, and moves none of them. */
static void orders(void **state)
{
	(void)state;
	set_list(&view.config.prefer, "pet");
	set_list(&view.config.avoid, "big");
	set_list(&view.config.protect, "Kept");
	(void)add(40, "alpha", 100);
	(void)add(30, "Beta", 50);
	(void)add(20, "pet", 20);
	(void)add(50, "big", 400);
	(void)add(35, "Kept", 70);
	add(36, "zero", 200)->oom_score_adj = -1000;
	sort();
	must_order(ORDER_BADNESS, "", "36 35 20 40 30 50 ");
	must_order(ORDER_MEMORY, "", "50 36 40 35 30 20 ");
	must_order(ORDER_PID, "", "20 30 35 36 40 50 ");
	must_order(ORDER_NAME, "", "40 30 50 35 20 36 ");
	must_order(ORDER_BADNESS, "BE", "30 ");
	must_order(ORDER_PID, "3", "30 35 36 ");
	must_order(ORDER_PID, "/usr/bin/pet", "20 ");
	must_order(ORDER_PID, "nobody has this", "");
}

static void a_full_table(void **state)
{
	static unsigned rows[SCAN_READ_MAX];

	(void)state;
	for (int32_t pid = 2; view.table.count < SCAN_READ_MAX; pid++)
		(void)add(10000 - pid, "same", 20);
	sort();
	assert_int_equal(order_rows(&view.table, ORDER_PID, "", rows), SCAN_READ_MAX);
	for (unsigned i = 1; i < SCAN_READ_MAX; i++)
		assert_true(view.table.procs[rows[i - 1]].pid < view.table.procs[rows[i]].pid);
}

/* ---- words ---- */

static void nearest_words(void **state)
{
	(void)state;
	assert_string_equal(ctl_nearest_command("stauts"), "status");
	assert_string_equal(ctl_nearest_command("tp"), "top");
	assert_string_equal(ctl_nearest_command("event"), "events");
	assert_null(ctl_nearest_command("frobnicate"));
	assert_string_equal(ctl_nearest_option("jsn"), "json");
	assert_string_equal(ctl_nearest_option("protcet"), "protect");
	assert_null(ctl_nearest_option("frobnicate"));
	assert_true(ctl_find_command("status") >= 0);
	assert_int_equal(ctl_find_command("Status"), -1);
	assert_int_equal(ctl_find_option("h"), ctl_find_option("help"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reasons_by_size, fresh),
		cmocka_unit_test_setup(reason_of_a_head, fresh),
		cmocka_unit_test_setup(reasons_by_lists, fresh),
		cmocka_unit_test_setup(reasons_why_never, fresh),
		cmocka_unit_test_setup(verdicts, fresh),
		cmocka_unit_test_setup(r01_verdict_with_swap, fresh),
		cmocka_unit_test_setup(r05_verdict_futile, fresh),
		cmocka_unit_test_setup(r114_verdict_under_a_stall, fresh),
		cmocka_unit_test_setup(r114_verdict_of_a_swarm, fresh),
		cmocka_unit_test_setup(r114_verdict_in_a_pause, fresh),
		cmocka_unit_test_setup(r114_verdict_nobody_took_it, fresh),
		cmocka_unit_test_setup(r10_verdict_blind, fresh),
		cmocka_unit_test_setup(r22_verdict_nobody_left, fresh),
		cmocka_unit_test_setup(r40_verdict_coming_back, fresh),
		cmocka_unit_test_setup(meters, fresh),
		cmocka_unit_test_setup(lost_time, fresh),
		cmocka_unit_test_setup(pressure, fresh),
		cmocka_unit_test_setup(orders, fresh),
		cmocka_unit_test_setup(a_full_table, fresh),
		cmocka_unit_test_setup(nearest_words, fresh),
	};

	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
