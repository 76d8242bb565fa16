/* SPDX-License-Identifier: MIT */
/*
 * Does the daemon hold more, the longer it runs? It looks a hundred times a second at a pretended
 * machine; now and then a program fills it and is ended, a hook runs, an incident is kept, the
 * configuration is read again. Once each of these has happened its descriptors, threads, heap and
 * memory must stay as they are.
 *
 *   soak BINARY SECONDS
 */
#include "stage.h"

#include "tell/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RECORD STAGE "/record"
#define HOOK   STAGE "/hook"
#define WATCH                                                                                      \
	"-i 0.01 -m 30 -mk 10 -grace 0.2 -record " RECORD " -record-size 64 -incidents-kept 5 "    \
	"-hook " HOOK " -pre-kill " HOOK

/* A table of so many rows can be read by people. */
#define MOST_ROWS 60
/* One thing happens in so many seconds; in a short soak more often, and each at least once. */
#define HAPPENS_EVERY 10
#define ROUNDS_LEAST  9

/*
 * Pages of static tables and stacks are first touched when something seldom happens for the first
 * time. A byte a look would be six times as much in an hour.
 */
#define SELDOM_KIB 64

/* What is printed of the daemon; memory in KiB. */
struct held {
	unsigned fds;
	uint64_t threads, size, heap, anon, file, shmem, calls;
};

struct soak {
	struct stage stage;
	unsigned rounds, kills;
	uint64_t began_ms, look0;
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* How many looks there were: the highest number in their ring. */
static uint64_t looks(void)
{
	static char data[1 << 20];
	const struct recording_header *h = (const void *)data;
	const struct recording_ring *ring = &h->rings[RING_LOOKS];
	int fd = open(RECORD, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, data, sizeof(data));
	uint64_t most = 0, number;

	if (fd >= 0)
		(void)close(fd);
	if (n < (ssize_t)RECORDING_HEADER || (uint64_t)n < h->file_bytes)
		fail("%s cannot be read", RECORD);
	for (uint32_t i = 0; i < ring->count; i++) {
		memcpy(&number, data + ring->offset + (size_t)i * ring->record_bytes, 8);
		most = number > most ? number : most;
	}
	return most;
}

/* KiB of the break's memory, where malloc takes from. */
static uint64_t heap_kib(pid_t pid)
{
	char path[64], line[512];
	unsigned long from, to, kib = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (strstr(line, "[heap]") != NULL && sscanf(line, "%lx-%lx", &from, &to) == 2)
			kib += (to - from) / 1024;
	}
	if (file != NULL)
		(void)fclose(file);
	return kib;
}

static bool has_no_more(struct stage *stage, const void *most)
{
	return stage->daemon->ended || count_fds(stage->daemon->pid) <= *(const unsigned *)most;
}

/*
 * What is open only for the moment may be open for longer: on a busy machine (R115), and the pidfd
 * of a victim whose memory does not come back to nine tenths is kept for 0.4 s after its death. The
 * fewest of half a second at first (before: NULL), later no more than then. A leak stays.
 */
static unsigned settled_fds(struct stage *stage, const struct held *before)
{
	unsigned fds = fewest_fds(stage);

	for (unsigned i = 0; before == NULL && i < 50; i++) {
		unsigned again = fewest_fds(stage);

		fds = again < fds ? again : fds;
		settle(stage, 10);
	}
	if (before == NULL || fds <= before->fds)
		return fds;
	(void)wait_for(stage, has_no_more, &before->fds, 20);
	return count_fds(stage->daemon->pid);
}

static bool is_as_large(struct stage *stage, const void *size)
{
	return stage->daemon->ended ||
	       status_number(stage->daemon->pid, "VmSize") <= *(const uint64_t *)size;
}

/*
 * posix_spawn() maps 36 KiB for a hook until the hook runs, and a busy machine shows that: the
 * least of half a second at first (before: NULL), later as much as then. A leak stays.
 */
static uint64_t settled_size(struct stage *stage, const struct held *before)
{
	uint64_t size = status_number(stage->daemon->pid, "VmSize");

	for (unsigned i = 0; before == NULL && i < 50; i++) {
		uint64_t again = status_number(stage->daemon->pid, "VmSize");

		size = again < size ? again : size;
		settle(stage, 10);
	}
	if (before == NULL || size <= before->size)
		return size;
	(void)wait_for(stage, is_as_large, &before->size, 20);
	return status_number(stage->daemon->pid, "VmSize");
}

static struct held hold(struct stage *stage, const struct held *before)
{
	pid_t pid = stage->daemon->pid;

	return (struct held){
		.fds = settled_fds(stage, before),
		.threads = status_number(pid, "Threads"),
		.size = settled_size(stage, before),
		.heap = heap_kib(pid),
		.anon = status_number(pid, "RssAnon"),
		.file = status_number(pid, "RssFile"),
		.shmem = status_number(pid, "RssShmem"),
		.calls = malloc_calls(stage),
	};
}

