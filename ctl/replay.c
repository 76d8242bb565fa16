/* SPDX-License-Identifier: MIT */
#include "replay.h"

#include "base/log.h"
#include "base/units.h"
#include "base/util.h"
#include "ctl.h"
#include "fleet.h"
#include "settings/options.h"
#include "show.h"
#include "tell/record.h"
#include "tell/report.h"
#include "words.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

/* ---- settings ---- */

static bool same(const struct config *a, const struct config *b, const struct option_row *row)
{
	char left[MATCH_TEXT_MAX], right[MATCH_TEXT_MAX];

	return strcmp(options_get(a, row, left, sizeof(left)),
		      options_get(b, row, right, sizeof(right))) == 0;
}

static bool is_level(const struct option_row *row)
{
	static const char *const levels[] = {"m", "mk", "s", "sk"};

	for (unsigned i = 0; i < ARRAY_SIZE(levels); i++)
		if (strcmp(row->name, levels[i]) == 0)
			return true;
	return false;
}

static void write_setting(FILE *f, const struct config *c, const struct option_row *row)
{
	char buf[MATCH_TEXT_MAX], safe[4 * MATCH_TEXT_MAX];
	const char *value = options_get(c, row, buf, sizeof(buf));

	(void)log_safe(value, safe, sizeof(safe));
	if (row->takes_value || strcmp(value, "true") != 0)
		(void)fprintf(f, row->takes_value ? " -%s %s" : " -%s=%s", row->name, safe);
	else
		(void)fprintf(f, " -%s", row->name);
}

/* Of what was recorded the levels, and what else is not as in `base`; of others what is replayed
 * and is not so. */
static bool is_told(const struct config *c, const struct config *base, const struct option_row *row,
		    bool recorded)
{
	if (row->kind == OPTION_ACTION || (!recorded && ctl_not_replayed(row->name) != NULL))
		return false;
	return (recorded && is_level(row)) || !same(c, base, row);
}

static void write_settings(FILE *f, const struct config *c, const struct config *base,
			   bool recorded)
{
	for (unsigned i = 0; i < option_count; i++) {
		if (is_told(c, base, &option_rows[i], recorded))
			write_setting(f, c, &option_rows[i]);
	}
}

static json_object *settings_json(const struct config *c, const struct config *base, bool recorded)
{
	json_object *all = json_object_new_object();
	char value[MATCH_TEXT_MAX];

	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (is_told(c, base, row, recorded))
			json_object_object_add(
				all, row->name,
				ctl_text_json(options_get(c, row, value, sizeof(value))));
	}
	return all;
}

static bool any_difference(const struct config *a, const struct config *b)
{
	for (unsigned i = 0; i < option_count; i++)
		if (is_told(a, b, &option_rows[i], false))
			return true;
	return false;
}

/* ---- moments ---- */

/* As in JSON. */
static const char *const outcomes[] = {
	[RERUN_SAME] = "same",   [RERUN_SENDS] = "sends",       [RERUN_ESCALATES] = "escalates",
	[RERUN_OTHER] = "other", [RERUN_REFRAINS] = "refrains",
};

static const char *signal_of(const struct decision *d)
{
	return d->action == ACTION_KILL || d->kill_level ? "SIGKILL" : "SIGTERM";
}

/* "available 28 MiB (28.94 %) <= 30 %, no swap", as the log says it; with what waits, where that
 * decided. */
static const char *levels_text(const struct recording_look *look, const struct decision *d,
			       char *buf, size_t size)
{
	struct event e = {.type = EVENT_LOW, .decision = *d};

	recording_to_sample(look, &e.sample);
	(void)report_text(&e, buf, size);
	return strstr(buf, ": ") + 2; /* behind "memory is low", or "near-OOM" */
}

static void write_moment(FILE *f, const struct replay *p, size_t index, const struct decision *d)
{
	const struct recording_look *look = &p->reading->looks[index];
	char when[64], text[REPORT_MAX];

	(void)fprintf(f, "at %s: %s.\n",
		      ctl_clock(reading_realtime(p->reading, look->now_ns), when, sizeof(when)),
		      levels_text(look, d, text, sizeof(text)));
}

