/* SPDX-License-Identifier: MIT */
/*
 * A hold on one process of a target, so that no other can take its place: a pidfd(2), since Linux
 * 5.3; before that its pid, whose start time is compared just before each signal. The only file
 * that sends signals.
 */
#ifndef USEROOM_HOLD_H
#define USEROOM_HOLD_H

#include "choose/target.h"
#include "look/proc.h"

#include <stdbool.h>
#include <sys/types.h>

struct hold {
	int pidfd; /* -1: the kernel has none, or nobody is held */
	struct process_id id;
};

/*
 * Take hold of this process. proc_fd: of /proc. Returns false when it is gone, a zombie (R48) or
 * another process by now; else fills in its state as in /proc/PID/stat.
 */
bool hold_take(struct hold *hold, int proc_fd, const struct process_id *id, char *ret_state);

/* Let go of it. */
void hold_drop(struct hold *hold);

/* Has the process that is held exited, and all others of its target? If one of those has not, that
 * one is held from now on: as long as one lives, nothing is given back (R96). */
bool hold_all_exited(struct hold *hold, int proc_fd, const struct target *target);

/* Send a signal to the process that is held, and then to the others of its target: 10 us each. 0,
 * or the negative errno of the first. */
int hold_signal(const struct hold *hold, int proc_fd, const struct target *target, int signal);

/* End a child of our own that is not yet waited for, and its process group. */
void hold_end_child(pid_t child);

#endif
