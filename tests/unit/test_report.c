/* SPDX-License-Identifier: MIT */
#include "base/units.h"
#include "tell/report.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"

static struct event e;
static char text[REPORT_MAX];

static int fresh(void **state)
{
	(void)state;
	memset(&e, 0, sizeof(e));
	e.type = EVENT_KILL;
	e.realtime_ns = UINT64_C(1767225600123456789); /* 2026-01-01 */
	e.signal = SIGTERM;
	e.decide_to_signal_ns = 412345;
	e.repeat_count = 1;
	e.sample.mem_total_kib = 4030464;
	e.sample.mem_available_kib = 394985;
	e.decision.mem_low = true;
	e.decision.mem_ppm = 98000;
	e.decision.mem_limit_ppm = 100000;
	e.target.victim.pid = 4711;
	e.target.victim.state = 'S';
	e.target.victim.uid = 998;
	e.target.victim.oom_score = 812;
	e.target.victim.freeable_kib = 3040870;
	(void)strcpy(e.target.victim.comm, "java");
	(void)strcpy(e.user, "app");
	e.has_next = true;
	e.next.pid = 123;
	e.next.freeable_kib = 317440;
	(void)strcpy(e.next.comm, "nginx");
	return 0;
}

static const char *as_text(void)
{
	(void)report_text(&e, text, sizeof(text));
	return text;
}

static const char *as_json(void)
{
	(void)report_json(&e, text, sizeof(text));
	return text;
}

static void must_hold(const char *whole, const char *part)
{
	if (strstr(whole, part) == NULL)
		fail_msg("'%s' is not in '%s'", part, whole);
}

static void r20_a_kill_in_one_sentence(void **state)
{
	(void)state;
	assert_string_equal(
		as_text(),
		"killed 4711 (java) with SIGTERM: available 386 MiB (9.8 %) <= 10 %, no swap; it "
		"held 2.9 GiB, "
		"oom_score 812, user app; next: 123 (nginx) 310 MiB; 0.4 ms after the look");
}

/* A level that was written as an amount is told as one; JSON has the share as well. */
static void an_amount_is_told_as_one(void **state)
{
	(void)state;
	e.decision.mem_limit_kib = 512 * 1024;
	e.decision.mem_limit_ppm = 130080;
	must_hold(as_text(), "available 386 MiB (9.8 %) <= 512 MiB, no swap; ");
	must_hold(as_json(), "\"mem_limit_percent\":13,\"mem_limit_kib\":524288,\"signal\"");
	e.type = EVENT_START;
	e.interval_ns = NS_PER_S;
	e.mem_term_ppm = 130080;
	e.mem_kill_ppm = 50000;
	e.level_kib[LEVEL_MEM_TERM] = 512 * 1024;
	must_hold(as_text(), "SIGTERM at 512 MiB available, SIGKILL at 5 %; ");
	must_hold(as_json(), "\"mem_term_percent\":13,\"mem_term_kib\":524288,"
			     "\"mem_kill_percent\":5,\"swap_term_percent\"");
}

/* R88: nobody is ended, and why. */
static void r88_swapoff_in_a_sentence(void **state)
{
	(void)state;
	e.type = EVENT_FUTILE;
	e.decision.futile = HOLDER_SWAPOFF;
	e.decision.futile_kib = 1536 * 1024;
	must_hold(as_text(), "; swapoff is running and still has to bring 1.5 GiB back into "
			     "memory: nobody else is ended meanwhile");
	must_hold(as_json(), "\"holder\":\"swapoff\",\"holder_kib\":1572864}");
	e.type = EVENT_KILL;
	(void)strcpy(e.target.victim.comm, "swapoff");
	must_hold(as_text(),
		  "killed 4711 (swapoff) with SIGTERM: available 386 MiB (9.8 %) <= 10 %, "
		  "no swap; it still had to bring 1.5 GiB back from swap, which do not "
		  "fit into memory; 0.4 ms after the look");
	must_hold(as_json(), "\"holder\":\"swapoff\",\"holder_kib\":1572864,");
	e.type = EVENT_FUTILE;
	e.decision.futile = HOLDER_BALLOON;
	must_hold(as_text(), "; ending processes cannot help: a balloon that gave it to the host "
			     "holds 1.5 GiB");
	must_hold(as_json(), "\"holder\":\"balloon\"");
	e.decision.futile = HOLDER_NOBODY;
	must_hold(as_text(),
		  "available 386 MiB (9.8 %) <= 10 %, no swap; no process was seen to take what "
		  "is missing: nobody is ended above the SIGKILL level");
	must_hold(as_json(), "\"holder\":\"nobody\"");
}