static json_object *moment_json(const struct replay *p, size_t index, const struct decision *d)
{
	const struct recording_look *look = &p->reading->looks[index];
	json_object *o = ctl_look_json(p->reading, look);
	char text[REPORT_MAX];

	json_object_object_add(o, "recorded_action",
			       json_object_get(json_object_object_get(o, "action")));
	json_object_object_add(o, "action",
			       json_object_new_string(d->action == ACTION_KILL   ? "kill"
						      : d->action == ACTION_TERM ? "term"
										 : "none"));
	json_object_object_add(o, "levels",
			       json_object_new_string(levels_text(look, d, text, sizeof(text))));
	return o;
}

/* ---- text ---- */

static void write_head(FILE *f, const struct replay *p)
{
	const struct recording_header *h = &p->reading->header;
	const struct recording_look *looks = p->reading->looks;
	char host[256], when[64], time[32];
	struct config usual;

	options_defaults(&usual);
	(void)fprintf(f, "%s, %s: %zu looks in %s\nrecorded with",
		      log_safe(h->host, host, sizeof(host)),
		      ctl_time(reading_realtime(p->reading, looks[p->rerun.first].now_ns), when,
			       sizeof(when)),
		      p->rerun.looks,
		      units_time(minus_u64(looks[p->reading->look_count - 1].now_ns,
					   looks[p->rerun.first].now_ns),
				 time, sizeof(time)));
	write_settings(f, &p->recorded, &usual, true);
	(void)fputc('\n', f);
}

/* Where the first looks are gone, the events that led to what is there may be there still. */
static bool belongs(const struct replay *p, const struct recording_event *e)
{
	return p->rerun.looks > 0 &&
	       (p->rerun.in_the_middle || e->now_ns >= p->reading->looks[p->rerun.first].now_ns);
}

/* A kind of pause that the daemon was in: somebody would have been ended, and not yet. */
struct paused {
	size_t looks;
	uint64_t first_ns, last_ns;
};

static struct paused paused_by(const struct replay *p, enum pause pause)
{
	struct paused paused = {0};

	for (size_t i = p->rerun.first; i < p->reading->look_count; i++) {
		const struct recording_look *look = &p->reading->looks[i];
		const struct turn turn = recording_to_turn(look);

		if (turn.what != TURN_PAUSED || turn.pause != pause)
			continue;
		if (paused.looks++ == 0)
			paused.first_ns = look->now_ns;
		paused.last_ns = look->now_ns;
	}
	return paused;
}

static void write_pauses(FILE *f, const struct replay *p)
{
	char when[64], time[32];

	for (enum pause i = PAUSE_NONE + 1; i < PAUSE_COUNT; i++) {
		const struct paused paused = paused_by(p, i);

		if (paused.looks == 0)
			continue;
		(void)fprintf(f, "paused at %zu look%s from %s on, the last %s later: %s\n",
			      paused.looks, paused.looks == 1 ? "" : "s",
			      ctl_clock(reading_realtime(p->reading, paused.first_ns), when,
					sizeof(when)),
			      units_time(paused.last_ns - paused.first_ns, time, sizeof(time)),
			      pause_text(i));
	}
}

static json_object *pauses_json(const struct replay *p)
{
	json_object *all = json_object_new_array();

	for (enum pause i = PAUSE_NONE + 1; i < PAUSE_COUNT; i++) {
		const struct paused paused = paused_by(p, i);
		json_object *o;

		if (paused.looks == 0)
			continue;
		o = json_object_new_object();
		json_object_object_add(o, "pause", json_object_new_string(pause_name(i)));
		json_object_object_add(o, "looks", json_object_new_uint64(paused.looks));
		json_object_object_add(
			o, "first_time_ns",
			json_object_new_uint64(reading_realtime(p->reading, paused.first_ns)));
		json_object_object_add(
			o, "last_time_ns",
			json_object_new_uint64(reading_realtime(p->reading, paused.last_ns)));
		(void)json_object_array_add(all, o);
	}
	return all;
}

static void write_happened(FILE *f, const struct replay *p)
{
	const struct reading *r = p->reading;
	char percent[32], size[32];
	const struct recording_look *least = &r->looks[p->rerun.least];
	uint64_t available = least->value[VALUE_MEM_AVAILABLE];
	struct show_clock clock = {.reading = r};

	(void)fputs("\nwhat happened:\n", f);
	for (size_t i = 0; i < r->event_count; i++)
		if (belongs(p, &r->events[i]))
			show_event(f, &clock, &r->events[i]);
	(void)fprintf(f, "the least available: %s (%s %%)\n",
		      units_size(available, size, sizeof(size)),
		      units_percent(share_ppm(available, least->value[VALUE_MEM_TOTAL]), percent,
				    sizeof(percent)));
	write_pauses(f, p);
}

