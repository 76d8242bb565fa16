/* SPDX-License-Identifier: MIT */
/* hog MIB_PER_SECOND: take memory for ever, 4 MiB at a time, and touch all of it. For use in a
 * virtual machine only. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STEP ((size_t)4 * 1024 * 1024)

int main(int argc, char **argv)
{
	unsigned speed = argc > 1 ? (unsigned)atoi(argv[1]) : 100;

	if (getppid() == 0)
		return 2;
	for (;;) {
		char *p = mmap(NULL, STEP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (p != MAP_FAILED)
			memset(p, 1, STEP);
		(void)usleep(4000000 / (speed ? speed : 1));
	}
}
