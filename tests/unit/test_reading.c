/* SPDX-License-Identifier: MIT */
#include "act/event.h"
#include "base/util.h"
#include "byteorder.h"
#include "reading.h"
#include "tell/record.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE ((size_t)64 * 1024)

static char directory[] = "/tmp/useroom-reading-XXXXXX";
static char path[64];
static struct record record;
static struct reading reading;
static char why[160];

static int make_directory(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/record", directory);
	return 0;
}

static int remove_directory(void **state)
{
	(void)state;
	return rmdir(directory);
}

static int fresh(void **state)
{
	(void)state;
	return record_open(&record, path, SIZE);
}

static int gone(void **state)
{
	(void)state;
	if (record.map != NULL)
		(void)munmap(record.map, record.bytes);
	if (record.fd >= 0)
		(void)close(record.fd);
	record = (struct record){.fd = -1};
	return unlink(path);
}

/* Every amount is the same number, so that two halves of different records show. */
static void write_look(struct record *r, uint64_t number)
{
	const struct sample s = {
		.now_ns = number,
		.have = HAVE_MEM,
		.mem_total_kib = number,
		.mem_available_kib = number,
		.mem_free_kib = number,
		.swap_total_kib = number,
		.swap_free_kib = number,
		.anon_kib = number,
		.page_tables_kib = number,
	};
	const struct coming coming = {.swap_kib = number, .unkillable_kib = number};
	const struct turn idle = {.what = TURN_IDLE};
	const struct decision d = {.course.wake_ns = number};

	record_look(r, &s, &coming, &d, false, idle);
}

static void write_event(struct record *r, uint64_t number)
{
	static struct event e;

	e = (struct event){
		.type = EVENT_KILL,
		.now_ns = number,
		.realtime_ns = number,
		.came_back_kib = number,
		.target.victim = {.pid = 7, .comm = "hog", .rss_kib = number, .shmem_kib = number}};
	record_event(r, &e, NULL);
}

static void *slot(enum recording_ring_kind kind, size_t index)
{
	const struct recording_ring *ring = &record.map->rings[kind];

	return (char *)record.map + ring->offset + index * ring->record_bytes;
}

static void must_read(void)
{
	assert_int_equal(reading_open(path, &reading, why, sizeof(why)), 0);
}

static void must_refuse(const char *sentence)
{
	why[0] = '\0';
	assert_true(reading_open(path, &reading, why, sizeof(why)) < 0);
	assert_non_null(strstr(why, sentence));
}

/* ---- */

static void what_was_written_comes_back_in_order(void **state)
{
	size_t count = record.map->rings[RING_LOOKS].count;

	(void)state;
	for (uint64_t i = 1; i <= count + 5; i++)
		write_look(&record, i);
	write_event(&record, 3);
	must_read();
	assert_int_equal(reading.look_count, count);
	assert_int_equal(reading.looks[0].sequence, 6);
	assert_int_equal(reading.looks[count - 1].value[VALUE_MEM_FREE], count + 5);
	assert_int_equal(reading.event_count, 1);
	assert_string_equal(reading.events[0].victim_comm, "hog");
	assert_int_equal(reading.damaged, 0);
	assert_false(reading.cut);
	reading_free(&reading);
}

static void a_cut_file_loses_what_it_lacks(void **state)
{
	const struct recording_ring *ring = &record.map->rings[RING_LOOKS];

	(void)state;
	for (uint64_t i = 1; i <= 10; i++)
		write_look(&record, i);
	write_event(&record, 1);
	assert_int_equal(truncate(path, (off_t)(ring->offset + 5 * ring->record_bytes + 100)), 0);
	must_read();
	assert_int_equal(reading.look_count, 5);
	assert_int_equal(reading.event_count, 0);
	assert_true(reading.cut);
	reading_free(&reading);
}

static void what_is_no_recording_is_refused(void **state)
{
	(void)state;
	assert_int_equal(truncate(path, 100), 0);
	must_refuse("not even its header");
	assert_int_equal(truncate(path, 0), 0);
	must_refuse("is empty");
	assert_int_equal(truncate(path, (off_t)SIZE), 0);
	must_refuse("not a recording");
	assert_int_equal(reading_open(directory, &reading, why, sizeof(why)), -EINVAL);
	assert_int_equal(reading_open("/dev/zero", &reading, why, sizeof(why)), -EINVAL);
	assert_int_equal(reading_open("/nowhere", &reading, why, sizeof(why)), -ENOENT);
}

