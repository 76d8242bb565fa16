/* SPDX-License-Identifier: MIT */
/*
 * Usage thresholds of cgroup v1 (cgroup-v1/memory.rst 9), registered by a thread: each waits for
 * all CPUs (synchronize_rcu() in mm/memcontrol-v1.c), 20 ms were seen (6.18), ten seconds for 500
 * groups.
 */
#ifndef USEROOM_THRESHOLD_H
#define USEROOM_THRESHOLD_H

#include <stdbool.h>
#include <stdint.h>

struct thresholds {
	bool started; /* once, for good: what it has been asked may still be under way */
	int asked[2]; /* a pipe of requests */
};

/* Start the thread if there is none yet. 0, or a negative errno. */
int thresholds_start(struct thresholds *thresholds);

/*
 * Let event_fd become readable when the usage of the group in this directory has come to so many
 * bytes: at once where it is there, or where that cannot be had. 0, or a negative errno: nothing
 * comes of it; -EAGAIN while there is too much to do.
 */
int thresholds_ask(const struct thresholds *thresholds, int event_fd, const char *directory,
		   uint64_t bytes);

#endif
