/* SPDX-License-Identifier: MIT */
/* status: one screen about the daemon and the machine now. */
#include "base/log.h"
#include "base/units.h"
#include "base/util.h"
#include "ctl.h"
#include "draw.h"
#include "look/nodes.h"
#include "meters.h"
#include "settings/level.h"
#include "share.h"
#include "tell/report.h"
#include "view.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define GAUGE_WIDTH  32
#define EVENTS_SHOWN 5

static struct view view;

static const struct {
	uint32_t bit; /* enum recording_limits */
	const char *name, *text;
} limits[] = {
	{LIMIT_NOT_ROOT, "not_root", "it is not root: only its own user's processes can be ended"},
	{LIMIT_HIDDEN, "hidden",
	 "/proc hides other users' processes (hidepid or ProtectProc): they cannot be chosen"},
	{LIMIT_NAMESPACE, "namespace",
	 "only the processes of its pid namespace can be seen and ended"},
	{LIMIT_UNGUARDED, "unguarded",
	 "it may not lower its oom_score_adj (CAP_SYS_RESOURCE): the kernel's own killer may take "
	 "it"},
	{LIMIT_NOT_LOCKED, "not_locked",
	 "it may not lock itself in memory (CAP_IPC_LOCK): it may be slow when memory is short"},
	{LIMIT_NOT_HURRIED, "not_hurried",
	 "it may not raise its priority (CAP_SYS_NICE): it may be late on a busy machine"},
	{LIMIT_NO_AVAILABLE, "no_available",
	 "there is no MemAvailable to be believed: it is estimated"},
};

/* What is so on this machine whoever runs; after those that the daemon found for itself. */
static const struct {
	uint32_t bit; /* enum sense_blind */
	const char *name, *text;
} machine_limits[] = {
	{BLIND_FOREIGN, "foreign_meminfo",
	 "meminfo is a container's own: only its levels count, and near-OOM is not looked for"},
	{BLIND_DISKS, "no_disk",
	 "no disk counts what is read (queue/iostats is 0, or there is no disk): near-OOM can "
	 "hardly "
	 "be seen"},
	{BLIND_REFAULTS, "no_refaults",
	 "the kernel counts no refaults (before 3.15): only the worst near-OOM is seen"},
	{BLIND_PRESSURE, "no_pressure",
	 "the kernel tells no memory pressure (no PSI: CONFIG_PSI, or psi=1 at boot)"},
};

static bool is_limited(unsigned i)
{
	return view.running && (view.reading.header.settings.limits & limits[i].bit);
}

static const struct recording_look *last_look(void)
{
	const struct reading *r = &view.reading;

	return view.recorded && r->look_count > 0 ? &r->looks[r->look_count - 1] : NULL;
}

/* ---- for people ---- */

static void print_running(void)
{
	const struct recording_header *h = &view.reading.header;
	const struct recording_look *last = last_look();
	char version[4 * sizeof(h->program) + 1], since[64], ago[32];

	if (view.running)
		(void)printf("useroom %s is running: pid %" PRIu64 ", since %.19s",
			     log_safe(h->program, version, sizeof(version)), h->writer_pid,
			     ctl_time(h->realtime_ns, since, sizeof(since)));
	else
		(void)fputs("useroom is not running", stdout);
	if (last != NULL)
		(void)printf(
			view.running ? ", looked %s ago" : "; its last look was %s ago",
			units_time(minus_u64(view.sample.now_ns, last->now_ns), ago, sizeof(ago)));
	(void)puts(!view.running         ? "\n(one with -record off would not be seen here)"
		   : view.config.dry_run ? "\ndry run: no signal is sent"
					 : "");
}

/* What is done about control groups at a limit of their own. */
static void print_groups(const struct config *c)
{
	char percent[32];

	if (c->containers == ANSWER_OFF)
		return;
	(void)fputs("of control groups that thrash at a limit of their own", stdout);
	if (c->containers_room_ppm > 0)
		(void)printf(", or grow until less than %s %% are left,",
			     units_percent(c->containers_room_ppm, percent, sizeof(percent)));
	(void)printf(" %s (useroomctl domains)\n",
		     c->containers == ANSWER_WARN ? "nobody is ended: they are told"
		     : c->dry_run                 ? "it is said who would get SIGTERM"
						  : "the process that grew gets SIGTERM");
}

static bool has_several_nodes(void)
{
	struct nodes nodes;
	bool several = nodes_open(&nodes, NODES_DIRECTORY, view.proc_fd) == 0 && nodes.count > 0;

	nodes_close(&nodes);
	return several;
}

/* And about NUMA nodes, where there are several. */
static void print_nodes(const struct config *c)
{
	if (c->nodes == ANSWER_OFF || !has_several_nodes())
		return;
	(void)printf("of NUMA nodes that thrash while the machine has memory to spare %s\n",
		     c->nodes == ANSWER_WARN ? "nobody is ended: they are told"
		     : c->dry_run            ? "it is said who would get SIGTERM"
					     : "the process that grew there gets SIGTERM");
}

