/* SPDX-License-Identifier: MIT */
#include "tell/report.h"

#include "base/clock.h"
#include "base/units.h"
#include "base/util.h"
#include "look/parse.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *report_signal_name(int signal)
{
	return signal == SIGKILL ? "SIGKILL" : "SIGTERM";
}

enum log_level report_level(const struct event *e)
{
	switch (e->type) {
	case EVENT_KILL:
	case EVENT_STUCK:
	case EVENT_NOBODY:
	case EVENT_FUTILE:
	case EVENT_KERNEL_KILL:
	case EVENT_FAILED:
	case EVENT_WARN:
	case EVENT_NO_EVIDENCE:
	case EVENT_SQUEEZED:
		return LOG_WARN;
	case EVENT_RELOAD:
		return e->error ? LOG_ERROR : LOG_NOTE;
	case EVENT_LOW:
		return LOG_DETAIL;
	case EVENT_START:
	case EVENT_STOP:
	case EVENT_FREED:
	case EVENT_RECOVERED:
	case EVENT_TYPE_COUNT:
		break;
	}
	return LOG_NOTE;
}

/* ---- a text that grows and is cut at its end ---- */

struct text {
	char *buf;
	size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->buf + t->length, t->size - t->length, format, args);
	va_end(args);
	if (n > 0)
		t->length = t->length + (size_t)n < t->size ? t->length + (size_t)n : t->size - 1;
}

static void add_size(struct text *t, uint64_t kib)
{
	char buf[32];

	add(t, "%s", units_size(kib, buf, sizeof(buf)));
}

static void add_percent(struct text *t, uint32_t ppm)
{
	char buf[32];

	add(t, "%s %%", units_percent(ppm, buf, sizeof(buf)));
}

/* A level as it was written: a share, or an amount. */
static void add_level(struct text *t, uint32_t ppm, uint64_t kib)
{
	char buf[32];

	add(t, "%s", units_level(ppm, kib, buf, sizeof(buf)));
}

static void add_time(struct text *t, uint64_t ns)
{
	char buf[32];

	add(t, "%s", units_time(ns, buf, sizeof(buf)));
}

/* R28, R60: a name is whatever its owner likes. */
static void add_safe(struct text *t, const char *name)
{
	char buf[4 * EXE_MAX + 1];

	add(t, "%s", log_safe(name, buf, sizeof(buf)));
}

/* ---- sentences ---- */

static void say_process(struct text *t, pid_t pid, const char *comm)
{
	add(t, "%d (", (int)pid);
	add_safe(t, comm);
	add(t, ")");
}

static void say_levels(struct text *t, const struct event *e)
{
	const struct decision *d = &e->decision;

	add(t, "available ");
	add_size(t, e->sample.mem_available_kib);
	add(t, " (");
	add_percent(t, d->mem_ppm);
	add(t, ") %s ", d->mem_low ? "<=" : ">");
	add_level(t, d->mem_limit_ppm, d->mem_limit_kib);
	if (!d->swap_counts) {
		add(t, e->sample.swap_total_kib == 0 ? ", no swap" : ", swap ignored");
		return;
	}
	add(t, ", swap free ");
	add_size(t, e->sample.swap_free_kib);
	add(t, " (");
	add_percent(t, d->swap_ppm);
	add(t, ") %s ", d->swap_low ? "<=" : ">");
	add_level(t, d->swap_limit_ppm, d->swap_limit_kib);
}

/* To a tenth: tasks are counted as a mean. */
static void add_tasks(struct text *t, uint32_t milli)
{
	uint32_t tenths = milli / 100;

	add(t, "%" PRIu32 ".%" PRIu32, tenths / 10, tenths % 10);
}

/* Near-OOM, where it decided or at least is there; a flood and a wait without refaults are said as
 * what they are. */
