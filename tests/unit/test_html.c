/* SPDX-License-Identifier: MIT */
/* What a stranger calls himself stays text, in the page and in JSON. */
#include "ctl.h"
#include "decide/squeeze.h"
#include "html.h"
#include "show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOSTILE "<script>'\"&\n"
#define ESCAPED "&lt;script&gt;&#39;&quot;&amp;\\x0a"

static char *escaped(const char *text)
{
	char *result = NULL;
	size_t size;
	FILE *f = open_memstream(&result, &size);

	assert_non_null(f);
	html_escape(f, text);
	assert_int_equal(fclose(f), 0);
	return result;
}

static void what_html_means_is_escaped(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{"", ""},
		{"java", "java"},
		{HOSTILE, ESCAPED},
		{"</style><b>", "&lt;/style&gt;&lt;b&gt;"},
		{"a\x1b[2Jb", "a\\x1b[2Jb"},
		{"\xff\xfe", "\\xff\\xfe"},
		{"\xc3\xa9", "\xc3\xa9"},
		{"&lt;", "&amp;lt;"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *result = escaped(rows[i].text);

		assert_string_equal(result, rows[i].expected);
		free(result);
	}
}

static struct recording_event event = {
	.sequence = 1,
	.now_ns = 5,
	.type = EVENT_KILL,
	.signal = 15,
	.mem_total = 1000,
	.victim_pid = 7,
	.victim_comm = HOSTILE,
	.victim_exe = "/tmp/" HOSTILE,
	.user = HOSTILE,
	.unit = HOSTILE,
	.container = HOSTILE,
	.candidate_count = 1,
	.candidates_listed = 1,
	.candidates = {{.pid = 7, .comm = HOSTILE}},
};
static struct recording_look looks[2] = {{.sequence = 1, .now_ns = 4},
					 {.sequence = 2, .now_ns = 6}};
static const struct reading hostile = {
	.header = {.host = HOSTILE, .kernel = HOSTILE, .program = HOSTILE},
	.looks = looks,
	.look_count = 2,
	.events = &event,
	.event_count = 1,
};

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
		n++;
	return n;
}

static void a_page_has_only_its_own_elements(void **state)
{
	struct part part = show_part(&hostile);
	char *page = NULL;
	size_t size;
	FILE *f = open_memstream(&page, &size);

	(void)state;
	html_write(f, &hostile, &part);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(count(page, "<script"), 0);
	assert_true(count(page, ESCAPED) >= 10);
	assert_int_equal(count(page, "http"), 0); /* and it asks nobody for anything */
	assert_int_equal(count(page, "<svg"), 1);
	assert_int_equal(count(page, "class=badge href='#mark-1'"), 1);
	assert_int_equal(count(page, "id=mark-1"), 1);
	assert_int_equal(count(page, "name=viewport"), 1);
	free(page);
}

/* Of a control group's victim the page says how short the group was, and not the machine. */
static void a_group_is_told_in_place_of_the_machine(void **state)
{
	struct recording_event kill = event;
	const struct reading r = {.events = &kill, .event_count = 1};
	struct part part = show_part(&r);
	char *page = NULL;
	size_t size;
	FILE *f = open_memstream(&page, &size);

	(void)state;
	kill.squeeze_rule = SQUEEZE_THRASHING;
	kill.group_limit = 98304;
	kill.group_room_ppm = 30000;
	kill.group_waiting_milli = 2500;
	memcpy(kill.group, "/" HOSTILE, sizeof("/" HOSTILE));
	html_write(f, &r, &part);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(count(page, "<dd>/" ESCAPED "</dd>"), 1);
	assert_int_equal(count(page, "<dt>its limit</dt><dd>96 MiB</dd>"), 1);
	assert_int_equal(count(page, "<dd>3\u00a0%, 2.5 tasks stalled</dd>"), 1);
	assert_int_equal(count(page, "available then"), 0);
	free(page);
}

static void json_holds_the_same_names(void **state)
{
	struct part part = show_part(&hostile);
	json_object *o = show_json(&hostile, &part), *again, *host;

	(void)state;
	again = json_tokener_parse(json_object_to_json_string(o));
	assert_non_null(again);
	assert_true(json_object_object_get_ex(again, "host", &host));
	assert_string_equal(json_object_get_string(host), "<script>'\"&\\x0a");
	(void)json_object_put(again);
	(void)json_object_put(o);
}

static void text_has_no_control_characters(void **state)
{
	struct part part = show_part(&hostile);
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	show_text(f, &hostile, &part);
	assert_int_equal(fclose(f), 0);
	for (const char *c = text; *c; c++)
		assert_true(*c == '\n' || (unsigned char)*c >= ' ');
	assert_int_equal(count(text, "&\\x0a"),
			 1 + 1 + 1 + 5); /* host, kernel, program; event 4, candidate 1 */
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_html_means_is_escaped),
		cmocka_unit_test(a_page_has_only_its_own_elements),
		cmocka_unit_test(a_group_is_told_in_place_of_the_machine),
		cmocka_unit_test(json_holds_the_same_names),
		cmocka_unit_test(text_has_no_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
