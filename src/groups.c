/* SPDX-License-Identifier: MIT */
#include "groups.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "ending.h"
#include "group_end.h"
#include "useroom.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * A container at its limit, with page cache in it, may be so for days, and a leak in it begin at
 * any time: 43 us each time it has reclaimed, else 3 (6.18), so 500 of them cost half a percent of
 * a CPU.
 */
#define COUNT_NS (2 * NS_PER_S)
/* Those with plenty of page cache to give have more time. */
#define COUNT_ROOMY_NS (4 * NS_PER_S)
#define ROOMY_PPM      (40 * PPM_PER_PERCENT)

/* Where nothing was reclaimed for so long the kernel shall tell again. */
#define QUIET_NS (30 * NS_PER_S)
/* And where nothing was suspicious for so long it is not looked at closely any more. */
#define CALM_NS (10 * NS_PER_S)

/* Limits are set after a group is made, and several are made at once. */
#define SETTLE_NS (1 * NS_PER_S)
/* A walk may take no more than one part in this of the time, also where groups are made without an
 * end. */
#define WALK_COST 1000
/* Between its parts; while the machine is near its level it has other worries. */
#define PART_NS      (20 * NS_PER_MS)
#define PART_NEAR_NS (1 * NS_PER_S)
/* What no event tells is found by then: a limit that was changed, or given to a group that had
 * none. */
#define ROUND_NS (300 * NS_PER_S)

/* The same of the same group is said again after this. */
#define AGAIN_NS (600 * NS_PER_S)

/* With -containers act nobody is said to be ended after this: until then somebody may be. */
#define SAY_NOBODY_NS (5 * NS_PER_S)

/* Two looks at a counted group, and a window of those that follow. */
#define INNER_NS (5 * NS_PER_S)

/* From so many waiting tasks on, in thousandths, it is counted how many are blocked: before a rule
 * holds, so that it is known when one does. */
#define COUNT_BLOCKED_MILLI 500

/* States of threads that are read in one turn, of all groups: 10 us each. */
#define THREADS_MOST 256

/* ---- rows ---- */

static bool is_close(const struct groups *g, unsigned row)
{
	for (unsigned i = 0; i < GROUPS_CLOSE; i++) {
		if (g->close[i].used && g->close[i].row == row)
			return true;
	}
	return false;
}

static struct group_close *close_of(struct groups *g, unsigned row)
{
	for (unsigned i = 0; i < GROUPS_CLOSE; i++) {
		if (g->close[i].used && g->close[i].row == row)
			return &g->close[i];
	}
	return NULL;
}

static void end_close(struct useroom *u, struct group_close *c)
{
	struct groups *g = &u->groups;

	act_group_over(&u->act, c->id);
	g->rows[c->row].held = c->squeeze.held;
	g->rows[c->row].last = (struct memcg_sample){0}; /* of long ago */
	c->used = false;
	g->close_count--;
}

/* What was told of a group is not told again because it was started again. */
static void forgotten(void *ctx, unsigned row, bool made_again)
{
	struct useroom *u = ctx;
	struct group_close *c = close_of(&u->groups, row);
	struct group_row *r = &u->groups.rows[row];

	if (c)
		end_close(u, c);
	if (!made_again)
		memset(r->told_ns, 0, sizeof(r->told_ns));
	r->held = (struct squeeze_held){0};
	r->last = (struct memcg_sample){0};
	r->reclaims = r->moved_ns = r->next_ns = 0;
}

/* It has come to its limit. */
static void begin_counting(struct groups *g, unsigned row, uint64_t now)
{
	struct group_row *r = &g->rows[row];

	memcg_count(&g->memcg, row);
	r->last = (struct memcg_sample){0};
	r->moved_ns = now;
	r->next_ns = now; /* at once: what it held is compared with */
}

/* A place among those that are looked at closely, for one with this room; NULL: all of them have
 * less. */
