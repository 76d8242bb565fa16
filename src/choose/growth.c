/* SPDX-License-Identifier: MIT */
#include "choose/growth.h"

#include "base/util.h"
#include "choose/pool.h"

#include <stdbool.h>
#include <stddef.h>

/* Less time says nothing. */
#define YOUNGEST_NS (1 * NS_PER_S)

/*
 * Growing: by this part of all memory, or so much where that is less. 0.6 % a second was seen when
 * a program was started and nothing was wrong.
 */
#define GROWN_PPM      10000u
#define GROWN_MOST_KIB (UINT64_C(512) * 1024)

/* A process that began so lately has grown by all that it holds. */
#define LATELY_NS (60 * NS_PER_S)

static bool too_old(uint64_t age_ns)
{
	return age_ns > 2 * GROWTH_OLDEST_NS;
}

/* With what it shares: what was its own becomes shared by a fork, and its own again when the copy
 * ends, and nothing has grown (R94). */
static uint64_t held(const struct proc *p)
{
	return p->freeable_kib + proc_shared_kib(p);
}

static const struct growth_entry *find(const struct growth *growth, const struct proc *p)
{
	for (unsigned i = 0; i < growth->count; i++) {
		const struct growth_entry *e = &growth->entries[i];

		if (proc_is(p, &e->id))
			return e;
	}
	return NULL;
}

/* A free entry, or that of the process which was not seen for the longest time. */
static struct growth_entry *take_entry(struct growth *growth)
{
	struct growth_entry *oldest = &growth->entries[0];

	if (growth->count < GROWTH_MOST)
		return &growth->entries[growth->count++];
	for (unsigned i = 1; i < GROWTH_MOST; i++) {
		if (growth->entries[i].seen_ns < oldest->seen_ns)
			oldest = &growth->entries[i];
	}
	return oldest;
}

/* Its entry; it begins anew where both readings are from before the gate was shut, and say nothing
 * of now. */
static struct growth_entry *entry_of(struct growth *growth, const struct proc *p, uint64_t now_ns)
{
	const struct growth_entry *known = find(growth, p);
	struct growth_entry *e =
		known ? &growth->entries[known - growth->entries] : take_entry(growth);

	if (known == NULL || too_old(now_ns - e->second_ns))
		*e = (struct growth_entry){.id = proc_id(p),
					   .first_ns = now_ns,
					   .first_kib = held(p),
					   .second_ns = now_ns,
					   .second_kib = held(p)};
	return e;
}

static void note(struct growth *growth, const struct proc *p, uint64_t now_ns)
{
	struct growth_entry *e = entry_of(growth, p, now_ns);

	e->seen_ns = now_ns;
	e->seen_kib = held(p);
	if (now_ns - e->first_ns > GROWTH_OLDEST_NS) {
		e->first_ns = e->second_ns;
		e->first_kib = e->second_kib;
		e->second_ns = now_ns;
		e->second_kib = held(p);
	} else if (now_ns - e->second_ns > GROWTH_OLDEST_NS / 2) {
		e->second_ns = now_ns;
		e->second_kib = held(p);
	}
}

static void note_pid(struct growth *growth, int32_t last_pid, uint64_t now_ns)
{
	bool anew = growth->second_ns == 0 || too_old(now_ns - growth->second_ns);

	if (anew || now_ns - growth->first_ns > GROWTH_OLDEST_NS) {
		growth->first_pid = anew ? last_pid : growth->second_pid;
		growth->first_ns = anew ? now_ns : growth->second_ns;
	} else if (now_ns - growth->second_ns <= GROWTH_OLDEST_NS / 2) {
		return;
	}
	growth->second_pid = last_pid;
	growth->second_ns = now_ns;
}

void growth_forget(struct growth *growth)
{
	growth->count = 0;
	growth->first_pid = growth->second_pid = 0;
	growth->first_ns = growth->second_ns = 0;
}

int32_t growth_since_pid(const struct growth *growth, uint64_t now_ns, int32_t last_pid)
{
	bool knows = growth->first_pid > 0 && growth->first_pid <= last_pid &&
		     !too_old(now_ns - growth->first_ns);

	return knows ? growth->first_pid : 0;
}

void growth_hold_since(struct growth *growth, uint64_t now_ns)
{
	growth->first_ns = growth->second_ns = now_ns;
}

void growth_note(struct growth *growth, const struct proc_table *table, uint64_t now_ns)
{
	note_pid(growth, table->last_pid, now_ns);
	for (unsigned i = 0; i < table->count; i++) {
		/* A swarm is known by its pids, and would take all the room. */
		if (table->procs[i].rank != CLASS_NEVER && table->procs[i].swarm_kib == 0)
			note(growth, &table->procs[i], now_ns);
	}
}

/* Where neither has grown, the larger one. */
static bool grew_more(const struct growth_entry *a, const struct growth_entry *b)
{
	uint64_t left = minus_u64(a->seen_kib, a->first_kib),
		 right = minus_u64(b->seen_kib, b->first_kib);

	return left != right ? left > right : a->seen_kib > b->seen_kib;
}

