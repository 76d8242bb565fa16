/* SPDX-License-Identifier: MIT */
#include "act/group_turn.h"

struct decision group_decision(const struct squeeze_view *view, uint32_t enough_ppm)
{
	return (struct decision){
		.action = ACTION_TERM,
		.low = view->room_ppm < enough_ppm,
		.need_kib = squeeze_need_kib(view),
	};
}

static bool all_are_young(const struct proc_table *t, uint64_t boot_ns)
{
	for (unsigned i = 0; i < t->count; i++) {
		const struct proc *p = &t->procs[i];

		if (p->skip != SKIP_OUTSIDE && !growth_began_lately(p, boot_ns))
			return false;
	}
	return true;
}

void group_order(const struct decision *d, const struct growth *growth, uint64_t now_ns,
		 uint64_t boot_ns, struct rank *rank, struct proc_table *table)
{
	const struct growth_moment moment = {
		.now_ns = now_ns,
		.boot_ns = all_are_young(table, boot_ns) ? 0 : boot_ns,
		.need_kib = d->need_kib,
	};

	growth_mark(growth, rank, table, &moment);
}

enum nobody group_turn(const struct squeeze_view *view, const struct decision *d, uint64_t boot_ns,
		       const struct proc_table *t)
{
	enum nobody why = nobody_why(t, d->need_kib, 0);

	if (why != NOBODY_NONE)
		return why;
	if (t->truncated) /* the one that grows may be among those that were not read */
		return NOBODY_UNREAD;
	if (view->rule == SQUEEZE_FULL && all_are_young(t, boot_ns))
		return NOBODY_STARTING;
	return view->rule == SQUEEZE_TIGHT || !t->procs[0].growing ? NOBODY_STILL : NOBODY_NONE;
}
