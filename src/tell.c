/* SPDX-License-Identifier: MIT */
#include "tell.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "base/util.h"
#include "look/parse.h"
#include "tell/notify.h"
#include "tell/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What other settings would have done can be asked of these too; 256 KiB each are written. */
#define NEAR_MISS_AGAIN_NS (600 * NS_PER_S)

static void run_hook(struct useroom *u, const struct event *e)
{
	if (!u->hook.started || u->config.hook[0] == '\0')
		return;
	if (hook_request(&u->hook, u->config.hook, u->config.hook_time_ns, e) < 0 &&
	    u->hooks_lost++ == 0)
		log_line(LOG_WARN,
			 "hook %s is slower than what happens: some events do not reach it",
			 u->config.hook);
}

#define STATUS "STATUS="

/* status: STATUS and then the sentence. */
static void say_status(const struct event *e, const char *status)
{
	if (e->type != EVENT_STOP && e->type != EVENT_RELOAD && e->type != EVENT_LOW)
		(void)notify_send(status);
}

/* Who could have gone, where somebody was chosen or nobody could be. */
static const struct proc_table *chosen_from(const struct useroom *u, const struct event *e)
{
	bool chosen = e->type == EVENT_KILL && !e->escalated;

	return chosen || e->type == EVENT_NOBODY || e->type == EVENT_FAILED ? &u->table : NULL;
}

/* A machine that is always close to its level would write one after another. */
static bool is_near_miss(struct useroom *u, const struct event *e)
{
	if (e->kills > 0 ||
	    (u->near_miss_ns != 0 && e->now_ns - u->near_miss_ns < NEAR_MISS_AGAIN_NS))
		return false;
	u->near_miss_ns = e->now_ns;
	return true;
}

static void keep_incident(struct useroom *u, const struct event *e)
{
	if (e->type == EVENT_RECOVERED && (e->kills > 0 || is_near_miss(u, e)))
		incident_keep(&u->incident, u->episode_event, e->kills == 0);
}

/* A group has no episode: its incident is over with its victim. */
static void keep_incident_of_group(struct useroom *u, struct event *e)
{
	bool over = e->type == EVENT_FREED || e->type == EVENT_STUCK ||
		    (e->type == EVENT_KILL && e->dry_run);

	if (!over || e->first_event == 0)
		return;
	incident_keep(&u->incident, e->first_event, false);
	e->first_event = 0;
}

static void keep_record(struct useroom *u, struct event *e)
{
	uint64_t number = u->record.next[RING_EVENTS];

	if (e->type == EVENT_LOW)
		u->episode_event = number;
	else if (e->type == EVENT_KILL && !e->escalated)
		e->first_event = number;
	record_event(&u->record, e, chosen_from(u, e));
	if (e->group.id == 0)
		keep_incident(u, e);
	else
		keep_incident_of_group(u, e);
}

void tell_event(void *ctx, struct event *e)
{
	static char status[sizeof(STATUS) - 1 +
			   REPORT_MAX]; /* one buffer for what systemd gets and for the log */
	char *text = status + sizeof(STATUS) - 1;
	struct useroom *u = ctx;
	size_t length;

	e->realtime_ns = clock_real();
	memcpy(status, STATUS, sizeof(STATUS) - 1);
	length = report_text(e, text, REPORT_MAX);
	say_status(e, status);
	if (u->config.log_format == LOG_FORMAT_JSON)
		length = report_json(e, text, REPORT_MAX);
	log_raw(report_level(e), text, length);
	keep_record(u, e);
	run_hook(u, e);
}

static bool some_are_held_back(const struct proc_table *t)
{
	for (unsigned i = 0; i < t->count; i++) {
		if (t->procs[i].skip == SKIP_HELD_BACK)
			return true;
	}
	return false;
}

static struct event *about_look(const struct useroom *u, enum event_type type,
				const struct sample *s, const struct decision *d)
{
	static struct event e;

	memset(&e, 0, sizeof(e));
	e.type = type;
	e.dry_run = u->config.dry_run;
	e.now_ns = s->now_ns;
	e.sample = *s;
	e.decision = *d;
	e.kills = u->act.kills;
	event_settings(&e, &u->config);
	return &e;
}

void tell_look(struct useroom *u, enum event_type type, int error, const struct sample *s,
	       const struct decision *d)
{
	struct event *e = about_look(u, type, s, d);

	e->error = error;
	tell_event(u, e);
}

void tell_nobody(struct useroom *u, enum nobody why, const struct sample *s,
		 const struct decision *d)
{
	struct event *e = about_look(u, EVENT_NOBODY, s, d);

	e->nobody = why;
	e->held_back = some_are_held_back(&u->table);
	tell_event(u, e);
}

void tell_configure(const struct config *config)
{
	log_set_debug(config->debug);
	log_set_frame(config->log_format == LOG_FORMAT_JSON ? report_json_note : NULL);
}

/* ---- -debug ---- */

