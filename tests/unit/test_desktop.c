/* SPDX-License-Identifier: MIT */
#include "heard.h"
#include "story.h"
#include "words.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/util.h"

#define NOW  (1000 * NS_PER_S)
#define REAL (UINT64_C(1767225600) * NS_PER_S) /* 2026-01-01T00:00:00Z */

static struct heard hear(const char *line)
{
	struct heard h;

	assert_int_equal(heard_parse(line, &h), 0);
	return h;
}

static void what_is_heard(void **state)
{
	struct heard h =
		hear("{\"event\":\"kill\",\"sequence\":7,\"time\":\"2026-01-01T00:00:01.5Z\","
		     "\"own\":true,\"name\":\"java\",\"freeable_kib\":1024,"
		     "\"signal\":\"SIGKILL\",\"mem_available_percent\":9.8,\"dry_run\":false}");

	(void)state;
	assert_int_equal(h.kind, HEARD_KILL);
	assert_int_equal(h.sequence, 7);
	assert_int_equal(h.realtime_ns, REAL + NS_PER_S);
	assert_true(h.own && h.at_once && !h.dry_run);
	assert_string_equal(h.name, "java");
	assert_int_equal(h.held_kib, 1024);
	assert_int_equal(h.available_ppm, 98000);
}

static void what_is_no_event(void **state)
{
	static const char *const lines[] = {"", "x", "[]", "7", "\"kill\"", "null", "{", "{\"a\":"};
	static const char *const others[] = {
		"{}", "{\"event\":7}", "{\"event\":null,\"name\":{}}", "{\"event\":\"new\"}",
		"{\"event\":[\"kill\"],\"sequence\":\"x\",\"time\":\"yesterday\"}"};
	struct heard h;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(heard_parse(lines[i], &h), -EINVAL);
	for (unsigned i = 0; i < ARRAY_SIZE(others); i++)
		assert_int_equal(hear(others[i]).kind, HEARD_OTHER);
}

static void times_that_are_none(void **state)
{
	static const char *const lines[] = {
		"{\"time\":\"1969-12-31T23:59:59Z\"}",
		"{\"time\":\"2554-07-21T23:34:34Z\"}", /* in ns: more than 64 bits */
		"{\"time\":\"9999-12-31T23:59:59Z\"}",
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(hear(lines[i]).realtime_ns, 0);
	assert_int_equal(hear("{\"time\":\"2554-07-21T23:34:33Z\"}").realtime_ns,
			 UINT64_MAX / NS_PER_S * NS_PER_S);
}

/* ---- what is shown ---- */

static struct story story;
static uint64_t count;

static int begin(void **state)
{
	(void)state;
	story = (struct story){0};
	count = 0;
	return 0;
}

/* The next event, so many seconds after the beginning. */
static enum story_what take(struct heard h, unsigned second)
{
	h.sequence = ++count;
	h.realtime_ns = REAL + second * NS_PER_S;
	return story_take(&story, &h, NOW + second * NS_PER_S, h.realtime_ns);
}

#define KILL(...)   ((struct heard){.kind = HEARD_KILL, __VA_ARGS__})
#define EVENT(what) ((struct heard){.kind = HEARD_##what})

static void kills_that_follow_each_other_are_one(void **state)
{
	(void)state;
	assert_int_equal(take(KILL(.own = true, .name = "one"), 0), STORY_KILL);
	assert_int_equal(take(KILL(.own = true, .name = "two"), 9), STORY_KILL_AGAIN);
	assert_int_equal(take(KILL(.own = false), 18), STORY_KILL_AGAIN);
	assert_int_equal(story.own, 2);
	assert_int_equal(story.others, 1);
	assert_int_equal(take(KILL(.own = true, .name = "three"), 28), STORY_KILL);
	assert_int_equal(story.own, 1);
	assert_string_equal(story.rows[0].name, "three");
}

static void of_many_the_first_are_named(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++)
		(void)take(KILL(.own = true, .name = "fork"), i / 50);
	assert_int_equal(story.own, 100);
	assert_int_equal(story.row_count, STORY_ROWS);
}

