/* SPDX-License-Identifier: MIT */
#include "accept.h"
#include "clients.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void what_is_accepted(void **state)
{
	static const struct {
		const char *accept;
		bool open;
	} rows[] = {
		{NULL, false},
		{"", false},
		{"*/*", false},
		{"text/plain", false},
		{"application/openmetrics-text", true},
		{"APPLICATION/OpenMetrics-Text ; VERSION = 1.0.0", true},
		{"application/openmetrics-text;version=0.0.1", false},
		{"application/openmetrics-text;version=1.0.0;charset=utf-8", true},
		{"application/openmetrics-text;q=0", false},
		{"application/openmetrics-text;q=0.0", false},
		{"application/openmetrics-text;q=0.001", true},
		{"application/openmetrics-text;q=0.3,text/plain;q=0.4", false},
		{"application/openmetrics-text;q=0.4,text/plain;q=0.4", true},
		{"text/plain;version=0.0.4;q=0.5,application/openmetrics-text;q=0.51", true},
		{"text/plain;version=1.0.0;q=1,application/openmetrics-text;q=0.1", true},
		{"application/openmetrics-text;q=7", true},
		{"application/openmetrics-text;q=x", true},
		{"application/openmetrics-text;q=", true},
		{"application/openmetrics-textual", false},
		{",,;;==,;q=,application/openmetrics-text", true},
		{";application/openmetrics-text", false},
		{"a;b;c=d;application/openmetrics-text", false},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		bool open = accept_format(rows[i].accept) == FAMILIES_OPENMETRICS;

		if (open != rows[i].open)
			fail_msg("Accept: %s", rows[i].accept);
	}
}

static void who_is_late_goes(void **state)
{
	struct clients c = {0};
	struct client *first = clients_come(&c, 5, 100), *second = clients_come(&c, 6, 200);

	(void)state;
	assert_null(clients_next_to_go(&c, 100 + CLIENT_NS - 1));
	assert_ptr_equal(clients_next_to_go(&c, 100 + CLIENT_NS), first);
	assert_null(clients_next_to_go(&c, 100 + CLIENT_NS)); /* once */
	assert_ptr_equal(clients_next_to_go(&c, 200 + CLIENT_NS), second);
	clients_leave(&c, first);
	clients_leave(&c, second);
	assert_int_equal(c.count, 0);
	assert_int_equal(c.ending, 0);
}

static void who_is_there_longest_makes_room(void **state)
{
	struct clients c = {0};
	struct client *went;

	(void)state;
	for (int i = 0; i < CLIENTS_MOST; i++) {
		clients_come(&c, i, 1000 - (uint64_t)i);
		assert_null(clients_next_to_go(&c, 1000));
	}
	assert_non_null(clients_come(&c, 777, 1001));
	went = clients_next_to_go(&c, 1001);
	assert_int_equal(went->fd, CLIENTS_MOST - 1);
	assert_null(clients_next_to_go(&c, 1001));
	clients_leave(&c, went);
	assert_null(clients_next_to_go(&c, 1001));
}

/* Their sockets are shut, and nobody has noticed yet. */
static void there_is_an_end_to_room(void **state)
{
	struct clients c = {0};
	int gone = 0;

	(void)state;
	for (int i = 0; i < CLIENTS_ROOM; i++) {
		assert_false(clients_full(&c));
		assert_non_null(clients_come(&c, i, 5));
		gone += clients_next_to_go(&c, 5) != NULL;
	}
	assert_int_equal(gone, CLIENTS_ROOM - CLIENTS_MOST);
	assert_true(clients_full(&c));
	assert_null(clients_come(&c, 1, 5));
	clients_leave(&c, &c.rows[3]);
	assert_ptr_equal(clients_come(&c, 1, 5), &c.rows[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_accepted),
		cmocka_unit_test(who_is_late_goes),
		cmocka_unit_test(who_is_there_longest_makes_room),
		cmocka_unit_test(there_is_an_end_to_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
