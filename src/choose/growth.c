/* SPDX-License-Identifier: MIT */
#include "choose/growth.h"

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

/* Less time says nothing. */
#define YOUNGEST_NS (1 * NS_PER_S)

/* Growing: by this part of all memory; and its end must give back this part, or it would be a
 * victim for nothing. */
#define GROWN_PPM 10000u
#define WORTH_PPM 50000u

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

		if (e->id.pid == p->pid && e->id.start_ticks == p->start_ticks)
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
		*e = (struct growth_entry){.id = {p->pid, p->start_ticks},
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

void growth_note(struct growth *growth, const struct proc_table *table, uint64_t now_ns)
{
	unsigned noted = 0;

	for (unsigned i = 0; i < table->count && noted < GROWTH_MOST; i++) {
		if (table->procs[i].rank == CLASS_NEVER)
			continue;
		note(growth, &table->procs[i], now_ns);
		noted++;
	}
}

static uint64_t part_kib(const struct rank *rank, uint32_t ppm)
{
	return rank->mem_total_kib / 1000 * ppm / 1000;
}

static void mark(const struct growth_entry *e, const struct rank *rank, struct proc *p,
		 uint64_t now_ns)
{
	uint64_t age = now_ns - e->first_ns;

	if (age < YOUNGEST_NS || too_old(age))
		return;
	p->grown_ns = age;
	p->grown_kib = minus_u64(held(p), e->first_kib);
	p->growing = p->grown_kib >= part_kib(rank, GROWN_PPM) &&
		     p->freeable_kib >= part_kib(rank, WORTH_PPM);
}

void growth_mark(const struct growth *growth, struct rank *rank, struct proc_table *table,
		 uint64_t now_ns)
{
	for (unsigned i = 0; i < table->count; i++) {
		const struct growth_entry *e = find(growth, &table->procs[i]);

		if (e != NULL)
			mark(e, rank, &table->procs[i], now_ns);
	}
	rank_sort(rank, table);
}
