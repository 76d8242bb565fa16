/* SPDX-License-Identifier: MIT */
/*
 * A recording read back (doc/recorder-format.md). The file is a stranger's: everything is checked
 * against its size before it is used, and what does not hold is left out.
 */
#ifndef USEROOM_CTL_READING_H
#define USEROOM_CTL_READING_H

#include "tell/recording.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reading {
	struct recording_header header;
	struct recording_look *looks; /* in order; so are the others */
	struct recording_span *spans;
	struct recording_event *events;
	size_t look_count, span_count, event_count;
	size_t damaged; /* records that were left out because they cannot be true */
	bool cut;       /* the file ends before its rings do */
};

/*
 * Read what is recorded at path, while it may be written. Returns 0, or a negative errno and in
 * `why` a sentence about the file: not there, no right, not a recording, another version, cut.
 * reading_free() afterwards, only when it was 0.
 */
int reading_open(const char *path, struct reading *ret, char *why, size_t why_size);

/* The same from memory: what the fuzzer calls. */
int reading_parse(const void *data, size_t bytes, struct reading *ret, char *why, size_t why_size);

void reading_free(struct reading *reading);

/*
 * Wall-clock time of a moment of CLOCK_MONOTONIC in the writer's boot, ns; by the last event, for
 * the clock may have been set since the start. Looks and events that are shown together have this
 * one clock: an event's own realtime_ns is when it was told, milliseconds after its look.
 */
uint64_t reading_realtime(const struct reading *reading, uint64_t monotonic_ns);

/* Is its writer still running, and not only a zombie? */
bool reading_running(const struct reading *reading);

#endif
