/* SPDX-License-Identifier: MIT */
/* domains: control groups with a memory limit of their own, those with the least room first. */
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "base/util.h"
#include "ctl.h"
#include "decide/squeeze.h"
#include "draw.h"
#include "limited.h"
#include "look/cgroup.h"
#include "view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* One more look than the two seconds that squeeze.h wants to see. */
#define LOOKS         5
#define GROUP_COLUMNS 60

struct domain_row {
	bool known; /* it could be read at the last look */
	unsigned row;
	char name[64]; /* of its container, or unit; "": neither */
	struct squeeze squeeze;
	struct squeeze_view view;
	enum squeeze_rule told; /* what the daemon said last */
	uint64_t told_ns;       /* when, since 1970; 0: nothing since the boot */
	int32_t ended_pid;      /* and whom it ended then; 0: nobody */
	char ended[16];
};

static struct view view;
static struct memcg memcg;
static struct domain_row rows[MEMCG_MOST];

/* ---- looking ---- */

static void look(void)
{
	struct sample s;

	sense_read(&view.sense, false, &s);
	sense_waits(&view.sense, &s);
	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		struct memcg_sample g;

		rows[i].known = memcg.ids[i] != 0 && memcg_read(&memcg, i, &g) == 0;
		if (rows[i].known)
			rows[i].view = squeeze_follow(&rows[i].squeeze, &g, &s, 0);
	}
}

static void look_for_a_while(void)
{
	for (unsigned i = 0; i < LOOKS; i++) {
		uint64_t until = clock_now() + SQUEEZE_LOOK_NS, now;

		look();
		for (now = clock_now(); i + 1 < LOOKS && now < until; now = clock_now())
			(void)nanosleep(&(struct timespec){.tv_nsec = (long)(until - now)}, NULL);
	}
}

/* What the daemon said of this path last. */
static void fill_told(struct domain_row *r, const char *path)
{
	static struct event e;

	for (size_t i = view.recorded ? view.reading.event_count : 0; i > 0; i--) {
		const struct recording_event *event = &view.reading.events[i - 1];

		if (event->type != EVENT_SQUEEZED && event->type != EVENT_KILL)
			continue;
		ctl_to_event(event, &e);
		if (strncmp(e.group.path, path, sizeof(e.group.path) - 1) != 0)
			continue;
		r->told = e.group.view.rule;
		r->told_ns = event->realtime_ns;
		r->ended_pid = event->type == EVENT_KILL ? e.target.victim.pid : 0;
		(void)snprintf(r->ended, sizeof(r->ended), "%s", e.target.victim.comm);
		return;
	}
}

static int by_room(const void *a, const void *b)
{
	const struct domain_row *x = a, *y = b;

	if (x->known != y->known)
		return x->known ? -1 : 1;
	if (x->view.room_ppm != y->view.room_ppm)
		return x->view.room_ppm < y->view.room_ppm ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* How many there are. */
static unsigned list_groups(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		const char *path = memcg.groups[i].path;

		rows[i].row = i;
		if (!rows[i].known)
			continue;
		count++;
		fill_told(&rows[i], path);
		(void)cgroup_container(path, strlen(path), rows[i].name, sizeof(rows[i].name));
		if (rows[i].name[0] == '\0')
			(void)cgroup_unit(path, strlen(path), rows[i].name, sizeof(rows[i].name));
	}
	qsort(rows, MEMCG_MOST, sizeof(rows[0]), by_room);
	return count;
}

static const char *path_of(const struct domain_row *r)
{
	return memcg.groups[r->row].path;
}

/* ---- for people ---- */

static void print_head(unsigned count)
{
	unsigned more = memcg.left_out + memcg.too_long;

	if (count == 0) {
		(void)puts("no control group has a memory limit of its own");
		return;
	}
	(void)printf("%u control group%s a memory limit of %s own (cgroup v%d)", count,
		     count == 1 ? " has" : "s have", count == 1 ? "its" : "their",
		     memcg.version == MEMCG_V1 ? 1 : 2);
	if (more > 0)
		(void)printf("; %u more are not listed", more);
	(void)puts("");
}

static void print_told(const struct domain_row *r)
{
	char safe[80], when[64];

	if (r->told_ns == 0)
		return;
	(void)ctl_time(r->told_ns, when, sizeof(when));
	if (r->ended_pid != 0)
		(void)printf(": ended %" PRId32 " (%s), %s, at %.19s", r->ended_pid,
			     log_safe(r->ended, safe, sizeof(safe)), squeeze_rule_name(r->told),
			     when);
	else
		(void)printf(": told as %s at %.19s", squeeze_rule_name(r->told), when);
}

