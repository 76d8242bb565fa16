/* SPDX-License-Identifier: MIT */
/*
 * Control groups with a memory limit of their own, on cgroup v1 and v2: which there are, which of
 * them has come to its limit, and what one of them looks like.
 * Documentation/admin-guide/cgroup-v1/memory.rst and cgroup-v2.rst.
 *
 * A group that is below its limit costs nothing: it is *armed*, and the kernel wakes us when it
 * comes there (v1: a usage threshold, v2: inotify on memory.events). Files that only pass a lock
 * are read; nothing is ever written but the registration of a threshold (cgroup.event_control): no
 * limit, no reclaim, no freezer.
 */
#ifndef USEROOM_MEMCG_H
#define USEROOM_MEMCG_H

#include "look/threshold.h"
#include "look/tree.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MEMCG_MOST     512 /* groups that are watched; with more those with the least room */
#define MEMCG_PATH_MAX TREE_PATH_MAX
#define MEMCG_ROOT_MAX 128 /* where the hierarchy is mounted */

enum memcg_version {
	MEMCG_NONE, /* no memory controller to be seen */
	MEMCG_V1,
	MEMCG_V2,
};

enum memcg_state {
	MEMCG_FREE,
	MEMCG_ARMED,   /* below its limit: the kernel tells when it comes there */
	MEMCG_COUNTED, /* at its limit, or it cannot be armed: what it reclaims is counted */
};

struct memcg_group {
	enum memcg_state state;
	bool seen;          /* by the walk that is under way */
	bool woken;         /* the kernel says that it has come to its limit, or is gone */
	int fd;             /* armed on v1: the eventfd; counted: the file that counts; or -1 */
	int watch;          /* armed on v2: the inotify watch; or -1 */
	uint64_t inode;     /* of its directory: one that is made again has another */
	uint64_t above_kib; /* the least limit of those around it */
	uint64_t limit_kib; /* in force: that, memory.max and memory.high */
	uint64_t usage_kib; /* when it was found last */
	uint64_t times_at_limit;   /* v1: when it was asked */
	char path[MEMCG_PATH_MAX]; /* "/a/b" */
};

struct memcg {
	enum memcg_version version;
	char root[MEMCG_ROOT_MAX];
	char own[MEMCG_PATH_MAX]; /* our own group: its limit is nobody else's matter */
	int root_fd;
	int wake_fd;   /* epoll of all that follows: readable when something happened; or -1 */
	int dirs_fd;   /* inotify: groups are made */
	int events_fd; /* inotify on memory.events */
	struct thresholds thresholds;
	unsigned most; /* groups that may be watched: fewer where there are few descriptors */
	unsigned count;
	bool counts;  /* none is armed, all are counted: their room is asked for all the time */
	bool changed; /* a group was made, or is gone, since the last walk began */

	bool walking;
	unsigned left_out; /* limited groups for which there was no room, at the last walk */
	unsigned too_long; /* and whose path is too long */
	struct tree tree;
	uint64_t above_kib[TREE_DEPTH_MOST + 1]; /* the least limit so far, by depth */

	uint64_t ids[MEMCG_MOST]; /* hashes of the paths */
	struct memcg_group groups[MEMCG_MOST];
};

/* One look at one group: amounts in KiB, counters since it was made. */
struct memcg_sample {
	uint64_t now_ns;    /* CLOCK_MONOTONIC */
	uint64_t limit_kib; /* in force: the least of memory.max and memory.high, up the tree */
	uint64_t high_kib;  /* memory.high; 0: none */
	bool throttles; /* it is a memory.high: the kernel makes it wait there, and ends nobody */
	uint64_t usage_kib;
	uint64_t file_kib;      /* inactive_file and active_file: the page cache that can go */
	uint64_t slab_kib;      /* slab_reclaimable; v2 only */
	uint64_t swap_kib;      /* what it has in swap, and not in memory as well */
	uint64_t swap_left_kib; /* what it may still put into swap, as far as its own limit says */
	bool has_refaults;      /* v1 has had them since Linux 6.1 */
	uint64_t refaults, major_faults;
	uint64_t highs; /* memory.events, high: how often it was throttled */
	bool has_blocked;
	uint32_t blocked; /* tasks in uninterruptible sleep */
};

