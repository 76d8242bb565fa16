/* SPDX-License-Identifier: MIT */
/*
 * `useroomctl top` in front of the stage: a small pretended machine that slowly fills, to look at
 * and to make the READMEs' picture of (tools/picture). Whatever stands behind BINARY goes to
 * useroomctl.
 *
 *   show BINARY WORD...
 */
#include "stage.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool has_left(struct stage *stage, const void *pid)
{
	(void)stage;
	return is_zombie_or_gone(*(const pid_t *)pid);
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

/* Two minutes, so that there is something to see of them. */
static void fill(struct stage *stage)
{
	(void)play(stage, "postgres", "grow=52@4");
	settle(stage, 20000);
	(void)play(stage, "nginx", "grow=6");
	(void)play(stage, "chrome", "adj=300 grow=18@2");
	settle(stage, 25000);
	(void)play(stage, "gcc", "grow=14@2");
	(void)play(stage, "chrome", "adj=300 grow=9@1");
	settle(stage, 15000);
	(void)play(stage, "java", "grow=10 grow=54@1");
}

int main(int argc, char **argv)
{
	static struct stage stage = {.machine.shape = {.total_kib = 288 * MIB,
						       .other_kib = 84 * MIB,
						       .swap_total_kib = 96 * MIB,
						       .swap_after_kib = 200 * MIB,
						       .cold_swap_kib = 13 * MIB}};
	char actor[PATH_MAX];
	pid_t pid;

	if (argc < 3) {
		(void)fprintf(stderr, "usage: show BINARY WORD...\n");
		return 2;
	}
	find_actor(actor, sizeof(actor));
	stage_open(&stage, argv[1], actor, NULL);
	watch(&stage, "-protect postgres -avoid gcc");
	pid = fork();
	if (pid == 0) {
		argv[1] = CTL;
		(void)execv(CTL, argv + 1);
		_exit(97);
	}
	fill(&stage);
	(void)wait_for(&stage, has_left, &pid, 3600);
	return 0;
}
