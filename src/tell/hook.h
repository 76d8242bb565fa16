/* SPDX-License-Identifier: MIT */
/*
 * Programs that run after an event (-hook) or before a signal (-pre-kill): in a thread of their
 * own, one at a time, with a deadline, never through a shell. What is told goes in as data:
 * environment variables, and the event as one JSON line on standard input (doc/events.md).
 */
#ifndef USEROOM_HOOK_H
#define USEROOM_HOOK_H

#include "act/event.h"

#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define HOOK_PATH_MAX 256

struct hook {
	bool started;
	int request[2];
	int done[2];  /* done[0] is for the poll set */
	int stdin_fd; /* reserved number, so that the spawn actions are made once */
};

struct hook_done {
	pid_t victim;
	int error;         /* errno of what failed, 0: it ran */
	int status;        /* waitid's si_status */
	bool signalled;    /* status is a signal */
	bool timed_out;    /* it was ended because its time was up */
	bool stuck;        /* and did not end then: it hangs in the kernel, and is left alone */
	char refused[160]; /* it was not run: others may change it, and who; else "" */
};

/* Start the thread. 0 or a negative errno. Does nothing when it is started already. */
int hook_start(struct hook *hook);

/* Queue a run of `path`. Never blocks. Returns 0, or -EAGAIN when sixteen are waiting already. */
int hook_request(struct hook *hook, const char *path, uint64_t time_ns, const struct event *event);

/* Next run that has ended, without waiting. false when there is none. */
bool hook_done(struct hook *hook, struct hook_done *ret);

#define HOOK_ARGV0      "useroom-hook"
#define HOOK_CANNOT_RUN 127 /* its status, as a shell's */

/*
 * What useroom does when it is started as HOOK_ARGV0 by itself: give back what must not be
 * inherited (oom_score_adj, priority, limits, ambient capabilities) and become the hook. argv:
 * name, oom_score_adj, path; with path "-" it waits for a signal: the child that the rehearsal
 * ends. Returns an exit code.
 */
int hook_main(int argc, char **argv);

/* Start such a child: argv[0] HOOK_ARGV0, then this path. Returns its pid or a negative errno. */
pid_t hook_spawn(const char *path, const posix_spawnattr_t *attributes,
		 const posix_spawn_file_actions_t *actions, char **environment);

/*
 * The oom_score_adj that hooks get: useroom's own from before it raised its protection, at least 0.
 */
void hook_set_oom_score_adj(int value);

#endif