/* What a stall that decided is said to be; its speed only where nothing is low yet. */
static void a_kill_by_a_stall(void **state)
{
	const struct {
		struct stall_view stall;
		bool mem_low;
		const char *text;
	} rows[] = {
		{{.rule = STALL_REFAULTS,
		  .waiting_milli = 1870,
		  .lost_ppm = 650000,
		  .reach_ns = UINT64_MAX},
		 false,
		 "SIGTERM: thrashing: 1.8 tasks stalled, 65 % of time lost; "},
		{{.rule = STALL_FALLING,
		  .waiting_milli = 200,
		  .lost_ppm = 160000,
		  .reach_ns = 4 * NS_PER_S},
		 false,
		 "SIGTERM: thrashing: 0.2 tasks stalled, 16 % of time lost, and at this speed "
		 "memory is low in 4 s; "},
		{{.rule = STALL_FLOOD, .lost_ppm = 10000, .reach_ns = 3 * NS_PER_S},
		 false,
		 "SIGTERM: swapping out: allocations wait for it, 1 % of time lost, and at this "
		 "speed memory is low in 3 s; "},
		{{.rule = STALL_FLOOD, .lost_ppm = 10000, .reach_ns = 3 * NS_PER_S},
		 true,
		 "SIGTERM: swapping out: allocations wait for it, 1 % of time lost; "},
	};

	(void)state;
	e.decision.by_stall = true;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		e.decision.stall = rows[i].stall;
		e.decision.mem_low = rows[i].mem_low;
		must_hold(as_text(), rows[i].text);
	}
}

static void a_group_at_its_own_limit(void **state)
{
	(void)state;
	e.type = EVENT_SQUEEZED;
	e.group.view = (struct squeeze_view){.rule = SQUEEZE_THRASHING,
					     .limit_kib = 262144,
					     .usage_kib = 262144,
					     .room_ppm = 204166,
					     .waiting_milli = 9450,
					     .hard_per_s = 1797,
					     .turnover_ms = 2500,
					     .grown_kib = 98304};
	(void)strcpy(e.group.path, "/docker/0\n1");
	(void)strcpy(e.target.victim.container, "docker 0123456789ab");
	must_hold(as_text(), "docker 0123456789ab (/docker/0\\x0a1) thrashes at its own limit of "
			     "256 MiB: 9.4 tasks stalled by 1797 refaults/s, 20 % of it is page "
			     "cache or free, which is read again every 2.5 s; it grew by 96 MiB; "
			     "nobody is ended for it");
	must_hold(as_json(), "\"rule\":\"thrashing\",\"group\":\"/docker/0");
	must_hold(as_json(), "\"limit_kib\":262144,\"usage_kib\":262144");
	must_hold(as_json(), "\"turnover_ms\":2500");
	assert_null(strstr(as_json(), "\"reason\""));
	e.nobody = NOBODY_STILL;
	must_hold(as_text(), "; nobody is ended for it: none of its processes was seen to grow");
	must_hold(as_json(), "\"reason\":\"still\"");
	e.group.view.rule = SQUEEZE_TIGHT;
	must_hold(as_text(), "; nothing in it grew: the limit is too small for it; nobody");
	e.target.victim.container[0] = e.target.victim.unit[0] = '\0';
	e.group.view = (struct squeeze_view){
		.rule = SQUEEZE_THROTTLED, .limit_kib = 204800, .highs_per_s = 720};
	must_hold(as_text(),
		  "/docker/0\\x0a1 is held up at its memory.high of 200 MiB: throttled 720 "
		  "times a second, and 0 % of it is page cache or free; nobody");
	must_hold(as_json(), "\"throttled_per_s\":720");
	e.group.view = (struct squeeze_view){.rule = SQUEEZE_FULL,
					     .limit_kib = 262144,
					     .room_ppm = 41000,
					     .grown_kib = 98304,
					     .turnover_ms = UINT64_MAX};
	must_hold(as_text(), "/docker/0\\x0a1 fills up to its own limit of 256 MiB: 4 % of it is "
			     "page cache or free; it grew by 96 MiB; nobody");
	must_hold(as_json(), "\"rule\":\"full\",");
}

