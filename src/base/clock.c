/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include "base/util.h"

#include <time.h>

uint64_t clock_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}
