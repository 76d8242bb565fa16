/* SPDX-License-Identifier: MIT */
#include "view.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "base/users.h"
#include "base/util.h"
#include "choose/critical.h"
#include "choose/kin.h"
#include "choose/swarm.h"
#include "look/parse.h"
#include "look/process.h"
#include "self.h"
#include "settings/level.h"
#include "tell/record.h"
#include "tell/report.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- opening ---- */

static int open_recording(const struct ctl *ctl, struct view *v)
{
	char why[160];
	int r = reading_open(ctl->record, &v->reading, why, sizeof(why));

	v->recorded = r == 0;
	v->running = v->recorded && reading_running(&v->reading);
	if (r == -ENOENT && strcmp(ctl->record, RECORD_DEFAULT) == 0)
		return 0;
	return r < 0 ? ctl_open(ctl, ctl->record, &v->reading) : 0;
}

static int read_settings(const struct ctl *ctl, struct view *v)
{
	int r = v->recorded ? ctl_daemon_config(ctl, &v->reading, &v->config)
			    : ctl_config(ctl, &v->config);

	return r < 0 ? r : ctl_settings(ctl, &v->config);
}

static int open_machine(struct view *v)
{
	int r;

	v->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = v->proc_fd < 0 ? -errno : sense_open(&v->sense, v->proc_fd);
	if (r == 0)
		r = scan_open(&v->scan, v->proc_fd);
	if (r < 0)
		(void)ctl_fail("/proc cannot be read: %s", strerror(-r));
	return r;
}

/* The daemon's rights, not ours. Where none runs: those that the service would have. */
static void take_rights(struct view *v)
{
	static struct proc daemon;

	v->rank = (struct rank){
		.config = &v->config,
		.page_kib = v->scan.page_kib,
		.self = v->running ? (pid_t)v->reading.header.writer_pid : -1,
		.asker = getpid(),
		.may_kill_all =
			!v->running || !(v->reading.header.settings.limits & LIMIT_NOT_ROOT),
		.pending = v->pending,
	};
	if (v->running && process_read(v->scan.proc_fd, v->rank.self, &daemon) == 0)
		v->rank.uid = daemon.uid;
}

int view_open(const struct ctl *ctl, struct view *v)
{
	int r;

	memset(v, 0, sizeof(*v));
	v->proc_fd = v->scan.proc_fd = v->scan.vmstat_fd = v->scan.loadavg_fd = -1;
	v->sense = SENSE_CLOSED;
	if ((r = open_recording(ctl, v)) < 0 || (r = read_settings(ctl, v)) < 0 ||
	    (r = open_machine(v)) < 0)
		return r;
	take_rights(v);
	return 0;
}

void view_close(struct view *v)
{
	if (v->recorded)
		reading_free(&v->reading);
	if (v->scan.proc_fd >= 0)
		scan_close(&v->scan);
	sense_close(&v->sense);
	if (v->proc_fd >= 0)
		(void)close(v->proc_fd);
}

static bool same_writer(const struct recording_header *a, const struct recording_header *b)
{
	return a->writer_pid == b->writer_pid && a->writer_start_ticks == b->writer_start_ticks &&
	       memcmp(&a->settings, &b->settings, sizeof(a->settings)) == 0;
}

void view_read_again(const struct ctl *ctl, struct view *v)
{
	static struct config before;
	struct recording_header header = v->reading.header;
	bool was_running = v->running;

	if (v->recorded)
		reading_free(&v->reading);
	v->recorded = v->running = false;
	(void)open_recording(ctl, v);
	if (v->running == was_running && (!v->recorded || same_writer(&header, &v->reading.header)))
		return;
	before = v->config;
	if (read_settings(ctl, v) < 0)
		v->config = before;
	take_rights(v);
}

/* ---- looking ---- */

/* "12.34" behind the name, as the kernel prints it: always two digits. */
static bool parse_share(const char *text, const char *name, uint32_t *ret_ppm)
{
	const char *at = strstr(text, name);
	char *end;
	unsigned long whole, hundredths;

	if (at == NULL)
		return false;
	whole = strtoul(at + strlen(name), &end, 10);
	if (end == at + strlen(name) || *end != '.' || !isdigit((unsigned char)end[1]) ||
	    whole > 100)
		return false;
	hundredths = strtoul(end + 1, NULL, 10);
	*ret_ppm = (uint32_t)(whole * PPM_PER_PERCENT + hundredths % 100 * (PPM_PER_PERCENT / 100));
	return true;
}

