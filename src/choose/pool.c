/* SPDX-License-Identifier: MIT */
#include "choose/pool.h"

#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * With fewer they are a program and its helpers. Servers start two to five workers at first
 * (php-fpm's pm.start_servers, Apache's StartServers), a build one compiler for each CPU.
 */
#define POOL_LEAST 4

/*
 * A pool weighs no more than so many of its members: where that many would have to go for one
 * larger program, the program goes. Reported pools beside a victim that was the wrong one: workers
 * of a quarter to four fifths of it.
 */
#define POOL_PER_MEMBER 8

/* 0: it is in no pool. */
static uint64_t pool_of(const struct proc *p)
{
	const char *name = proc_program(p);
	uint64_t hash = HASH_BEGIN; /* what makes two rows alike, as one number */

	/*
	 * Small ones, avoided ones and those with a negative oom_score_adj are not all read; and
	 * none of them would go for its pool.
	 */
	if (p->rank > CLASS_NORMAL || p->swarm_kib > 0 || p->oom_score_adj < 0 ||
	    (p->place == 0 && p->ppid <= 1))
		return 0;
	hash = hash_bytes(hash, name, strlen(name));
	hash = hash_bytes(hash, &p->uid, sizeof(p->uid));
	hash = p->place != 0 ? hash_bytes(hash, &p->place, sizeof(p->place))
			     : hash_bytes(hash, &p->ppid, sizeof(p->ppid));
	return hash | 1;
}

struct sum {
	unsigned count;
	uint64_t kib, grown_kib;
};

static struct sum sum_of(const struct proc_table *t, const uint64_t *pools, uint64_t pool)
{
	struct sum sum = {0};

	for (unsigned i = 0; i < t->count; i++) {
		if (pools[i] != pool)
			continue;
		sum.count++;
		sum.kib += t->procs[i].freeable_kib;
		sum.grown_kib += t->procs[i].grown_kib;
	}
	return sum;
}

void pool_mark(struct proc_table *t)
{
	static uint64_t pools[SCAN_READ_MAX];

	for (unsigned i = 0; i < t->count; i++)
		pools[i] = pool_of(&t->procs[i]);
	for (unsigned i = 0; i < t->count; i++) {
		struct proc *p = &t->procs[i];
		struct sum sum = {0};

		if (p->swarm_kib > 0) {
			p->pool_kib = p->pool_grown_kib = p->swarm_kib;
			continue;
		}
		if (pools[i] != 0)
			sum = sum_of(t, pools, pools[i]);
		p->pool_kib = sum.count >= POOL_LEAST ? sum.kib : 0;
		p->pool_grown_kib = sum.count >= POOL_LEAST ? sum.grown_kib : 0;
	}
}

uint64_t pool_weight_kib(const struct proc *p, uint64_t pool_kib)
{
	if (p->swarm_kib > 0) /* as many as are needed go together */
		return pool_kib;
	return min_u64(pool_kib, POOL_PER_MEMBER * p->freeable_kib);
}
