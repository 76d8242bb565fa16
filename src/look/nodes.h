/* SPDX-License-Identifier: MIT */
/*
 * The NUMA nodes that have memory, and what one of them looks like: the files below
 * /sys/devices/system/node (drivers/base/node.c: node_states[], node_read_meminfo(),
 * node_read_vmstat()). Who may use which: Mems_allowed_list of /proc/PID/status, which is what a
 * cpuset leaves (kernel/cgroup/cpuset.c, cpuset_task_status_allowed()). A memory policy
 * (set_mempolicy(2)) stands in numa_maps only, which waits for mmap_lock: it is never read.
 */
#ifndef USEROOM_NODES_H
#define USEROOM_NODES_H

#include "look/memcg.h"
#include "look/nodestat.h"
#include "look/sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NODES_MOST      32 /* that are watched */
#define NODES_DIRECTORY "/sys/devices/system/node"

struct nodes {
	int dir_fd; /* -1: one node, or none: nothing is open */
	uint64_t huge_page_kib;
	node_set all;
	unsigned count;
	unsigned numbers[NODES_MOST];
};

#define NODES_CLOSED ((struct nodes){.dir_fd = -1})

/*
 * Find the nodes. With less than two that have memory nothing stays open, and count is 0. 0, or a
 * negative errno: -ENODATA where the kernel counts no refaults for a node.
 */
int nodes_open(struct nodes *nodes, const char *directory, int proc_fd);
void nodes_close(struct nodes *nodes);

/*
 * Look at one. major_faults are the machine's, with HAVE_WAITS; swap is
 * the machine's too. machine: of the same moment. 0, or a negative errno.
 */
int nodes_read(const struct nodes *nodes, unsigned row, const struct sample *machine,
	       struct memcg_sample *ret);

/* The nodes that a process may use. 0, or a negative errno: it is gone, or there are no cpusets. */
int nodes_allowed(int proc_fd, pid_t pid, node_set *ret);

/* Tasks of the machine that wait for a disk (procs_blocked of /proc/stat). 0 or a negative errno.
 */
int nodes_blocked(int proc_fd, uint32_t *ret);

#endif
