/* SPDX-License-Identifier: MIT */
/*
 * The flight recorder: every look, decision and event into a small ring in a mapped file
 * (recording.h). Storing is a few dozen instructions into memory that is there already: no system
 * call, no allocation, no page fault.
 */
#ifndef USEROOM_RECORD_H
#define USEROOM_RECORD_H

#include "act/event.h"
#include "act/turn.h"
#include "choose/growth.h"
#include "decide/policy.h"
#include "look/proc.h"
#include "look/sample.h"
#include "settings/config.h"
#include "tell/recording.h"

#include <stddef.h>

struct record {
	struct recording_header *map; /* NULL: nothing is recorded */
	size_t bytes;
	uint64_t next[RING_COUNT];
	struct recording_span span; /* being filled */
	uint64_t open_ns;           /* the last look, if it saw memory short enough for a stall */
	int fd;                     /* holds the writer's lock */
	bool starts;
};

/*
 * Map the file at path, make it when it is not there; what an earlier writer of this boot left is
 * gone on with, anything else is begun anew. All of it is in memory afterwards. Returns 0; -EBUSY
 * when another writer has it; or another negative errno, and then nothing is recorded: every other
 * function does nothing.
 */
int record_open(struct record *record, const char *path, size_t bytes);

/* The smallest size that makes sense, and how a size is divided: pure, for the tests. */
#define RECORD_BYTES_LEAST ((size_t)32 * 1024)
void record_layout(size_t bytes, struct recording_ring rings[RING_COUNT]);

/* At the start and after each reload; limits: enum recording_limits. */
void record_settings(struct record *record, const struct config *config, unsigned cpus,
		     uint32_t limits);

/*
 * One look, after it was decided. confirm: it was the second one, before a shot (policy_confirm).
 * turn: what is done about it; TURN_END on a first look says that somebody is looked for.
 */
void record_look(struct record *record, const struct sample *sample, const struct coming *coming,
		 const struct decision *decision, bool confirm, struct turn turn);

/* Who has grown, after growth_note(): for useroomctl, which can only look now. */
void record_growth(struct record *record, const struct growth *growth);

/* table: who could have gone, best first; NULL where nobody was chosen. */
void record_event(struct record *record, const struct event *event, const struct proc_table *table);

/* Back from a recorded look: what policy_decide() took. The other direction is record_look(). */
void recording_to_sample(const struct recording_look *look, struct sample *ret_sample);
struct coming recording_to_coming(const struct recording_look *look);

/* Who had grown. Returns false where the recording does not know. */
bool recording_to_growth(const struct recording_growth *from, struct growth *ret);

/* What was done about a look; which nobody it was is not recorded. */
struct turn recording_to_turn(const struct recording_look *look);

/* What a look keeps of the stall; reach_ns is not recorded. */
struct stall_view recording_to_stall(const struct recording_look *look);

/* What a look keeps of its decision: the flags of enum recording_look_flags that policy.c answers
 * for. */
uint32_t recording_flags(const struct decision *decision);

/* The settings back from a recording; what is not recorded stays as it is. The other direction is
 * record_settings(). */
void recording_to_config(const struct recording_settings *settings, struct config *config);

#endif
