/* SPDX-License-Identifier: MIT */
#include "tell/incident.h"

#include "base/compat.h"
#include "base/directory.h"
#include "base/output.h"
#include "base/thread.h"
#include "base/util.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define STACK_SIZE ((size_t)64 * 1024)

/* A write of this size to a pipe happens whole or not at all. */
_Static_assert(sizeof(struct incident_request) <= PIPE_BUF, "a request must fit into PIPE_BUF");

/* Names are times, so the order of names is the order of age. */
#define NAMES_MAX 64

/*
 * What is copied at a time, and what has been written at a time before the page cache gives it up
 * again: a recording may be 64 MiB (-record-size), and the service has 100 MB for it and all else
 * (MemoryMax=, R112).
 */
#define COPY_BYTES  ((size_t)256 * 1024)
#define DIRTY_BYTES ((off_t)4 * 1024 * 1024)

/*
 * Where a directory is in memory, so is what is kept there, and it counts as the service's own.
 * Beside the largest recording this much is left.
 */
#define IN_MEMORY_BYTES ((size_t)16 * 1024 * 1024)

/*
 * One record, or an empty one where it changed meanwhile: a word of the next one is only seen with
 * the 0 that was stored before it (begin() in record.c).
 */
static void copy_record(char *to, const char *from, size_t bytes)
{
	const uint64_t *words = (const uint64_t *)(const void *)from;
	uint64_t *copy = (uint64_t *)(void *)to;

	for (size_t i = 0; i < bytes / sizeof(*words); i++)
		copy[i] = __atomic_load_n(&words[i], __ATOMIC_ACQUIRE);
	if (copy[0] == 0 || __atomic_load_n(&words[0], __ATOMIC_RELAXED) != copy[0])
		memset(to, 0, bytes);
}

/* Files of less than this are left to the page cache. */
static void give_up_pages(int fd, off_t *from)
{
	off_t now = lseek(fd, 0, SEEK_CUR);

	if (now - *from < DIRTY_BYTES)
		return;
	(void)sync_file_range(fd, *from, now - *from,
			      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
				      SYNC_FILE_RANGE_WAIT_AFTER);
	(void)posix_fadvise(fd, *from, now - *from, POSIX_FADV_DONTNEED);
	*from = now;
}

static int save_ring(int fd, const char *map, const struct recording_ring *ring, char *buf)
{
	size_t fit = COPY_BYTES / ring->record_bytes;
	off_t written = lseek(fd, ring->offset, SEEK_SET);
	int r = 0;

	for (size_t i = 0; i < ring->count && r == 0; i += fit) {
		size_t n = ring->count - i < fit ? ring->count - i : fit;

		for (size_t j = 0; j < n; j++)
			copy_record(buf + j * ring->record_bytes,
				    map + ring->offset + (i + j) * ring->record_bytes,
				    ring->record_bytes);
		r = output_all(fd, buf, n * ring->record_bytes);
		give_up_pages(fd, &written);
	}
	return r;
}

static int save(int fd, const struct recording_header *from, const struct incident_request *q,
		char *buf)
{
	struct recording_header *header = (struct recording_header *)(void *)buf;
	int r;

	/* All but the settings stays as it was when the writer began; the rest of buf is 0. */
	memcpy(buf, from, offsetof(struct recording_header, settings));
	header->settings = q->settings;
	header->kept_because = q->first_event;
	r = output_all(fd, buf, RECORDING_HEADER);
	for (unsigned kind = 0; kind < RING_COUNT && r == 0; kind++)
		r = save_ring(fd, (const char *)from, &from->rings[kind], buf);
	if (r == 0 && ftruncate(fd, (off_t)from->file_bytes) < 0)
		r = -errno;
	return r < 0 || fsync(fd) == 0 ? r : -errno;
}
_Static_assert(COPY_BYTES >= RECORDING_HEADER, "the header goes through the same buffer");