static void say_stall(struct text *t, const struct event *e)
{
	const struct stall_view *stall = &e->decision.stall;

	if (stall->rule == STALL_FLOOD) {
		add(t, "swapping out: allocations wait for it, ");
	} else if (stall->rule == STALL_NONE && !stall->suspicious) {
		return;
	} else {
		add(t, "thrashing: ");
		add_tasks(t, stall->waiting_milli);
		add(t, " tasks stalled, ");
	}
	add_percent(t, stall->lost_ppm / 10000 * 10000);
	add(t, " of time lost");
	if (e->decision.by_stall && !e->decision.mem_low && stall->reach_ns != UINT64_MAX) {
		add(t, ", and at this speed memory is low in ");
		add_time(t, stall->reach_ns);
	}
	add(t, "; ");
}

static void say_owner(struct text *t, const struct event *e)
{
	const struct proc *p = &e->target.victim;

	add(t, "user ");
	if (e->user[0])
		add_safe(t, e->user);
	else
		add(t, "%" PRIu32, p->uid);
	if (e->target.victim.unit[0]) {
		add(t, ", unit ");
		add_safe(t, e->target.victim.unit);
	}
	if (e->target.victim.container[0]) {
		add(t, ", container ");
		add_safe(t, e->target.victim.container);
	}
}

/* what: "it", or where that could be the group "the process". */
static void say_held(struct text *t, const char *what, const struct target *target)
{
	const struct proc *p = &target->victim;
	bool alone = target->kind == TARGET_PROCESS;

	add(t, "%s held ", alone ? what : "together they");
	add_size(t, p->freeable_kib);
	if (p->swap_kib > 0) {
		add(t, " (");
		add_size(t, p->swap_kib);
		add(t, " of it in swap)");
	}
	if (alone && proc_shared_kib(p) > p->freeable_kib / 100) {
		add(t, " and shares ");
		add_size(t, proc_shared_kib(p));
		add(t, " with others");
	}
	if (target->kind == TARGET_SWARM) {
		add(t, ", of ");
		add_size(t, p->swarm_kib);
		add(t, " of all that are like them");
	} else if (alone && p->growing) {
		add(t, ", ");
		add_size(t, p->grown_kib);
		add(t, " more than ");
		add_time(t, p->grown_ns);
		add(t, " before");
	}
	if (p->leader_exited)
		add(t, ", its main thread has exited");
	add(t, ", oom_score %d", p->oom_score);
	if (p->oom_score_adj != 0)
		add(t, ", oom_score_adj %d", p->oom_score_adj);
}

static void say_next(struct text *t, const struct event *e)
{
	add(t, "; next: ");
	if (!e->has_next) {
		add(t, "nobody");
		return;
	}
	say_process(t, e->next.pid, e->next.comm);
	add(t, " ");
	add_size(t, e->next.freeable_kib);
}

static const char *ordinal(unsigned n)
{
	static const char *const endings[] = {"th", "st", "nd", "rd"};
	unsigned tens = n % 100 / 10;

	return tens != 1 && n % 10 < 4 ? endings[n % 10] : endings[0];
}

/* R88: swapoff, which holds nothing itself. */
static void say_brings_back(struct text *t, const struct event *e)
{
	add(t, "it still had to bring ");
	add_size(t, e->decision.futile_kib);
	add(t, " back from swap, which do not fit into memory");
}

/* The container, or the unit, or neither; and the group. */
static void say_group(struct text *t, const struct event *e)
{
	const char *name =
		e->target.victim.container[0] ? e->target.victim.container : e->target.victim.unit;

	if (event_is_node(e->group.path)) {
		add(t, "NUMA node ");
		add_safe(t, e->group.path + sizeof(EVENT_NODE) - 1);
		return;
	}
	if (name[0] != '\0') {
		add_safe(t, name);
		add(t, " (");
	}
	add_safe(t, e->group.path);
	if (name[0] != '\0')
		add(t, ")");
}

static void say_throttled(struct text *t, const struct squeeze_view *v)
{
	add(t, " is held up at its memory.high of ");
	add_size(t, v->limit_kib);
	add(t, ": throttled %" PRIu32 " times a second, and ", v->highs_per_s);
	add_percent(t, v->room_ppm / 10000 * 10000);
	add(t, " of it is page cache or free");
}

