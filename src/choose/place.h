/* SPDX-License-Identifier: MIT */
/*
 * Where a process belongs, and which entries of the user's lists are about that: /proc/PID/cgroup,
 * taken line by line, because a path has up to 4 KiB (PATH_MAX), there may be a dozen of them, and
 * none is kept (R102). Pure.
 *
 * A process has a path in each hierarchy. On a hybrid machine (systemd 232 to 246, Docker) they
 * disagree: v2 says in which service a container was started, "/system.slice/containerd.service",
 * and v1 that it is one, "/docker/0123...". So those count that say most (R101): where one of them
 * is a container's, only such; else all but "/"; "/" where there is nothing else.
 */
#ifndef USEROOM_PLACE_H
#define USEROOM_PLACE_H

#include "look/cgroup.h"
#include "look/proc.h"
#include "settings/config.h"

#include <stdbool.h>
#include <stddef.h>

struct place {
	const struct config *config;
	struct proc *proc;
	bool any;                 /* a line was taken */
	struct cgroup_line named; /* the one that names it; its text is not there any more */
};

/* Forget what is known of the place of *proc. */
void place_begin(struct place *place, const struct config *config, struct proc *proc);

/*
 * Take the whole lines of a piece of the file, and fill place, unit, container and group of the
 * process. Returns how many bytes they were; the rest belongs before the next piece.
 */
size_t place_add(struct place *place, const char *text, size_t length);

#endif