struct pressure view_parse_pressure(const char *text)
{
	struct pressure p = {0};

	p.have = parse_share(text, "some avg10=", &p.some_ppm);
	if (p.have)
		(void)parse_share(text, "full avg10=", &p.full_ppm);
	return p;
}

static struct pressure read_pressure(const struct view *v)
{
	char text[256];
	int fd = openat(v->proc_fd, "pressure/memory", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	return view_parse_pressure(text);
}

/* Signalled, and not told to be gone since: looked for from the newest event backwards. */
static bool is_gone(const struct reading *r, size_t kill)
{
	for (size_t i = kill + 1; i < r->event_count; i++) {
		if (r->events[i].type == EVENT_FREED &&
		    r->events[i].victim_pid == r->events[kill].victim_pid)
			return true;
	}
	return false;
}

static void find_pending(struct view *v)
{
	char state;

	v->rank.pending_count = 0;
	for (size_t i = v->running ? v->reading.event_count : 0; i-- > 0;) {
		const struct recording_event *e = &v->reading.events[i];
		struct process_id *id = &v->pending[v->rank.pending_count];

		if (e->type == EVENT_START || v->rank.pending_count == VIEW_PENDING_MAX)
			return;
		if (e->type != EVENT_KILL || (e->flags & RECORDED_DRY_RUN) ||
		    is_gone(&v->reading, i) ||
		    process_identity(v->scan.proc_fd, e->victim_pid, &id->start_ticks, &state) < 0)
			continue;
		id->pid = e->victim_pid;
		v->rank.pending_count++;
	}
}

unsigned view_shots(const struct view *v)
{
	unsigned shots = 0;

	for (size_t i = v->running ? v->reading.event_count : 0; i-- > 0;) {
		const struct recording_event *e = &v->reading.events[i];

		if (e->type == EVENT_START || e->type == EVENT_RECOVERED)
			break;
		shots += e->type == EVENT_KILL && !(e->flags & RECORDED_ESCALATED) &&
			 e->squeeze_rule == SQUEEZE_NONE && e->victim_swarm > 0;
	}
	return shots;
}

/* As the daemon finds it (domain.c), and nobody else. */
static void list_swarm(struct view *v)
{
	struct proc_table *t = &v->table;
	unsigned found = 0;

	scan_full(&v->scan, &v->rank, clock_now(), t);
	swarm_find(&v->scan, &v->rank, growth_since_pid(&v->growth, v->sample.now_ns, t->last_pid),
		   t);
	for (unsigned i = 0; i < t->count; i++) {
		if (t->procs[i].swarm_kib > 0 && found++ < i)
			t->procs[found - 1] = t->procs[i];
	}
	t->count = found;
}

static void add_one(struct view *v, pid_t pid)
{
	static struct proc row;

	/* It is of the swarm, or gone meanwhile. */
	if (proc_find(&v->table, pid) != NULL || process_read(v->scan.proc_fd, pid, &row) < 0)
		return;
	scan_judge(&v->scan, &v->rank, &row);
	if (row.skip != SKIP_KERNEL_THREAD && row.skip != SKIP_GONE)
		scan_keep_row(&v->table, &row);
}

/*
 * The daemon reads only as many as it takes to know the first; the others' order is asked for here.
 */
static void list_everybody(struct view *v)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;

	list_swarm(v);
	v->table.truncated = false; /* all are read */
	v->table.dropped_unkillable_kib = 0;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (isdigit((unsigned char)entry->d_name[0]))
			add_one(v, (pid_t)strtol(entry->d_name, NULL, 10));
	}
	if (dir != NULL)
		(void)closedir(dir);
	kin_settle(&v->scan, &v->rank, &v->table);
	v->table.unkillable_kib = rank_unkillable(&v->table);
}

/* A look that is older tells of another time: the daemon looks at least every two seconds while
 * memory is short. */
#define FRESH_NS (3 * NS_PER_S)

/* What the daemon saw just now; NULL where none runs. */
static const struct recording_look *last_look(const struct view *v)
{
	const struct recording_look *last;

	if (!v->running || v->reading.look_count == 0)
		return NULL;
	last = &v->reading.looks[v->reading.look_count - 1];
	return last->now_ns + FRESH_NS < v->sample.now_ns ? NULL : last;
}

