/* SPDX-License-Identifier: MIT */
/* why: who would be ended now, in order, and why; or why this one would or would not. */
#include "base/log.h"
#include "base/units.h"
#include "base/util.h"
#include "ctl.h"
#include "decide/squeeze.h"
#include "draw.h"
#include "limited.h"
#include "look/parse.h"
#include "look/process.h"
#include "order.h"
#include "tell/report.h"
#include "view.h"

#include <string.h>

#define SHOWN_USUALLY 10
#define NAME_COLUMNS  20

static struct view view;

static const char *name_of(const struct proc *p)
{
	static char safe[4 * COMM_MAX + 1];

	return log_safe(p->comm, safe, sizeof(safe));
}

/* ---- one process ---- */

static void print_held(const struct proc *p)
{
	char freeable[32], anon[32], swap[32], shmem[32], badness[32];

	(void)printf("Ending it would free %s. It has %s anonymous, %s in swap, %s of shared "
		     "memory",
		     units_size(p->freeable_kib, freeable, sizeof(freeable)),
		     units_size(p->anon_kib, anon, sizeof(anon)),
		     units_size(p->swap_kib, swap, sizeof(swap)),
		     units_size(p->shmem_kib, shmem, sizeof(shmem)));
	if (proc_shared_kib(p) > 0)
		(void)printf("; others may hold %s of it as well",
			     units_size(proc_shared_kib(p), shmem, sizeof(shmem)));
	if (p->twice_kib > 0)
		(void)printf("; %s are mapped more than once",
			     units_size(p->twice_kib, shmem, sizeof(shmem)));
	(void)puts(".");
	if (p->oom_score_adj != 0 && !view.config.sort_by_rss)
		(void)printf("Its oom_score_adj is %d: in the order it counts as %s%s.\n",
			     p->oom_score_adj, p->badness < 0 ? "-" : "",
			     units_size((uint64_t)(p->badness < 0 ? -p->badness : p->badness),
					badness, sizeof(badness)));
}

static void print_those_before(unsigned place)
{
	char size[32];

	for (unsigned i = 0; i < place && i < SHOWN_USUALLY; i++) {
		const struct proc *p = &view.table.procs[i];

		(void)printf("%s%d (%s) %s", i == 0 ? "Before it: " : ", ", p->pid, name_of(p),
			     units_size(p->freeable_kib, size, sizeof(size)));
	}
	if (place > SHOWN_USUALLY)
		(void)printf(" and %u more", place - SHOWN_USUALLY);
	if (place > 0)
		(void)puts(".");
}

/* What would happen to a group in trouble. */
static const char *said_of_groups(char *buf, size_t size)
{
	const struct config *c = &view.config;
	char room[64] = "", percent[32];

	if (!view.running)
		return "useroom is not running, and nobody looks at what happens there";
	if (c->containers == ANSWER_OFF)
		return "nobody looks at what happens there (-containers is off)";
	if (c->containers_room_ppm > 0)
		(void)snprintf(room, sizeof(room), ", or grow until less than %s %% are left",
			       units_percent(c->containers_room_ppm, percent, sizeof(percent)));
	(void)snprintf(buf, size, "should it thrash there%s, %s", room,
		       c->containers == ANSWER_WARN ? "that is told, and nobody is ended"
		       : c->dry_run ? "it is said that the one that grew would be ended"
				    : "the one that grew is ended");
	return buf;
}

static void print_within(const struct limited_by *in)
{
	char safe[4 * MEMCG_PATH_MAX], limit[32], said[160];

	if (!in->known)
		return;
	(void)printf("Its control group %s has a limit of its own, %s, of which %u %% are free or "
		     "page cache: %s.\n",
		     log_safe(in->path, safe, sizeof(safe)),
		     units_size(in->seen.limit_kib, limit, sizeof(limit)),
		     squeeze_room_ppm(&in->seen) / PPM_PER_PERCENT,
		     said_of_groups(said, sizeof(said)));
}

