/* SPDX-License-Identifier: MIT */
/*
 * The one way out for everything that is told: an event becomes a log line (text or JSON), the
 * status that systemd shows, and a run of the hook. And what -debug adds.
 */
#ifndef USEROOM_TELL_H
#define USEROOM_TELL_H

#include "act/turn.h"
#include "useroom.h"

/* How it is told from now on: -debug, -log. */
void tell_configure(const struct config *config);

/* Tell an event; ctx is a struct useroom. Fills its wall-clock time and dry_run. */
void tell_event(void *ctx, struct event *event);

/* Tell an event that is about a look, not about a process. error: errno of what failed, or 0. */
void tell_look(struct useroom *u, enum event_type type, int error, const struct sample *s,
	       const struct decision *d);

/* Memory is low, and nobody is ended. */
void tell_nobody(struct useroom *u, enum nobody why, const struct sample *s,
		 const struct decision *d);

/* A line only with -debug: each look; each scan with all candidates and why the others are none,
 * and what came of it; the lists. */
void tell_debug_look(const struct sample *s, const struct decision *d, struct turn turn);
void tell_debug_table(const struct useroom *u);
void tell_debug_turn(struct turn turn);
void tell_debug_lists(const struct useroom *u);

#endif