/* What the daemon waits for to come back stands in its last look, also of those that are gone. */
static struct coming last_coming(const struct view *v)
{
	const struct recording_look *last = last_look(v);
	struct coming coming = {0};

	if (last != NULL)
		coming = recording_to_coming(last);
	coming.unkillable_kib = 0; /* asked of our own table */
	return coming;
}

struct decision view_history(const struct view *v)
{
	struct decision d = {.swapoff = true}; /* whether it gets on shows over seconds only */
	const struct recording_look *last = last_look(v);

	if (last == NULL)
		return d;
	d.stall = recording_to_stall(last);
	d.by_stall = last->flags & LOOK_BY_STALL;
	d.covered = last->flags & LOOK_COVERED;
	/* Whoever holds the memory we see as well; that nobody took it shows over time only. */
	if (!(last->flags & LOOK_CONFIRM) && recording_to_turn(last).what == TURN_FUTILE)
		d.futile = HOLDER_NOBODY;
	return d;
}

/* The pause that its last turn was in; it ends with a look of the daemon's. */
static struct pauses last_pause(const struct view *v)
{
	const struct recording_look *last = last_look(v);
	struct pauses pauses = {0};

	if (last != NULL)
		pauses.until_ns[recording_to_turn(last).pause] = UINT64_MAX;
	return pauses;
}

/* Who grew shows over seconds: the daemon knows it, where one runs and memory is short; else it is
 * seen between two looks of one view, and at the first nobody did. */
static void take_growth(struct view *v)
{
	static struct growth growth;

	if (!v->running || !recording_to_growth(&v->reading.header.growth, &growth))
		return;
	v->growth = growth;
	v->growth_known = true;
}

static void order(struct view *v)
{
	uint64_t now_ns = v->sample.now_ns;

	turn_order(&v->config, &v->decision, &v->growth, now_ns, clock_since_boot(), &v->rank,
		   &v->table);
	growth_note(&v->growth, &v->table, now_ns);
}

void view_refresh(struct view *v)
{
	struct decision history;
	struct sample *s = &v->sample;

	sense_read(&v->sense, true, s);
	sense_waits(&v->sense, s);
	v->blind = sense_blindness(&v->sense, s);
	v->pressure = read_pressure(v);
	rank_of_machine(&v->rank, s, self_kernel_total_kib());
	find_pending(v);
	v->coming = last_coming(v);
	history = view_history(v);
	v->stall = history.stall;
	v->pauses = last_pause(v);
	v->shots = view_shots(v);
	take_growth(v);
	list_everybody(v);
	v->decision = policy_confirm(&v->config, s, &v->coming, &history);
	/* As the daemon does before it acts (domain.c): what is free but not counted yet. */
	if (v->decision.action != ACTION_NONE) {
		v->coming.mem_kib = max_u64(v->coming.mem_kib, sense_lists_kib(&v->sense, s));
		v->decision = policy_confirm(&v->config, s, &v->coming, &history);
	}
	order(v);
	v->turn = turn_take(&v->config, s, &v->table, &v->pauses, &v->coming, &v->decision);
}

/* As long as growth.c wants it at least, and a little. */
#define SECOND_LOOK_MS 1100

void view_take(const struct ctl *ctl, struct view *v)
{
	const struct timespec moment = {.tv_sec = SECOND_LOOK_MS / 1000,
					.tv_nsec = SECOND_LOOK_MS % 1000 * 1000000L};

	view_refresh(v);
	if (v->growth_known || v->decision.action == ACTION_NONE)
		return;
	if (!ctl->json)
		(void)fputs("useroomctl: looking a second time, to see who grows\n", stderr);
	(void)nanosleep(&moment, NULL);
	v->growth_known = true;
	view_refresh(v);
}

/* ---- saying ---- */

unsigned view_candidates(const struct view *v)
{
	unsigned n = 0;

	while (n < v->table.count && v->table.procs[n].rank != CLASS_NEVER)
		n++;
	return n;
}

const struct event *view_kill(const struct view *v)
{
	static struct event e;

	if (v->turn.what != TURN_END)
		return NULL;
	turn_fill(&v->decision, &v->table, 0, v->shots, clock_since_boot(), &e);
	return &e;
}

bool view_goes(const struct view *v, const struct proc *p)
{
	const struct event *e = view_kill(v);

	return e != NULL && (p->pid == e->target.victim.pid || target_takes(&e->target, p));
}