static struct group_close *take_place(struct useroom *u, uint32_t room_ppm)
{
	struct groups *g = &u->groups;
	struct group_close *roomiest = NULL;

	for (unsigned i = 0; i < GROUPS_CLOSE; i++) {
		struct group_close *c = &g->close[i];

		if (!c->used)
			return c;
		if (c->view.room_ppm > room_ppm &&
		    (!roomiest || c->view.room_ppm > roomiest->view.room_ppm))
			roomiest = c;
	}
	if (roomiest)
		end_close(u, roomiest);
	return roomiest;
}

static void begin_close(struct useroom *u, unsigned row, const struct memcg_sample *s)
{
	struct groups *g = &u->groups;
	struct group_close *c = take_place(u, squeeze_room_ppm(s));

	if (!c)
		return;
	*c = (struct group_close){
		.used = true, .row = row, .id = g->memcg.ids[row], .trouble_ns = s->now_ns};
	c->view.room_ppm = squeeze_room_ppm(s);
	c->squeeze.held = g->rows[row].held;
	squeeze_begin(&c->squeeze);
	g->close_count++;
}

/* ---- those that are counted ---- */

static void look_once(struct useroom *u, unsigned row)
{
	struct groups *g = &u->groups;
	struct group_row *r = &g->rows[row];
	struct memcg_sample s;

	if (memcg_read(&g->memcg, row, &s) < 0) {
		g->memcg.changed = true; /* gone, or without a limit: the walk sees to it */
		return;
	}
	squeeze_hold(&r->held, &s);
	if ((r->last.now_ns != 0 && squeeze_suspects(&r->last, &s)) ||
	    squeeze_fills(&r->held, &s, u->config.containers_room_ppm))
		begin_close(u, row, &s);
	if (squeeze_room_ppm(&s) >= ROOMY_PPM)
		r->next_ns += COUNT_ROOMY_NS - COUNT_NS;
	r->last = s;
}

static void count(struct useroom *u, unsigned row, uint64_t now)
{
	struct groups *g = &u->groups;
	struct group_row *r = &g->rows[row];
	uint64_t reclaims = r->reclaims;
	bool first = r->last.now_ns == 0;

	r->next_ns = now + COUNT_NS;
	if (!g->memcg.counts && memcg_reclaims(&g->memcg, row, &reclaims) < 0)
		g->memcg.changed = true;
	if (reclaims != r->reclaims || first || g->memcg.counts) {
		r->moved_ns = now;
		r->reclaims = reclaims;
		look_once(u, row);
	} else if (now - r->moved_ns >= QUIET_NS) {
		r->moved_ns = now;
		memcg_arm(&g->memcg, row);
	}
}

/* The kernel says that it is at its limit; or how much room it has is asked all the time. */
static bool is_due_to_count(const struct memcg *m, unsigned row)
{
	return m->groups[row].woken || (m->counts && m->groups[row].state == MEMCG_ARMED);
}

/* Those after the last one of the turn before, so that each has its turn. */
static void count_those_due(struct useroom *u, uint64_t now)
{
	struct groups *g = &u->groups;
	unsigned first = g->next_row, left = GROUPS_COUNT;

	for (unsigned n = 0; n < MEMCG_MOST && left > 0; n++) {
		unsigned i = (first + n) % MEMCG_MOST;

		if (g->memcg.ids[i] == 0)
			continue;
		if (is_due_to_count(&g->memcg, i))
			begin_counting(g, i, now);
		if (g->memcg.groups[i].state != MEMCG_COUNTED || now < g->rows[i].next_ns ||
		    is_close(g, i))
			continue;
		count(u, i, now);
		g->next_row = i + 1;
		left--;
	}
}

/* ---- those that are looked at closely ---- */

