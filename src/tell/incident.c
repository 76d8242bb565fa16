/* SPDX-License-Identifier: MIT */
#include "tell/incident.h"

#include "base/compat.h"
#include "base/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define STACK_SIZE ((size_t)64 * 1024)

/* Names are times, so the order of names is the order of age. */
#define NAME_ENDING ".useroom"
#define NAMES_MAX   64

void recording_copy(struct recording_header *to, const struct recording_header *from)
{
	memcpy(to, from, RECORDING_HEADER);
	for (unsigned kind = 0; kind < RING_COUNT; kind++) {
		const struct recording_ring *ring = &to->rings[kind];

		for (uint32_t i = 0; i < ring->count; i++) {
			size_t at = ring->offset + (size_t)i * ring->record_bytes;
			const char *source = (const char *)from + at;
			char *target = (char *)to + at;
			uint64_t before =
				__atomic_load_n((const uint64_t *)source, __ATOMIC_ACQUIRE);

			memcpy(target, source, ring->record_bytes);
			__atomic_thread_fence(__ATOMIC_ACQUIRE);
			if (before == 0 ||
			    __atomic_load_n((const uint64_t *)source, __ATOMIC_RELAXED) != before)
				memset(target, 0, ring->record_bytes);
			else
				memcpy(target, &before, sizeof(before));
		}
	}
}

static bool is_ours(const char *name)
{
	size_t length = strlen(name), ending = strlen(NAME_ENDING);

	return length > ending && name[0] >= '0' && name[0] <= '9' &&
	       strcmp(name + length - ending, NAME_ENDING) == 0;
}

/* How many there are, and the oldest. The buffer is this thread's own: nothing is allocated. */
static uint32_t list(int dir, char oldest[NAMES_MAX])
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
			if (!is_ours(d->d_name) || strlen(d->d_name) >= NAMES_MAX)
				continue;
			count++;
			if (oldest[0] == '\0' || strcmp(d->d_name, oldest) < 0)
				(void)strcpy(oldest, d->d_name);
		}
	}
	return count;
}

static void remove_oldest(int dir, uint32_t kept)
{
	char oldest[NAMES_MAX];

	while (list(dir, oldest) > kept && unlinkat(dir, oldest, 0) == 0)
		;
}

static int write_all(int fd, const char *data, size_t bytes)
{
	while (bytes > 0) {
		ssize_t n = write(fd, data, bytes);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			data += n;
			bytes -= (size_t)n;
		}
	}
	return 0;
}

/* Whole or not at all: written under another name, then renamed. */
static int write_file(int dir, const struct recording_header *copy, size_t bytes)
{
	char name[NAMES_MAX], part[NAMES_MAX + 8];
	time_t now = time(NULL);
	struct tm utc;
	int fd, r;

	(void)gmtime_r(&now, &utc);
	(void)snprintf(name, sizeof(name), "%04d%02d%02d-%02d%02d%02d-%06llu" NAME_ENDING,
		       utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
		       utc.tm_sec, (unsigned long long)copy->kept_because % 1000000);
	(void)snprintf(part, sizeof(part), ".%s", name);
	fd = openat(dir, part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return -errno;
	r = write_all(fd, (const char *)copy, bytes);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	(void)close(fd);
	if (r == 0 && renameat(dir, part, dir, name) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(dir, part, 0);
	return r;
}

static int keep(const struct incident *incident, uint64_t first_event)
{
	size_t bytes = incident->record->bytes;
	struct recording_header *copy =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int dir, r;

	if (copy == MAP_FAILED)
		return -errno;
	recording_copy(copy, incident->record->map);
	copy->kept_because = first_event;
	dir = open(incident->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = dir < 0 ? -errno : write_file(dir, copy, bytes);
	if (r == 0)
		remove_oldest(dir, incident->kept);
	if (dir >= 0)
		(void)close(dir);
	(void)munmap(copy, bytes);
	return r;
}

static void *run(void *ctx)
{
	const struct incident *incident = ctx;
	uint64_t first_event;

	for (;;) {
		int error;

		if (read(incident->request[0], &first_event, sizeof(first_event)) !=
		    sizeof(first_event))
			continue;
		error = -keep(incident, first_event);
		if (error != 0)
			(void)!write(incident->done[1], &error, sizeof(error));
	}
	return NULL;
}

int incident_start(struct incident *incident, const struct record *record, const char *directory,
		   uint32_t kept)
{
	pthread_attr_t attr;
	pthread_t thread;
	int error, fd, r;

	*incident = (struct incident){.record = record, .kept = kept};
	(void)snprintf(incident->directory, sizeof(incident->directory), "%s", directory);
	/* At most one level above it is missing: /var/lib/useroom. */
	r = directory_make(directory, 0750);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || faccessat(fd, ".", W_OK, AT_EACCESS) < 0) {
		error = fd < 0 && errno == ENOENT && r < 0 ? -r : errno;
		if (fd >= 0)
			(void)close(fd);
		return -error;
	}
	(void)close(fd);
	if (pipe2(incident->request, O_CLOEXEC) < 0 ||
	    pipe2(incident->done, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	(void)fcntl(incident->request[1], F_SETFL, O_NONBLOCK);
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attr, run, incident);
	(void)pthread_attr_destroy(&attr);
	incident->started = error == 0;
	return -error;
}

void incident_keep(struct incident *incident, uint64_t first_event)
{
	if (incident->started)
		(void)!write(incident->request[1], &first_event, sizeof(first_event));
}

int incident_failed(struct incident *incident)
{
	int error = 0;

	if (incident->started)
		(void)!read(incident->done[0], &error, sizeof(error));
	return error;
}
