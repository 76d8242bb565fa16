/* SPDX-License-Identifier: MIT */
#include "owner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "act/event.h"
#include "base/util.h"

#define ANNA 1000
#define BERT 1001

/* One in which every text that may name somebody is there. */
static struct recording_event full(enum event_type type)
{
	struct recording_event e = {
		.sequence = 7,
		.type = type,
		.signal = 15,
		.mem_total = 1000,
		.mem_available = 90,
		.victim_pid = 4711,
		.victim_uid = ANNA,
		.victim_comm = "secret-name",
		.victim_exe = "/home/secret-path",
		.user = "secret-user",
		.unit = "secret-unit.service",
		.container = "secret-container",
		.group = "/secret-group",
		.candidate_count = 2,
		.candidates_listed = 2,
		.candidates = {{.pid = 4711, .comm = "secret-first"},
			       {.pid = 4712, .comm = "secret-next"}},
	};

	return e;
}

static bool says(json_object *o, const char *text)
{
	return strstr(json_object_to_json_string(o), text) != NULL;
}

/* Whatever event there will ever be. */
static void nobody_is_named_to_others(void **state)
{
	(void)state;
	for (unsigned type = 0; type < EVENT_TYPE_COUNT; type++) {
		struct recording_event e = full(type);
		json_object *o = owner_json(&e, BERT);

		if (o == NULL)
			continue;
		assert_false(says(o, "secret"));
		assert_false(says(o, "4711"));
		assert_false(says(o, "4712"));
		assert_false(says(o, "\"uid\""));
		(void)json_object_put(o);
	}
}

static void the_owner_knows_his_own(void **state)
{
	static const enum event_type types[] = {EVENT_KILL, EVENT_FREED, EVENT_STUCK, EVENT_FAILED};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
		struct recording_event e = full(types[i]);
		json_object *o = owner_json(&e, ANNA);

		assert_true(owner_has(&e, ANNA));
		assert_false(owner_has(&e, BERT));
		assert_true(says(o, "secret-name"));
		assert_true(says(o, "secret-path"));
		assert_true(says(o, "secret-unit.service"));
		assert_true(says(o, "4711"));
		assert_false(says(o, "secret-first"));
		assert_false(says(o, "secret-next"));
		assert_true(json_object_get_boolean(json_object_object_get(o, "own")));
		(void)json_object_put(o);
	}
}

/* An event without a process has uid 0 in its row, which is nobody's. */
static void without_a_process_nobody_owns_it(void **state)
{
	struct recording_event e = full(EVENT_WARN);
	json_object *o;

	(void)state;
	e.victim_uid = 0;
	assert_false(owner_has(&e, 0));
	o = owner_json(&e, 0);
	assert_null(json_object_object_get(o, "own"));
	assert_int_equal(json_object_get_int(json_object_object_get(o, "sequence")), 7);
	assert_string_equal(json_object_get_string(json_object_object_get(o, "event")), "warn");
	(void)json_object_put(o);
}

static void what_is_not_for_users(void **state)
{
	static const enum event_type types[] = {EVENT_RELOAD, EVENT_NO_EVIDENCE, EVENT_SQUEEZED};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
		struct recording_event e = full(types[i]);

		assert_null(owner_json(&e, ANNA));
	}
}

static void root_may_know_names(void **state)
{
	struct recording_event e = full(EVENT_KILL);
	json_object *o = owner_json(&e, 0);

	(void)state;
	assert_true(says(o, "secret-name"));
	assert_false(says(o, "secret-next"));
	assert_false(json_object_get_boolean(json_object_object_get(o, "own")));
	(void)json_object_put(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_named_to_others),
		cmocka_unit_test(the_owner_knows_his_own),
		cmocka_unit_test(without_a_process_nobody_owns_it),
		cmocka_unit_test(what_is_not_for_users),
		cmocka_unit_test(root_may_know_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