static void look_closely(struct useroom *u, struct group_close *c, const struct sample *machine,
			 unsigned threads_most)
{
	struct groups *g = &u->groups;
	struct memcg_sample s;

	if (memcg_read(&g->memcg, c->row, &s) < 0) {
		g->memcg.changed = true;
		end_close(u, c);
		return;
	}
	if (c->view.suspected || c->view.waiting_milli >= COUNT_BLOCKED_MILLI)
		memcg_read_blocked(&g->memcg, c->row, u->proc_fd, threads_most, &s);
	c->squeeze.full_ppm = u->config.containers_room_ppm;
	c->view = squeeze_follow(&c->squeeze, &s, machine, u->config.stall_hold_ns);
	log_line(LOG_DETAIL,
		 "at its limit: %s: room %" PRIu32 " ppm, waiting %" PRIu32 ", blocked %" PRIu32
		 " thousandths, %" PRIu32 " refaults/s, turnover %" PRIu64 " ms, grown %" PRIu64
		 " KiB: %s",
		 g->memcg.groups[c->row].path, c->view.room_ppm, c->view.waiting_milli,
		 c->view.blocked_milli, c->view.hard_per_s, c->view.turnover_ms, c->view.grown_kib,
		 squeeze_rule_name(c->view.rule));
	if (c->view.rule == SQUEEZE_NONE)
		c->rule_ns = 0;
	else if (c->rule_ns == 0)
		c->rule_ns = s.now_ns;
	if (squeeze_is_trouble(&c->view))
		c->trouble_ns = s.now_ns;
	else if (s.now_ns - c->trouble_ns >= CALM_NS)
		end_close(u, c);
}

static bool was_told(const struct group_row *r, uint64_t now)
{
	for (unsigned i = 0; i < SQUEEZE_RULE_COUNT; i++) {
		if (r->told_ns[i] != 0 && now - r->told_ns[i] < AGAIN_NS)
			return true;
	}
	return false;
}

/* It has come to its limit; or, where all are counted, it may be on its way there. */
static bool is_near_limit(const struct groups *g, unsigned row)
{
	return g->memcg.counts ? is_close(g, row) : g->memcg.groups[row].state == MEMCG_COUNTED;
}

/* It is in trouble that may be ended, or one of its processes was ended just now. One that is only
 * tight, as a mapped database at its limit for ever, would hide the leak beside it. */
static bool is_busy(const struct groups *g, unsigned row, uint64_t now)
{
	for (unsigned i = 0; i < GROUPS_CLOSE; i++) {
		if (g->close[i].used && g->close[i].row == row &&
		    g->close[i].view.rule != SQUEEZE_NONE && g->close[i].view.rule != SQUEEZE_TIGHT)
			return true;
	}
	return now < g->rows[row].peace_ns;
}

/*
 * Where a group and one around it have the same limit, as a pod and its container, the inner one is
 * told, or acted in. It may have come to its limit, and be looked at, a little later.
 */
static bool is_left_to_inner(const struct groups *g, const struct group_close *outer, uint64_t now,
			     bool acts)
{
	bool waits = now - outer->rule_ns < INNER_NS;

	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		if (g->memcg.ids[i] == 0 || !memcg_is_below(&g->memcg, i, outer->row))
			continue;
		if ((acts ? is_busy(g, i, now) : was_told(&g->rows[i], now)) ||
		    (waits && is_near_limit(g, i)))
			return true;
	}
	return false;
}

static void describe(const struct useroom *u, const struct group_close *c, struct event_group *ret)
{
	*ret = (struct event_group){.id = c->id, .view = c->view};
	(void)snprintf(ret->path, sizeof(ret->path), "%.*s", (int)sizeof(ret->path) - 1,
		       u->groups.memcg.groups[c->row].path);
}

/* -containers act: is there anything to say beside what was done? It can take a moment until it is
 * seen who grows. */
