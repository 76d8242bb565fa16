/* SPDX-License-Identifier: MIT */
/* One turn of all that is looked at (domain.h), and the wait between two of them. Design:
 * HACKING.md. */
#ifndef USEROOM_LOOP_H
#define USEROOM_LOOP_H

#include "useroom.h"

/* Wait until it is time to look, a signal or a hook's end came, or a victim is gone. Sets u->quit
 * on SIGTERM. */
void loop_wait(struct useroom *u);

/* Look at what is due, and do what has to be done. */
void loop_turn(struct useroom *u);

/*
 * Start the threads of the hooks that are configured. Says so when it fails. 0 or a negative errno.
 */
int loop_start_hooks(struct useroom *u);

/* Be woken by memory pressure, or not, as the settings want it (R113). */
void loop_arm(struct useroom *u);

#endif
