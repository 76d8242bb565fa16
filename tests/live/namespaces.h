/* SPDX-License-Identifier: MIT */
/*
 * A private place to run in: own processes, mounts and IPC, so that nothing outside can be seen,
 * changed or signalled.
 */
#ifndef LIVE_NAMESPACES_H
#define LIVE_NAMESPACES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Leave for new namespaces; the next fork() is process 1 of a new world. As a normal user, and as
 * root where root may not do it directly, a user namespace comes first, in which we are root over
 * nobody but ourselves. Returns 0; or a negative errno with a sentence for people in `why`.
 */
int namespaces_enter(bool *ret_real_root, char *why, size_t size);

/*
 * In a user namespace: leave for another one, in which we are this user, and no more than that
 * after the next exec. Returns 0, or a negative errno.
 */
int namespaces_become(unsigned uid);

/* May any user make a user namespace here? Returns 0, or a negative errno. */
int namespaces_for_users(void);

/*
 * For process 1: mounts of its own, a /proc that shows only this world, empty /run and /tmp.
 * Returns 0; or a negative errno with a sentence in `why`.
 */
int namespaces_mount(char *why, size_t size);

#endif