const char *view_user(uint32_t uid, char *buf, size_t size)
{
	if (users_name(uid, buf, size)[0] == '\0')
		(void)snprintf(buf, size, "%" PRIu32, uid);
	return buf;
}

/* "protected by 'user:postgres'" */
static const char *by_entry(const char *what, const struct match_list *list, int index)
{
	static char text[320];
	char entry[64], safe[256];

	(void)match_entry_text(list, index, entry, sizeof(entry));
	(void)snprintf(text, sizeof(text), "%s '%s'", what, log_safe(entry, safe, sizeof(safe)));
	return text;
}

static const char *why_system_critical(const struct proc *p)
{
	static char text[160];

	(void)snprintf(text, sizeof(text), "system-critical: %s",
		       critical_entries[p->built_in].why);
	return text;
}

static const char *why_late(const struct proc *p)
{
	static char text[160];

	(void)snprintf(text, sizeof(text), "comes late: %s", critical_entries[p->built_in].why);
	return text;
}

static const char *why_small(const struct view *v, const struct proc *p)
{
	static char text[96];
	char percent[32];

	if (p->doubtful && p->oom_score_adj < 0 && p->leads) {
		(void)snprintf(text, sizeof(text),
			       "it grew more than all others together, but oom_score_adj %d",
			       p->oom_score_adj);
		return text;
	}
	if (p->doubtful)
		return p->copy ? "others may hold it as well: a copy by fork"
			       : "others may hold it as well";
	(void)snprintf(text, sizeof(text), "small: below -min-victim %s %%",
		       units_percent(v->config.min_victim_ppm, percent, sizeof(percent)));
	return text;
}

/* It grew, or began lately, by itself or with its pool. */
static const char *why_growing(const struct proc *p)
{
	static char text[120];
	bool alone = p->grown_kib >= p->pool_grown_kib;
	char grown[32], time[32], adj[32] = "";

	if (p->oom_score_adj != 0)
		(void)snprintf(adj, sizeof(adj), ", oom_score_adj %d", p->oom_score_adj);
	(void)snprintf(text, sizeof(text), "%s by %s in %s%s",
		       alone ? "it grew" : "it and others like it grew",
		       units_size(max_u64(p->grown_kib, p->pool_grown_kib), grown, sizeof(grown)),
		       units_time(p->grown_ns, time, sizeof(time)), adj);
	return text;
}

static const char *why_pool(const struct proc *p)
{
	static char text[120];
	char size[32];

	(void)snprintf(text, sizeof(text), "it and others like it hold %s",
		       units_size(p->pool_kib, size, sizeof(size)));
	return text;
}

static const char *why_swarm(const struct proc *p)
{
	static char text[120];
	char size[32];

	(void)snprintf(text, sizeof(text), "a swarm: those like it that began lately hold %s",
		       units_size(p->swarm_kib, size, sizeof(size)));
	return text;
}

/* Where the size alone does not explain the place. */
static const char *why_normal(const struct view *v, const struct proc *p)
{
	static char text[80];
	bool first = p == &v->table.procs[0];

	if (p->heads)
		return "it is the head of its children, which hold more: after them";
	if (p->swarm_kib > 0)
		return why_swarm(p);
	if (p->growing)
		return why_growing(p);
	if (p->pool_kib > p->freeable_kib && !v->config.sort_by_rss)
		return why_pool(p);
	if (p->oom_score_adj == 0 || v->config.sort_by_rss)
		return first ? "largest" : "next by size";
	(void)snprintf(text, sizeof(text), "%s, oom_score_adj %d",
		       first ? "largest" : "next by size", p->oom_score_adj);
	return text;
}

static const char *class_reason(const struct view *v, const struct proc *p)
{
	switch ((enum rank_class)p->rank) {
	case CLASS_PREFERRED:
		return by_entry("preferred by", &v->config.prefer, p->matched);
	case CLASS_AVOIDED:
		return p->matched >= 0 ? by_entry("avoided by", &v->config.avoid, p->matched)
				       : why_late(p);
	case CLASS_SMALL:
		return why_small(v, p);
	case CLASS_NORMAL:
	case CLASS_NEVER:
		break;
	}
	return why_normal(v, p);
}

