/* SPDX-License-Identifier: MIT */
/*
 * Recordings that are written here look by look: 1000 KiB of memory, no swap, a look every 100 ms.
 * What was decided is asked of the policy itself, as the daemon does.
 */
#include "act/event.h"
#include "base/util.h"
#include "rerun.h"
#include "settings/options.h"
#include "tell/record.h"
#include "words.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LOOKS_MOST  64
#define EVENTS_MOST 16
#define STEP_NS     (100 * NS_PER_MS)

static struct recording_look looks[LOOKS_MOST];
static struct recording_event events[EVENTS_MOST];
static struct reading reading;
static struct config config;
static struct policy policy;
static struct rerun result;

static int fresh(void **state)
{
	(void)state;
	memset(looks, 0, sizeof(looks));
	memset(events, 0, sizeof(events));
	reading = (struct reading){.looks = looks, .events = events};
	reading.header.settings = (struct recording_settings){
		.mem_term_ppm = 100000, .mem_kill_ppm = 50000, .interval_ns = NS_PER_S, .cpus = 2};
	rerun_recorded_config(&reading, &config);
	policy_init(&policy, 2);
	return 0;
}

static uint64_t now(void)
{
	return (reading.look_count + 1) * STEP_NS;
}

static void add(uint64_t available, uint64_t pending, uint32_t flags)
{
	struct recording_look *l = &looks[reading.look_count];
	struct coming coming;
	struct sample s;
	struct decision d;

	l->sequence = reading.look_count + 1;
	l->now_ns = now();
	l->have = HAVE_MEM;
	l->value[VALUE_MEM_TOTAL] = 1000;
	l->value[VALUE_MEM_AVAILABLE] = available;
	l->value[VALUE_PENDING_MEM] = pending;
	l->value[VALUE_PENDING_COUNT] = pending > 0;
	recording_to_sample(l, &s);
	coming = recording_to_coming(l);
	d = policy_decide(&policy, &config, &s, &coming);
	l->flags = recording_flags(&d) | flags;
	reading.look_count++;
}

static void see(uint64_t available)
{
	add(available, 0, reading.look_count == 0 ? LOOK_STARTS : 0);
}

/* The second question about the last look. */
static void confirm(void)
{
	looks[reading.look_count] = looks[reading.look_count - 1];
	looks[reading.look_count].sequence++;
	looks[reading.look_count].now_ns += NS_PER_MS;
	looks[reading.look_count].flags |= LOOK_CONFIRM;
	reading.look_count++;
}

/* About the last look, 2 ms after it. */
static void send(int signal_number, uint32_t flags)
{
	struct recording_event *e = &events[reading.event_count++];
	const struct recording_look *l = &looks[reading.look_count - 1];

	while (l->flags & LOOK_CONFIRM)
		l--;
	*e = (struct recording_event){.sequence = reading.event_count,
				      .now_ns = l->now_ns + 2 * NS_PER_MS,
				      .decide_to_signal_ns = 2 * NS_PER_MS,
				      .type = EVENT_KILL,
				      .signal = signal_number,
				      .flags = flags};
}

static void ask(double mem_term, double mem_kill)
{
	struct config other = config;

	other.mem_term_ppm = (uint32_t)(mem_term * PPM_PER_PERCENT);
	other.mem_kill_ppm = (uint32_t)(mem_kill * PPM_PER_PERCENT);
	rerun(&reading, &other, &result);
}

/* 500, 400, 300, 200, 90: SIGTERM; back. The look that acts is number 4, its confirmation 5. */
static void fall_and_kill(uint32_t flags)
{
	static const uint64_t seen[] = {500, 400, 300, 200, 90};

	for (size_t i = 0; i < ARRAY_SIZE(seen); i++)
		see(seen[i]);
	confirm();
	send(SIGTERM, flags);
}

/* ---- */

static void the_same_settings_decide_the_same(void **state)
{
	(void)state;
	fall_and_kill(0);
	see(600);
	ask(10, 5);
	assert_int_equal(result.looks, 7);
	assert_int_equal(result.differ, 0);
	assert_int_equal(result.outcome, RERUN_SAME);
	assert_false(result.in_the_middle);
	assert_int_equal(looks[result.least].value[VALUE_MEM_AVAILABLE], 90);
}

