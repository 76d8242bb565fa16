/* SPDX-License-Identifier: MIT */
#include "look/memcg.h"

#include "base/clock.h"
#include "base/scratch.h"
#include "base/util.h"
#include "look/memstat.h"
#include "look/parse.h"
#include "look/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * So far below its limit the threshold of v1 lies: it is crossed once on the way there (6.18, a
 * group of 128 MiB), where one of 64 KiB fires 10 to 68 times a second at the limit.
 */
#define BELOW_LIMIT_KIB 2048

/* A memory.high so much of memory.max below it holds a group for some ten seconds and more:
 * computed, for one task that takes what it gets. */
#define HIGH_APART 10

/* Descriptors for everything else: 32 victims' pidfds, files of /proc, logs, hooks. */
#define FDS_FOR_OTHERS 128

/* A file that has one number is read with this much. */
#define NUMBER_MAX 64

/* ---- files of a group ---- */

/* A file of a group, below the root. */
struct group_file {
	char path[MEMCG_PATH_MAX + 64];
};

static struct group_file group_file(const char *group, const char *name)
{
	struct group_file f;

	(void)snprintf(f.path, sizeof(f.path), ".%s/%s", group, name);
	return f;
}

static int open_at(const struct memcg *m, const char *group, const char *name, int flags)
{
	int fd = openat(m->root_fd, group_file(group, name).path, flags | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : fd;
}

static int read_amount(const struct memcg *m, const char *path, const char *file, uint64_t *ret)
{
	char text[NUMBER_MAX];
	int fd = open_at(m, path, file, O_RDONLY);
	ssize_t length;

	if (fd < 0)
		return fd;
	length = read(fd, text, sizeof(text));
	(void)close(fd);
	/* A group that is being removed: ENODEV. */
	return length <= 0 ? -ENOENT : memstat_amount(text, (size_t)length, ret);
}

/* A file into scratch: its length, or a negative errno. */
static ssize_t read_file(const struct memcg *m, const char *group, const char *name)
{
	return scratch_read_at(m->root_fd, group_file(group, name).path, SCRATCH_MAX);
}

static bool is_v2(const struct memcg *m)
{
	return m->version == MEMCG_V2;
}

static const char *usage_file(const struct memcg *m)
{
	return is_v2(m) ? "memory.current" : "memory.usage_in_bytes";
}

/* UINT64_MAX: none. */
struct limits {
	uint64_t max_kib, high_kib;
};

static int read_limits(const struct memcg *m, const char *path, struct limits *ret)
{
	*ret = (struct limits){.high_kib = UINT64_MAX};
	if (is_v2(m))
		(void)read_amount(m, path, "memory.high", &ret->high_kib);
	return read_amount(m, path, is_v2(m) ? "memory.max" : "memory.limit_in_bytes",
			   &ret->max_kib);
}

/* The one that is come to. */
static uint64_t first_of(const struct limits *l)
{
	return min_u64(l->max_kib, l->high_kib);
}

/*
 * At memory.high the kernel makes a group wait and ends nobody; but it comes through where its
 * memory.max is near: the pauses grow with the square of what is above (mm/memcontrol.c,
 * calculate_high_delay()), and one percent is gone within a second.
 */
static bool throttles(const struct limits *l)
{
	return l->high_kib < l->max_kib - l->max_kib / HIGH_APART;
}

/* ---- rows ---- */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/*
 * An eventfd takes its threshold with it. It must be taken out before: while the thread still has
 * it, to arm it, epoll would go on to tell of it, as of the row's next descriptor.
 */
static void close_event(const struct memcg *m, struct memcg_group *g)
{
	if (g->fd >= 0 && g->state == MEMCG_ARMED)
		(void)epoll_ctl(m->wake_fd, EPOLL_CTL_DEL, g->fd, NULL);
	close_fd(&g->fd);
}

/* Nothing wakes for it any more. */
static void disarm(struct memcg *m, struct memcg_group *g)
{
	close_event(m, g);
	if (g->watch >= 0)
		(void)inotify_rm_watch(m->events_fd, g->watch);
	g->watch = -1;
}

static void forget(struct memcg *m, unsigned row, memcg_forgotten_fn forgotten, void *ctx)
{
	disarm(m, &m->groups[row]);
	m->groups[row].state = MEMCG_FREE;
	m->ids[row] = 0;
	m->count--;
	forgotten(ctx, row, false);
}

static uint64_t id_of(const char *path)
{
	return hash_bytes(HASH_BEGIN, path, strlen(path)) | 1; /* 0: the row is free */
}

/* The row of a path; MEMCG_MOST when there is none. */
static unsigned find_row(const struct memcg *m, const char *path)
{
	uint64_t id = id_of(path);

	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		if (m->ids[i] == id && strcmp(m->groups[i].path, path) == 0)
			return i;
	}
	return MEMCG_MOST;
}

