/* SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "base/util.h"
#include "ctl.h"
#include "names.h"
#include "tell/record.h"
#include "tell/report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum ctl_exit ctl_fail(const char *format, ...)
{
	va_list arguments;

	(void)fputs("useroomctl: ", stderr);
	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
	return CTL_FAILED;
}

int ctl_open(const struct ctl *ctl, const char *path, struct reading *ret)
{
	char why[160], safe[512];
	int r = reading_open(path, ret, why, sizeof(why));

	(void)log_safe(path, safe, sizeof(safe));
	if (r == 0 && ret->cut)
		(void)ctl_fail("%s is cut: what was at its end is missing", safe);
	if (r == 0 && ret->damaged > 0)
		(void)ctl_fail("%s is damaged: %zu of its records cannot be true and are left out",
			       safe, ret->damaged);
	if (r == 0 && ctl->without_names)
		names_hide(ret);
	if (r == 0)
		return 0;
	if (r == -ENOENT && strcmp(path, RECORD_DEFAULT) == 0)
		(void)ctl_fail("%s is not there: useroom has not run since the last boot, or with "
			       "-record off",
			       safe);
	else if (r == -EACCES)
		(void)ctl_fail("%s may not be read: it names everybody's processes, so ask as root",
			       safe);
	else
		(void)ctl_fail("%s: %s", safe, why);
	return r;
}

static int load(int argc, char **argv, struct config *ret)
{
	static char errors[4096];
	struct config_source source;

	if (config_load(argc, argv, ret, &source, errors, sizeof(errors)) == 0)
		return 0;
	for (char *line = strtok(errors, "\n"); line != NULL; line = strtok(NULL, "\n"))
		(void)ctl_fail("%s", line);
	return -EINVAL;
}

int ctl_config(const struct ctl *ctl, struct config *ret)
{
	char program[] = "useroom", option[] = "-config", file[1024] = "";
	char *argv[] = {program, option, file, NULL};

	(void)snprintf(file, sizeof(file), "%s", ctl->config != NULL ? ctl->config : "");
	return load(ctl->config != NULL ? 3 : 1, argv, ret);
}

/* The daemon's own command line; 0 words when it may not be read. It is not a stranger's, so it
 * does not wait (R31). */
static int daemon_words(const struct reading *r, char *buf, size_t size, char **argv, int most)
{
	char path[64];
	ssize_t n;
	int fd, argc = 0;

	(void)snprintf(path, sizeof(path), "/proc/%" PRIu64 "/cmdline", r->header.writer_pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, buf, size - 1);
	if (fd >= 0)
		(void)close(fd);
	if (n <= 0)
		return 0;
	buf[n] = '\0';
	for (char *word = buf; word < buf + n && argc < most; word += strlen(word) + 1)
		argv[argc++] = word;
	return argc;
}

int ctl_daemon_config(const struct ctl *ctl, const struct reading *reading, struct config *ret)
{
	static char buf[65536];
	char *argv[256];
	int argc = 0;

	if (ctl->config == NULL && reading_running(reading))
		argc = daemon_words(reading, buf, sizeof(buf), argv, (int)ARRAY_SIZE(argv));
	return argc > 0 ? load(argc, argv, ret) : ctl_config(ctl, ret);
}

int ctl_settings(const struct ctl *ctl, struct config *config)
{
	char error[320];

	for (int i = 0; i < ctl->setting_count; i++) {
		const struct ctl_setting *s = &ctl->settings[i];

		if (options_set(config, s->row, s->value, error, sizeof(error)) == 0)
			continue;
		(void)ctl_fail("-%s: %s", s->row->name, error);
		return -EINVAL;
	}
	return 0;
}

static struct sample event_sample(const struct recording_event *from)
{
	return (struct sample){
		.have = HAVE_MEM | HAVE_SWAP,
		.mem_total_kib = from->mem_total,
		.mem_available_kib = from->mem_available,
		.swap_total_kib = from->swap_total,
		.swap_free_kib = from->swap_free,
	};
}

static struct decision event_decision(const struct recording_event *from)
{
	return (struct decision){
		.mem_limit_ppm = from->mem_limit_ppm,
		.swap_limit_ppm = from->swap_limit_ppm,
		.mem_limit_kib = from->mem_limit_kib,
		.swap_limit_kib = from->swap_limit_kib,
		.mem_ppm = share_ppm(from->mem_available, from->mem_total),
		.swap_ppm = share_ppm(from->swap_free, from->swap_total),
		.mem_low = from->low & 1,
		.swap_counts = from->low & 2,
		.swap_low = from->low & 4,
		.futile = from->futile,
		.futile_kib = from->futile_kib,
		.need_kib = from->need_kib,
		.course.episode_ns = from->episode_ns,
		.by_stall = from->stall_flags & RECORDED_BY_STALL,
		.stall =
			{
				.open = from->stall_flags & RECORDED_STALL_OPEN,
				.suspicious = from->stall_flags & RECORDED_STALL_SUSPICIOUS,
				.rule = from->stall_rule,
				.reach_ns = from->reach_ns,
				.waiting_milli = from->waiting_milli,
				.lost_ppm = from->lost_ppm,
			},
	};
}