static void a_pipe_is_not_waited_for(void **state)
{
	char pipe[80];

	(void)state;
	(void)snprintf(pipe, sizeof(pipe), "%s/pipe", directory);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_int_equal(reading_open(pipe, &reading, why, sizeof(why)), -EINVAL);
	assert_int_equal(unlink(pipe), 0);
}

static void another_version_or_no_byte_order_is_said(void **state)
{
	(void)state;
	record.map->version = 9;
	must_refuse("version 9");
	record.map->version = RECORDING_VERSION;
	record.map->byte_order = 0x04030202u;
	must_refuse("byte order");
}

/* As a machine of the other byte order would have written it. */
static void turn_file(void)
{
	struct recording_ring rings[RING_COUNT];

	memcpy(rings, record.map->rings, sizeof(rings));
	byteorder_header(record.map);
	for (size_t i = 0; i < rings[RING_LOOKS].count; i++)
		byteorder_look(
			(struct recording_look *)((char *)record.map + rings[RING_LOOKS].offset) +
			i);
	for (size_t i = 0; i < rings[RING_EVENTS].count; i++)
		byteorder_event(
			(struct recording_event *)((char *)record.map + rings[RING_EVENTS].offset) +
			i);
}

static void one_of_the_other_byte_order_is_read(void **state)
{
	(void)state;
	for (uint64_t i = 1; i <= record.map->rings[RING_LOOKS].count + 5; i++)
		write_look(&record, 0x010203 + i);
	write_event(&record, 0x0a0b0c);
	record.map->settings.mem_term_ppm = 100000;
	turn_file();
	assert_int_equal(record.map->byte_order, 0x04030201u);
	must_read();
	assert_int_equal(reading.header.byte_order, RECORDING_BYTE_ORDER);
	assert_int_equal(reading.header.settings.mem_term_ppm, 100000);
	assert_int_equal(reading.looks[0].sequence, 6);
	assert_int_equal(reading.looks[0].value[VALUE_MEM_FREE], 0x010203 + 6);
	assert_int_equal(reading.event_count, 1);
	assert_int_equal(reading.events[0].came_back_kib, 0x0a0b0c);
	assert_int_equal(reading.events[0].victim_pid, 7);
	assert_string_equal(reading.events[0].victim_comm, "hog");
	assert_int_equal(reading.damaged, 0);
	reading_free(&reading);
}

static void a_header_that_lies_is_refused(void **state)
{
	struct recording_ring *ring = &record.map->rings[RING_SPANS];
	const struct recording_ring good = *ring;

	(void)state;
	ring->offset = RECORDING_HEADER - 8;
	must_refuse("damaged");
	*ring = good;
	ring->record_bytes = 16;
	must_refuse("damaged");
	*ring = good;
	ring->record_bytes = UINT32_MAX;
	must_refuse("damaged");
	*ring = good;
	ring->count = 0;
	must_refuse("damaged");
	ring->count = UINT32_MAX;
	must_refuse("damaged");
	*ring = good;
	ring->offset = UINT32_MAX - 7; /* only: beyond the end of the file */
	must_read();
	assert_true(reading.cut);
	reading_free(&reading);
}

static void a_record_that_cannot_be_true_is_left_out(void **state)
{
	struct recording_look *looks = slot(RING_LOOKS, 0);
	struct recording_event *events = slot(RING_EVENTS, 0);

	(void)state;
	for (uint64_t i = 1; i <= 6; i++)
		write_look(&record, i);
	for (uint64_t i = 1; i <= 4; i++)
		write_event(&record, i);
	looks[0].sequence = 2; /* not the number of its slot */
	looks[1].value[VALUE_ANON] = UINT64_MAX;
	looks[2].flags |= LOOK_ACTION; /* there are only three */
	looks[3].now_ns = UINT64_MAX;
	events[0].type = EVENT_TYPE_COUNT;
	events[1].futile = 99;
	events[2].candidate_count = RECORDING_CANDIDATES + 1;
	must_read();
	assert_int_equal(reading.look_count, 2);
	assert_int_equal(reading.looks[0].sequence, 5);
	assert_int_equal(reading.event_count, 1);
	assert_int_equal(reading.events[0].sequence, 4);
	assert_int_equal(reading.damaged, 7);
	reading_free(&reading);
}

