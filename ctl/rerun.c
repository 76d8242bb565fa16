/* SPDX-License-Identifier: MIT */
#include "rerun.h"

#include "act/event.h"
#include "base/util.h"
#include "look/sample.h"
#include "settings/level.h"
#include "settings/options.h"
#include "tell/record.h"

#include <signal.h>

/* What was done about a look; how soon the next one came is not judged. */
#define JUDGED_FLAGS (LOOK_ACTION | LOOK_LOW | LOOK_COVERED | LOOK_FUTILE | LOOK_BY_STALL)

/* One set of settings on its way through the recording. */
struct side {
	const struct config *config;
	struct policy policy;
	struct decision decision;
};

struct walk {
	const struct reading *r;
	struct side recorded, other;
	size_t event; /* the first signal that was not decided on before the look */
	uint64_t judged_from_ns;
	uint64_t last_ns;
	size_t decided; /* the look that the other settings' decision is about */
	bool parted;    /* the other settings did not send a signal that was only pretended */
};

void rerun_recorded_config(const struct reading *r, struct config *ret)
{
	static struct config defaults;

	options_defaults(&defaults);
	*ret = defaults;
	recording_to_config(&r->header.settings, ret);
	level_guess_said(ret, &defaults);
}

/* The settings in the header are those of the last writer, and of its last reload. */
static size_t last_start(const struct reading *r, bool *ret_in_the_middle)
{
	size_t i = r->look_count;

	while (i > 0 && !(r->looks[i - 1].flags & LOOK_STARTS))
		i--;
	*ret_in_the_middle = i == 0;
	return i == 0 ? 0 : i - 1;
}

/* Was this look at the level, and nobody had taken what was missing? */
static bool nobody_took_it(const struct reading *r, size_t look)
{
	return look < r->look_count && recording_to_turn(&r->looks[look]).what == TURN_FUTILE;
}

static uint64_t last_reload(const struct reading *r)
{
	for (size_t i = r->event_count; i > 0; i--)
		if (r->events[i - 1].type == EVENT_RELOAD && r->events[i - 1].error == 0)
			return r->events[i - 1].now_ns;
	return 0;
}

static void decide(struct side *side, const struct recording_look *look, bool nobody_is_ending)
{
	struct coming coming = recording_to_coming(look);
	struct sample sample;

	recording_to_sample(look, &sample);
	if (nobody_is_ending)
		coming.mem_kib = coming.swap_kib = coming.victims = 0;
	side->decision = look->flags & LOOK_CONFIRM
				 ? policy_confirm(side->config, &sample, &coming, &side->decision)
				 : policy_decide(&side->policy, side->config, &sample, &coming);
}

static void judge_recorded(const struct walk *w, size_t i, struct rerun *ret)
{
	const struct recording_look *look = &w->r->looks[i];

	if (ret->looks++ == 0)
		ret->first = ret->least = i;
	if (look->value[VALUE_MEM_AVAILABLE] < w->r->looks[ret->least].value[VALUE_MEM_AVAILABLE] &&
	    (look->have & HAVE_MEM))
		ret->least = i;
	if (((recording_flags(&w->recorded.decision) ^ look->flags) & JUDGED_FLAGS) == 0)
		return;
	if (ret->differ++ > 0)
		return;
	ret->differs = i;
	ret->differently = w->recorded.decision;
}

/* A hook before the signal (-pre-kill) can lie between the two. */
static uint64_t decided_ns(const struct recording_event *kill)
{
	return minus_u64(kill->now_ns, kill->decide_to_signal_ns);
}

/* For a control group's sake, which is no look's answer. */
static bool is_of_machine(const struct recording_event *e)
{
	return e->type == EVENT_KILL && e->squeeze_rule == SQUEEZE_NONE;
}

/* The first signal that was decided on between two moments; NULL: none. Both only ever move on. */
static const struct recording_event *signal_between(struct walk *w, uint64_t from_ns,
						    uint64_t to_ns)
{
	const struct recording_event *events = w->r->events;

	while (w->event < w->r->event_count &&
	       (!is_of_machine(&events[w->event]) || decided_ns(&events[w->event]) < from_ns))
		w->event++;
	return w->event < w->r->event_count && decided_ns(&events[w->event]) < to_ns
		       ? &events[w->event]
		       : NULL;
}