static const char *debug_swap(const struct sample *s, const struct decision *d, char *buf,
			      size_t size)
{
	char free[32], percent[32];

	if (s->swap_total_kib == 0)
		return "no swap";
	(void)snprintf(buf, size, "swap: %s free (%s %%)",
		       units_size(s->swap_free_kib, free, sizeof(free)),
		       units_percent(d->swap_ppm, percent, sizeof(percent)));
	return buf;
}

static SELDOM void debug_look(const struct sample *s, const struct decision *d, struct turn turn)
{
	char mem[32], swap[64], percent[32];

	log_line(LOG_DETAIL, "memory: %s available (%s %%), %s; next look in %" PRIu64 " ms",
		 units_size(s->mem_available_kib, mem, sizeof(mem)),
		 units_percent(d->mem_ppm, percent, sizeof(percent)),
		 debug_swap(s, d, swap, sizeof(swap)), (d->course.wake_ns - s->now_ns) / NS_PER_MS);
	if (d->stall.open)
		log_line(LOG_DETAIL,
			 "thrashing: %" PRIu32 ".%02" PRIu32 " tasks stalled, %" PRIu32
			 " %% of time lost, rule %s, evidence: %s",
			 d->stall.waiting_milli / 1000, d->stall.waiting_milli / 10 % 100,
			 d->stall.lost_ppm / 10000, stall_rule_name(stall_seen(&d->stall)),
			 stall_evidence_name(d->stall.evidence));
	if (turn.what != TURN_IDLE && turn.what != TURN_END) /* the second look says it then */
		tell_debug_turn(turn);
}

void tell_debug_look(const struct sample *s, const struct decision *d, struct turn turn)
{
	if (log_debug_enabled())
		debug_look(s, d, turn);
}

static void debug_row(const struct useroom *u, unsigned place, const struct proc *p)
{
	char size[32], name[4 * COMM_MAX + 1], entry[128] = "";
	const struct match_list *list = NULL;

	if (p->skip == SKIP_PROTECTED)
		list = &u->config.protect;
	else if (p->skip == SKIP_IGNORED_USER)
		list = &u->config.ignore_user;
	else if (p->rank == CLASS_AVOIDED)
		list = &u->config.avoid;
	else if (p->rank == CLASS_PREFERRED)
		list = &u->config.prefer;
	if (list != NULL && p->matched >= 0)
		(void)match_entry_text(list, p->matched, entry, sizeof(entry));
	log_line(LOG_DETAIL,
		 "  %u. %d (%s): %s, badness %" PRId64
		 " KiB, oom_score %d, oom_score_adj %d: %s%s%s%s",
		 place, (int)p->pid, log_safe(p->comm, name, sizeof(name)),
		 units_size(p->freeable_kib, size, sizeof(size)), p->badness, p->oom_score,
		 p->oom_score_adj,
		 p->rank == CLASS_NEVER ? rank_skip_text(p->skip) : rank_class_text(p->rank),
		 entry[0] ? " (" : "", entry, entry[0] ? ")" : "");
}

void tell_debug_table(const struct useroom *u)
{
	const struct proc_table *t = &u->table;

	if (!log_debug_enabled())
		return;
	log_line(LOG_DETAIL, "scan: %u process%s listed, %u read in full, %" PRIu64 " us%s%s",
		 t->listed, t->listed == 1 ? "" : "es", t->count, t->took_ns / 1000,
		 t->kept ? ", kept candidates" : "", t->truncated ? ", not all of them" : "");
	for (unsigned i = 0; i < t->count; i++) {
		if (!(t->procs[i].flags & PROC_FLAG_KTHREAD))
			debug_row(u, i + 1, &t->procs[i]);
	}
}

/* Behind the name, which is that of the JSON and of useroomctl. */
static const char *turn_meaning(struct turn turn)
{
	if (turn.what == TURN_END)
		return "the first of the list is to go";
	return turn.what == TURN_IDLE ? "nothing is short any more" : turn_text(turn);
}

void tell_debug_turn(struct turn turn)
{
	const char *why = turn.what == TURN_NOBODY   ? nobody_name(turn.nobody)
			  : turn.what == TURN_PAUSED ? pause_name(turn.pause)
						     : NULL;

	log_line(LOG_DETAIL, "turn: %s%s%s: %s", turn_name(turn.what), why ? ", " : "",
		 why ? why : "", turn_meaning(turn));
}

void tell_debug_lists(const struct useroom *u)
{
	log_line(LOG_DETAIL,
		 "protected: %s; preferred: %s; avoided: %s; ignored users: %s; system-critical "
		 "ones %s",
		 u->config.protect.count ? u->config.protect.source : "nobody",
		 u->config.prefer.count ? u->config.prefer.source : "nobody",
		 u->config.avoid.count ? u->config.avoid.source : "nobody",
		 u->config.ignore_user.count ? u->config.ignore_user.source : "nobody",
		 u->config.protect_critical ? "are protected" : "are not protected");
}
