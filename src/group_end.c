/* SPDX-License-Identifier: MIT */
#include "group_end.h"

#include "act/group_turn.h"
#include "base/clock.h"
#include "base/util.h"
#include "choose/target.h"
#include "ending.h"
#include "look/cgroup.h"
#include "tell.h"
#include "useroom.h"

#include <string.h>

/* Of the group that is asked about; its members are as long in use as the rank. */
static int32_t members[MEMCG_MEMBERS_MOST];
static struct rank rank;

static void read_those_of(struct useroom *u, const struct group_close *c, const char *path,
			  const struct sample *s)
{
	bool cut;
	unsigned count = memcg_members_of(&u->groups.memcg, path, false, members, &cut);

	rank = u->rank;
	ending_prepare_rank(u, s, &rank);
	rank_of_group(&rank, c->view.limit_kib, members, count);
	scan_members(&u->scan, &rank, &u->table);
	u->table.truncated = cut;
}

static void read_members(struct useroom *u, const struct group_close *c, const struct sample *s)
{
	read_those_of(u, c, u->groups.memcg.groups[c->row].path, s);
}

void group_end_follow(struct useroom *u, struct group_close *c, const struct sample *s)
{
	uint64_t now = clock_now();

	if (c->view.room_ppm >= ENDING_FOLLOW_ROOM || now < c->members_ns)
		return;
	read_members(u, c, s);
	growth_note(&c->growth, &u->table, now);
	c->members_ns = ending_follow_next(now);
}

/* It came back while the members were read, or the group is gone. */
static bool is_over(struct useroom *u, const struct group_close *c)
{
	struct memcg_sample s;

	return memcg_read(&u->groups.memcg, c->row, &s) < 0 ||
	       squeeze_room_ppm(&s) >= squeeze_enough_ppm(&c->squeeze, c->view.rule);
}

/* One, or all where its owner wants them to go together. */
static enum nobody end_in(struct useroom *u, const struct group_close *c,
			  const struct ending *ending)
{
	char whole[MEMCG_PATH_MAX];
	enum nobody why;

	if (!memcg_goes_whole(&u->groups.memcg, c->row, u->proc_fd, u->table.procs[0].pid, whole))
		return ending_first(u, ending);
	read_those_of(u, c, whole, ending->sample);
	group_order(ending->decision, &c->growth, clock_now(), clock_since_boot(), &rank,
		    &u->table);
	why = target_group_why(&u->table);
	return why != NOBODY_NONE ? why : ending_group(u, ending);
}

static uint64_t key_of(const struct event_group *about)
{
	char container[CONTAINER_MAX];

	(void)cgroup_container(about->path, strlen(about->path), container, sizeof(container));
	return backoff_key(about->path, container);
}

enum group_answer group_end_turn(struct useroom *u, struct group_close *c,
				 const struct event_group *about, const struct sample *s,
				 enum nobody *ret)
{
	struct group_row *row = &u->groups.rows[c->row];
	const uint32_t enough_ppm = squeeze_enough_ppm(&c->squeeze, c->view.rule);
	const struct decision d = group_decision(&c->view, enough_ppm);
	const struct ending ending = {
		.sample = s, .decision = &d, .group = about, .decided_ns = s->now_ns};
	uint64_t now = clock_now(), boot = clock_since_boot(), key = key_of(about);

	if (ending_waits(u, about->id, now, &row->peace_ns))
		return GROUP_WAITS;
	if (backoff_holds(&u->groups.backoff, key, now)) {
		*ret = NOBODY_REPEATED;
		return GROUP_NOBODY;
	}
	read_members(u, c, s);
	group_order(&d, &c->growth, now, boot, &rank, &u->table);
	tell_debug_table(u);
	*ret = group_turn(&c->view, &d, boot, &u->table);
	if (*ret != NOBODY_NONE)
		return GROUP_NOBODY;
	if (is_over(u, c))
		return GROUP_WAITS;
	*ret = end_in(u, c, &ending);
	if (*ret != NOBODY_NONE)
		return GROUP_NOBODY;
	row->peace_ns = now + ENDING_PEACE_NS;
	c->enough_ppm = enough_ppm;
	backoff_note(&u->groups.backoff, key, now);
	return GROUP_ENDED;
}

void group_end_escalate(struct useroom *u, const struct group_close *c, const struct sample *s)
{
	const struct decision d = group_decision(&c->view, c->enough_ppm);

	act_escalate_group(&u->act, &u->config, s, c->id, &d);
}