static void a_look_that_was_decided_otherwise_is_counted(void **state)
{
	(void)state;
	fall_and_kill(0);
	looks[2].flags |= LOOK_LOW;
	looks[3].flags |= ACTION_KILL;
	ask(10, 5);
	assert_int_equal(result.differ, 2);
	assert_int_equal(result.differs, 2);
	assert_int_equal(result.differently.action, ACTION_NONE);
}

static void a_higher_level_acts_sooner(void **state)
{
	(void)state;
	fall_and_kill(0);
	see(600);
	ask(30, 5);
	assert_int_equal(result.outcome, RERUN_SENDS);
	assert_int_equal(result.look, 2);
	assert_int_equal(result.decision.action, ACTION_TERM);
	assert_ptr_equal(result.kill, &events[0]);
	assert_int_equal(result.differ, 0);
}

/* -m 300K of 1000 KiB: as 30 percent do. */
static void an_amount_acts_as_its_share(void **state)
{
	struct config other = config;

	(void)state;
	fall_and_kill(0);
	see(600);
	other.level_kib[LEVEL_MEM_TERM] = 300;
	rerun(&reading, &other, &result);
	assert_int_equal(result.outcome, RERUN_SENDS);
	assert_int_equal(result.look, 2);
	assert_int_equal(result.decision.mem_limit_kib, 300);
}

static void a_lower_level_does_not_act_and_no_more_is_known(void **state)
{
	(void)state;
	fall_and_kill(0);
	see(40); /* the victim takes its time: but in the other world nobody was asked to go */
	ask(5, 1);
	assert_int_equal(result.outcome, RERUN_REFRAINS);
	assert_int_equal(result.look, 4);
	assert_ptr_equal(result.kill, &events[0]);
	assert_false(result.sends_later);
}

static void in_a_dry_run_it_is_known_when_it_acts_later(void **state)
{
	(void)state;
	fall_and_kill(RECORDED_DRY_RUN);
	add(60, 500, 0); /* what a pretended victim would give back counts for nothing there */
	add(45, 500, 0);
	ask(5, 1);
	assert_int_equal(result.outcome, RERUN_REFRAINS);
	assert_true(result.sends_later);
	assert_int_equal(result.later, 7);
	assert_int_equal(result.later_decision.action, ACTION_TERM);
}

static void sigkill_instead_of_sigterm(void **state)
{
	(void)state;
	fall_and_kill(0);
	ask(10, 9);
	assert_int_equal(result.outcome, RERUN_OTHER);
	assert_int_equal(result.decision.action, ACTION_KILL);
	assert_int_equal(result.look, 5); /* the confirmation decides */
}

static void what_was_sent_sigterm_is_ended_sooner(void **state)
{
	(void)state;
	fall_and_kill(0);
	add(70, 500, 0); /* covered: it waits */
	add(300, 0, 0);
	ask(10, 8);
	assert_int_equal(result.outcome, RERUN_ESCALATES);
	assert_int_equal(result.look, 6);
	assert_null(result.kill);
}

static void an_escalation_that_a_lower_level_would_not_make(void **state)
{
	(void)state;
	fall_and_kill(0);
	add(40, 500, 0);
	send(SIGKILL, RECORDED_ESCALATED);
	ask(10, 3);
	assert_int_equal(result.outcome, RERUN_REFRAINS);
	assert_int_equal(result.look, 6);
	assert_ptr_equal(result.kill, &events[1]);
}

/* -pre-kill: the signal comes some looks after it was decided. */
static void a_signal_belongs_to_the_look_that_decided_it(void **state)
{
	(void)state;
	fall_and_kill(0);
	events[0].now_ns += 3 * STEP_NS;
	events[0].decide_to_signal_ns += 3 * STEP_NS;
	add(80, 500, 0);
	add(80, 500, 0);
	add(80, 500, 0);
	ask(10, 5);
	assert_int_equal(result.outcome, RERUN_SAME);
	ask(5, 2);
	assert_int_equal(result.outcome, RERUN_REFRAINS);
	assert_int_equal(result.look, 4);
}

static void nobody_to_end_is_no_difference(void **state)
{
	(void)state;
	see(500);
	see(90);
	confirm();
	see(90);
	ask(10, 5);
	assert_int_equal(result.outcome, RERUN_SAME);
	ask(9.5, 5);
	assert_int_equal(result.outcome, RERUN_SAME);
}

