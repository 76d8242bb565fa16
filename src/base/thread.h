/* SPDX-License-Identifier: MIT */
/* Threads for what may block. */
#ifndef USEROOM_THREAD_H
#define USEROOM_THREAD_H

#include <stddef.h>

/*
 * Start a thread that nobody waits for; its stack is kept locked in memory, so it is as small as
 * `stack` says, in bytes. 0, or a negative errno as pthread_create(3) has it.
 */
int thread_start(size_t stack, void *(*run)(void *ctx), void *ctx);

#endif