const char *view_reason(const struct view *v, const struct proc *p)
{
	switch ((enum skip)p->skip) {
	case SKIP_NONE:
		return class_reason(v, p);
	case SKIP_PROTECTED:
		return by_entry("protected by", &v->config.protect, p->matched);
	case SKIP_IGNORED_USER:
		return by_entry("its user is ignored by", &v->config.ignore_user, p->matched);
	case SKIP_CRITICAL:
		return why_system_critical(p);
	case SKIP_GONE:
	case SKIP_INIT:
	case SKIP_SELF:
	case SKIP_KERNEL_THREAD:
	case SKIP_ZOMBIE:
	case SKIP_UNKILLABLE:
	case SKIP_NOT_PERMITTED:
	case SKIP_PENDING:
	case SKIP_TOGETHER:
	case SKIP_BOUND:
	case SKIP_ASKER:
	case SKIP_HELD_BACK:
	case SKIP_OUTSIDE:
	case SKIP_COUNT:
		break;
	}
	return rank_skip_text(p->skip);
}

static int say_level(const char *what, uint64_t kib, uint32_t ppm, uint32_t limit_ppm,
		     uint64_t limit_kib, bool low, char *buf, size_t size)
{
	char amount[32], share[32], limit[32];

	return snprintf(buf, size, "%s %s (%s %%) %s %s", what,
			units_size(kib, amount, sizeof(amount)),
			units_percent(ppm, share, sizeof(share)), low ? "<=" : ">",
			units_level(limit_ppm, limit_kib, limit, sizeof(limit)));
}

const char *view_levels(const struct view *v, char *buf, size_t size)
{
	const struct decision *d = &v->decision;
	const struct sample *s = &v->sample;
	int n = say_level("available", s->mem_available_kib, d->mem_ppm, d->mem_limit_ppm,
			  d->mem_limit_kib, d->mem_low, buf, size);

	if (n < 0 || (size_t)n + 2 >= size)
		return buf;
	if (d->swap_counts)
		(void)say_level(", swap free", s->swap_free_kib, d->swap_ppm, d->swap_limit_ppm,
				d->swap_limit_kib, d->swap_low, buf + n, size - (size_t)n);
	else
		(void)snprintf(buf + n, size - (size_t)n,
			       s->swap_total_kib == 0 ? ", no swap" : ", swap ignored");
	return buf;
}

/* "SIGTERM would go to 4711 (sh) and 63 more that are alike and began lately, 12 MiB together" */
static void say_victim(const struct view *v, char *buf, size_t size)
{
	const struct event *e = view_kill(v);
	char name[4 * COMM_MAX + 1], more[192], held[32], together[64] = "";

	if (e->target.kind == TARGET_SWARM)
		(void)snprintf(together, sizeof(together), ", %s together",
			       units_size(e->target.victim.freeable_kib, held, sizeof(held)));
	(void)snprintf(buf, size, "%s would go to %d (%s)%s%s%s", report_signal_name(e->signal),
		       e->target.victim.pid, log_safe(e->target.victim.comm, name, sizeof(name)),
		       report_together(e, more, sizeof(more)), together,
		       v->running && v->config.dry_run ? ", were it not a dry run" : "");
}

/* In the words of the event; the levels, which stand before them there, are said apart. */
static void say_futile(const struct view *v, char *buf, size_t size)
{
	static struct event e;
	char text[320];
	const char *words;

	e = (struct event){.type = EVENT_FUTILE, .sample = v->sample, .decision = v->decision};
	(void)report_text(&e, text, sizeof(text));
	words = strstr(text, "; ");
	(void)snprintf(buf, size, "%s", words != NULL ? words + 2 : text);
}

const char *view_verdict(const struct view *v, char *buf, size_t size)
{
	const struct turn *turn = &v->turn;

	if (!(v->sample.have & HAVE_MEM))
		(void)snprintf(buf, size, "/proc/meminfo cannot be read: nothing can be decided");
	else if (turn->what == TURN_END)
		say_victim(v, buf, size);
	else if (turn->what == TURN_FUTILE || turn->what == TURN_SWAPOFF)
		say_futile(v, buf, size);
	else if (turn->what == TURN_NOBODY)
		(void)snprintf(buf, size, "nobody can be ended: %s", nobody_text(turn->nobody));
	else
		(void)snprintf(buf, size, "nobody would be ended%s%s%s",
			       turn->what == TURN_PAUSED ? " for a moment" : "",
			       turn_text(*turn)[0] != '\0' ? ": " : "", turn_text(*turn));
	return buf;
}
