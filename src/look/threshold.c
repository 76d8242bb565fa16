/* SPDX-License-Identifier: MIT */
#include "look/threshold.h"

#include "base/thread.h"
#include "look/memstat.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STACK         65536
#define ASKED_BYTES   (512 * 1024) /* more than 512 groups at once */
#define DIRECTORY_MAX 512
#define FILE_MAX      (DIRECTORY_MAX + 64)

struct request {
	int fd; /* of the eventfd, the thread's own */
	uint64_t bytes;
	char directory[DIRECTORY_MAX];
};
_Static_assert(sizeof(struct request) <= 4096, "it is written as a whole (PIPE_BUF)");

static int open_in(const char *directory, const char *file, int flags)
{
	char path[FILE_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, file);
	return open(path, flags | O_CLOEXEC | O_NOCTTY);
}

/* "EVENTFD FILE THRESHOLD" to cgroup.event_control. */
static bool enlist(const struct request *q, int control, int usage)
{
	char text[80];
	int n = snprintf(text, sizeof(text), "%d %d %" PRIu64, q->fd, usage, q->bytes);

	return control >= 0 && usage >= 0 && write(control, text, (size_t)n) == n;
}

/* Only a crossing is told. */
static bool is_below(const struct request *q, int usage)
{
	char text[64];
	ssize_t length = read(usage, text, sizeof(text));
	uint64_t bytes;

	return length > 0 && memstat_number(text, (size_t)length, &bytes) == 0 && bytes < q->bytes;
}

static void serve(const struct request *q)
{
	int control = open_in(q->directory, "cgroup.event_control", O_WRONLY);
	int usage = open_in(q->directory, "memory.usage_in_bytes", O_RDONLY);

	if (!enlist(q, control, usage) || !is_below(q, usage))
		(void)eventfd_write(q->fd, 1);
	if (control >= 0)
		(void)close(control);
	if (usage >= 0)
		(void)close(usage);
	(void)close(q->fd);
}

static void *run(void *ctx)
{
	const struct thresholds *t = ctx;
	struct request q;

	while (read(t->asked[0], &q, sizeof(q)) == sizeof(q))
		serve(&q);
	return NULL;
}

int thresholds_start(struct thresholds *t)
{
	int r;

	if (t->started)
		return 0;
	if (pipe2(t->asked, O_CLOEXEC) < 0)
		return -errno;
	(void)fcntl(t->asked[1], F_SETFL, O_NONBLOCK);
	(void)fcntl(t->asked[1], F_SETPIPE_SZ, ASKED_BYTES); /* or it takes some rounds */
	r = thread_start(STACK, run, t);
	if (r < 0) {
		(void)close(t->asked[0]);
		(void)close(t->asked[1]);
	}
	t->started = r == 0;
	return r;
}

int thresholds_ask(const struct thresholds *t, int event_fd, const char *directory, uint64_t bytes)
{
	struct request q = {.bytes = bytes};
	ssize_t n;

	if (snprintf(q.directory, sizeof(q.directory), "%s", directory) >= (int)sizeof(q.directory))
		return -ENAMETOOLONG;
	q.fd = fcntl(event_fd, F_DUPFD_CLOEXEC, 0);
	if (q.fd < 0)
		return -errno;
	n = write(t->asked[1], &q, sizeof(q));
	if (n == sizeof(q))
		return 0;
	(void)close(q.fd);
	return -EAGAIN;
}
