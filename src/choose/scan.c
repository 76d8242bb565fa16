/* SPDX-License-Identifier: MIT */
/*
 * How the best victim is found without reading everything. One small file a process is read for all
 * of them, which says how much the process can hold at most:
 *
 *   statm      what is resident; so long as swap and page tables, which it does not show, could
 *              make nobody large who looks small
 *   oom_score  else: it has both in it, but oom_score_adj too
 *
 * Then processes are read in full, the largest bound first, until nobody who is left can be large
 * enough to be worth ending (-min-victim): whatever the order among those is, it is asked of all of
 * them. Many that are small or protected, or have their oom_score_adj raised, hide nobody (R90,
 * R91). Where all are small, the largest are read.
 *
 * Costs on a 2-CPU virtual machine: 4-5 us a process for the list, 20-30 us for one in full.
 */
#include "choose/scan.h"

#include "base/clock.h"
#include "base/scratch.h"
#include "base/util.h"
#include "choose/kin.h"
#include "choose/place.h"
#include "look/parse.h"
#include "look/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A full scan reads at least so many candidates, so that "who is next" is worth reading. */
#define READ_MIN 8

/* And so many of the largest where all of them are below -min-victim. */
#define READ_SMALL 16

/* Kept candidates older than this are not used: an oom_score_adj may have been written since. */
#define KEPT_MAX_NS (2 * NS_PER_S)

/*
 * Swap and page tables together are this part of -min-victim at the most where statm is asked: then
 * whoever looks to hold half of it is read.
 */
#define UNSEEN_PART 2

/* Processes started since the last full scan: with more of them, a full scan is as quick. */
#define NEWER_MAX 128

/*
 * The processes with the largest keys: while they are listed, once there are too many, with the
 * smallest of them on top, to be replaced; then with the largest on top, to be read.
 */
static struct heap_entry {
	int32_t pid;
	uint32_t key;
} heap[SCAN_LIST_MAX];
static unsigned heap_count;
static bool heap_smallest_on_top;

/* ---- all processes ---- */

static bool by_statm(const struct rank *rank)
{
	return rank->config->sort_by_rss ||
	       (rank_large_kib(rank) > 0 && rank->unseen_kib <= rank_large_kib(rank) / UNSEEN_PART);
}

static uint32_t score_key(const struct scan *scan, pid_t pid)
{
	int32_t score;

	return process_int(scan->proc_fd, pid, "oom_score", &score) == 0 && score > 0
		       ? (uint32_t)score
		       : 0;
}

/* Resident KiB. */
static uint32_t statm_key(const struct scan *scan, pid_t pid)
{
	uint64_t resident, shared;
	ssize_t length = process_file(scan->proc_fd, pid, "statm", PROCESS_NUMBERS_MAX);

	if (length <= 0 || parse_statm(scratch, (size_t)length, &resident, &shared) < 0)
		return 0;
	resident *= scan->page_kib;
	if (resident > 0)
		return resident < UINT32_MAX ? (uint32_t)resident : UINT32_MAX;
	/*
	 * A kernel thread, or a process whose main thread has exited: then its oom_score is not 0,
	 * and it comes first.
	 */
	return score_key(scan, pid) > 0 ? UINT32_MAX : 0;
}

/* The most that a process with this key can hold, as long as its oom_score_adj is not negative. */
static uint64_t most_kib(const struct scan *scan, const struct rank *rank, uint32_t key)
{
	int64_t bound;

	if (scan->listed_by_statm)
		return key == UINT32_MAX ? UINT64_MAX / 2 : key + rank->unseen_kib;
	bound = rank_bound(rank, key);
	return bound > 0 ? (uint64_t)bound : 0;
}

static void heap_swap(unsigned a, unsigned b)
{
	struct heap_entry entry = heap[a];

	heap[a] = heap[b];
	heap[b] = entry;
}

static bool heap_above(unsigned a, unsigned b)
{
	if (heap[a].key != heap[b].key)
		return (heap[a].key > heap[b].key) != heap_smallest_on_top;
	return (heap[a].pid > heap[b].pid) != heap_smallest_on_top; /* the newest stay */
}

