/* SPDX-License-Identifier: MIT */
#include "choose/whole.h"

enum nobody whole_why(const struct proc_table *t)
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

unsigned whole_rows(const struct proc_table *t, unsigned row, const struct proc **ret,
		    unsigned most, unsigned *ret_next)
{
	bool only_first = has_first(t);
	unsigned count = 0;

	for (; row < t->count && count < most; row++) {
		const struct proc *p = &t->procs[row];

		if (is_there(p) && (!only_first || p->ns_first))
			ret[count++] = p;
	}
	*ret_next = row;
	return count;
}