unsigned growth_most(const struct growth *growth, const struct growth_entry **ret, unsigned most)
{
	uint64_t last_ns = 0;
	unsigned count = 0;

	for (unsigned i = 0; i < growth->count; i++)
		last_ns = max_u64(last_ns, growth->entries[i].seen_ns);
	for (unsigned i = 0; i < growth->count; i++) {
		const struct growth_entry *e = &growth->entries[i];
		unsigned at = count;

		if (e->seen_ns != last_ns)
			continue;
		while (at > 0 && grew_more(e, ret[at - 1]))
			at--;
		if (at == most)
			continue;
		count = (unsigned)min_u64(count + 1, most);
		for (unsigned k = count - 1; k > at; k--)
			ret[k] = ret[k - 1];
		ret[at] = e;
	}
	return count;
}

static uint64_t grown_least_kib(const struct rank *rank)
{
	return min_u64(rank->mem_total_kib / 1000 * GROWN_PPM / 1000, GROWN_MOST_KIB);
}

/* With what it held when it was read before, if that was neither just now nor long ago. */
static void compare(struct proc *p, uint64_t now_ns, uint64_t then_ns, uint64_t then_kib)
{
	uint64_t age = now_ns - then_ns;

	if (age < YOUNGEST_NS || too_old(age))
		return;
	p->grown_ns = age;
	p->grown_kib = minus_u64(held(p), then_kib);
}

bool growth_began_lately(const struct proc *p, uint64_t boot_ns)
{
	return proc_age_ns(p, boot_ns) < LATELY_NS;
}

static void count_beginning(struct proc *p, uint64_t boot_ns)
{
	if (boot_ns == 0 || !growth_began_lately(p, boot_ns))
		return;
	p->grown_ns = proc_age_ns(p, boot_ns);
	p->grown_kib = p->freeable_kib;
}

/*
 * A page of the parent's that it writes to becomes its own without a difference in what it holds:
 * whatever is more is new. What it may have taken of shared memory, or for page tables, is not.
 */
static uint64_t taken_anon(const struct proc *p)
{
	return minus_u64(p->grown_kib, p->shmem_kib + p->page_tables_kib);
}

/* What all candidates have grown by. */
static uint64_t fill_grown(const struct growth *growth, struct proc_table *table,
			   const struct growth_moment *moment)
{
	uint64_t sum_kib = 0;

	for (unsigned i = 0; i < table->count; i++) {
		struct proc *p = &table->procs[i];
		const struct growth_entry *e = find(growth, p);

		p->grown_ns = p->grown_kib = 0;
		if (e != NULL)
			compare(p, moment->now_ns, e->first_ns, e->first_kib);
		p->own_anon_kib = taken_anon(p);
		if (p->rank != CLASS_NEVER)
			sum_kib += p->grown_kib;
	}
	return sum_kib;
}

/*
 * Has it grown by what matters, and would its end be enough? One of a pool is one of several, but
 * not of so many as there are: forty workers of 1 MiB are no reason to pass over a hog that gives
 * back 22, where 23 are needed.
 */
static bool is_growing(const struct rank *rank, const struct proc *p, uint64_t need_kib)
{
	uint64_t large_kib = rank_large_kib(rank);
	bool alone = p->grown_kib >= grown_least_kib(rank) &&
		     rank_worth_kib(p) >= max_u64(need_kib, large_kib);
	bool pool = p->pool_grown_kib >= grown_least_kib(rank) &&
		    pool_weight_kib(p, p->pool_kib) >= max_u64(need_kib, large_kib) &&
		    (p->freeable_kib >= large_kib || p->swarm_kib > 0);

	return alone || pool;
}

/*
 * Among those that grow the order is by what they took last: one that grew, and has stood still
 * since the younger reading, is not what fills memory now. (Seen: a program of 700 MiB that had
 * been started a quarter of a minute before went for an updatedb that took 80.)
 */
static void count_last(const struct growth *growth, struct proc *p, uint64_t now_ns)
{
	const struct growth_entry *e = p->growing ? find(growth, p) : NULL;

	if (e == NULL)
		return;
	compare(p, now_ns, e->first_ns, e->first_kib); /* where the younger one is of just now */
	compare(p, now_ns, e->second_ns, e->second_kib);
}

void growth_mark(const struct growth *growth, struct rank *rank, struct proc_table *table,
		 const struct growth_moment *moment)
{
	uint64_t sum_kib = fill_grown(growth, table, moment);

	rank_share(rank, table);
	for (unsigned i = 0; i < table->count; i++) {
		struct proc *p = &table->procs[i];

		p->leads = p->grown_kib >= grown_least_kib(rank) && p->grown_kib > sum_kib / 2;
		count_beginning(p, moment->boot_ns);
	}
	pool_mark(table);
	for (unsigned i = 0; i < table->count; i++) {
		struct proc *p = &table->procs[i];

		p->growing = is_growing(rank, p, moment->need_kib);
		count_last(growth, p, moment->now_ns);
		rank_judge(rank, p);
	}
	rank_sort(rank, table);
}
