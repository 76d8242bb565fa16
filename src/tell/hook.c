/* SPDX-License-Identifier: MIT */
#include "tell/hook.h"

#include "act/hold.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/thread.h"
#include "base/trust.h"
#include "base/util.h"
#include "look/sense.h"
#include "tell/report.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* So long after SIGKILL a hook that is still there hangs in the kernel (D state). */
#define STUCK_NS (1 * NS_PER_S)

/* posix_spawn needs PATH_MAX and some of it. */
#define STACK_SIZE ((size_t)96 * 1024)

#define VARIABLES_MAX   16 /* ours */
#define ENVIRONMENT_MAX 128
#define VARIABLE_SIZE   320

static char oom_score_adj_text[16] = "0";

struct request {
	uint64_t time_ns;
	char path[HOOK_PATH_MAX];
	struct event event;
};
/* A write of this size to a pipe happens whole or not at all. */
_Static_assert(sizeof(struct request) <= PIPE_BUF, "a hook's request must fit into PIPE_BUF");

/* What one thread works with: too large for its stack. */
struct work {
	struct hook *hook;
	struct request request;
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_t actions;
	char json[REPORT_MAX];
	char variables[VARIABLES_MAX][VARIABLE_SIZE];
	char *environment[ENVIRONMENT_MAX + VARIABLES_MAX + 1];
	unsigned count;
	pid_t stuck[4]; /* ended, and still there; 0: free */
	unsigned next_stuck;
};

void hook_set_oom_score_adj(int value)
{
	(void)snprintf(oom_score_adj_text, sizeof(oom_score_adj_text), "%d", value > 0 ? value : 0);
}

__attribute__((format(printf, 2, 3))) static void add_variable(struct work *w, const char *format,
							       ...)
{
	char *text = w->variables[w->count];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, VARIABLE_SIZE, format, args);
	va_end(args);
	w->environment[w->count++] = text;
}

static void add_victim(struct work *w, const struct event *e)
{
	add_variable(w, "USEROOM_PID=%d", (int)e->target.victim.pid);
	add_variable(w, "USEROOM_NAME=%s", e->target.victim.comm);
	add_variable(w, "USEROOM_SIGNAL=%s", e->signal == 0 ? "" : report_signal_name(e->signal));
	add_variable(w, "USEROOM_UID=%" PRIu32, e->target.victim.uid);
	add_variable(w, "USEROOM_USER=%s", e->user);
	add_variable(w, "USEROOM_UNIT=%s", e->target.victim.unit);
	add_variable(w, "USEROOM_CONTAINER=%s", e->target.victim.container);
	add_variable(w, "USEROOM_RSS_KIB=%" PRIu64, e->target.victim.rss_kib);
	add_variable(w, "USEROOM_FREEABLE_KIB=%" PRIu64, e->target.victim.freeable_kib);
}

static void make_environment(struct work *w)
{
	const struct event *e = &w->request.event;

	w->count = 0;
	add_variable(w, "USEROOM_EVENT=%s", event_name(e->type));
	add_variable(w, "USEROOM_DRY_RUN=%d", e->dry_run ? 1 : 0);
	add_variable(w, "USEROOM_MEM_AVAILABLE_KIB=%" PRIu64, e->sample.mem_available_kib);
	add_variable(w, "USEROOM_MEM_TOTAL_KIB=%" PRIu64, e->sample.mem_total_kib);
	add_variable(w, "USEROOM_SWAP_FREE_KIB=%" PRIu64, e->sample.swap_free_kib);
	add_variable(w, "USEROOM_SWAP_TOTAL_KIB=%" PRIu64, e->sample.swap_total_kib);
	if (e->target.victim.pid != 0)
		add_victim(w, e);
	for (unsigned i = 0; i < ENVIRONMENT_MAX && environ[i] != NULL; i++)
		w->environment[w->count++] = environ[i];
	w->environment[w->count] = NULL;
}

pid_t hook_spawn(const char *path, const posix_spawnattr_t *attributes,
		 const posix_spawn_file_actions_t *actions, char **environment)
{
	char name[] = HOOK_ARGV0, copy[HOOK_PATH_MAX];
	char *argv[] = {name, oom_score_adj_text, copy, NULL};
	pid_t pid;
	int error;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	error = posix_spawn(&pid, "/proc/self/exe", actions, attributes, argv, environment);

	return error != 0 ? -error : pid;
}

/*
 * The whole event as one line on standard input. It fits into the pipe, so nobody waits for a hook
 * that does not read.
 */
static int give_stdin(struct work *w)
{
	size_t length = report_json(&w->request.event, w->json, sizeof(w->json) - 1);
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	w->json[length++] = '\n';
	(void)!write(fds[1], w->json, length);
	(void)close(fds[1]);
	(void)fcntl(fds[0], F_SETFL, 0);
	(void)dup3(fds[0], w->hook->stdin_fd, O_CLOEXEC);
	(void)close(fds[0]);
	return 0;
}

/* Without pidfds the child is asked every 10 ms. */
static bool wait_until(pid_t child, uint64_t deadline_ns, siginfo_t *ret)
{
	int pidfd = sys_pidfd_open(child, 0);
	struct pollfd fd = {.fd = pidfd, .events = POLLIN};

	for (;;) {
		uint64_t now = clock_now();
		uint64_t left_ms = now < deadline_ns ? (deadline_ns - now) / 1000000 + 1 : 0;

		ret->si_pid = 0;
		if (waitid(P_PID, (id_t)child, ret, WEXITED | WNOHANG) < 0 ||
		    ret->si_pid == child || left_ms == 0)
			break;
		(void)poll(&fd, 1,
			   pidfd < 0 && left_ms > 10
				   ? 10
				   : (int)(left_ms < INT_MAX ? left_ms : INT_MAX));
	}
	if (pidfd >= 0)
		(void)close(pidfd);
	return ret->si_pid == child;
}