static void print_row(const struct domain_row *r)
{
	const struct squeeze_view *v = &r->view;
	char used[32], limit[32], safe[4 * MEMCG_PATH_MAX];

	(void)printf("%4" PRIu32 " %%  %9s  %9s  %7.1f  %10" PRIu32 "  ", v->room_ppm / 10000,
		     units_size(v->usage_kib, used, sizeof(used)),
		     units_size(v->limit_kib, limit, sizeof(limit)), v->waiting_milli / 1000.0,
		     v->hard_per_s);
	if (r->name[0] != '\0')
		(void)printf("%s (", log_safe(r->name, safe, sizeof(safe)));
	(void)fputs(log_safe(path_of(r), safe, sizeof(safe)), stdout);
	if (r->name[0] != '\0')
		(void)putchar(')');
	print_told(r);
	(void)putchar('\n');
}

static void print_domains(unsigned count, unsigned most)
{
	print_head(count);
	if (count > 0)
		(void)puts("\n  room       used      limit  stalled  refaults/s  group");
	for (unsigned i = 0; i < count && i < most; i++)
		print_row(&rows[i]);
	if (!view.running)
		(void)puts("\nuseroom is not running: nobody says when one of them thrashes");
	else if (view.config.containers == ANSWER_OFF)
		(void)puts("\nuseroom does not watch them: -containers is off");
}

/* ---- for programs ---- */

static json_object *row_json(const struct domain_row *r)
{
	const struct squeeze_view *v = &r->view;
	json_object *o = json_object_new_object();

	json_object_object_add(o, "path", ctl_text_json(path_of(r)));
	if (r->name[0] != '\0')
		json_object_object_add(o, "name", ctl_text_json(r->name));
	ctl_add_number(o, "limit_kib", v->limit_kib);
	ctl_add_number(o, "used_kib", v->usage_kib);
	ctl_add_number(o, "room_ppm", v->room_ppm);
	ctl_add_number(o, "stalled_millitasks", v->waiting_milli);
	ctl_add_number(o, "refaults_per_s", v->hard_per_s);
	ctl_add_number(o, "throttled_per_s", v->highs_per_s);
	if (v->turnover_ms != UINT64_MAX)
		ctl_add_number(o, "turnover_ms", v->turnover_ms);
	if (r->told_ns != 0) {
		json_object_object_add(o, "told",
				       json_object_new_string(squeeze_rule_name(r->told)));
		ctl_add_number(o, "told_ns", r->told_ns);
	}
	if (r->ended_pid != 0) {
		ctl_add_number(o, "ended_pid", (uint64_t)r->ended_pid);
		json_object_object_add(o, "ended_name", ctl_text_json(r->ended));
	}
	return o;
}

static enum ctl_exit print_json(unsigned count, unsigned most)
{
	json_object *o = json_object_new_object(), *list = json_object_new_array();

	for (unsigned i = 0; i < count && i < most; i++)
		json_object_array_add(list, row_json(&rows[i]));
	json_object_object_add(
		o, "watched",
		json_object_new_boolean(view.running && view.config.containers != ANSWER_OFF));
	ctl_add_number(o, "cgroup_version", memcg.version == MEMCG_V1 ? 1 : 2);
	ctl_add_number(o, "count", count);
	ctl_add_number(o, "not_listed", memcg.left_out + memcg.too_long);
	json_object_object_add(o, "domains", list);
	return ctl_print_json(o);
}

static enum ctl_exit show_domains(const struct ctl *ctl)
{
	unsigned count, most = ctl->count > 0 ? ctl->count : MEMCG_MOST;
	int r = limited_open(&memcg, view.proc_fd);

	if (r < 0)
		return ctl_fail("control groups cannot be read: %s", strerror(-r));
	if (memcg.version == MEMCG_NONE)
		return ctl_fail("no memory controller of control groups is mounted here");
	look_for_a_while();
	count = list_groups();
	if (ctl->json)
		return print_json(count, most);
	print_domains(count, most);
	return CTL_OK;
}

enum ctl_exit ctl_domains(const struct ctl *ctl)
{
	enum ctl_exit result = CTL_FAILED;

	if (view_open(ctl, &view) == 0)
		result = show_domains(ctl);
	memcg_close(&memcg);
	view_close(&view);
	return result;
}