static void heap_sink(unsigned at)
{
	for (;;) {
		unsigned child = 2 * at + 1;

		if (child >= heap_count)
			return;
		if (child + 1 < heap_count && heap_above(child + 1, child))
			child++;
		if (!heap_above(child, at))
			return;
		heap_swap(at, child);
		at = child;
	}
}

static void heap_build(bool smallest_on_top)
{
	heap_smallest_on_top = smallest_on_top;
	for (unsigned at = heap_count / 2; at-- > 0;)
		heap_sink(at);
}

/* Keeps the largest when there are too many. Returns false for the one that is lost. */
static bool heap_add(pid_t pid, uint32_t key)
{
	if (heap_count < SCAN_LIST_MAX) {
		heap[heap_count++] = (struct heap_entry){.pid = pid, .key = key};
		return true;
	}
	if (!heap_smallest_on_top)
		heap_build(true);
	if (key >= heap[0].key) {
		heap[0] = (struct heap_entry){.pid = pid, .key = key};
		heap_sink(0);
	}
	return false;
}

static struct heap_entry heap_pop(void)
{
	struct heap_entry top = heap[0];

	heap[0] = heap[--heap_count];
	heap_sink(0);
	return top;
}

/* ---- the full scan ---- */

struct listing {
	struct scan *scan;
	struct proc_table *table;
	bool offsets_agree;
	int64_t last_offset; /* d_off of the entry before: where this one stands */
};

/*
 * The offset of an entry of /proc is its pid plus a constant of the kernel (TGID_OFFSET in
 * fs/proc/base.c), so that a listing can begin at a pid. The constant is taken from the listing
 * itself, where all its entries agree, and of the kernel's own /proc only: tmpfs counts its offsets
 * up by one (6.6), as pids often are (R115).
 */
static void learn_offset(struct listing *l, int32_t pid)
{
	if (l->last_offset < 0)
		return;
	if (l->scan->pid_offset < 0)
		l->scan->pid_offset = l->last_offset - pid;
	else if (l->scan->pid_offset != l->last_offset - pid)
		l->offsets_agree = false;
}

static int list_one(void *ctx, int32_t pid, int64_t next_offset)
{
	struct listing *l = ctx;

	learn_offset(l, pid);
	l->last_offset = next_offset;
	l->table->listed++;
	if (!heap_add(pid,
		      l->scan->listed_by_statm ? statm_key(l->scan, pid) : score_key(l->scan, pid)))
		l->table->truncated = true; /* read_best() knows whether it mattered */
	return 0;
}

static void list_all(struct scan *scan, bool statm, struct proc_table *table)
{
	struct listing l = {
		.scan = scan,
		.table = table,
		.offsets_agree = true,
		.last_offset = -1,
	};

	heap_count = 0;
	heap_smallest_on_top = false;
	table->listed = 0;
	scan->listed_by_statm = statm;
	scan->pid_offset = -1;
	if (lseek(scan->proc_fd, 0, SEEK_SET) == 0)
		(void)process_list(scan->proc_fd, list_one, &l);
	if (!l.offsets_agree || !scan->is_proc)
		scan->pid_offset = -1;
	heap_build(false);
}

static unsigned best_row(const struct proc_table *t)
{
	unsigned best = 0;

	for (unsigned i = 1; i < t->count; i++) {
		if (rank_before(&t->procs[i], &t->procs[best]))
			best = i;
	}
	return best;
}

static unsigned worst_row(const struct proc_table *t)
{
	unsigned worst = 0;

	for (unsigned i = 1; i < t->count; i++) {
		if (rank_before(&t->procs[worst], &t->procs[i]))
			worst = i;
	}
	return worst;
}

void scan_keep_row(struct proc_table *t, const struct proc *row)
{
	struct proc *worst;
	bool better;

	if (t->count < SCAN_READ_MAX) {
		t->procs[t->count++] = *row;
		return;
	}
	worst = &t->procs[worst_row(t)];
	better = rank_before(row, worst);
	/* What it holds that gives way, and must not be ended, is not forgotten. */
	t->dropped_unkillable_kib += rank_unkillable_of(better ? worst : row);
	if (better)
		*worst = *row;
}

static size_t add_place(void *ctx, const char *text, size_t length)
{
	return place_add(ctx, text, length);
}

