/* SPDX-License-Identifier: MIT */
#include "look/memcg.h"

#include "base/clock.h"
#include "base/compat.h"
#include "base/scratch.h"
#include "base/thread.h"
#include "base/util.h"
#include "look/memstat.h"
#include "look/parse.h"
#include "look/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * So far below its limit the threshold of v1 lies: it is crossed once on the way there (6.18, a
 * group of 128 MiB), where one of 64 KiB fires 10 to 68 times a second at the limit.
 */
#define BELOW_LIMIT_KIB 2048

/* Groups in groups: Kubernetes in a container with systemd in it has eight. */
#define DEPTH_MOST 12

/* Descriptors for everything else: 32 victims' pidfds, files of /proc, logs, hooks. */
#define FDS_FOR_OTHERS 128

/* A file is read with this much: memory.stat has 4 KiB (6.18). */
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

/* Its own limits; the smaller one is the one it comes to. high: 0 without one. */
static int read_limits(const struct memcg *m, const char *path, uint64_t *ret_limit,
		       uint64_t *ret_high)
{
	uint64_t high = UINT64_MAX;
	int r = read_amount(m, path, is_v2(m) ? "memory.max" : "memory.limit_in_bytes", ret_limit);

	if (r < 0)
		return r;
	if (is_v2(m))
		(void)read_amount(m, path, "memory.high", &high);
	*ret_high = high == UINT64_MAX ? 0 : high;
	*ret_limit = min_u64(*ret_limit, high);
	return 0;
}

