/* SPDX-License-Identifier: MIT */
/*
 * After somebody was ended and memory is back: a copy of the recording as a file of its own, for
 * useroomctl. Written by a thread without priority, off the way to any signal; the oldest files go
 * when there are too many.
 */
#ifndef USEROOM_INCIDENT_H
#define USEROOM_INCIDENT_H

#include "tell/record.h"

#include <stdbool.h>
#include <stdint.h>

struct incident {
	bool started;
	int request[2]; /* pipe: from the main thread */
	int done[2];    /* pipe: errors, to be said by the main thread */
	const struct record *record;
	char directory[256];
	uint32_t kept;
};

/* Make the directory and start the thread. Returns 0 or a negative errno; then nothing is ever
 * kept. */
int incident_start(struct incident *incident, const struct record *record, const char *directory,
		   uint32_t kept);

/*
 * Keep what is recorded now; first_event: sequence number of the event it began with. Never blocks.
 */
void incident_keep(struct incident *incident, uint64_t first_event);

/* The errno of a copy that failed since the last call, or 0. */
int incident_failed(struct incident *incident);

/*
 * Copy a recording that may be written to meanwhile: records that change under the copy become
 * empty ones. `to` has the size of `from`. For the reader in useroomctl too.
 */
void recording_copy(struct recording_header *to, const struct recording_header *from);

#endif