static void print_row(const struct soak *soak, const struct held *h)
{
	(void)printf("%7" PRIu64 " %8" PRIu64 " %6u %4u %8" PRIu64 " %8" PRIu64 " %6" PRIu64
		     " %6" PRIu64 " %6" PRIu64 " %6" PRIu64 " ",
		     (now_ms() - soak->began_ms) / 1000, looks() - soak->look0, soak->kills, h->fds,
		     h->threads, h->size, h->heap, h->anon, h->file, h->shmem);
	if (h->calls == UINT64_MAX)
		(void)printf("%7s\n", "-");
	else
		(void)printf("%7" PRIu64 "\n", h->calls);
	(void)fflush(stdout);
}

/* ---- what happens ---- */

static void fill(struct soak *soak, const char *words, int signal)
{
	struct actor *hog = play(&soak->stage, "hog", words);

	must_die(&soak->stage, hog, signal);
	soak->kills++;
}

static bool is_quiet(struct stage *stage, const void *what)
{
	(void)what;
	return stage->daemon->ended || (count_children(stage->daemon->pid, 0) == 0 &&
					count_fds(stage->daemon->pid) <= stage->fd_count);
}

/* In turn. Afterwards the daemon has no hook left, and no victim. */
static void happen(struct soak *soak)
{
	unsigned actors = soak->stage.actor_count;

	switch (soak->rounds++ % 3) {
	case 0:
		fill(soak, "grow=64@300", SIGTERM);
		break;
	case 1:
		fill(soak, "shrug grow=64@300", SIGKILL);
		break;
	default:
		if (kill(soak->stage.daemon->pid, SIGHUP) < 0)
			fail("SIGHUP: %s", strerror(errno));
	}
	settle(&soak->stage, 200);
	if (!wait_for(&soak->stage, is_quiet, NULL, 20))
		fail("the daemon has %u descriptors and %u children",
		     count_fds(soak->stage.daemon->pid),
		     count_children(soak->stage.daemon->pid, 0));
	must_live(&soak->stage, soak->stage.daemon);
	soak->stage.actor_count = actors;
}

static void must_be_as_before(const struct held *now, const struct held *before)
{
	if (now->fds > before->fds)
		fail("%u descriptors instead of %u", now->fds, before->fds);
	if (now->threads != before->threads)
		fail("%" PRIu64 " threads instead of %" PRIu64, now->threads, before->threads);
	if (now->size != before->size || now->heap != before->heap)
		fail("address space %" PRIu64 " KiB and heap %" PRIu64 " instead of %" PRIu64
		     " and %" PRIu64,
		     now->size, now->heap, before->size, before->heap);
	if (now->anon > before->anon + SELDOM_KIB)
		fail("%" PRIu64 " KiB of its own instead of %" PRIu64, now->anon, before->anon);
	if (now->calls != before->calls)
		fail("%" PRIu64 " calls of malloc instead of %" PRIu64, now->calls, before->calls);
}

/* So long after the beginning. */
static void wait_until(struct soak *soak, uint64_t ms)
{
	uint64_t passed = now_ms() - soak->began_ms;

	settle(&soak->stage, passed < ms ? (unsigned)(ms - passed) : 0);
}

static unsigned max_u(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

static void perform(struct soak *soak, unsigned seconds)
{
	unsigned rounds = max_u(seconds / HAPPENS_EVERY, ROUNDS_LEAST);
	unsigned every = max_u(rounds / MOST_ROWS, 1);
	struct held before, now;

	write_file(HOOK, 0755, "#!/bin/sh\nexit 0\n");
	watch(&soak->stage, WATCH);
	(void)play(&soak->stage, "shop", "grow=8");
	for (unsigned i = 0; i < 6; i++) /* each twice */
		happen(soak);
	before = hold(&soak->stage, NULL);
	soak->began_ms = now_ms();
	soak->look0 = looks();
	(void)printf("seconds    looks  kills  fds  threads     size   heap   anon   file  shmem "
		     "mallocs\n");
	print_row(soak, &before);
	for (unsigned i = 1; i <= rounds; i++) {
		wait_until(soak, (uint64_t)i * seconds * 1000 / rounds);
		happen(soak);
		now = hold(&soak->stage, &before);
		if (i % every == 0)
			print_row(soak, &now);
		must_be_as_before(&now, &before);
	}
	stage_close(&soak->stage);
}

/* ---- the program ---- */

static void find_beside(char *path, size_t size, const char *name)
{
	ssize_t n = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL)
		(void)snprintf(slash, size - (size_t)(slash - path), "/%s", name);
}

static _Noreturn void become_stage(const char *binary, unsigned seconds)
{
	static struct soak soak;
	char actor[PATH_MAX], counter[PATH_MAX];

	find_beside(actor, sizeof(actor), "live_actor");
	find_beside(counter, sizeof(counter), "libmalloc_count.so");
	soak.stage.count_malloc = access(counter, R_OK) == 0;
	stage_open(&soak.stage, binary, actor, soak.stage.count_malloc ? counter : NULL);
	perform(&soak, seconds);
	(void)printf("PASS\n");
	(void)fflush(stdout);
	_exit(STAGE_PASSED);
}

int main(int argc, char **argv)
{
	unsigned seconds = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
	int status = 0;
	pid_t pid;

	if (seconds == 0) {
		(void)fprintf(stderr, "usage: soak BINARY SECONDS\n");
		return 2;
	}
	pid = fork();
	if (pid == 0)
		become_stage(argv[1], seconds);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return 1;
	return WEXITSTATUS(status);
}
