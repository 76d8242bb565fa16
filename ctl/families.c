/* SPDX-License-Identifier: MIT */
#include "families.h"

#include "act/event.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "choose/nobody.h"
#include "settings/level.h"
#include "tell/record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOUR_NS (3600 * NS_PER_S)

/* What is said of: a recording, where there is one, and whoever writes it. */
struct subject {
	const struct reading *reading; /* or NULL */
	bool running;
	struct config config;
	uint64_t cpu_ticks, resident_pages; /* of whoever writes it */
};

/* ---- how a number is written ---- */

struct out {
	FILE *file;
	const char *name; /* of the samples of this family */
	unsigned which;   /* the value or the event that they show, where one function shows many */
};

static void put_label(const struct out *out, const char *text)
{
	char safe[256];

	(void)log_safe(text, safe, sizeof(safe));
	for (const char *p = safe; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			(void)fputc('\\', out->file);
		(void)fputc(*p, out->file);
	}
}

/* One sample: pairs of label and value, NULL, and then its number as text. */
static void put(const struct out *out, const char *const labels[], const char *number)
{
	(void)fputs(out->name, out->file);
	for (unsigned i = 0; labels != NULL && labels[i] != NULL; i += 2) {
		(void)fprintf(out->file, "%s%s=\"", i == 0 ? "{" : ",", labels[i]);
		put_label(out, labels[i + 1]);
		(void)fputc('"', out->file);
	}
	(void)fprintf(out->file, "%s %s\n", labels != NULL ? "}" : "", number);
}

static void put_number(const struct out *out, const char *const labels[], uint64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, number);
	put(out, labels, text);
}

static void put_bytes(const struct out *out, uint64_t kib)
{
	put_number(out, NULL, kib * 1024);
}

/* Divided by a power of ten: as exact as it is known, and with a point in every locale. */
static void put_part(const struct out *out, const char *const labels[], uint64_t number,
		     uint64_t one, int digits)
{
	char text[48];

	(void)snprintf(text, sizeof(text), "%" PRIu64 ".%0*" PRIu64, number / one, digits,
		       number % one);
	put(out, labels, text);
}

static void put_seconds(const struct out *out, uint64_t ns)
{
	put_part(out, NULL, ns, NS_PER_S, 9);
}

/* ---- what is said ---- */

static const struct recording_look *last_look(const struct subject *s)
{
	const struct reading *r = s->reading;

	return s->running && r->look_count > 0 ? &r->looks[r->look_count - 1] : NULL;
}

static void up(const struct subject *s, const struct out *out)
{
	put_number(out, NULL, s->running);
}

static void build(const struct subject *s, const struct out *out)
{
	char version[sizeof(s->reading->header.program) + 1];
	const char *labels[] = {"version", version, NULL};

	(void)snprintf(version, sizeof(version), "%.*s", (int)sizeof(version) - 1,
		       s->reading->header.program);
	put_number(out, labels, 1);
}

/* Two machines with one hash are set alike. */
static void config(const struct subject *s, const struct out *out)
{
	struct recording_settings settings = s->reading->header.settings;
	char hash[20];
	const char *labels[] = {"dry_run", settings.dry_run ? "true" : "false", "hash", hash, NULL};

	settings.cpus = settings.limits = 0; /* the machine's, not somebody's choice */
	(void)snprintf(hash, sizeof(hash), "%016" PRIx64,
		       hash_bytes(HASH_BEGIN, &settings, sizeof(settings)));
	put_number(out, labels, 1);
}

static void collected(const struct subject *s, const struct out *out)
{
	(void)s;
	put_seconds(out, clock_real());
}

static void started(const struct subject *s, const struct out *out)
{
	put_seconds(out, s->reading->header.realtime_ns);
}

static void looked(const struct subject *s, const struct out *out)
{
	const struct recording_look *look = last_look(s);

	if (look != NULL)
		put_seconds(out, reading_realtime(s->reading, look->now_ns));
}

static void value(const struct subject *s, const struct out *out)
{
	const struct recording_look *look = last_look(s);

	if (look != NULL)
		put_bytes(out, look->value[out->which]);
}

