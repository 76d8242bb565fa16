/* SPDX-License-Identifier: MIT */
#include "look/process.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* A name of six digits takes 32 bytes, and 128 KiB are asked for at a time. */
#define IN_ONE_CALL 4096

static char dir[] = "/tmp/useroom-test-process-XXXXXX";
static unsigned listed, sleeps, since, longest;

/* The module's calls come here: how much is listed between two of them is counted. */
int nanosleep(const struct timespec *time, struct timespec *rest)
{
	(void)time;
	(void)rest;
	sleeps++;
	since = 0;
	return 0;
}

static int count_one(void *ctx, int32_t number, int64_t next_offset)
{
	(void)ctx;
	(void)number;
	(void)next_offset;
	listed++;
	if (++since > longest)
		longest = since;
	return 0;
}

static void list(void)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	listed = sleeps = since = longest = 0;
	assert_true(fd >= 0);
	assert_int_equal(process_list(fd, count_one, NULL), 0);
	(void)close(fd);
}

static void make_files(unsigned from, unsigned to)
{
	char path[64];

	for (unsigned i = from; i < to; i++) {
		(void)snprintf(path, sizeof(path), "%s/%06u", dir, 100000 + i);
		assert_int_equal(mknod(path, S_IFREG | 0600, 0), 0);
	}
}

static void remove_files(unsigned count)
{
	char path[64];

	for (unsigned i = 0; i < count; i++) {
		(void)snprintf(path, sizeof(path), "%s/%06u", dir, 100000 + i);
		(void)unlink(path);
	}
}

/* R113: RLIMIT_RTTIME is counted until a real-time thread sleeps. */
static void r113_a_long_listing_sleeps_on_the_way(void **state)
{
	const unsigned few = 100, many = 3 * IN_ONE_CALL;

	(void)state;
	assert_non_null(mkdtemp(dir));
	make_files(0, few);
	list();
	assert_int_equal(listed, few);
	assert_true(sleeps <= 1); /* before the end is found, where that takes a call */
	make_files(few, many);
	list();
	assert_int_equal(listed, many);
	assert_true(longest <= 2 * IN_ONE_CALL); /* a file system may have shorter entries */
	assert_true(sleeps >= many / (2 * IN_ONE_CALL));
	remove_files(many);
	(void)rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r113_a_long_listing_sleeps_on_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