static void say_thrashing(struct text *t, const struct squeeze_view *v, bool is_node)
{
	add(t, is_node ? " thrashes with its " : " thrashes at its own limit of ");
	add_size(t, v->limit_kib);
	add(t, ": ");
	add_tasks(t, v->waiting_milli);
	add(t, " tasks stalled by %" PRIu32 " refaults/s, ", v->hard_per_s);
	add_percent(t, v->room_ppm / 10000 * 10000);
	add(t, " of it is page cache or free, which is read again every ");
	add_time(t, v->turnover_ms * NS_PER_MS);
	if (v->rule == SQUEEZE_TIGHT) {
		add(t, is_node ? "; nothing in it grew: what is bound to it may never have fitted"
			       : "; nothing in it grew: the limit is too small for it");
		return;
	}
	add(t, "; it grew by ");
	add_size(t, v->grown_kib);
}

static void say_full(struct text *t, const struct squeeze_view *v)
{
	add(t, " fills up to its own limit of ");
	add_size(t, v->limit_kib);
	add(t, ": ");
	add_percent(t, v->room_ppm / 10000 * 10000);
	add(t, " of it is page cache or free; it grew by ");
	add_size(t, v->grown_kib);
}

static void say_trouble(struct text *t, const struct event *e)
{
	const struct squeeze_view *v = &e->group.view;

	say_group(t, e);
	if (v->rule == SQUEEZE_THROTTLED)
		say_throttled(t, v);
	else if (v->rule == SQUEEZE_FULL)
		say_full(t, v);
	else
		say_thrashing(t, v, event_is_node(e->group.path));
}

static void say_squeezed(struct text *t, const struct event *e)
{
	say_trouble(t, e);
	add(t, "; nobody is ended for it");
	/* that of a tight one has been said */
	if (e->nobody != NOBODY_NONE &&
	    !((e->nobody == NOBODY_STILL || e->nobody == NOBODY_UNCLEAR) &&
	      e->group.view.rule == SQUEEZE_TIGHT))
		add(t, ": %s", nobody_text(e->nobody));
}

static bool is_for_group(const struct event *e)
{
	return e->group.view.rule != SQUEEZE_NONE;
}

/* Whose memory is short, and why. */
static void say_why(struct text *t, const struct event *e)
{
	if (is_for_group(e)) {
		say_trouble(t, e);
		return;
	}
	say_stall(t, e);
	say_levels(t, e);
}

static void say_head(struct text *t, const struct target *target)
{
	if (target->head.pid == 0)
		return;
	add(t, ", and ");
	say_process(t, target->head.pid, target->head.comm);
	add(t, " that starts them");
}

static void say_together(struct text *t, const struct target *target)
{
	uint64_t more = minus_u64(target->together_count, target->head.pid != 0);

	if (target->kind == TARGET_GROUP)
		add(t, " and with it all of its control group (memory.oom.group)");
	else if (more > 0)
		add(t, " and %" PRIu64 " more that %s", more,
		    target->kind == TARGET_SWARM ? "are alike and began lately" : "use its memory");
	say_head(t, target);
}

const char *report_together(const struct event *e, char *buf, size_t size)
{
	struct text t = {.buf = buf, .size = size};

	buf[0] = '\0';
	say_together(&t, &e->target);
	return buf;
}

static void say_kill(struct text *t, const struct event *e)
{
	add(t, "%s ", e->dry_run ? "would kill" : "killed");
	say_process(t, e->target.victim.pid, e->target.victim.comm);
	say_together(t, &e->target);
	add(t, " with %s%s: ", report_signal_name(e->signal),
	    e->escalated      ? ", SIGTERM did not end it"
	    : e->swapped_out  ? ", it is swapped out"
	    : e->ignores_term ? ", it ignores SIGTERM"
			      : "");
	say_why(t, e);
	add(t, "; ");
	if (e->decision.futile == HOLDER_SWAPOFF) {
		say_brings_back(t, e);
	} else {
		say_held(t, is_for_group(e) ? "the process" : "it", &e->target);
		add(t, ", ");
		say_owner(t, e);
		say_next(t, e);
	}
	add(t, "; ");
	add_time(t, e->decide_to_signal_ns);
	add(t, " after the look");
	if (e->repeat_count > 1)
		add(t, "; the %u%s victim of %s in a short time", e->repeat_count,
		    ordinal(e->repeat_count), e->target.victim.unit[0] ? "this unit" : "this name");
}