static void memory_lowest(const struct subject *s, const struct out *out)
{
	const struct reading *r = s->reading;
	const struct recording_look *look = last_look(s);
	uint64_t lowest;

	if (look == NULL)
		return;
	lowest = look->value[VALUE_MEM_AVAILABLE];
	for (size_t i = 0; i < r->look_count; i++) {
		if (look->now_ns - min_u64(look->now_ns, r->looks[i].now_ns) < HOUR_NS)
			lowest = min_u64(lowest, r->looks[i].value[VALUE_MEM_AVAILABLE]);
	}
	for (size_t i = 0; i < r->span_count; i++) {
		if (look->now_ns - min_u64(look->now_ns, r->spans[i].to_ns) < HOUR_NS)
			lowest = min_u64(lowest, r->spans[i].mem_available_least);
	}
	put_bytes(out, lowest);
}

static void thresholds(const struct subject *s, const struct out *out)
{
	static const struct {
		enum level level;
		const char *resource, *signal;
	} rows[] = {
		{LEVEL_MEM_TERM, "memory", "SIGTERM"},
		{LEVEL_MEM_KILL, "memory", "SIGKILL"},
		{LEVEL_SWAP_TERM, "swap", "SIGTERM"},
		{LEVEL_SWAP_KILL, "swap", "SIGKILL"},
	};
	const struct recording_look *look = last_look(s);

	for (unsigned i = 0; look != NULL && i < ARRAY_SIZE(rows); i++) {
		const char *labels[] = {"resource", rows[i].resource, "signal", rows[i].signal,
					NULL};
		bool mem = rows[i].level == LEVEL_MEM_TERM || rows[i].level == LEVEL_MEM_KILL;
		uint64_t total = look->value[mem ? VALUE_MEM_TOTAL : VALUE_SWAP_TOTAL];

		put_part(out, labels, level_ppm(&s->config, rows[i].level, total), PPM, 6);
	}
}

static void stalled(const struct subject *s, const struct out *out)
{
	const struct recording_look *look = last_look(s);

	if (look != NULL)
		put_part(out, NULL, look->flags & LOOK_STALL_OPEN ? look->waiting_milli : 0, 1000,
			 3);
}

static void lost(const struct subject *s, const struct out *out)
{
	put_seconds(out, s->reading->header.counters.lost_ns);
}

static void episodes(const struct subject *s, const struct out *out)
{
	const struct recording_counters *c = &s->reading->header.counters;
	static const char *const kill[] = {"outcome", "kill", NULL};
	static const char *const none[] = {"outcome", "near_miss", NULL};

	put_number(out, kill, minus_u64(c->events[EVENT_RECOVERED], c->near_misses));
	put_number(out, none, c->near_misses);
}

static const char *kill_rule_name(unsigned rule)
{
	if (rule == RECORDING_REASON_GROUP)
		return "group";
	return rule > 0 ? stall_rule_name(rule) : "levels";
}

static void kills(const struct subject *s, const struct out *out)
{
	const struct recording_counters *c = &s->reading->header.counters;

	for (unsigned i = 0; i < (STALL_RULE_COUNT + 1) * 4u; i++) {
		unsigned rule = i / 4 < STALL_RULE_COUNT ? i / 4 : RECORDING_REASON_GROUP;
		unsigned kill = i / 2 % 2, dry = i % 2;
		const char *labels[] = {
			"rule",    kill_rule_name(rule),   "signal", kill ? "SIGKILL" : "SIGTERM",
			"dry_run", dry ? "true" : "false", NULL};

		put_number(out, labels, c->kills[rule][kill][dry]);
	}
}

static void unit_kills(const struct subject *s, const struct out *out)
{
	const struct recording_counters *c = &s->reading->header.counters;
	static const char *const others[] = {"unit", "other", NULL};

	for (unsigned i = 0; i < RECORDING_UNITS && c->units[i].name[0] != '\0'; i++) {
		char name[sizeof(c->units[i].name) + 1];
		const char *labels[] = {"unit", name, NULL};

		(void)snprintf(name, sizeof(name), "%.*s", (int)sizeof(name) - 1, c->units[i].name);
		put_number(out, labels, c->units[i].kills);
	}
	put_number(out, others, c->other_units);
}

static void nobody(const struct subject *s, const struct out *out)
{
	for (enum nobody why = NOBODY_NONE + 1; why < NOBODY_COUNT; why++) {
		const char *labels[] = {"reason", nobody_name(why), NULL};

		put_number(out, labels, s->reading->header.counters.nobody[why]);
	}
}

static void escalations(const struct subject *s, const struct out *out)
{
	put_number(out, NULL, s->reading->header.counters.escalations);
}

