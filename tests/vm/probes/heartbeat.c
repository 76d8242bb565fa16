/* SPDX-License-Identifier: MIT */
/*
 * heartbeat OUT WORKING_SET PROGRAM: does every 20 ms what a small service does, and records how
 * late each beat was.  A beat touches 32 pages of its working set (a mapped file), allocates a
 * megabyte, and every fifth one starts a program from the disk and waits for it. A beat's delay is
 * the time from when it was due to when it was done; what was due meanwhile is not made up for. At
 * SIGTERM it writes, as JSON, [[ms since its start of the machine's clock, delay in us], ...]. It
 * is an ordinary program: nothing of it is locked, it has no priority.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE       ((size_t)4096)
#define PERIOD_NS  20000000LL
#define TOUCHES    32
#define BEATS_MOST 60000
#define NEW_BYTES  ((size_t)1024 * 1024)

static volatile sig_atomic_t over;
static volatile unsigned sum;
static struct {
	uint32_t at_ms, delay_us;
} beats[BEATS_MOST];

static void end(int signo)
{
	(void)signo;
	over = 1;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void touch_files(const volatile unsigned char *p, size_t pages)
{
	static uint64_t seed = 1;

	for (int i = 0; i < TOUCHES; i++) {
		seed = seed * 6364136223846793005U + 1442695040888963407U;
		sum += p[(size_t)(seed >> 33) % pages * PAGE];
	}
}

static void allocate(void)
{
	unsigned char *p =
		mmap(NULL, NEW_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return;
	for (size_t at = 0; at < NEW_BYTES; at += PAGE)
		((volatile unsigned char *)p)[at] = 1;
	munmap(p, NEW_BYTES);
}

static void start(char *program)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && !over)
		;
}

static void beat_until_over(const unsigned char *set, size_t pages, char *program, size_t *count)
{
	int64_t due = now_ns();

	for (*count = 0; !over && *count < BEATS_MOST; ++*count) {
		struct timespec t = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
		touch_files(set, pages);
		allocate();
		if (*count % 5 == 0)
			start(program);
		int64_t done = now_ns();
		if (over)
			break; /* cut short: neither in time nor late */
		beats[*count].at_ms = (uint32_t)(due / 1000000);
		beats[*count].delay_us = (uint32_t)((done - due) / 1000);
		due += PERIOD_NS * ((done - due) / PERIOD_NS + 1);
	}
}

int main(int argc, char **argv)
{
	struct stat s;
	size_t count = 0;

	if (argc != 4)
		return 2;
	int fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &s) != 0)
		return 1;
	const unsigned char *set = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (set == MAP_FAILED)
		return 1;
	for (size_t at = 0; at < (size_t)s.st_size; at += PAGE)
		sum += set[at];
	signal(SIGTERM, end);
	beat_until_over(set, (size_t)s.st_size / PAGE, argv[3], &count);
	FILE *out = fopen(argv[1], "we");
	if (!out)
		return 1;
	fputs("[", out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s[%u,%u]", i ? "," : "", beats[i].at_ms, beats[i].delay_us);
	fputs("]\n", out);
	return fclose(out) != 0;
}