static bool act_in(struct useroom *u, struct group_close *c, const struct event_group *about,
		   const struct sample *s, enum nobody *ret_why)
{
	uint64_t now = clock_now();

	switch (group_end_turn(u, c, about, s, ret_why)) {
	case GROUP_ENDED:
	case GROUP_WAITS:
		return false;
	case GROUP_NOBODY:
		break;
	}
	return now - c->rule_ns >= SAY_NOBODY_NS || c->view.rule == SQUEEZE_TIGHT;
}

static void answer(struct useroom *u, struct group_close *c, const struct sample *s)
{
	uint64_t now = clock_now(), *told_ns = &u->groups.rows[c->row].told_ns[c->view.rule];
	NOT_ZEROED struct event_group about;
	enum nobody why = NOBODY_NONE;

	describe(u, c, &about);
	if (u->config.containers == ANSWER_ACT && !act_in(u, c, &about, s, &why))
		return;
	if (*told_ns != 0 && now - *told_ns < AGAIN_NS)
		return;
	*told_ns = now;
	ending_tell_squeezed(u, &about, s, why);
}

static void answer_those_in_trouble(struct useroom *u, const struct sample *s)
{
	for (unsigned i = 0; i < GROUPS_CLOSE; i++) {
		struct group_close *c = &u->groups.close[i];

		if (c->used && c->view.rule != SQUEEZE_NONE &&
		    !is_left_to_inner(&u->groups, c, clock_now(),
				      u->config.containers == ANSWER_ACT))
			answer(u, c, s);
	}
}

static unsigned suspected_count(const struct groups *g)
{
	unsigned count = 0;

	for (unsigned i = 0; i < GROUPS_CLOSE; i++)
		count += g->close[i].used && g->close[i].view.suspected;
	return count;
}

/* At their own time, however often others wake us: the rules want looks of two seconds. */
static void look_at_close(struct useroom *u, const struct sample *of_turn)
{
	struct groups *g = &u->groups;
	unsigned threads_most = THREADS_MOST / (suspected_count(g) + 1);
	struct sample s = *of_turn;

	g->close_ns = of_turn->now_ns + SQUEEZE_LOOK_NS;
	if (!(s.have & HAVE_WAITS))
		sense_waits(&u->sense, &s);
	for (unsigned i = 0; i < GROUPS_CLOSE; i++) {
		if (g->close[i].used)
			look_closely(u, &g->close[i], &s, threads_most);
	}
	for (unsigned i = 0; i < GROUPS_CLOSE && u->config.containers == ANSWER_ACT; i++) {
		if (g->close[i].used)
			group_end_follow(u, &g->close[i], &s);
	}
	answer_those_in_trouble(u, &s);
}

/* ---- when ---- */

static void end_walk(struct groups *g, uint64_t now)
{
	const struct memcg *m = &g->memcg;
	unsigned unseen = m->left_out + m->too_long;

	g->walk_ns = now + max_u64(g->took_ns * WALK_COST, SETTLE_NS);
	g->round_ns = now + ROUND_NS;
	if (unseen > 0 && !g->told_full)
		log_line(LOG_NOTE,
			 "%u groups with a limit of their own are watched, and %u are not: those "
			 "with the least room are",
			 m->count, unseen);
	g->told_full = unseen > 0;
}

/* A part of a walk. */
static void walk(struct useroom *u, uint64_t now, bool near)
{
	struct groups *g = &u->groups;
	uint64_t begin = clock_now();
	bool over;

	if (!g->memcg.walking) {
		memcg_walk_begin(&g->memcg);
		g->took_ns = 0;
	}
	over = memcg_walk(&g->memcg, GROUPS_WALK, forgotten, u);
	g->took_ns += clock_now() - begin;
	g->walk_ns = now + (near ? PART_NEAR_NS : PART_NS);
	if (over)
		end_walk(g, now);
}

static uint64_t next_walk(const struct groups *g)
{
	if (g->memcg.walking)
		return g->walk_ns;
	return g->memcg.changed ? min_u64(g->walk_ns, g->round_ns) : g->round_ns;
}