static void a_numa_node(void **state)
{
	(void)state;
	e.type = EVENT_SQUEEZED;
	e.group.view = (struct squeeze_view){.rule = SQUEEZE_THRASHING,
					     .limit_kib = 452608,
					     .room_ppm = 100490,
					     .waiting_milli = 5244,
					     .hard_per_s = 1018,
					     .turnover_ms = 9932,
					     .grown_kib = 165512};
	(void)strcpy(e.group.path, "node1");
	must_hold(as_text(), "NUMA node 1 thrashes with its 442 MiB: 5.2 tasks stalled by 1018 "
			     "refaults/s, 10 % of it is page cache or free, which is read again "
			     "every 9.9 s; it grew by 162 MiB; nobody is ended for it");
	must_hold(as_json(), "\"rule\":\"thrashing\",\"node\":1,\"limit_kib\":452608");
	assert_null(strstr(as_json(), "\"group\""));
	e.nobody = NOBODY_UNCLEAR;
	must_hold(as_text(),
		  "; nobody is ended for it: nobody who may use that node only was seen");
	must_hold(as_json(), "\"reason\":\"unclear\"");
	e.group.view.rule = SQUEEZE_TIGHT;
	must_hold(as_text(), "; nothing in it grew: what is bound to it may never have fitted; "
			     "nobody is ended for it");
	(void)strcpy(e.group.path, "node,\"x"); /* a stranger's recording */
	must_hold(as_json(), "\"node\":0,\"limit_kib\"");
}

static void a_kill_for_a_group(void **state)
{
	(void)state;
	e.signal = SIGTERM;
	e.group.view = (struct squeeze_view){.rule = SQUEEZE_THRASHING,
					     .limit_kib = 262144,
					     .room_ppm = 204166,
					     .waiting_milli = 9450,
					     .hard_per_s = 1797,
					     .turnover_ms = 2500,
					     .grown_kib = 98304};
	(void)strcpy(e.group.path, "/docker/01");
	(void)strcpy(e.target.victim.container, "docker 0123456789ab");
	must_hold(as_text(), "killed 4711 (java) with SIGTERM: docker 0123456789ab (/docker/01) "
			     "thrashes at its own limit of 256 MiB: 9.4 tasks stalled by ");
	must_hold(text, "; it grew by 96 MiB; the process held ");
	assert_null(strstr(text, "available"));
	must_hold(as_json(), "\"rule\":\"thrashing\",\"group\":\"/docker/01\"");
	must_hold(as_json(), "\"group_grown_kib\":98304");
	must_hold(as_json(), "\"signal\":\"SIGTERM\"");
	assert_null(strstr(as_json(), "mem_limit_percent"));
}

/* R86: it is seen, and said why nobody is ended. */
static void r86_no_evidence(void **state)
{
	(void)state;
	e.type = EVENT_NO_EVIDENCE;
	e.decision.stall = (struct stall_view){.open = true,
					       .suspicious = true,
					       .held_back = STALL_REFAULTS,
					       .waiting_milli = 2700,
					       .lost_ppm = 250000,
					       .reach_ns = UINT64_MAX};
	must_hold(as_text(), "thrashing: 2.7 tasks stalled, 25 % of time lost; ");
	must_hold(as_text(), "; nobody is ended for it: no memory was taken lately");
	must_hold(as_json(), "\"event\":\"no_evidence\"");
	must_hold(as_json(), "\"stall_rule\":\"refaults\",\"stall_evidence\":\"none\"");
}

