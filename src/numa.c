/* SPDX-License-Identifier: MIT */
#include "numa.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "ending.h"
#include "numa_end.h"
#include "useroom.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Between idle looks: the second where the kernel wakes us, or all have plenty of room. */
#define IDLE_NS       (5 * NS_PER_S)
#define IDLE_ROOMY_NS (30 * NS_PER_S)
#define ROOMY_PPM     (40 * PPM_PER_PERCENT)
/* Woken no sooner after the last: on a machine that is always a little short it is all the time. */
#define WOKEN_NS (1 * NS_PER_S)

/* Only with less room in one than this they are looked at closely, and no longer than so long after
 * the last reason for it. */
#define CLOSE_ROOM (35 * PPM_PER_PERCENT)
#define CALM_NS    (10 * NS_PER_S)

/* The same of the same node is said again after this. */
#define AGAIN_NS (600 * NS_PER_S)

/* With -nodes act nobody is said to be ended after this: until then somebody may be. */
#define SAY_NOBODY_NS (5 * NS_PER_S)

/* From so many waiting tasks on, in thousandths, it is counted how many are blocked. */
#define COUNT_BLOCKED_MILLI 500

/* ---- telling ---- */

static void describe(const struct numa *numa, unsigned row, struct event_group *ret)
{
	*ret = (struct event_group){.id = numa_end_id(numa, row), .view = numa->each[row].view};
	(void)snprintf(ret->path, sizeof(ret->path), EVENT_NODE "%u", numa->nodes.numbers[row]);
}

/* -nodes act: is there anything to say beside what was done? */
static bool act_for(struct useroom *u, unsigned row, const struct event_group *about,
		    const struct sample *s, enum nobody *ret_why)
{
	const struct numa_node *n = &u->numa.each[row];

	if (numa_end_turn(u, row, about, s, ret_why) != GROUP_NOBODY)
		return false;
	return clock_now() - n->rule_ns >= SAY_NOBODY_NS || n->view.rule == SQUEEZE_TIGHT;
}

static void answer(struct useroom *u, unsigned row, const struct sample *s)
{
	struct numa_node *n = &u->numa.each[row];
	uint64_t now = clock_now(), *told_ns = &n->told_ns[n->view.rule];
	NOT_ZEROED struct event_group about;
	enum nobody why = NOBODY_NONE;

	describe(&u->numa, row, &about);
	if (u->config.nodes == ANSWER_ACT && !act_for(u, row, &about, s, &why))
		return;
	if (*told_ns != 0 && now - *told_ns < AGAIN_NS)
		return;
	*told_ns = now;
	ending_tell_squeezed(u, &about, s, why);
}

/* ---- looking ---- */

static void begin_closely(struct numa *numa, uint64_t now)
{
	numa->closely = true;
	numa->trouble_ns = now;
	numa->follow_ns = 0;
	for (unsigned i = 0; i < numa->nodes.count; i++) {
		squeeze_begin(&numa->each[i].squeeze);
		numa->each[i].view = (struct squeeze_view){.room_ppm = PPM};
		numa->each[i].held.count = 0;
	}
}

static void end_closely(struct useroom *u)
{
	struct numa *numa = &u->numa;

	numa->closely = false;
	growth_forget(&numa->growth);
	for (unsigned i = 0; i < numa->nodes.count; i++) {
		act_group_over(&u->act, numa_end_id(numa, i));
		numa->each[i].rule_ns = 0;
		numa->each[i].last = (struct memcg_sample){0};
	}
}

/* One idle look at one: is it worth to look closely? The machine's faults are not read for that:
 * what came back to the node is as good. */
static bool is_suspicious(struct numa *numa, unsigned row, const struct sample *s,
			  uint32_t *least_room)
{
	struct numa_node *n = &numa->each[row];
	struct memcg_sample now;
	bool suspicious;

	if (nodes_read(&numa->nodes, row, s, &now) < 0)
		return false;
	now.major_faults = now.refaults;
	squeeze_hold(&n->squeeze.held, &now);
	suspicious = n->last.now_ns != 0 && squeeze_suspects(&n->last, &now);
	n->last = now;
	*least_room = *least_room < squeeze_room_ppm(&now) ? *least_room : squeeze_room_ppm(&now);
	return suspicious;
}

static void look_idly(struct useroom *u, const struct sample *s)
{
	struct numa *numa = &u->numa;
	uint32_t room_ppm = PPM;
	bool suspicious = false;

	for (unsigned i = 0; i < numa->nodes.count; i++)
		suspicious = is_suspicious(numa, i, s, &room_ppm) || suspicious;
	numa->looked_ns = s->now_ns;
	numa->next_ns =
		s->now_ns +
		(room_ppm >= ROOMY_PPM && u->sense.trigger_fd >= 0 ? IDLE_ROOMY_NS : IDLE_NS);
	if (suspicious) {
		begin_closely(numa, s->now_ns);
		numa->next_ns = s->now_ns;
	}
}

static void add_blocked(const struct useroom *u, const struct numa_node *n,
			struct memcg_sample *ret)
{
	if (n->view.suspected || n->view.waiting_milli >= COUNT_BLOCKED_MILLI)
		ret->has_blocked = nodes_blocked(u->proc_fd, &ret->blocked) == 0;
}

