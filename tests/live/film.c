/* SPDX-License-Identifier: MIT */
/*
 * Plays a scene on the stage and keeps what the daemon recorded: for tests/replay, and for a
 * picture of an incident.
 *
 *   film BINARY SCENE FILE
 */
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORD STAGE "/record"
#define FILMED "-record " RECORD " -incidents off -grace 30 "
#define USUAL  FILMED "-record-size 64 "

#define HOG "grow=64@120"

struct scene {
	const char *name;
	const char *options;
	struct machine_shape shape;
	const char *words;     /* what the hog does */
	const char *neighbour; /* and another one; NULL: there is none */
	bool survives;
	unsigned after_ms;
};

/*
 * The usual machine has 96 MiB, of which some 86 are available when nothing runs. 64 KiB hold 114
 * looks: a scene is over before the ring has gone round.
 */
static const struct scene scenes[] = {
	{"term", USUAL "-m 30 -mk 10", {.total_kib = 96 * MIB}, HOG, NULL, false, 1500},
	{"kill", USUAL "-m 30 -mk 30", {.total_kib = 96 * MIB}, HOG, NULL, false, 1500},
	{"ignored",
	 USUAL "-m 30 -mk 10 -grace 0.2",
	 {.total_kib = 96 * MIB},
	 "shrug " HOG,
	 NULL,
	 false,
	 1500},
	{"nobody",
	 USUAL "-m 30 -mk 10 -protect hog,shop",
	 {.total_kib = 96 * MIB},
	 HOG,
	 NULL,
	 true,
	 1200},
	{"futile",
	 USUAL "-m 40 -mk 10",
	 {.total_kib = 96 * MIB, .slab_kib = 60 * MIB},
	 "grow=4",
	 NULL,
	 true,
	 500},
	{"dry-run", USUAL "-m 40 -mk 10 -dry-run", {.total_kib = 96 * MIB}, HOG, NULL, true, 700},
	{"swap",
	 USUAL "-m 60 -mk 10 -s 40 -sk 10",
	 {.total_kib = 96 * MIB, .swap_total_kib = 40 * MIB},
	 HOG,
	 NULL,
	 false,
	 1500},
	{"picture",
	 FILMED "-m 12 -mk 6",
	 {.total_kib = 256 * MIB,
	  .swap_total_kib = 64 * MIB,
	  .other_kib = 20 * MIB,
	  .swap_after_kib = 80 * MIB},
	 "grow=240@20",
	 "grow=24",
	 false,
	 3000},
};

static const struct scene *find(const char *name)
{
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		if (strcmp(scenes[i].name, name) == 0)
			return &scenes[i];
	return NULL;
}

static void keep(int to)
{
	static char data[1 << 20];
	int from = open(RECORD, O_RDONLY | O_CLOEXEC);
	ssize_t n = from < 0 ? -1 : read(from, data, sizeof(data));

	if (n <= 0 || write(to, data, (size_t)n) != n)
		fail("%s: %s", RECORD, strerror(errno));
	(void)close(from);
}

static bool has_ended(struct stage *stage, const void *actor)
{
	(void)stage;
	return ((const struct actor *)actor)->ended;
}

static void perform(struct stage *stage, const struct scene *scene, int to)
{
	const struct actor *hog;

	watch(stage, scene->options);
	(void)play(stage, "shop", "grow=8");
	if (scene->neighbour != NULL)
		(void)play(stage, "editor", scene->neighbour);
	settle(stage, 300);
	hog = play(stage, "hog", scene->words);
	if (!scene->survives)
		(void)wait_for(stage, has_ended, hog, 30);
	settle(stage, scene->after_ms);
	if (hog->ended == scene->survives)
		fail("the hog %s", hog->ended ? "is gone" : "is still there");
	keep(to);
	stage_close(stage);
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

static _Noreturn void become_stage(const char *binary, const struct scene *scene, int to)
{
	static struct stage stage;
	char actor[PATH_MAX];

	stage.machine.shape = scene->shape;
	find_actor(actor, sizeof(actor));
	stage_open(&stage, binary, actor, NULL);
	perform(&stage, scene, to);
	_exit(STAGE_PASSED);
}

int main(int argc, char **argv)
{
	const struct scene *scene = argc == 4 ? find(argv[2]) : NULL;
	int to, status = 0;
	pid_t pid;

	if (scene == NULL) {
		(void)fprintf(stderr, "usage: film BINARY SCENE FILE\n");
		return 2;
	}
	to = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (to < 0) {
		perror(argv[3]);
		return 1;
	}
	pid = fork();
	if (pid == 0)
		become_stage(argv[1], scene, to);
	return pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0;
}