/* ---- rows ---- */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Nothing wakes for it any more. */
static void disarm(struct memcg *m, struct memcg_group *g)
{
	close_fd(&g->fd); /* an eventfd takes its threshold with it */
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
	forgotten(ctx, row);
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

/* With a full table: the armed group with the most room, if it has more than this. */
static unsigned roomiest(const struct memcg *m, uint64_t more_than_kib)
{
	unsigned best = MEMCG_MOST;

	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		const struct memcg_group *g = &m->groups[i];

		if (g->state != MEMCG_ARMED || room_kib(g) <= more_than_kib)
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

static void take_group(const struct walk *w, const char *path, uint64_t limit_kib)
{
	struct memcg *m = w->memcg;
	uint64_t usage_kib = 0;
	unsigned row = find_row(m, path);
	bool is_new = row == MEMCG_MOST, is_resized;
	struct memcg_group *g;

	if (read_amount(m, path, usage_file(m), &usage_kib) < 0)
		return;
	if (is_new)
		row = take_row(w, minus_u64(limit_kib, usage_kib));
	if (row == MEMCG_MOST)
		return;
	g = &m->groups[row];
	if (is_new) {
		*g = (struct memcg_group){.fd = -1, .watch = -1};
		(void)strcpy(g->path, path); /* the walk has seen to its length */
		m->ids[row] = id_of(path);
		m->count++;
	}
	is_resized = g->state == MEMCG_ARMED && g->limit_kib != limit_kib;
	g->limit_kib = limit_kib;
	g->usage_kib = usage_kib;
	g->seen = true;
	if (is_new || is_resized) /* its threshold lies elsewhere now */
		memcg_arm(m, row);
}

/* ---- the walk ---- */

static bool append(char *path, size_t length, const char *name)
{
	size_t n = strlen(name);

	if (length + 1 + n >= MEMCG_PATH_MAX)
		return false;
	path[length] = '/';
	memcpy(path + length + 1, name, n + 1);
	return true;
}

/* Call for each directory below path, which is extended by its name meanwhile. */
struct below {
	bool (*each)(void *ctx, const char *path); /* false: not what is below it */
	void *ctx;
	unsigned *too_long;
};

static void walk_below(const struct memcg *m, const struct below *b, char *path, unsigned depth)
{
	char entries[2048] __attribute__((aligned(8)));
	size_t length = strlen(path);
	int fd = depth < DEPTH_MOST ? open_at(m, path, ".", O_RDONLY | O_DIRECTORY) : -1;
	long n;

	while (fd >= 0 && (n = syscall(SYS_getdents64, fd, entries, sizeof(entries))) > 0) {
		for (long at = 0; at < n;) {
			const struct entry64 *d = (const struct entry64 *)(entries + at);

			at += d->d_reclen;
			if (d->d_type != DT_DIR || d->d_name[0] == '.')
				continue;
			if (!append(path, length, d->d_name))
				++*b->too_long;
			else if (b->each(b->ctx, path))
				walk_below(m, b, path, depth + 1);
			path[length] = '\0';
		}
	}
	if (fd >= 0)
		(void)close(fd);
}

/* What is made below is told from now on; a watch that is there already stays as it is. */
static void watch_directory(const struct memcg *m, const char *path)
{
	char full[MEMCG_ROOT_MAX + MEMCG_PATH_MAX];

	(void)snprintf(full, sizeof(full), "%s%s", m->root, path);
	(void)inotify_add_watch(m->dirs_fd, full, IN_CREATE | IN_ONLYDIR);
}

static bool visit(void *ctx, const char *path)
{
	const struct walk *w = ctx;
	uint64_t limit, high;

	watch_directory(w->memcg, path);
	if (read_limits(w->memcg, path, &limit, &high) < 0)
		return true; /* v2: the controller is not switched on here */
	if (limit != UINT64_MAX && strcmp(path, w->memcg->own) != 0)
		take_group(w, path, limit);
	return true;
}

static void poll_for(const struct memcg *m, int fd, bool on)
{
	struct epoll_event event = {.events = on ? EPOLLIN : 0, .data.u32 = MEMCG_MOST};

	if (fd == m->dirs_fd)
		event.data.u32 = MEMCG_MOST + 1;
	if (epoll_ctl(m->wake_fd, EPOLL_CTL_MOD, fd, &event) < 0)
		(void)epoll_ctl(m->wake_fd, EPOLL_CTL_ADD, fd, &event);
}

void memcg_walk(struct memcg *m, memcg_forgotten_fn forgotten, void *ctx)
{
	char path[MEMCG_PATH_MAX] = "";
	struct walk w = {m, forgotten, ctx};
	struct below below = {visit, &w, &m->too_long};
	uint64_t begin = clock_now();

	if (m->version == MEMCG_NONE)
		return;
	m->changed = false;
	poll_for(m, m->dirs_fd, true);
	m->left_out = m->too_long = 0;
	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		if (m->ids[i] != 0) /* the other rows are never touched: they cost no memory */
			m->groups[i].seen = false;
	}
	watch_directory(m, "");
	walk_below(m, &below, path, 0);
	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		if (m->ids[i] != 0 && !m->groups[i].seen)
			forget(m, i, forgotten, ctx);
	}
	m->walk_took_ns = clock_now() - begin;
}

/* ---- events ---- */

