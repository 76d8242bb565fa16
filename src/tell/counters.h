/* SPDX-License-Identifier: MIT */
/* How often what happened, for those who collect numbers (doc/metrics.md). Pure. */
#ifndef USEROOM_COUNTERS_H
#define USEROOM_COUNTERS_H

#include "act/event.h"
#include "tell/recording.h"

/* Count one event. */
void counters_add(struct recording_counters *counters, const struct event *event);

#endif