static uint64_t room_kib(const struct memcg_group *g)
{
	return minus_u64(g->limit_kib, g->usage_kib);
}

/* With a full table: the group with the most room, if it has more than this; of those that are
 * counted because they have come to their limit none. */
static unsigned roomiest(const struct memcg *m, uint64_t more_than_kib)
{
	unsigned best = MEMCG_MOST;

	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		const struct memcg_group *g = &m->groups[i];

		if (g->state == MEMCG_FREE || (g->state == MEMCG_COUNTED && !m->counts) ||
		    room_kib(g) <= more_than_kib)
			continue;
		best = i;
		more_than_kib = room_kib(g);
	}
	return best;
}

static unsigned free_row(const struct memcg *m)
{
	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		if (m->ids[i] == 0)
			return i;
	}
	return MEMCG_MOST;
}

struct walk {
	struct memcg *memcg;
	memcg_forgotten_fn forgotten;
	void *ctx;
};

static unsigned take_row(const struct walk *w, uint64_t room)
{
	struct memcg *m = w->memcg;
	unsigned row = m->count < m->most ? free_row(m) : MEMCG_MOST;

	if (row < MEMCG_MOST)
		return row;
	m->left_out++;
	row = roomiest(m, room);
	if (row < MEMCG_MOST)
		forget(m, row, w->forgotten, w->ctx);
	return row;
}

/* The row of a group, a new one where it has none; MEMCG_MOST: there is no room. */
static unsigned row_for(const struct walk *w, const char *path, uint64_t room)
{
	struct memcg *m = w->memcg;
	unsigned row = find_row(m, path);

	if (row < MEMCG_MOST)
		return row;
	row = take_row(w, room);
	if (row == MEMCG_MOST)
		return row;
	m->groups[row] = (struct memcg_group){.fd = -1, .watch = -1, .inode = m->tree.inode};
	(void)strcpy(m->groups[row].path, path); /* the tree has seen to its length */
	m->ids[row] = id_of(path);
	m->count++;
	return row;
}

/* A service that is started again has the same path: what was armed went with the old one. */
static bool is_made_again(const struct walk *w, unsigned row)
{
	struct memcg_group *g = &w->memcg->groups[row];

	if (g->inode == w->memcg->tree.inode)
		return false;
	g->inode = w->memcg->tree.inode;
	w->forgotten(w->ctx, row, true);
	return true;
}

/* above: the least limit of those around it. */
static void take_group(const struct walk *w, uint64_t limit_kib, uint64_t above_kib)
{
	struct memcg *m = w->memcg;
	const char *path = m->tree.path;
	struct memcg_group *g;
	uint64_t usage_kib;
	unsigned row;
	bool again, is_resized;

	if (read_amount(m, path, usage_file(m), &usage_kib) < 0)
		return;
	row = row_for(w, path, minus_u64(limit_kib, usage_kib));
	if (row == MEMCG_MOST)
		return;
	g = &m->groups[row];
	again = is_made_again(w, row);
	is_resized = g->state == MEMCG_ARMED && g->limit_kib != limit_kib;
	g->above_kib = above_kib;
	g->limit_kib = limit_kib;
	g->usage_kib = usage_kib;
	g->seen = true;
	if (again || is_resized || g->state == MEMCG_FREE) /* its threshold lies elsewhere now */
		memcg_arm(m, row);
}

/* ---- the walk ---- */

