/* SPDX-License-Identifier: MIT */
/* The control groups that have a memory limit of their own. */
#ifndef USEROOM_CTL_LIMITED_H
#define USEROOM_CTL_LIMITED_H

#include "look/memcg.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Find all of them; nothing is watched. 0, also where no memory controller is mounted (then version
 * is MEMCG_NONE), or a negative errno. proc_fd: /proc.
 */
int limited_open(struct memcg *memcg, int proc_fd);

/* The innermost of them that a process is in, as it is now. */
struct limited_by {
	bool known; /* it is in one, and that could be read */
	char path[MEMCG_PATH_MAX];
	struct memcg_sample seen;
};
void limited_find(int proc_fd, pid_t pid, struct limited_by *ret);

#endif
