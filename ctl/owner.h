/* SPDX-License-Identifier: MIT */
/*
 * What a user may know of an event: of his own processes all but who else was there, of others'
 * only that there was one. Pure.
 */
#ifndef USEROOM_CTL_OWNER_H
#define USEROOM_CTL_OWNER_H

#include "tell/recording.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/* Is it about a process, and is that his? What root may read is not asked here. */
bool owner_has(const struct recording_event *event, uint32_t uid);

/*
 * The object of doc/events.md without what he may not know, with "sequence", and where it is about
 * a process "own"; root may know the names of all. NULL: nothing of this event is for users.
 */
json_object *owner_json(const struct recording_event *event, uint32_t uid);

#endif