/* What is made below is told from now on; a watch that is there already stays as it is. */
static void watch_directory(const struct memcg *m, const char *path)
{
	char full[MEMCG_ROOT_MAX + MEMCG_PATH_MAX];

	if (m->wake_fd < 0)
		return;
	(void)snprintf(full, sizeof(full), "%s%s", m->root, path);
	(void)inotify_add_watch(m->dirs_fd, full, IN_CREATE | IN_ONLYDIR);
}

static void visit(const struct walk *w)
{
	struct memcg *m = w->memcg;
	const char *path = m->tree.path;
	uint64_t *above = m->above_kib + m->tree.depth - 1, first_kib = UINT64_MAX;
	struct limits own;

	watch_directory(m, path);
	/* Without its files: v2, and the controller is not switched on here. */
	if (read_limits(m, path, &own) == 0)
		first_kib = first_of(&own);
	if (first_kib != UINT64_MAX && strcmp(path, m->own) != 0)
		take_group(w, min_u64(first_kib, *above), *above);
	above[1] = min_u64(first_kib, *above);
}

static void poll_for(const struct memcg *m, int fd, bool on)
{
	struct epoll_event event = {.events = on ? EPOLLIN : 0, .data.u32 = MEMCG_MOST};

	if (fd == m->dirs_fd)
		event.data.u32 = MEMCG_MOST + 1;
	if (epoll_ctl(m->wake_fd, EPOLL_CTL_MOD, fd, &event) < 0)
		(void)epoll_ctl(m->wake_fd, EPOLL_CTL_ADD, fd, &event);
}

void memcg_walk_begin(struct memcg *m)
{
	if (m->version == MEMCG_NONE)
		return;
	tree_end(&m->tree);
	m->walking = true;
	m->changed = false; /* what is made from here on may be passed over, and is told */
	if (m->wake_fd >= 0)
		poll_for(m, m->dirs_fd, true);
	m->left_out = m->too_long = 0;
	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		if (m->ids[i] != 0) /* the other rows are never touched: they cost no memory */
			m->groups[i].seen = false;
	}
	m->above_kib[0] = UINT64_MAX;
	watch_directory(m, "");
	tree_begin(&m->tree, m->root_fd, "");
}

static void end_walk(const struct walk *w)
{
	struct memcg *m = w->memcg;
	unsigned gone = 0;

	m->walking = false;
	m->too_long = m->tree.too_long;
	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		if (m->ids[i] == 0 || m->groups[i].seen)
			continue;
		forget(m, i, w->forgotten, w->ctx);
		gone++;
	}
	if (gone > 0 && m->left_out > 0) /* there is room for some of those now */
		m->changed = true;
}

bool memcg_walk(struct memcg *m, unsigned most, memcg_forgotten_fn forgotten, void *ctx)
{
	struct walk w = {m, forgotten, ctx};

	while (m->walking && most-- > 0) {
		if (tree_next(&m->tree))
			visit(&w);
		else
			end_walk(&w);
	}
	return !m->walking;
}

/* ---- events ---- */

/* It has moved, or (IN_IGNORED alone) is gone: that is found when it is counted. */
static void take_event_file(struct memcg *m, const struct inotify_event *e)
{
	for (unsigned i = 0; i < MEMCG_MOST && e->wd >= 0; i++) {
		if (m->ids[i] != 0 && m->groups[i].watch == e->wd) {
			m->groups[i].woken = true;
			m->groups[i].watch = -1; /* IN_ONESHOT */
		}
	}
}

static void drain(int fd, struct memcg *m,
		  void (*each)(struct memcg *, const struct inotify_event *))
{
	char events[4096] __attribute__((aligned(8)));
	ssize_t n;

	while ((n = read(fd, events, sizeof(events))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *e = (const struct inotify_event *)(events + at);

			at += (ssize_t)(sizeof(*e) + e->len);
			if (each)
				each(m, e);
		}
	}
}

void memcg_take_events(struct memcg *m)
{
	struct epoll_event events[32];
	int n = m->version == MEMCG_NONE ? 0 : epoll_wait(m->wake_fd, events, 32, 0);

	for (int i = 0; i < n; i++) {
		uint32_t row = events[i].data.u32;

		if (row < MEMCG_MOST) {
			close_event(m, &m->groups[row]);
			m->groups[row].woken = true;
		} else if (row == MEMCG_MOST) {
			drain(m->events_fd, m, take_event_file);
		} else { /* what is made until the walk is found by it */
			drain(m->dirs_fd, m, NULL);
			m->changed = true;
			poll_for(m, m->dirs_fd, false);
		}
	}
}

