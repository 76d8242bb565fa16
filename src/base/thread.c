/* SPDX-License-Identifier: MIT */
#include "base/thread.h"

#include <pthread.h>

int thread_start(size_t stack, void *(*run)(void *ctx), void *ctx)
{
	pthread_attr_t attr;
	pthread_t thread;
	int error;

	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, stack);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attr, run, ctx);
	(void)pthread_attr_destroy(&attr);
	return -error;
}
