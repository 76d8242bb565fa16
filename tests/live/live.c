/* SPDX-License-Identifier: MIT */
/*
 * Runs the cases, some at a time, each in a private world of its own, and tells in TAP what came of
 * it. One that fails beside others is played again, alone, and counts by that: what it said at
 * first is told all the same.
 *
 *   live [-j N] [-v] [-l] [-w WRAPPER] BINARY [CASE...]
 */
#include "cases.h"
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_RUNNING 8
#define MOST_CASES   256
#define OUTPUT_MAX   65536
#define MOST_SECONDS 150 /* a case that takes longer hangs */

struct run {
	const struct live_case *live_case;
	pid_t pid;
	int fd;
	time_t started;
	bool done;
	char *first; /* what it said when it failed beside others; it is played again then, alone */
	char *output;
	size_t length;
};

static struct run runs[MOST_CASES];
static unsigned run_count;
static char actor_path[PATH_MAX], preload_path[PATH_MAX];
static const char *binary;

/* cases_*.c */
static const struct live_case *const live_groups[] = {
	trigger_cases, choose_cases, share_cases, real_cases, end_cases, daemon_cases,
	ctl_cases,     user_cases,   group_cases, node_cases, NULL};
static bool verbose;
static const char *wrapper;

/* What belongs to us is beside us. */
static void find_beside(char *path, size_t size, const char *name)
{
	ssize_t n = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL)
		slash = path;
	(void)snprintf(slash, size - (size_t)(slash - path), "/%s", name);
}

/* In a child, which becomes the stage. */
static _Noreturn void perform(const struct live_case *live_case)
{
	static struct stage stage;
	const char *preload =
		live_case->count_malloc && access(preload_path, R_OK) == 0 ? preload_path : NULL;

	if (live_case->count_malloc && preload == NULL)
		skip("%s is not there", preload_path);
	stage.wrapper = wrapper;
	stage.count_malloc = live_case->count_malloc;
	if (live_case->shape != NULL)
		stage.machine.shape = *live_case->shape;
	stage_open(&stage, binary, actor_path, preload);
	live_case->run(&stage);
	stage_close(&stage);
	pass();
}

static void start(struct run *run)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0) {
		perror("pipe");
		exit(1);
	}
	run->started = time(NULL);
	run->pid = fork();
	if (run->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)dup2(ends[1], 1);
		(void)close(ends[0]);
		(void)close(ends[1]);
		perform(run->live_case);
	}
	(void)close(ends[1]);
	run->fd = ends[0];
	run->output = calloc(1, OUTPUT_MAX);
}

static void finish(struct run *run)
{
	(void)close(run->fd);
	(void)waitpid(run->pid, NULL, 0);
	run->done = true;
}

static void hear(struct run *run)
{
	char scrap[4096];
	size_t room = OUTPUT_MAX - 1 - run->length;
	ssize_t n = room > 0 ? read(run->fd, run->output + run->length, room)
			     : read(run->fd, scrap, sizeof(scrap));

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0)
		finish(run);
	else if (room > 0)
		run->length += (size_t)n;
}

/* Only the process that we started: its children go with it. */
static void end_hanging(struct run *run)
{
	if (time(NULL) - run->started <= MOST_SECONDS)
		return;
	(void)kill(run->pid, SIGKILL);
	run->length += (size_t)snprintf(run->output + run->length, OUTPUT_MAX - run->length,
					"\nFAIL it hangs\n");
	finish(run);
}

