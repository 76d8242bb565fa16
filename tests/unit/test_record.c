/* SPDX-License-Identifier: MIT */
#include "base/util.h"
#include "settings/options.h"
#include "tell/incident.h"
#include "tell/record.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE ((size_t)64 * 1024)

static char directory[] = "/tmp/useroom-record-XXXXXX";
static char path[64];
static struct record record;

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

/* As when a writer ends, cleanly or not: nothing of it is left but the file. */
static void leave(void)
{
	if (record.map != NULL)
		(void)munmap(record.map, record.bytes);
	if (record.fd >= 0)
		(void)close(record.fd);
	record = (struct record){.fd = -1};
}

static int fresh(void **state)
{
	(void)state;
	return record_open(&record, path, SIZE);
}

static const struct coming nothing;
static const struct turn idle = {.what = TURN_IDLE};

static int gone(void **state)
{
	(void)state;
	leave();
	return unlink(path);
}

static const struct recording_look *look_number(uint64_t number)
{
	const struct recording_ring *ring = &record.map->rings[RING_LOOKS];

	return (const void *)((const char *)record.map + ring->offset +
			      (number - 1) % ring->count * ring->record_bytes);
}

static void look(uint64_t now_ns, uint64_t available)
{
	const struct sample s = {.now_ns = now_ns,
				 .have = HAVE_MEM,
				 .mem_total_kib = 1000000,
				 .mem_available_kib = available,
				 .swap_free_kib = 7};
	const struct decision d = {
		.action = ACTION_TERM, .low = true, .course.wake_ns = now_ns + 5};

	record_look(&record, &s, &nothing, &d, false, idle);
}

static void the_rings_fit_and_do_not_overlap(void **state)
{
	static const size_t sizes[] = {RECORD_BYTES_LEAST, SIZE, (size_t)256 * 1024,
				       (size_t)64 * 1024 * 1024};

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(sizes); k++) {
		struct recording_ring rings[RING_COUNT];
		size_t end = RECORDING_HEADER;

		record_layout(sizes[k], rings);
		for (unsigned i = 0; i < RING_COUNT; i++) {
			assert_true(rings[i].count >= 4);
			assert_int_equal(rings[i].offset, end);
			assert_int_equal(rings[i].offset % 8, 0);
			end += (size_t)rings[i].count * rings[i].record_bytes;
		}
		assert_true(end <= sizes[k]);
	}
}

/* R114: useroomctl can only look now; what the daemon knows of before it has from here. */
static void r114_who_grew_comes_back(void **state)
{
	static struct growth in, out;

	(void)state;
	assert_false(recording_to_growth(&record.map->growth, &out)); /* nobody has looked yet */
	for (unsigned i = 0; i < GROWTH_MOST; i++)
		in.entries[in.count++] =
			(struct growth_entry){.id = {.pid = 100 + (pid_t)i, .start_ticks = 7},
					      .first_ns = 5,
					      .first_kib = 1000,
					      .seen_ns = 9,
					      .seen_kib = 1000 + i};
	record_growth(&record, &in);
	assert_true(recording_to_growth(&record.map->growth, &out));
	assert_int_equal(out.count, RECORDING_GROWN);
	for (unsigned i = 0; i < out.count; i++) { /* the last one grew most */
		assert_int_equal(out.entries[i].id.pid, 100 + GROWTH_MOST - 1 - i);
		assert_int_equal(out.entries[i].id.start_ticks, 7);
		assert_int_equal(out.entries[i].first_ns, 5);
		assert_int_equal(out.entries[i].first_kib, 1000);
	}
	assert_int_equal(growth_since_pid(&out, 9, 5000), 0);
	in.count = 1;
	in.first_pid = in.second_pid = 4000; /* and who began lately (R97) */
	in.first_ns = in.second_ns = 5;
	record_growth(&record, &in);
	assert_true(recording_to_growth(&record.map->growth, &out));
	assert_int_equal(out.count, 1);
	assert_int_equal(growth_since_pid(&out, 9, 5000), 4000);
	record.map->growth.sequence = 0; /* it is being written */
	assert_false(recording_to_growth(&record.map->growth, &out));
}