/* Where the limit lies now: it may have been changed since the walk. */
static uint64_t threshold_kib(const struct memcg *m, const struct memcg_group *g)
{
	uint64_t first_kib = g->limit_kib;
	struct limits own;

	if (read_limits(m, g->path, &own) == 0)
		first_kib = first_of(&own);
	return minus_u64(min_u64(first_kib, g->above_kib), BELOW_LIMIT_KIB);
}

static int arm_threshold(struct memcg *m, unsigned row)
{
	struct memcg_group *g = &m->groups[row];
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = row};
	char full[MEMCG_ROOT_MAX + MEMCG_PATH_MAX];

	(void)snprintf(full, sizeof(full), "%s%s", m->root, g->path);
	g->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (g->fd < 0 || epoll_ctl(m->wake_fd, EPOLL_CTL_ADD, g->fd, &event) < 0)
		return -errno;
	return thresholds_ask(&m->thresholds, g->fd, full, threshold_kib(m, g) * 1024);
}

static int arm_watch(struct memcg *m, struct memcg_group *g)
{
	char full[MEMCG_ROOT_MAX + MEMCG_PATH_MAX + 16];

	(void)snprintf(full, sizeof(full), "%s%s/memory.events", m->root, g->path);
	g->watch = inotify_add_watch(m->events_fd, full, IN_MODIFY | IN_ONESHOT);
	return g->watch < 0 ? -errno : 0;
}

void memcg_arm(struct memcg *m, unsigned row)
{
	struct memcg_group *g = &m->groups[row];

	if (m->counts) {
		memcg_count(m, row);
		return;
	}
	disarm(m, g);
	g->woken = false;
	g->state = MEMCG_ARMED;
	if (m->wake_fd < 0)
		return;
	if ((is_v2(m) ? arm_watch(m, g) : arm_threshold(m, row)) < 0)
		memcg_count(m, row);
}

void memcg_count(struct memcg *m, unsigned row)
{
	struct memcg_group *g = &m->groups[row];

	disarm(m, g);
	g->woken = false;
	g->state = MEMCG_COUNTED;
	g->fd = open_at(m, g->path, is_v2(m) ? "memory.events" : "memory.failcnt", O_RDONLY);
	g->fd = g->fd < 0 ? -1 : g->fd;
}

/* ---- one group ---- */

/*
 * Where memory and swap together have a limit, as Docker and the kubelet set it, that one is
 * charged first (try_charge_memcg() in mm/memcontrol.c), and with the same limit it is the only one
 * that is ever come to: memory.failcnt stays 0 (6.1), and so does that of both (6.18). Then each
 * time that its usage is at the limit counts.
 */
static uint64_t times_at_limit(const struct memcg *m, struct memcg_group *g)
{
	uint64_t both_kib, usage_kib;

	if (read_amount(m, g->path, "memory.memsw.limit_in_bytes", &both_kib) == 0 &&
	    both_kib != UINT64_MAX && read_amount(m, g->path, usage_file(m), &usage_kib) == 0)
		g->times_at_limit += usage_kib >= threshold_kib(m, g);
	return g->times_at_limit;
}

int memcg_reclaims(struct memcg *m, unsigned row, uint64_t *ret)
{
	size_t length = scratch_read(m->groups[row].fd);
	uint64_t max = 0, high = 0;
	int r;

	if (length == 0)
		return -ENOENT;
	if (!is_v2(m)) {
		r = memstat_number(scratch, length, ret);
		if (r == 0)
			*ret += times_at_limit(m, &m->groups[row]);
		return r;
	}
	(void)parse_counter(scratch, length, "max", &max);
	(void)parse_counter(scratch, length, "high", &high);
	*ret = max + high;
	return 0;
}

/* v1 has one limit of memory and swap together, without swapaccount=1 none; and in memory.stat what
 * is in swap, without what came back (mem_cgroup_swapin_uncharge_swap() in mm/memcontrol.c). */
