/* SPDX-License-Identifier: MIT */
/*
 * Pools: many alike processes that do one job, such as the workers of a server, the compilers of a
 * build, the shells of a fork bomb. Pure. What a pool holds or takes is the sum, and one of its
 * own goes for it, not a single larger program beside it (R97).
 */
#ifndef USEROOM_POOL_H
#define USEROOM_POOL_H

#include "look/proc.h"

/*
 * Fill pool_kib and pool_grown_kib of a table's rows: what the candidates of its pool would give
 * back, and have grown by, together; 0 for those that are in none. Alike are those of one
 * executable (or name, where it cannot be read) and one user, in one control group, or where that
 * is the root's, of one parent that is not init.
 */
void pool_mark(struct proc_table *table);

/*
 * How much of what a pool holds, or has grown by, one of its own may go for, KiB: no more than some
 * of them would give back, however many there are.
 */
uint64_t pool_weight_kib(const struct proc *proc, uint64_t pool_kib);

#endif
