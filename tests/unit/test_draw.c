/* SPDX-License-Identifier: MIT */
#include "draw.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "history.h"
#include "skip.h"

/* As it would be printed, in ASCII. */
static const char *gauge(uint32_t percent, uint32_t term, uint32_t kill, unsigned width)
{
	static char text[CELLS_MOST + 1];
	enum cell cells[CELLS_MOST];

	draw_gauge(percent * 10000, term * 10000, kill * 10000, width, cells);
	for (unsigned i = 0; i < width; i++)
		text[i] = draw_cell(cells[i], false)[0];
	text[width] = '\0';
	return text;
}

static void gauges(void **state)
{
	static const struct {
		uint32_t percent, term, kill;
		unsigned width;
		const char *looks;
	} rows[] = {
		{0, 0, 0, 10, ".........."},
		{100, 0, 0, 10, "##########"},
		{50, 10, 0, 10, "#T###....."},
		{50, 40, 20, 10, "##K#T....."},
		{5, 40, 20, 10, "..K.T....."},
		{100, 100, 50, 10, "#####K###T"},
		{50, 10, 5, 10, "KT###....."},
		{50, 5, 4, 10, "T####....."},
		{50, 12, 11, 20, "#KT#######.........."},
		{20, 10, 30, 10, "#T.K......"},
		{50, 10, 5, 1, "T"},
		{50, 0, 0, 0, ""},
		{40, 40, 20, 10, "##K#T....."},
		{49, 40, 20, 10, "##K#T....."},
		{50, 100, 0, 4, "##.T"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(
			gauge(rows[i].percent, rows[i].term, rows[i].kill, rows[i].width),
			rows[i].looks);
}

/* What is at or below a level must not look as if it were above: no full cell stands behind the
 * mark. */
static void a_low_level_never_looks_high(void **state)
{
	(void)state;
	for (uint32_t term = 1; term <= 100; term++) {
		for (uint32_t percent = 0; percent <= term; percent++) {
			for (unsigned width = 4; width < 60; width += 11) {
				const char *mark = strchr(gauge(percent, term, 0, width), 'T');

				assert_non_null(mark);
				assert_null(strchr(mark, '#'));
			}
		}
	}
}

static void sparks(void **state)
{
	(void)state;
	assert_string_equal(draw_spark(0, false), "_");
	assert_string_equal(draw_spark(1000000, false), "#");
	assert_string_equal(draw_spark(500000, false), "=");
	assert_string_equal(draw_spark(124999, true), "▁");
	assert_string_equal(draw_spark(125000, true), "▂");
	assert_string_equal(draw_spark(1000000, true), "█");
	assert_string_equal(draw_spark(DRAW_UNKNOWN, true), " ");
}

static void must_fit(const char *text, unsigned columns, const char *looks)
{
	char buf[64];

	assert_string_equal(draw_fit(text, columns, buf, sizeof(buf)), looks);
}

static void fits_in_ascii(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C"));
	must_fit("bash", 6, "bash  ");
	must_fit("bash", 4, "bash");
	must_fit("bash", 2, "ba");
	must_fit("bash", 0, "");
	must_fit("", 3, "   ");
	must_fit("a\tb\033c", 6, "a?b?c ");
}

/* R28: columns stay where they are, whatever is in them. */
static void r28_fits_in_utf8(void **state)
{
	(void)state;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		skip_because("there is no C.UTF-8");
	must_fit("größe", 6, "größe ");
	must_fit("größe", 3, "grö");
	must_fit("内存", 4, "内存");
	must_fit("内存", 3, "内 "); /* half a wide character is none */
	must_fit("e\u0301x", 3, "e?x");
	must_fit("\u202Eabc", 4, "?abc"); /* it would turn the rest of the line around */
	must_fit("\xC3", 2, "? ");
	must_fit("a\xFF\xFE", 4, "a?? ");
}

static void never_writes_behind_the_end(void **state)
{
	char buf[9];

	(void)state;
	memset(buf, 'x', sizeof(buf));
	(void)draw_fit("0123456789", 10, buf, 8);
	assert_int_equal(buf[8], 'x');
	assert_true(strlen(buf) < 8);
	(void)draw_fit("ab", 100, buf, 8);
	assert_string_equal(buf, "ab     ");
}

/* ---- the last minutes ---- */

#define NOW    (10000 * NS_PER_S)
#define MINUTE (60 * NS_PER_S)

static void least_of_a_column(void **state)
{
	struct history h;

	(void)state;
	history_begin(&h, 10, NOW); /* a minute each */
	history_add(&h, NOW - 9 * MINUTE - 30 * NS_PER_S, NOW - 9 * MINUTE - 30 * NS_PER_S, 500000,
		    1);
	history_add(&h, NOW - 9 * MINUTE - 20 * NS_PER_S, NOW - 9 * MINUTE - 20 * NS_PER_S, 300000,
		    2);
	history_add(&h, NOW - 9 * MINUTE - 10 * NS_PER_S, NOW - 9 * MINUTE - 10 * NS_PER_S, 400000,
		    0);
	assert_int_equal(h.mem_ppm[0], 300000);
	assert_int_equal(h.swap_ppm[0], 0);
	assert_int_equal(h.mem_ppm[1], DRAW_UNKNOWN);
}

static void holds_over_columns(void **state)
{
	struct history h;

	(void)state;
	history_begin(&h, 10, NOW);
	history_add(&h, NOW - 100 * MINUTE, NOW - 8 * MINUTE - 1, 700000, 0);
	history_add(&h, NOW - 90 * NS_PER_S, NOW, 600000, 0);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(h.mem_ppm[i], i < 2 ? 700000 : i < 8 ? DRAW_UNKNOWN : 600000);
}

static void what_is_nonsense_is_left_out(void **state)
{
	struct history h;

	(void)state;
	history_begin(&h, 10, NOW);
	history_add(&h, NOW + 1, NOW + 2, 1, 1);
	history_add(&h, NOW, NOW - 1, 1, 1);
	history_add(&h, 0, NOW - 11 * MINUTE, 1, 1);
	history_add(&h, UINT64_MAX, UINT64_MAX, 1, 1);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(h.mem_ppm[i], DRAW_UNKNOWN);
	history_begin(&h, 0, NOW);
	history_add(&h, 0, UINT64_MAX, 1, 1);
	history_begin(&h, 10 * HISTORY_MOST, 5);
	history_add(&h, 0, UINT64_MAX, 1, 1);
	assert_int_equal(h.columns, HISTORY_MOST);
}

static struct recording_look look_at(uint64_t now_ns, uint64_t available, uint32_t flags)
{
	struct recording_look look = {.now_ns = now_ns, .flags = flags};

	look.value[VALUE_MEM_TOTAL] = 100;
	look.value[VALUE_MEM_AVAILABLE] = available;
	return look;
}

/* A look holds until the next, but not over the time in which nobody looked. */
static void looks_hold_until_the_next(void **state)
{
	struct recording_look looks[] = {
		look_at(NOW - 9 * MINUTE, 80, LOOK_STARTS),
		look_at(NOW - 7 * MINUTE - 1, 20, 0),
		look_at(NOW - 3 * MINUTE, 60, LOOK_STARTS),
	};
	struct recording_span span = {.from_ns = NOW - 2 * MINUTE,
				      .to_ns = NOW - MINUTE - 1,
				      .mem_total = 100,
				      .mem_available_least = 10};
	struct reading r = {.looks = looks, .look_count = 3, .spans = &span, .span_count = 1};
	const uint32_t expected[] = {DRAW_UNKNOWN, 800000,       200000,       DRAW_UNKNOWN,
				     DRAW_UNKNOWN, DRAW_UNKNOWN, DRAW_UNKNOWN, 600000,
				     100000,       DRAW_UNKNOWN};
	struct history h;

	(void)state;
	history_begin(&h, 10, NOW);
	history_add_reading(&h, &r);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(h.mem_ppm[i], expected[i]);
	assert_int_equal(h.swap_ppm[1], DRAW_UNKNOWN); /* no swap */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gauges),
		cmocka_unit_test(a_low_level_never_looks_high),
		cmocka_unit_test(sparks),
		cmocka_unit_test(fits_in_ascii),
		cmocka_unit_test(r28_fits_in_utf8),
		cmocka_unit_test(never_writes_behind_the_end),
		cmocka_unit_test(least_of_a_column),
		cmocka_unit_test(holds_over_columns),
		cmocka_unit_test(what_is_nonsense_is_left_out),
		cmocka_unit_test(looks_hold_until_the_next),
	};

	return cmocka_run_group_tests_name("draw", tests, NULL, NULL);
}