static enum rerun_outcome compare(const struct walk *w, const struct recording_look *look,
				  const struct recording_event *kill)
{
	const struct decision *was = &w->recorded.decision, *would = &w->other.decision;
	bool escalates =
		would->kill_level && !was->kill_level && look->value[VALUE_PENDING_COUNT] > 0;

	if (kill != NULL && (kill->flags & RECORDED_ESCALATED))
		return was->kill_level && !would->kill_level ? RERUN_REFRAINS : RERUN_SAME;
	if (kill != NULL && would->action == ACTION_NONE)
		return would->end_swapoff ? RERUN_SAME : RERUN_REFRAINS;
	if (kill != NULL) /* R103: SIGKILL in place of SIGTERM stays so */
		return (kill->signal == SIGKILL && !(kill->flags & RECORDED_IGNORES_TERM)) ==
				       (would->action == ACTION_KILL)
			       ? RERUN_SAME
			       : RERUN_OTHER;
	if (would->action != ACTION_NONE && was->action == ACTION_NONE)
		return RERUN_SENDS;
	return escalates ? RERUN_ESCALATES : RERUN_SAME;
}

/* The turn from one look to the next. True: what the other settings would have done is known no
 * further. */
static bool judge_other(struct walk *w, uint64_t from_ns, uint64_t to_ns, struct rerun *ret)
{
	const struct recording_look *look = &w->r->looks[w->decided];
	const struct recording_event *kill = signal_between(w, from_ns, to_ns);

	if (w->parted) {
		ret->sends_later = w->other.decision.action != ACTION_NONE;
		ret->later = w->decided;
		ret->later_decision = w->other.decision;
		return ret->sends_later || (kill != NULL && !(kill->flags & RECORDED_DRY_RUN));
	}
	ret->outcome = compare(w, look, kill);
	if (ret->outcome == RERUN_SAME)
		return false;
	ret->look = w->decided;
	ret->decision = w->other.decision;
	ret->kill = kill != NULL ? kill : signal_between(w, from_ns, UINT64_MAX);
	w->parted =
		ret->outcome == RERUN_REFRAINS && kill != NULL && (kill->flags & RECORDED_DRY_RUN);
	return !w->parted;
}

/*
 * A turn of the daemon is a look, and where it meant to act a second one before the shot: that one
 * counts then. Returns the last look of the turn.
 */
static size_t take_turn(struct walk *w, size_t i, struct rerun *ret)
{
	const struct recording_look *looks = w->r->looks;
	bool judged = looks[i].now_ns >= w->judged_from_ns;

	decide(&w->recorded, &looks[i], false);
	decide(&w->other, &looks[i], w->parted);
	w->decided = i;
	if (judged)
		judge_recorded(w, i, ret);
	if (i + 1 == w->r->look_count || !(looks[i + 1].flags & LOOK_CONFIRM) ||
	    looks[i + 1].now_ns < looks[i].now_ns)
		return i;
	decide(&w->recorded, &looks[i + 1], false);
	if (judged)
		judge_recorded(w, i + 1, ret);
	if (w->other.decision.action != ACTION_NONE) {
		decide(&w->other, &looks[i + 1], w->parted);
		w->decided = i + 1;
	}
	return i + 1;
}

/* The first look after a reload, as the daemon takes it. */
static void follow_reload(struct walk *w, uint64_t from_ns)
{
	if (w->last_ns >= w->judged_from_ns || from_ns < w->judged_from_ns)
		return;
	policy_settings_changed(&w->recorded.policy);
	policy_settings_changed(&w->other.policy);
}

void rerun(const struct reading *r, const struct config *config, struct rerun *ret)
{
	struct walk w = {.r = r, .judged_from_ns = last_reload(r)};
	struct config recorded;
	bool known = true;
	size_t first;

	*ret = (struct rerun){0};
	rerun_recorded_config(r, &recorded);
	w.recorded.config = &recorded;
	w.other.config = config;
	policy_init(&w.recorded.policy, r->header.settings.cpus);
	policy_init(&w.other.policy, r->header.settings.cpus);
	first = last_start(r, &ret->in_the_middle);
	if (ret->in_the_middle && !nobody_took_it(r, first))
		/* nobody knows what was held when memory was above the level */
		w.recorded.policy.held = w.other.policy.held = HELD_UNKNOWN;
	for (size_t i = first; i < r->look_count; i++) {
		uint64_t from_ns = r->looks[i].now_ns, to_ns;

		/*
		 * A second look whose first is gone, and time that goes back, are nothing to go by.
		 */
		if ((r->looks[i].flags & LOOK_CONFIRM) || from_ns < w.last_ns)
			continue;
		follow_reload(&w, from_ns);
		w.last_ns = from_ns;
		i = take_turn(&w, i, ret);
		to_ns = i + 1 < r->look_count ? r->looks[i + 1].now_ns : UINT64_MAX;
		if (known && from_ns >= w.judged_from_ns)
			known = !judge_other(&w, from_ns, to_ns, ret);
	}
}
