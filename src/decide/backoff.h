/* SPDX-License-Identifier: MIT */
/*
 * Whose limit is too small for what runs in it: where one process after another was ended in the
 * same container, which was started again each time, the next one would change nothing. Pure.
 */
#ifndef USEROOM_BACKOFF_H
#define USEROOM_BACKOFF_H

#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/* So many in so long, and it is left alone until the first of them is as old. */
#define BACKOFF_VICTIMS 3
#define BACKOFF_NS      (600 * NS_PER_S)

/* Groups that are remembered; with more the one that was hit first goes. */
#define BACKOFF_MOST 64

struct backoff {
	struct {
		uint64_t key;                       /* 0: free */
		uint64_t ended_ns[BACKOFF_VICTIMS]; /* the newest first; 0: none */
	} groups[BACKOFF_MOST];
};

/*
 * What stays the same when a group is made again: its path, but of a container in a pod the pod,
 * for the container has another id then. container: cgroup_container(), or "".
 */
uint64_t backoff_key(const char *path, const char *container);

/* One was ended in it. Times are not 0. */
void backoff_note(struct backoff *backoff, uint64_t key, uint64_t now_ns);

/* Was that often enough lately? */
bool backoff_holds(const struct backoff *backoff, uint64_t key, uint64_t now_ns);

#endif
