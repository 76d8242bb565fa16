/* SPDX-License-Identifier: MIT */
/*
 * Ten seconds of useroom at work: a small pretended machine, one program that serves, one that
 * leaks, and the real daemon between them. Nothing outside is seen or touched, and no more than 200
 * MiB are used.
 *
 *   demo BINARY
 */
#include "stage.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define GAUGE_WIDTH 40
#define TERM_LEVEL  10
#define KILL_LEVEL  5

static bool colours, terminal;

static const char *colour(const char *code)
{
	return colours ? code : "";
}

#define RED    colour("\033[31m")
#define YELLOW colour("\033[33m")
#define GREEN  colour("\033[32m")
#define BOLD   colour("\033[1m")
#define PLAIN  colour("\033[0m")

static void clear_gauge(void)
{
	if (terminal)
		(void)printf("\r\033[K");
}

/* What the daemon has said since the last time. */
static void show_log(void)
{
	static long shown;
	char line[2048];
	FILE *file = fopen(STAGE "/log", "re");

	if (file == NULL)
		return;
	(void)fseek(file, shown, SEEK_SET);
	while (fgets(line, sizeof(line), file) != NULL && strchr(line, '\n') != NULL) {
		clear_gauge();
		(void)printf("%suseroom:%s %s", BOLD, PLAIN, line);
		shown = ftell(file);
	}
	(void)fclose(file);
}

static void show_gauge(const struct stage *stage)
{
	const struct machine *m = &stage->machine;
	unsigned percent = (unsigned)(m->available_kib * 100 / m->shape.total_kib);
	unsigned full = (percent * GAUGE_WIDTH + 50) / 100;

	clear_gauge();
	(void)printf("available %3llu of %llu MiB %s",
		     (unsigned long long)(m->available_kib / 1024),
		     (unsigned long long)(m->shape.total_kib / 1024),
		     percent <= TERM_LEVEL       ? RED
		     : percent <= 3 * TERM_LEVEL ? YELLOW
						 : GREEN);
	for (unsigned i = 0; i < GAUGE_WIDTH; i++)
		(void)putchar(i < full ? '#' : '.');
	(void)printf("%s %2u %%%s", PLAIN, percent, terminal ? "" : "\n");
	(void)fflush(stdout);
}

/* Ten times a second on a terminal, else twice. */
static void on_tick(struct stage *stage)
{
	static unsigned times;

	show_log();
	if (terminal || times++ % 5 == 0)
		show_gauge(stage);
}

static void say(const char *text)
{
	show_log();
	clear_gauge();
	(void)printf("%s\n", text);
	(void)fflush(stdout);
}

static bool has_ended(struct stage *stage, const void *actor)
{
	(void)stage;
	return ((const struct actor *)actor)->ended;
}

static void tell_outcome(const struct actor *shop, const struct actor *leaky)
{
	clear_gauge();
	if (leaky->ended && WIFSIGNALED(leaky->status))
		(void)printf("%sleaky%s (pid %d) was ended by signal %d, %s.\n", BOLD, PLAIN,
			     (int)leaky->pid, WTERMSIG(leaky->status),
			     strsignal(WTERMSIG(leaky->status)));
	else
		(void)printf("%sleaky (pid %d) is still there.%s\n", RED, (int)leaky->pid, PLAIN);
	if (!shop->ended)
		(void)printf("%sshop%s (pid %d) lives, and has not noticed.\n", BOLD, PLAIN,
			     (int)shop->pid);
	else
		(void)printf("%sshop (pid %d) is gone.%s\n", RED, (int)shop->pid, PLAIN);
}

static int perform(struct stage *stage)
{
	char options[64];
	struct actor *shop, *leaky;

	stage->on_tick = on_tick;
	(void)snprintf(options, sizeof(options), "-m %d -mk %d", TERM_LEVEL, KILL_LEVEL);
	(void)printf("%sA pretended machine with %llu MiB. Nothing outside is touched; all the "
		     "rest is real.%s\n",
		     BOLD, (unsigned long long)(stage->machine.shape.total_kib / 1024), PLAIN);
	(void)printf("$ useroom %s\n", options);
	watch(stage, options);
	shop = play(stage, "shop", "grow=20");
	say("shop starts and serves its customers with 20 MiB.");
	settle(stage, 1500);
	leaky = play(stage, "leaky", "grow=200@34");
	say("leaky starts, and grows by 34 MiB a second.");
	(void)wait_for(stage, has_ended, leaky, 20);
	settle(stage, 2500);
	tell_outcome(shop, leaky);
	if (!leaky->ended || shop->ended)
		return STAGE_FAILED;
	stage->on_tick = NULL;
	stage_close(stage);
	show_log();
	return STAGE_PASSED;
}

static void find_actor(char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL)
		(void)snprintf(slash, size - (size_t)(slash - path), "/live_actor");
}

/* In a child, which becomes the stage; what it cannot do comes back as an exit code. */
static _Noreturn void become_stage(const char *binary)
{
	static struct stage stage = {
		.machine.shape = {.total_kib = 512 * MIB, .other_kib = 300 * MIB}};
	char actor[PATH_MAX];
	int code;

	find_actor(actor, sizeof(actor));
	stage_open(&stage, binary, actor, NULL);
	code = perform(&stage);
	(void)fflush(stdout);
	_exit(code);
}

int main(int argc, char **argv)
{
	int status = 0;
	pid_t pid;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: demo BINARY\n");
		return 2;
	}
	terminal = isatty(1) != 0;
	colours = terminal && getenv("NO_COLOR") == NULL;
	(void)signal(SIGINT, SIG_DFL);
	pid = fork();
	if (pid == 0)
		become_stage(argv[1]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return 1;
	if (WEXITSTATUS(status) == STAGE_SKIPPED)
		(void)fprintf(stderr,
			      "\nThe demo needs a private world (namespaces), which this machine "
			      "does not give to "
			      "this user.\nAs root it works almost everywhere: sudo make demo\n");
	return WEXITSTATUS(status);
}