static void say_freed(struct text *t, const struct event *e)
{
	say_process(t, e->target.victim.pid, e->target.victim.comm);
	add(t, " is gone: ");
	add_size(t, e->came_back_kib);
	add(t, " back after ");
	add_time(t, e->since_signal_ns);
	if (!e->held_back)
		return;
	add(t, ", of ");
	add_size(t, e->target.victim.freeable_kib + proc_shared_kib(&e->target.victim));
	add(t, " that it held: others hold it too, so none like it is ended for a while");
}

static void say_stuck(struct text *t, const struct event *e)
{
	say_process(t, e->target.victim.pid, e->target.victim.comm);
	add(t, " has not gone away ");
	add_time(t, e->since_signal_ns);
	add(t,
	    " after its first signal: it is stuck in the kernel (state %c); its memory is not "
	    "waited for",
	    e->target.victim.state ? e->target.victim.state : '?');
}

static const char *holder_text(enum holder holder)
{
	static const char *const texts[] = {
		[HOLDER_NONE] = "nobody",
		[HOLDER_SHMEM] = "tmpfs and shared memory (Shmem)",
		[HOLDER_HUGETLB] = "reserved huge pages (Hugetlb)",
		[HOLDER_SLAB] = "the kernel's own objects (SUnreclaim)",
		[HOLDER_KERNEL] = "the kernel's stacks, page tables and buffers",
		[HOLDER_UNKNOWN] = "the kernel or a driver, in no line of meminfo",
		[HOLDER_PROTECTED] = "processes that must not be ended",
		[HOLDER_BALLOON] = "a balloon that gave it to the host",
		[HOLDER_SWAPOFF] = "swapoff",
		[HOLDER_NOBODY] = "nobody",
	};

	return texts[holder];
}

static const char *holder_name(enum holder holder)
{
	static const char *const names[] = {
		[HOLDER_NONE] = "none",           [HOLDER_SHMEM] = "shmem",
		[HOLDER_HUGETLB] = "hugetlb",     [HOLDER_SLAB] = "slab",
		[HOLDER_KERNEL] = "kernel",       [HOLDER_UNKNOWN] = "unknown",
		[HOLDER_PROTECTED] = "protected", [HOLDER_BALLOON] = "balloon",
		[HOLDER_SWAPOFF] = "swapoff",     [HOLDER_NOBODY] = "nobody",
	};

	return names[holder];
}

static bool is_one_holder(enum holder holder)
{
	return holder == HOLDER_UNKNOWN || holder == HOLDER_BALLOON;
}

/* R88: the memory of whoever were ended would be filled from swap. The kernel's own killer takes
 * swapoff first (set_current_oom_origin() in mm/swapfile.c). */
static void say_swapoff(struct text *t, const struct event *e)
{
	add(t, "; swapoff is running and still has to bring ");
	add_size(t, e->decision.futile_kib);
	add(t, " back into memory: nobody else is ended meanwhile");
}

/* Which of it must be removed by hand. */
static void say_staying(struct text *t, const struct sample *s)
{
	if (s->tmpfs_kib > 0) {
		add(t, ", ");
		add_size(t, s->tmpfs_kib);
		add(t, " in files of /dev/shm, /tmp or /run");
	}
	if (s->sysv_kib > 0) {
		add(t, ", ");
		add_size(t, s->sysv_kib);
		add(t, " in System V segments (ipcs -m)");
	}
}

static void say_futile(struct text *t, const struct event *e)
{
	say_stall(t, e);
	say_levels(t, e);
	if (e->decision.futile == HOLDER_SWAPOFF) {
		say_swapoff(t, e);
		return;
	}
	if (e->decision.futile == HOLDER_NOBODY) {
		add(t, "; no process was seen to take what is missing: nobody is ended above the "
		       "SIGKILL level");
		return;
	}
	add(t, "; ending processes cannot help: %s hold", holder_text(e->decision.futile));
	add(t, is_one_holder(e->decision.futile) ? "s " : " ");
	add_size(t, e->decision.futile_kib);
	if (e->decision.futile == HOLDER_SHMEM)
		say_staying(t, &e->sample);
}

