/* SPDX-License-Identifier: MIT */
/*
 * Was memory taken? How much is held that cannot be dropped (anonymous and shared memory, wherever
 * it lies, and what the kernel needs), over the last minute. Pure.
 *
 * What never fitted is no thrashing: a database larger than memory reads pages back for years, and
 * nothing has grown. In every freeze that was recorded something had taken memory just before. It
 * told all steady databases from thrashing, on 6.1 and 6.12; MemAvailable, which moves with the
 * cache, did not (doc/theory-of-operation.md).
 */
#ifndef USEROOM_TAKEN_H
#define USEROOM_TAKEN_H

#include "look/sample.h"

#include <stdint.h>

#define TAKEN_POINTS 32 /* one every two seconds */

struct taken {
	unsigned count, newest;
	struct {
		uint64_t now_ns, held_kib;
	} points[TAKEN_POINTS];
};

/* What is held and cannot be dropped, KiB; what went to swap is held as well. With HAVE_DETAIL. */
uint64_t taken_held_kib(const struct sample *sample);

/* Take over a look, in the order of time; one without HAVE_DETAIL says nothing. */
void taken_follow(struct taken *taken, const struct sample *sample);

/* How much more is held now than at the least since from_ns, KiB; 0 where it is not known. */
uint64_t taken_since(const struct taken *taken, uint64_t from_ns);

#endif