static void print_thresholds(void)
{
	const struct config *c = &view.config;
	char mem_term[32], mem_kill[32], swap_term[32], swap_kill[32];

	(void)printf("SIGTERM at %s of memory available, SIGKILL at %s",
		     level_text(c, LEVEL_MEM_TERM, mem_term, sizeof(mem_term)),
		     level_text(c, LEVEL_MEM_KILL, mem_kill, sizeof(mem_kill)));
	if (view.decision.swap_counts)
		(void)printf("; %s swap at %s and %s", c->trigger == TRIGGER_OR ? "or" : "and",
			     level_text(c, LEVEL_SWAP_TERM, swap_term, sizeof(swap_term)),
			     level_text(c, LEVEL_SWAP_KILL, swap_kill, sizeof(swap_kill)));
	if (c->stall_milli > 0)
		(void)printf("; SIGTERM when thrashing stalls %g tasks", c->stall_milli / 1000.0);
	(void)puts(view.running ? "" : " (from its file, or the defaults)");
	print_groups(c);
	print_nodes(c);
}

static void print_gauge(const struct meter *m)
{
	enum cell cells[GAUGE_WIDTH];
	bool utf8 = draw_utf8();

	(void)printf("%-10s", m->name);
	if (m->have) {
		draw_gauge(m->ppm, m->term_ppm, m->kill_ppm, GAUGE_WIDTH, cells);
		(void)putchar('[');
		for (unsigned i = 0; i < GAUGE_WIDTH; i++)
			(void)fputs(draw_cell(cells[i], utf8), stdout);
		(void)fputs("] ", stdout);
	}
	(void)puts(m->text);
}

static void print_meters(void)
{
	struct meter meters[METERS_MOST];
	unsigned count = meters_fill(&view, meters);

	(void)putchar('\n');
	for (unsigned i = 0; i < count; i++)
		print_gauge(&meters[i]);
}

static void print_events(void)
{
	const struct reading *r = &view.reading;
	char text[REPORT_MAX], when[64];

	if (!view.recorded)
		return;
	(void)puts("\nlast events");
	for (size_t i = (size_t)minus_u64(r->event_count, EVENTS_SHOWN); i < r->event_count; i++)
		(void)printf("  %s  %s\n", ctl_time(r->events[i].realtime_ns, when, sizeof(when)),
			     ctl_sentence(&r->events[i], text, sizeof(text)));
	if (r->event_count == 0)
		(void)puts("  none");
}

static void print_limits(void)
{
	bool nothing = view.blind == 0 && view.running && view.reading.header.settings.limits == 0;

	if (view.blind == 0 && !view.running)
		return;
	(void)puts("\nwhat it cannot do");
	for (unsigned i = 0; i < ARRAY_SIZE(limits); i++) {
		if (is_limited(i))
			(void)printf("  %s\n", limits[i].text);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(machine_limits); i++) {
		if (view.blind & machine_limits[i].bit)
			(void)printf("  %s\n", machine_limits[i].text);
	}
	if (nothing)
		(void)puts("  nothing is missing");
}

/* Only where there is something to listen to: on a server there is not. */
static void print_listeners(const char *socket)
{
	int count = share_listeners(socket);

	if (count > 0)
		(void)printf("\n%d session%s listen%s (useroom-notify)\n", count,
			     count == 1 ? "" : "s", count == 1 ? "s" : "");
	else if (count == 0)
		(void)puts("\nno session listens: what is ended is shown to nobody");
	else if (count != -ENOENT)
		(void)printf("\nuseroomctl share does not answer: %s\n", strerror(-count));
}

static void print_status(const char *socket)
{
	char verdict[320], levels[160];

	print_running();
	print_thresholds();
	print_meters();
	(void)printf("\n%s; %s\n", view_verdict(&view, verdict, sizeof(verdict)),
		     view_levels(&view, levels, sizeof(levels)));
	print_events();
	print_limits();
	print_listeners(socket);
}

/* ---- for programs ---- */

/* The share in any case; and the amount, where it was written as one. */
static void add_level(json_object *to, const char *name, enum level which, uint64_t total_kib)
{
	char key[32];

	(void)snprintf(key, sizeof(key), "%s_ppm", name);
	ctl_add_number(to, key, level_ppm(&view.config, which, total_kib));
	(void)snprintf(key, sizeof(key), "%s_kib", name);
	if (view.config.level_kib[which] > 0)
		ctl_add_number(to, key, view.config.level_kib[which]);
}