static void say_start(struct text *t, const struct event *e)
{
	add(t, "watching%s: ", e->dry_run ? " (dry run: no signal will be sent)" : "");
	add_size(t, e->sample.mem_total_kib);
	add(t, " of memory, ");
	if (e->sample.swap_total_kib == 0)
		add(t, "no swap");
	else
		add_size(t, e->sample.swap_total_kib);
	add(t, "%s; SIGTERM at ", e->sample.swap_total_kib == 0 ? "" : " of swap");
	add_level(t, e->mem_term_ppm, e->level_kib[LEVEL_MEM_TERM]);
	add(t, " available, SIGKILL at ");
	add_level(t, e->mem_kill_ppm, e->level_kib[LEVEL_MEM_KILL]);
	if (e->decision.swap_counts) {
		add(t, ", swap free ");
		add_level(t, e->swap_term_ppm, e->level_kib[LEVEL_SWAP_TERM]);
		add(t, " and ");
		add_level(t, e->swap_kill_ppm, e->level_kib[LEVEL_SWAP_KILL]);
	}
	if (e->stall_milli > 0) {
		add(t, "; SIGTERM when thrashing stalls ");
		add_tasks(t, e->stall_milli);
		add(t, " tasks");
	}
	add(t, "; looking every ");
	add_time(t, e->interval_ns);
	add(t, " or sooner");
}

static void say_recovered(struct text *t, const struct event *e)
{
	/* Until the first look above the level: a victim's last memory may come back later. */
	add(t, "recovered: memory was short for ");
	add_time(t, e->decision.course.episode_ns);
	add(t, "; available ");
	add_size(t, e->sample.mem_available_kib);
	add(t, " (");
	add_percent(t, e->decision.mem_ppm);
	add(t, "), %u %s", e->kills, e->kills == 1 ? "victim" : "victims");
}

static void say_failed(struct text *t, const struct event *e)
{
	add(t, "cannot signal ");
	say_process(t, e->target.victim.pid, e->target.victim.comm);
	add(t, ": %s%s%s; it is not tried again", e->error_call ? e->error_call : "",
	    e->error_call ? ": " : "", strerror(e->error));
}

static void say_other(struct text *t, const struct event *e)
{
	switch (e->type) {
	case EVENT_STOP:
		add(t, "stopping");
		break;
	case EVENT_RELOAD:
		add(t, e->error ? "configuration not taken over, the running one stays"
				: "configuration read again");
		break;
	case EVENT_WARN:
		add(t, "memory is getting short: ");
		say_stall(t, e);
		say_levels(t, e);
		break;
	case EVENT_LOW:
		add(t, e->decision.by_stall ? "near-OOM, " : "memory is low: ");
		say_stall(t, e);
		say_levels(t, e);
		break;
	case EVENT_NO_EVIDENCE:
		say_stall(t, e);
		say_levels(t, e);
		add(t,
		    "; nobody is ended for it: no memory was taken lately, so what they read may "
		    "never have fitted");
		break;
	case EVENT_SQUEEZED:
		say_squeezed(t, e);
		break;
	case EVENT_NOBODY:
		say_stall(t, e);
		say_levels(t, e);
		add(t, "; nobody can be ended: %s", nobody_text(e->nobody));
		break;
	case EVENT_KERNEL_KILL:
		add(t, "the kernel's own killer ended %u %s", e->kills,
		    e->kills == 1 ? "process" : "processes");
		break;
	default:
		assert(false); /* an event without a sentence */
	}
}

size_t report_text(const struct event *e, char *buf, size_t size)
{
	struct text t = {.buf = buf, .size = size};

	buf[0] = '\0';
	switch (e->type) {
	case EVENT_START:
		say_start(&t, e);
		break;
	case EVENT_KILL:
		say_kill(&t, e);
		break;
	case EVENT_FREED:
		say_freed(&t, e);
		break;
	case EVENT_STUCK:
		say_stuck(&t, e);
		break;
	case EVENT_FUTILE:
		say_futile(&t, e);
		break;
	case EVENT_RECOVERED:
		say_recovered(&t, e);
		break;
	case EVENT_FAILED:
		say_failed(&t, e);
		break;
	default:
		say_other(&t, e);
	}
	return t.length;
}

