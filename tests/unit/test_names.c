/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SECRET "Secret"

/* Also behind its end, as a shorter name leaves it there. */
#define FILL(field)                                                                                \
	do {                                                                                       \
		for (size_t at = 0; at + sizeof(SECRET) <= sizeof(field); at += sizeof(SECRET))    \
			memcpy((char *)(field) + at, SECRET, sizeof(SECRET));                      \
	} while (0)

static void fill(struct reading *r, struct recording_event *e)
{
	*r = (struct reading){.events = e, .event_count = 1};
	FILL(r->header.host);
	FILL(r->header.boot_id);
	for (unsigned i = 0; i < RECORDING_UNITS; i++)
		FILL(r->header.counters.units[i].name);
	*e = (struct recording_event){
		.sequence = 1, .candidate_count = RECORDING_CANDIDATES, .victim_uid = 1000};
	FILL(e->victim_comm);
	FILL(e->head_comm);
	FILL(e->victim_exe);
	FILL(e->user);
	FILL(e->unit);
	FILL(e->container);
	FILL(e->group);
	for (unsigned i = 0; i < RECORDING_CANDIDATES; i++)
		FILL(e->candidates[i].comm);
}

static bool has_secret(const void *bytes, size_t size)
{
	return memmem(bytes, size, SECRET, strlen(SECRET)) != NULL;
}

static void write_key(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void nothing_is_left(void **state)
{
	struct recording_event e;
	struct reading r;

	(void)state;
	assert_int_equal(names_key(NULL), 0);
	fill(&r, &e);
	assert_true(has_secret(&r.header, sizeof(r.header)));
	names_hide(&r);
	assert_false(has_secret(&r.header, sizeof(r.header)));
	assert_false(has_secret(&e, sizeof(e)));
	assert_int_not_equal(e.victim_uid, 1000);
	assert_int_not_equal(e.victim_uid, 0);
}

static void one_name_has_one_pseudonym(void **state)
{
	char path[] = "/tmp/useroom-key-XXXXXX", one[64], other[64];

	(void)state;
	(void)close(mkstemp(path));
	write_key(path, "sixteen bytes it is");
	assert_int_equal(names_key(path), 0);
	names_hidden("host", "db-1", one, sizeof(one));
	assert_int_equal(strlen(one), strlen("host-") + 10);
	assert_string_not_equal(one, names_hidden("host", "db-2", other, sizeof(other)));
	assert_int_equal(names_key(NULL), 0);
	assert_string_not_equal(one, names_hidden("host", "db-1", other, sizeof(other)));
	assert_int_equal(names_key(path), 0);
	assert_string_equal(one, names_hidden("host", "db-1", other, sizeof(other)));
	write_key(path, "fifteen bytes..");
	assert_int_equal(names_key(path), -EINVAL);
	(void)unlink(path);
	assert_int_equal(names_key(path), -ENOENT);
}

static void what_is_left(void **state)
{
	struct recording_event e;
	struct reading r;

	(void)state;
	assert_int_equal(names_key(NULL), 0);
	fill(&r, &e);
	memset(e.container, 0, sizeof(e.container));
	(void)snprintf(e.unit, sizeof(e.unit), "secret.service");
	e.victim_uid = 0;
	names_hide(&r);
	assert_string_equal(e.container, "");
	assert_string_equal(strchr(e.unit, '.'), ".service");
	assert_int_equal(e.victim_uid, 0);
	assert_string_equal(e.candidates[0].comm, e.victim_comm);
	assert_int_equal(strlen(e.victim_comm), 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_left),
		cmocka_unit_test(one_name_has_one_pseudonym),
		cmocka_unit_test(what_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