/* The next time any of those at their limit is due. */
static uint64_t next_look(const struct groups *g, uint64_t now)
{
	uint64_t next = g->close_count > 0 ? max_u64(g->close_ns, now) : UINT64_MAX;

	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		if (g->memcg.ids[i] == 0)
			continue;
		if (is_due_to_count(&g->memcg, i) || (g->memcg.groups[i].state == MEMCG_COUNTED &&
						      g->rows[i].next_ns <= now && !is_close(g, i)))
			return now + PART_NS; /* it was too much for this turn */
		if (g->memcg.groups[i].state == MEMCG_COUNTED && g->rows[i].next_ns > now)
			next = min_u64(next, max_u64(g->rows[i].next_ns, now + SQUEEZE_LOOK_NS));
	}
	return next;
}

/* In each turn: it may be one of its victims that has woken us. */
static void escalate(struct useroom *u, const struct sample *s)
{
	for (unsigned i = 0; i < GROUPS_CLOSE && u->act.in_use > 0; i++) {
		if (u->groups.close[i].used)
			group_end_escalate(u, &u->groups.close[i], s);
	}
}

void groups_turn(struct useroom *u, const struct sample *s)
{
	struct groups *g = &u->groups;
	uint64_t now = s->now_ns;

	if (!g->open)
		return;
	escalate(u, s);
	if (now >= next_walk(g)) {
		walk(u, now, u->machine.near);
		g->next_ns = min_u64(g->next_ns, next_look(g, now));
	}
	if (now < g->next_ns)
		return;
	count_those_due(u, now);
	if (g->close_count > 0 && now >= g->close_ns)
		look_at_close(u, s);
	g->next_ns = next_look(g, now);
}

uint64_t groups_wake_ns(const struct groups *g)
{
	return g->open ? min_u64(g->next_ns, next_walk(g)) : UINT64_MAX;
}

int groups_fd(const struct groups *g)
{
	return g->open ? g->memcg.wake_fd : -1;
}

void groups_take_events(struct groups *g)
{
	bool changed = g->memcg.changed;
	uint64_t now = clock_now();

	memcg_take_events(&g->memcg);
	if (g->memcg.changed && !changed && !g->memcg.walking)
		g->walk_ns = max_u64(g->walk_ns, now + SETTLE_NS);
	g->next_ns = 0; /* those that were woken begin to be counted */
}

static void close_groups(struct useroom *u)
{
	struct groups *g = &u->groups;

	for (unsigned i = 0; i < GROUPS_CLOSE; i++) {
		if (g->close[i].used)
			act_group_over(&u->act, g->close[i].id);
	}
	memcg_close(&g->memcg);
	memset(g->rows, 0, sizeof(g->rows));
	memset(g->close, 0, sizeof(g->close));
	g->close_count = 0;
	g->open = g->told_full = false;
}

/* The first walk is begun by the first turn. */
static void open_groups(struct groups *g, int proc_fd)
{
	int r = memcg_open(&g->memcg, proc_fd);

	if (r < 0 || g->memcg.version == MEMCG_NONE) {
		log_line(LOG_NOTE, "control groups at their own limit are not seen: %s",
			 r < 0 ? strerror(-r) : "no memory controller is mounted");
		return;
	}
	g->open = true;
	g->next_ns = UINT64_MAX;
	g->walk_ns = g->round_ns = g->close_ns = 0;
	g->next_row = 0;
}

void groups_arm(struct useroom *u)
{
	bool wanted = u->config.containers != ANSWER_OFF;

	u->groups.memcg.counts = u->config.containers_room_ppm > 0;
	u->groups.next_ns = 0;

	if (wanted && !u->groups.open)
		open_groups(&u->groups, u->proc_fd);
	else if (!wanted && u->groups.open)
		close_groups(u);
}
