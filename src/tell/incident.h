/* SPDX-License-Identifier: MIT */
/*
 * After somebody was ended and memory is back, and now and then where nobody had to be: a copy of
 * the recording as a file of its own, for useroomctl. Written by a thread without priority, off the
 * way to any signal; the oldest files go when there are too many.
 */
#ifndef USEROOM_INCIDENT_H
#define USEROOM_INCIDENT_H

#include "tell/record.h"

#include <stdbool.h>
#include <stdint.h>

/* How the names of its files end. */
#define INCIDENT_ENDING  ".useroom"
#define NEAR_MISS_ENDING "-near" INCIDENT_ENDING

/* Settings are written again at a reload, by the main thread: so they come with the request. */
struct incident_request {
	uint64_t first_event;
	uint64_t near_miss; /* bool */
	struct recording_settings settings;
};

struct incident {
	bool started;
	int request[2]; /* pipe: from the main thread */
	int done[2];    /* pipe: errors, to be said by the main thread */
	const struct record *record;
	char directory[256];
	uint32_t kept;
};

/*
 * Make the directory and start the thread. Returns 0 or a negative errno, and then nothing is ever
 * kept; -EFBIG: the directory is in memory, and there is no room in it for one. In memory fewer may
 * be kept than was asked for: incident->kept.
 */
int incident_start(struct incident *incident, const struct record *record, const char *directory,
		   uint32_t kept);

/*
 * Keep what is recorded now; first_event: sequence number of the event it began with. Never blocks.
 * near_miss: nobody was ended. Such files are at most a quarter of all, and go first.
 */
void incident_keep(struct incident *incident, uint64_t first_event, bool near_miss);

/* The errno of a copy that failed since the last call, or 0. */
int incident_failed(struct incident *incident);

/*
 * Write a recording whose records may be written to meanwhile into an empty file: records that
 * change under the copy become empty ones. It takes 256 KiB of memory, however large the recording
 * is, and what is written does not stay in the page cache. 0, or a negative errno.
 */
int recording_save(int fd, const struct recording_header *from,
		   const struct incident_request *request);

#endif
