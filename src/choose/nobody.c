/* SPDX-License-Identifier: MIT */
#include "choose/nobody.h"

#include <assert.h>
#include <stdbool.h>

static const struct {
	const char *name, *text;
} words[NOBODY_COUNT] = {
	[NOBODY_NONE] = {"unknown", "the reason was not recorded"},
	[NOBODY_SEEN] = {"unseen", "no process is seen but the kernel's, init and useroom itself"},
	[NOBODY_PROTECTED] = {"protected", "those who hold memory are protected: by -protect or "
					   "-ignore-user, as system-critical, or by an "
					   "oom_score_adj of -1000"},
	[NOBODY_NOT_PERMITTED] = {"not_permitted",
				  "those who hold memory are other users', and useroom may not "
				  "signal them"},
	[NOBODY_SIGNALLED] = {"signalled", "those who hold memory were signalled already, and are "
					   "not gone yet"},
	[NOBODY_HELD_BACK] = {"held_back", "those who hold memory are like one that has just given "
					   "nothing back"},
	[NOBODY_SMALL] = {"small", "even the largest that may be ended is too small to help"},
	[NOBODY_UNREAD] = {"unread", "there are more processes than can be looked at, and those "
				     "that hold most must not be ended or are too small to help"},
	[NOBODY_BUSY] = {"busy", "as many victims as useroom can follow are on their way"},
	[NOBODY_GONE] = {"gone", "those who were chosen had gone by then, or the kernel refused "
				 "the signal"},
	[NOBODY_STILL] = {"still", "none of its processes was seen to grow, so its limit may be "
				   "too small for it"},
	[NOBODY_REPEATED] = {"repeated", "three of its processes were ended within ten minutes: "
					 "its limit is too small for it"},
	[NOBODY_STARTING] = {"starting", "all of its processes began within the last minute, so it "
					 "may fill up because it has just been started"},
	[NOBODY_GUARDED] = {"guarded", "the one that grew has an oom_score_adj below 0, and goes "
				       "for want of better where it cannot wait any longer"},
	[NOBODY_UNCLEAR] = {"unclear", "nobody who may use that node only was seen to grow by what "
				       "it lost, and nobody else alone"},
};

const char *nobody_name(enum nobody nobody)
{
	assert((unsigned)nobody < NOBODY_COUNT);
	return words[nobody].name;
}

const char *nobody_text(enum nobody nobody)
{
	assert((unsigned)nobody < NOBODY_COUNT);
	return words[nobody].text;
}

enum nobody nobody_of_skip(enum skip skip)
{
	switch (skip) {
	case SKIP_UNKILLABLE:
	case SKIP_PROTECTED:
	case SKIP_CRITICAL:
	case SKIP_IGNORED_USER:
	case SKIP_BOUND:
		return NOBODY_PROTECTED;
	case SKIP_NOT_PERMITTED:
		return NOBODY_NOT_PERMITTED;
	case SKIP_PENDING:
		return NOBODY_SIGNALLED;
	case SKIP_HELD_BACK:
		return NOBODY_HELD_BACK;
	default:
		return NOBODY_NONE;
	}
}

/* What keeps most of the memory, and how much; of as much the first. */
static enum nobody main_reason(const struct proc_table *t, uint64_t *ret_kib)
{
	uint64_t kept_kib[NOBODY_COUNT] = {[NOBODY_PROTECTED] = t->dropped_unkillable_kib};
	enum nobody most = NOBODY_SEEN;

	for (unsigned i = 0; i < t->count; i++) {
		enum nobody why = nobody_of_skip(t->procs[i].skip);

		if (why != NOBODY_NONE)
			kept_kib[why] += t->procs[i].freeable_kib + 1;
	}
	for (unsigned why = NOBODY_PROTECTED; why <= NOBODY_HELD_BACK; why++) {
		if (kept_kib[why] > kept_kib[most])
			most = why;
	}
	*ret_kib = kept_kib[most];
	return most;
}

static bool is_worth_it(const struct proc *best, uint64_t need_kib, uint64_t least_kib)
{
	if (best->rank != CLASS_SMALL || best->doubtful)
		return true;
	return best->freeable_kib >= least_kib &&
	       best->freeable_kib * NOBODY_SMALL_MOST >= need_kib;
}

enum nobody nobody_why(const struct proc_table *t, uint64_t need_kib, uint64_t least_kib)
{
	const struct proc *best = &t->procs[0];
	bool any = t->count > 0 && best->rank != CLASS_NEVER;
	enum nobody why;
	uint64_t kept_kib;

	if (any && is_worth_it(best, need_kib, least_kib))
		return NOBODY_NONE;
	if (t->truncated)
		return NOBODY_UNREAD;
	why = main_reason(t, &kept_kib);
	return any && kept_kib < need_kib ? NOBODY_SMALL : why;
}
