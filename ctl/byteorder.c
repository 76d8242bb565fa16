/* SPDX-License-Identifier: MIT */
#include "byteorder.h"

#include "base/util.h"

#include <assert.h>
#include <stddef.h>

/*
 * `count` numbers of `bytes` each, one after the other; of 1 byte is text. What is written here in
 * numbers is held against the struct at each use, and against recordings of both byte orders by
 * tests/replay.
 */
struct run {
	unsigned char bytes;
	unsigned short count;
};

#define FROM_TO(type, first, behind) (offsetof(struct type, behind) - offsetof(struct type, first))

static const struct run header_runs[] = {
	{1, FROM_TO(recording_header, magic, version)},
	{4, 2},
	{8, 1},
	{4, FROM_TO(recording_header, rings, program) / 4},
	{1, FROM_TO(recording_header, program, started_ns)},
	{8, 5},
	/* the settings */
	{4, 6},
	{8, 3},
	{4, 8},
	{8, 5},
	/* the counters, before those of units */
	{8, offsetof(struct recording_counters, units) / 8},
};

static const struct run unit_runs[] = {{1, FROM_TO(recording_unit, name, kills)}, {8, 1}};

static const struct run growth_runs[] = {{8, 1}};
static const struct run grown_runs[] = {{4, 2}, {8, 3}};
static const struct run growth_rest_runs[] = {{8, 1}, {4, 2}};

static const struct run look_runs[] = {{8, 2}, {4, 2}, {8, 1}, {4, 2}, {8, VALUE_COUNT}};

static const struct run span_runs[] = {{8, 3}, {4, 2}, {8, 6}};

static const struct run candidate_runs[] = {
	{4, 2}, {1, FROM_TO(recording_candidate, comm, freeable)}, {8, 2}, {1, 8}};

static const struct run event_runs[] = {
	{8, 3}, {4, 4}, {8, 4}, {4, 4}, {8, 6},
	{4, 6}, {8, 1}, {4, 4}, {8, 7}, {1, FROM_TO(recording_event, victim_comm, candidate_count)},
	{4, 2},
};

static const struct run event_rest_runs[] = {{8, 2},
					     {4, 2},
					     {8, 5},
					     {4, 6},
					     {1, sizeof(((struct recording_event *)0)->group)},
					     {8, 1},
					     {4, 2},
					     {1, sizeof(((struct recording_event *)0)->head_comm)}};

static void turn_number(unsigned char *number, unsigned bytes)
{
	for (unsigned i = 0; i < bytes / 2; i++) {
		unsigned char last = number[bytes - 1 - i];

		number[bytes - 1 - i] = number[i];
		number[i] = last;
	}
}

/* Returns what is behind them. */
static unsigned char *turn(unsigned char *at, const struct run *runs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (unsigned n = 0; n < runs[i].count; n++, at += runs[i].bytes)
			turn_number(at, runs[i].bytes);
	return at;
}

#define TURN(at, runs) turn((unsigned char *)(at), runs, ARRAY_SIZE(runs))

void byteorder_header(struct recording_header *header)
{
	unsigned char *at = TURN(header, header_runs);

	for (unsigned i = 0; i < RECORDING_UNITS; i++)
		at = TURN(at, unit_runs);
	at = TURN(at, growth_runs);
	for (unsigned i = 0; i < RECORDING_GROWN; i++)
		at = TURN(at, grown_runs);
	at = TURN(at, growth_rest_runs);
	assert(at == (unsigned char *)(header + 1));
}

void byteorder_look(struct recording_look *look)
{
	unsigned char *at = TURN(look, look_runs);

	assert(at == (unsigned char *)(look + 1));
}

void byteorder_span(struct recording_span *span)
{
	unsigned char *at = TURN(span, span_runs);

	assert(at == (unsigned char *)(span + 1));
}

void byteorder_event(struct recording_event *event)
{
	unsigned char *at = TURN(event, event_runs);

	for (unsigned i = 0; i < RECORDING_CANDIDATES; i++)
		at = TURN(at, candidate_runs);
	at = TURN(at, event_rest_runs);
	assert(at == (unsigned char *)(event + 1));
}