/* Those that did not end when they were ended are asked again before the next one runs. */
static void reap_stuck(struct work *w)
{
	for (unsigned i = 0; i < ARRAY_SIZE(w->stuck); i++) {
		siginfo_t info = {0};

		if (w->stuck[i] != 0 &&
		    (waitid(P_PID, (id_t)w->stuck[i], &info, WEXITED | WNOHANG) < 0 ||
		     info.si_pid != 0))
			w->stuck[i] = 0;
	}
}

static void leave_stuck(struct work *w, pid_t child)
{
	w->stuck[w->next_stuck++ % ARRAY_SIZE(w->stuck)] = child;
}

static struct hook_done run_one(struct work *w)
{
	struct hook_done done = {.victim = w->request.event.target.victim.pid};
	siginfo_t info = {0};
	pid_t child;

	reap_stuck(w);
	/* Asked each time: what others may do to it can change while we run (R107). */
	if (trust_path(w->request.path, done.refused, sizeof(done.refused)) == -EPERM)
		return done;
	done.refused[0] = '\0';
	make_environment(w);
	done.error = -give_stdin(w);
	child = hook_spawn(w->request.path, &w->attributes, &w->actions, w->environment);
	if (child < 0) {
		done.error = -child;
		return done;
	}
	if (!wait_until(child, clock_now() + w->request.time_ns, &info)) {
		done.timed_out = true;
		hold_end_child(child);
		done.stuck = !wait_until(child, clock_now() + STUCK_NS, &info);
		if (done.stuck)
			leave_stuck(w, child);
	}
	done.signalled = info.si_code != CLD_EXITED;
	done.status = info.si_status;
	return done;
}

static void *run(void *ctx)
{
	struct work *w = ctx;

	for (;;) {
		struct hook_done done;

		if (read(w->hook->request[0], &w->request, sizeof(w->request)) !=
		    sizeof(w->request))
			continue;
		done = run_one(w);
		(void)!write(w->hook->done[1], &done, sizeof(done));
	}
	return NULL;
}

/* A hook starts with no signal blocked or ignored, in a process group of its own, and reads the
 * event. */
static void prepare(struct work *w)
{
	sigset_t none, all;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)posix_spawnattr_init(&w->attributes);
	(void)posix_spawnattr_setsigmask(&w->attributes, &none);
	(void)posix_spawnattr_setsigdefault(&w->attributes, &all);
	(void)posix_spawnattr_setpgroup(&w->attributes, 0);
	(void)posix_spawnattr_setflags(&w->attributes, POSIX_SPAWN_SETSIGMASK |
							       POSIX_SPAWN_SETSIGDEF |
							       POSIX_SPAWN_SETPGROUP);
	(void)posix_spawn_file_actions_init(&w->actions);
	(void)posix_spawn_file_actions_adddup2(&w->actions, w->hook->stdin_fd, 0);
}

int hook_start(struct hook *hook)
{
	static struct work works[2]; /* -hook and -pre-kill; static, so that only a hook that is
					used costs memory */
	static unsigned started;
	struct work *w = &works[started];
	int r;

	if (hook->started)
		return 0;
	assert(started < ARRAY_SIZE(works));
	/* The thread waits in read(); whoever asks and whoever looks for results must not wait. */
	if (pipe2(hook->request, O_CLOEXEC) < 0 || pipe2(hook->done, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	w->hook = hook;
	(void)fcntl(hook->request[1], F_SETFL, O_NONBLOCK);
	hook->stdin_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	prepare(w);
	r = thread_start(STACK_SIZE, run, w);
	hook->started = r == 0;
	started += r == 0;
	return r;
}

int hook_request(struct hook *hook, const char *path, uint64_t time_ns, const struct event *event)
{
	static struct request request; /* only the main thread asks */

	request.time_ns = time_ns;
	(void)snprintf(request.path, sizeof(request.path), "%s", path);
	request.event = *event;
	return write(hook->request[1], &request, sizeof(request)) == sizeof(request) ? 0 : -EAGAIN;
}

bool hook_done(struct hook *hook, struct hook_done *ret)
{
	return hook->started && read(hook->done[0], ret, sizeof(*ret)) == sizeof(*ret);
}

/* ---- in the child ---- */

static void give_back(const char *oom_score_adj)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	struct rlimit limit;

	if (fd >= 0) {
		(void)!write(fd, oom_score_adj, strlen(oom_score_adj));
		(void)close(fd);
	}
	(void)sys_sched_setscheduler(0, SCHED_OTHER, 0);
	if (getpriority(PRIO_PROCESS, 0) < 0)
		(void)setpriority(PRIO_PROCESS, 0, 0);
	if (getrlimit(RLIMIT_RTTIME, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_RTTIME, &limit);
	}
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

int hook_main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	give_back(argv[1]);
	if (strcmp(argv[2], "-") == 0) {
		(void)pause();
		return 0;
	}
	(void)execl(argv[2], argv[2], (char *)NULL);
	return HOOK_CANNOT_RUN; /* the daemon says so: a line from here would stand between its
				   lines, as no JSON */
}