static void events(const struct subject *s, const struct out *out)
{
	put_number(out, NULL, s->reading->header.counters.events[out->which]);
}

static void kernel_kills(const struct subject *s, const struct out *out)
{
	put_number(out, NULL, s->reading->header.counters.kernel_kills);
}

static void freed(const struct subject *s, const struct out *out)
{
	put_bytes(out, s->reading->header.counters.freed_kib);
}

static void kill_duration(const struct subject *s, const struct out *out)
{
	const struct recording_counters *c = &s->reading->header.counters;
	char name[64];
	struct out part = {.file = out->file, .name = name};

	(void)snprintf(name, sizeof(name), "%s_count", out->name);
	put_number(&part, NULL, c->freed);
	(void)snprintf(name, sizeof(name), "%s_sum", out->name);
	put_seconds(&part, c->freed_ns);
}

static void reloads(const struct subject *s, const struct out *out)
{
	const struct recording_counters *c = &s->reading->header.counters;
	static const char *const good[] = {"result", "success", NULL};
	static const char *const bad[] = {"result", "failure", NULL};

	put_number(out, good, minus_u64(c->events[EVENT_RELOAD], c->reloads_failed));
	put_number(out, bad, c->reloads_failed);
}

static void reload_good(const struct subject *s, const struct out *out)
{
	put_number(out, NULL, !s->reading->header.counters.last_reload_failed);
}

/* ---- the daemon's own: proc_pid_stat(5) ---- */

/* utime, stime and rss; 0 where it cannot be read. */
static void read_own(struct subject *s)
{
	char path[64], text[1024] = "";
	const char *at;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%" PRIu64 "/stat", s->reading->header.writer_pid);
	f = fopen(path, "re");
	if (f != NULL) {
		(void)fread(text, 1, sizeof(text) - 1, f);
		(void)fclose(f);
	}
	at = strrchr(text, ')'); /* the end of field 2, whatever is in it */
	for (unsigned number = 3; at != NULL && number <= 24; number++) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
		if (number == 14 || number == 15)
			s->cpu_ticks += strtoull(at, NULL, 10);
		if (number == 24)
			s->resident_pages = strtoull(at, NULL, 10);
	}
}

static void look_at(struct subject *s)
{
	s->running = reading_running(s->reading);
	if (s->running)
		read_own(s);
	recording_to_config(&s->reading->header.settings, &s->config);
}

static void own_cpu(const struct subject *s, const struct out *out)
{
	if (s->running)
		put_seconds(out, s->cpu_ticks * (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK)));
}

static void own_memory(const struct subject *s, const struct out *out)
{
	if (s->running)
		put_bytes(out, s->resident_pages * ((uint64_t)sysconf(_SC_PAGESIZE) / 1024));
}

/* ---- all of it ---- */

enum type {
	GAUGE,
	COUNTER,
	SUMMARY,
	INFO,
};