static void only_the_last_start_and_reload_are_judged(void **state)
{
	(void)state;
	see(500);
	looks[0].flags |= ACTION_KILL; /* of another process with other settings */
	policy_init(&policy, 2);
	add(500, 0, LOOK_STARTS);
	see(400);
	ask(10, 5);
	assert_int_equal(result.looks, 2);
	assert_int_equal(result.differ, 0);
	looks[1].flags |= ACTION_KILL; /* before the reload */
	events[reading.event_count++] = (struct recording_event){
		.sequence = 1, .type = EVENT_RELOAD, .now_ns = looks[1].now_ns + 1};
	ask(10, 5);
	assert_int_equal(result.looks, 1);
	assert_int_equal(result.first, 2);
	assert_int_equal(result.differ, 0);
}

static void a_recording_may_begin_in_the_middle(void **state)
{
	(void)state;
	fall_and_kill(0);
	looks[0].flags &= ~(uint32_t)LOOK_STARTS;
	ask(10, 5);
	assert_true(result.in_the_middle);
	assert_int_equal(result.differ, 0);
	reading.look_count = 0;
	ask(10, 5);
	assert_int_equal(result.looks, 0);
}

static void time_does_not_go_back(void **state)
{
	(void)state;
	fall_and_kill(0);
	looks[3].now_ns = 1;
	ask(10, 5);
	assert_int_equal(result.looks, 5);
}

/* A row for each option, and those that replay takes are the ones that decide. */
static void r118_each_option_is_replayed_or_says_why(void **state)
{
	static const char *const taken[] = {"m",     "mk",          "s",
					    "sk",    "ignore-swap", "trigger",
					    "stall", "stall-hold",  "stall-below"};
	unsigned count = 0;

	(void)state;
	for (unsigned i = 0; i < option_count; i++) {
		const char *why = ctl_not_replayed(option_rows[i].name);

		count += why == NULL;
		assert_true(why == NULL || strcmp(why, "it is new") != 0);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(taken); i++)
		assert_null(ctl_not_replayed(taken[i]));
	assert_int_equal(count, ARRAY_SIZE(taken));
}

/* What is refused would have made no difference, which is no answer. */
static void r118_what_is_not_replayed_decides_nothing(void **state)
{
	static const char *const settings[][2] = {
		{"containers", "act"}, {"containers-room", "20"}, {"grace", "1"},
		{"warn", "60"},        {"sort-by-rss", "true"},   {"min-victim", "50"},
		{"protect", "hog"},    {"avoid", "hog"},          {"hook", "/bin/true"},
	};
	struct rerun usual;

	(void)state;
	fall_and_kill(0);
	rerun(&reading, &config, &usual);
	for (unsigned i = 0; i < ARRAY_SIZE(settings); i++) {
		char error[160];

		assert_non_null(ctl_not_replayed(settings[i][0]));
		assert_int_equal(options_set(&config, options_find(settings[i][0]), settings[i][1],
					     error, sizeof(error)),
				 0);
	}
	rerun(&reading, &config, &result);
	assert_int_equal(result.looks, usual.looks);
	assert_int_equal(result.outcome, RERUN_SAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_same_settings_decide_the_same, fresh),
		cmocka_unit_test_setup(a_look_that_was_decided_otherwise_is_counted, fresh),
		cmocka_unit_test_setup(a_higher_level_acts_sooner, fresh),
		cmocka_unit_test_setup(an_amount_acts_as_its_share, fresh),
		cmocka_unit_test_setup(a_lower_level_does_not_act_and_no_more_is_known, fresh),
		cmocka_unit_test_setup(in_a_dry_run_it_is_known_when_it_acts_later, fresh),
		cmocka_unit_test_setup(sigkill_instead_of_sigterm, fresh),
		cmocka_unit_test_setup(what_was_sent_sigterm_is_ended_sooner, fresh),
		cmocka_unit_test_setup(an_escalation_that_a_lower_level_would_not_make, fresh),
		cmocka_unit_test_setup(a_signal_belongs_to_the_look_that_decided_it, fresh),
		cmocka_unit_test_setup(nobody_to_end_is_no_difference, fresh),
		cmocka_unit_test_setup(only_the_last_start_and_reload_are_judged, fresh),
		cmocka_unit_test_setup(a_recording_may_begin_in_the_middle, fresh),
		cmocka_unit_test_setup(time_does_not_go_back, fresh),
		cmocka_unit_test(r118_each_option_is_replayed_or_says_why),
		cmocka_unit_test_setup(r118_what_is_not_replayed_decides_nothing, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