static void print_rest(const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		(void)printf("#   %.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

enum outcome { PASSED, FAILED, SKIPPED };

/* The first word of the output says what came of it; without one the stage died. */
static enum outcome tell(const struct run *run, unsigned number)
{
	const char *output = run->output;
	size_t first = strcspn(output, "\n");
	enum outcome outcome = FAILED;

	if (strncmp(output, "PASS", 4) == 0) {
		(void)printf("ok %u - %s%s\n", number, run->live_case->name,
			     run->first != NULL ? " # AGAIN it failed at first" : "");
		outcome = PASSED;
	} else if (strncmp(output, "SKIP ", 5) == 0) {
		(void)printf("ok %u - %s # SKIP %.*s\n", number, run->live_case->name,
			     (int)first - 5, output + 5);
		outcome = SKIPPED;
	} else {
		(void)printf("not ok %u - %s\n", number, run->live_case->name);
		print_rest(run->length > 0 ? output : "the stage ended without a word");
	}
	if (outcome == PASSED && run->first != NULL)
		print_rest(run->first);
	if (outcome == PASSED && verbose)
		print_rest(output);
	(void)fflush(stdout);
	return outcome;
}

static void add(const char *pattern)
{
	for (unsigned group = 0; live_groups[group] != NULL; group++) {
		for (const struct live_case *c = live_groups[group];
		     c->name != NULL && run_count < MOST_CASES; c++) {
			if (fnmatch(pattern, c->name, 0) == 0)
				runs[run_count++] = (struct run){.live_case = c, .fd = -1};
		}
	}
}

static void list(void)
{
	for (unsigned group = 0; live_groups[group] != NULL; group++) {
		for (const struct live_case *c = live_groups[group]; c->name != NULL; c++)
			(void)printf("%s\n", c->name);
	}
}

static void wait_a_little(unsigned begin, unsigned end)
{
	struct pollfd fds[MOST_CASES];
	unsigned which[MOST_CASES], n = 0;

	for (unsigned i = begin; i < end; i++) {
		if (runs[i].pid > 0 && !runs[i].done) {
			end_hanging(&runs[i]);
			if (runs[i].done)
				continue;
			which[n] = i;
			fds[n++] = (struct pollfd){.fd = runs[i].fd, .events = POLLIN};
		}
	}
	if (n == 0 || poll(fds, n, 1000) <= 0)
		return;
	for (unsigned i = 0; i < n; i++) {
		if (fds[i].revents != 0)
			hear(&runs[which[i]]);
	}
}

static unsigned count_running(unsigned end)
{
	unsigned n = 0;

	for (unsigned i = 0; i < end; i++)
		n += !runs[i].done;
	return n;
}

static bool has_failed(const struct run *run)
{
	return strncmp(run->output, "PASS", 4) != 0 && strncmp(run->output, "SKIP ", 5) != 0;
}

/* Nobody else is on a stage meanwhile: who is on one now is waited for. */
static void play_again(unsigned which, unsigned started)
{
	struct run *run = &runs[which];

	while (count_running(started) > 0)
		wait_a_little(which, started);
	run->first = run->output;
	run->length = 0;
	run->done = false;
	start(run);
	while (!run->done)
		wait_a_little(which, which + 1);
}

static int run_all(unsigned at_a_time)
{
	unsigned started = 0, told = 0, counts[3] = {0};

	(void)printf("1..%u\n", run_count);
	(void)fflush(stdout);
	while (told < run_count) {
		while (started < run_count && count_running(started) < at_a_time)
			start(&runs[started++]);
		wait_a_little(told, started);
		while (told < started && runs[told].done) {
			if (at_a_time > 1 && has_failed(&runs[told]))
				play_again(told, started);
			counts[tell(&runs[told], told + 1)]++;
			told++;
		}
	}
	(void)printf("# %u passed, %u failed, %u skipped\n", counts[PASSED], counts[FAILED],
		     counts[SKIPPED]);
	return counts[FAILED] > 0;
}

static int usage(void)
{
	(void)fprintf(stderr, "usage: live [-j N] [-v] [-l] [-w WRAPPER] BINARY [CASE...]\n");
	return 2;
}

int main(int argc, char **argv)
{
	int option, at_a_time = 3;

	while ((option = getopt(argc, argv, "j:vlw:")) != -1) {
		if (option == 'l') {
			list();
			return 0;
		}
		if (option == '?')
			return usage();
		if (option == 'v')
			verbose = true;
		else if (option == 'w')
			wrapper = optarg;
		else
			at_a_time = atoi(optarg);
	}
	if (optind >= argc || at_a_time < 1 || at_a_time > MOST_RUNNING)
		return usage();
	find_beside(actor_path, sizeof(actor_path), "live_actor");
	find_beside(preload_path, sizeof(preload_path), "libmalloc_count.so");
	binary = argv[optind++];
	if (access(binary, R_OK | X_OK) < 0 || access(actor_path, R_OK) < 0) {
		(void)fprintf(stderr, "live: %s and %s: %s\n", binary, actor_path, strerror(errno));
		return 2;
	}
	if (optind == argc)
		add("*");
	for (; optind < argc; optind++)
		add(argv[optind]);
	return run_all((unsigned)at_a_time);
}