static void write_agreement(FILE *f, const struct replay *p)
{
	const struct rerun *u = &p->rerun;

	(void)fprintf(f, "\ndecided again as recorded: %zu looks, %zu alike, %zu otherwise\n",
		      u->looks, u->looks - u->differ, u->differ);
	if (u->differ == 0)
		return;
	(void)fprintf(
		f, "the first that differs: %s instead of %s, ",
		u->differently.action == ACTION_NONE ? "no signal" : signal_of(&u->differently),
		(p->reading->looks[u->differs].flags & LOOK_ACTION) == ACTION_NONE   ? "no signal"
		: (p->reading->looks[u->differs].flags & LOOK_ACTION) == ACTION_KILL ? "SIGKILL"
										     : "SIGTERM");
	write_moment(f, p, u->differs, &u->differently);
}

/* " 3.2 s earlier, ", or than what. */
static void write_before(FILE *f, const struct replay *p)
{
	uint64_t at = p->reading->looks[p->rerun.look].now_ns;
	const struct recording_event *kill = p->rerun.kill;
	char time[32];

	if (kill == NULL) {
		(void)fputs(", where no signal was sent, ", f);
		return;
	}
	(void)fprintf(f, " %s earlier",
		      units_time(minus_u64(kill->now_ns, at), time, sizeof(time)));
	if (strcmp(report_signal_name(kill->signal), signal_of(&p->rerun.decision)) != 0)
		(void)fprintf(f, " than %s", report_signal_name(kill->signal));
	(void)fputs(", ", f);
}

static void write_later(FILE *f, const struct replay *p)
{
	const struct rerun *u = &p->rerun;
	char time[32];

	if (!u->sends_later) {
		(void)fputs("  and none later: it was a dry run, so the machine would have been "
			    "the same\n",
			    f);
		return;
	}
	(void)fprintf(f, "  but %s %s later, ", signal_of(&u->later_decision),
		      units_time(minus_u64(p->reading->looks[u->later].now_ns,
					   p->reading->looks[u->look].now_ns),
				 time, sizeof(time)));
	write_moment(f, p, u->later, &u->later_decision);
}

static void write_difference(FILE *f, const struct replay *p)
{
	const struct rerun *u = &p->rerun;

	switch (u->outcome) {
	case RERUN_SAME:
		(void)fputs("nothing else would have been done at any recorded look\n", f);
		return;
	case RERUN_SENDS:
		(void)fputs(signal_of(&u->decision), f);
		write_before(f, p);
		break;
	case RERUN_ESCALATES:
		(void)fputs("SIGKILL to whom SIGTERM was sent before,", f);
		write_before(f, p);
		break;
	case RERUN_OTHER:
		(void)fprintf(f, "%s instead of %s, ", signal_of(&u->decision),
			      report_signal_name(u->kill->signal));
		break;
	case RERUN_REFRAINS:
		(void)fprintf(f, "no %s ", report_signal_name(u->kill->signal));
		break;
	}
	write_moment(f, p, u->look, &u->decision);
	if (u->outcome == RERUN_SENDS && policy_only_growing(&u->decision))
		(void)fputs("  only to one that grows: whether one did is not in the recording\n",
			    f);
	if (u->outcome == RERUN_REFRAINS && (u->kill->flags & RECORDED_DRY_RUN)) {
		write_later(f, p);
		if (!u->sends_later)
			return;
	}
	(void)fputs("  what comes after that is not in the recording: it would have been another "
		    "machine\n",
		    f);
}

void replay_text(FILE *f, const struct replay *p)
{
	if (p->rerun.looks == 0) {
		(void)fputs("nothing is recorded that the settings in the recording decided\n", f);
		return;
	}
	write_head(f, p);
	if (p->rerun.in_the_middle)
		(void)fputs("it begins in the middle: what useroom had seen before is not in it\n",
			    f);
	write_happened(f, p);
	write_agreement(f, p);
	if (!any_difference(&p->recorded, &p->other))
		return;
	(void)fputs("\nwith", f);
	write_settings(f, &p->other, &p->recorded, false);
	(void)fputs(": ", f);
	write_difference(f, p);
}

