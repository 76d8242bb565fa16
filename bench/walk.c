/* SPDX-License-Identifier: MIT */
/*
 * walk ROUNDS: walk this machine's control groups so often, in the parts of groups.c. Prints the
 * groups with a limit, and the CPU time of a whole walk (median) and of its longest part, us.
 */
#include "base/util.h"
#include "groups.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS_MOST 1000

static uint64_t cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void forgotten(void *ctx, unsigned row, bool made_again)
{
	(void)ctx;
	(void)row;
	(void)made_again;
}

static uint64_t walk(struct memcg *memcg, uint64_t *longest)
{
	uint64_t all = 0;
	bool over = false;

	while (!over) {
		uint64_t began = cpu_ns(), took;

		if (!memcg->walking)
			memcg_walk_begin(memcg);
		over = memcg_walk(memcg, GROUPS_WALK, forgotten, NULL);
		took = cpu_ns() - began;
		all += took;
		*longest = max_u64(*longest, took);
	}
	return all;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static struct memcg memcg;
	static uint64_t took[ROUNDS_MOST];
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	uint64_t first, longest_first = 0, longest = 0;

	if (rounds < 1 || rounds > ROUNDS_MOST ||
	    memcg_open(&memcg, open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
	    memcg.version == MEMCG_NONE) {
		(void)fprintf(stderr, "usage: walk ROUNDS, where there is a memory controller\n");
		return 1;
	}
	first = walk(&memcg, &longest_first);
	for (unsigned long i = 0; i < rounds; i++)
		took[i] = walk(&memcg, &longest);
	qsort(took, rounds, sizeof(took[0]), by_size);
	(void)printf("%u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", memcg.count,
		     first / 1000, longest_first / 1000, took[rounds / 2] / 1000, longest / 1000);
	return 0;
}