void scan_judge(const struct scan *scan, struct rank *rank, struct proc *row)
{
	struct place place;

	place_begin(&place, rank->config, row);
	if (!(row->flags & PROC_FLAG_KTHREAD))
		process_pieces(scan->proc_fd, row->pid, "cgroup", add_place, &place);
	if (rank_asks_path(rank, row))
		row->exe_trusted = origin_is_host(&scan->origin, scan->proc_fd, row->pid, row->exe);
	rank_judge(rank, row);
}

bool scan_add(struct scan *scan, struct rank *rank, pid_t pid, struct proc_table *t)
{
	static struct proc row;

	if (proc_find(t, pid) != NULL) /* a parent that was read for another's sake (kin.h) */
		return false;
	if (process_read(scan->proc_fd, pid, &row) < 0)
		return false; /* gone meanwhile: a result, not an error (R34) */
	scan_judge(scan, rank, &row);
	scan_keep_row(t, &row);
	return row.rank != CLASS_NEVER;
}

/* Does nobody who is left come before the best, whatever the others are like? */
static bool enough(const struct scan *scan, const struct rank *rank, const struct proc *best,
		   uint32_t next_key)
{
	bool by_rss = rank->config->sort_by_rss, all_large = rank_large_kib(rank) == 0;

	if (best->rank > CLASS_NORMAL)
		return false;
	if (!by_rss && !all_large && most_kib(scan, rank, next_key) >= rank_large_kib(rank))
		return false;
	/* By statm those who are left are small; by oom_score they may be small and adjusted. */
	return (scan->listed_by_statm && !by_rss) || rank_floor(best) > rank_bound(rank, next_key);
}

/* All are small, and the largest of them have been read. */
static bool good_enough(const struct scan *scan, const struct rank *rank, const struct proc *best,
			unsigned candidates, uint32_t next_key)
{
	return best->rank == CLASS_SMALL && candidates >= READ_SMALL &&
	       most_kib(scan, rank, next_key) < rank_large_kib(rank);
}

static bool is_done(const struct scan *scan, const struct rank *rank, const struct proc_table *t,
		    unsigned candidates)
{
	const struct proc *best = &t->procs[best_row(t)];
	uint32_t next_key = heap[0].key;

	if (candidates == 0 || rank->config->prefer.count > 0)
		return false; /* a preferred one may be as small as it likes */
	return (candidates >= READ_MIN && enough(scan, rank, best, next_key)) ||
	       good_enough(scan, rank, best, candidates, next_key);
}

/*
 * The same once it is known what the best of them shares. That is only asked again when there are
 * twice as many, for it takes some time with hundreds.
 */
static bool settled(struct scan *scan, struct rank *rank, struct proc_table *t, unsigned candidates,
		    unsigned *again)
{
	if (t->count < *again || !is_done(scan, rank, t, candidates))
		return false;
	kin_settle(scan, rank, t);
	*again = (unsigned)min_u64(UINT64_C(2) * t->count, SCAN_READ_MAX);
	return is_done(scan, rank, t, candidates);
}

static void read_best(struct scan *scan, struct rank *rank, struct proc_table *t)
{
	unsigned candidates = 0, again = 0;

	while (heap_count > 0) {
		if (settled(scan, rank, t, candidates, &again)) {
			t->truncated = false;
			return;
		}
		if (heap[0].key == 0 && (scan->listed_by_statm || rank->scale == SCALE_NEW))
			return; /* kernel threads, zombies, and what must not be ended */
		if (scan_add(scan, rank, heap_pop().pid, t))
			candidates++;
	}
}

/*
 * Where all are small, one that its oom_score_adj guards may be the leak; and its oom_score says
 * that it is smaller than they are.
 */
static void read_guarded(struct scan *scan, struct rank *rank, struct proc_table *t)
{
	if (scan->listed_by_statm || t->count == 0 || t->procs[best_row(t)].rank != CLASS_SMALL)
		return;
	list_all(scan, true, t);
	for (unsigned i = 0; i < READ_SMALL && heap_count > 0 && heap[0].key > 0; i++)
		(void)scan_add(scan, rank, heap_pop().pid, t);
}

/* ---- kept candidates ---- */

