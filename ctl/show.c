/* SPDX-License-Identifier: MIT */
#include "show.h"

#include "base/log.h"
#include "base/units.h"
#include "base/util.h"
#include "ctl.h"
#include "rerun.h"
#include "settings/level.h"
#include "tell/record.h"
#include "tell/report.h"

#include <inttypes.h>

/* An incident: from so long before its first event to so long after its last. */
#define BEFORE_NS (10 * NS_PER_S)
#define AFTER_NS  (3 * NS_PER_S)

/* An incident was kept for an event and those that followed; a recording was not kept for any of
 * them. */
static size_t first_event(const struct reading *r)
{
	size_t i = 0;

	while (i < r->event_count && r->events[i].sequence < r->header.kept_because)
		i++;
	return i < r->event_count ? i : 0;
}

struct part show_part(const struct reading *r)
{
	struct part p = {.to_ns = UINT64_MAX, .first_event = first_event(r)};

	if (r->header.kept_because == 0 || r->event_count == 0)
		return p;
	p.from_ns = minus_u64(r->events[p.first_event].now_ns, BEFORE_NS);
	p.to_ns = r->events[r->event_count - 1].now_ns + AFTER_NS;
	return p;
}

const struct recording_event *show_first_kill(const struct reading *r, const struct part *part)
{
	for (size_t i = part->first_event; i < r->event_count; i++)
		if (r->events[i].type == EVENT_KILL)
			return &r->events[i];
	return NULL;
}

const char *show_reason(const struct recording_event *e, const struct recording_candidate *c)
{
	if (c->pid == e->victim_pid)
		return "chosen";
	return c->rank == CLASS_NEVER ? rank_skip_text(c->skip) : rank_class_text(c->rank);
}

/* ---- text ---- */

static void show_candidates(FILE *f, const struct recording_event *e)
{
	char comm[80], size[32];

	if (e->type != EVENT_KILL || e->candidate_count == 0)
		return;
	(void)fprintf(f, "              the first of %u processes:\n", e->candidates_listed);
	for (uint32_t i = 0; i < e->candidate_count; i++) {
		const struct recording_candidate *c = &e->candidates[i];

		(void)fprintf(f,
			      "              %10" PRId32 " %-16s %9s  oom_score_adj %5" PRId32
			      "  %s\n",
			      c->pid, log_safe(c->comm, comm, sizeof(comm)),
			      units_size(c->freeable, size, sizeof(size)), c->oom_score_adj,
			      show_reason(e, c));
	}
}

static void show_time(FILE *f, struct show_clock *clock, uint64_t now_ns)
{
	char when[64];

	clock->latest_ns = max_u64(clock->latest_ns, now_ns);
	(void)fprintf(
		f, "%s  ",
		ctl_clock(reading_realtime(clock->reading, clock->latest_ns), when, sizeof(when)));
}

void show_event(FILE *f, struct show_clock *clock, const struct recording_event *e)
{
	char text[REPORT_MAX];

	show_time(f, clock, e->now_ns);
	(void)fprintf(f, "%s\n", ctl_sentence(e, text, sizeof(text)));
}

/* Why nobody was ended, where that was a question; which nobody it was the event says. */
static void show_turn(FILE *f, struct turn turn)
{
	if (turn.what == TURN_NOBODY)
		(void)fputs("; nobody can be ended", f);
	else if (turn_text(turn)[0] != '\0')
		(void)fprintf(f, "; nobody is ended: %s", turn_text(turn));
}

static void show_look(FILE *f, struct show_clock *clock, const struct recording_look *l)
{
	char size[32], percent[32];
	uint64_t total = l->value[VALUE_MEM_TOTAL], available = l->value[VALUE_MEM_AVAILABLE];

	show_time(f, clock, l->now_ns);
	if (!(l->have & HAVE_MEM)) {
		(void)fputs("/proc/meminfo could not be read\n", f);
		return;
	}
	(void)fprintf(f, "available %s (%s %%)", units_size(available, size, sizeof(size)),
		      units_percent(share_ppm(available, total), percent, sizeof(percent)));
	if (l->value[VALUE_SWAP_TOTAL] > 0)
		(void)fprintf(f, ", swap free %s",
			      units_size(l->value[VALUE_SWAP_FREE], size, sizeof(size)));
	if (l->value[VALUE_PENDING_MEM] > 0)
		(void)fprintf(f, ", %s %s",
			      units_size(l->value[VALUE_PENDING_MEM], size, sizeof(size)),
			      l->value[VALUE_PENDING_COUNT] > 0 ? "coming back"
								: "free in the CPUs' lists");
	if ((l->flags & LOOK_STALL_OPEN) && l->waiting_milli + l->lost_ppm > 0)
		(void)fprintf(f, ", %.1f tasks stalled, %u %% of time lost",
			      l->waiting_milli / 1000.0, l->lost_ppm / PPM_PER_PERCENT);
	show_turn(f, recording_to_turn(l));
	(void)fputc('\n', f);
}