static void read_swap_v1(const struct memcg *m, const char *path, const struct memstat *stat,
			 struct memcg_sample *ret)
{
	uint64_t most, used;

	ret->swap_kib = stat->swap_kib;
	ret->swap_left_kib = UINT64_MAX;
	if (read_amount(m, path, "memory.memsw.limit_in_bytes", &most) == 0 && most != UINT64_MAX &&
	    read_amount(m, path, "memory.memsw.usage_in_bytes", &used) == 0)
		ret->swap_left_kib = minus_u64(most, used);
}

static void read_swap_v2(const struct memcg *m, const char *path, const struct memstat *stat,
			 struct memcg_sample *ret)
{
	uint64_t most, used;

	ret->swap_left_kib = UINT64_MAX;
	if (read_amount(m, path, "memory.swap.current", &used) < 0)
		return;
	if (stat->has_swap_cached) /* else what came back is not told from what is out */
		ret->swap_kib = minus_u64(used, stat->swap_in_memory_kib);
	if (read_amount(m, path, "memory.swap.max", &most) == 0 && most != UINT64_MAX)
		ret->swap_left_kib = minus_u64(most, used);
}

static void read_highs(const struct memcg *m, const char *path, struct memcg_sample *ret)
{
	ssize_t length = ret->high_kib > 0 ? read_file(m, path, "memory.events") : 0;

	if (length > 0)
		(void)parse_counter(scratch, (size_t)length, "high", &ret->highs);
}

/* The least limit of those around it, as it is now: the walk may be minutes old, and a limit up the
 * tree is raised without a word. */
static struct limits above_now(const struct memcg *m, const struct memcg_group *g)
{
	char path[MEMCG_PATH_MAX];
	struct limits least = {UINT64_MAX, UINT64_MAX}, own;
	char *slash;

	(void)snprintf(path, sizeof(path), "%s", g->path);
	while ((slash = strrchr(path, '/')) != NULL && slash != path) {
		*slash = '\0';
		/* No such file: a group whose memory is not controlled. */
		if (read_limits(m, path, &own) < 0)
			continue;
		least.max_kib = min_u64(least.max_kib, own.max_kib);
		least.high_kib = min_u64(least.high_kib, own.high_kib);
	}
	return least;
}

/* The limit in force; -ENODATA: it has none of its own any more. */
static int read_limit(const struct memcg *m, struct memcg_group *g, struct memcg_sample *ret)
{
	struct limits all, above;

	if (read_limits(m, g->path, &all) < 0)
		return -ENOENT;
	if (first_of(&all) == UINT64_MAX)
		return -ENODATA;
	ret->high_kib = all.high_kib == UINT64_MAX ? 0 : all.high_kib;
	/* What lies above both of its own is of no matter. */
	if (is_v2(m) && g->above_kib < max_u64(first_of(&all), throttles(&all) ? all.max_kib : 0)) {
		above = above_now(m, g);
		g->above_kib = first_of(&above);
		all.max_kib = min_u64(all.max_kib, above.max_kib);
		all.high_kib = min_u64(all.high_kib, above.high_kib);
	}
	ret->limit_kib = first_of(&all);
	ret->throttles = throttles(&all);
	return 0;
}

int memcg_read(struct memcg *m, unsigned row, struct memcg_sample *ret)
{
	struct memcg_group *g = &m->groups[row];
	struct memstat stat;
	ssize_t length;
	int r;

	*ret = (struct memcg_sample){.now_ns = clock_now()};
	r = read_limit(m, g, ret);
	if (r < 0 || read_amount(m, g->path, usage_file(m), &ret->usage_kib) < 0)
		return r < 0 ? r : -ENOENT;
	length = read_file(m, g->path, "memory.stat");
	if (length <= 0 || memstat_parse(scratch, (size_t)length, is_v2(m), &stat) < 0)
		return -ENOENT;
	ret->limit_kib = min_u64(ret->limit_kib, stat.limit_kib);
	ret->file_kib = stat.file_kib;
	ret->slab_kib = stat.slab_kib;
	ret->has_refaults = stat.has_refaults;
	ret->refaults = stat.refaults;
	ret->major_faults = stat.major_faults;
	if (is_v2(m))
		read_swap_v2(m, g->path, &stat, ret);
	else
		read_swap_v1(m, g->path, &stat, ret);
	read_highs(m, g->path, ret);
	g->usage_kib = ret->usage_kib;
	return 0;
}

