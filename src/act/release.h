/* SPDX-License-Identifier: MIT */
/*
 * Make a victim let go of its memory, in a thread of its own, because process_mrelease(2) blocks
 * for as long as it frees (30 ms a GiB was seen): after SIGKILL lift the victim's threads so that
 * they get a CPU, release its memory from outside, and take the lift back. The kernel releases only
 * what has begun to exit: after SIGKILL all do, after SIGTERM who has no handler for it at once,
 * and the others when they are done.
 */
#ifndef USEROOM_RELEASE_H
#define USEROOM_RELEASE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct release_result {
	pid_t pid;
	int error; /* 0: its memory is free; -ESRCH: it frees it itself; -EINVAL: it has not begun
		      to exit; else another negative errno of process_mrelease */
};

struct release {
	int proc_fd;
	int request[2]; /* pipes: requests to the thread, results from it; result[0] is for the poll
			   set */
	int result[2];
};

/* Start the thread. 0 or a negative errno. */
int release_start(struct release *release, int proc_fd);

/*
 * A process was sent SIGTERM or SIGKILL: release it. pidfd is duplicated; -1 where the kernel has
 * none (then nothing is done). Never blocks; a request too many is dropped (the victim then frees
 * its memory at its own pace).
 */
void release_request(struct release *release, pid_t pid, int pidfd, int signal);

/* Next result, without waiting. false when there is none. */
bool release_result(struct release *release, struct release_result *ret);

#endif