/* place: its row, or the number of candidates where it is none of them. */
static void print_one(const struct proc *p, unsigned place, const struct limited_by *in)
{
	char user[64], safe[256];
	unsigned candidates = view_candidates(&view);

	(void)view_user(p->uid, user, sizeof(user));
	(void)printf("%d (%s) of %s ", p->pid, name_of(p), log_safe(user, safe, sizeof(safe)));
	if (p->rank == CLASS_NEVER)
		(void)printf("would not be ended: %s.\n", view_reason(&view, p));
	else if (place == 0)
		(void)printf("would go first of %u: %s.\n", candidates, view_reason(&view, p));
	else
		(void)printf("would be number %u of %u to go: %s.\n", place + 1, candidates,
			     view_reason(&view, p));
	if (p->skip != SKIP_KERNEL_THREAD)
		print_held(p);
	if (p->rank != CLASS_NEVER)
		print_those_before(place);
	print_within(in);
}

static json_object *process_json(const struct proc *p, unsigned place)
{
	json_object *o = json_object_new_object();
	char user[64];

	json_object_object_add(o, "pid", json_object_new_int(p->pid));
	json_object_object_add(o, "name", ctl_text_json(p->comm));
	json_object_object_add(o, "exe", ctl_text_json(p->exe));
	json_object_object_add(o, "uid", json_object_new_uint64(p->uid));
	json_object_object_add(o, "user", ctl_text_json(view_user(p->uid, user, sizeof(user))));
	if (p->rank != CLASS_NEVER)
		json_object_object_add(o, "place", json_object_new_uint64(place + 1));
	json_object_object_add(o, "freeable_kib", json_object_new_uint64(p->freeable_kib));
	json_object_object_add(o, "anon_kib", json_object_new_uint64(p->anon_kib));
	json_object_object_add(o, "swap_kib", json_object_new_uint64(p->swap_kib));
	json_object_object_add(o, "shmem_kib", json_object_new_uint64(p->shmem_kib));
	if (p->swarm_kib > 0)
		ctl_add_number(o, "swarm_kib", p->swarm_kib);
	json_object_object_add(o, "badness_kib", json_object_new_int64(p->badness));
	json_object_object_add(o, "oom_score_adj", json_object_new_int(p->oom_score_adj));
	json_object_object_add(o, "may_be_ended", json_object_new_boolean(p->rank != CLASS_NEVER));
	json_object_object_add(o, "why", json_object_new_string(view_reason(&view, p)));
	return o;
}

static json_object *within_json(const struct limited_by *in)
{
	json_object *o = json_object_new_object();

	json_object_object_add(o, "path", ctl_text_json(in->path));
	ctl_add_number(o, "limit_kib", in->seen.limit_kib);
	ctl_add_number(o, "used_kib", in->seen.usage_kib);
	ctl_add_number(o, "room_ppm", squeeze_room_ppm(&in->seen));
	return o;
}

/* Its row, or what /proc says of one that is not in the table: a kernel thread, or one of very
 * many. */
static const struct proc *find(pid_t pid, unsigned *ret_place)
{
	static struct proc other;

	for (unsigned i = 0; i < view.table.count; i++) {
		*ret_place = i;
		if (view.table.procs[i].pid == pid)
			return &view.table.procs[i];
	}
	*ret_place = view.table.count;
	if (process_read(view.scan.proc_fd, pid, &other) < 0)
		return NULL;
	scan_judge(&view.scan, &view.rank, &other);
	return &other;
}

/* Only above an answer: above "there is no process" it would announce what does not come. */
static void print_heading(void)
{
	if (!view.running)
		(void)puts("useroom is not running; if it were, as root and with these settings:");
}

static enum ctl_exit explain(const struct ctl *ctl, pid_t pid)
{
	unsigned place;
	const struct proc *p = find(pid, &place);
	struct limited_by in;
	json_object *o;

	if (p == NULL)
		return ctl_fail("there is no process %d", pid);
	limited_find(view.proc_fd, pid, &in);
	if (!ctl->json) {
		print_heading();
		print_one(p, place, &in);
		return CTL_OK;
	}
	o = process_json(p, place);
	if (in.known)
		json_object_object_add(o, "limited_by", within_json(&in));
	return ctl_print_json(o);
}

/* ---- all of them ---- */

static void print_row(unsigned i)
{
	const struct proc *p = &view.table.procs[i];
	char user[64], size[32], safe[256], name[128], place[16] = "-";

	(void)view_user(p->uid, user, sizeof(user));
	if (p->rank != CLASS_NEVER)
		(void)snprintf(place, sizeof(place), "%u", i + 1);
	(void)printf("%4s %8d  %-10s %9s  %s  %s\n", place, p->pid,
		     log_safe(user, safe, sizeof(safe)),
		     units_size(p->freeable_kib, size, sizeof(size)),
		     draw_fit(name_of(p), NAME_COLUMNS, name, sizeof(name)), view_reason(&view, p));
}