static void show_head(FILE *f, const struct reading *r, const struct part *part)
{
	char host[256], kernel[256], program[128], when[64], term[32], kill[32];
	const struct recording_header *h = &r->header;
	static struct config config;
	uint64_t from =
		max_u64(part->from_ns, r->look_count > 0 ? r->looks[0].now_ns : h->started_ns);

	rerun_recorded_config(r, &config);
	(void)fprintf(f,
		      "%s, %.10s, Linux %s, useroom %s; SIGTERM at %s available, SIGKILL at %s\n",
		      log_safe(h->host, host, sizeof(host)),
		      ctl_time(reading_realtime(r, from), when, sizeof(when)),
		      log_safe(h->kernel, kernel, sizeof(kernel)),
		      log_safe(h->program, program, sizeof(program)),
		      level_text(&config, LEVEL_MEM_TERM, term, sizeof(term)),
		      level_text(&config, LEVEL_MEM_KILL, kill, sizeof(kill)));
}

/* One look a second, and each event where it happened. */
void show_text(FILE *f, const struct reading *r, const struct part *part)
{
	size_t event = part->first_event;
	uint64_t next = 0;
	struct show_clock clock = {.reading = r};

	show_head(f, r, part);
	for (size_t i = 0; i < r->look_count; i++) {
		const struct recording_look *l = &r->looks[i];

		if (l->now_ns < part->from_ns || l->now_ns > part->to_ns)
			continue;
		for (; event < r->event_count && r->events[event].now_ns <= l->now_ns; event++) {
			show_event(f, &clock, &r->events[event]);
			show_candidates(f, &r->events[event]);
			next = 0; /* what it looked like just then */
		}
		if (l->now_ns < next)
			continue;
		next = l->now_ns + NS_PER_S;
		show_look(f, &clock, l);
	}
	for (; event < r->event_count; event++) {
		show_event(f, &clock, &r->events[event]);
		show_candidates(f, &r->events[event]);
	}
}

/* ---- JSON ---- */

/* What was written: a share, or an amount. */
static void add_level(json_object *to, const char *name, uint32_t ppm, uint64_t kib)
{
	char key[32];

	(void)snprintf(key, sizeof(key), kib > 0 ? "%s_kib" : "%s_ppm", name);
	json_object_object_add(to, key, json_object_new_uint64(kib > 0 ? kib : ppm));
}

json_object *show_json(const struct reading *r, const struct part *part)
{
	json_object *all = json_object_new_object(), *looks = json_object_new_array(),
		    *events = json_object_new_array();
	const struct recording_header *h = &r->header;

	json_object_object_add(all, "host", ctl_text_json(h->host));
	json_object_object_add(all, "kernel", ctl_text_json(h->kernel));
	json_object_object_add(all, "useroom", ctl_text_json(h->program));
	add_level(all, "mem_term", h->settings.mem_term_ppm, h->settings.level_kib[LEVEL_MEM_TERM]);
	add_level(all, "mem_kill", h->settings.mem_kill_ppm, h->settings.level_kib[LEVEL_MEM_KILL]);
	add_level(all, "swap_term", h->settings.swap_term_ppm,
		  h->settings.level_kib[LEVEL_SWAP_TERM]);
	add_level(all, "swap_kill", h->settings.swap_kill_ppm,
		  h->settings.level_kib[LEVEL_SWAP_KILL]);
	json_object_object_add(all, "damaged", json_object_new_uint64(r->damaged));
	json_object_object_add(all, "cut", json_object_new_boolean(r->cut));
	for (size_t i = 0; i < r->look_count; i++)
		if (r->looks[i].now_ns >= part->from_ns && r->looks[i].now_ns <= part->to_ns)
			(void)json_object_array_add(looks, ctl_look_json(r, &r->looks[i]));
	for (size_t i = part->first_event; i < r->event_count; i++)
		(void)json_object_array_add(events, ctl_event_json(r, &r->events[i]));
	json_object_object_add(all, "looks", looks);
	json_object_object_add(all, "events", events);
	return all;
}
