/* SPDX-License-Identifier: MIT */
/* What happened in a recording, second by second: as text and as JSON. As a page: html.h. */
#ifndef USEROOM_CTL_SHOW_H
#define USEROOM_CTL_SHOW_H

#include "reading.h"

#include <json-c/json.h>
#include <stdio.h>

/*
 * The part that is shown: of an incident what belongs to it, of any other recording all. Times are
 * CLOCK_MONOTONIC, ns.
 */
struct part {
	uint64_t from_ns, to_ns;
	size_t first_event; /* index of the first that is shown */
};

struct part show_part(const struct reading *reading);

/* The first signal that was sent, or in a dry run would have been; NULL: none. */
const struct recording_event *show_first_kill(const struct reading *reading,
					      const struct part *part);

void show_text(FILE *file, const struct reading *reading, const struct part *part);
json_object *show_json(const struct reading *reading, const struct part *part);

/* What was shown last: an event and a look that belong together may differ by what lay in between,
 * and times that are shown do not run backwards. */
struct show_clock {
	const struct reading *reading;
	uint64_t latest_ns; /* CLOCK_MONOTONIC */
};

/* One event with its time of day before it, as a line. */
void show_event(FILE *file, struct show_clock *clock, const struct recording_event *event);

/* Why a candidate stood where it did: "chosen", "protected", "small: ...". */
const char *show_reason(const struct recording_event *event,
			const struct recording_candidate *candidate);

#endif
