/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include "base/util.h"

#include <time.h>

static uint64_t read_clock(clockid_t clock)
{
	struct timespec ts;

	(void)clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t clock_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t clock_real(void)
{
	return read_clock(CLOCK_REALTIME);
}

uint64_t clock_since_boot(void)
{
	return read_clock(CLOCK_BOOTTIME);
}