static bool read_progress(const struct scan *scan, int32_t *ret_last_pid, uint64_t *ret_pages)
{
	size_t length = scratch_read(scan->loadavg_fd);

	if (parse_last_pid(scratch, length, ret_last_pid) < 0)
		return false;
	length = scratch_read(scan->vmstat_fd);
	return parse_counter_sum(scratch, length, "pgalloc_", ret_pages) == 0;
}

uint64_t scan_freed_kib(const struct scan *scan)
{
	size_t length = scratch_read(scan->vmstat_fd);
	uint64_t pages;

	if (parse_counter(scratch, length, "pgfree", &pages) < 0)
		return 0;
	return pages * scan->page_kib;
}

void scan_forget(struct scan *scan)
{
	scan->kept_ns = 0;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static bool is_child_of(const struct process_id *kept, unsigned count, const struct proc *p)
{
	for (unsigned i = 0; i < count; i++) {
		if (kept[i].pid == p->ppid || kept[i].pid == p->mm_of)
			return true;
	}
	return false;
}

/* What a kept one shares with a child that is not kept would not be known the next time. A parent
 * is read again (kin.h). */
static bool children_are_kept(const struct scan *scan, const struct proc_table *t)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < t->count; i++) {
		const struct proc *p = &t->procs[i];

		if (kept < scan->kept_count && p->pid == scan->kept[kept].pid)
			kept++;
		else if ((p->copy || p->mm_of != 0) && is_child_of(scan->kept, scan->kept_count, p))
			return false;
	}
	return true;
}

/* Remember the best rows; the bound holds for everything else, whether it was read or not. */
static void keep(struct scan *scan, const struct rank *rank, const struct proc_table *t,
		 uint64_t now_ns)
{
	scan->kept_count = 0;
	scan->kept_bound = INT64_MIN / 2;
	scan->kept_most_kib = 0;
	if (heap_count > 0 && scan->listed_by_statm)
		scan->kept_most_kib = most_kib(scan, rank, heap[0].key);
	else if (heap_count > 0)
		scan->kept_bound = rank_bound(rank, heap[0].key);
	for (unsigned i = 0; i < t->count; i++) {
		const struct proc *p = &t->procs[i];

		if (p->rank == CLASS_NEVER)
			continue;
		if (scan->kept_count < SCAN_KEEP_MAX)
			scan->kept[scan->kept_count++] = proc_id(p);
		else
			scan->kept_bound =
				larger(scan->kept_bound, p->badness + (int64_t)proc_shared_kib(p));
	}
	scan->kept_ns = children_are_kept(scan, t) ? now_ns : 0;
}

void scan_full(struct scan *scan, struct rank *rank, uint64_t now_ns, struct proc_table *ret)
{
	bool provable;

	ret->count = ret->listed = 0;
	ret->kept = ret->truncated = false;
	ret->dropped_unkillable_kib = 0;
	scan_forget(scan);
	/* First, so that what happens during the scan counts as having happened since. */
	provable = read_progress(scan, &scan->kept_last_pid, &scan->kept_pages);
	list_all(scan, by_statm(rank), ret);
	ret->last_pid = provable && scan->pid_offset >= 0 ? scan->kept_last_pid : 0;
	read_best(scan, rank, ret);
	read_guarded(scan, rank, ret);
	kin_settle(scan, rank, ret);
	ret->unkillable_kib = scan->kept_unkillable_kib = rank_unkillable(ret);
	if (provable && scan->pid_offset >= 0 && !ret->truncated && !rank->config->sort_by_rss &&
	    rank->config->prefer.count == 0)
		keep(scan, rank, ret, now_ns);
	ret->took_ns = scan->took_ns = clock_now() - now_ns;
}

void scan_members(struct scan *scan, struct rank *rank, struct proc_table *ret)
{
	uint64_t begin_ns = clock_now();

	ret->count = 0;
	ret->kept = ret->truncated = false;
	ret->dropped_unkillable_kib = 0;
	ret->last_pid = 0;
	ret->listed = rank->member_count;
	for (unsigned i = 0; i < rank->member_count; i++)
		(void)scan_add(scan, rank, rank->members[i], ret);
	kin_settle(scan, rank, ret);
	ret->unkillable_kib = rank_unkillable(ret);
	ret->took_ns = clock_now() - begin_ns;
}

struct newer {
	int32_t pids[NEWER_MAX];
	unsigned count;
};