/* ---- JSON ---- */

/* RFC 8259: what log_safe lets through needs only its quotes escaped; log_safe's own backslashes
 * are doubled. */
static void json_raw_string(struct text *t, const char *key, const char *safe)
{
	add(t, ",\"%s\":\"", key);
	/* Where it is cut, it still ends as it must. */
	for (const char *c = safe; *c && t->length + sizeof("\\x\"}") < t->size; c++)
		add(t, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
	add(t, "\"");
}

static void json_string(struct text *t, const char *key, const char *value)
{
	char safe[4 * EXE_MAX + 1];

	json_raw_string(t, key, log_safe(value, safe, sizeof(safe)));
}

static void json_number(struct text *t, const char *key, uint64_t value)
{
	add(t, ",\"%s\":%" PRIu64, key, value);
}

static void json_signed(struct text *t, const char *key, int64_t value)
{
	add(t, ",\"%s\":%" PRId64, key, value);
}

static void json_bool(struct text *t, const char *key, bool value)
{
	add(t, ",\"%s\":%s", key, value ? "true" : "false");
}

static void json_percent(struct text *t, const char *key, uint32_t ppm)
{
	char buf[32];

	add(t, ",\"%s\":%s", key, units_percent(ppm, buf, sizeof(buf)));
}

static void json_time(struct text *t, uint64_t realtime_ns)
{
	time_t seconds = (time_t)(realtime_ns / 1000000000u);
	struct tm tm;

	(void)gmtime_r(&seconds, &tm);
	add(t, "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03uZ\"", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
	    (unsigned)(realtime_ns / NS_PER_MS % 1000));
}

static void json_sample(struct text *t, const struct event *e)
{
	const struct sample *s = &e->sample;

	if (s->mem_total_kib == 0) /* /proc/meminfo could not be read: nothing, and not zeros */
		return;
	json_number(t, "mem_total_kib", s->mem_total_kib);
	json_number(t, "mem_available_kib", s->mem_available_kib);
	json_percent(t, "mem_available_percent", share_ppm(s->mem_available_kib, s->mem_total_kib));
	json_number(t, "swap_total_kib", s->swap_total_kib);
	json_number(t, "swap_free_kib", s->swap_free_kib);
	json_percent(t, "swap_free_percent", share_ppm(s->swap_free_kib, s->swap_total_kib));
}

static void json_stall(struct text *t, const struct event *e)
{
	const struct stall_view *stall = &e->decision.stall;

	if (!stall->open)
		return;
	json_string(t, "stall_rule", stall_rule_name(stall_seen(stall)));
	json_string(t, "stall_evidence", stall_evidence_name(stall->evidence));
	json_bool(t, "by_stall", e->decision.by_stall);
	json_number(t, "stalled_millitasks", stall->waiting_milli);
	json_percent(t, "lost_percent", stall->lost_ppm);
}

/* The share in any case; and the amount, where it was written as one. */
static void json_level(struct text *t, const char *name, uint32_t ppm, uint64_t kib)
{
	char key[32];

	(void)snprintf(key, sizeof(key), "%s_percent", name);
	json_percent(t, key, ppm);
	(void)snprintf(key, sizeof(key), "%s_kib", name);
	if (kib > 0)
		json_number(t, key, kib);
}

static void json_limits(struct text *t, const struct event *e)
{
	json_level(t, "mem_limit", e->decision.mem_limit_ppm, e->decision.mem_limit_kib);
	if (e->decision.swap_counts)
		json_level(t, "swap_limit", e->decision.swap_limit_ppm, e->decision.swap_limit_kib);
	json_stall(t, e);
}

static void json_victim(struct text *t, const struct event *e)
{
	const struct proc *p = &e->target.victim;

	json_signed(t, "pid", p->pid);
	json_string(t, "name", p->comm);
	json_string(t, "exe", p->exe);
	json_number(t, "uid", p->uid);
	json_string(t, "user", e->user);
	json_string(t, "unit", e->target.victim.unit);
	json_string(t, "container", e->target.victim.container);
	json_number(t, "rss_kib", p->rss_kib);
	json_number(t, "anon_kib", p->anon_kib);
	json_number(t, "swap_kib", p->swap_kib);
	json_number(t, "freeable_kib", p->freeable_kib);
	if (proc_shared_kib(p) > 0)
		json_number(t, "shared_kib", proc_shared_kib(p));
	if (p->swarm_kib > 0)
		json_number(t, "swarm_kib", p->swarm_kib);
	if (p->growing) {
		json_number(t, "grown_kib", p->grown_kib);
		json_number(t, "grown_ns", p->grown_ns);
	}
	json_signed(t, "oom_score", p->oom_score);
	json_signed(t, "oom_score_adj", p->oom_score_adj);
	if (p->start_ticks > 0) /* it is not recorded */
		json_number(t, "start_ticks", p->start_ticks);
}

static void json_holder(struct text *t, const struct event *e)
{
	json_string(t, "holder", holder_name(e->decision.futile));
	json_number(t, "holder_kib", e->decision.futile_kib);
}

static uint64_t node_number(const char *path)
{
	const char *digits = path + sizeof(EVENT_NODE) - 1;
	uint64_t number = 0;

	(void)parse_number(digits, strlen(digits), &number);
	return number;
}

static void json_group(struct text *t, const struct event *e)
{
	const struct squeeze_view *v = &e->group.view;

	json_string(t, "rule", squeeze_rule_name(v->rule));
	if (event_is_node(e->group.path))
		json_number(t, "node", node_number(e->group.path));
	else
		json_string(t, "group", e->group.path);
	json_number(t, "limit_kib", v->limit_kib);
	json_number(t, "usage_kib", v->usage_kib);
	json_number(t, "held_kib", v->held_kib);
	/* beside a victim that word is its own */
	json_number(t, e->type == EVENT_SQUEEZED ? "grown_kib" : "group_grown_kib", v->grown_kib);
	json_percent(t, "room_percent", v->room_ppm);
	json_number(t, "stalled_millitasks", v->waiting_milli);
	json_number(t, "blocked_millitasks", v->blocked_milli);
	json_number(t, "refaults_per_s", v->hard_per_s);
	json_number(t, "throttled_per_s", v->highs_per_s);
	if (v->turnover_ms != UINT64_MAX)
		json_number(t, "turnover_ms", v->turnover_ms);
}

static void json_kill(struct text *t, const struct event *e)
{
	if (e->group.view.rule != SQUEEZE_NONE)
		json_group(t, e);
	else
		json_limits(t, e);
	json_string(t, "signal", report_signal_name(e->signal));
	json_bool(t, "escalated", e->escalated);
	json_bool(t, "ignores_sigterm", e->ignores_term);
	json_bool(t, "swapped_out", e->swapped_out);
	if (e->target.kind == TARGET_GROUP)
		json_bool(t, "whole_group", true);
	json_bool(t, "dry_run", e->dry_run);
	json_victim(t, e);
	if (e->decision.futile == HOLDER_SWAPOFF)
		json_holder(t, e);
	if (e->has_next) {
		json_signed(t, "next_pid", e->next.pid);
		json_string(t, "next_name", e->next.comm);
		json_number(t, "next_freeable_kib", e->next.freeable_kib);
	}
	if (e->target.together_count > 0)
		json_number(t, "together", e->target.together_count);
	if (e->target.head.pid != 0) {
		json_signed(t, "head_pid", e->target.head.pid);
		json_string(t, "head_name", e->target.head.comm);
	}
	json_number(t, "decide_to_signal_ns", e->decide_to_signal_ns);
	json_number(t, "repeat_count", e->repeat_count);
}

static void json_gone(struct text *t, const struct event *e)
{
	json_victim(t, e);
	json_string(t, "signal", report_signal_name(e->signal));
	json_number(t, "since_signal_ns", e->since_signal_ns);
	json_number(t, "came_back_kib", e->came_back_kib);
	if (e->type == EVENT_FREED)
		json_bool(t, "exited_by_term", e->exited_by_term);
	if (e->held_back)
		json_bool(t, "held_back", true);
}

static void json_settings(struct text *t, const struct event *e)
{
	json_bool(t, "dry_run", e->dry_run);
	if (e->interval_ns == 0) /* what is not known is left out */
		return;
	json_level(t, "mem_term", e->mem_term_ppm, e->level_kib[LEVEL_MEM_TERM]);
	json_level(t, "mem_kill", e->mem_kill_ppm, e->level_kib[LEVEL_MEM_KILL]);
	json_level(t, "swap_term", e->swap_term_ppm, e->level_kib[LEVEL_SWAP_TERM]);
	json_level(t, "swap_kill", e->swap_kill_ppm, e->level_kib[LEVEL_SWAP_KILL]);
	json_number(t, "interval_ns", e->interval_ns);
	json_number(t, "stall_millitasks", e->stall_milli);
}

static void json_squeezed(struct text *t, const struct event *e)
{
	json_group(t, e);
	json_string(t, "unit", e->target.victim.unit);
	json_string(t, "container", e->target.victim.container);
	if (e->nobody != NOBODY_NONE)
		json_string(t, "reason", nobody_name(e->nobody));
}

static void json_error(struct text *t, const struct event *e)
{
	if (e->error == 0)
		return;
	json_string(t, "error", strerror(e->error));
	if (e->error_call)
		json_string(t, "call", e->error_call);
}

static void json_settings_read(struct text *t, const struct event *e)
{
	json_settings(t, e);
	json_error(t, e);
}

static void json_nobody(struct text *t, const struct event *e)
{
	json_limits(t, e);
	json_string(t, "reason", nobody_name(e->nobody));
	if (e->held_back)
		json_bool(t, "held_back", true);
}

static void json_futile(struct text *t, const struct event *e)
{
	json_limits(t, e);
	json_holder(t, e);
}

static void json_kernel_kill(struct text *t, const struct event *e)
{
	json_number(t, "kills", e->kills);
}

static void json_recovered(struct text *t, const struct event *e)
{
	json_number(t, "episode_ns", e->decision.course.episode_ns);
	json_number(t, "kills", e->kills);
}

static void json_failed(struct text *t, const struct event *e)
{
	json_victim(t, e);
	json_error(t, e);
}

/* What an event says beyond its time, name and sample; NULL: nothing. */
static void (*const json_bodies[EVENT_TYPE_COUNT])(struct text *t, const struct event *e) = {
	[EVENT_START] = json_settings_read,
	[EVENT_RELOAD] = json_settings_read,
	[EVENT_WARN] = json_limits,
	[EVENT_LOW] = json_limits,
	[EVENT_NO_EVIDENCE] = json_limits,
	[EVENT_SQUEEZED] = json_squeezed,
	[EVENT_NOBODY] = json_nobody,
	[EVENT_KILL] = json_kill,
	[EVENT_FREED] = json_gone,
	[EVENT_STUCK] = json_gone,
	[EVENT_FUTILE] = json_futile,
	[EVENT_RECOVERED] = json_recovered,
	[EVENT_KERNEL_KILL] = json_kernel_kill,
	[EVENT_FAILED] = json_failed,
};

size_t report_json_note(enum log_level level, const char *line, char *buf, size_t size)
{
	struct text t = {.buf = buf, .size = size};

	json_time(&t, clock_real());
	json_string(&t, "event", "note");
	json_number(&t, "level", level);
	json_raw_string(&t, "message", line);
	add(&t, "}");
	return t.length;
}

size_t report_json(const struct event *e, char *buf, size_t size)
{
	struct text t = {.buf = buf, .size = size};

	json_time(&t, e->realtime_ns);
	json_string(&t, "event", event_name(e->type));
	json_sample(&t, e);
	if (json_bodies[e->type] != NULL)
		json_bodies[e->type](&t, e);
	add(&t, "}");
	return t.length;
}
