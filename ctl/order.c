/* SPDX-License-Identifier: MIT */
#include "order.h"

#include "view.h"

#include <string.h>
#include <strings.h>

const char *order_text(enum order_key key)
{
	static const char *const texts[ORDER_COUNT] = {[ORDER_BADNESS] = "order",
						       [ORDER_MEMORY] = "memory",
						       [ORDER_PID] = "pid",
						       [ORDER_NAME] = "name"};

	return texts[key];
}

bool order_matches(const struct proc *p, const char *filter)
{
	char pid[16], user[64];

	(void)snprintf(pid, sizeof(pid), "%d", p->pid);
	return filter[0] == '\0' || strstr(pid, filter) != NULL ||
	       strcasestr(p->comm, filter) != NULL || strcasestr(p->exe, filter) != NULL ||
	       strcasestr(view_user(p->uid, user, sizeof(user)), filter) != NULL;
}

/*
 * As they would go: that is the table's own order, and one that would not stands among them by what
 * it holds, so that it shows why the largest is not the first.
 */
static bool before(const struct proc *a, const struct proc *b, enum order_key key)
{
	switch (key) {
	case ORDER_MEMORY:
		return a->freeable_kib > b->freeable_kib;
	case ORDER_PID:
		return a->pid < b->pid;
	case ORDER_NAME:
		return strcasecmp(a->comm, b->comm) < 0;
	case ORDER_BADNESS:
	case ORDER_COUNT:
		break;
	}
	return a->rank == CLASS_NEVER && a->freeable_kib > b->freeable_kib;
}

unsigned order_rows(const struct proc_table *t, enum order_key key, const char *filter,
		    unsigned ret[SCAN_READ_MAX])
{
	unsigned count = 0;

	for (unsigned i = 0; i < t->count; i++) {
		unsigned at = 0;

		if (!order_matches(&t->procs[i], filter))
			continue;
		while (at < count && !before(&t->procs[i], &t->procs[ret[at]], key))
			at++;
		memmove(ret + at + 1, ret + at, (count++ - at) * sizeof(*ret));
		ret[at] = i;
	}
	return count;
}
