/* SPDX-License-Identifier: MIT */
/* hold MIB: hold so much memory, say so, and wait to be ended. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	size_t size = (size_t)(argc > 1 ? atoi(argv[1]) : 50) * 1024 * 1024;
	volatile char *p = malloc(size);

	if (!p)
		return 1;
	for (size_t at = 0; at < size; at += 4096)
		p[at] = 1; /* the compiler would take a memset that nobody reads away */
	(void)printf("%d\n", (int)getpid());
	(void)fflush(stdout);
	for (;;)
		(void)pause();
}