static json_object *thresholds_json(void)
{
	const struct config *c = &view.config;
	json_object *o = json_object_new_object();

	add_level(o, "mem_term", LEVEL_MEM_TERM, view.sample.mem_total_kib);
	add_level(o, "mem_kill", LEVEL_MEM_KILL, view.sample.mem_total_kib);
	add_level(o, "swap_term", LEVEL_SWAP_TERM, view.sample.swap_total_kib);
	add_level(o, "swap_kill", LEVEL_SWAP_KILL, view.sample.swap_total_kib);
	ctl_add_number(o, "stall_millitasks", c->stall_milli);
	json_object_object_add(o, "trigger",
			       json_object_new_string(c->trigger == TRIGGER_OR ? "or" : "and"));
	json_object_object_add(o, "swap_counts",
			       json_object_new_boolean(view.decision.swap_counts));
	return o;
}

static json_object *machine_json(void)
{
	const struct sample *s = &view.sample;
	json_object *o = json_object_new_object();

	ctl_add_number(o, "mem_total_kib", s->mem_total_kib);
	ctl_add_number(o, "mem_available_kib", s->mem_available_kib);
	ctl_add_number(o, "swap_total_kib", s->swap_total_kib);
	ctl_add_number(o, "swap_free_kib", s->swap_free_kib);
	if (view.running && view.stall.open) {
		ctl_add_number(o, "stalled_millitasks", view.stall.waiting_milli);
		ctl_add_number(o, "lost_ppm", view.stall.lost_ppm);
		json_object_object_add(o, "stall_rule",
				       json_object_new_string(stall_rule_name(view.stall.rule)));
	}
	if (view.pressure.have) {
		ctl_add_number(o, "pressure_some_ppm", view.pressure.some_ppm);
		ctl_add_number(o, "pressure_full_ppm", view.pressure.full_ppm);
	}
	return o;
}

static json_object *limits_json(void)
{
	json_object *list = json_object_new_array();

	for (unsigned i = 0; i < ARRAY_SIZE(limits); i++) {
		if (is_limited(i))
			json_object_array_add(list, json_object_new_string(limits[i].name));
	}
	for (unsigned i = 0; i < ARRAY_SIZE(machine_limits); i++) {
		if (view.blind & machine_limits[i].bit)
			json_object_array_add(list, json_object_new_string(machine_limits[i].name));
	}
	return list;
}

static json_object *events_json(void)
{
	const struct reading *r = &view.reading;
	json_object *list = json_object_new_array();

	for (size_t i = (size_t)minus_u64(r->event_count, EVENTS_SHOWN); i < r->event_count; i++)
		json_object_array_add(list, ctl_event_json(r, &r->events[i]));
	return list;
}

static enum ctl_exit print_json(const char *socket)
{
	const struct recording_header *h = &view.reading.header;
	json_object *o = json_object_new_object();
	char verdict[320], levels[160], choice[32];
	int listeners = share_listeners(socket);

	json_object_object_add(o, "running", json_object_new_boolean(view.running));
	if (view.running) {
		ctl_add_number(o, "pid", h->writer_pid);
		json_object_object_add(o, "version", ctl_text_json(h->program));
		ctl_add_number(o, "since_ns", h->realtime_ns);
		json_object_object_add(o, "dry_run", json_object_new_boolean(view.config.dry_run));
	}
	json_object_object_add(o, "thresholds", thresholds_json());
	json_object_object_add(
		o, "containers",
		json_object_new_string(options_get(&view.config, options_find("containers"), choice,
						   sizeof(choice))));
	ctl_add_number(o, "containers_room_ppm", view.config.containers_room_ppm);
	json_object_object_add(
		o, "nodes",
		json_object_new_string(
			options_get(&view.config, options_find("nodes"), choice, sizeof(choice))));
	json_object_object_add(o, "now", machine_json());
	json_object_object_add(
		o, "verdict",
		json_object_new_string(view_verdict(&view, verdict, sizeof(verdict))));
	json_object_object_add(o, "levels",
			       json_object_new_string(view_levels(&view, levels, sizeof(levels))));
	if (last_look() != NULL) {
		json_object_object_add(o, "last_look", ctl_look_json(&view.reading, last_look()));
		ctl_add_number(o, "last_look_age_ns",
			       minus_u64(view.sample.now_ns, last_look()->now_ns));
	}
	json_object_object_add(o, "events", events_json());
	json_object_object_add(o, "limits", limits_json());
	if (listeners >= 0)
		ctl_add_number(o, "listeners", (uint64_t)listeners);
	return ctl_print_json(o);
}

enum ctl_exit ctl_status(const struct ctl *ctl)
{
	enum ctl_exit result = CTL_FAILED;

	if (view_open(ctl, &view) == 0) {
		view_take(ctl, &view);
		if (ctl->json)
			(void)print_json(ctl->socket);
		else
			print_status(ctl->socket);
		/* For scripts: 0 only where somebody watches. */
		result = view.running ? CTL_OK : CTL_FAILED;
	}
	view_close(&view);
	return result;
}