static void nobody_was_ended(void **state)
{
	(void)state;
	assert_int_equal(take(KILL(.own = true, .name = "a", .dry_run = true), 0), STORY_NOTHING);
	assert_int_equal(take(KILL(.own = true, .name = "a", .escalated = true), 1), STORY_NOTHING);
	assert_int_equal(story.own, 0);
}

static void a_warning_once_an_episode(void **state)
{
	(void)state;
	assert_int_equal(take(EVENT(WARN), 0), STORY_WARNING);
	assert_int_equal(take(EVENT(WARN), 1), STORY_NOTHING);
	assert_int_equal(take(EVENT(FUTILE), 2), STORY_WARNING); /* it has become worse */
	assert_int_equal(take(EVENT(NOBODY), 3), STORY_NOTHING);
	assert_int_equal(take(EVENT(WARN), 4), STORY_NOTHING);
	assert_int_equal(take(EVENT(RECOVERED), 5), STORY_OVER);
	assert_int_equal(take(EVENT(WARN), 6), STORY_WARNING);
	assert_int_equal(take(EVENT(WARN), 700), STORY_WARNING); /* no episode came of it */
}

static void after_a_kill_nothing_is_warned_of(void **state)
{
	(void)state;
	assert_int_equal(take(KILL(.own = true, .name = "a"), 0), STORY_KILL);
	assert_int_equal(take(EVENT(NOBODY), 0), STORY_NOTHING);
	assert_int_equal(take(EVENT(KERNEL_KILL), 1), STORY_WARNING);
}

static void what_was_heard_is_not_told_again(void **state)
{
	struct heard h = KILL(.own = true, .name = "a");

	(void)state;
	h.sequence = 5;
	h.realtime_ns = REAL;
	assert_int_equal(story_take(&story, &h, NOW, REAL), STORY_KILL);
	assert_int_equal(story_take(&story, &h, NOW, REAL), STORY_NOTHING);
	h.sequence = 1; /* the recording was begun anew */
	h.realtime_ns += NS_PER_S;
	assert_int_equal(story_take(&story, &h, NOW, REAL), STORY_KILL_AGAIN);
	h.sequence = 2; /* the clock was set back */
	h.realtime_ns -= 3600 * NS_PER_S;
	assert_int_equal(story_take(&story, &h, NOW, REAL), STORY_KILL_AGAIN);
}

static void a_warning_that_is_old(void **state)
{
	struct heard h = EVENT(WARN);

	(void)state;
	h.sequence = 1;
	h.realtime_ns = REAL;
	assert_int_equal(story_take(&story, &h, NOW, REAL + 61 * NS_PER_S), STORY_NOTHING);
}

/* ---- how it reads ---- */

static char title[256], body[1024];

static void read_kill(enum language language)
{
	words_kill(&story, language, title, sizeof(title), body, sizeof(body));
}

static struct heard java(void)
{
	return (struct heard){.kind = HEARD_KILL,
			      .own = true,
			      .name = "java",
			      .held_kib = 3 << 20,
			      .grown_kib = 1 << 20,
			      .grown_ns = 8 * NS_PER_S,
			      .available_kib = 400 << 10,
			      .available_ppm = 98000,
			      .total_kib = 4 << 20};
}

static void one_of_his_own(void **state)
{
	(void)state;
	(void)take(java(), 0);
	read_kill(ENGLISH);
	assert_string_equal(title, "java was ended: memory was running out");
	assert_string_equal(body,
			    "It held 3 GiB, and had grown by 1 GiB in 8 s; it was asked to leave "
			    "(SIGTERM).\nAt 00:00:00, 400 MiB of 4 GiB were available (9.8 %).\n"
			    "What happened: sudo useroomctl show");
	read_kill(CHINESE);
	assert_string_equal(title, "内存不足，已结束 java");
	assert_string_equal(body, "它占用 3 GiB，在 8 s 内增长了 1 GiB；已要求它退出（SIGTERM）。\n"
				  "00:00:00 时，可用内存为 400 MiB，共 4 GiB（9.8%）。\n"
				  "详情：sudo useroomctl show");
}