static void text_ends_and_numbers_have_names(void **state)
{
	struct recording_event *event = slot(RING_EVENTS, 0);

	(void)state;
	write_event(&record, 1);
	memset(record.map->host, 'h', sizeof(record.map->host));
	memset(event->victim_comm, 'c', sizeof(event->victim_comm));
	memset(event->candidates, 0xff, sizeof(event->candidates));
	event->candidate_count = RECORDING_CANDIDATES;
	must_read();
	assert_int_equal(strlen(reading.header.host), sizeof(reading.header.host) - 1);
	assert_int_equal(strlen(reading.events[0].victim_comm), sizeof(event->victim_comm) - 1);
	assert_int_equal(reading.events[0].candidates[5].rank, CLASS_NEVER);
	assert_true(reading.events[0].candidates[5].skip < SKIP_COUNT);
	reading_free(&reading);
}

/* As a later program would have written it: records are longer, and elsewhere. */
static void longer_records_are_cut_to_what_is_known(void **state)
{
	static char data[RECORDING_HEADER + 3 * 1024];
	struct recording_header *h = (void *)data;
	struct recording_look *look = (void *)(data + RECORDING_HEADER);

	(void)state;
	memcpy(h, record.map, sizeof(*h));
	h->rings[RING_LOOKS] = (struct recording_ring){RECORDING_HEADER, 1024, 1, 0};
	h->rings[RING_SPANS] = (struct recording_ring){RECORDING_HEADER + 1024, 1024, 1, 0};
	h->rings[RING_EVENTS] = (struct recording_ring){RECORDING_HEADER + 2048, 1024, 1, 0};
	look->sequence = 1;
	look->value[VALUE_MEM_TOTAL] = 5;
	assert_int_equal(reading_parse(data, sizeof(data), &reading, why, sizeof(why)), 0);
	assert_int_equal(reading.look_count, 1);
	assert_int_equal(reading.looks[0].value[VALUE_MEM_TOTAL], 5);
	reading_free(&reading);
}

/* ---- while it is written ---- */

static _Noreturn void write_for_ever(void)
{
	for (uint64_t i = 1;; i++) {
		write_look(&record, i);
		if (i % 4 == 0)
			write_event(&record, i);
	}
}

static void must_be_whole(const struct recording_look *l)
{
	uint64_t number = l->now_ns;

	assert_int_equal(l->sequence, number);
	assert_int_equal(l->wake_ns, number);
	assert_int_equal(l->value[VALUE_MEM_TOTAL], number);
	assert_int_equal(l->value[VALUE_SWAP_FREE], number);
	assert_int_equal(l->value[VALUE_ANON], number);
	assert_int_equal(l->value[VALUE_UNKILLABLE], number);
	assert_int_equal(l->value[VALUE_PENDING_SWAP], number);
}

#define READS 400

static void a_reader_never_sees_half_a_record(void **state)
{
	size_t looks = 0, events = 0;
	pid_t writer = fork();

	(void)state;
	assert_true(writer >= 0);
	if (writer == 0)
		write_for_ever();
	/* On a busy machine the writer may not run before all of the first reads are over. */
	for (unsigned k = 0; k < READS || (looks <= READS && k < 100 * READS); k++) {
		must_read();
		for (size_t i = 0; i < reading.look_count; i++)
			must_be_whole(&reading.looks[i]);
		for (size_t i = 0; i < reading.event_count; i++) {
			assert_int_equal(reading.events[i].now_ns, reading.events[i].sequence * 4);
			assert_int_equal(reading.events[i].victim_shmem, reading.events[i].now_ns);
		}
		assert_int_equal(reading.damaged, 0);
		looks += reading.look_count;
		events += reading.event_count;
		reading_free(&reading);
	}
	assert_int_equal(kill(writer, SIGKILL), 0);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	print_message("# %zu looks and %zu events in %u reads\n", looks, events, READS);
	assert_true(looks > READS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_written_comes_back_in_order, fresh, gone),
		cmocka_unit_test_setup_teardown(a_cut_file_loses_what_it_lacks, fresh, gone),
		cmocka_unit_test_setup_teardown(what_is_no_recording_is_refused, fresh, gone),
		cmocka_unit_test(a_pipe_is_not_waited_for),
		cmocka_unit_test_setup_teardown(another_version_or_no_byte_order_is_said, fresh,
						gone),
		cmocka_unit_test_setup_teardown(one_of_the_other_byte_order_is_read, fresh, gone),
		cmocka_unit_test_setup_teardown(a_header_that_lies_is_refused, fresh, gone),
		cmocka_unit_test_setup_teardown(a_record_that_cannot_be_true_is_left_out, fresh,
						gone),
		cmocka_unit_test_setup_teardown(text_ends_and_numbers_have_names, fresh, gone),
		cmocka_unit_test_setup_teardown(longer_records_are_cut_to_what_is_known, fresh,
						gone),
		cmocka_unit_test_setup_teardown(a_reader_never_sees_half_a_record, fresh, gone),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