static void a_kill_with_everything(void **state)
{
	(void)state;
	e.dry_run = e.escalated = true;
	e.signal = SIGKILL;
	e.decision.swap_counts = e.decision.swap_low = true;
	e.decision.swap_limit_ppm = 75000;
	e.decision.swap_ppm = 12300;
	e.sample.swap_total_kib = 1048576;
	e.sample.swap_free_kib = 12897;
	e.target.victim.swap_kib = 2048;
	e.target.victim.leader_exited = true;
	e.target.victim.shmem_kib = e.target.victim.shared_shmem_kib = 8388608;
	e.target.victim.oom_score_adj = -5;
	(void)strcpy(e.target.victim.unit, "shop.service");
	(void)strcpy(e.target.victim.container, "docker 0123456789ab");
	e.user[0] = '\0';
	e.has_next = false;
	e.repeat_count = 3;
	must_hold(as_text(), "would kill 4711 (java) with SIGKILL, SIGTERM did not end it: ");
	must_hold(text, "swap free 13 MiB (1.23 %) <= 7.5 %");
	must_hold(text, "(2 MiB of it in swap) and shares 8 GiB with others, its "
			"main thread has exited");
	must_hold(text, "oom_score_adj -5, user 998, unit shop.service, container docker "
			"0123456789ab; next: nobody");
	must_hold(text, "; the 3rd victim of this unit in a short time");
}

static void r09_sizes_have_the_right_unit(void **state)
{
	static const struct {
		uint64_t kib;
		const char *text;
	} rows[] = {{0, "0 KiB"},           {1, "1 KiB"},
		    {1023, "1023 KiB"},     {1024, "1 MiB"},
		    {1536, "1.5 MiB"},      {10 * 1024, "10 MiB"},
		    {102400, "100 MiB"},    {1048575, "1024 MiB"},
		    {1048576, "1 GiB"},     {3040870, "2.9 GiB"},
		    {24684084, "23.5 GiB"}, {268435456, "256 GiB"},
		    {1073741824, "1 TiB"},  {1125899906842624, "1048576 TiB"}};
	char buf[32];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(units_size(rows[i].kib, buf, sizeof(buf)), rows[i].text);
}

static void percents_and_times(void **state)
{
	char buf[32];

	(void)state;
	assert_string_equal(units_percent(100000, buf, sizeof(buf)), "10");
	assert_string_equal(units_percent(75000, buf, sizeof(buf)), "7.5");
	assert_string_equal(units_percent(99999, buf, sizeof(buf)),
			    "9.99"); /* never rounded up to the level */
	assert_string_equal(units_percent(500, buf, sizeof(buf)), "0.05");
	assert_string_equal(units_percent(1000000, buf, sizeof(buf)), "100");
	assert_string_equal(units_time(412345, buf, sizeof(buf)), "0.4 ms");
	assert_string_equal(units_time(38 * NS_PER_MS, buf, sizeof(buf)), "38 ms");
	assert_string_equal(units_time(NS_PER_S, buf, sizeof(buf)), "1 s");
	assert_string_equal(units_time(1250 * NS_PER_MS, buf, sizeof(buf)), "1.2 s");
	assert_string_equal(units_time(200 * NS_PER_S, buf, sizeof(buf)), "200 s");
}

static void r28_r60_names_are_escaped(void **state)
{
	(void)state;
	(void)strcpy(e.target.victim.comm, "a\nb\"\\\xff$(x)");
	(void)strcpy(e.next.comm, "\033[31m");
	must_hold(as_text(), "killed 4711 (a\\x0ab\"\\x5c\\xff$(x)) with");
	must_hold(text, "next: 123 (\\x1b[31m)");
	must_hold(as_json(), "\"name\":\"a\\\\x0ab\\\"\\\\x5c\\\\xff$(x)\"");
	assert_null(strchr(text, '\n'));
}