static void a_look_comes_back_as_it_was(void **state)
{
	struct sample in = {.now_ns = 9, .have = HAVE_MEM | HAVE_DETAIL | HAVE_SWAP}, out;
	const struct decision d = {.action = ACTION_KILL,
				   .low = true,
				   .course.near = true,
				   .futile = HOLDER_SHMEM,
				   .course.wake_ns = 10};
	const struct coming coming = {
		.mem_kib = 1, .swap_kib = 2, .victims = 3, .unkillable_kib = 4};
	const struct turn futile = {.what = TURN_FUTILE};
	const struct turn paused = {.what = TURN_PAUSED, .pause = PAUSE_COUNT - 1};
	uint64_t *field = &in.mem_total_kib;
	struct coming back;

	(void)state;
	for (unsigned i = 0; field + i <= &in.running; i++)
		field[i] =
			100 + i; /* every amount another number: none may end up in a wrong place */
	record_look(&record, &in, &coming, &d, true, futile);
	recording_to_sample(look_number(1), &out);
	assert_int_equal(out.now_ns, 9);
	assert_int_equal(out.have, in.have);
	assert_memory_equal(&in.mem_total_kib, &out.mem_total_kib,
			    sizeof(in) - offsetof(struct sample, mem_total_kib));
	back = recording_to_coming(look_number(1));
	assert_int_equal(back.mem_kib, 1);
	assert_int_equal(back.swap_kib, 2);
	assert_int_equal(back.victims, 3);
	assert_int_equal(back.unkillable_kib, 4);
	assert_int_equal(look_number(1)->flags, (unsigned)ACTION_KILL | LOOK_CONFIRM | LOOK_LOW |
							LOOK_NEAR | LOOK_FUTILE | LOOK_STARTS |
							TURN_FUTILE << LOOK_TURN_SHIFT);
	assert_int_equal(look_number(1)->wake_ns, 10);
	assert_int_equal(recording_to_turn(look_number(1)).what, TURN_FUTILE);
	record_look(&record, &in, &coming, &d, true, paused);
	assert_int_equal(recording_to_turn(look_number(2)).what, TURN_PAUSED);
	assert_int_equal(recording_to_turn(look_number(2)).pause, PAUSE_COUNT - 1);
}

/* Settings come back as they were, amounts too; a recording from before amounts has shares. */
static void settings_come_back(void **state)
{
	static struct config in, out;

	(void)state;
	options_defaults(&in);
	for (unsigned i = 0; i < LEVEL_COUNT; i++)
		in.level_kib[i] = 1000 + i;
	record_settings(&record, &in, 2, 0);
	options_defaults(&out);
	recording_to_config(&record.map->settings, &out);
	assert_memory_equal(in.level_kib, out.level_kib, sizeof(in.level_kib));
	memset(record.map->settings.level_kib, 0, sizeof(in.level_kib));
	recording_to_config(&record.map->settings, &out);
	assert_int_equal(out.level_kib[LEVEL_MEM_TERM], 0);
	assert_int_equal(out.mem_term_ppm, 100000);
}

static void the_ring_goes_round(void **state)
{
	uint64_t count = record.map->rings[RING_LOOKS].count;

	(void)state;
	for (uint64_t i = 1; i <= count + 3; i++)
		look(i, i);
	assert_int_equal(look_number(1)->sequence, count + 1);
	assert_int_equal(look_number(3)->sequence, count + 3);
	assert_int_equal(look_number(4)->sequence, 4);
	assert_int_equal(look_number(4)->value[VALUE_MEM_AVAILABLE], 4);
}

static void ten_seconds_are_one_span(void **state)
{
	const struct recording_span *span =
		(const void *)((const char *)record.map + record.map->rings[RING_SPANS].offset);

	(void)state;
	for (uint64_t s = 0; s < 25; s++)
		look(1 + s * NS_PER_S, 500 - s);
	assert_int_equal(span[0].sequence, 1);
	assert_int_equal(span[0].looks, 10);
	assert_int_equal(span[0].mem_available_least, 491);
	assert_int_equal(span[1].sequence, 2);
	assert_int_equal(span[1].from_ns, 1 + 10 * NS_PER_S);
	assert_int_equal(span[2].sequence, 0); /* not over yet */
}

