/* SPDX-License-Identifier: MIT */
#ifndef USEROOM_CLOCK_H
#define USEROOM_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC in ns. Deciding never asks: time comes in with the sample. */
uint64_t clock_now(void);

/* CLOCK_REALTIME in ns: what people call the time. */
uint64_t clock_real(void);

/* CLOCK_BOOTTIME in ns: with the time that the machine slept, as the start times of processes. */
uint64_t clock_since_boot(void);

#endif