static void copy_victim(const struct recording_event *from, struct event *e)
{
	e->target.victim = (struct proc){
		.pid = from->victim_pid,
		.uid = from->victim_uid,
		.oom_score = from->victim_oom_score,
		.oom_score_adj = from->victim_oom_score_adj,
		.freeable_kib = from->victim_freeable,
		.rss_kib = from->victim_rss,
		.anon_kib = from->victim_anon,
		.swap_kib = from->victim_swap,
		.shmem_kib = from->victim_shmem,
		.grown_kib = from->victim_grown,
		.grown_ns = from->victim_grown_ns,
		.growing = from->victim_grown > 0,
		.swarm_kib = from->victim_swarm,
	};
	(void)snprintf(e->target.victim.comm, sizeof(e->target.victim.comm), "%s",
		       from->victim_comm);
	(void)snprintf(e->target.victim.exe, sizeof(e->target.victim.exe), "%s", from->victim_exe);
	(void)snprintf(e->target.victim.unit, sizeof(e->target.victim.unit), "%s", from->unit);
	(void)snprintf(e->target.victim.container, sizeof(e->target.victim.container), "%s",
		       from->container);
	(void)snprintf(e->user, sizeof(e->user), "%s", from->user);
}

/* The first of the others that could have been ended. */
static void copy_next(const struct recording_event *from, struct event *e)
{
	for (uint32_t i = 1; i < from->candidate_count && !e->has_next; i++) {
		const struct recording_candidate *c = &from->candidates[i];

		if (c->rank == CLASS_NEVER || c->pid == from->victim_pid)
			continue;
		e->has_next = true;
		e->next.pid = c->pid;
		e->next.freeable_kib = c->freeable;
		(void)snprintf(e->next.comm, sizeof(e->next.comm), "%s", c->comm);
	}
}

static void copy_group(const struct recording_event *from, struct event *e)
{
	e->group.view = (struct squeeze_view){
		.rule = from->squeeze_rule,
		.limit_kib = from->group_limit,
		.usage_kib = from->group_usage,
		.held_kib = from->group_held,
		.grown_kib = from->group_grown,
		.turnover_ms = from->group_turnover_ms,
		.room_ppm = from->group_room_ppm,
		.waiting_milli = from->group_waiting_milli,
		.blocked_milli = from->group_blocked_milli,
		.hard_per_s = from->group_hard_per_s,
		.highs_per_s = from->group_highs_per_s,
	};
	(void)snprintf(e->group.path, sizeof(e->group.path), "%s", from->group);
}

enum target_kind ctl_target_kind(const struct recording_event *from)
{
	if (from->flags & RECORDED_WHOLE)
		return TARGET_GROUP;
	return from->victim_swarm > 0 ? TARGET_SWARM : TARGET_PROCESS;
}

void ctl_to_event(const struct recording_event *from, struct event *e)
{
	*e = (struct event){
		.type = from->type,
		.now_ns = from->now_ns,
		.realtime_ns = from->realtime_ns,
		.dry_run = from->flags & RECORDED_DRY_RUN,
		.escalated = from->flags & RECORDED_ESCALATED,
		.ignores_term = from->flags & RECORDED_IGNORES_TERM,
		.exited_by_term = from->flags & RECORDED_BY_TERM,
		.signal = from->signal,
		.error = from->error,
		.decide_to_signal_ns = from->decide_to_signal_ns,
		.since_signal_ns = from->since_signal_ns,
		.came_back_kib = from->came_back_kib,
		.kills = from->kills,
		.target.kind = ctl_target_kind(from),
		.target.together_count = from->together,
		.target.head.pid = from->head_pid > 0 ? from->head_pid : 0,
		.repeat_count = from->repeat_count,
		.nobody = from->nobody < NOBODY_COUNT ? from->nobody : NOBODY_NONE,
		.sample = event_sample(from),
		.decision = event_decision(from),
	};
	copy_victim(from, e);
	(void)snprintf(e->target.head.comm, sizeof(e->target.head.comm), "%s", from->head_comm);
	copy_next(from, e);
	copy_group(from, e);
}

const char *ctl_sentence(const struct recording_event *from, char *buf, size_t size)
{
	struct event e;

	/* What a start said of its options is not recorded, only that it was one. */
	if (from->type == EVENT_START || from->type == EVENT_RELOAD) {
		(void)snprintf(buf, size, "%s",
			       from->type == EVENT_START ? "useroom started"
							 : "the configuration was read again");
		return buf;
	}
	ctl_to_event(from, &e);
	(void)report_text(&e, buf, size);
	return buf;
}

const char *ctl_time(uint64_t realtime_ns, char *buf, size_t size)
{
	time_t seconds = (time_t)(realtime_ns / NS_PER_S);
	struct tm local;
	char text[32] = "";

	if (localtime_r(&seconds, &local) != NULL)
		(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local);
	(void)snprintf(buf, size, "%s.%03u", text, (unsigned)(realtime_ns % NS_PER_S / NS_PER_MS));
	return buf;
}