static void r110_why_nobody_is_ended(void **state)
{
	(void)state;
	e.type = EVENT_NOBODY;
	e.nobody = NOBODY_SMALL;
	must_hold(as_text(),
		  "; nobody can be ended: even the largest that may be ended is too small to help");
	must_hold(as_json(), "\"reason\":\"small\"");
	e.nobody = NOBODY_SIGNALLED;
	must_hold(as_text(), "; nobody can be ended: those who hold memory were signalled already");
	must_hold(as_json(), "\"reason\":\"signalled\"");
}

static void r103_sigkill_in_place_of_sigterm(void **state)
{
	(void)state;
	e.signal = SIGKILL;
	e.ignores_term = true;
	must_hold(as_text(), "killed 4711 (java) with SIGKILL, it ignores SIGTERM: available");
	must_hold(as_json(),
		  "\"signal\":\"SIGKILL\",\"escalated\":false,\"ignores_sigterm\":true,");
}

static void json_has_the_same_facts(void **state)
{
	(void)state;
	must_hold(as_json(), "{\"time\":\"2026-01-01T00:00:00.123Z\",\"event\":\"kill\",\"mem_"
			     "total_kib\":4030464,"
			     "\"mem_available_kib\":394985,\"mem_available_percent\":9.79,");
	must_hold(text, "\"mem_limit_percent\":10,\"signal\":\"SIGTERM\",\"escalated\":false,"
			"\"ignores_sigterm\":false,\"swapped_out\":false,\"dry_"
			"run\":false,\"pid\":4711,");
	must_hold(text, "\"next_pid\":123,\"next_name\":\"nginx\",\"next_freeable_kib\":317440,"
			"\"decide_to_signal_ns\":"
			"412345,");
	assert_int_equal(text[strlen(text) - 1], '}');
	assert_null(strstr(text, "swap_limit_percent"));
}

/* As long as numbers can be: an exabyte of everything, and swap takes part. */
static void make_numbers_long(void)
{
	const uint64_t kib = UINT64_MAX / 1024;

	e.sample.mem_total_kib = e.sample.mem_available_kib = e.sample.swap_total_kib =
		e.sample.swap_free_kib = kib;
	e.target.victim.rss_kib = e.target.victim.anon_kib = e.target.victim.swap_kib =
		e.target.victim.freeable_kib = e.next.freeable_kib = kib;
	e.decision.swap_counts = true;
	e.decision.mem_limit_ppm = e.decision.swap_limit_ppm = 999999;
	e.target.victim.pid = e.next.pid = INT32_MAX;
	e.target.victim.uid = e.repeat_count = UINT32_MAX;
	e.target.victim.oom_score = e.target.victim.oom_score_adj = INT32_MIN;
	e.target.victim.start_ticks = e.decide_to_signal_ns = UINT64_MAX;
}

/* The worst that names can be fits, and what does not fit into a line is cut, not overrun. */
static void nothing_overflows(void **state)
{
	char small[40];

	(void)state;
	memset(e.target.victim.comm, '\xff', sizeof(e.target.victim.comm) - 1);
	memset(e.next.comm, '\xff', sizeof(e.next.comm) - 1);
	memset(e.target.victim.exe, '\xff', sizeof(e.target.victim.exe) - 1);
	memset(e.target.victim.unit, '\xff', sizeof(e.target.victim.unit) - 1);
	memset(e.user, '\xff', sizeof(e.user) - 1);
	memset(e.target.victim.container, '\xff', sizeof(e.target.victim.container) - 1);
	assert_true(report_json(&e, text, sizeof(text)) < sizeof(text) - 1);
	assert_int_equal(text[strlen(text) - 1], '}');
	make_numbers_long();
	assert_true(report_json(&e, text, sizeof(text)) < sizeof(text) - 1);
	assert_int_equal(text[strlen(text) - 1], '}');
	assert_int_equal(report_text(&e, small, sizeof(small)), sizeof(small) - 1);
	assert_int_equal(small[sizeof(small) - 1], '\0');
}

