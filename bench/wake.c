/* SPDX-License-Identifier: MIT */
/*
 * wake useroom|nice|other COUNT: sleep 10 ms COUNT times, with the priority that useroom gives
 * itself (its own code), with nice -20, or with none, and print how much later than asked each
 * wake-up was, in microseconds.
 */
#include "base/clock.h"
#include "base/util.h"
#include "look/sense.h"
#include "self.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

int main(int argc, char **argv)
{
	const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
	int count = argc > 2 ? atoi(argv[2]) : 100;

	if (argc > 1 && strcmp(argv[1], "useroom") == 0)
		(void)fprintf(stderr, "%s\n", self_hurry() ? "raised" : "not raised");
	else if (argc > 1 && strcmp(argv[1], "nice") == 0)
		(void)setpriority(PRIO_PROCESS, 0, -20);
	for (int i = 0; i < count; i++) {
		uint64_t before = clock_now();

		(void)ppoll(NULL, 0, &pause, NULL);
		(void)printf("%lu\n",
			     (unsigned long)((clock_now() - before - 10 * NS_PER_MS) / NS_PER_US));
	}
	return 0;
}