static void take_event_file(struct memcg *m, const struct inotify_event *e)
{
	for (unsigned i = 0; i < MEMCG_MOST && !(e->mask & IN_IGNORED); i++) {
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
			close_fd(&m->groups[row].fd);
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

/*
 * v1: a registration waits for all CPUs (synchronize_rcu() in mm/memcontrol-v1.c): 20 ms each were
 * seen (6.18), ten seconds for 500 groups. So a thread does it.
 */
struct arm_request {
	int fd; /* of the eventfd, the thread's own */
	uint64_t bytes;
	char path[MEMCG_ROOT_MAX + MEMCG_PATH_MAX];
};
_Static_assert(sizeof(struct arm_request) <= 4096, "it is written as a whole (PIPE_BUF)");

#define ARM_STACK 65536

static int open_in(const char *group, const char *file, int flags)
{
	char full[MEMCG_ROOT_MAX + MEMCG_PATH_MAX + 64];

	(void)snprintf(full, sizeof(full), "%s/%s", group, file);
	return open(full, flags | O_CLOEXEC | O_NOCTTY);
}

/* "EVENTFD FILE THRESHOLD" to cgroup.event_control. */
static bool register_threshold(const struct arm_request *q, int control, int usage)
{
	char text[80];
	int n = snprintf(text, sizeof(text), "%d %d %" PRIu64, q->fd, usage, q->bytes);

	return control >= 0 && usage >= 0 && write(control, text, (size_t)n) == n;
}

static bool is_below(const struct arm_request *q, int usage)
{
	char text[NUMBER_MAX];
	ssize_t length = read(usage, text, sizeof(text));
	uint64_t bytes;

	return length > 0 && memstat_number(text, (size_t)length, &bytes) == 0 && bytes < q->bytes;
}

/* Where it cannot be armed, or is there already, the group shall be counted: the event says so. */
static void serve(const struct arm_request *q)
{
	int control = open_in(q->path, "cgroup.event_control", O_WRONLY);
	int usage = open_in(q->path, "memory.usage_in_bytes", O_RDONLY);

	if (!register_threshold(q, control, usage) || !is_below(q, usage))
		(void)eventfd_write(q->fd, 1);
	if (control >= 0)
		(void)close(control);
	if (usage >= 0)
		(void)close(usage);
	(void)close(q->fd);
}

static void *run_arming(void *ctx)
{
	const struct memcg *m = ctx;
	int fd = __atomic_load_n(&m->arm_from, __ATOMIC_ACQUIRE); /* its own from here on */
	struct arm_request q;

	while (read(fd, &q, sizeof(q)) == sizeof(q))
		serve(&q);
	(void)close(fd);
	return NULL;
}

static int start_arming(struct memcg *m)
{
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	m->arm_fd = ends[1];
	(void)fcntl(m->arm_fd, F_SETFL, O_NONBLOCK);
	__atomic_store_n(&m->arm_from, ends[0], __ATOMIC_RELEASE);
	r = thread_start(ARM_STACK, run_arming, m);
	if (r < 0)
		(void)close(ends[0]);
	return r;
}

static int arm_threshold(struct memcg *m, unsigned row)
{
	struct memcg_group *g = &m->groups[row];
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = row};
	struct arm_request q = {.bytes = minus_u64(g->limit_kib, BELOW_LIMIT_KIB) * 1024};

	(void)snprintf(q.path, sizeof(q.path), "%s%s", m->root, g->path);
	g->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (g->fd < 0 || epoll_ctl(m->wake_fd, EPOLL_CTL_ADD, g->fd, &event) < 0)
		return -errno;
	q.fd = fcntl(g->fd, F_DUPFD_CLOEXEC, 0);
	if (q.fd < 0)
		return -errno;
	if (write(m->arm_fd, &q, sizeof(q)) == sizeof(q))
		return 0;
	(void)close(q.fd); /* it has enough to do: later */
	return -EAGAIN;
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

	disarm(m, g);
	g->woken = false;
	g->state = MEMCG_ARMED;
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

int memcg_reclaims(struct memcg *m, unsigned row, uint64_t *ret)
{
	size_t length = scratch_read(m->groups[row].fd);
	uint64_t max = 0, high = 0;

	if (length == 0)
		return -ENOENT;
	if (!is_v2(m))
		return memstat_number(scratch, length, ret);
	(void)parse_counter(scratch, length, "max", &max);
	(void)parse_counter(scratch, length, "high", &high);
	*ret = max + high;
	return 0;
}

/* memory.swap.max - memory.swap.current; v1 has one limit of both together, without swapaccount=1
 * none. */
static uint64_t swap_left(const struct memcg *m, const char *path)
{
	const char *const *files =
		is_v2(m) ? (const char *const[]){"memory.swap.max", "memory.swap.current"}
			 : (const char *const[]){"memory.memsw.limit_in_bytes",
						 "memory.memsw.usage_in_bytes"};
	uint64_t most, used;

	if (read_amount(m, path, files[0], &most) < 0 || most == UINT64_MAX ||
	    read_amount(m, path, files[1], &used) < 0)
		return UINT64_MAX;
	return minus_u64(most, used);
}

static void read_highs(const struct memcg *m, const char *path, struct memcg_sample *ret)
{
	ssize_t length = ret->high_kib > 0 ? read_file(m, path, "memory.events") : 0;

	if (length > 0)
		(void)parse_counter(scratch, (size_t)length, "high", &ret->highs);
}

int memcg_read(struct memcg *m, unsigned row, struct memcg_sample *ret)
{
	struct memcg_group *g = &m->groups[row];
	struct memstat stat;
	ssize_t length;

	*ret = (struct memcg_sample){.now_ns = clock_now()};
	if (read_limits(m, g->path, &ret->limit_kib, &ret->high_kib) < 0 ||
	    read_amount(m, g->path, usage_file(m), &ret->usage_kib) < 0)
		return -ENOENT;
	length = read_file(m, g->path, "memory.stat");
	if (length <= 0 || memstat_parse(scratch, (size_t)length, is_v2(m), &stat) < 0)
		return -ENOENT;
	if (!is_v2(m))
		ret->limit_kib = min_u64(ret->limit_kib, stat.limit_kib);
	ret->file_kib = stat.file_kib;
	ret->slab_kib = stat.slab_kib;
	ret->has_refaults = stat.has_refaults;
	ret->refaults = stat.refaults;
	ret->major_faults = stat.major_faults;
	ret->swap_left_kib = swap_left(m, g->path);
	read_highs(m, g->path, ret);
	g->limit_kib = ret->limit_kib;
	g->usage_kib = ret->usage_kib;
	return ret->limit_kib == UINT64_MAX ? -ENODATA : 0;
}

struct members {
	const struct memcg *memcg;
	const char *file;
	int32_t *ids;
	unsigned count;
};

static bool add_members(void *ctx, const char *path)
{
	struct members *all = ctx;
	ssize_t length = read_file(all->memcg, path, all->file);
	const char *at = scratch, *end = scratch + (length > 0 ? length : 0), *newline;
	int32_t id;

	while (all->count < MEMCG_MEMBERS_MOST && at < end &&
	       (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		/* 0: it is in a PID namespace that we do not see */
		if (parse_int(at, (size_t)(newline - at), &id) == 0 && id > 0)
			all->ids[all->count++] = id;
		at = newline + 1;
	}
	return all->count < MEMCG_MEMBERS_MOST;
}

unsigned memcg_members(struct memcg *m, unsigned row, bool threads, int32_t ret[MEMCG_MEMBERS_MOST])
{
	struct members all = {m, "cgroup.procs", ret, 0};
	struct below below = {add_members, &all, &m->too_long};
	char path[MEMCG_PATH_MAX];

	if (threads)
		all.file = is_v2(m) ? "cgroup.threads" : "tasks";
	(void)strcpy(path, m->groups[row].path);
	if (add_members(&all, path))
		walk_below(m, &below, path, 0);
	return all.count;
}

void memcg_read_blocked(struct memcg *m, unsigned row, int proc_fd, struct memcg_sample *ret)
{
	static int32_t ids[MEMCG_MEMBERS_MOST];
	unsigned count = memcg_members(m, row, true, ids);

	ret->has_blocked = count > 0;
	for (unsigned i = 0; i < count; i++) {
		uint64_t start;
		char state = 0;

		if (process_identity(proc_fd, ids[i], &start, &state) == 0 && state == 'D')
			ret->blocked++;
	}
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

int memcg_open(struct memcg *m, int proc_fd)
{
	m->version = MEMCG_NONE;
	m->root_fd = m->wake_fd = m->dirs_fd = m->events_fd = m->arm_fd = -1;
	m->most = most_by_descriptors();
	find_root(m, proc_fd);
	if (m->version == MEMCG_NONE)
		return 0;
	m->root_fd = open(m->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	m->wake_fd = epoll_create1(EPOLL_CLOEXEC);
	m->dirs_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	m->events_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (m->root_fd < 0 || m->wake_fd < 0 || m->dirs_fd < 0 || m->events_fd < 0) {
		int error = -errno;

		memcg_close(m);
		return error;
	}
	poll_for(m, m->events_fd, true);
	poll_for(m, m->dirs_fd, true);
	return is_v2(m) ? 0 : start_arming(m);
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
	close_fd(&m->root_fd);
	close_fd(&m->wake_fd);
	close_fd(&m->dirs_fd);
	close_fd(&m->events_fd);
	close_fd(&m->arm_fd); /* and the thread ends */
}