static void every_event_has_both_forms(void **state)
{
	(void)state;
	for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
		e.type = (enum event_type)type;
		e.error = type == EVENT_FAILED || type == EVENT_RELOAD ? 1 : 0;
		e.error_call = "kill";
		e.decision.futile = HOLDER_SHMEM;
		assert_true(strlen(as_text()) > 5);
		must_hold(as_json(), event_name(e.type));
		assert_int_equal(text[0], '{');
		assert_true(report_level(&e) >= LOG_ERROR && report_level(&e) <= LOG_DETAIL);
	}
}

static void r05_the_holder_is_named(void **state)
{
	(void)state;
	e.type = EVENT_FUTILE;
	e.decision.futile = HOLDER_SHMEM;
	e.decision.futile_kib = 3145728;
	must_hold(as_text(),
		  "ending processes cannot help: tmpfs and shared memory (Shmem) hold 3 GiB");
	must_hold(as_json(), "\"holder\":\"shmem\",\"holder_kib\":3145728}");
	e.sample.tmpfs_kib = 2097152;
	e.sample.sysv_kib = 1048576;
	must_hold(as_text(),
		  "(Shmem) hold 3 GiB, 2 GiB in files of /dev/shm, /tmp or /run, 1 GiB in "
		  "System V segments (ipcs -m)");
}

static void r96_who_ends_with_it_is_said(void **state)
{
	(void)state;
	e.target.together_count = 30;
	must_hold(as_text(), "killed 4711 (java) and 30 more that use its memory with SIGTERM: ");
	must_hold(as_json(), "\"together\":30,");
}

/* R97: of a swarm several go; what they held is one sum, and not what each of them grew by. */
static void r97_a_swarm_is_said(void **state)
{
	(void)state;
	e.target.kind = TARGET_SWARM;
	e.target.victim.swarm_kib = 92160;
	e.target.victim.freeable_kib = 4608;
	e.target.victim.swap_kib = e.target.victim.shared_anon_kib = 0;
	e.target.victim.growing = true;
	e.target.victim.grown_kib = 150;
	e.target.together_count = 24;
	must_hold(as_text(), "killed 4711 (java) and 24 more that are alike and began lately with "
			     "SIGTERM: ");
	must_hold(as_text(), "; together they held 4.5 MiB, of 90 MiB of all that are like them, "
			     "oom_score ");
	must_hold(as_json(), "\"together\":24,");
	e.target.head.pid = 113;
	(void)strcpy(e.target.head.comm, "sh");
	must_hold(as_text(), "killed 4711 (java) and 23 more that are alike and began lately, and "
			     "113 (sh) that starts them with SIGTERM: ");
	must_hold(as_json(), "\"together\":24,\"head_pid\":113,\"head_name\":\"sh\",");
	(void)strcpy(e.target.head.comm, "s\n\"h"); /* names come from strangers */
	must_hold(as_text(), ", and 113 (s\\x0a\"h) that starts them with SIGTERM: ");
	must_hold(as_json(), "\"head_name\":\"s\\\\x0a\\\"h\",");
}

/* Of a group all memory is told, and not what one of them grew by or shares. */
static void of_a_whole_group(void **state)
{
	(void)state;
	e.target.kind = TARGET_GROUP;
	e.target.victim.freeable_kib = 4608;
	e.target.victim.swap_kib = 0;
	e.target.victim.shared_anon_kib = 1024;
	e.target.victim.growing = true;
	e.target.victim.grown_kib = 150;
	must_hold(as_text(), " and with it all of its control group (memory.oom.group) with ");
	must_hold(as_text(), "; together they held 4.5 MiB, oom_score ");
	must_hold(as_json(), "\"whole_group\":true,");
}

/* What is shared is only said where it matters. */
static void r93_what_it_shares_is_said(void **state)
{
	(void)state;
	e.target.victim.freeable_kib = 102400;
	e.target.victim.shared_anon_kib = 1024;
	assert_null(strstr(as_text(), "shares"));
	e.target.victim.shared_shmem_kib = 1024;
	must_hold(as_text(), "it held 100 MiB and shares 2 MiB with others");
	must_hold(as_json(), "\"freeable_kib\":102400,\"shared_kib\":2048,");
}

