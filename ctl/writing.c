/* SPDX-License-Identifier: MIT */
#include "writing.h"

#include "base/output.h"
#include "base/util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What of the reading goes into a ring: records of this size, so many. */
struct source {
	const void *records;
	size_t count, size;
};

/* One behind the other, with as many places as they had: a record's number says which is its. */
static size_t lay_out(struct recording_header *h, const struct source sources[RING_COUNT])
{
	size_t at = RECORDING_HEADER;

	for (unsigned i = 0; i < RING_COUNT; i++) {
		h->rings[i].offset = (uint32_t)at;
		h->rings[i].record_bytes = (uint32_t)sources[i].size;
		at += h->rings[i].count * sources[i].size;
	}
	h->file_bytes = at;
	return at;
}

static void fill(char *to, const struct recording_ring *ring, const struct source *source)
{
	for (size_t i = 0; i < source->count; i++) {
		const char *record = (const char *)source->records + i * source->size;
		uint64_t number;

		memcpy(&number, record, sizeof(number));
		memcpy(to + ring->offset + (number - 1) % ring->count * source->size, record,
		       source->size);
	}
}

static int write_file(const char *path, const char *bytes, size_t count)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640), r;

	if (fd < 0)
		return -errno;
	r = output_all(fd, bytes, count);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r < 0)
		(void)unlink(path);
	return r;
}

int writing_copy(const struct reading *reading, const char *path)
{
	const struct source sources[RING_COUNT] = {
		[RING_LOOKS] = {reading->looks, reading->look_count, sizeof(*reading->looks)},
		[RING_SPANS] = {reading->spans, reading->span_count, sizeof(*reading->spans)},
		[RING_EVENTS] = {reading->events, reading->event_count, sizeof(*reading->events)},
	};
	struct recording_header header = reading->header;
	size_t size = lay_out(&header, sources);
	char *bytes = calloc(1, size);
	int r;

	if (bytes == NULL)
		return -ENOMEM;
	memcpy(bytes, &header, sizeof(header));
	for (unsigned i = 0; i < RING_COUNT; i++)
		fill(bytes, &header.rings[i], &sources[i]);
	r = write_file(path, bytes, size);
	free(bytes);
	return r;
}
