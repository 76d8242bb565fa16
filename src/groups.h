/* SPDX-License-Identifier: MIT */
/*
 * Control groups that come to a limit of their own: which of them are looked at, how often, and
 * what is told of them. Who is ended in one: group_end.h.
 *
 *   armed    below its limit: nothing is done until the kernel wakes us (look/memcg.h)
 *   counted  at its limit: every COUNT_NS what it reclaims, and if that moved, one look
 *   close    it may thrash: every SQUEEZE_LOOK_NS one look, and the rules (decide/squeeze.h)
 */
#ifndef USEROOM_GROUPS_H
#define USEROOM_GROUPS_H

#include "choose/growth.h"
#include "decide/backoff.h"
#include "decide/squeeze.h"
#include "look/memcg.h"
#include "look/sample.h"

#include <stdbool.h>
#include <stdint.h>

#define GROUPS_CLOSE 16 /* looked at closely at the same time: those with the least room */
/* No look at the machine waits for more of them than this: some 0.5 ms each (6.18). */
#define GROUPS_COUNT 16 /* counted in one turn */
#define GROUPS_WALK  16 /* directories walked in one */

struct useroom;

struct group_row {
	struct squeeze_held held;
	struct memcg_sample last; /* the look before; now_ns 0: none */
	uint64_t reclaims;
	uint64_t moved_ns; /* when it reclaimed last */
	uint64_t next_ns;  /* while it is counted: the next time */
	uint64_t told_ns[SQUEEZE_RULE_COUNT];
	uint64_t peace_ns; /* nobody in it is ended before this */
};

struct group_close {
	bool used;
	unsigned row;
	uint64_t id;         /* memcg.ids of its row, also when that is free again */
	uint64_t trouble_ns; /* when there was any reason to look closely last */
	uint64_t rule_ns;    /* a rule has held since; 0: none does */
	struct squeeze_view view;
	struct squeeze squeeze;
	uint32_t enough_ppm;  /* who was ended in it last was, until there is so much room again */
	uint64_t members_ns;  /* when its members are read next, to know who grows */
	struct growth growth; /* of them */
};

struct groups {
	bool open;
	bool told_full;
	uint64_t walk_ns;  /* the next walk, or the next part of the one that is under way */
	uint64_t round_ns; /* the next at the latest, whatever happens */
	uint64_t took_ns;  /* what the last walk, or this one so far, took */
	uint64_t next_ns;  /* the next look at any of them; UINT64_MAX: none is at its limit */
	uint64_t close_ns; /* the next at those that are looked at closely */
	unsigned next_row; /* the first that is counted in the next turn */
	unsigned close_count;
	struct group_close close[GROUPS_CLOSE];
	struct group_row rows[MEMCG_MOST];
	struct memcg memcg;
	struct backoff backoff;
};

/* Watch them or not, as the settings want it. Says so where it cannot. */
void groups_arm(struct useroom *u);

/* For the poll set: readable when a group has come to its limit, or was made. -1: nothing. */
int groups_fd(const struct groups *groups);

/* It is readable. */
void groups_take_events(struct groups *groups);

/* When groups_turn() is due, whatever else happens; UINT64_MAX: never. */
uint64_t groups_wake_ns(const struct groups *groups);

/* Look at those that are due, and tell what is found. sample: of this turn. */
void groups_turn(struct useroom *u, const struct sample *sample);

#endif