static void r94_one_that_gave_nothing(void **state)
{
	(void)state;
	e.type = EVENT_FREED;
	e.came_back_kib = 38;
	e.since_signal_ns = 403 * NS_PER_MS;
	e.target.victim.freeable_kib = 0;
	e.target.victim.shared_anon_kib = 102400;
	assert_null(strstr(as_text(), "others hold it too"));
	e.held_back = true;
	must_hold(as_text(),
		  "4711 (java) is gone: 38 KiB back after 403 ms, of 100 MiB that it held: "
		  "others hold it too, so none like it is ended for a while");
	must_hold(as_json(), "\"held_back\":true");
	e.type = EVENT_NOBODY;
	must_hold(as_json(), "\"held_back\":true");
}

static void r52_the_kernel_was_faster(void **state)
{
	(void)state;
	e.type = EVENT_KERNEL_KILL;
	e.kills = 2;
	must_hold(as_text(), "the kernel's own killer ended 2 processes");
}

/* "A field that makes no sense is absent": nobody has zero bytes of memory. */
static void r118_what_was_not_read_is_absent(void **state)
{
	(void)state;
	memset(&e.sample, 0, sizeof(e.sample));
	e.type = EVENT_STOP;
	assert_string_equal(as_json(),
			    "{\"time\":\"2026-01-01T00:00:00.123Z\",\"event\":\"stop\"}");
}

static void notes_are_json_too(void **state)
{
	(void)state;
	(void)report_json_note(LOG_WARN, "a \"quoted\" line", text, sizeof(text));
	must_hold(text, "\"event\":\"note\",\"level\":4,\"message\":\"a \\\"quoted\\\" line\"}");
}

/* Cut, it is an object all the same. */
static void a_long_note_is_cut(void **state)
{
	char line[LOG_LINE_MAX], note[200];

	(void)state;
	memset(line, '"', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	for (size_t size = 120; size <= sizeof(note); size++) {
		size_t length = report_json_note(LOG_WARN, line, note, size);

		assert_true(length < size);
		assert_string_equal(note + length - 4, "\\\"\"}");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(r20_a_kill_in_one_sentence, fresh),
		cmocka_unit_test_setup(an_amount_is_told_as_one, fresh),
		cmocka_unit_test_setup(r88_swapoff_in_a_sentence, fresh),
		cmocka_unit_test_setup(a_kill_by_a_stall, fresh),
		cmocka_unit_test_setup(r86_no_evidence, fresh),
		cmocka_unit_test_setup(a_group_at_its_own_limit, fresh),
		cmocka_unit_test_setup(a_numa_node, fresh),
		cmocka_unit_test_setup(a_kill_for_a_group, fresh),
		cmocka_unit_test_setup(a_kill_with_everything, fresh),
		cmocka_unit_test_setup(r09_sizes_have_the_right_unit, fresh),
		cmocka_unit_test_setup(percents_and_times, fresh),
		cmocka_unit_test_setup(r28_r60_names_are_escaped, fresh),
		cmocka_unit_test_setup(r110_why_nobody_is_ended, fresh),
		cmocka_unit_test_setup(r103_sigkill_in_place_of_sigterm, fresh),
		cmocka_unit_test_setup(json_has_the_same_facts, fresh),
		cmocka_unit_test_setup(nothing_overflows, fresh),
		cmocka_unit_test_setup(every_event_has_both_forms, fresh),
		cmocka_unit_test_setup(r05_the_holder_is_named, fresh),
		cmocka_unit_test_setup(r96_who_ends_with_it_is_said, fresh),
		cmocka_unit_test_setup(r97_a_swarm_is_said, fresh),
		cmocka_unit_test_setup(of_a_whole_group, fresh),
		cmocka_unit_test_setup(r93_what_it_shares_is_said, fresh),
		cmocka_unit_test_setup(r94_one_that_gave_nothing, fresh),
		cmocka_unit_test_setup(r52_the_kernel_was_faster, fresh),
		cmocka_unit_test_setup(r118_what_was_not_read_is_absent, fresh),
		cmocka_unit_test_setup(notes_are_json_too, fresh),
		cmocka_unit_test_setup(a_long_note_is_cut, fresh),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