/* false: there is nothing to worry about. */
static bool look_closely(struct useroom *u, unsigned row, const struct sample *s)
{
	struct numa_node *n = &u->numa.each[row];
	struct memcg_sample now;

	if (nodes_read(&u->numa.nodes, row, s, &now) < 0)
		return false;
	add_blocked(u, n, &now);
	n->view = squeeze_follow(&n->squeeze, &now, s, u->config.stall_hold_ns);
	log_line(LOG_DETAIL,
		 "node %u: room %" PRIu32 " ppm, waiting %" PRIu32 ", blocked %" PRIu32
		 " thousandths, %" PRIu32 " refaults/s, turnover %" PRIu64 " ms, grown %" PRIu64
		 " KiB: %s",
		 u->numa.nodes.numbers[row], n->view.room_ppm, n->view.waiting_milli,
		 n->view.blocked_milli, n->view.hard_per_s, n->view.turnover_ms, n->view.grown_kib,
		 squeeze_rule_name(n->view.rule));
	if (n->view.rule == SQUEEZE_NONE)
		n->rule_ns = 0;
	else if (n->rule_ns == 0)
		n->rule_ns = now.now_ns;
	return n->view.room_ppm < CLOSE_ROOM && squeeze_is_trouble(&n->view);
}

/* The machine is short itself: its own rules answer. Its gate alone (decide/stall.h) is open on
 * many that have a full page cache and plenty of memory. */
static bool is_machine_short(const struct useroom *u, const struct sample *s)
{
	return u->machine.policy.stall.view.open &&
	       share_ppm(s->mem_available_kib, s->mem_total_kib) <= u->config.stall_below_ppm;
}

static void answer_those_in_trouble(struct useroom *u, const struct sample *s)
{
	if (is_machine_short(u, s))
		return;
	for (unsigned i = 0; i < u->numa.nodes.count; i++) {
		if (u->numa.each[i].view.rule != SQUEEZE_NONE)
			answer(u, i, s);
	}
}

static void look_at_all(struct useroom *u, const struct sample *of_turn)
{
	struct numa *numa = &u->numa;
	struct sample s = *of_turn;

	numa->next_ns = s.now_ns + SQUEEZE_LOOK_NS;
	if (!(s.have & HAVE_WAITS))
		sense_waits(&u->sense, &s);
	for (unsigned i = 0; i < numa->nodes.count; i++) {
		if (look_closely(u, i, &s))
			numa->trouble_ns = s.now_ns;
	}
	if (u->config.nodes == ANSWER_ACT)
		numa_end_follow(u, &s);
	answer_those_in_trouble(u, &s);
	if (s.now_ns - numa->trouble_ns >= CALM_NS)
		end_closely(u);
}

void numa_turn(struct useroom *u, const struct sample *s)
{
	if (u->numa.nodes.count == 0 || (s->have & HAVE_FOREIGN))
		return;
	numa_end_escalate(u, s);
	if (s->now_ns < u->numa.next_ns)
		return;
	if (u->numa.closely)
		look_at_all(u, s);
	else
		look_idly(u, s);
}

/* ---- when ---- */

void numa_wake(struct numa *numa)
{
	if (!numa->closely)
		numa->next_ns = min_u64(numa->next_ns, numa->looked_ns + WOKEN_NS);
}

uint64_t numa_wake_ns(const struct numa *numa)
{
	return numa->closely ? numa->next_ns : UINT64_MAX;
}

static uint64_t smallest_kib(const struct numa *numa, const struct sample *s)
{
	uint64_t least_kib = UINT64_MAX;
	struct memcg_sample m;

	for (unsigned i = 0; i < numa->nodes.count; i++) {
		if (nodes_read(&numa->nodes, i, s, &m) == 0)
			least_kib = min_u64(least_kib, m.limit_kib);
	}
	return least_kib;
}

static void open_nodes(struct useroom *u)
{
	struct numa *numa = &u->numa;
	struct sample s;
	int r = nodes_open(&numa->nodes, NODES_DIRECTORY, u->proc_fd);

	if (r == -ENODATA)
		log_line(LOG_NOTE, "NUMA nodes that are short of memory are not seen: the kernel "
				   "counts no refaults for each");
	if (r < 0 || numa->nodes.count == 0)
		return;
	sense_read(&u->sense, false, &s);
	numa->least_kib = smallest_kib(numa, &s);
	numa->next_ns = numa->looked_ns = 0;
}

static void close_nodes(struct useroom *u)
{
	if (u->numa.nodes.count == 0) /* nothing is open */
		return;
	if (u->numa.closely)
		end_closely(u);
	memset(u->numa.each, 0, u->numa.nodes.count * sizeof(u->numa.each[0]));
	nodes_close(&u->numa.nodes);
}

/* Read again at each reload: a node may have been plugged in. */
void numa_arm(struct useroom *u)
{
	close_nodes(u);
	if (u->config.nodes != ANSWER_OFF)
		open_nodes(u);
}