static void another_writer_goes_on_where_the_first_ended(void **state)
{
	(void)state;
	look(1, 1);
	look(2, 2);
	leave();
	assert_int_equal(record_open(&record, path, SIZE), 0);
	look(3, 3);
	assert_int_equal(look_number(2)->value[VALUE_MEM_AVAILABLE], 2);
	assert_int_equal(look_number(3)->sequence, 3);
	assert_true(look_number(3)->flags & LOOK_STARTS);
	assert_false(look_number(2)->flags & LOOK_STARTS);
}

static void what_is_not_ours_is_begun_anew(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 4; k++) {
		look(1, 1);
		if (k == 0)
			record.map->boot_id[0] ^= 1;
		else if (k == 1)
			record.map->magic[0] = 'x';
		else if (k == 2)
			record.map->rings[RING_EVENTS].count++;
		else
			record.map->version++;
		leave();
		assert_int_equal(record_open(&record, path, SIZE), 0);
		assert_int_equal(look_number(1)->sequence, 0);
	}
	leave();
	assert_int_equal(record_open(&record, path, 2 * SIZE), 0); /* and another size */
	assert_int_equal(look_number(1)->sequence, 0);
}

static void only_one_writes(void **state)
{
	struct record second;

	(void)state;
	assert_int_equal(record_open(&second, path, SIZE), -EBUSY);
	assert_null(second.map);
	record_event(&second, NULL, NULL); /* nothing is recorded, nothing happens */
}

static void a_link_is_not_followed(void **state)
{
	struct record second;
	char link[80];

	(void)state;
	(void)snprintf(link, sizeof(link), "%s/link", directory);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(record_open(&second, link, SIZE), -ELOOP);
	assert_int_equal(unlink(link), 0);
}

static void an_event_has_its_candidates(void **state)
{
	static struct proc_table table;
	static struct event e;
	const struct recording_event *seen =
		(const void *)((const char *)record.map + record.map->rings[RING_EVENTS].offset);

	(void)state;
	table.count = 3;
	table.listed = 40;
	table.procs[0] = (struct proc){.pid = 11, .comm = "hog", .freeable_kib = 5};
	table.procs[1] = (struct proc){
		.pid = 2, .comm = "kthreadd", .rank = CLASS_NEVER, .skip = SKIP_KERNEL_THREAD};
	table.procs[2] = (struct proc){
		.pid = 12, .comm = "sshd", .rank = CLASS_NEVER, .skip = SKIP_CRITICAL};
	e.type = EVENT_KILL;
	e.target.victim = table.procs[0];
	memset(e.target.victim.container, 'c', sizeof(e.target.victim.container) - 1);
	record_event(&record, &e, &table);
	assert_int_equal(seen->sequence, 1);
	assert_int_equal(seen->victim_pid, 11);
	assert_int_equal(seen->candidate_count, 2);
	assert_int_equal(seen->candidates[1].skip, SKIP_CRITICAL);
	assert_int_equal(seen->candidates_listed, 40);
	assert_int_equal(strlen(seen->container), sizeof(seen->container) - 1);
	record_event(&record, &e, NULL);
	assert_int_equal(seen[1].candidate_count, 0);
}

/* R97: how many went of a swarm, and who else could have. */
static void r97_a_swarm_comes_back(void **state)
{
	static struct proc_table table;
	static struct event e;
	const struct recording_event *seen =
		(const void *)((const char *)record.map + record.map->rings[RING_EVENTS].offset);

	(void)state;
	table.count = 10;
	for (unsigned i = 0; i < table.count; i++)
		table.procs[i] = (struct proc){.pid = (pid_t)(20 + i), .swarm_kib = 900};
	table.procs[9] = (struct proc){.pid = 7, .comm = "database"};
	e = (struct event){.type = EVENT_KILL, .signal = SIGTERM};
	e.target.kind = TARGET_SWARM;
	e.target.victim = table.procs[0];
	for (unsigned i = 1; i < 9; i++)
		e.target.together[e.target.together_count++] = proc_id(&table.procs[i]);
	record_event(&record, &e, &table);
	assert_int_equal(seen->together, 8);
	assert_int_equal(seen->victim_swarm, 900);
	assert_int_equal(seen->candidate_count, 2);
	assert_int_equal(seen->candidates[0].pid, 20);
	assert_int_equal(seen->candidates[1].pid, 7);
	assert_int_equal(record.map->counters.kills[0][0][0], 9); /* each of them is a victim */
	assert_int_equal(record.map->counters.other_units, 9);
	assert_int_equal(record.map->counters.events[EVENT_KILL], 1);
}