int recording_save(int fd, const struct recording_header *from, const struct incident_request *q)
{
	char *buf =
		mmap(NULL, COPY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int r;

	if (buf == MAP_FAILED)
		return -errno;
	r = save(fd, from, q, buf);
	(void)munmap(buf, COPY_BYTES);
	return r;
}

static bool is_ours(const char *name, const char *with_ending)
{
	size_t length = strlen(name), ending = strlen(with_ending);

	return length > ending && name[0] >= '0' && name[0] <= '9' &&
	       strcmp(name + length - ending, with_ending) == 0;
}

/* How many end like this, and the oldest. The buffer is this thread's own: nothing is allocated. */
static uint32_t list(int dir, const char *ending, char oldest[NAMES_MAX])
{
	static char entries[16384] __attribute__((aligned(8)));
	uint32_t count = 0;
	long length;

	oldest[0] = '\0';
	(void)lseek(dir, 0, SEEK_SET);
	while ((length = syscall(SYS_getdents64, dir, entries, sizeof(entries))) > 0) {
		for (long at = 0; at < length;) {
			const struct entry64 *d =
				(const struct entry64 *)(const void *)(entries + at);

			at += d->d_reclen;
			if (!is_ours(d->d_name, ending) || strlen(d->d_name) >= NAMES_MAX)
				continue;
			count++;
			if (oldest[0] == '\0' || strcmp(d->d_name, oldest) < 0)
				(void)strcpy(oldest, d->d_name);
		}
	}
	return count;
}

/* Of all that are kept a quarter may be near misses, and they go first. */
static void remove_oldest(int dir, uint32_t kept)
{
	char oldest[NAMES_MAX], near[NAMES_MAX];
	uint32_t near_kept = (kept + 3) / 4;

	while (list(dir, NEAR_MISS_ENDING, near) > near_kept && unlinkat(dir, near, 0) == 0)
		;
	while (list(dir, INCIDENT_ENDING, oldest) > kept) {
		bool any_near = list(dir, NEAR_MISS_ENDING, near) > 0;

		if (unlinkat(dir, any_near ? near : oldest, 0) < 0)
			return;
	}
}

static void make_name(char name[NAMES_MAX], const struct incident_request *q)
{
	time_t now = time(NULL);
	struct tm utc;

	(void)gmtime_r(&now, &utc);
	(void)snprintf(name, NAMES_MAX, "%04d%02d%02d-%02d%02d%02d-%06llu%s", utc.tm_year + 1900,
		       utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
		       (unsigned long long)q->first_event % 1000000,
		       q->near_miss ? NEAR_MISS_ENDING : INCIDENT_ENDING);
}

/* Whole or not at all: written under another name, then renamed. */
static int write_file(int dir, const struct recording_header *from,
		      const struct incident_request *q)
{
	char name[NAMES_MAX], part[NAMES_MAX + 8];
	int fd, r;

	make_name(name, q);
	(void)snprintf(part, sizeof(part), ".%s", name);
	(void)unlinkat(dir, part, 0); /* whoever left it: nothing that is there is written to */
	fd = openat(dir, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return -errno;
	r = recording_save(fd, from, q);
	(void)close(fd);
	if (r == 0 && renameat(dir, part, dir, name) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(dir, part, 0);
	return r;
}

static int keep(const struct incident *incident, const struct incident_request *q)
{
	int dir = open(incident->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (dir < 0)
		return -errno;
	r = write_file(dir, incident->record->map, q);
	if (r == 0)
		remove_oldest(dir, incident->kept);
	(void)close(dir);
	return r;
}

static void *run(void *ctx)
{
	const struct incident *incident = ctx;
	struct incident_request q;

	for (;;) {
		int error;

		if (read(incident->request[0], &q, sizeof(q)) != sizeof(q))
			continue;
		error = -keep(incident, &q);
		if (error != 0)
			(void)!write(incident->done[1], &error, sizeof(error));
	}
	return NULL;
}

/* At most one level above it is missing: /var/lib/useroom. */
static int open_directory(const char *path)
{
	int made = directory_make(path, 0750), r;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT && made < 0 ? made : -errno;
	if (faccessat(fd, ".", W_OK, AT_EACCESS) == 0)
		return fd;
	r = -errno;
	(void)close(fd);
	return r;
}

/* How many there is room for, where it is not a disk that they are kept on. 0: for none. */
static uint32_t fit(int dir, size_t bytes, uint32_t kept)
{
	struct statfs fs;

	if (fstatfs(dir, &fs) < 0 ||
	    ((unsigned long)fs.f_type != FS_TMPFS && (unsigned long)fs.f_type != FS_RAMFS))
		return kept;
	return (uint32_t)min_u64(kept, IN_MEMORY_BYTES / bytes);
}

static int start_thread(struct incident *incident)
{
	int r;

	if (pipe2(incident->request, O_CLOEXEC) < 0 ||
	    pipe2(incident->done, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	(void)fcntl(incident->request[1], F_SETFL, O_NONBLOCK);
	r = thread_start(STACK_SIZE, run, incident);
	incident->started = r == 0;
	return r;
}

int incident_start(struct incident *incident, const struct record *record, const char *directory,
		   uint32_t kept)
{
	int fd;

	*incident = (struct incident){.record = record};
	(void)snprintf(incident->directory, sizeof(incident->directory), "%s", directory);
	fd = open_directory(directory);
	if (fd < 0)
		return fd;
	incident->kept = fit(fd, record->bytes, kept);
	(void)close(fd);
	return incident->kept > 0 ? start_thread(incident) : -EFBIG;
}

void incident_keep(struct incident *incident, uint64_t first_event, bool near_miss)
{
	struct incident_request q = {.first_event = first_event, .near_miss = near_miss};

	if (!incident->started)
		return;
	q.settings = incident->record->map->settings;
	(void)!write(incident->request[1], &q, sizeof(q));
}

int incident_failed(struct incident *incident)
{
	int error = 0;

	if (incident->started)
		(void)!read(incident->done[0], &error, sizeof(error));
	return error;
}
