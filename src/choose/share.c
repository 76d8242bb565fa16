/* SPDX-License-Identifier: MIT */
#include "choose/share.h"

#include "base/util.h"

/* What is known of the others that matters to one process, KiB. */
struct others {
	uint64_t inherited; /* the most that its parent can have left it; 0: not a copy of it */
	uint64_t given;     /* the most that its children can have of it */
	uint64_t relatives; /* what all its relatives hold */
	uint64_t shmem;     /* what all others map, each family once */
	bool relatives_map; /* a relative has shared memory */
};

static uint64_t anon_of(const struct proc *p)
{
	return p->anon_kib + p->swap_kib;
}

/*
 * How much it can have left to a child: what was resident when that was the most, without what is
 * of files and shared now, which it has had from the start.
 */
static uint64_t most_left(const struct proc *p)
{
	uint64_t anon = minus_u64(p->peak_kib, p->file_kib + p->shmem_kib);

	return max_u64(anon, p->anon_kib) + p->swap_kib;
}

static void add_relative(const struct proc *p, const struct proc *other, struct others *o)
{
	if (other->mm_of == 0)
		o->relatives += anon_of(other);
	if (other->pid == p->ppid)
		o->inherited = most_left(other);
	if (other->ppid == p->pid)
		o->given += minus_u64(anon_of(other), other->own_anon_kib);
	o->relatives_map |= other->shmem_kib > 0;
}

/*
 * Is it the one of its family that maps most? Relatives are taken to have the same, so the others
 * of them add nothing: fifty backends that had touched 6 GiB each were 300 GiB, and hid a heap of
 * 30 GiB in a memfd that was nobody's but a JVM's.
 */
static bool maps_most(const struct proc_table *t, unsigned row)
{
	const struct proc *p = &t->procs[row];

	for (unsigned i = 0; i < t->count; i++) {
		const struct proc *q = &t->procs[i];
		bool more =
			q->shmem_kib > p->shmem_kib || (q->shmem_kib == p->shmem_kib && i < row);

		if (more && share_related(p, q))
			return false;
	}
	return true;
}

/* Who uses another's memory would count it again; and useroom's recording and program, which can
 * lie in a tmpfs, are nobody else's. */
static void mark_mappers(const struct proc_table *t, bool *ret)
{
	for (unsigned i = 0; i < t->count; i++) {
		const struct proc *p = &t->procs[i];

		ret[i] = p->shmem_kib > 0 && p->mm_of == 0 && p->skip != SKIP_SELF &&
			 maps_most(t, i);
	}
}

static struct others look_around(const struct proc_table *t, const bool *mappers,
				 const struct proc *p)
{
	struct others o = {0};

	for (unsigned i = 0; i < t->count; i++) {
		const struct proc *other = &t->procs[i];

		if (share_owner(other) == share_owner(p))
			continue;
		if (mappers[i])
			o.shmem += other->shmem_kib;
		if (share_related(p, other))
			add_relative(p, other, &o);
	}
	return o;
}

static void mark(struct proc *p, const struct others *o, uint64_t shmem_kib, uint64_t staying_kib)
{
	uint64_t mapped = shmem_kib > 0 ? min_u64(p->shmem_kib, shmem_kib) : p->shmem_kib;
	uint64_t own = mapped;
	uint64_t inherited = min_u64(o->inherited, minus_u64(anon_of(p), p->own_anon_kib));

	p->copy = o->inherited > 0;
	p->shared_anon_kib = min_u64(min_u64(inherited + o->given, o->relatives), anon_of(p));
	if (o->relatives_map)
		own = 0;
	else if (shmem_kib > 0 && p->shmem_kib + o->shmem > shmem_kib)
		own = minus_u64(mapped, o->shmem);
	if (shmem_kib > 0)
		own = min_u64(own, minus_u64(shmem_kib, staying_kib));
	p->shared_shmem_kib = mapped - own;
	p->twice_kib = p->shmem_kib - mapped;
}

void share_mark(struct proc_table *table, uint64_t shmem_kib, uint64_t staying_kib)
{
	bool mappers[SCAN_READ_MAX];

	mark_mappers(table, mappers);
	for (unsigned i = 0; i < table->count; i++) {
		struct others o = look_around(table, mappers, &table->procs[i]);

		mark(&table->procs[i], &o, shmem_kib, staying_kib);
	}
}
