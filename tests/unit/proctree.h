/* SPDX-License-Identifier: MIT */
/* A tree of files that looks like /proc, in a directory of its own, for tests of what reads it. */
#ifndef USEROOM_TESTS_PROCTREE_H
#define USEROOM_TESTS_PROCTREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct tree_proc {
	pid_t pid, ppid;
	const char *comm;
	char state; /* 0: 'S' */
	uint32_t flags;
	unsigned threads; /* 0: 1 */
	uint64_t start_ticks;
	uint32_t uid;
	int oom_score, oom_score_adj;
	uint64_t anon_kib, file_kib, shmem_kib, swap_kib;
	uint64_t peak_kib;  /* 0: what it holds */
	unsigned layout;    /* copies by fork have the same; 0: unknown */
	const char *exe;    /* NULL: no link, as for a kernel thread */
	const char *cgroup; /* NULL: "0::/" */
	bool no_split;      /* a kernel before 4.5: status without RssAnon */
	bool ns_first;      /* of a PID namespace below ours */
	pid_t live_tid;     /* R26: the thread that has the memory; the leader shows none */
};

/* Make the tree with meminfo, vmstat and loadavg of a machine with this much memory (KiB). Returns
 * its descriptor. */
int tree_make(uint64_t total_kib, uint64_t available_kib);

/* Where it is. */
const char *tree_path(void);

void tree_add(const struct tree_proc *p);
void tree_remove(pid_t pid);

/* Write one file below the tree. */
void tree_write(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

void tree_make_dir(const char *path);

/* Make a link below the tree, e.g. "50/ns/mnt" to "mnt:[4026531841]". */
void tree_link(const char *path, const char *target);

/* Remove it all and close the descriptor. */
void tree_drop(void);

#endif