/* Those that would not be ended, largest first. Returns how many. */
static unsigned list_never(unsigned ret[SCAN_READ_MAX])
{
	unsigned all = order_rows(&view.table, ORDER_MEMORY, "", ret), count = 0;

	for (unsigned i = 0; i < all; i++) {
		if (view.table.procs[ret[i]].rank == CLASS_NEVER)
			ret[count++] = ret[i];
	}
	return count;
}

static void print_order(unsigned most)
{
	static unsigned nevers[SCAN_READ_MAX];
	unsigned candidates = view_candidates(&view), never = list_never(nevers);
	char verdict[320], levels[160];

	print_heading();
	(void)printf("%s; %s\n\n", view_verdict(&view, verdict, sizeof(verdict)),
		     view_levels(&view, levels, sizeof(levels)));
	(void)printf("%4s %8s  %-10s %9s  %-*s  %s\n", "#", "PID", "USER", "HOLDS", NAME_COLUMNS,
		     "NAME", "WHY");
	for (unsigned i = 0; i < candidates && i < most; i++)
		print_row(i);
	if (candidates > most)
		(void)printf("     and %u more candidates\n", candidates - most);
	for (unsigned i = 0; i < never && i < most; i++)
		print_row(nevers[i]);
	if (never > most)
		(void)printf("     and %u more that would not be ended\n", never - most);
}

static json_object *rows_json(const unsigned *rows, unsigned count)
{
	json_object *list = json_object_new_array();

	for (unsigned i = 0; i < count; i++)
		json_object_array_add(list, process_json(&view.table.procs[rows[i]], rows[i]));
	return list;
}

static void add_kill(json_object *o, const struct event *kill)
{
	json_object_object_add(o, "would_end_pid", json_object_new_int(kill->target.victim.pid));
	if (kill->target.together_count > 0)
		ctl_add_number(o, "together", kill->target.together_count);
	if (kill->target.head.pid != 0) {
		ctl_add_number(o, "head_pid", (uint64_t)kill->target.head.pid);
		json_object_object_add(o, "head_name", ctl_text_json(kill->target.head.comm));
	}
	ctl_add_number(o, "would_free_kib", kill->target.victim.freeable_kib);
}

static enum ctl_exit print_order_json(unsigned most)
{
	static unsigned rows[SCAN_READ_MAX];
	const struct event *kill = view_kill(&view);
	json_object *o = json_object_new_object();
	unsigned candidates = view_candidates(&view);
	char verdict[320], levels[160];

	for (unsigned i = 0; i < candidates; i++)
		rows[i] = i;
	json_object_object_add(o, "running", json_object_new_boolean(view.running));
	json_object_object_add(
		o, "verdict",
		json_object_new_string(view_verdict(&view, verdict, sizeof(verdict))));
	json_object_object_add(o, "levels",
			       json_object_new_string(view_levels(&view, levels, sizeof(levels))));
	if (kill != NULL)
		add_kill(o, kill);
	json_object_object_add(o, "candidates", json_object_new_uint64(candidates));
	json_object_object_add(o, "order", rows_json(rows, (unsigned)min_u64(candidates, most)));
	json_object_object_add(o, "never",
			       rows_json(rows, (unsigned)min_u64(list_never(rows), most)));
	return ctl_print_json(o);
}

static enum ctl_exit list(const struct ctl *ctl)
{
	unsigned most = ctl->count > 0 ? ctl->count : SHOWN_USUALLY;

	if (ctl->json)
		return print_order_json(most);
	print_order(most);
	return CTL_OK;
}

enum ctl_exit ctl_why(const struct ctl *ctl)
{
	enum ctl_exit result = CTL_FAILED;
	int32_t pid = 0;

	if (ctl->argument != NULL &&
	    (parse_int(ctl->argument, strlen(ctl->argument), &pid) < 0 || pid <= 0)) {
		char safe[128];

		(void)ctl_fail("'%s' is not the number of a process",
			       log_safe(ctl->argument, safe, sizeof(safe)));
		return CTL_USAGE;
	}
	if (view_open(ctl, &view) == 0) {
		view_take(ctl, &view);
		result = ctl->argument != NULL ? explain(ctl, pid) : list(ctl);
	}
	view_close(&view);
	return result;
}