/*
 * Find the memory controller as it is mounted (self/mountinfo below proc_fd) and begin to watch; no
 * group is known yet. 0, also where there is none (then version is MEMCG_NONE); or a negative
 * errno.
 */
int memcg_open(struct memcg *memcg, int proc_fd);

/* The same to look at them only: nothing is armed, nothing wakes, and our own group is one of them.
 */
int memcg_open_to_look(struct memcg *memcg, int proc_fd);
void memcg_close(struct memcg *memcg);

/*
 * Walk the hierarchy: take in groups that have a limit, arm them, forget those that are gone or
 * have none any more. A walk is begun, and gone on with by `most` directories at a time, some 20 us
 * each (6.18); true: it is over. `forgotten` is called for a row that is free again, or that
 * another group with the same path has now (made_again).
 */
typedef void (*memcg_forgotten_fn)(void *ctx, unsigned row, bool made_again);
void memcg_walk_begin(struct memcg *memcg);
bool memcg_walk(struct memcg *memcg, unsigned most, memcg_forgotten_fn forgotten, void *ctx);

/* wake_fd is readable: mark the groups that have come to their limit (woken), and note in changed
 * that there are new ones. Both are disarmed until memcg_arm() and memcg_walk_begin(). */
void memcg_take_events(struct memcg *memcg);

/* Be told when it comes to its limit; at once where it is there, or where that is not possible. */
void memcg_arm(struct memcg *memcg, unsigned row);

/* Count instead of waiting for an event. */
void memcg_count(struct memcg *memcg, unsigned row);

/*
 * How often a counted group had to reclaim or was throttled at its limit: memory.failcnt, or where
 * that cannot say it how often its usage was there when it was asked; max and high of
 * memory.events. 3 us, and some 10 in the second case. 0, or a negative errno: the group is gone.
 */
int memcg_reclaims(struct memcg *memcg, unsigned row, uint64_t *ret);

/*
 * Fill all of *ret but the blocked tasks. About 40 us. 0, -ENOENT when the group is gone, -ENODATA
 * when it has no limit any more.
 */
int memcg_read(struct memcg *memcg, unsigned row, struct memcg_sample *ret);

/*
 * The processes (or, to see which of them wait, the threads) in the group and in those below it; no
 * more than the first MEMCG_MEMBERS_MOST, of the first MEMCG_BELOW_MOST groups. Returns how many.
 */
#define MEMCG_MEMBERS_MOST 4096
#define MEMCG_BELOW_MOST   1024
unsigned memcg_members(struct memcg *memcg, unsigned row, bool threads,
		       int32_t ret[MEMCG_MEMBERS_MOST]);

/* The same of any group, by its path. *ret_cut: there are more. */
unsigned memcg_members_of(struct memcg *memcg, const char *path, bool threads,
			  int32_t ret[MEMCG_MEMBERS_MOST], bool *ret_cut);

/* The innermost of the known groups that a process is in: its row; -1: it is in none. */
int memcg_row_of(struct memcg *memcg, int proc_fd, pid_t pid);

/*
 * Does the owner of the group, or of one on the way from it to that of the process, want all of it
 * to go together (memory.oom.group, v2 since 4.19)? Fills in the highest, as the kernel takes it
 * (mem_cgroup_get_oom_group() in mm/memcontrol.c).
 */
bool memcg_goes_whole(struct memcg *memcg, unsigned row, int proc_fd, pid_t pid,
		      char ret[MEMCG_PATH_MAX]);

/*
 * Fill blocked of a look, from the states of at most so many of its threads, 10 us each: with more
 * of them each second, third... one, others at each look, and as many times what was found.
 */
void memcg_read_blocked(struct memcg *memcg, unsigned row, int proc_fd, unsigned most,
			struct memcg_sample *ret);

/* Is `inner` below `outer`? */
bool memcg_is_below(const struct memcg *memcg, unsigned inner, unsigned outer);

#endif
