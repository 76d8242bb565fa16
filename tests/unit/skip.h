/* SPDX-License-Identifier: MIT */
/* A skip says why: cmocka's does not, tests/unit/tap takes this line for its reason. */
#ifndef USEROOM_TESTS_SKIP_H
#define USEROOM_TESTS_SKIP_H

#include <stdio.h>

#define skip_because(why)                                                                          \
	do {                                                                                       \
		(void)printf("# SKIP %s\n", why);                                                  \
		(void)fflush(stdout);                                                              \
		skip();                                                                            \
	} while (0)

#endif
