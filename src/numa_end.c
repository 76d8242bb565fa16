/* SPDX-License-Identifier: MIT */
#include "numa_end.h"

#include "act/group_turn.h"
#include "base/clock.h"
#include "base/scratch.h"
#include "base/util.h"
#include "ending.h"
#include "look/parse.h"
#include "look/process.h"
#include "tell.h"
#include "useroom.h"

#include <unistd.h>

/* Who holds less than a hundredth of a node is not worth ending for it (choose/growth.h asks for
 * as much), and not read: of others there are never many. */
#define LEAST_SHARE 100
#define WHO_MOST    MEMCG_MEMBERS_MOST

static struct bound_who who[WHO_MOST];
static unsigned who_count;
static int32_t members[WHO_MOST];
static struct rank rank;

struct listing {
	const struct useroom *u;
	uint64_t least_pages;
};

static bool is_large(int proc_fd, int32_t pid, uint64_t least_pages)
{
	ssize_t length = process_file(proc_fd, pid, "statm", PROCESS_NUMBERS_MAX);
	uint64_t resident, shared;

	return length > 0 && parse_statm(scratch, (size_t)length, &resident, &shared) == 0 &&
	       resident >= least_pages;
}

static int list_one(void *ctx, int32_t pid, int64_t next_offset)
{
	const struct listing *l = ctx;
	node_set allowed;

	(void)next_offset;
	if (who_count == WHO_MOST)
		return 1;
	if (is_large(l->u->proc_fd, pid, l->least_pages) &&
	    nodes_allowed(l->u->proc_fd, pid, &allowed) == 0)
		who[who_count++] = (struct bound_who){pid, allowed};
	return 0;
}

static void read_those(struct useroom *u, uint64_t limit_kib, unsigned count,
		       const struct sample *s)
{
	rank = u->rank;
	ending_prepare_rank(u, s, &rank);
	rank_of_group(&rank, limit_kib, members, count);
	scan_members(&u->scan, &rank, &u->table);
}

/* All that hold enough, whichever nodes they may use. */
static void read_large(struct useroom *u, uint64_t limit_kib, const struct sample *s)
{
	const struct listing l = {
		.u = u, .least_pages = u->numa.least_kib / LEAST_SHARE / u->scan.page_kib};

	who_count = 0;
	if (lseek(u->proc_fd, 0, SEEK_SET) == 0)
		(void)process_list(u->proc_fd, list_one, (void *)&l);
	for (unsigned i = 0; i < who_count; i++)
		members[i] = who[i].pid;
	read_those(u, limit_kib, who_count, s);
	u->table.truncated = who_count == WHO_MOST;
}

/* ---- who grows ---- */

static bool is_any_short(const struct numa *numa)
{
	for (unsigned i = 0; i < numa->nodes.count; i++) {
		if (numa->each[i].view.room_ppm < ENDING_FOLLOW_ROOM)
			return true;
	}
	return false;
}

static void note_held(struct numa *numa, uint64_t now)
{
	uint64_t all_kib = 0;

	for (unsigned i = 0; i < numa->nodes.count; i++)
		all_kib += numa->each[i].view.held_kib;
	for (unsigned i = 0; i < numa->nodes.count; i++) {
		struct numa_node *n = &numa->each[i];

		bound_note(&n->held, now, n->view.held_kib, all_kib - n->view.held_kib);
	}
}

void numa_end_follow(struct useroom *u, const struct sample *s)
{
	struct numa *numa = &u->numa;
	uint64_t now = clock_now();

	if (now < numa->follow_ns || !is_any_short(numa))
		return;
	read_large(u, numa->least_kib, s);
	growth_note(&numa->growth, &u->table, now);
	note_held(numa, now);
	numa->follow_ns = ending_follow_next(now);
}

/* ---- ending one ---- */

uint64_t numa_end_id(const struct numa *numa, unsigned row)
{
	const unsigned *number = &numa->nodes.numbers[row];

	return hash_bytes(HASH_BEGIN, number, sizeof(*number)) | 1;
}

/* It came back while processes were read. */
static bool is_over(struct useroom *u, unsigned row, const struct sample *s, uint32_t enough_ppm)
{
	struct memcg_sample now;

	return nodes_read(&u->numa.nodes, row, s, &now) < 0 || squeeze_room_ppm(&now) >= enough_ppm;
}

/*
 * Growth is what was seen to grow: who began within the last minute may be anywhere with what it
 * holds.
 */
static void mark_growth(struct useroom *u, const struct decision *d)
{
	const struct growth_moment moment = {.now_ns = clock_now(), .need_kib = d->need_kib};

	growth_mark(&u->numa.growth, &rank, &u->table, &moment);
}

/* Order those whose memory is there. NOBODY_NONE: the first is to be ended. */
static enum nobody choose(struct useroom *u, unsigned row, const struct decision *d,
			  const struct sample *s)
{
	const struct nodes *nodes = &u->numa.nodes;
	const struct numa_node *n = &u->numa.each[row];
	const struct bound_node node = {.node = (node_set)1 << nodes->numbers[row],
					.all = nodes->all,
					.held = &n->held,
					.grown_kib = n->view.grown_kib};
	unsigned count;
	enum nobody why;

	read_large(u, n->view.limit_kib, s);
	mark_growth(u, d);
	count = bound_choose(&node, &u->table, who, who_count, members);
	if (count == 0)
		return NOBODY_UNCLEAR;
	read_those(u, n->view.limit_kib, count, s);
	mark_growth(u, d);
	tell_debug_table(u);
	why = group_turn(&n->view, d, clock_since_boot(), &u->table);
	return why == NOBODY_STILL ? NOBODY_UNCLEAR : why;
}

enum group_answer numa_end_turn(struct useroom *u, unsigned row, const struct event_group *about,
				const struct sample *s, enum nobody *ret)
{
	struct numa_node *n = &u->numa.each[row];
	const uint32_t enough_ppm = squeeze_enough_ppm(&n->squeeze, n->view.rule);
	const struct decision d = group_decision(&n->view, enough_ppm);
	const struct ending ending = {
		.sample = s, .decision = &d, .group = about, .decided_ns = s->now_ns};
	uint64_t now = clock_now();

	if (ending_waits(u, about->id, now, &n->peace_ns))
		return GROUP_WAITS;
	*ret = backoff_holds(&u->numa.backoff, about->id, now) ? NOBODY_REPEATED
							       : choose(u, row, &d, s);
	if (*ret != NOBODY_NONE)
		return GROUP_NOBODY;
	if (is_over(u, row, s, enough_ppm))
		return GROUP_WAITS;
	*ret = ending_first(u, &ending);
	if (*ret != NOBODY_NONE)
		return GROUP_NOBODY;
	n->peace_ns = now + ENDING_PEACE_NS;
	n->enough_ppm = enough_ppm;
	backoff_note(&u->numa.backoff, about->id, now);
	return GROUP_ENDED;
}

void numa_end_escalate(struct useroom *u, const struct sample *s)
{
	for (unsigned i = 0; i < u->numa.nodes.count && u->act.in_use > 0; i++) {
		const struct numa_node *n = &u->numa.each[i];
		const struct decision d = group_decision(&n->view, n->enough_ppm);

		act_escalate_group(&u->act, &u->config, s, numa_end_id(&u->numa, i), &d);
	}
}