struct members {
	int32_t *ids;
	unsigned count;
};

static void add_members(const struct memcg *m, const char *path, const char *file,
			struct members *all)
{
	ssize_t length = read_file(m, path, file);
	const char *at = scratch, *end = scratch + (length > 0 ? length : 0), *newline;
	int32_t id;

	while (all->count < MEMCG_MEMBERS_MOST && at < end &&
	       (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		/* 0: it is in a PID namespace that we do not see */
		if (parse_int(at, (size_t)(newline - at), &id) == 0 && id > 0)
			all->ids[all->count++] = id;
		at = newline + 1;
	}
}

unsigned memcg_members_of(struct memcg *m, const char *path, bool threads,
			  int32_t ret[MEMCG_MEMBERS_MOST], bool *ret_cut)
{
	static struct tree below;
	const char *file = !threads ? "cgroup.procs" : is_v2(m) ? "cgroup.threads" : "tasks";
	struct members all = {ret, 0};

	add_members(m, path, file, &all);
	tree_begin(&below, m->root_fd, path);
	*ret_cut = true;
	for (unsigned i = 0; i <= MEMCG_BELOW_MOST && all.count < MEMCG_MEMBERS_MOST; i++) {
		if (!tree_next(&below)) {
			*ret_cut = false;
			break;
		}
		if (i < MEMCG_BELOW_MOST)
			add_members(m, below.path, file, &all);
	}
	tree_end(&below);
	return all.count;
}

unsigned memcg_members(struct memcg *m, unsigned row, bool threads, int32_t ret[MEMCG_MEMBERS_MOST])
{
	bool cut;

	return memcg_members_of(m, m->groups[row].path, threads, ret, &cut);
}

static bool goes_whole(const struct memcg *m, const char *path)
{
	ssize_t length = read_file(m, path, "memory.oom.group");

	return length > 0 && scratch[0] == '1';
}

static bool is_in(const char *path, const char *group)
{
	size_t length = strlen(group);

	return strncmp(path, group, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Of the process, in this hierarchy; "": not known. */
static void read_path_of(const struct memcg *m, int proc_fd, pid_t pid, char ret[MEMCG_PATH_MAX])
{
	ssize_t size = process_file(proc_fd, pid, "cgroup", SCRATCH_MAX);

	(void)memstat_own(scratch, size > 0 ? (size_t)size : 0, is_v2(m), ret, MEMCG_PATH_MAX);
}

int memcg_row_of(struct memcg *m, int proc_fd, pid_t pid)
{
	char path[MEMCG_PATH_MAX];
	size_t longest = 0;
	int row = -1;

	read_path_of(m, proc_fd, pid, path);
	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		size_t length = strlen(m->groups[i].path);

		if (m->ids[i] != 0 && length > longest && is_in(path, m->groups[i].path)) {
			longest = length;
			row = (int)i;
		}
	}
	return row;
}

bool memcg_goes_whole(struct memcg *m, unsigned row, int proc_fd, pid_t pid,
		      char ret[MEMCG_PATH_MAX])
{
	const char *group = m->groups[row].path;
	char path[MEMCG_PATH_MAX];
	size_t end = strlen(group), length = 0;

	if (!is_v2(m))
		return false;
	read_path_of(m, proc_fd, pid, path);
	if (!is_in(path, group))
		(void)strcpy(path, group);
	length = strlen(path);
	for (; end <= length; end += 1 + strcspn(path + end + 1, "/")) {
		(void)snprintf(ret, MEMCG_PATH_MAX, "%.*s", (int)end, path);
		if (goes_whole(m, ret))
			return true;
		if (end == length)
			break;
	}
	return false;
}

void memcg_read_blocked(struct memcg *m, unsigned row, int proc_fd, unsigned most,
			struct memcg_sample *ret)
{
	static int32_t ids[MEMCG_MEMBERS_MOST];
	static unsigned turn;
	unsigned count = memcg_members(m, row, true, ids), each = (count + most - 1) / most;
	unsigned read = 0, found = 0;

	for (unsigned i = each > 1 ? turn++ % each : 0; i < count; i += each, read++) {
		uint64_t start;
		char state = 0;

		if (process_identity(proc_fd, ids[i], &start, &state) == 0 && state == 'D')
			found++;
	}
	ret->has_blocked = read > 0;
	ret->blocked = read > 0 ? (found * count + read / 2) / read : 0;
}

bool memcg_is_below(const struct memcg *m, unsigned inner, unsigned outer)
{
	size_t length = strlen(m->groups[outer].path);

	return strncmp(m->groups[inner].path, m->groups[outer].path, length) == 0 &&
	       m->groups[inner].path[length] == '/';
}

/* ---- opening ---- */

static size_t take_mounts(void *ctx, const char *text, size_t length)
{
	return memstat_mounts(text, length, ctx);
}

/* v2 has the memory controller where v1 has not. */
static bool v2_has_memory(const char *root)
{
	char path[MEMCG_ROOT_MAX + 32];
	ssize_t length;

	(void)snprintf(path, sizeof(path), "%s/cgroup.controllers", root);
	length = scratch_read_at(AT_FDCWD, path, SCRATCH_MAX - 1);
	if (length <= 0)
		return false;
	scratch[length] = '\0';
	return strstr(scratch, "memory") != NULL;
}

static void find_root(struct memcg *m, int proc_fd)
{
	struct memstat_mount mounts = {"", ""};
	ssize_t length;

	process_pieces(proc_fd, getpid(), "mountinfo", take_mounts, &mounts);
	if (mounts.v1[0] != '\0')
		m->version = MEMCG_V1;
	else if (mounts.v2[0] != '\0' && v2_has_memory(mounts.v2))
		m->version = MEMCG_V2;
	else
		return;
	(void)strcpy(m->root, m->version == MEMCG_V1 ? mounts.v1 : mounts.v2);
	length = process_file(proc_fd, getpid(), "cgroup", SCRATCH_MAX);
	(void)memstat_own(scratch, length > 0 ? (size_t)length : 0, is_v2(m), m->own,
			  sizeof(m->own));
}

/* Each armed or counted group keeps one. */
static unsigned most_by_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return MEMCG_MOST;
	return (unsigned)min_u64(MEMCG_MOST, minus_u64(limit.rlim_cur, FDS_FOR_OTHERS));
}

static int open_root(struct memcg *m, int proc_fd)
{
	m->version = MEMCG_NONE;
	m->root_fd = m->wake_fd = m->dirs_fd = m->events_fd = -1;
	m->most = MEMCG_MOST;
	find_root(m, proc_fd);
	if (m->version == MEMCG_NONE)
		return 0;
	m->root_fd = open(m->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->root_fd < 0)
		m->version = MEMCG_NONE;
	return m->root_fd < 0 ? -errno : 0;
}

int memcg_open_to_look(struct memcg *m, int proc_fd)
{
	int r = open_root(m, proc_fd);

	m->own[0] = '\0';
	return r;
}

int memcg_open(struct memcg *m, int proc_fd)
{
	int r = open_root(m, proc_fd);

	if (r < 0 || m->version == MEMCG_NONE)
		return r;
	m->most = most_by_descriptors();
	m->wake_fd = epoll_create1(EPOLL_CLOEXEC);
	m->dirs_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	m->events_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (m->wake_fd < 0 || m->dirs_fd < 0 || m->events_fd < 0)
		r = -errno;
	if (r == 0 && !is_v2(m))
		r = thresholds_start(&m->thresholds);
	if (r < 0) {
		memcg_close(m);
		return r;
	}
	poll_for(m, m->events_fd, true);
	poll_for(m, m->dirs_fd, true);
	return 0;
}

void memcg_close(struct memcg *m)
{
	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		if (m->ids[i] != 0)
			close_fd(&m->groups[i].fd);
		m->ids[i] = 0;
	}
	m->count = 0;
	m->version = MEMCG_NONE;
	m->walking = m->changed = false;
	tree_end(&m->tree);
	close_fd(&m->root_fd);
	close_fd(&m->wake_fd);
	close_fd(&m->dirs_fd);
	close_fd(&m->events_fd);
}
