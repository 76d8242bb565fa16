/* SPDX-License-Identifier: MIT */
#include "choose/target.h"

#include "base/util.h"
#include "choose/swarm.h"

#include <stdbool.h>
#include <string.h>

#define HEAD_YOUNG_NS (600 * NS_PER_S)
/* Of fewer that were read it is not known who started the swarm. */
#define HEAD_LEAST (SWARM_LEAST / 2)

/* What the victim shows is its own; a memory that several use counts once. */
static void add_memory(struct target *t, const struct proc *p)
{
	if (p->skip == SKIP_TOGETHER)
		return;
	t->victim.freeable_kib += p->freeable_kib;
	t->victim.swap_kib += p->swap_kib;
	t->most_memory_kib += minus_u64(p->freeable_kib + p->shared_anon_kib, p->swap_kib);
}

static void begin(enum target_kind kind, const struct proc *victim, struct target *ret)
{
	ret->kind = kind;
	ret->victim = *victim;
	ret->victim.freeable_kib = ret->victim.swap_kib = ret->most_memory_kib = 0;
	add_memory(ret, victim);
	ret->together_count = 0;
	ret->head.pid = 0;
}

static void add(struct target *t, const struct proc *p)
{
	t->together[t->together_count++] = proc_id(p);
	add_memory(t, p);
}

void target_one(const struct proc *victim, struct target *ret)
{
	begin(TARGET_PROCESS, victim, ret);
}

unsigned target_process(const struct proc_table *t, unsigned row, struct target *ret)
{
	begin(TARGET_PROCESS, &t->procs[row], ret);
	for (unsigned i = 0; i < t->count && ret->together_count < TOGETHER_MAX; i++) {
		if (t->procs[i].mm_of == ret->victim.pid) /* what it holds is the victim's */
			ret->together[ret->together_count++] = proc_id(&t->procs[i]);
	}
	return row + 1;
}

unsigned target_swarm(const struct proc_table *t, unsigned row, uint64_t need_kib,
		      struct target *ret)
{
	uint64_t sum_kib = t->procs[row].freeable_kib + SWARM_KERNEL_KIB;

	begin(TARGET_SWARM, &t->procs[row], ret);
	/* One place is left for who started them. */
	for (row++; row < t->count && ret->together_count < TOGETHER_MAX - 1 && sum_kib < need_kib;
	     row++) {
		const struct proc *p = &t->procs[row];

		if (p->rank != ret->victim.rank || p->swarm_kib == 0)
			break;
		add(ret, p);
		sum_kib += p->freeable_kib + SWARM_KERNEL_KIB;
	}
	return row;
}

/* Who started more than half of the swarm that was read, if anybody did (Boyer and Moore). */
static const struct proc *started_most(const struct proc_table *t)
{
	unsigned lead = 0, all = 0, count = 0;
	pid_t most = 0;

	for (unsigned i = 0; i < t->count; i++) {
		const struct proc *p = &t->procs[i];

		if (p->swarm_kib == 0)
			continue;
		if (lead == 0)
			most = p->ppid;
		lead = p->ppid == most ? lead + 1 : lead - 1;
		all++;
	}
	for (unsigned i = 0; i < t->count; i++)
		count += t->procs[i].swarm_kib > 0 && t->procs[i].ppid == most;
	return count >= HEAD_LEAST && count * 2 > all ? proc_find(t, most) : NULL;
}

/*
 * Whoever is left is given to another parent when its own has ended: one that is younger than they
 * are, or the first of its container, has not started them. A mail server's master has stood for
 * longer, and its workers are as many as there is mail: they go, and it lives. The laboratory's
 * bomb, of 40 a second, fills 0.5 GiB in 45 s.
 */
static bool may_be_a_bomb(const struct proc *p, const struct proc *started, uint64_t boot_ns)
{
	return p->rank == CLASS_SMALL && !p->leads_session && !p->ns_first &&
	       p->start_ticks <= started->start_ticks && proc_age_ns(p, boot_ns) < HEAD_YOUNG_NS;
}

void target_add_head(const struct proc_table *table, uint64_t boot_ns, struct target *t)
{
	const struct proc *head = started_most(table);

	if (head == NULL || !may_be_a_bomb(head, &t->victim, boot_ns) ||
	    head->pid == t->victim.pid || target_takes(t, head))
		return;
	add(t, head);
	t->head.pid = head->pid;
	memcpy(t->head.comm, head->comm, sizeof(t->head.comm));
}

void target_spare(struct target *t, const struct process_id *id)
{
	for (unsigned i = 0; i < t->together_count; i++) {
		if (!process_id_equal(&t->together[i], id))
			continue;
		memmove(&t->together[i], &t->together[i + 1],
			(--t->together_count - i) * sizeof(t->together[0]));
		t->head.pid = t->head.pid == id->pid ? 0 : t->head.pid;
		return;
	}
}

/* ---- a control group ---- */

enum nobody target_group_why(const struct proc_table *t)
{
	if (t->truncated || t->count == SCAN_READ_MAX)
		return NOBODY_UNREAD;
	for (unsigned i = 0; i < t->count; i++) {
		enum skip skip = t->procs[i].skip;
		enum nobody why = skip == SKIP_SELF ? NOBODY_PROTECTED : nobody_of_skip(skip);

		if (why == NOBODY_PROTECTED || why == NOBODY_NOT_PERMITTED)
			return why;
	}
	return NOBODY_NONE;
}

static bool is_there(const struct proc *p)
{
	return p->skip == SKIP_NONE || p->skip == SKIP_TOGETHER || p->skip == SKIP_HELD_BACK;
}

static bool has_first(const struct proc_table *t)
{
	for (unsigned i = 0; i < t->count; i++) {
		if (is_there(&t->procs[i]) && t->procs[i].ns_first)
			return true;
	}
	return false;
}

/* Those who go without a signal of their own. */
static void add_those_below(const struct proc_table *t, struct target *ret)
{
	for (unsigned i = 0; i < t->count; i++) {
		if (is_there(&t->procs[i]) && !t->procs[i].ns_first)
			add_memory(ret, &t->procs[i]);
	}
}

unsigned target_group(const struct proc_table *t, unsigned row, struct target *ret)
{
	bool only_first = has_first(t), from_top = row == 0;
	unsigned found = 0;

	for (; row < t->count && found <= TOGETHER_MAX; row++) {
		const struct proc *p = &t->procs[row];

		if (!is_there(p) || (only_first && !p->ns_first))
			continue;
		if (found++ == 0)
			begin(TARGET_GROUP, p, ret);
		else
			add(ret, p);
	}
	if (found > 0 && only_first && from_top)
		add_those_below(t, ret);
	return found > 0 ? row : 0;
}

/* ---- all of them ---- */

bool target_takes(const struct target *t, const struct proc *p)
{
	for (unsigned i = 0; i < t->together_count; i++) {
		if (proc_is(p, &t->together[i]))
			return true;
	}
	return false;
}

unsigned target_victims(const struct target *t)
{
	return t->kind == TARGET_PROCESS ? 1 : t->together_count + 1;
}
