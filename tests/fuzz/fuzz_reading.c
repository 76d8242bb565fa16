/* SPDX-License-Identifier: MIT */
/*
 * A recording as a stranger may have written it, and all that useroomctl makes of it: text, JSON, a page, a replay. A
 * recording's header is followed by an empty rest of its page, which an input leaves out: it would only be slow.
 */
#include "ctl.h"
#include "html.h"
#include "replay.h"
#include "show.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX ((size_t)65536)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Everything is written, to nowhere. */
static FILE *nowhere(void)
{
	static FILE *file;

	if (file == NULL)
		file = fopen("/dev/null", "we");
	if (file == NULL)
		abort();
	return file;
}

static void print(json_object *object)
{
	if (object == NULL || json_object_to_json_string(object) == NULL)
		abort();
	(void)json_object_put(object);
}

static void check_order(const struct reading *r)
{
	for (size_t i = 1; i < r->look_count; i++)
		if (r->looks[i - 1].sequence >= r->looks[i].sequence)
			abort();
	for (size_t i = 1; i < r->event_count; i++)
		if (r->events[i - 1].sequence >= r->events[i].sequence)
			abort();
}

/* The recorded settings, and others. */
static void run_replay(const struct reading *r)
{
	static struct replay p;

	p = (struct replay){.reading = r};
	rerun_recorded_config(r, &p.recorded);
	p.other = p.recorded;
	p.other.mem_term_ppm = 1000000 - p.other.mem_term_ppm;
	p.other.mem_kill_ppm = p.other.mem_term_ppm / 2;
	rerun(r, &p.other, &p.rerun);
	if (p.rerun.looks > r->look_count || p.rerun.differ > p.rerun.looks)
		abort();
	replay_text(nowhere(), &p);
	print(replay_json(&p));
}

static void run_reading(const struct reading *r)
{
	struct part part = show_part(r);

	check_order(r);
	show_text(nowhere(), r, &part);
	html_write(nowhere(), r, &part);
	print(show_json(r, &part));
	run_replay(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t head = size < sizeof(struct recording_header) ? size : sizeof(struct recording_header);
	size_t bytes = size > head ? RECORDING_HEADER + size - head : size;
	struct reading r;
	uint8_t *copy;
	char why[160];

	if (size > INPUT_MAX)
		return 0;
	copy = calloc(1, bytes + 1);
	if (copy == NULL)
		return 0;
	memcpy(copy, data, head);
	if (size > head)
		memcpy(copy + RECORDING_HEADER, data + head, size - head);
	if (reading_parse(copy, bytes, &r, why, sizeof(why)) == 0) {
		run_reading(&r);
		reading_free(&r);
	}
	free(copy);
	return 0;
}