const char *ctl_clock(uint64_t realtime_ns, char *buf, size_t size)
{
	char text[64];

	(void)snprintf(buf, size, "%s",
		       ctl_time(realtime_ns, text, sizeof(text)) + strlen("2026-11-24 "));
	return buf;
}

/* ---- JSON ---- */

enum ctl_exit ctl_print_json(json_object *object)
{
	const char *text = json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);

	(void)puts(text != NULL ? text : "{}");
	(void)json_object_put(object);
	return CTL_OK;
}

void ctl_add_number(json_object *to, const char *name, uint64_t value)
{
	json_object_object_add(to, name, json_object_new_uint64(value));
}

json_object *ctl_text_json(const char *text)
{
	char safe[1024];

	return json_object_new_string(log_safe(text, safe, sizeof(safe)));
}

static json_object *candidate_json(const struct recording_candidate *c)
{
	json_object *one = json_object_new_object();

	json_object_object_add(one, "pid", json_object_new_int(c->pid));
	json_object_object_add(one, "name", ctl_text_json(c->comm));
	json_object_object_add(one, "freeable_kib", json_object_new_uint64(c->freeable));
	json_object_object_add(one, "badness_kib", json_object_new_int64(c->badness));
	json_object_object_add(one, "oom_score_adj", json_object_new_int(c->oom_score_adj));
	json_object_object_add(one, "why",
			       json_object_new_string(c->rank == CLASS_NEVER
							      ? rank_skip_text(c->skip)
							      : rank_class_text(c->rank)));
	return one;
}

static bool tells_settings(const struct recording_event *event)
{
	return event->type == EVENT_START || event->type == EVENT_RELOAD;
}

/* The recording has the settings of the last start or reload only. */
static bool has_settings(const struct reading *r, const struct recording_event *event)
{
	const struct recording_event *last = r->events + r->event_count - 1;

	while (last > r->events && !tells_settings(last))
		last--;
	return tells_settings(event) && last->sequence == event->sequence;
}

json_object *ctl_event_json(const struct reading *r, const struct recording_event *event)
{
	static char text[REPORT_MAX];
	static struct config config;
	json_object *object, *candidates;
	struct event e;

	/* The same object as in the JSON log, so that one contract (doc/events.md) serves both. */
	ctl_to_event(event, &e);
	if (has_settings(r, event)) {
		recording_to_config(&r->header.settings, &config);
		event_settings(&e, &config);
	}
	(void)report_json(&e, text, sizeof(text));
	object = json_tokener_parse(text);
	if (object == NULL)
		object = json_object_new_object();
	if (event->candidate_count == 0)
		return object;
	candidates = json_object_new_array();
	for (uint32_t i = 0; i < event->candidate_count; i++)
		json_object_array_add(candidates, candidate_json(&event->candidates[i]));
	json_object_object_add(object, "candidates", candidates);
	return object;
}

json_object *ctl_look_json(const struct reading *r, const struct recording_look *look)
{
	static const char *const actions[] = {"none", "term", "kill", "none"};
	const struct stall_view stall = recording_to_stall(look);
	const struct turn turn = recording_to_turn(look);
	json_object *o = json_object_new_object();

	json_object_object_add(o, "time_ns",
			       json_object_new_uint64(reading_realtime(r, look->now_ns)));
	json_object_object_add(o, "monotonic_ns", json_object_new_uint64(look->now_ns));
	json_object_object_add(o, "mem_total_kib",
			       json_object_new_uint64(look->value[VALUE_MEM_TOTAL]));
	json_object_object_add(o, "mem_available_kib",
			       json_object_new_uint64(look->value[VALUE_MEM_AVAILABLE]));
	json_object_object_add(o, "swap_total_kib",
			       json_object_new_uint64(look->value[VALUE_SWAP_TOTAL]));
	json_object_object_add(o, "swap_free_kib",
			       json_object_new_uint64(look->value[VALUE_SWAP_FREE]));
	json_object_object_add(o, "coming_back_kib",
			       json_object_new_uint64(look->value[VALUE_PENDING_MEM]));
	json_object_object_add(o, "action",
			       json_object_new_string(actions[look->flags & LOOK_ACTION]));
	json_object_object_add(o, "low", json_object_new_boolean(!!(look->flags & LOOK_LOW)));
	if (turn.what != TURN_UNKNOWN)
		json_object_object_add(o, "turn", json_object_new_string(turn_name(turn.what)));
	if (turn.what == TURN_PAUSED)
		json_object_object_add(o, "pause", json_object_new_string(pause_name(turn.pause)));
	if (stall.open) {
		json_object_object_add(o, "stall_rule",
				       json_object_new_string(stall_rule_name(stall.rule)));
		json_object_object_add(o, "stalled_millitasks",
				       json_object_new_uint64(stall.waiting_milli));
		json_object_object_add(o, "lost_ppm", json_object_new_uint64(stall.lost_ppm));
	}
	return o;
}