static const struct family {
	enum type type;
	const char *name; /* without "_total" and "_info", which their types bring */
	const char *unit; /* or "" */
	const char *help;
	void (*samples)(const struct subject *subject, const struct out *out);
	unsigned which; /* of enum recording_value or event, for value() and events(); else 0 */
} families[] = {
	{GAUGE, "useroom_up", "", "1: the daemon runs.", up, 0},
	{GAUGE, "useroom_collected_timestamp_seconds", "seconds",
	 "When these numbers were read, since 1970.", collected, 0},
	{INFO, "useroom_build", "", "The daemon's version.", build, 0},
	{INFO, "useroom_config", "",
	 "Whether it only says what it would do, and a number that is the same on machines that "
	 "are set alike.",
	 config, 0},
	{GAUGE, "useroom_start_time_seconds", "seconds", "When it was started, since 1970.",
	 started, 0},
	{GAUGE, "useroom_last_look_timestamp_seconds", "seconds",
	 "When it last looked at the machine, since 1970.", looked, 0},
	{GAUGE, "useroom_memory_total_bytes", "bytes", "Memory that can be used at all.", value,
	 VALUE_MEM_TOTAL},
	{GAUGE, "useroom_memory_available_bytes", "bytes",
	 "Memory that is available, as the daemon counts it.", value, VALUE_MEM_AVAILABLE},
	{GAUGE, "useroom_memory_available_lowest_bytes", "bytes",
	 "The least that was available within the last hour.", memory_lowest, 0},
	{GAUGE, "useroom_swap_total_bytes", "bytes", "Swap.", value, VALUE_SWAP_TOTAL},
	{GAUGE, "useroom_swap_free_bytes", "bytes", "Swap that is free.", value, VALUE_SWAP_FREE},
	{GAUGE, "useroom_threshold_ratio", "ratio",
	 "At this share available the signal would be sent.", thresholds, 0},
	{GAUGE, "useroom_stalled_tasks", "",
	 "Tasks that thrashing keeps waiting; 0 while it is not looked for.", stalled, 0},
	{COUNTER, "useroom_lost_seconds", "seconds", "Time that a program lost to thrashing.", lost,
	 0},
	{COUNTER, "useroom_episodes", "",
	 "Times that memory was low, by how that ended: near_miss is without a victim.", episodes,
	 0},
	{COUNTER, "useroom_kills", "", "Victims, by what decided and the first signal.", kills, 0},
	{COUNTER, "useroom_unit_kills", "", "Victims by their systemd unit, without dry runs.",
	 unit_kills, 0},
	{COUNTER, "useroom_escalations", "", "Victims that needed a SIGKILL after SIGTERM.",
	 escalations, 0},
	{COUNTER, "useroom_stuck_victims", "", "Victims that did not go away.", events,
	 EVENT_STUCK},
	{COUNTER, "useroom_nobody", "", "Times that memory was low and nobody could be ended.",
	 nobody, 0},
	{COUNTER, "useroom_futile", "", "Times that ending processes could not have helped.",
	 events, EVENT_FUTILE},
	{COUNTER, "useroom_held_back", "",
	 "Times that tasks were stalled and nothing said that memory was taken.", events,
	 EVENT_NO_EVIDENCE},
	{COUNTER, "useroom_warnings", "", "Times that the level of -warn was reached.", events,
	 EVENT_WARN},
	{COUNTER, "useroom_kernel_kills", "", "Kills by the kernel while memory was low.",
	 kernel_kills, 0},
	{COUNTER, "useroom_freed_bytes", "bytes", "What victims gave back.", freed, 0},
	{SUMMARY, "useroom_kill_duration_seconds", "seconds",
	 "From the first signal until the victim was gone.", kill_duration, 0},
	{COUNTER, "useroom_config_reloads", "", "Times that the configuration was read again.",
	 reloads, 0},
	{GAUGE, "useroom_config_last_reload_successful", "",
	 "0: the configuration was refused, and the one before it still holds.", reload_good, 0},
	{COUNTER, "useroom_process_cpu_seconds", "seconds",
	 "Processor time of the daemon since it was started.", own_cpu, 0},
	{GAUGE, "useroom_process_resident_memory_bytes", "bytes", "Memory of the daemon.",
	 own_memory, 0},
};

#define FAMILIES_WITHOUT 2 /* so many of them, the first, can be told without a recording */

/*
 * OpenMetrics 1.0 (the default), or the older text format 0.0.4, which node_exporter reads: there
 * the family has the name of its samples, no unit, and no end.
 */
static void write_family(FILE *file, const struct subject *s, const struct family *f, bool open)
{
	static const char *const types[] = {"gauge", "counter", "summary", "info"};
	static const char *const suffix[] = {"", "_total", "", "_info"};
	char name[96];
	const struct out out = {file, name, f->which};
	const char *shown = open ? f->name : name;

	(void)snprintf(name, sizeof(name), "%s%s", f->name, suffix[f->type]);
	(void)fprintf(file, "# TYPE %s %s\n", shown,
		      !open && f->type == INFO ? "gauge" : types[f->type]);
	if (open && f->unit[0] != '\0')
		(void)fprintf(file, "# UNIT %s %s\n", shown, f->unit);
	(void)fprintf(file, "# HELP %s %s\n", shown, f->help);
	f->samples(s, &out);
}

void families_write(FILE *to, const struct reading *reading, enum families_format format)
{
	static struct subject s;
	unsigned count = reading != NULL ? ARRAY_SIZE(families) : FAMILIES_WITHOUT;
	bool open = format == FAMILIES_OPENMETRICS;

	s = (struct subject){.reading = reading};
	if (reading != NULL)
		look_at(&s);
	for (unsigned i = 0; i < count; i++)
		write_family(to, &s, &families[i], open);
	if (open)
		(void)fputs("# EOF\n", to);
}