/* ---- JSON ---- */

static json_object *difference_json(const struct replay *p)
{
	const struct rerun *u = &p->rerun;
	json_object *o = json_object_new_object();

	json_object_object_add(o, "outcome", json_object_new_string(outcomes[u->outcome]));
	if (u->outcome == RERUN_SAME)
		return o;
	json_object_object_add(o, "look", moment_json(p, u->look, &u->decision));
	if (u->outcome == RERUN_SENDS)
		json_object_object_add(o, "only_growing",
				       json_object_new_boolean(policy_only_growing(&u->decision)));
	if (u->outcome != RERUN_REFRAINS)
		json_object_object_add(o, "signal",
				       json_object_new_string(signal_of(&u->decision)));
	json_object_object_add(o, "sent",
			       u->kill != NULL ? ctl_event_json(p->reading, u->kill) : NULL);
	if (u->outcome == RERUN_SENDS && u->kill != NULL)
		json_object_object_add(
			o, "earlier_ns",
			json_object_new_uint64(
				minus_u64(u->kill->now_ns, p->reading->looks[u->look].now_ns)));
	if (u->sends_later)
		json_object_object_add(o, "later", moment_json(p, u->later, &u->later_decision));
	return o;
}

json_object *replay_json(const struct replay *p)
{
	const struct rerun *u = &p->rerun;
	json_object *all = json_object_new_object(), *settings = json_object_new_object(),
		    *events = json_object_new_array();
	struct config usual;

	options_defaults(&usual);
	json_object_object_add(all, "host", ctl_text_json(p->reading->header.host));
	json_object_object_add(settings, "recorded", settings_json(&p->recorded, &usual, true));
	json_object_object_add(settings, "replayed", settings_json(&p->other, &p->recorded, false));
	json_object_object_add(all, "settings", settings);
	json_object_object_add(all, "looks", json_object_new_uint64(u->looks));
	json_object_object_add(all, "alike", json_object_new_uint64(u->looks - u->differ));
	json_object_object_add(all, "otherwise", json_object_new_uint64(u->differ));
	json_object_object_add(all, "begins_in_the_middle",
			       json_object_new_boolean(u->in_the_middle));
	if (u->differ > 0)
		json_object_object_add(all, "first_otherwise",
				       moment_json(p, u->differs, &u->differently));
	for (size_t i = 0; i < p->reading->event_count; i++)
		if (belongs(p, &p->reading->events[i]))
			(void)json_object_array_add(
				events, ctl_event_json(p->reading, &p->reading->events[i]));
	json_object_object_add(all, "happened", events);
	json_object_object_add(all, "pauses", pauses_json(p));
	json_object_object_add(all, "difference", difference_json(p));
	return all;
}

/* ---- the command ---- */

int replay_settle(const struct ctl *ctl, struct replay *p)
{
	rerun_recorded_config(p->reading, &p->recorded);
	p->other = p->recorded;
	if (ctl->config != NULL && ctl_config(ctl, &p->other) < 0)
		return -1;
	/* By it the policy knows a look that came late, and the looks are the recorded ones. */
	p->other.interval_ns = p->recorded.interval_ns;
	return ctl_settings(ctl, &p->other);
}

static bool is_directory(const char *path)
{
	struct stat st;

	return path != NULL && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum ctl_exit ctl_replay(const struct ctl *ctl)
{
	static struct replay p;
	struct reading reading;
	enum ctl_exit result = CTL_OK;
	char path[1024];

	if (is_directory(ctl->argument))
		return fleet_replay(ctl, ctl->argument);
	if (ctl_find_recording(ctl, path, sizeof(path)) != CTL_OK)
		return CTL_FAILED;
	if (ctl_open(ctl, path, &reading) < 0)
		return CTL_FAILED;
	p.reading = &reading;
	if (replay_settle(ctl, &p) < 0) {
		reading_free(&reading);
		return CTL_USAGE;
	}
	rerun(&reading, &p.other, &p.rerun);
	if (ctl->json)
		(void)ctl_print_json(replay_json(&p));
	else
		replay_text(stdout, &p);
	if (p.rerun.differ > 0 || p.rerun.looks == 0)
		result = CTL_FAILED;
	reading_free(&reading);
	return result;
}
