/* SPDX-License-Identifier: MIT */
#include "act/release.h"

#include "base/clock.h"
#include "base/compat.h"
#include "base/thread.h"
#include "base/util.h"
#include "look/sense.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Victims that are lifted at the same time; one more is released without a lift. */
#define LIFTED_MAX 32

/*
 * A lifted victim runs ahead of everything that is not real-time, so it is put back after this,
 * exited or not: freeing 1 GiB takes it 36 ms on a busy CPU (limits measured on a 2-CPU virtual
 * machine), and a process with hundreds of threads must not hold the machine (R78).
 */
#define LIFT_NS (300 * NS_PER_MS)

/* No more threads than this are lifted: the last one to exit frees the memory, and any of them may
 * be it. */
#define LIFT_THREADS_MAX 1024

/* mrelease says EAGAIN while the victim's address space is busy. */
#define RELEASE_TRIES    50
#define RELEASE_RETRY_MS 5

/* Enough for the deepest path of this thread, and little to keep locked. */
#define STACK_SIZE ((size_t)64 * 1024)

struct request {
	pid_t pid;
	int pidfd;
	int signal;
};

struct lifted {
	pid_t pid;
	int pidfd;
	uint64_t until_ns;
};

static struct lifted lifted[LIFTED_MAX];

static void put_thread(pid_t tid, bool up)
{
	cpu_set_t all;

	(void)sys_sched_setscheduler(tid, up ? SCHED_FIFO : SCHED_OTHER, up ? 1 : 0);
	if (!up)
		return;
	memset(&all, 0xff, sizeof(all));
	(void)sched_setaffinity(tid, sizeof(all), &all);
}

static bool has_exited(int pidfd)
{
	struct pollfd gone = {.fd = pidfd, .events = POLLIN};

	return poll(&gone, 1, 0) == 1;
}

/* Its threads' directory; -1 where the number is another process's by now (R113). */
static int open_threads(const struct release *r, pid_t pid, int pidfd)
{
	char path[32];
	int fd;

	(void)snprintf(path, sizeof(path), "%d/task", (int)pid);
	fd = openat(r->proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* What was opened while it had not exited was its own. */
	if (fd >= 0 && has_exited(pidfd)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Each thread of the process. The entries are read into this thread's own buffer. */
static void put_threads(const struct release *r, pid_t pid, int pidfd, bool up)
{
	static char entries[16384] __attribute__((aligned(8)));
	unsigned threads = 0;
	int fd = open_threads(r, pid, pidfd);
	long length;

	if (fd < 0)
		return;
	while (threads < LIFT_THREADS_MAX &&
	       (length = syscall(SYS_getdents64, fd, entries, sizeof(entries))) > 0) {
		for (long at = 0; at < length && threads < LIFT_THREADS_MAX;) {
			const struct entry64 *d =
				(const struct entry64 *)(const void *)(entries + at);
			long tid = strtol(d->d_name, NULL, 10);

			at += d->d_reclen;
			if (tid > 0) {
				put_thread((pid_t)tid, up);
				threads++;
			}
		}
	}
	(void)close(fd);
}

static void lift(const struct release *r, const struct request *q)
{
	for (unsigned i = 0; q->pidfd >= 0 && i < LIFTED_MAX; i++) {
		if (lifted[i].pid != 0)
			continue;
		lifted[i] = (struct lifted){q->pid, fcntl(q->pidfd, F_DUPFD_CLOEXEC, 0),
					    clock_now() + LIFT_NS};
		put_threads(r, q->pid, q->pidfd, true);
		return;
	}
}

/* Gone, or its time is up: then it goes back to where everybody is. The pidfd says whether the pid
 * is still it. */
static int put_back(const struct release *r)
{
	uint64_t now = clock_now();
	int wait_ms = -1;

	for (unsigned i = 0; i < LIFTED_MAX; i++) {
		bool exited;

		if (lifted[i].pid == 0)
			continue;
		exited = has_exited(lifted[i].pidfd);
		if (!exited && now < lifted[i].until_ns) {
			wait_ms = 20;
			continue;
		}
		if (!exited)
			put_threads(r, lifted[i].pid, lifted[i].pidfd, false);
		(void)close(lifted[i].pidfd);
		lifted[i] = (struct lifted){0};
	}
	return wait_ms;
}

/*
 * Again on EAGAIN. ESRCH: it is taking its memory apart itself. EINVAL (R42): it has not begun to
 * exit, for it handles SIGTERM; mm/oom_kill.c, task_will_free_mem().
 */
static int release_memory(int pidfd)
{
	for (int tries = 0; tries < RELEASE_TRIES; tries++) {
		if (sys_process_mrelease(pidfd, 0) == 0)
			return 0;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		(void)poll(NULL, 0, RELEASE_RETRY_MS);
	}
	return -EAGAIN;
}

static void serve(const struct release *r, const struct request *q)
{
	struct release_result result = {.pid = q->pid, .error = -ENOSYS};

	if (q->signal == SIGKILL) /* what it does in its handler it does at its own pace */
		lift(r, q);
	if (q->pidfd >= 0) {
		result.error = release_memory(q->pidfd);
		(void)close(q->pidfd);
	}
	(void)!write(r->result[1], &result, sizeof(result));
}

/* Not real-time: freeing a terabyte is one system call of half a minute, and RLIMIT_RTTIME would
 * end us for it. */
static void *run(void *ctx)
{
	const struct release *r = ctx;
	struct request q;

	(void)sys_sched_setscheduler(0, SCHED_OTHER, 0);
	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), -20);
	for (;;) {
		struct pollfd in = {.fd = r->request[0], .events = POLLIN};

		if (poll(&in, 1, put_back(r)) == 1 &&
		    read(r->request[0], &q, sizeof(q)) == sizeof(q))
			serve(r, &q);
	}
	return NULL;
}

int release_start(struct release *r, int proc_fd)
{
	r->proc_fd = proc_fd;
	if (pipe2(r->request, O_CLOEXEC | O_NONBLOCK) < 0 ||
	    pipe2(r->result, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	return thread_start(STACK_SIZE, run, r);
}

void release_request(struct release *r, pid_t pid, int pidfd, int signal)
{
	struct request q = {.pid = pid,
			    .pidfd = pidfd < 0 ? -1 : fcntl(pidfd, F_DUPFD_CLOEXEC, 0),
			    .signal = signal};

	if (write(r->request[1], &q, sizeof(q)) != sizeof(q) && q.pidfd >= 0)
		(void)close(q.pidfd);
}

bool release_result(struct release *r, struct release_result *ret)
{
	return read(r->result[0], ret, sizeof(*ret)) == sizeof(*ret);
}
