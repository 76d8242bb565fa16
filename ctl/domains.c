/* SPDX-License-Identifier: MIT */
/* domains: control groups with a memory limit of their own, and NUMA nodes; those with the least
 * room first. */
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "base/util.h"
#include "ctl.h"
#include "decide/squeeze.h"
#include "draw.h"
#include "limited.h"
#include "look/cgroup.h"
#include "look/nodes.h"
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
	const char *path; /* as in struct event_group */
	char name[64];    /* of its container, or unit; "": neither */
	struct squeeze squeeze;
	struct squeeze_view view;
	enum squeeze_rule told; /* what the daemon said last */
	uint64_t told_ns;       /* when, since 1970; 0: nothing since the boot */
	int32_t ended_pid;      /* and whom it ended then; 0: nobody */
	char ended[16];
};

static struct view view;
static struct memcg memcg;
static struct nodes nodes;
static struct domain_row groups[MEMCG_MOST], each_node[NODES_MOST];
static char node_paths[NODES_MOST][16];

/* ---- looking ---- */

static void follow(struct domain_row *r, bool known, const struct memcg_sample *g,
		   const struct sample *s)
{
	r->known = known;
	if (known)
		r->view = squeeze_follow(&r->squeeze, g, s, 0);
}

static void look(void)
{
	struct memcg_sample g;
	struct sample s;

	sense_read(&view.sense, false, &s);
	sense_waits(&view.sense, &s);
	for (unsigned i = 0; i < MEMCG_MOST; i++)
		follow(&groups[i], memcg.ids[i] != 0 && memcg_read(&memcg, i, &g) == 0, &g, &s);
	for (unsigned i = 0; i < nodes.count; i++)
		follow(&each_node[i], nodes_read(&nodes, i, &s, &g) == 0, &g, &s);
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

/* What the daemon said of it last. */
static void fill_told(struct domain_row *r)
{
	static struct event e;

	for (size_t i = view.recorded ? view.reading.event_count : 0; i > 0; i--) {
		const struct recording_event *event = &view.reading.events[i - 1];

		if (event->type != EVENT_SQUEEZED && event->type != EVENT_KILL)
			continue;
		ctl_to_event(event, &e);
		if (strncmp(e.group.path, r->path, sizeof(e.group.path) - 1) != 0)
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

static void name_group(struct domain_row *r)
{
	size_t length = strlen(r->path);

	(void)cgroup_container(r->path, length, r->name, sizeof(r->name));
	if (r->name[0] == '\0')
		(void)cgroup_unit(r->path, length, r->name, sizeof(r->name));
}

/* Fill and sort what is known; returns how many that are. */
static unsigned arrange(struct domain_row *rows, unsigned most)
{
	unsigned count = 0;

	for (unsigned i = 0; i < most; i++) {
		rows[i].row = i;
		if (!rows[i].known)
			continue;
		count++;
		fill_told(&rows[i]);
	}
	qsort(rows, most, sizeof(rows[0]), by_room);
	return count;
}

static unsigned list_groups(void)
{
	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		groups[i].path = memcg.groups[i].path;
		if (groups[i].known)
			name_group(&groups[i]);
	}
	return arrange(groups, MEMCG_MOST);
}

static unsigned list_nodes(void)
{
	for (unsigned i = 0; i < nodes.count; i++) {
		(void)snprintf(node_paths[i], sizeof(node_paths[i]), EVENT_NODE "%u",
			       nodes.numbers[i]);
		each_node[i].path = node_paths[i];
	}
	return arrange(each_node, nodes.count);
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
	(void)fputs(log_safe(r->path, safe, sizeof(safe)), stdout);
	if (r->name[0] != '\0')
		(void)putchar(')');
	print_told(r);
	(void)putchar('\n');
}

static void print_rows(const char *what, const struct domain_row *rows, unsigned count)
{
	(void)printf("\n  room       used      limit  stalled  refaults/s  %s\n", what);
	for (unsigned i = 0; i < count; i++)
		print_row(&rows[i]);
}

static void print_groups(unsigned count, unsigned most)
{
	print_head(count);
	if (count > 0)
		print_rows("group", groups, (unsigned)min_u64(count, most));
	if (view.running && view.config.containers == ANSWER_OFF)
		(void)puts("\nuseroom does not watch them: -containers is off");
}

static void print_nodes(unsigned count, unsigned most)
{
	(void)printf("%u NUMA nodes have memory\n", count);
	print_rows("node", each_node, (unsigned)min_u64(count, most));
	if (view.running && view.config.nodes == ANSWER_OFF)
		(void)puts("\nuseroom does not watch them: -nodes is off");
}

static void print_domains(unsigned group_count, unsigned node_count, unsigned most)
{
	if (memcg.version != MEMCG_NONE)
		print_groups(group_count, most);
	if (memcg.version != MEMCG_NONE && node_count > 0)
		(void)putchar('\n');
	if (node_count > 0)
		print_nodes(node_count, most);
	if (!view.running)
		(void)puts("\nuseroom is not running: nobody says when one of them thrashes");
}

/* ---- for programs ---- */

static json_object *row_json(const struct domain_row *r)
{
	const struct squeeze_view *v = &r->view;
	json_object *o = json_object_new_object();

	json_object_object_add(o, "path", ctl_text_json(r->path));
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

static json_object *rows_json(const struct domain_row *rows, unsigned count, unsigned most)
{
	json_object *list = json_object_new_array();

	for (unsigned i = 0; i < count && i < most; i++)
		json_object_array_add(list, row_json(&rows[i]));
	return list;
}

static void add_watched(json_object *o, const char *name, enum squeeze_answer answer)
{
	json_object_object_add(o, name,
			       json_object_new_boolean(view.running && answer != ANSWER_OFF));
}

static enum ctl_exit print_json(unsigned group_count, unsigned node_count, unsigned most)
{
	json_object *o = json_object_new_object();

	add_watched(o, "watched", view.config.containers);
	if (memcg.version != MEMCG_NONE)
		ctl_add_number(o, "cgroup_version", memcg.version == MEMCG_V1 ? 1 : 2);
	ctl_add_number(o, "count", group_count);
	ctl_add_number(o, "not_listed", memcg.left_out + memcg.too_long);
	json_object_object_add(o, "domains", rows_json(groups, group_count, most));
	add_watched(o, "nodes_watched", view.config.nodes);
	json_object_object_add(o, "nodes", rows_json(each_node, node_count, most));
	return ctl_print_json(o);
}

/* With one, or none, there are none. In a container with a meminfo of its own they are the host's,
 * and the daemon does not look at them. */
static void find_nodes(void)
{
	struct sample s;

	sense_read(&view.sense, true, &s);
	if (!(s.have & HAVE_FOREIGN))
		(void)nodes_open(&nodes, NODES_DIRECTORY, view.proc_fd);
}

static enum ctl_exit show_domains(const struct ctl *ctl)
{
	unsigned group_count, node_count, most = ctl->count > 0 ? ctl->count : MEMCG_MOST;
	int r = limited_open(&memcg, view.proc_fd);

	if (r < 0)
		return ctl_fail("control groups cannot be read: %s", strerror(-r));
	find_nodes();
	if (memcg.version == MEMCG_NONE && nodes.count == 0)
		return ctl_fail("no memory controller of control groups is mounted here");
	look_for_a_while();
	group_count = list_groups();
	node_count = list_nodes();
	if (ctl->json)
		return print_json(group_count, node_count, most);
	print_domains(group_count, node_count, most);
	return CTL_OK;
}

enum ctl_exit ctl_domains(const struct ctl *ctl)
{
	enum ctl_exit result = CTL_FAILED;

	nodes = NODES_CLOSED;
	if (view_open(ctl, &view) == 0)
		result = show_domains(ctl);
	nodes_close(&nodes);
	memcg_close(&memcg);
	view_close(&view);
	return result;
}