static void tell(enum event_type type, struct event e)
{
	e.type = type;
	record_event(&record, &e, NULL);
}

static void what_happens_is_counted(void **state)
{
	const struct recording_counters *c = &record.map->counters;
	struct event by_rule = {.signal = SIGTERM, .target.victim.unit = "a.service"};

	(void)state;
	by_rule.decision.by_stall = true;
	by_rule.decision.stall.rule = STALL_FAULTS;
	tell(EVENT_KILL, by_rule);
	tell(EVENT_KILL, (struct event){.signal = SIGKILL, .target.victim.unit = "b.service"});
	tell(EVENT_KILL, (struct event){.signal = SIGKILL, .escalated = true});
	tell(EVENT_KILL, (struct event){.signal = SIGTERM, .dry_run = true});
	tell(EVENT_KILL, (struct event){.signal = SIGTERM, .target.victim.unit = "a.service"});
	assert_int_equal(c->kills[STALL_FAULTS][0][0], 1);
	assert_int_equal(c->kills[0][0][0], 1);
	assert_int_equal(c->kills[0][1][0], 1);
	assert_int_equal(c->kills[0][0][1], 1);
	assert_int_equal(c->escalations, 1);
	assert_string_equal(c->units[0].name, "a.service");
	assert_int_equal(c->units[0].kills, 2);
	assert_int_equal(c->units[1].kills, 1);
	assert_int_equal(c->other_units, 0); /* a dry run costs no unit anything */

	tell(EVENT_FREED, (struct event){.came_back_kib = 5, .since_signal_ns = 7});
	tell(EVENT_FREED, (struct event){.came_back_kib = 6, .since_signal_ns = 8});
	assert_int_equal(c->freed, 2);
	assert_int_equal(c->freed_kib, 11);
	assert_int_equal(c->freed_ns, 15);
	tell(EVENT_NOBODY, (struct event){.nobody = NOBODY_PROTECTED});
	assert_int_equal(c->nobody[NOBODY_PROTECTED], 1);
	tell(EVENT_KERNEL_KILL, (struct event){.kills = 3});
	assert_int_equal(c->kernel_kills, 3);
	tell(EVENT_RECOVERED, (struct event){.kills = 1});
	tell(EVENT_RECOVERED, (struct event){.kills = 0});
	assert_int_equal(c->events[EVENT_RECOVERED], 2);
	assert_int_equal(c->near_misses, 1);
	tell(EVENT_RELOAD, (struct event){.error = EINVAL});
	assert_int_equal(c->last_reload_failed, 1);
	tell(EVENT_RELOAD, (struct event){.error = 0});
	assert_int_equal(c->last_reload_failed, 0);
	assert_int_equal(c->reloads_failed, 1);

	leave();
	assert_int_equal(record_open(&record, path, SIZE), 0);
	assert_int_equal(record.map->counters.freed_kib, 11); /* another writer goes on */
	record.map->boot_id[0] ^= 1;
	leave();
	assert_int_equal(record_open(&record, path, SIZE), 0);
	assert_int_equal(record.map->counters.freed_kib, 0); /* another boot does not */
}

/* Names are cut to what a row holds, and the rows are used up at last. */
static void units_without_a_row_count_together(void **state)
{
	const struct recording_counters *c = &record.map->counters;
	struct event e = {.signal = SIGTERM};

	(void)state;
	memset(e.target.victim.unit, 'u', sizeof(e.target.victim.unit) - 1);
	tell(EVENT_KILL, e);
	tell(EVENT_KILL, e);
	assert_int_equal(strnlen(c->units[0].name, sizeof(c->units[0].name)),
			 sizeof(c->units[0].name) - 1);
	assert_int_equal(c->units[0].kills, 2);
	for (unsigned i = 0; i < RECORDING_UNITS + 4; i++) {
		(void)snprintf(e.target.victim.unit, sizeof(e.target.victim.unit), "%u.service", i);
		tell(EVENT_KILL, e);
	}
	assert_int_equal(c->other_units, 5);
	tell(EVENT_KILL, (struct event){.signal = SIGTERM}); /* in no unit */
	assert_int_equal(c->other_units, 6);
}