static int list_newer(void *ctx, int32_t pid, int64_t next_offset)
{
	struct newer *newer = ctx;

	(void)next_offset;
	if (newer->count == NEWER_MAX)
		return -E2BIG;
	newer->pids[newer->count++] = pid;
	return 0;
}

static bool read_newer(struct scan *scan, struct rank *rank, struct proc_table *t)
{
	static struct newer newer;

	newer.count = 0;
	if (lseek(scan->proc_fd, scan->pid_offset + scan->kept_last_pid + 1, SEEK_SET) < 0 ||
	    process_list(scan->proc_fd, list_newer, &newer) < 0)
		return false;
	for (unsigned i = 0; i < newer.count; i++)
		(void)scan_add(scan, rank, newer.pids[i], t);
	t->listed += newer.count;
	return true;
}

/* Could none of the others come before this one, had one of them grown by so much since? */
static bool still_first(const struct scan *scan, const struct rank *rank, const struct proc *best,
			uint64_t grown_kib)
{
	return best->rank == CLASS_NORMAL &&
	       rank_floor(best) > scan->kept_bound + (int64_t)grown_kib &&
	       (scan->kept_most_kib == 0 || scan->kept_most_kib + grown_kib < rank_large_kib(rank));
}

static void read_kept_rows(struct scan *scan, struct rank *rank, struct proc_table *t)
{
	for (unsigned i = 0; i < scan->kept_count; i++)
		(void)scan_add(scan, rank, scan->kept[i].pid, t);
	t->listed += scan->kept_count;
}

/*
 * No process outside the kept ones can have grown by more than all the memory that the kernel has
 * handed out since, and its swap counts for it as its memory did. What this does not see: an
 * oom_score_adj that was written, and shared memory that was there already and is mapped by one
 * more; therefore kept candidates are only good for two seconds.
 */
bool scan_kept(struct scan *scan, struct rank *rank, uint64_t now_ns, struct proc_table *ret)
{
	int32_t last_pid;
	uint64_t pages;

	ret->count = ret->listed = 0;
	ret->truncated = false;
	ret->dropped_unkillable_kib = 0;
	ret->unkillable_kib = scan->kept_unkillable_kib;
	ret->kept = true;
	if (scan->kept_ns == 0 || now_ns - scan->kept_ns > KEPT_MAX_NS || scan->kept_count == 0)
		return false;
	read_kept_rows(scan, rank, ret);
	if (!read_newer(scan, rank, ret) || ret->count == 0)
		return false;
	/* Last, so that what happened up to now is in it. Pids that began again from below cannot
	 * be told apart. */
	if (!read_progress(scan, &last_pid, &pages) || last_pid < scan->kept_last_pid ||
	    pages < scan->kept_pages)
		return false;
	ret->last_pid = last_pid;
	kin_settle(scan, rank, ret);
	ret->took_ns = clock_now() - now_ns;
	return still_first(scan, rank, &ret->procs[0], (pages - scan->kept_pages) * scan->page_kib);
}

/* ---- set up ---- */

int scan_open(struct scan *scan, int proc_fd)
{
	*scan = (struct scan){.pid_offset = -1,
			      .page_kib = (unsigned)sysconf(_SC_PAGESIZE) / 1024,
			      .same_memory = process_same_memory};
	/* A description of its own: its directory offset is moved. */
	scan->proc_fd = openat(proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (scan->proc_fd < 0)
		return -errno;
	scan->is_proc = process_dir_is_proc(scan->proc_fd);
	origin_open(&scan->origin, scan->proc_fd);
	scan->vmstat_fd = openat(proc_fd, "vmstat", O_RDONLY | O_CLOEXEC);
	scan->loadavg_fd = openat(proc_fd, "loadavg", O_RDONLY | O_CLOEXEC);
	return 0;
}

void scan_close(struct scan *scan)
{
	(void)close(scan->proc_fd);
	if (scan->vmstat_fd >= 0)
		(void)close(scan->vmstat_fd);
	if (scan->loadavg_fd >= 0)
		(void)close(scan->loadavg_fd);
	scan->proc_fd = scan->vmstat_fd = scan->loadavg_fd = -1;
}

bool scan_sees_everyone(const struct scan *scan)
{
	return process_file(scan->proc_fd, 1, "oom_score", 1) == 1;
}