static void of_others(void **state)
{
	(void)state;
	(void)take(KILL(.own = false), 0);
	read_kill(ENGLISH);
	assert_string_equal(title, "A process of another user was ended: memory was running out");
	read_kill(CHINESE);
	assert_string_equal(title, "内存不足，已结束其他用户的一个进程");
	(void)take(KILL(.own = false), 1);
	read_kill(ENGLISH);
	assert_string_equal(title, "2 processes of other users were ended: memory was running out");
	(void)take(java(), 2);
	read_kill(ENGLISH);
	assert_string_equal(title, "3 processes were ended: memory was running out");
	assert_non_null(strstr(body, "java: 3 GiB (SIGTERM)\nand 2 of other users\n"));
}

/* The longest names and as many as there may be fit, or are cut: never past the end. */
static void it_is_cut(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		struct heard h = java();

		memset(h.name, '\\', sizeof(h.name) - 1);
		(void)take(h, 0);
	}
	for (size_t size = 1; size < 200; size++) {
		memset(body, 'x', sizeof(body));
		words_kill(&story, CHINESE, title, size, body, size);
		assert_true(strlen(body) < size && strlen(title) < size);
		assert_int_equal(body[size], 'x');
	}
}

static void warnings(void **state)
{
	static const struct {
		enum heard_kind kind;
		const char *reason, *title, *in;
	} rows[] = {
		{HEARD_WARN, "", "Memory is getting short", "Save your work"},
		{HEARD_NOBODY, "small", "Memory is running out, and nothing can be ended",
		 "No single program"},
		{HEARD_FUTILE, "shmem", "Memory is running out, and nothing can be ended",
		 "/dev/shm"},
		{HEARD_FUTILE, "of a later version",
		 "Memory is running out, and nothing can be ended", "Save your work"},
		{HEARD_KERNEL_KILL, "", "Memory ran out, and the kernel ended something",
		 "journalctl -k"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct heard h = java();

		h.kind = rows[i].kind;
		(void)snprintf(h.reason, sizeof(h.reason), "%s", rows[i].reason);
		words_warning(&h, ENGLISH, title, sizeof(title), body, sizeof(body));
		assert_string_equal(title, rows[i].title);
		assert_non_null(strstr(body, rows[i].in));
	}
}

static void which_language(void **state)
{
	static const struct {
		const char *locales[4];
		enum language language;
	} rows[] = {
		{{"zh_CN.UTF-8", "zh_CN", "zh", "C"}, CHINESE},
		{{"en_US", "zh", "C"}, ENGLISH},
		{{"de_DE", "de", "zh_CN"}, CHINESE},
		{{"de_DE", "de", "C"}, ENGLISH},
		{{NULL}, ENGLISH},
		{{"zh_TW", "C"}, CHINESE},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *locales[5] = {NULL};

		memcpy(locales, rows[i].locales, sizeof(rows[i].locales));
		assert_int_equal(words_language(locales), rows[i].language);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_heard),
		cmocka_unit_test(what_is_no_event),
		cmocka_unit_test(times_that_are_none),
		cmocka_unit_test_setup(kills_that_follow_each_other_are_one, begin),
		cmocka_unit_test_setup(of_many_the_first_are_named, begin),
		cmocka_unit_test_setup(nobody_was_ended, begin),
		cmocka_unit_test_setup(a_warning_once_an_episode, begin),
		cmocka_unit_test_setup(after_a_kill_nothing_is_warned_of, begin),
		cmocka_unit_test_setup(what_was_heard_is_not_told_again, begin),
		cmocka_unit_test_setup(a_warning_that_is_old, begin),
		cmocka_unit_test_setup(one_of_his_own, begin),
		cmocka_unit_test_setup(of_others, begin),
		cmocka_unit_test_setup(it_is_cut, begin),
		cmocka_unit_test(warnings),
		cmocka_unit_test(which_language),
	};

	(void)setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