static void time_that_is_lost_is_added_up(void **state)
{
	struct sample s = {.have = HAVE_MEM};
	struct decision d = {.stall = {.open = true, .lost_ppm = 250000}};

	(void)state;
	for (unsigned second = 1; second <= 5; second++) { /* the first has nothing before it */
		s.now_ns = second * NS_PER_S;
		record_look(&record, &s, &nothing, &d, false, idle);
	}
	assert_int_equal(record.map->counters.lost_ns, NS_PER_S);
	d.stall.open = false;
	s.now_ns += NS_PER_S;
	record_look(&record, &s, &nothing, &d, false, idle);
	d.stall.open = true;
	s.now_ns += NS_PER_S;
	record_look(&record, &s, &nothing, &d, false, idle);
	assert_int_equal(record.map->counters.lost_ns, NS_PER_S);
}

static void a_copy_leaves_out_what_is_being_written(void **state)
{
	static char copy[SIZE];
	const struct recording_header *header = (const void *)copy;
	const struct incident_request request = {.first_event = 77, .settings = {.cpus = 3}};
	int fd = open(directory, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	uint64_t *torn;

	(void)state;
	look(1, 1);
	look(2, 2);
	torn = (uint64_t *)(void *)((char *)record.map + record.map->rings[RING_LOOKS].offset);
	*torn = 0; /* as begin() marks it */
	assert_int_equal(recording_save(fd, record.map, &request), 0);
	assert_int_equal(pread(fd, copy, SIZE, 0), SIZE);
	assert_int_equal(lseek(fd, 0, SEEK_END), SIZE);
	assert_int_equal(header->kept_because, 77);
	assert_int_equal(header->settings.cpus, 3);
	{
		const struct recording_look *looks =
			(const void *)(copy + header->rings[RING_LOOKS].offset);

		assert_int_equal(looks[0].value[VALUE_MEM_AVAILABLE], 0);
		assert_int_equal(looks[1].sequence, 2);
		assert_int_equal(looks[1].value[VALUE_MEM_AVAILABLE], 2);
	}
	(void)close(fd);
}

/* Every number of a look is its time; settings and events are written, too. */
static void *write_on(void *stop)
{
	for (uint64_t n = 1; !__atomic_load_n((bool *)stop, __ATOMIC_RELAXED); n++) {
		const struct event e = {.now_ns = n, .type = EVENT_WARN};
		const struct config c = {.grace_ns = n};

		look(n, n);
		record_event(&record, &e, NULL);
		record_settings(&record, &c, (unsigned)n, 0);
	}
	return NULL;
}

/* No half of one look and half of the next. Returns how many looks there are. */
static unsigned check_copy(const char *copy)
{
	const struct recording_header *header = (const void *)copy;
	const struct recording_look *looks =
		(const void *)(copy + header->rings[RING_LOOKS].offset);
	unsigned whole = 0;

	for (uint32_t i = 0; i < header->rings[RING_LOOKS].count; i++) {
		if (looks[i].sequence == 0)
			continue;
		assert_int_equal(looks[i].now_ns, looks[i].value[VALUE_MEM_AVAILABLE]);
		assert_int_equal(looks[i].wake_ns, looks[i].now_ns + 5);
		whole++;
	}
	return whole;
}

/* For the thread sanitizer, and for machines that store in another order than this one. */
static void a_copy_beside_a_writer_is_never_torn(void **state)
{
	static char copy[SIZE];
	const struct incident_request request = {.first_event = 1};
	int fd = open(directory, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	bool stop = false;
	unsigned whole = 0;
	pthread_t thread;

	(void)state;
	look(1, 1);
	assert_int_equal(pthread_create(&thread, NULL, write_on, &stop), 0);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		assert_int_equal(recording_save(fd, record.map, &request), 0);
		assert_int_equal(pread(fd, copy, SIZE, 0), SIZE);
		whole += check_copy(copy);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(whole > 0);
	(void)close(fd);
}

/* Files whose names have this, once there are `wanted` of them, or after ten seconds. */
static size_t files_like(const char *dir, const char *pattern, size_t wanted)
{
	char all[160];
	size_t count = 0;

	(void)snprintf(all, sizeof(all), "%s/%s", dir, pattern);
	for (int tries = 0; tries < 1000; tries++) {
		glob_t found;

		count = glob(all, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
		globfree(&found);
		if (count == wanted)
			break;
		(void)usleep(10000);
	}
	return count;
}

static void remove_all(const char *dir)
{
	char all[160];
	glob_t found;

	(void)snprintf(all, sizeof(all), "%s/*", dir);
	assert_int_equal(glob(all, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		assert_int_equal(unlink(found.gl_pathv[i]), 0);
	globfree(&found);
	assert_int_equal(rmdir(dir), 0);
}

/* Near misses are a quarter of all at most, and go before what is kept of a kill. */
static void near_misses_go_first(void **state)
{
	static struct incident incident; /* its thread has no end, ... */
	static struct record its;        /* ... and the daemon's recording none either */
	static char kept[96];

	(void)state;
	look(1, 1);
	its = record;
	(void)snprintf(kept, sizeof(kept), "%s/kept", directory);
	assert_int_equal(incident_start(&incident, &its, kept, 4), 0);
	for (uint64_t i = 1; i <= 3; i++)
		incident_keep(&incident, i, true);
	assert_int_equal(files_like(kept, "*-000003-near.useroom", 1), 1);
	assert_int_equal(files_like(kept, "*.useroom", 1), 1);
	for (uint64_t i = 4; i <= 6; i++)
		incident_keep(&incident, i, false);
	assert_int_equal(files_like(kept, "*.useroom", 4), 4);
	assert_int_equal(files_like(kept, "*-near.useroom", 1), 1);
	incident_keep(&incident, 7, false);
	assert_int_equal(files_like(kept, "*-000007.useroom", 1), 1);
	assert_int_equal(files_like(kept, "*-near.useroom", 0), 0);
	assert_int_equal(files_like(kept, "*.useroom", 4), 4);
	incident_keep(&incident, 8, false);
	assert_int_equal(files_like(kept, "*-000008.useroom", 1), 1);
	assert_int_equal(files_like(kept, "*-000004.useroom", 0), 0);
	assert_int_equal(files_like(kept, "*.useroom", 4), 4);
	assert_int_equal(incident_failed(&incident), 0);
	remove_all(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rings_fit_and_do_not_overlap),
		cmocka_unit_test_setup_teardown(r114_who_grew_comes_back, fresh, gone),
		cmocka_unit_test_setup_teardown(a_look_comes_back_as_it_was, fresh, gone),
		cmocka_unit_test_setup_teardown(settings_come_back, fresh, gone),
		cmocka_unit_test_setup_teardown(the_ring_goes_round, fresh, gone),
		cmocka_unit_test_setup_teardown(ten_seconds_are_one_span, fresh, gone),
		cmocka_unit_test_setup_teardown(another_writer_goes_on_where_the_first_ended, fresh,
						gone),
		cmocka_unit_test_setup_teardown(what_is_not_ours_is_begun_anew, fresh, gone),
		cmocka_unit_test_setup_teardown(only_one_writes, fresh, gone),
		cmocka_unit_test_setup_teardown(a_link_is_not_followed, fresh, gone),
		cmocka_unit_test_setup_teardown(an_event_has_its_candidates, fresh, gone),
		cmocka_unit_test_setup_teardown(r97_a_swarm_comes_back, fresh, gone),
		cmocka_unit_test_setup_teardown(what_happens_is_counted, fresh, gone),
		cmocka_unit_test_setup_teardown(units_without_a_row_count_together, fresh, gone),
		cmocka_unit_test_setup_teardown(time_that_is_lost_is_added_up, fresh, gone),
		cmocka_unit_test_setup_teardown(a_copy_leaves_out_what_is_being_written, fresh,
						gone),
		cmocka_unit_test_setup_teardown(a_copy_beside_a_writer_is_never_torn, fresh, gone),
		cmocka_unit_test_setup_teardown(near_misses_go_first, fresh, gone),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
